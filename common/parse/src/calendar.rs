//! From what a stamp says to an instant: the assumed zone, the inferred year.
//!
//! # The year of a stamp that gives none
//!
//! Let *newest* be the newest year in which the stamp is not later than the reference (the file's
//! time, or the present) plus one day. A source's first stamp is of the newest year; after that:
//!
//! 1. The year stays that of the stamp before, and a step between Nov/Dec and Jan/Feb changes it
//!    by one, up or down. Any other backward jump is disorder and changes nothing.
//! 2. A stamp that is of the last week in its newest year is of that year: it has just been
//!    written, however long the source was silent.
//! 3. The year is never later than the newest and never earlier than the year before the
//!    reference's, so that a file read again and again yields two years at most.
//!
//! There is no second pass. A year that the user gives stands for the first stamp's; the source
//! may reach into the next one. 29 February is of the newest leap year and moves nothing.
//!
//! # The hour that is there twice
//!
//! As clocks go back, an hour of wall-clock time is repeated. A stamp in it is of the first
//! occurrence, until one steps back from the latest by half of it or more: that one and those behind
//! it are of the second. Smaller steps back are disorder. A source with nothing in one of the two
//! halves that meet leaves it at the first. A stamp more than a day away ends it.
//!
//! What it does *not* know: formats, the clock.

use crate::stamp::{Stamp, is_leap};
use common::clock::zone::{Fold, Period, Zone};
use common::clock::{DAY, Timestamp, civil, day_number};
use common::event::TimeQuality;
use serde::{Deserialize, Serialize};

/// What is known of the repeated hour that a source's stamps have reached: where it begins, its
/// latest stamp, whether that is of the second occurrence.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Repeated(i64, i64, bool);

/// Turns stamps of one source into instants.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    zone: Zone,
    /// The stretch of wall-clock time of the last stamp.
    period: Period,
    /// The year that the user gives.
    given: Option<i64>,
    /// The latest wall-clock time that a stamp without a year may be of.
    limit: i64,
    /// Year and month of the last stamp without a year.
    last: Option<(i64, u8)>,
    /// The repeated hour of the last day.
    repeated: Option<Repeated>,
    /// The day of the last stamp without a year, while it depends on nothing else.
    today: Option<(u8, u8, i64)>,
}

impl Calendar {
    pub(crate) fn new(zone: Zone, year: Option<i16>, reference: Timestamp) -> Calendar {
        let mut calendar = Calendar {
            zone,
            // None yet: it is looked up for the first stamp.
            period: Period { from: 0, until: 0, offset: 0 },
            given: year.map(i64::from),
            limit: 0,
            last: None,
            repeated: None,
            today: None,
        };
        calendar.set_reference(reference);
        calendar
    }

    /// Moves the reference: the present, for a source that is being written.
    pub(crate) fn set_reference(&mut self, reference: Timestamp) {
        let reference =
            Timestamp(reference.0.clamp(Timestamp::MIN.0 + DAY, Timestamp::MAX.0 - DAY));
        self.limit = self.zone.wall(reference) + DAY;
        self.today = None;
    }

    /// Year and month of the last stamp that gave no year.
    pub(crate) fn last(&self) -> Option<(i64, u8)> {
        self.last
    }

    /// The repeated hour, if stamps are in it or near.
    pub(crate) fn repeated(&self) -> Option<Repeated> {
        self.repeated
    }

    pub(crate) fn resume(&mut self, last: Option<(i64, u8)>, repeated: Option<Repeated>) {
        self.last = last;
        self.repeated = repeated;
        self.today = None;
    }

    /// The instant of a full stamp.
    pub(crate) fn instant(&mut self, stamp: Stamp) -> (Timestamp, TimeQuality) {
        match stamp.offset {
            Some(offset) => (Timestamp(stamp.wall - offset), TimeQuality::Offset),
            None => (self.assume(stamp.wall), TimeQuality::ZoneAssumed),
        }
    }

