//! Whether an event has the value that the hub asserts.
//!
//! Values are compared as what they are: addresses in canonical form, numbers as numbers, times
//! as instants, protocols without case. `""` and `-` say that there is none. Where the line has no
//! year, the year is not compared.
//!
//! What it does *not* know: where the event comes from.

use super::assertion::Assertion;
use super::vocabulary::Subject;
use common::clock::Timestamp;
use common::event::{Event, address};
use common::field::Field;
use jiff::civil::DateTime;
use jiff::fmt::strtime;

/// What we have in place of an asserted value; `None` when we have the value.
#[must_use]
pub fn miss(subject: Subject, wanted: &Assertion, event: &Event<'_>) -> Option<String> {
    let have: Vec<String> = values(subject, event);
    let equal = match subject {
        Subject::Timestamp => is_time(wanted, event),
        _ if matches!(wanted.value.as_str(), "" | "-") => have.is_empty() || have[0].is_empty(),
        _ => have.iter().any(|value| is_equal(subject, &wanted.value, value)),
    };
    (!equal).then(|| have.join(" or "))
}

fn values(subject: Subject, event: &Event<'_>) -> Vec<String> {
    let text = |name: &str| event.field(&Field::new(name)).map(|value| value.to_string());
    match subject {
        Subject::Timestamp => vec![event.time.to_string()],
        Subject::Path => {
            let query = text("url.query").map_or(String::new(), |query| format!("?{query}"));
            let whole = text("url.path").map(|path| path + &query);
            let paths = [text("url.original"), text("url.path"), whole, text("http.request.line")];
            paths.into_iter().flatten().collect()
        }
        _ => subject.fields().iter().filter_map(|name| text(name)).collect(),
    }
}

fn is_equal(subject: Subject, wanted: &str, have: &str) -> bool {
    match subject {
        Subject::SourceAddress | Subject::DestinationAddress => {
            address(wanted).is_some_and(|ip| address(have) == Some(ip)) || wanted == have
        }
        Subject::Protocol => wanted.eq_ignore_ascii_case(have),
        _ => wanted.trim() == have,
    }
}

fn is_time(wanted: &Assertion, event: &Event<'_>) -> bool {
    let have = event.time.to_string();
    if wanted.yearless {
        return have[4..19] == wanted.value[..15.min(wanted.value.len())];
    }
    if let Ok(epoch) = wanted.value.parse::<f64>() {
        return (epoch - event.time.0 as f64 / 1e6).abs() < 1e-3;
    }
    let Some((time, from, digits)) = instant(&wanted.value) else { return false };
    time.to_string()[from..digits] == have[from..digits]
}

/// Stamps as sources write them, without the day's name: format, and which part of our own
/// spelling (`2026-06-14T15:16:01.250000Z`) they decide, as a source may write more than it kept.
const STAMPS: &[(&str, usize, usize)] = &[
    ("%y-%m-%d %H:%M:%S%.f", 0, 27),
    ("%Y-%m-%dT%H:%M:%SZ", 0, 19),
    ("%Y-%m-%dT%H:%M:%S%:z", 0, 19),
    ("%Y-%m-%dT%H:%M:%S%.fZ", 0, 27),
    ("%Y-%m-%dT%H:%M:%S%.f%:z", 0, 27),
    ("%d/%b/%Y:%H:%M:%S %z", 0, 19),
    ("%d/%b/%Y:%H:%M:%S%.f", 0, 23),
    ("%b %e %H:%M:%S %Y", 0, 19),
    ("%b %e %H:%M:%S%.f %Y", 0, 27),
    ("%Y-%m-%dT%H:%M:%S", 0, 19),
    ("%Y-%m-%d %H:%M:%S", 0, 19),
    ("%Y-%m-%d %H:%M", 0, 16),
    ("%Y-%m-%d %H:%M:%S%.f", 0, 27),
    ("%Y-%m-%d %H:%M:%S,%3f", 0, 23),
    ("%Y/%m/%d %H:%M:%S", 0, 19),
    ("%m/%d/%Y, %I:%M:%S %p", 0, 19),
    ("%b %e %H:%M:%S", 4, 19),
];

/// Read by another library than ours, so that a mistake of ours does not confirm itself.
fn instant(text: &str) -> Option<(Timestamp, usize, usize)> {
    const DAYS: [&str; 7] = ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "];
    let text = DAYS.iter().find_map(|day| text.strip_prefix(day)).unwrap_or(text);
    STAMPS.iter().find_map(|(format, from, digits)| {
        let mut parts = strtime::parse(format, text).ok()?;
        if *from > 0 {
            parts.set_year(Some(2024)).ok()?;
        }
        if !format.contains("%S") {
            parts.set_second(Some(0)).ok()?;
        }
        let civil: DateTime = parts.to_datetime().ok()?;
        let offset = parts.offset().map_or(0, jiff::tz::Offset::seconds);
        let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        let micros = zoned.timestamp().as_microsecond() - i64::from(offset) * 1_000_000;
        Some((Timestamp(micros), *from, *digits))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_of_sources_are_instants() {
        for text in [
            "2021-09-30T13:27:06.5Z",
            "2021-09-30T15:27:06.5+02:00",
            "Thu Sep 30 13:27:06.500000 2021",
            "2021-09-30 13:27:06,500",
        ] {
            let want = Timestamp::parse("2021-09-30T13:27:06.5Z");
            assert_eq!(instant(text).map(|(time, ..)| time), want, "{text}");
        }
        assert_eq!(instant("soon"), None);
        assert!(instant("Jan  2 03:04:05").is_some_and(|(_, from, _)| from == 4));
        assert!(instant("2021-09-30 13:27").is_some_and(|(_, _, digits)| digits == 16));
    }
}
