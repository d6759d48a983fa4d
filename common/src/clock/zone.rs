//! Time zones: an offset, an IANA zone, or the system's own; and wall-clock time to instants.
//!
//! | text | zone |
//! |---|---|
//! | `+0500`, `+05:00`, `+05`, `-0330` | that many hours and minutes ahead of UTC (ISO 8601) |
//! | `UTC`, `Z`, `GMT` | UTC |
//! | `local` | the system's zone |
//! | `Europe/Berlin` | the rules of that name in the IANA database, which is built in |
//!
//! Wall-clock time is a number of microseconds, counted as though the wall clock were UTC. Where
//! it does not name one instant: a time that occurs twice (clocks go back) is its first
//! occurrence; a time that never occurs (clocks go forward) is read with the offset before the
//! change, so that it falls just after it.
//!
//! What it does *not* know: log formats, the present.

use super::{SECOND, Timestamp, civil, day_number};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use std::fmt;
use std::str::FromStr;

/// A time zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    name: String,
    rules: Rules,
}

#[derive(Clone, Debug, PartialEq)]
enum Rules {
    /// Always so many seconds ahead of UTC.
    Fixed(i32),
    Table(TimeZone),
}

/// Why a text is no zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone {text:?}: expected +0500, UTC, local, or a name such as Europe/Berlin")]
pub struct ZoneError {
    /// The text.
    pub text: String,
}

/// A stretch of wall-clock time with one offset, so that a reader of many stamps looks the zone
/// up once for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first microsecond of wall-clock time.
    pub from: i64,
    /// The first microsecond after it.
    pub until: i64,
    /// Microseconds ahead of UTC.
    pub offset: i64,
}

/// A stretch of wall-clock time that occurs twice, as clocks go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Its first microsecond of wall-clock time.
    pub from: i64,
    /// The first microsecond after it.
    pub until: i64,
    /// How much later its second occurrence is, in microseconds.
    pub length: i64,
}

impl Period {
    /// Whether a wall-clock time lies in it.
    #[must_use]
    pub fn contains(&self, wall: i64) -> bool {
        self.from <= wall && wall < self.until
    }
}

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Zone {
        Zone { name: "UTC".to_owned(), rules: Rules::Fixed(0) }
    }

    /// The system's zone (`TZ`, else `/etc/localtime`); UTC where it has none.
    #[must_use]
    pub fn local() -> Zone {
        Zone { name: "local".to_owned(), rules: Rules::Table(TimeZone::system()) }
    }

    /// Seconds ahead of UTC at an instant.
    #[must_use]
    pub fn offset(&self, at: Timestamp) -> i32 {
        match &self.rules {
            Rules::Fixed(seconds) => *seconds,
            Rules::Table(zone) => jiff::Timestamp::from_microsecond(at.0)
                .map_or(0, |instant| zone.to_offset(instant).seconds()),
        }
    }

    /// The wall-clock time at an instant.
    #[must_use]
    pub fn wall(&self, at: Timestamp) -> i64 {
        at.0.saturating_add(i64::from(self.offset(at)) * SECOND)
    }

    /// The instant of a wall-clock time.
    #[must_use]
    pub fn instant(&self, wall: i64) -> Timestamp {
        Timestamp(wall.saturating_sub(self.period(wall).offset))
    }

    /// The stretch around a wall-clock time that occurs twice.
    #[must_use]
    pub fn fold(&self, wall: i64) -> Option<Fold> {
        let Rules::Table(zone) = &self.rules else { return None };
        let AmbiguousOffset::Fold { before, after } =
            zone.to_ambiguous_timestamp(date_time(wall)?).offset()
        else {
            return None;
        };
        let micros = |offset: Offset| i64::from(offset.seconds()) * SECOND;
        let first = jiff::Timestamp::from_microsecond(wall - micros(before)).ok()?;
        let change = zone.following(first).next()?.timestamp().as_microsecond();
        let (from, until) = (change + micros(after), change + micros(before));
        Some(Fold { from, until, length: until - from })
    }

    /// The stretch of wall-clock time around `wall` that has one offset.
    #[must_use]
    pub fn period(&self, wall: i64) -> Period {
        match &self.rules {
            Rules::Fixed(seconds) => {
                Period { from: i64::MIN, until: i64::MAX, offset: i64::from(*seconds) * SECOND }
            }
            Rules::Table(zone) => table_period(zone, wall),
        }
    }
}

fn table_period(zone: &TimeZone, wall: i64) -> Period {
    let micros = |offset: Offset| i64::from(offset.seconds()) * SECOND;
    let alone = |offset| Period { from: wall, until: wall.saturating_add(1), offset };
    let Some(local) = date_time(wall) else { return alone(0) };
    let offset = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => {
            return alone(micros(before));
        }
    };
    let own = micros(offset);
    let Ok(instant) = jiff::Timestamp::from_microsecond(wall - own) else { return alone(own) };
    let after = jiff::Timestamp::from_microsecond(wall - own + 1).unwrap_or(instant);
    let from = zone.preceding(after).next().map_or(i64::MIN, |change| {
        let at = change.timestamp().as_microsecond();
        let before =
            jiff::Timestamp::from_microsecond(at - 1).map_or(offset, |t| zone.to_offset(t));
        at + own.max(micros(before))
    });
    let until = zone.following(instant).next().map_or(i64::MAX, |change| {
        change.timestamp().as_microsecond() + own.min(micros(change.offset()))
    });
    Period { from, until, offset: own }
}

