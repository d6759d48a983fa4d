//! Which formats a text may be in, as far as its first byte tells, and its names if it is an object.
//!
//! All that is known of the formats before a text is read is made into sets of bits when the program
//! is built, so that a list of many formats costs no more than one of few. What an object's names
//! tell is found once for all objects of a shape.
//!
//! What it does *not* know: how a format is read.

use super::{COUNT, Format, LIST, Reads, Spec};
use crate::joint::Joint;
use crate::shape::Shapes;
use crate::stamp;
use common::event::Object;

/// A set of formats, by their places in [`Format::ALL`].
type Set = u128;

const _: () = assert!(COUNT <= 128, "a set of formats has 128 places");

/// Which formats may begin with which byte.
static BEGINNING: [Set; 256] = {
    let mut table = [0; 256];
    let mut format = 0;
    while format < COUNT {
        let spec = LIST[format];
        let mut at = 0;
        while at < spec.first.len() {
            table[spec.first[at] as usize] |= 1 << format;
            at += 1;
        }
        let mut byte = 0;
        while spec.first.is_empty() && byte < 256 {
            table[byte] |= 1 << format;
            byte += 1;
        }
        format += 1;
    }
    table
};

/// The formats for which a test holds.
macro_rules! set_of {
    ($test:expr) => {{
        let mut set: Set = 0;
        let mut format = 0;
        while format < COUNT {
            let spec = LIST[format];
            if $test(spec) {
                set |= 1 << format;
            }
            format += 1;
        }
        set
    }};
}

const fn is_sniffed(spec: Spec) -> bool {
    spec.is_sniffed
}

const fn is_sniffed_payload(spec: Spec) -> bool {
    spec.is_sniffed && spec.is_payload
}

const fn is_generic(spec: Spec) -> bool {
    spec.is_generic
}

const fn is_object(spec: Spec) -> bool {
    matches!(spec.reads, Reads::Object(_))
}

const fn is_joined(spec: Spec) -> bool {
    spec.is_sniffed && spec.joint.is_some()
}

const GENERIC: Set = set_of!(is_generic);
const JOINED: Set = set_of!(is_joined);
const OBJECTS: Set = set_of!(is_object);
const SNIFFED: Set = set_of!(is_sniffed);
const PAYLOADS: Set = set_of!(is_sniffed_payload);

/// Formats whose texts begin with no ISO stamp, though they may begin with a digit: what begins
/// with one is tried in many formats.
const UNDATED: Set = {
    let formats = [
        Format::Rfc3164,
        Format::Haproxy,
        Format::Filterlog,
        Format::PaloAlto,
        Format::SonicWall,
        Format::NetScaler,
        Format::CheckPoint,
        Format::Squid,
        Format::WindowsDhcp,
        Format::S3Access,
        Format::Compose,
        Format::Logfmt,
    ];
    let mut set = 0;
    let mut nth = 0;
    while nth < formats.len() {
        set |= 1 << formats[nth] as usize;
        nth += 1;
    }
    set
};

/// The formats whose texts may begin as this one does.
fn beginning(text: &[u8]) -> Set {
    let all = text.first().map_or(0, |&byte| BEGINNING[usize::from(byte)]);
    if stamp::iso(text, 0).is_some() { all & !UNDATED } else { all }
}

impl Format {
    /// Whether a text may be in this format, as far as its first byte tells.
    pub(crate) fn may_be(self, text: &str) -> bool {
        beginning(text.as_bytes()) & 1 << self as usize != 0
    }

    /// How lines that begin as this one does may belong together.
    pub(crate) fn joints(line: &[u8]) -> impl Iterator<Item = Joint> {
        let mut rest = beginning(line) & JOINED;
        std::iter::from_fn(move || {
            let format = Format::ALL.get(rest.trailing_zeros() as usize)?;
            rest &= rest.wrapping_sub(1);
            format.spec().joint
        })
    }

    /// The formats in which a text may be, in the order in which they are tried, the generic ones
    /// last; without one that was tried before them.
    pub(crate) fn candidates(text: &str, is_payload: bool, without: Option<Format>) -> Candidates {
        let without = without.map_or(0, |format| 1 << format as usize);
        let all = beginning(text.as_bytes()) & if is_payload { PAYLOADS } else { SNIFFED };
        let all = all & !without;
        let ([low, high], [late, last]) = (halves(all & !GENERIC), halves(all & GENERIC));
        Candidates { words: [low, high, late, last], at: 0 }
    }
}

thread_local! {
    static FITTING: Shapes<Set> = const { Shapes::new() };
}

