//! Dates and times as logs write them: a scanner over ASCII, without a zone's rules or a year's
//! guess.
//!
//! ```text
//! Jun 14 15:16:01        month_day, clock            RFC 3164
//! 2026-06-14T15:16:01.25+02:00   iso                 ISO 8601 / RFC 3339, `T` or a space
//! 14/Jun/2026:15:16:01 +0200     clf                 the Common Log Format
//! ```
//!
//! [`written`] reads the spellings of programs' own log files.
//!
//! Every reader takes the text from a column on and returns the value and the column after it.
//!
//! What it does *not* know: [`crate::calendar`] makes instants of what is read here.

pub(crate) mod written;

use common::clock::{DAY, SECOND, day_number};
use std::cell::Cell;

/// A date: year, month 1–12, day 1–31; valid in the Gregorian calendar.
pub(crate) type Date = (i64, u8, u8);

/// A full stamp: wall-clock time in microseconds, and the offset from UTC where one is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) wall: i64,
    /// Microseconds ahead of UTC.
    pub(crate) offset: Option<i64>,
}

/// Reads exactly `count` digits.
pub(crate) fn digits(text: &[u8], at: usize, count: usize) -> Option<i64> {
    let mut value = 0;
    for &byte in text.get(at..at + count)? {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    Some(value)
}

/// Reads a month's three letters (`Jan`), in any case: English, or what German, French, Spanish,
/// Italian, Portuguese and Dutch have in their place.
pub(crate) fn month(text: &[u8], at: usize) -> Option<u8> {
    let name = text.get(at..at + 3)?;
    Some(match &[name[0] | 32, name[1] | 32, name[2] | 32] {
        b"jan" | b"ene" | b"gen" => 1,
        b"feb" | b"fev" => 2,
        b"mar" | b"mrz" | b"mrt" => 3,
        b"apr" | b"abr" | b"avr" => 4,
        b"may" | b"mai" | b"mei" | b"mag" => 5,
        b"jun" | b"giu" => 6,
        b"jul" | b"lug" => 7,
        b"aug" | b"ago" => 8,
        b"sep" | b"set" => 9,
        b"oct" | b"okt" | b"ott" | b"out" => 10,
        b"nov" => 11,
        b"dec" | b"dez" | b"dic" => 12,
        _ => return None,
    })
}

/// Reads `Jun 14`, `Jun  4`, `Jun 4` or `Jun 04` up to, not with, the space after it.
pub(crate) fn month_day(text: &[u8], at: usize) -> Option<(u8, u8, usize)> {
    let month = month(text, at)?;
    let mut at = at + 3;
    if text.get(at) != Some(&b' ') {
        return None;
    }
    at += if text.get(at + 1) == Some(&b' ') { 2 } else { 1 };
    let width = if text.get(at + 1).is_some_and(u8::is_ascii_digit) { 2 } else { 1 };
    let day = u8::try_from(digits(text, at, width)?).ok()?;
    (1..=month_length(2000, month)).contains(&day).then_some((month, day, at + width))
}

/// Reads `15:16:01`, with an optional fraction after `.` or `,`: microseconds of the day. A leap
/// second is the last second of its minute.
pub(crate) fn clock(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let pairs = pairs(text.get(at..)?.first_chunk()?, b"00:00:00")?;
    let number = |at: usize| i64::from(pairs[at]);
    let (hours, minutes, seconds) = (number(0), number(3), number(6));
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let (fraction, after) = fraction(text, at + 8);
    Some((((hours * 60 + minutes) * 60 + seconds.min(59)) * SECOND + fraction, after))
}

/// What each byte and the next one say in tens and units, where a text has a digit for each `0` of
/// an example, and otherwise is it.
fn pairs(text: &[u8; 8], example: &[u8; 8]) -> Option<[u8; 8]> {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    // A digit may be up to nine more than the example's, other bytes may not differ.
    let room = example.map(|byte| if byte == b'0' { 0x76 } else { 0x7f });
    let over = u64::from_le_bytes(*text) ^ u64::from_le_bytes(*example);
    // What a byte carries over is seen in that byte already.
    if (over.wrapping_add(u64::from_le_bytes(room)) | over) & HIGH != 0 {
        return None;
    }
    Some((over * 10 + (over >> 8)).to_le_bytes())
}

/// Reads `.123456` or `,123` as microseconds, further digits cut off; 0 where none is.
fn fraction(text: &[u8], at: usize) -> (i64, usize) {
    let dot = matches!(text.get(at), Some(b'.' | b','));
    if !dot || !text.get(at + 1).is_some_and(u8::is_ascii_digit) {
        return (0, at);
    }
    let (mut micros, mut end, mut unit) = match six(text, at + 1) {
        Some(micros) => (micros, at + 7, 0),
        None => (0, at + 1, SECOND / 10),
    };
    while let Some(byte) = text.get(end).filter(|byte| byte.is_ascii_digit()) {
        micros += i64::from(byte - b'0') * unit;
        unit /= 10;
        end += 1;
    }
    (micros, end)
}

/// Reads six digits, which most fractions have.
fn six(text: &[u8], at: usize) -> Option<i64> {
    let [a, b, c, d, e, f] = *text.get(at..)?.first_chunk()?;
    let pairs = pairs(&[a, b, c, d, e, f, b'0', b'0'], b"00000000")?;
    let number = |at: usize| i64::from(pairs[at]);
    Some((number(0) * 100 + number(2)) * 100 + number(4))
}

/// Reads `2026-06-14` (also with `/`) as a date that exists.
pub(crate) fn date(text: &[u8], at: usize) -> Option<(Date, usize)> {
    let head: &[u8; 10] = text.get(at..)?.first_chunk()?;
    let example = if head[4] == b'/' { b"0000/00/" } else { b"0000-00-" };
    let pairs = pairs(head.first_chunk()?, example)?;
    let day = u8::try_from(digits(head, 8, 2)?).ok()?;
    let date = (i64::from(pairs[0]) * 100 + i64::from(pairs[2]), pairs[5], day);
    exists(date).then_some((date, at + 10))
}

/// A stamp and where it ends, if there is one.
type Found = Option<(Stamp, usize)>;

/// How many bytes of a text decide about its ISO stamp, and how far behind a stamp's end it may be
/// decided that there is no more of it.
const WINDOW: usize = 40;
const BEHIND: usize = 6;

thread_local! {
    /// The bytes in which a stamp was looked for last, and what was found: each format that is tried
    /// asks for the stamp at a line's beginning, and lines that follow one another may have the same.
    static LAST: Cell<([u8; WINDOW], Found)> = const { Cell::new(([0; WINDOW], None)) };
}

/// Reads an ISO 8601 stamp: date, `T`, `t` or one space, time, and an optional `Z` or offset.
#[inline]
pub(crate) fn iso(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    // What is no date is told by one look.
    if !matches!(text.get(at + 4), Some(b'-' | b'/')) {
        return None;
    }
    remembered(text, at)
}

/// As [`read_iso`], which is asked once for each stamp.
fn remembered(text: &[u8], at: usize) -> Found {
    let Some(window) = text.get(at..).and_then(<[u8]>::first_chunk) else {
        return read_iso(text, at);
    };
    let (last, found) = LAST.get();
    if last == *window {
        return found.map(|(stamp, width)| (stamp, at + width));
    }
    let found = read_iso(text, at);
    let relative = found.map(|(stamp, end)| (stamp, end - at));
    if relative.is_none_or(|(_, width)| width + BEHIND <= WINDOW) {
        LAST.set((*window, relative));
    }
    found
}

fn read_iso(text: &[u8], at: usize) -> Found {
    let ((year, month, day), after) = date(text, at)?;
    if !matches!(text.get(after), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let (time, after) = clock(text, after + 1)?;
    let (offset, after) = offset(text, after);
    Some((Stamp { wall: day_number(year, month, day) * DAY + time, offset }, after))
}

/// Reads `14/Jun/2026:15:16:01 +0200`, `14/06/2026:15:16:01 +0200` (Proxmox), and
/// `06/14/2026:15:16:01 -0000`, where cPanel's zone says that its month comes first.
pub(crate) fn clf(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let day = u8::try_from(digits(text, at, 2)?).ok()?;
    let slash = text.get(at + 2)?;
    let name = month(text, at + 3);
    let is_number = name.is_none();
    let (month, at) = match name {
        Some(month) => (month, at + 6),
        None => (u8::try_from(digits(text, at + 3, 2)?).ok()?, at + 5),
    };
    let year = digits(text, at + 1, 4)?;
    if *slash != b'/' || text.get(at) != Some(&b'/') || text.get(at + 5) != Some(&b':') {
        return None;
    }
    let (time, after) = clock(text, at + 6)?;
    let (offset, after) = match text.get(after) {
        Some(b' ') if matches!(text.get(after + 1), Some(b'+' | b'-')) => offset(text, after + 1),
        _ => (None, after),
    };
    let is_month_first = is_number && text[..after].ends_with(b" -0000");
    let (month, day) = if is_month_first { (day, month) } else { (month, day) };
    let wall = day_number(year, month, day) * DAY + time;
    exists((year, month, day)).then_some((Stamp { wall, offset }, after))
}

/// Reads `20260614`.
fn plain_date(text: &[u8], at: usize) -> Option<Date> {
    let (year, month) = (digits(text, at, 4)?, digits(text, at + 4, 2)?);
    Some((year, u8::try_from(month).ok()?, u8::try_from(digits(text, at + 6, 2)?).ok()?))
}

/// Reads `Z`, `+02:00`, `+0200` or `+02` as microseconds ahead of UTC.
pub(crate) fn offset(text: &[u8], at: usize) -> (Option<i64>, usize) {
    let sign = match text.get(at) {
        Some(b'Z' | b'z') => return (Some(0), at + 1),
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return (None, at),
    };
    let Some(hours) = digits(text, at + 1, 2).filter(|hours| *hours < 24) else {
        return (None, at);
    };
    let colon = usize::from(text.get(at + 3) == Some(&b':'));
    let (minutes, after) = match digits(text, at + 3 + colon, 2) {
        Some(minutes) if minutes < 60 => (minutes, at + 5 + colon),
        _ => (0, at + 3),
    };
    (Some(sign * (hours * 60 + minutes) * 60 * SECOND), after)
}

/// Whether a date is one of the Gregorian calendar, in the years 1–9999.
pub(crate) fn exists((year, month, day): Date) -> bool {
    (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=month_length(year, month)).contains(&day)
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: u8) -> u8 {
    match month {
        2 => 28 + u8::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::clock::Timestamp;

    fn instant(read: Option<(Stamp, usize)>) -> Option<(String, Option<i64>, usize)> {
        let (stamp, after) = read?;
        Some((Timestamp(stamp.wall).to_string(), stamp.offset.map(|o| o / SECOND), after))
    }

    #[test]
    fn month_and_day_in_all_spellings() {
        for (text, want) in [
            ("Jun 14 ", Some((6, 14, 6))),
            ("Jun  4 ", Some((6, 4, 6))),
            ("jun 4 ", Some((6, 4, 5))),
            ("JUN 04 ", Some((6, 4, 6))),
            ("Feb 29 ", Some((2, 29, 6))),
            ("Feb 30 ", None),
            ("Jun 0 ", None),
            ("Jux 1 ", None),
            ("Jun", None),
            ("Jun ", None),
        ] {
            assert_eq!(month_day(text.as_bytes(), 0), want, "{text}");
        }
    }

    #[test]
    fn times_of_day() {
        assert_eq!(clock(b"23:59:60", 0), Some((86_399 * SECOND, 8)));
        assert_eq!(clock(b"00:00:01,5x", 0), Some((1_500_000, 10)));
        assert_eq!(clock(b"00:00:01.1234567", 0), Some((1_123_456, 16)));
        assert_eq!(clock(b"00:00:01.987654", 0), Some((1_987_654, 15)));
        assert_eq!(clock(b"00:00:01.987654+", 0), Some((1_987_654, 15)));
        assert_eq!(clock(b"00:00:01.98765:", 0), Some((1_987_650, 14)));
        assert_eq!(clock(b"00:00:01.x", 0), Some((SECOND, 8)));
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut text = *b"12:34:56";
                text[place] = byte;
                let is_time =
                    if matches!(place, 2 | 5) { byte == b':' } else { byte.is_ascii_digit() };
                let is_early = !matches!((place, byte), (0, b'3'..) | (3 | 6, b'6'..));
                assert_eq!(clock(&text, 0).is_some(), is_time && is_early, "{text:?}");
            }
        }
        for text in ["24:00:00", "00:60:00", "00:00:61", "0:00:00", "00-00-00", "00:00:0"] {
            assert_eq!(clock(text.as_bytes(), 0), None, "{text}");
        }
    }

    #[test]
    fn iso_stamps() {
        let read = |text: &str| instant(iso(text.as_bytes(), 0));
        let at = |stamp: &str, offset, end| Some((stamp.to_owned(), offset, end));
        assert_eq!(
            read("2026-06-14T15:16:01.25+02:00 x"),
            at("2026-06-14T15:16:01.250000Z", Some(7200), 28)
        );
        assert_eq!(read("2026-06-14 15:16:01"), at("2026-06-14T15:16:01.000000Z", None, 19));
        assert_eq!(read("2026-06-14T15:16:01Z"), at("2026-06-14T15:16:01.000000Z", Some(0), 20));
        assert_eq!(
            read("2026-06-14T15:16:01-0330"),
            at("2026-06-14T15:16:01.000000Z", Some(-12_600), 24)
        );
        assert_eq!(read("2026-02-29T00:00:00Z"), None);
        assert_eq!(read("2026-13-01T00:00:00Z"), None);
        assert_eq!(read("0000-01-01T00:00:00Z"), None);
    }

    #[test]
    fn what_is_remembered_of_a_stamp_is_what_is_read() {
        let stamps = [
            "2026-06-14T15:16:01",
            "2026-06-14 15:16:01.25",
            "2026-06-14T15:16:01.123456",
            "2026-06-14T15:16:01.123456789012345",
            "2026/06/14 15:16:01,1",
            "2026-06-31T15:16:01",
            "2026-06-14T25:16:01",
            "2026-06-14x15:16:01",
        ];
        let mut count = 0;
        for stamp in stamps {
            for zone in ["", "Z", "+02:00", "-0330", "+02", "+02:6", "+24:00", "."] {
                for tail in ["", " host sshd[7]: Failed password for alice from 192.0.2.7", "00:00"]
                {
                    let text = format!("<34> {stamp}{zone}{tail}");
                    for end in 5..=text.len() {
                        let text = &text.as_bytes()[..end];
                        let want = read_iso(text, 5);
                        assert_eq!((iso(text, 5), iso(text, 5)), (want, want), "{text:?}");
                        assert_eq!(iso(&text[5..], 0), want.map(|(at, end)| (at, end - 5)));
                        count += usize::from(want.is_some());
                    }
                }
            }
        }
        assert!(count > 500, "{count}");
    }

    #[test]
    fn clf_stamps() {
        let read = |text: &str| instant(clf(text.as_bytes(), 0));
        assert_eq!(
            read("14/Jun/2026:15:16:01 +0200]"),
            Some(("2026-06-14T15:16:01.000000Z".to_owned(), Some(7200), 26))
        );
        assert_eq!(read("31/Jun/2026:15:16:01 +0200"), None);
    }
}
