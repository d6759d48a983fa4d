//! The journal's records of several lines: `journalctl -o export` and `-o verbose`.
//!
//! ```text
//! __CURSOR=s=…                        Sun 2026-06-14 15:16:01.123456 CEST [s=…;i=…;b=…;m=…;t=…;x=…]
//! __REALTIME_TIMESTAMP=1781450161123456   _TRANSPORT=syslog
//! MESSAGE=Accepted password …             MESSAGE=Accepted password …
//! (an empty line)
//! ```
//!
//! An exported record ends at an empty line; in the verbose style fields are indented by four blanks,
//! and a record goes on as long as lines are. The verbose style's `t=` is the time in microseconds.
//! Fields keep the journal's names.
//!
//! Any program may log a text of several lines, which look like fields or like another record. The
//! verbose style indents them further than its fields; the export has them as a binary value:
//!
//! ```text
//! MESSAGE                             the name alone, a line feed,
//! <8 bytes>one                        the length (64 bits, little-endian), so many bytes,
//! _UID=0                              a line feed
//! ```
//!
//! [`pass`] counts such a value while lines are joined, and [`in_lines`] writes it as the verbose style
//! does before the record is read, so that no value can be a field.
//!
//! What it does *not* know: binary values in records that are longer than what is joined.

use super::super::spec::{Found, Miss, Next, Spec};
use crate::columns;
use crate::joint::Joint;
use crate::memory::Memory;
use crate::source::Source as _;
use common::clock::Timestamp;
use common::event::{Event, Fields, TimeQuality, Value};
use std::borrow::Cow;

const CURSOR: &[u8] = b"__CURSOR=";
/// The longest binary value; a longer one has no room in a record, and what looks like one may be
/// something else.
const LONGEST: usize = 256 << 10;

pub(in super::super) const TEXT: Spec =
    Spec::line(read).first(b"_FMSTW").joined(Joint::Counted { begins, goes_on, ends, pass });

fn begins(line: &[u8]) -> bool {
    line.starts_with(CURSOR) || verbose(line).is_some()
}

fn goes_on(record: &[u8], line: &[u8]) -> bool {
    match record.starts_with(CURSOR) {
        true => !record.ends_with(b"\n") && !line.starts_with(CURSOR),
        false => line.starts_with(b"    "),
    }
}

fn ends(line: &[u8]) -> bool {
    line.is_empty()
}

/// The time that the first line of a verbose record says.
fn verbose(line: &[u8]) -> Option<i64> {
    let inner = line.strip_suffix(b"]")?;
    let open = memchr::memrchr(b'[', inner)?;
    let marks = std::str::from_utf8(&inner[open + 1..]).ok()?;
    let is_cursor = marks.starts_with("s=") && marks.contains(";i=") && line.get(4) == Some(&b'2');
    let time = marks.split(';').find_map(|mark| mark.strip_prefix("t="));
    i64::from_str_radix(time.filter(|_| is_cursor)?, 16).ok()
}

/// A field of an exported record, and how many bytes it has with its line feed: its name, its value.
/// None where it is not there as a whole.
fn field(bytes: &[u8]) -> Option<(usize, &[u8], &[u8])> {
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let line = &bytes[..end];
    if let Some(at) = memchr::memchr(b'=', line) {
        return Some((end + 1, &line[..at], &line[at + 1..]));
    }
    if line.is_empty() || !line.iter().all(is_name) {
        return Some((end + 1, line, &[]));
    }
    let (length, value) = bytes.get(end + 1..)?.split_first_chunk()?;
    match usize::try_from(u64::from_le_bytes(*length)) {
        Ok(length) if length <= LONGEST => {
            Some((end + 1 + 8 + length + 1, line, value.get(..length)?))
        }
        _ => Some((end + 1, line, &[])),
    }
}

fn is_name(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_'
}

/// Passes over the fields of an exported record that are there as a whole.
fn pass(record: &[u8], mut at: usize) -> (usize, bool) {
    if !record.starts_with(CURSOR) {
        return (0, false);
    }
    while let Some(rest) = record.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((size, ..)) = field(rest) else { return (at, true) };
        at += size;
    }
    (at, false)
}

/// A record with binary values as one that has them in lines, the second and later ones indented, and
/// whether all of it is UTF-8. None where there are no such values.
pub(in super::super) fn in_lines(record: &[u8]) -> Option<(String, bool)> {
    if !record.starts_with(CURSOR) {
        return None;
    }
    let (mut text, mut at, mut is_binary) = (Vec::with_capacity(record.len()), 0, false);
    while let Some(rest) = record.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((size, name, value)) = field(rest) else {
            // What is left is a value's beginning.
            is_binary = true;
            break;
        };
        let is_line = name.len() + 1 + value.len() + 1 >= size;
        if is_line {
            text.extend_from_slice(&rest[..size.min(rest.len())]);
        } else {
            is_binary = true;
            text.extend_from_slice(name);
            for (number, line) in value.split(|byte| *byte == b'\n').enumerate() {
                let gap = if number == 0 { b"=".to_vec() } else { vec![b' '; name.len() + 1] };
                text.extend_from_slice(&gap);
                text.extend_from_slice(line);
                text.push(b'\n');
            }
        }
        at += size;
    }
    let text = String::from_utf8(text);
    let is_utf8 = text.is_ok();
    let lossy =
        |error: std::string::FromUtf8Error| String::from_utf8_lossy(error.as_bytes()).into();
    is_binary.then(|| (text.unwrap_or_else(lossy), is_utf8))
}

