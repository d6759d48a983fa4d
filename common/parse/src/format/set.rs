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

/// The formats whose texts may begin as this one does.
fn beginning(text: &[u8]) -> Set {
    text.first().map_or(0, |&byte| BEGINNING[usize::from(byte)])
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
        Candidates { now: all & !GENERIC, last: all & GENERIC }
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
    now: Set,
    last: Set,
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
        (self.now, self.last) = (self.now & set, self.last & set);
    }
}

impl Iterator for Candidates {
    type Item = Format;

    #[inline]
    fn next(&mut self) -> Option<Format> {
        if self.now == 0 {
            self.now = std::mem::take(&mut self.last);
        }
        let format = Format::ALL.get(self.now.trailing_zeros() as usize)?;
        self.now &= self.now - 1;
        Some(*format)
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
    use std::path::Path;

    /// A format reads no object without the names that it says it needs.
    #[test]
    fn what_lacks_a_name_is_not_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let (mut count, mut read_by) = (0, 0);
        for entry in std::fs::read_dir(folder).expect("the fixtures") {
            let path = entry.expect("a fixture").path();
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
                    let calendar = Calendar::new(Zone::utc(), None, Timestamp(0));
                    let mut memory = Memory::new(calendar);
                    let is_read = read(&fields, &mut memory, &mut Event::default()).is_ok();
                    assert!(!is_read || set & 1 << nth != 0, "{format:?}: {line}");
                    read_by += usize::from(is_read);
                }
            }
        }
        assert!(count > 300 && read_by > count, "{count} {read_by}");
    }
}
