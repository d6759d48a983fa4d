//! Points in time as people write them, for `-S/--since`, `-U/--until`, `--range` and `--last`.
//!
//! | text | means |
//! |---|---|
//! | `2h`, `-2h`, `2h ago`, `2 days ago`, `1h30m` | that long before now; days are 24 hours |
//! | `3 months ago`, `1 year ago` | the same day and time of day, that many months or years back |
//! | `now`, `today`, `yesterday`, `tomorrow` | now; the beginning of that day in the zone |
//! | `monday` … `sunday`, `mon` … `sun` | the beginning of the latest such day, today included |
//! | `10:00`, `10:00:05` | that time of today |
//! | `2026`, `2026-08`, `2026-08-01`, `2026-08-01 10:00[:SS[.fraction]]` | its beginning, in the zone |
//! | `2026-08-01T10:00:00Z`, `… +02:00` | RFC 3339, with its own offset |
//! | `@1700000000`, `@1700000000.5` | seconds since 1970 |
//! | `20260801[HH[MM[SS]]]`, `260801[HH[MM[SS]]]` | siemstress stamps, with or without the century |
//!
//! A wall-clock time that a change of the clocks skips or repeats is read as [`Zone`] says.
//! Ranges are half-open inside; [`range`] takes inclusive ends, as siemstress did.
//!
//! What it does *not* know: the present and the local zone, which its caller gives.

mod stamp;

use super::span::Span;
use super::zone::Zone;
use super::{DAY, SECOND, Timestamp, civil, day_number};

/// Why a text is no point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is no time: {ACCEPTED}", text.escape_debug())]
pub struct WordError {
    /// The text as given.
    pub text: String,
}

/// What is accepted, in one sentence.
const ACCEPTED: &str = "write 2h, \"2 days ago\", today, yesterday, monday, 10:00, 2026-08-01, \
     \"2026-08-01 10:00\", 2026-08-01T10:00:00Z, 20260801100000 or @1700000000";

/// Why a text is no range of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// There is no dash, or more than the one between the ends.
    #[error("\"{}\" is no range: write FROM-TO with stamps such as 20260801-20260803, \
             or FROM..TO with any times", .0.escape_debug())]
    Form(String),
    /// An end is no time.
    #[error(transparent)]
    End(#[from] WordError),
    /// The first end is later than the second.
    #[error("\"{}\" ends before it begins", .0.escape_debug())]
    Backwards(String),
}

/// Reads a point in time.
///
/// # Errors
/// The text is none of the forms above, or lies outside the years 1–9999.
pub fn instant(text: &str, zone: &Zone, now: Timestamp) -> Result<Timestamp, WordError> {
    period(text, zone, now).map(|(from, _)| from)
}

/// Reads `--last`: everything since so long ago.
///
/// # Errors
/// The text is no length of time.
pub fn last(text: &str, now: Timestamp) -> Result<Timestamp, super::span::SpanError> {
    Span::parse(text, super::span::HOUR).map(|span| Timestamp(now.0.saturating_sub(span.0)))
}

/// Reads `--range FROM-TO`: the first instant of FROM, and the first instant after TO, so that
/// both ends belong to the range whatever their precision. An empty end is open.
///
/// # Errors
/// There are not two ends, an end is no time, or they stand in the wrong order.
pub fn range(
    text: &str,
    zone: &Zone,
    now: Timestamp,
) -> Result<(Option<Timestamp>, Option<Timestamp>), RangeError> {
    let form = || RangeError::Form(text.to_owned());
    let (first, second) = match text.split_once("..") {
        Some(ends) => ends,
        None if text.matches('-').count() == 1 => text.split_once('-').ok_or_else(form)?,
        None => return Err(form()),
    };
    let end = |text: &str| match text.trim() {
        "" => Ok(None),
        text => period(text, zone, now).map(Some),
    };
    let (from, until) = (end(first)?.map(|end| end.0), end(second)?.map(|end| end.1));
    match (from, until) {
        (None, None) => Err(form()),
        (Some(from), Some(until)) if until <= from => Err(RangeError::Backwards(text.to_owned())),
        ends => Ok(ends),
    }
}

/// Whether a text begins with a digit of a date or with `@`, so that now does not matter to it.
#[must_use]
pub fn is_absolute(text: &str) -> bool {
    let text = text.trim();
    let dated = text.len() >= 7 && text.is_ascii() && text.as_bytes()[4] == b'-';
    text.starts_with('@') || dated || stamp::is_digits(text)
}

/// The first instant of what the text names, and the first one after it.
///
/// # Errors
/// The text is none of the forms above, or lies outside the years 1–9999.
pub fn period(
    text: &str,
    zone: &Zone,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), WordError> {
    let lower = text.trim().to_ascii_lowercase();
    let found = word(&lower, zone, now)
        .map(|at| (at, Timestamp(at.0.saturating_add(1))))
        .or_else(|| named_day(&lower, zone, now))
        .or_else(|| stamp::read(text.trim(), zone, now));
    let within = |at: Timestamp| (Timestamp::MIN..=Timestamp::MAX).contains(&at);
    match found {
        Some((from, until)) if within(from) => Ok((from, until)),
        _ => Err(WordError { text: text.to_owned() }),
    }
}