/// The civil date and time of a wall-clock time within the years 1–9999.
fn date_time(wall: i64) -> Option<DateTime> {
    if !(Timestamp::MIN.0..=Timestamp::MAX.0).contains(&wall) {
        return None;
    }
    let (year, month, day) = civil(Timestamp(wall).day());
    let seconds = (wall - day_number(year, month, day) * super::DAY).div_euclid(SECOND);
    let part = |value: i64| i8::try_from(value).ok();
    let nanos = i32::try_from(wall.rem_euclid(SECOND) * 1000).ok()?;
    DateTime::new(
        i16::try_from(year).ok()?,
        part(month.into())?,
        part(day.into())?,
        part(seconds / 3600)?,
        part(seconds / 60 % 60)?,
        part(seconds % 60)?,
        nanos,
    )
    .ok()
}

impl Default for Zone {
    fn default() -> Zone {
        Zone::utc()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Zone, ZoneError> {
        if text.eq_ignore_ascii_case("local") {
            return Ok(Zone::local());
        }
        if ["UTC", "Z", "GMT"].iter().any(|name| text.eq_ignore_ascii_case(name)) {
            return Ok(Zone::utc());
        }
        if let Some(seconds) = fixed_offset(text) {
            return Ok(Zone { name: text.to_owned(), rules: Rules::Fixed(seconds) });
        }
        match TimeZone::get(text) {
            Ok(zone) => {
                let name = zone.iana_name().unwrap_or(text).to_owned();
                Ok(Zone { name, rules: Rules::Table(zone) })
            }
            Err(_) => Err(ZoneError { text: text.to_owned() }),
        }
    }
}

/// Reads `±HH`, `±HHMM` or `±HH:MM` as seconds ahead of UTC; at most 23:59.
#[must_use]
pub fn fixed_offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.as_bytes() {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [a, b] => ([*a, *b], *b"00"),
        [a, b, c, d] | [a, b, b':', c, d] => ([*a, *b], [*c, *d]),
        _ => return None,
    };
    let number = |pair: [u8; 2]| {
        pair.iter()
            .all(u8::is_ascii_digit)
            .then(|| i32::from(pair[0] - b'0') * 10 + i32::from(pair[1] - b'0'))
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;

    fn zone(text: &str) -> Zone {
        text.parse().expect("a zone")
    }

    fn wall(text: &str) -> i64 {
        Timestamp::parse(&format!("{text}Z")).expect("a stamp").0
    }

    fn utc(zone: &Zone, text: &str) -> String {
        zone.instant(wall(text)).to_string()[..16].to_owned()
    }

    #[test]
    fn offsets_have_the_sign_of_iso_8601() {
        for text in ["+0500", "+05:00", "+05"] {
            assert_eq!(utc(&zone(text), "2026-01-01T12:00:00"), "2026-01-01T07:00", "{text}");
        }
        assert_eq!(utc(&zone("-0330"), "2026-01-01T12:00:00"), "2026-01-01T15:30");
        for text in ["+5", "+0560", "+2400", "0500", "+05:0", "++05", "Mars/Base", ""] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_kept() {
        for text in ["Europe/Berlin", "+0530", "UTC", "local"] {
            assert_eq!(zone(text).to_string(), text);
        }
        assert_eq!(zone("z").to_string(), "UTC");
    }

    #[test]
    fn gaps_and_folds_are_defined() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(utc(&berlin, "2026-01-15T12:00:00"), "2026-01-15T11:00");
        assert_eq!(utc(&berlin, "2026-07-15T12:00:00"), "2026-07-15T10:00");
        assert_eq!(utc(&berlin, "2026-03-29T02:30:00"), "2026-03-29T01:30", "the gap");
        assert_eq!(utc(&berlin, "2026-10-25T02:30:00"), "2026-10-25T00:30", "the fold");
        assert_eq!(utc(&berlin, "2026-10-25T03:00:00"), "2026-10-25T02:00");
    }

    #[test]
    fn a_period_has_one_offset_and_ends_where_it_changes() {
        for name in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"] {
            let zone = zone(name);
            for day in 0..400 {
                let at = wall("2026-01-01T00:00:00") + day * DAY + day * 12_345 * SECOND;
                let period = zone.period(at);
                assert!(period.contains(at), "{name} {at}");
                let ends =
                    [period.from.max(at - 300 * DAY), at, period.until.min(at + 300 * DAY) - 1];
                for probe in ends {
                    assert_eq!(zone.instant(probe).0, probe - period.offset, "{name} {probe}");
                    assert_eq!(zone.wall(zone.instant(probe)), probe, "{name} {probe}");
                }
            }
        }
    }

    #[test]
    fn absurd_times_do_no_harm() {
        let berlin = zone("Europe/Berlin");
        for wall in [i64::MIN, i64::MAX, Timestamp::MIN.0, Timestamp::MAX.0] {
            let _ = berlin.instant(wall);
            let _ = berlin.wall(Timestamp(wall));
        }
    }
}