/// The formats for which an object lacks no name that they need.
fn fitting(fields: &Object<'_>) -> Set {
    let has = |names: &&[&str]| names.iter().any(|name| fields.place(name).is_some());
    let fits = |format: &&Format| format.spec().needs.iter().all(has);
    let find =
        || Format::ALL.iter().filter(fits).fold(0, |set, &format| set | 1 << format as usize);
    FITTING.with(|known| known.of(fields, find))
}

/// Formats that are still to be tried.
pub(crate) struct Candidates {
    /// The halves of a set, and those of the generic ones among them.
    words: [u64; 4],
    /// The half that comes next.
    at: usize,
}

/// The lower half of a set and the upper one.
fn halves(set: Set) -> [u64; 2] {
    [set as u64, (set >> 64) as u64]
}

impl Candidates {
    /// Keeps those for which a test holds.
    pub(crate) fn keep(&mut self, test: impl Fn(Format) -> bool) {
        let all = Format::ALL.iter().filter(|format| test(**format));
        self.keep_set(all.fold(0, |set, &format| set | 1 << format as usize));
    }

    /// Keeps those that may read an object with these fields; those that read none where the text
    /// is no object.
    pub(crate) fn keep_fitting(&mut self, fields: Option<&Object<'_>>) {
        self.keep_set(fields.map_or(!OBJECTS, fitting));
    }

    fn keep_set(&mut self, set: Set) {
        let halves = halves(set);
        self.words.iter_mut().zip(halves.iter().cycle()).for_each(|(word, half)| *word &= half);
    }
}

impl Iterator for Candidates {
    type Item = Format;

    #[inline]
    fn next(&mut self) -> Option<Format> {
        let word = loop {
            let word = self.words.get_mut(self.at)?;
            if *word != 0 {
                break word;
            }
            self.at += 1;
        };
        let format = self.at % 2 * 64 + word.trailing_zeros() as usize;
        *word &= *word - 1;
        Format::ALL.get(format).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::format;
    use crate::memory::Memory;
    use common::clock::{Timestamp, zone::Zone};
    use common::event::Event;
    use std::path::{Path, PathBuf};

    fn memory() -> Memory {
        Memory::new(Calendar::new(Zone::utc(), None, Timestamp(0)))
    }

    fn fixtures() -> impl Iterator<Item = PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let entries = std::fs::read_dir(folder).expect("the fixtures");
        entries.map(|entry| entry.expect("a fixture").path())
    }

    /// No format that is not tried on a text with an ISO stamp in front would read it.
    #[test]
    fn what_is_undated_reads_no_text_with_a_stamp_in_front() {
        let mut count = 0;
        for path in fixtures() {
            let text = std::fs::read(&path).expect("a fixture");
            for line in String::from_utf8_lossy(&text).lines() {
                let stamps =
                    ["", "2026-06-14T15:16:01Z ", "2026-06-14 15:16:01", "2026/06/14 15:16:01,"];
                for stamp in stamps {
                    let text = format!("{stamp}{line}");
                    let undated =
                        Format::ALL.iter().filter(|format| UNDATED >> **format as usize & 1 != 0);
                    for format in undated.filter(|_| stamp::iso(text.as_bytes(), 0).is_some()) {
                        let Reads::Text(read) = format.spec().reads else { continue };
                        let found = read(&text, &mut memory(), &mut Event::default());
                        assert!(found.is_err(), "{format:?}: {text}");
                        count += 1;
                    }
                }
            }
        }
        assert!(count > 10_000, "{count}");
    }

    /// A format reads no object without the names that it says it needs.
    #[test]
    fn what_lacks_a_name_is_not_read() {
        let (mut count, mut read_by) = (0, 0);
        for path in fixtures() {
            let text = std::fs::read(&path).expect("a fixture");
            for line in String::from_utf8_lossy(&text).lines() {
                // Also the objects that stand behind a header.
                let Some(start) = line.find('{') else { continue };
                let Ok(fields) = format::object(&line[start..]) else { continue };
                let set = fitting(&fields);
                count += 1;
                for (nth, format) in Format::ALL.iter().enumerate() {
                    let Reads::Object(read) = format.spec().reads else {
                        assert_ne!(set & 1 << nth, 0);
                        continue;
                    };
                    let is_read = read(&fields, &mut memory(), &mut Event::default()).is_ok();
                    assert!(!is_read || set & 1 << nth != 0, "{format:?}: {line}");
                    read_by += usize::from(is_read);
                }
            }
        }
        assert!(count > 300 && read_by > count, "{count} {read_by}");
    }
}