    /// The instant of a stamp without a year; `time` is in microseconds of the day.
    pub(crate) fn yearless(&mut self, month: u8, day: u8, time: i64) -> (Timestamp, TimeQuality) {
        let number = match self.today {
            Some((m, d, number)) if m == month && d == day => number,
            _ => self.dated(month, day, time),
        };
        let quality = match self.given {
            Some(_) => TimeQuality::ZoneAssumed,
            None => TimeQuality::YearInferred,
        };
        (self.assume(number * DAY + time), quality)
    }

    /// The day number of a stamp without a year.
    fn dated(&mut self, month: u8, day: u8, time: i64) -> i64 {
        if (month, day) == (2, 29) {
            return day_number(self.newest(month, day, time), month, day);
        }
        let year = self.year(month, day, time);
        let number = day_number(year, month, day);
        self.last = Some((year, month));
        // On the limit's own day the time of day decides, so that day is not remembered.
        let (_, m, d) = civil(Timestamp(self.limit).day());
        self.today = ((m, d) != (month, day)).then_some((month, day, number));
        number
    }

    fn year(&self, month: u8, day: u8, time: i64) -> i64 {
        let newest = self.newest(month, day, time);
        let Some((year, last)) = self.last else { return newest };
        let year = match (last, month) {
            (11 | 12, 1 | 2) => year + 1,
            (1 | 2, 11 | 12) => year - 1,
            _ => year,
        };
        if let Some(given) = self.given {
            return year.clamp(given, given + 1);
        }
        let (reference, _, _) = civil(Timestamp(self.limit - DAY).day());
        let age = Timestamp(self.limit - DAY).day() - day_number(newest, month, day);
        if age <= 7 { newest } else { year.clamp((reference - 1).min(newest), newest) }
    }

    /// The newest year in which the stamp is not later than the limit.
    fn newest(&self, month: u8, day: u8, time: i64) -> i64 {
        let mut year = match self.given {
            Some(given) => given,
            None => {
                let (year, _, _) = civil(Timestamp(self.limit).day());
                let late = day_number(year, month, day) * DAY + time > self.limit;
                year - i64::from(late)
            }
        };
        while (month, day) == (2, 29) && !is_leap(year) {
            year -= 1;
        }
        year
    }

    /// The instant of a wall-clock time in the assumed zone.
    fn assume(&mut self, wall: i64) -> Timestamp {
        if !self.period.contains(wall) || self.repeated.is_some() {
            self.find_period(wall);
        }
        Timestamp(wall - self.period.offset)
    }

    fn find_period(&mut self, wall: i64) {
        self.repeated.take_if(|Repeated(from, ..)| from.abs_diff(wall) > DAY.unsigned_abs());
        let is_alone = |period: &Period| period.until.wrapping_sub(period.from) == 1;
        if !self.period.contains(wall) || is_alone(&self.period) {
            self.period = self.zone.period(wall);
        }
        if is_alone(&self.period)
            && let Some(fold) = self.zone.fold(wall)
            && self.is_second(fold, wall)
        {
            self.period.offset -= fold.length;
        }
    }

