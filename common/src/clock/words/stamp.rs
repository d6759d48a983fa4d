//! Written stamps: ISO 8601 dates and times, siemstress's digits, seconds since 1970.
//!
//! A stamp names a period: its first instant and the first one after it. `2026-08` is a month,
//! `2026-08-01 10:00` a minute. Digits without separators have a year of four digits when that
//! gives a valid date between 1970 and 2099, otherwise of two (20YY): `202608011030` is a
//! minute, `260801103005` a second.
//!
//! What it does *not* know: words.

use super::super::zone::{Zone, fixed_offset};
use super::super::{DAY, SECOND, Timestamp, civil, day_number};

type Period = (Timestamp, Timestamp);

pub(super) fn read(text: &str, zone: &Zone, now: Timestamp) -> Option<Period> {
    if let Some(seconds) = text.strip_prefix('@') {
        return epoch(seconds);
    }
    if is_digits(text) {
        let (from, until) = compact(text)?.period()?;
        return Some((zone.instant(from), zone.instant(until)));
    }
    iso(text, zone, now)
}

/// Whether a text is digits alone, but for a fraction.
pub(super) fn is_digits(text: &str) -> bool {
    let digits = text.split_once('.').map_or(text, |(whole, _)| whole);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn epoch(text: &str) -> Option<Period> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let seconds: i64 = whole.parse().ok()?;
    let (micros, step) = match fraction {
        Some(digits) => micros(digits)?,
        None => (0, SECOND),
    };
    let from = seconds.checked_mul(SECOND)?.checked_add(micros)?;
    Some((Timestamp(from), Timestamp(from.checked_add(step)?)))
}

/// The parts of a stamp that were written, the largest first.
#[derive(Default)]
struct Parts {
    year: i64,
    rest: Vec<u8>,
    fraction: Option<(i64, i64)>,
}

impl Parts {
    /// First and past-the-last microsecond of wall-clock time; `None` when a part is no such.
    fn period(&self) -> Option<(i64, i64)> {
        let part = |place: usize, otherwise: u8| self.rest.get(place).copied().unwrap_or(otherwise);
        let (month, day) = (part(0, 1), part(1, 1));
        let (hour, minute, second) = (part(2, 0), part(3, 0), part(4, 0));
        let valid = (1..=9999).contains(&self.year)
            && (1..=12).contains(&month)
            && (1..=days_of_month(self.year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !valid {
            return None;
        }
        let clock = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        let (micros, step) = self.fraction.unwrap_or((0, SECOND));
        let from = day_number(self.year, month, day) * DAY + clock * SECOND + micros;
        let until = match self.rest.len() {
            0 => day_number(self.year + 1, 1, 1) * DAY,
            1 if month == 12 => day_number(self.year + 1, 1, 1) * DAY,
            1 => day_number(self.year, month + 1, 1) * DAY,
            2 => from + DAY,
            3 => from + 3600 * SECOND,
            4 => from + 60 * SECOND,
            _ => from + step,
        };
        Some((from, until))
    }
}

/// How many days a month of the proleptic Gregorian calendar has.
pub(super) fn days_of_month(year: i64, month: u8) -> u8 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    civil(day_number(next_year, next, 1) - 1).2
}

fn compact(text: &str) -> Option<Parts> {
    let (digits, fraction) = match text.split_once('.') {
        Some((digits, fraction)) => (digits, Some(micros(fraction)?)),
        None => (text, None),
    };
    if digits.len() % 2 != 0 || !(4..=14).contains(&digits.len()) {
        return None;
    }
    let pairs = |text: &str| -> Option<Vec<u8>> {
        text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok()?.parse().ok()).collect()
    };
    let long = Parts { year: digits[..4].parse().ok()?, rest: pairs(&digits[4..])?, fraction };
    let plausible = (1970..2100).contains(&long.year) && long.period().is_some();
    let parts = if plausible {
        long
    } else {
        Parts {
            year: 2000 + digits[..2].parse::<i64>().ok()?,
            rest: pairs(&digits[2..])?,
            fraction,
        }
    };
    let complete = parts.rest.len() == 5;
    (parts.rest.len() <= 5 && (fraction.is_none() || complete)).then_some(parts)
}

/// `[DATE][T| ][TIME][ZONE]`; without a date today's, without a zone the caller's.
fn iso(text: &str, zone: &Zone, now: Timestamp) -> Option<Period> {
    let (stamp, own) = split_zone(text);
    let zone = own.as_ref().unwrap_or(zone);
    let (date, time) = match stamp.split_once(['T', 't', ' ']) {
        Some((date, time)) => (Some(date), Some(time.trim())),
        None if stamp.contains(':') => (None, Some(stamp)),
        None => (Some(stamp), None),
    };
    let mut parts = Parts::default();
    match date {
        Some(date) => {
            let mut pieces = date.split('-');
            parts.year = number(pieces.next()?, 4)?.into();
            for piece in pieces {
                parts.rest.push(u8::try_from(number(piece, 2)?).ok()?);
            }
        }
        None => {
            let (year, month, day) = civil(Timestamp(zone.wall(now)).day());
            (parts.year, parts.rest) = (year, vec![month, day]);
        }
    }
    if let Some(time) = time {
        if parts.rest.len() != 2 {
            return None;
        }
        read_time(time, &mut parts)?;
    }
    let sane = parts.rest.len() <= 5 && (time.is_some() || parts.rest.len() <= 2);
    let (from, until) = parts.period().filter(|_| sane)?;
    Some((zone.instant(from), zone.instant(until)))
}

fn read_time(text: &str, parts: &mut Parts) -> Option<()> {
    let (clock, fraction) = match text.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, Some(micros(fraction)?)),
        None => (text, None),
    };
    for piece in clock.split(':') {
        parts.rest.push(u8::try_from(number(piece, 2)?).ok()?);
    }
    parts.fraction = fraction;
    (fraction.is_none() || parts.rest.len() == 5).then_some(())
}

/// A number of at most `width` digits.
fn number(text: &str, width: usize) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && text.len() <= width { text.parse().ok() } else { None }
}

/// The zone at the end of a stamp that has a time: `Z`, `UTC`, `+0200`, `-03:30`.
fn split_zone(text: &str) -> (&str, Option<Zone>) {
    for name in ["Z", "z", "UTC", "GMT"] {
        if let Some(stamp) = text.strip_suffix(name) {
            return (stamp.trim_end(), Some(Zone::utc()));
        }
    }
    if let Some(colon) = text.find(':')
        && let Some(sign) = text[colon..].find(['+', '-'])
    {
        let (stamp, offset) = text.split_at(colon + sign);
        if fixed_offset(offset).is_some() {
            return (stamp.trim_end(), offset.parse().ok());
        }
    }
    (text, None)
}

/// Microseconds of a decimal fraction, and the length of its last digit; digits beyond the sixth
/// are dropped.
fn micros(digits: &str) -> Option<(i64, i64)> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept = &digits[..digits.len().min(6)];
    let step = 10_i64.pow(6 - u32::try_from(kept.len()).ok()?);
    Some((kept.parse::<i64>().ok()? * step, step))
}
