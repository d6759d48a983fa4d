//! An event's identity, and the small numbered kinds that its row carries.
//!
//! The numbers are what the database stores; they never change. What it does *not* know: events.

use std::fmt;
use std::str::FromStr;

/// An event's identity: the number of its batch and its place in it, counted from 1.
///
/// Printed `1234.17`. Unique, never reused; gaps are legal and no order is implied. Events that
/// were never stored carry batch 0 and the number of their input line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The batch's number.
    pub batch: i64,
    /// The place in the batch, from 1.
    pub seq: i32,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.batch, self.seq)
    }
}

impl FromStr for EventId {
    type Err = ();

    fn from_str(text: &str) -> Result<EventId, ()> {
        let (batch, seq) = text.split_once('.').ok_or(())?;
        Ok(EventId { batch: batch.parse().map_err(drop)?, seq: seq.parse().map_err(drop)? })
    }
}

/// How far an event's time can be trusted. Stored as the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeQuality {
    /// The source gave an offset or an epoch.
    #[default]
    Offset = 0,
    /// The source gave local time; the zone is the one configured.
    ZoneAssumed = 1,
    /// The source gave no year; it was inferred.
    YearInferred = 2,
    /// The source gave no usable time; the time of reading stands in.
    None = 3,
}

impl TimeQuality {
    /// The quality of a stored number; anything unknown is [`TimeQuality::None`].
    #[must_use]
    pub fn from_number(number: i64) -> TimeQuality {
        match number {
            0 => TimeQuality::Offset,
            1 => TimeQuality::ZoneAssumed,
            2 => TimeQuality::YearInferred,
            _ => TimeQuality::None,
        }
    }
}

/// How the raw bytes are kept. Stored as the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RawKind {
    /// The line is `raw` ‖ `message` ‖ `eol`.
    Prefix = 0,
    /// The line is `raw` ‖ `eol`.
    #[default]
    Full = 1,
    /// As full; the line is a JSON object, whose fields are the event's original fields.
    Json = 2,
}

impl RawKind {
    /// The kind of a stored number.
    #[must_use]
    pub fn from_number(number: i64) -> RawKind {
        match number {
            0 => RawKind::Prefix,
            2 => RawKind::Json,
            _ => RawKind::Full,
        }
    }
}

/// How the line ended. Stored as the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Eol {
    /// A line feed.
    #[default]
    Lf = 0,
    /// Carriage return and line feed.
    CrLf = 1,
    /// Nothing: the last line of a file, or a record whose framing is not part of it.
    None = 2,
}

impl Eol {
    /// The ending of a stored number.
    #[must_use]
    pub fn from_number(number: i64) -> Eol {
        match number {
            0 => Eol::Lf,
            1 => Eol::CrLf,
            _ => Eol::None,
        }
    }

    /// The bytes of the ending.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Eol::Lf => b"\n",
            Eol::CrLf => b"\r\n",
            Eol::None => b"",
        }
    }
}
