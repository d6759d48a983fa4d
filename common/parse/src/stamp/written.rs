//! Stamps in all the spellings that programs use in their own log files.
//!
//! ```text
//! 2026-06-14T15:16:01.25+02:00   2026-06-14 15:16:01,250 CEST   2026/06/14 15:16:01 -05:00
//! 14/Jun/2026:15:16:01 +0200     14-Jun-2026 15:16:01.459       14 Jun 2026 15:16:01
//! Sun Jun 14 15:16:01 CEST 2026  Sun, 14 Jun 2026 15:16:01 UTC  Jun 14, 2026 3:16:01 PM
//! 06/14/2026, 3:16:01 PM         06/14/2026-15:16:01.250        26/06/14 15:16:01
//! 2026.06.14 15:16:01            14.06.2026 15:16:01            06/14/26, 3:16:01 PM
//! 20260614 15:16:01              20260614T151601                2026-165T15:16:01
//! E0614 15:16:01.250             Jun 14 15:16:01                @400000006a2ea99b0ee6b280
//! E20260614 15:16:01.250         20260614:151601.250            [1781450161]
//! 1781450161.250                 1781450161250                  2026/06/14 - 15:16:01
//! ```
//!
//! Of `6/7/2026` the month comes first, unless it is greater than twelve; of `7.6.2026` the day. A
//! two-digit year is of this century, and stands first unless there is a comma behind the date. Zone names are those that mean one offset in practice; others are passed over.
//! An epoch counts only at the beginning of a line, in a bracket there, or behind a process id alone,
//! and only from 2001 to 2100.
//!
//! What it does *not* know: where in a line a stamp may be ([`crate::format`]'s `stamped`).

use super::{Date, Stamp, clock, digits, exists, month, month_day, offset};
use common::clock::{DAY, SECOND, day_number};

/// What a stamp says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Full(Stamp),
    /// Month, day, microseconds of the day.
    Yearless(u8, u8, i64),
}

/// Reads the stamp that begins at a column; returns the column after it.
pub(crate) fn read(text: &[u8], at: usize) -> Option<(When, usize)> {
    let full = |(stamp, end)| (When::Full(stamp), end);
    match text.get(at)? {
        b'0'..=b'9' => {
            let year_first = year_first(text, at).or_else(|| compact(text, at));
            let other = || {
                let dotted = || dotted(text, at);
                day_first(text, at).or_else(|| slashed(text, at)).or_else(dotted)
            };
            let rest = || {
                epoch(text, at)
                    .filter(|_| matches!(text[..at], [] | [b'[']) || follows_pid(text, at))
            };
            year_first.or_else(other).or_else(rest).map(full)
        }
        b'@' => tai64n(text, at + 1).map(full),
        b'A'..=b'Z' => lettered(text, at),
        _ => None,
    }
}

