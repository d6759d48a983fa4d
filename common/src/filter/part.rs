//! A part of a time, as Sigma's time modifiers take it from a date that is written out.
//!
//! `2026-08-01T10:20:30Z` and `2026-08-01 10:20:30` have every part; a date alone has no hour.
//! What it does *not* know: zones; a part is taken as it is written.

use jiff::civil::Date;
use std::fmt;
use std::ops::RangeInclusive;

/// A part of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// 1 to 31.
    Day,
    /// 1 to 53, by ISO 8601. Sigma's rules name 1 to 52.
    Week,
    /// 1 to 12.
    Month,
    /// The year.
    Year,
}

const NAMES: [(Part, &str); 6] = [
    (Part::Minute, "minute"),
    (Part::Hour, "hour"),
    (Part::Day, "day"),
    (Part::Week, "week"),
    (Part::Month, "month"),
    (Part::Year, "year"),
];

impl Part {
    /// The part of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Part> {
        NAMES.iter().find(|(_, have)| *have == name).map(|(part, _)| *part)
    }

    /// The numbers that Sigma gives the part.
    #[must_use]
    pub fn range(self) -> RangeInclusive<i64> {
        match self {
            Part::Minute => 0..=59,
            Part::Hour => 0..=23,
            Part::Day => 1..=31,
            Part::Week => 1..=52,
            Part::Month => 1..=12,
            Part::Year => 0..=9999,
        }
    }

    /// This part of a time in ISO 8601's order.
    #[must_use]
    pub fn of(self, text: &str) -> Option<i64> {
        let digits = |from: usize, until: usize| -> Option<i64> {
            let part = text.get(from..until)?;
            let all = part.bytes().all(|byte| byte.is_ascii_digit());
            if all { part.parse().ok() } else { None }
        };
        let sign = |at: usize| text.as_bytes().get(at).copied();
        let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
        if sign(4) != Some(b'-') || sign(7) != Some(b'-') {
            return None;
        }
        let date = Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        );
        let date = date.ok()?;
        match self {
            Part::Year => Some(year),
            Part::Month => Some(month),
            Part::Day => Some(day),
            Part::Week => Some(date.iso_week_date().week().into()),
            Part::Hour if matches!(sign(10), Some(b'T' | b't' | b' ')) => digits(11, 13),
            Part::Minute if sign(13) == Some(b':') => digits(14, 16),
            Part::Hour | Part::Minute => None,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(part, _)| part == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_taken_as_written() {
        let of = |text: &str| NAMES.map(|(part, _)| part.of(text));
        let all = [Some(20), Some(10), Some(1), Some(31), Some(8), Some(2026)];
        assert_eq!(of("2026-08-01T10:20:30.5+02:00"), all);
        assert_eq!(of("2026-08-01 10:20"), all);
        assert_eq!(of("2026-08-01")[..2], [None, None]);
        assert_eq!(of("2026-13-01"), [None; 6]);
        assert_eq!(of("yesterday"), [None; 6]);
        assert_eq!(of("２026-08-01"), [None; 6]);
    }
}