/// `now`, `2h`, `-2h`, `2h ago`, `3 months ago`.
fn word(text: &str, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
    if text == "now" {
        return Some(now);
    }
    let length = text.strip_suffix("ago").map(str::trim_end).unwrap_or(text);
    let length = length.strip_prefix('-').map(str::trim_start).unwrap_or(length);
    if length.ends_with(|char: char| char.is_ascii_digit()) {
        return None;
    }
    if let Ok(span) = Span::parse(length, SECOND) {
        return Some(Timestamp(now.0.checked_sub(span.0)?));
    }
    let (number, unit) = length.split_at(length.find(|char: char| !char.is_ascii_digit())?);
    let months = match unit.trim() {
        "month" | "months" | "mo" => 1,
        "year" | "years" | "y" => 12,
        _ => return None,
    };
    months_before(number.parse::<i64>().ok()?.checked_mul(months)?, zone, now)
}

/// The same day and time of day so many months earlier; the last of the month where it is shorter.
fn months_before(months: i64, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
    let wall = zone.wall(now);
    let (year, month, day) = civil(Timestamp(wall).day());
    let count = (year * 12 + i64::from(month) - 1).checked_sub(months)?;
    if !(12..120_000).contains(&count) {
        return None;
    }
    let (year, month) = (count / 12, u8::try_from(count % 12 + 1).ok()?);
    let day = day.min(stamp::days_of_month(year, month));
    let time_of_day = wall.rem_euclid(DAY);
    Some(zone.instant(day_number(year, month, day) * DAY + time_of_day))
}

