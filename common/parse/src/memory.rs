//! What formats remember of a source from line to line: how its stamps are read, the header of its
//! columns, the time that lines leave out.
//!
//! What it does *not* know: formats.

use crate::calendar::Calendar;
use crate::header::Header;
use crate::stamp::Stamp;
use common::clock::Timestamp;
use common::event::TimeQuality;

/// What is remembered of a source.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    pub(crate) calendar: Calendar,
    pub(crate) header: Option<Header>,
    /// The time of lines that leave theirs out, as it is that of the line before.
    pub(crate) last: Option<(Timestamp, TimeQuality)>,
}

impl Memory {
    pub(crate) fn new(calendar: Calendar) -> Memory {
        Memory { calendar, header: None, last: None }
    }

    /// The instant of a full stamp.
    pub(crate) fn instant(&mut self, stamp: Stamp) -> (Timestamp, TimeQuality) {
        self.calendar.instant(stamp)
    }

    /// The instant of a stamp without a year; `time` is in microseconds of the day.
    pub(crate) fn yearless(&mut self, month: u8, day: u8, time: i64) -> (Timestamp, TimeQuality) {
        self.calendar.yearless(month, day, time)
    }
}