    /// Whether a stamp in a repeated hour is of its second occurrence.
    fn is_second(&mut self, fold: Fold, wall: i64) -> bool {
        let same = self.repeated.filter(|Repeated(from, ..)| *from == fold.from);
        let Repeated(from, latest, was_second) = same.unwrap_or(Repeated(fold.from, wall, false));
        let is_second = was_second || latest - wall >= fold.length / 2;
        self.repeated = Some(Repeated(from, latest.max(wall), is_second));
        is_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(reference: &str) -> Calendar {
        let reference = Timestamp::parse(reference).expect("a stamp");
        Calendar::new(Zone::utc(), None, reference)
    }

    /// The years of `month/day` stamps at noon.
    fn years(calendar: &mut Calendar, days: &[(u8, u8)]) -> Vec<i64> {
        days.iter().map(|&(m, d)| calendar.yearless(m, d, DAY / 2).0.date().0).collect()
    }

    #[test]
    fn the_newest_year_not_later_than_a_day_ahead() {
        let mut at = calendar("2026-03-10T00:00:00Z");
        assert_eq!(years(&mut at, &[(3, 10)]), [2026]);
        assert_eq!(years(&mut calendar("2026-03-10T12:00:00Z"), &[(3, 11)]), [2026]);
        assert_eq!(years(&mut calendar("2026-03-10T11:59:59Z"), &[(3, 11)]), [2025]);
        assert_eq!(years(&mut calendar("2026-03-10T00:00:00Z"), &[(3, 12)]), [2025]);
    }

    #[test]
    fn the_time_of_day_decides_on_the_day_of_the_limit() {
        let mut at = calendar("2026-03-10T12:00:00Z");
        let year = |at: &mut Calendar, time| at.yearless(3, 11, time).0.date().0;
        assert_eq!(year(&mut at, DAY / 2), 2026);
        assert_eq!(year(&mut at, DAY / 2 + 1), 2025);
    }

    #[test]
    fn new_year_is_a_step_up_and_a_late_line_a_step_down() {
        let mut at = calendar("2026-03-10T00:00:00Z");
        let days = [(11, 30), (12, 31), (1, 1), (12, 31), (1, 1), (2, 1), (3, 1)];
        assert_eq!(years(&mut at, &days), [2025, 2025, 2026, 2025, 2026, 2026, 2026]);
        let mut live = calendar("2026-01-02T00:00:00Z");
        assert_eq!(
            years(&mut live, &[(12, 31), (1, 1), (12, 31), (1, 1)]),
            [2025, 2026, 2025, 2026]
        );
    }

    #[test]
    fn any_other_backward_jump_is_disorder() {
        let mut at = calendar("2026-11-20T00:00:00Z");
        assert_eq!(years(&mut at, &[(9, 1), (3, 1), (8, 1), (1, 5)]), [2026; 4]);
        let mut at = calendar("2026-05-01T00:00:00Z");
        assert_eq!(years(&mut at, &[(9, 1), (3, 1)]), [2025, 2025]);
    }

    #[test]
    fn a_source_that_was_silent_for_a_year_is_of_this_year() {
        let mut at = calendar("2026-11-20T00:00:00Z");
        at.resume(Some((2024, 10)), None);
        assert_eq!(years(&mut at, &[(11, 19), (11, 20)]), [2026, 2026]);
        let mut at = calendar("2026-12-05T00:00:00Z");
        at.resume(Some((2026, 1)), None);
        assert_eq!(years(&mut at, &[(12, 5)]), [2026]);
    }

    #[test]
    fn a_file_read_again_and_again_yields_two_years_at_most() {
        let runs: [&[(u8, u8)]; 5] = [
            &[(11, 1), (12, 9), (1, 8), (2, 7), (6, 5)],
            &[(12, 10), (6, 14), (7, 27)],
            &[(12, 1), (6, 1), (1, 1)],
            &[(1, 20), (12, 1), (1, 3)],
            &[(1, 1), (3, 1), (11, 1), (12, 31)],
        ];
        for run in runs {
            for reference in
                ["2026-11-20T00:00:00Z", "2026-01-05T00:00:00Z", "2026-12-31T20:00:00Z"]
            {
                let mut at = calendar(reference);
                let mut seen: Vec<i64> = (0..50).flat_map(|_| years(&mut at, run)).collect();
                seen.sort_unstable();
                seen.dedup();
                assert!(seen.len() <= 2, "{run:?} {reference}: {seen:?}");
            }
        }
    }

    #[test]
    fn leap_day() {
        let mut at = calendar("2026-11-20T00:00:00Z");
        assert_eq!(years(&mut at, &[(2, 28), (2, 29), (3, 1)]), [2026, 2024, 2026]);
        let mut at = calendar("2024-03-01T00:00:00Z");
        assert_eq!(years(&mut at, &[(2, 28), (2, 29), (3, 1)]), [2024, 2024, 2024]);
    }

    #[test]
    fn a_given_year_stands_for_the_first_stamp() {
        let reference = Timestamp::parse("2026-11-20T00:00:00Z").expect("a stamp");
        let mut at = Calendar::new(Zone::utc(), Some(2019), reference);
        assert_eq!(years(&mut at, &[(12, 30), (1, 2), (12, 31), (6, 1)]), [2019, 2020, 2019, 2019]);
        assert_eq!(at.yearless(6, 1, 0).1, TimeQuality::ZoneAssumed);
    }

    #[test]
    fn the_reference_is_an_instant_and_the_stamp_local() {
        let reference = Timestamp::parse("2026-01-01T00:30:00Z").expect("a stamp");
        let mut at = Calendar::new("-1100".parse().expect("a zone"), None, reference);
        assert_eq!(
            at.yearless(1, 1, 14 * 3_600_000_000).0.to_string(),
            "2025-01-02T01:00:00.000000Z"
        );
        assert_eq!(at.yearless(12, 31, 0).0.to_string(), "2025-12-31T11:00:00.000000Z");
    }

    /// Hour and minute in UTC of each wall-clock time `DD HH:MM:SS` of October 2026 in Berlin.
    fn in_berlin(at: &mut Calendar, texts: &[&str]) -> Vec<String> {
        let instant = |text: &&str| {
            let wall = format!("2026-10-{}Z", text.replace(' ', "T"));
            let wall = Timestamp::parse(&wall).expect("a stamp").0;
            let (instant, _) = at.instant(Stamp { wall, offset: None });
            instant.to_string()[8..16].to_owned()
        };
        texts.iter().map(instant).collect()
    }

    fn berlin() -> Calendar {
        let reference = Timestamp::parse("2026-11-20T00:00:00Z").expect("a stamp");
        Calendar::new("Europe/Berlin".parse().expect("a zone"), None, reference)
    }

    #[test]
    fn a_step_back_in_the_repeated_hour_is_its_second_occurrence_whatever_the_restarts() {
        let texts = [
            "25 01:59:59",
            "25 02:00:01",
            "25 02:20:00",
            "25 02:00:02",
            "25 02:59:58",
            "25 02:40:00",
            "25 02:00:00",
            "25 02:00:00",
            "25 02:31:00",
            "25 02:01:00",
            "25 02:59:59",
            "25 03:00:00",
            "25 02:59:59",
            "25 01:00:00",
            "25 02:00:00",
            "24 02:00:00",
            "23 02:00:00",
            "25 02:00:00",
        ];
        let expected = [
            "24T23:59", "25T00:00", "25T00:20", "25T00:00", "25T00:59", "25T00:40", "25T01:00",
            "25T01:00", "25T01:31", "25T01:01", "25T01:59", "25T02:00", "25T01:59", "24T23:00",
            "25T01:00", "24T00:00", "23T00:00", "25T00:00",
        ];
        assert_eq!(in_berlin(&mut berlin(), &texts), expected);
        for stop in 0..texts.len() {
            let mut before = berlin();
            let mut found = in_berlin(&mut before, &texts[..stop]);
            let mut after = berlin();
            after.resume(before.last(), before.repeated());
            found.extend(in_berlin(&mut after, &texts[stop..]));
            assert_eq!(found, expected, "{stop}");
        }
    }

    #[test]
    fn zones_without_a_repeated_hour_have_none() {
        for name in ["UTC", "+0200", "Asia/Kolkata"] {
            let mut at = Calendar::new(name.parse().expect("a zone"), None, Timestamp(0));
            let found = in_berlin(&mut at, &["25 02:00:00", "25 02:59:00", "25 02:00:00"]);
            assert_eq!(found[0], found[2], "{name}");
            assert!(at.repeated().is_none(), "{name}");
        }
    }
}