/// `today`, `yesterday`, `tomorrow`, weekday names.
fn named_day(text: &str, zone: &Zone, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    const WEEKDAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let today = Timestamp(zone.wall(now)).day();
    let back = match text {
        "today" => 0,
        "yesterday" => 1,
        "tomorrow" => -1,
        name => {
            let full = |day: &str| name == day || name.len() == 3 && day.starts_with(name);
            let wanted = i64::try_from(WEEKDAYS.iter().position(|day| full(day))?).ok()?;
            // 1970-01-01, day 0, was a Thursday.
            (today + 3 - wanted).rem_euclid(7)
        }
    };
    let start = |day: i64| zone.instant(day * DAY);
    Some((start(today - back), start(today - back + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-20T21:08:00.5Z"; // a Friday

    fn read_in(zone: &str, now: &str, text: &str) -> String {
        let zone: Zone = zone.parse().expect("a zone");
        let now = Timestamp::parse(now).expect("a stamp");
        match instant(text, &zone, now) {
            Ok(at) => at.to_string().replace(".000000Z", "Z"),
            Err(error) => error.to_string(),
        }
    }

    fn read(text: &str) -> String {
        read_in("UTC", NOW, text)
    }

    #[test]
    fn lengths_count_back_from_now() {
        for text in ["2h", "-2h", "2h ago", "2 hours ago", "120m", "- 2h", "1h60m"] {
            assert_eq!(read(text), "2026-11-20T19:08:00.500000Z", "{text}");
        }
        assert_eq!(read("2 days ago"), "2026-11-18T21:08:00.500000Z");
        assert_eq!(read("1w"), "2026-11-13T21:08:00.500000Z");
        assert_eq!(read("2 months ago"), "2026-09-20T21:08:00.500000Z");
        assert_eq!(read("1 year ago"), "2025-11-20T21:08:00.500000Z");
        assert_eq!(read_in("UTC", "2026-03-31T12:00:00Z", "1 month ago"), "2026-02-28T12:00:00Z");
    }

    #[test]
    fn days_begin_at_midnight_in_the_zone() {
        assert_eq!(read("now"), "2026-11-20T21:08:00.500000Z");
        assert_eq!(read("today"), "2026-11-20T00:00:00Z");
        assert_eq!(read("Yesterday"), "2026-11-19T00:00:00Z");
        assert_eq!(read("friday"), "2026-11-20T00:00:00Z");
        assert_eq!(read("thu"), "2026-11-19T00:00:00Z");
        assert_eq!(read("saturday"), "2026-11-14T00:00:00Z");
        assert_eq!(read("10:00"), "2026-11-20T10:00:00Z");
        // In Tokyo it is Saturday already.
        assert_eq!(read_in("Asia/Tokyo", NOW, "saturday"), "2026-11-20T15:00:00Z");
        assert_eq!(read_in("America/New_York", NOW, "today"), "2026-11-20T05:00:00Z");
    }

    #[test]
    fn days_on_which_the_clocks_change() {
        // In Berlin 2026-03-29 has 23 hours, 2026-10-25 has 25.
        let berlin = |now, text| read_in("Europe/Berlin", now, text);
        assert_eq!(berlin("2026-03-29T12:00:00Z", "today"), "2026-03-28T23:00:00Z");
        assert_eq!(berlin("2026-03-30T12:00:00Z", "today"), "2026-03-29T22:00:00Z");
        assert_eq!(berlin("2026-03-30T12:00:00Z", "yesterday"), "2026-03-28T23:00:00Z");
        assert_eq!(berlin("2026-10-25T12:00:00Z", "today"), "2026-10-24T22:00:00Z");
        assert_eq!(berlin("2026-10-26T12:00:00Z", "sunday"), "2026-10-24T22:00:00Z");
        assert_eq!(berlin("2026-10-25T23:30:00Z", "24h"), "2026-10-24T23:30:00Z");
        assert_eq!(berlin(NOW, "2026-03-29 02:30"), "2026-03-29T01:30:00Z", "skipped");
        assert_eq!(berlin(NOW, "2026-10-25 02:30"), "2026-10-25T00:30:00Z", "twice: the first");
        let zone: Zone = "Europe/Berlin".parse().expect("a zone");
        let now = Timestamp::parse(NOW).expect("a stamp");
        let (from, until) = range("20261025-20261025", &zone, now).expect("a range");
        let hours = until.expect("an end").0 - from.expect("a beginning").0;
        assert_eq!(hours, 25 * 3600 * SECOND);
        // In São Paulo midnight of 2018-11-04 did not exist.
        let lost = read_in("America/Sao_Paulo", "2018-11-04T12:00:00Z", "today");
        assert_eq!(lost, "2018-11-04T03:00:00Z");
    }

    #[test]
    fn written_dates() {
        assert_eq!(read("2026-08-01"), "2026-08-01T00:00:00Z");
        assert_eq!(read("2026-08"), "2026-08-01T00:00:00Z");
        assert_eq!(read("2026-08-01 10:00"), "2026-08-01T10:00:00Z");
        assert_eq!(read("2026-08-01 10:00:05.25"), "2026-08-01T10:00:05.250000Z");
        assert_eq!(read("2026-08-01T10:00:00Z"), "2026-08-01T10:00:00Z");
        assert_eq!(read("2026-08-01T10:00:00.123456789+02:00"), "2026-08-01T08:00:00.123456Z");
        assert_eq!(read("2026-08-01 10:00 +0200"), "2026-08-01T08:00:00Z");
        assert_eq!(read("2026-08-01 10:00 UTC"), "2026-08-01T10:00:00Z");
        assert_eq!(read_in("+0200", NOW, "2026-08-01 10:00"), "2026-08-01T08:00:00Z");
        assert_eq!(read("@1700000000"), "2023-11-14T22:13:20Z");
        assert_eq!(read("@1700000000.25"), "2023-11-14T22:13:20.250000Z");
        assert_eq!(read("@-1"), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn siemstress_stamps() {
        assert_eq!(read("20260801"), "2026-08-01T00:00:00Z");
        assert_eq!(read("2026080110"), "2026-08-01T10:00:00Z");
        assert_eq!(read("202608011030"), "2026-08-01T10:30:00Z");
        assert_eq!(read("20260801103005"), "2026-08-01T10:30:05Z");
        assert_eq!(read("20260801103005.5"), "2026-08-01T10:30:05.500000Z");
        assert_eq!(read("260801103005"), "2026-08-01T10:30:05Z");
        assert_eq!(read("260801"), "2026-08-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_time_says_what_is() {
        for text in [
            "",
            "soon",
            "2x",
            "20261301",
            "2026-02-30",
            "2026-08-01T25:00",
            "@",
            "@x",
            "999999y",
            "@99999999999999999999",
            "-",
            "ago",
            "12:60",
            "2026-08-01 10:00 Mars",
            "\u{1b}[2J",
            "1130",
        ] {
            let error = read(text);
            assert!(error.contains("is no time: write 2h"), "{text}: {error}");
            assert!(!error.contains('\u{1b}'), "escaped: {error}");
        }
    }

    #[test]
    fn ranges_contain_both_ends() {
        let now = Timestamp::parse(NOW).expect("a stamp");
        let read = |text: &str| match range(text, &Zone::utc(), now) {
            Ok((from, until)) => {
                let print = |at: Option<Timestamp>| at.map_or(String::new(), |at| at.to_string());
                format!("{} {}", print(from), print(until)).replace(".000000Z", "Z")
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(read("20260801-20260803"), "2026-08-01T00:00:00Z 2026-08-04T00:00:00Z");
        assert_eq!(read("2026080110-202608011030"), "2026-08-01T10:00:00Z 2026-08-01T10:31:00Z");
        assert_eq!(read("260801100000-260801100000"), "2026-08-01T10:00:00Z 2026-08-01T10:00:01Z");
        assert_eq!(read("2026-2026"), "2026-01-01T00:00:00Z 2027-01-01T00:00:00Z");
        assert_eq!(read("2026-08-01..today"), "2026-08-01T00:00:00Z 2026-11-21T00:00:00Z");
        assert_eq!(read("20260801-"), "2026-08-01T00:00:00Z ");
        assert!(read("20260803-20260801").contains("ends before it begins"));
        for text in ["20260801", "-", "1-2-3", "", ".."] {
            assert!(read(text).contains("is no range"), "{text}: {}", read(text));
        }
    }
}