/// Whether a column stands behind `7 ` or `[pid 7] ` at the beginning of a line.
fn follows_pid(text: &[u8], at: usize) -> bool {
    let lead = text[..at].trim_ascii_end();
    let inside = lead.strip_prefix(b"[pid ").and_then(|lead| lead.strip_suffix(b"]"));
    let digits = inside.unwrap_or(lead).trim_ascii_start();
    lead.len() < at && (1..=7).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// A wall-clock time on a date, with the zone that follows it.
fn complete(text: &[u8], date: Date, (time, after): (i64, usize)) -> Option<(Stamp, usize)> {
    let (offset, end) = zone(text, after);
    let wall = day_number(date.0, date.1, date.2) * DAY + time;
    exists(date).then_some((Stamp { wall, offset }, end))
}

/// Reads `2026-06-14T15:16:01`, `2026/06/14 15:16:01` or `2026-165T15:16:01`, and the zone.
fn year_first(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    if let Some((date, after)) = super::date(text, at) {
        let separator = text.get(after).filter(|byte| matches!(byte, b'T' | b't' | b' '))?;
        let after = match *separator {
            b' ' if text[after..].starts_with(b" - ") => after + 3,
            b' ' => after + spaces(text, after),
            _ => after + 1,
        };
        return complete(text, date, clock(text, after)?);
    }
    let (year, day) = (digits(text, at, 4)?, digits(text, at + 5, 3)?);
    let shaped = text[at + 4] == b'-' && text.get(at + 8) == Some(&b'T');
    let last = 365 + i64::from(super::is_leap(year));
    if !shaped || !(1..=last).contains(&day) || !exists((year, 1, 1)) {
        return None;
    }
    let (time, after) = clock(text, at + 9)?;
    let (offset, end) = zone(text, after);
    Some((Stamp { wall: (day_number(year, 1, 1) + day - 1) * DAY + time, offset }, end))
}

/// Reads `20260614 15:16:01`, `20260614T151601` or `20260614.151601,250`.
fn compact(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let date = super::plain_date(text, at)?;
    let separator =
        text.get(at + 8).filter(|byte| matches!(byte, b'T' | b' ' | b'.' | b'-' | b':'))?;
    let start = at + 8 + if *separator == b' ' { spaces(text, at + 8) } else { 1 };
    if let Some(time) = hours(text, start) {
        return complete(text, date, time);
    }
    let (hour, minute) = (digits(text, start, 2)?, digits(text, start + 2, 2)?);
    let second = digits(text, start + 4, 2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, after) = super::fraction(text, start + 6);
    complete(text, date, (((hour * 60 + minute) * 60 + second) * SECOND + fraction, after))
}

/// Reads `14/Jun/2026:15:16:01`, `14-Jun-2026 15:16:01` or `14 Jun 2026 15:16:01`, and the zone.
fn day_first(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let width = number_width(text, at, 2);
    let day = u8::try_from(digits(text, at, width)?).ok()?;
    let separator = *text.get(at + width).filter(|byte| matches!(byte, b'/' | b'-' | b' '))?;
    let month = month(text, at + width + 1)?;
    let after = at + width + 4;
    if text.get(after) != Some(&separator) {
        return None;
    }
    let year = digits(text, after + 1, 4)?;
    let after = after + 5;
    if !matches!(text.get(after), Some(b':' | b' ')) {
        return None;
    }
    complete(text, (year, month, day), clock(text, after + 1)?)
}

/// Reads `06/14/2026, 3:16:01 PM`, `06/14/2026-15:16:01` or `26/06/14 15:16:01`.
fn slashed(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let mut parts = [0; 3];
    let mut place = at;
    let mut widths = [0; 3];
    for (nth, part) in parts.iter_mut().enumerate() {
        widths[nth] = number_width(text, place, 4);
        *part = digits(text, place, widths[nth]).filter(|_| widths[nth] > 0)?;
        place += widths[nth];
        if nth < 2 {
            if text.get(place) != Some(&b'/') {
                return None;
            }
            place += 1;
        }
    }
    let small = |part: i64| u8::try_from(part).unwrap_or(0);
    let date = match widths {
        [1 | 2, 1 | 2, 4] if parts[0] > 12 => (parts[2], small(parts[1]), small(parts[0])),
        [1 | 2, 1 | 2, 2] if text.get(place) == Some(&b',') => {
            (2000 + parts[2], small(parts[0]), small(parts[1]))
        }
        [1 | 2, 1 | 2, 4] => (parts[2], small(parts[0]), small(parts[1])),
        [2, 2, 2] => (2000 + parts[0], small(parts[1]), small(parts[2])),
        _ => return None,
    };
    let gap = match &text[place..] {
        [b',', b' ', ..] => 2,
        [b' ' | b'-' | b':', ..] => 1,
        _ => return None,
    };
    complete(text, date, halved(text, hours(text, place + gap)?))
}

/// Reads `2026.06.14 15:16:01`, with a fraction behind a colon too, or `14.06.2026 15:16:01`.
fn dotted(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let date: &[u8; 11] = text.get(at..)?.first_chunk()?;
    let (year, month, day) = match date {
        [_, _, _, _, b'.', _, _, b'.', _, _, b' '] => (0, 5, 8),
        [_, _, b'.', _, _, b'.', _, _, _, _, b' '] => (6, 3, 0),
        _ => return None,
    };
    let small = |place| u8::try_from(digits(date, place, 2)?).ok();
    let date = (digits(date, year, 4)?, small(month)?, small(day)?);
    let (time, after) = clock(text, at + 11)?;
    let width = number_width(text, after + 1, 6);
    if width < 3 || text[after] != b':' {
        return complete(text, date, (time, after));
    }
    let fraction = digits(text, after + 1, 3)? * SECOND / 1000;
    complete(text, date, (time + fraction, after + 1 + width))
}

/// Reads what begins with a name: a weekday, a month, a level of glog's.
fn lettered(text: &[u8], at: usize) -> Option<(When, usize)> {
    let start = weekday(text, at).unwrap_or(at);
    if start > at
        && let Some((stamp, end)) = day_first(text, start)
    {
        return Some((When::Full(stamp), end));
    }
    if let Some((month, day, after)) = month_day(text, start) {
        return month_first(text, month, day, after);
    }
    if !matches!(text[at], b'I' | b'W' | b'E' | b'F') {
        return None;
    }
    if let Some(date) = super::plain_date(text, at + 1).filter(|_| text.get(at + 9) == Some(&b' '))
    {
        let found = complete(text, date, clock(text, at + 10)?);
        return found.map(|(stamp, end)| (When::Full(stamp), end));
    }
    let (month, day) = (digits(text, at + 1, 2)?, digits(text, at + 3, 2)?);
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let (time, end) = clock(text, at + 6).filter(|_| text[at + 5] == b' ')?;
    exists((2000, month, day)).then_some((When::Yearless(month, day, time), end))
}

/// Reads what follows `Jun 14`: ` 15:16:01 CEST 2026`, `, 2026 3:16:01 PM`, ` 15:16:01`.
fn month_first(text: &[u8], month: u8, day: u8, after: usize) -> Option<(When, usize)> {
    let gap = if text.get(after) == Some(&b',') { 2 } else { 1 };
    if text.get(after + gap - 1) != Some(&b' ') {
        return None;
    }
    let place = after + gap;
    if let Some(year) = digits(text, place, 4).filter(|_| text.get(place + 4) == Some(&b' ')) {
        let time = halved(text, hours(text, place + 5)?);
        return complete(text, (year, month, day), time).map(|(at, end)| (When::Full(at), end));
    }
    let (time, end) = clock(text, place)?;
    let (offset, behind) = zone(text, end);
    let year = digits(text, behind + 1, 4).filter(|year| (1970..2100).contains(year));
    let separate = text.get(behind) == Some(&b' ')
        && match text.get(behind + 5) {
            Some(b':') => matches!(text.get(behind + 6), None | Some(b' ')),
            next => !next.is_some_and(u8::is_ascii_alphanumeric),
        };
    match year.filter(|_| separate) {
        Some(year) => {
            let wall = day_number(year, month, day) * DAY + time;
            let stamp = Stamp { wall, offset };
            exists((year, month, day)).then_some((When::Full(stamp), behind + 5))
        }
        None => Some((When::Yearless(month, day, time), end)),
    }
}

/// Reads `Sun ` or `Sun, `.
fn weekday(text: &[u8], at: usize) -> Option<usize> {
    const NAMES: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    let name = text.get(at..at + 3)?;
    let after = at + 3 + usize::from(text.get(at + 3) == Some(&b','));
    (NAMES.iter().any(|have| have == &name) && text.get(after) == Some(&b' ')).then_some(after + 1)
}

/// Reads `15:16:01` or `3:16:01`, and a fraction.
fn hours(text: &[u8], at: usize) -> Option<(i64, usize)> {
    if let Some(time) = clock(text, at) {
        return Some(time);
    }
    let hour = digits(text, at, 1).filter(|_| text.get(at + 1) == Some(&b':'))?;
    let (minute, second) = (digits(text, at + 2, 2)?, digits(text, at + 5, 2)?);
    if minute > 59 || second > 59 || text[at + 4] != b':' {
        return None;
    }
    let (fraction, after) = super::fraction(text, at + 7);
    Some((((hour * 60 + minute) * 60 + second) * SECOND + fraction, after))
}

/// A time with ` AM` or ` PM` behind it, if one is there.
fn halved(text: &[u8], (time, after): (i64, usize)) -> (i64, usize) {
    let half = 12 * 3600 * SECOND;
    match text.get(after..after + 3) {
        Some(b" AM" | b" am") if time < half + 3600 * SECOND => (time % half, after + 3),
        Some(b" PM" | b" pm") if time < half + 3600 * SECOND => (time % half + half, after + 3),
        _ => (time, after),
    }
}

/// Reads `Z`, `+02:00`, ` +0200`, ` UTC`, ` CEST`; nothing where a word means something else.
fn zone(text: &[u8], at: usize) -> (Option<i64>, usize) {
    let gap = usize::from(text.get(at) == Some(&b' '));
    let place = at + gap;
    match text.get(place) {
        Some(b'+' | b'-') => {
            let (found, end) = offset(text, place);
            let long = end >= place + 5 || gap == 0;
            match found.filter(|_| long) {
                Some(found) => (Some(found), end),
                None => (None, at),
            }
        }
        Some(b'Z' | b'z') if gap == 0 => (Some(0), place + 1),
        Some(b'A'..=b'Z') => {
            named(text, place).map_or((None, at), |(found, end)| (Some(found), end))
        }
        _ => (None, at),
    }
}

/// (name, hours ahead of UTC)
const ZONES: &[(&[u8], i64)] = &[
    (b"Z", 0),
    (b"UTC", 0),
    (b"GMT", 0),
    (b"WET", 0),
    (b"WEST", 1),
    (b"CET", 1),
    (b"CEST", 2),
    (b"EET", 2),
    (b"EEST", 3),
    (b"MSK", 3),
    (b"EST", -5),
    (b"EDT", -4),
    (b"CST", -6),
    (b"CDT", -5),
    (b"MST", -7),
    (b"MDT", -6),
    (b"PST", -8),
    (b"PDT", -7),
    (b"JST", 9),
    (b"AEST", 10),
    (b"AEDT", 11),
];

fn named(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let width = text[at..].iter().take(5).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let word = std::str::from_utf8(&text[at..at + width]).ok()?;
    Some((named_zone(word)?, at + width))
}

/// The microseconds ahead of UTC that a zone's name means.
pub(crate) fn named_zone(word: &str) -> Option<i64> {
    let (_, hours) = ZONES.iter().find(|(name, _)| *name == word.as_bytes())?;
    Some(hours * 3600 * SECOND)
}

/// Reads `1781450161`, with a fraction, or in milliseconds.
fn epoch(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let width = number_width(text, at, 14);
    let number = digits(text, at, width)?;
    let (micros, end) = match width {
        10 => match super::fraction(text, at + 10) {
            (fraction, end) if text.get(end) != Some(&b'.') => (number * SECOND + fraction, end),
            _ => (number * SECOND, at + 10),
        },
        13 => (number * 1000, at + 13),
        _ => return None,
    };
    let known = (1_000_000_000 * SECOND..4_102_444_800 * SECOND).contains(&micros);
    known.then_some((Stamp { wall: micros, offset: Some(0) }, end))
}

/// Reads 24 hexadecimal digits: 2⁶² + TAI seconds, nanoseconds. TAI was 10 s ahead in 1970, by
/// which djb's programs write it, whatever leap seconds came after.
fn tai64n(text: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let label = text.get(at..at + 24).filter(|label| label.iter().all(u8::is_ascii_hexdigit))?;
    let number = |digits: &[u8]| i64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    let seconds = number(&label[..16])?.checked_sub((1 << 62) + 10)?;
    let nanos = number(&label[16..])?;
    let known = (0..4_102_444_800).contains(&seconds) && nanos < 1_000_000_000;
    // Lazily: what is out of range cannot be multiplied.
    known.then(|| (Stamp { wall: seconds * SECOND + nanos / 1000, offset: Some(0) }, at + 24))
}

fn number_width(text: &[u8], at: usize, most: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count()
}

fn spaces(text: &[u8], at: usize) -> usize {
    text[at..].iter().take(2).take_while(|&&byte| byte == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::clock::Timestamp;

    /// The instant that a stamp means, UTC where it names no zone, and the rest of the text.
    fn instant(text: &str) -> Option<(String, &str)> {
        let (when, end) = read(text.as_bytes(), 0)?;
        let time = match when {
            When::Full(stamp) => Timestamp(stamp.wall - stamp.offset.unwrap_or(0)).to_string(),
            When::Yearless(month, day, time) => format!("{month}-{day} {}", time / SECOND),
        };
        Some((time, &text[end..]))
    }

    #[test]
    fn every_spelling_of_one_instant() {
        for text in [
            "2026-06-14T13:16:01.25Z",
            "2026-06-14T15:16:01.25+02:00",
            "2026-06-14 15:16:01,250 CEST",
            "2026/06/14 08:16:01.25 -05:00",
            "2026/06/14 - 13:16:01.25",
            "14/Jun/2026:15:16:01.25 +0200",
            "14-Jun-2026 13:16:01.25",
            "Sun Jun 14 15:16:01.25 CEST 2026",
            "Sun, 14 Jun 2026 13:16:01.25 UTC",
            "Jun 14, 2026 1:16:01.25 PM",
            "06/14/2026, 1:16:01.25 PM",
            "06/14/2026-13:16:01.25",
            "14/6/2026 13:16:01.25",
            "26/06/14 13:16:01.25",
            "6/14/26, 1:16:01.25 PM",
            "2026.06.14 13:16:01.25",
            "2026.06.14 13:16:01:2500",
            "14.06.2026 13:16:01.25",
            "2026-06-14 13:16:01.25 Z",
            "20260614 13:16:01.25",
            "20260614T131601,25",
            "20260614:131601.25",
            "I20260614 13:16:01.25",
            "2026-165T13:16:01.25",
            "1781442961.25",
            "1781442961250",
            "@400000006a2ea99b0ee6b280",
        ] {
            let want = Some(("2026-06-14T13:16:01.250000Z".to_owned(), ""));
            assert_eq!(instant(text), want, "{text}");
        }
    }

    #[test]
    fn a_stamp_ends_where_other_things_begin() {
        for (text, rest) in [
            ("2026-06-14 13:16:01 -5 x", " -5 x"),
            ("2026-06-14 13:16:01 ERROR x", " ERROR x"),
            ("2026-06-14T13:16:01FOO x", "FOO x"),
            ("Sun Jun 14 13:16:01 2026 x", " x"),
            ("2026-06-14 13:16:01 Zone x", " Zone x"),
            ("2026.06.14 13:16:01: x", ": x"),
            ("06/14/2026, 1:16:01    WARN", "    WARN"),
            ("1781442961.4711.0 [14/Jun/2026", ".4711.0 [14/Jun/2026"),
        ] {
            assert_eq!(instant(text).map(|(_, rest)| rest), Some(rest), "{text}");
        }
        assert_eq!(
            instant("E0614 13:16:01.5 7 a.cc:1]"),
            Some(("6-14 47761".into(), " 7 a.cc:1]"))
        );
        assert_eq!(
            instant("Jun 14 13:16:01 2001:db8::7"),
            Some(("6-14 47761".into(), " 2001:db8::7"))
        );
    }

    #[test]
    fn what_is_no_stamp() {
        for text in [
            "",
            "2026-02-30T13:16:01Z",
            "2026-06-14",
            "31/06/2026 13:16:01",
            "31.06.2026 13:16:01",
            "2026.06.14.1 13:16:01",
            "2026-366T00:00:00",
            "178144296",
            "17814429611",
            "9999999999",
            "E1314 13:16:01",
            "Sun Jun 14",
            "@40000000",
            "Monday 14",
            "1/2/3 4:5",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
