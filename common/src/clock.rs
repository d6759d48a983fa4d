//! Time: the one reader of the wall clock, and timestamps in and out.
//!
//! An instant is a number of microseconds since 1970-01-01T00:00:00Z ([`Timestamp`]). Text forms:
//! RFC 3339 in UTC with microseconds for machines; [`words`] reads what people write
//! (`2h`, `yesterday`, `@1700000000`); [`span`] reads lengths of time; [`zone`] reads zones.
//!
//! What it does *not* know: log formats. Their stamps are read in `common/parse`.

pub mod span;
pub mod words;
pub mod zone;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// An instant: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
pub const DAY: i64 = 86_400 * SECOND;

impl Timestamp {
    /// The earliest instant that an event can carry: 0001-01-01T00:00:00Z.
    pub const MIN: Timestamp = Timestamp(-62_135_596_800 * SECOND);
    /// The latest instant that an event can carry: 9999-12-31T23:59:59.999999Z.
    pub const MAX: Timestamp = Timestamp(253_402_300_800 * SECOND - 1);

    /// The present, from the system's clock.
    #[must_use]
    pub fn now() -> Timestamp {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX),
        };
        Timestamp(micros)
    }

    /// Days since 1970-01-01, rounded down.
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// Year, month (1–12) and day (1–31) in UTC.
    #[must_use]
    pub fn date(self) -> (i64, u8, u8) {
        civil(self.day())
    }

    /// Reads RFC 3339 with an offset, or with `Z`; a space in place of `T` is allowed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Timestamp> {
        let text = text.trim();
        match text.parse::<jiff::Timestamp>() {
            Ok(stamp) => Some(Timestamp(stamp.as_microsecond())),
            Err(_) => last_day(text),
        }
    }
}

/// The last hours of the year 9999, which lie beyond what jiff calls an instant.
fn last_day(text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.strip_suffix(['Z', 'z'])?.parse().ok()?;
    let (month, day) = (u8::try_from(civil.month()).ok()?, u8::try_from(civil.day()).ok()?);
    let days = day_number(civil.year().into(), month, day);
    let minutes = i64::from(civil.hour()) * 60 + i64::from(civil.minute());
    let micros = i64::from(civil.subsec_nanosecond()) / 1_000;
    Some(Timestamp(days * DAY + (minutes * 60 + i64::from(civil.second())) * SECOND + micros))
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with six digits of fraction: `2026-11-20T21:08:00.000000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0u8; 27];
        f.write_str(self.write(&mut buffer))
    }
}

impl Timestamp {
    /// Writes the RFC 3339 form into `buffer` and returns it. Instants outside the years 1–9999
    /// are clamped to them. Faster than `Display` where a million stamps are printed.
    #[must_use]
    pub fn write(self, buffer: &mut [u8; 27]) -> &str {
        let clamped = Timestamp(self.0.clamp(Timestamp::MIN.0, Timestamp::MAX.0));
        let (year, month, day) = clamped.date();
        let micros = clamped.0.rem_euclid(DAY);
        let (seconds, fraction) = (micros / SECOND, micros % SECOND);
        digits(&mut buffer[0..4], year);
        buffer[4] = b'-';
        digits(&mut buffer[5..7], i64::from(month));
        buffer[7] = b'-';
        digits(&mut buffer[8..10], i64::from(day));
        buffer[10] = b'T';
        digits(&mut buffer[11..13], seconds / 3600);
        buffer[13] = b':';
        digits(&mut buffer[14..16], seconds / 60 % 60);
        buffer[16] = b':';
        digits(&mut buffer[17..19], seconds % 60);
        buffer[19] = b'.';
        digits(&mut buffer[20..26], fraction);
        buffer[26] = b'Z';
        std::str::from_utf8(buffer).unwrap_or_default()
    }
}

fn digits(out: &mut [u8], mut value: i64) {
    for byte in out.iter_mut().rev() {
        *byte = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

/// The proleptic Gregorian date of a day number (days since 1970-01-01).
///
/// Method: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (public domain).
#[must_use]
pub fn civil(day: i64) -> (i64, u8, u8) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(m <= 2);
    (year, u8::try_from(m).unwrap_or(1), u8::try_from(d).unwrap_or(1))
}

/// The day number (days since 1970-01-01) of a proleptic Gregorian date; the inverse of [`civil`].
#[must_use]
pub fn day_number(year: i64, month: u8, day: u8) -> i64 {
    let y = year - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let m = i64::from(month);
    let mp = if m > 2 { m - 3 } else { m + 9 };
    let doy = (153 * mp + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc3339_with_microseconds() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000000Z");
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999999Z");
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00.000000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
    }

    #[test]
    fn reads_what_it_prints() {
        for micros in [0, 1, -1, 1_709_164_800_123_456, 951_782_400_000_000] {
            assert_eq!(Timestamp::parse(&Timestamp(micros).to_string()), Some(Timestamp(micros)));
        }
        for last in
            [Timestamp::MIN, Timestamp::MAX, Timestamp(Timestamp::MAX.0 - 7 * 3_600 * SECOND)]
        {
            assert_eq!(Timestamp::parse(&last.to_string()), Some(last));
        }
        assert_eq!(Timestamp::parse("9999-12-31T23:59:59"), None);
    }

    #[test]
    fn civil_and_day_number_are_inverse() {
        for day in (-800_000..2_932_000).step_by(97) {
            let (year, month, dom) = civil(day);
            assert_eq!(day_number(year, month, dom), day);
        }
    }
}