fn read<'a>(text: &'a str, _memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let is_export = text.as_bytes().starts_with(CURSOR);
    let first = text.lines().next().unwrap_or_default();
    let begun = if is_export { None } else { verbose(first.as_bytes()) };
    if !is_export && begun.is_none() {
        return Miss::at(0, "a record of the journal (__CURSOR=, or a stamp and [s=…;i=…])");
    }
    let mut fields = fields(text, if is_export { 0 } else { 4 });
    let Some(time) = begun.or_else(|| fields.int("__REALTIME_TIMESTAMP")) else {
        return Miss::at(0, "a time (__REALTIME_TIMESTAMP=)");
    };
    (event.time, event.time_quality) = (Timestamp(time), TimeQuality::Offset);
    fields.normalise();
    super::fill(&fields, event);
    for (name, value) in fields.iter() {
        if name != "MESSAGE" {
            columns::keep(name.to_owned(), value.clone(), event);
        }
    }
    Ok(Found { next: Next::Payload, ..Found::default() })
}

/// The fields of a record, whose lines are indented by so many blanks. Lines that are indented up to
/// the value before them go on with it.
fn fields(text: &str, indent: usize) -> Fields<'_> {
    let mut fields = Fields::new();
    let mut open: Option<(&str, Cow<'_, str>)> = None;
    for line in text.lines() {
        let blanks = line.bytes().take_while(|byte| *byte == b' ').count();
        if let Some((name, value)) = &mut open
            && blanks > indent + name.len()
        {
            let value = value.to_mut();
            value.push('\n');
            value.push_str(&line[indent + name.len() + 1..]);
            continue;
        }
        let named = line.get(indent..).and_then(|line| line.split_once('='));
        let named = named.filter(|(name, _)| !name.is_empty() && name.bytes().all(|b| is_name(&b)));
        if let Some((name, value)) = open.take() {
            fields.push(name, Value::Text(value));
        }
        open = named.map(|(name, value)| (name, value.into()));
    }
    if let Some((name, value)) = open {
        fields.push(name, Value::Text(value));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binary(name: &str, value: &[u8]) -> Vec<u8> {
        let length = (value.len() as u64).to_le_bytes();
        [name.as_bytes(), b"\n", &length, value, b"\n"].concat()
    }

    #[test]
    fn a_record_is_passed_field_by_field_wherever_it_is_cut() {
        let value = [b"one\n\n__CURSOR=x\n_UID=0\r\n".as_slice(), &[7; 2_600]].concat();
        let whole =
            [b"__CURSOR=a\n", &binary("MESSAGE", &value)[..], b"A=b\n", &binary("B", b"")].concat();
        let ends: Vec<usize> =
            whole.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|x| x.0).collect();
        let mut passed = 0;
        for &end in &ends {
            let (at, is_inside) = pass(&whole[..end], passed);
            assert_eq!((at, is_inside), pass(&whole[..end], 0), "{end}");
            let message = whole.len() - 4 - 11 - 1;
            assert_eq!(
                is_inside,
                (11..message).contains(&end) || end > whole.len() - 11 && end < whole.len() - 1,
                "{end}"
            );
            passed = at;
        }
        assert_eq!(passed, whole.len());
    }

    #[test]
    fn values_become_lines_that_cannot_be_fields() {
        let record = [b"__CURSOR=a\n", &binary("MESSAGE", b"x\n_UID=0\n\ny")[..], b"_UID=1000"];
        let (text, is_utf8) = in_lines(&record.concat()).expect("binary values");
        assert_eq!(text, "__CURSOR=a\nMESSAGE=x\n        _UID=0\n        \n        y\n_UID=1000");
        assert!(is_utf8);
        let fields = fields(&text, 0);
        let found: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(found, ["__CURSOR=a", "MESSAGE=x\n_UID=0\n\ny", "_UID=1000"]);
        assert_eq!(in_lines(b"__CURSOR=a\nMESSAGE=x\n"), None);
        let record = [b"__CURSOR=a\n", &binary("M", b"\xffx")[..]].concat();
        assert_eq!(in_lines(&record), Some(("__CURSOR=a\nM=\u{fffd}x\n".to_owned(), false)));
        let cut =
            |length: u64| [b"__CURSOR=a\nM\n", &length.to_le_bytes()[..], b"\n_UID=0"].concat();
        assert_eq!(in_lines(&cut(9)), Some(("__CURSOR=a\n".to_owned(), true)));
        assert_eq!(pass(&cut(9), 0), (11, true));
        for huge in [u64::MAX, 1 << 63, 1 << 20] {
            assert!(in_lines(&cut(huge)).is_none() && !pass(&cut(huge), 0).1);
        }
    }
}
