//! Lengths of time as people write them: `10m`, `2h`, `1d`, `1w`, `90s`, `500ms`, `1h30m`.
//!
//! ```text
//! span   = number | 1*( number [SP] unit [SP] )
//! number = 1*DIGIT
//! unit   = us | ms | s | sec… | m | min… | h | hour… | d | day… | w | week…
//! ```
//!
//! A number without a unit counts in the unit that the caller gives (a rule's `time_int` is in
//! minutes). What it does *not* know: calendars. A day is 24 hours and a week is seven of them;
//! [`super::words`] is where days follow the zone.

use super::{DAY, SECOND};
use std::fmt;

/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a week.
pub const WEEK: i64 = 7 * DAY;

/// A length of time in microseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

/// Why a text is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is no length of time: write 90s, 10m, 2h, 1d, 1w or 500ms", text.escape_debug())]
pub struct SpanError {
    /// The text as given.
    pub text: String,
}

/// Units from the largest; the first of each that divides a span evenly prints it.
const UNITS: [(&str, i64); 7] =
    [("w", WEEK), ("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1_000), ("us", 1)];

impl Span {
    /// Reads a span; a number without a unit counts in `unit` microseconds.
    ///
    /// # Errors
    /// The text is no span, or is longer than 64 bits of microseconds can tell.
    pub fn parse(text: &str, unit: i64) -> Result<Span, SpanError> {
        let refuse = || SpanError { text: text.to_owned() };
        let trimmed = text.trim();
        if let Ok(number) = trimmed.parse::<u32>() {
            return i64::from(number).checked_mul(unit).map(Span).ok_or_else(refuse);
        }
        let mut total = 0_i64;
        let mut rest = trimmed;
        while !rest.is_empty() {
            let (micros, after) = part(rest).ok_or_else(refuse)?;
            total = total.checked_add(micros).ok_or_else(refuse)?;
            rest = after;
        }
        if trimmed.is_empty() { Err(refuse()) } else { Ok(Span(total)) }
    }
}

/// One number with its unit, and what follows it.
fn part(text: &str) -> Option<(i64, &str)> {
    let digits = text.find(|char: char| !char.is_ascii_digit())?;
    let number: i64 = text[..digits].parse().ok()?;
    let rest = text[digits..].trim_start();
    let end = rest.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(rest.len());
    let micros = number.checked_mul(unit(&rest[..end])?)?;
    Some((micros, rest[end..].trim_start()))
}

/// The microseconds in a unit, by any of its names.
#[must_use]
pub fn unit(name: &str) -> Option<i64> {
    Some(match name {
        "us" | "µs" => 1,
        "ms" => 1_000,
        "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
        "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
        "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => WEEK,
        _ => return None,
    })
}

impl fmt::Display for Span {
    /// The whole span in the largest unit that divides it: `90m`, not `1h30m`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let fits = |(_, micros): &&(&str, i64)| self.0 % micros == 0;
        match UNITS.iter().find(fits) {
            Some((name, micros)) => write!(f, "{}{name}", self.0 / micros),
            None => write!(f, "{}us", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let read = |text| Span::parse(text, MINUTE).map(|span| span.0);
        assert_eq!(read("90s"), Ok(90 * SECOND));
        assert_eq!(read("10m"), Ok(10 * MINUTE));
        assert_eq!(read("2 hours"), Ok(2 * HOUR));
        assert_eq!(read("1d"), Ok(DAY));
        assert_eq!(read("1w"), Ok(WEEK));
        assert_eq!(read("500ms"), Ok(500_000));
        assert_eq!(read("1h30m"), Ok(90 * MINUTE));
        assert_eq!(read("10"), Ok(10 * MINUTE), "a plain number is in the caller's unit");
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", " ", "m", "-5m", "5x", "5 m 3", "99999999999999999999s", "9e9d", "1.5h"] {
            assert!(Span::parse(text, SECOND).is_err(), "{text}");
        }
    }

    #[test]
    fn prints_what_it_reads() {
        for text in ["0s", "1us", "500ms", "90s", "10m", "90m", "2h", "1d", "10d", "1w"] {
            assert_eq!(Span::parse(text, SECOND).map(|span| span.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(Span::parse("60s", SECOND).map(|span| span.to_string()), Ok("1m".to_owned()));
    }
}
