//! What became of everything a source offered: stored, rejected, filtered, or missing.
//!
//! ```text
//!  offered = stored + rejected + filtered + gap        in physical lines and in bytes
//! ```
//!
//! The left side is counted by who reads; the right side by the store, from the rows that it
//! writes, in the transaction that writes them.
//!
//! What it does *not* know: files.

use crate::{Batch, Reject};
use common::clock::Timestamp;
use common::event::Event;

/// Why bytes of a source are not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The file was gone before they were read.
    Vanished,
    /// The file is shorter than what was read of it, and begins alike.
    Shrunk,
    /// The file was truncated before they were read.
    Truncated,
    /// A line is longer than the cap: its beginning is stored.
    Overlong,
    /// They are NUL bytes that nobody wrote.
    Hole,
    /// A rate limit left them out.
    RateLimit,
    /// They could not be read.
    Unreadable,
}

impl Cause {
    /// As it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Cause::Vanished => "vanished",
            Cause::Shrunk => "shrunk",
            Cause::Truncated => "truncated",
            Cause::Overlong => "overlong",
            Cause::Hole => "hole",
            Cause::RateLimit => "rate limit",
            Cause::Unreadable => "unreadable",
        }
    }
}

/// Bytes of a source that are not stored. They count as offered: `totals.bytes` and
/// `totals.lines` of the cursor hold them too, wherever they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where they begin.
    pub byte_start: i64,
    /// Where they end.
    pub byte_end: i64,
    /// How many physical lines are missing as a whole, as far as that is known.
    pub lines: i64,
    /// Why.
    pub cause: Cause,
}

/// Lines and bytes of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Physical lines.
    pub lines: i64,
    /// Bytes, line endings included.
    pub bytes: i64,
}

impl Share {
    /// Adds another share.
    pub fn add(&mut self, other: Share) {
        self.lines += other.lines;
        self.bytes += other.bytes;
    }
}

/// A gap as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapRow {
    /// The batch it came with.
    pub batch: i64,
    /// The source.
    pub source: i64,
    /// Where it begins.
    pub byte_start: i64,
    /// Where it ends.
    pub byte_end: i64,
    /// How many physical lines are missing.
    pub lines: i64,
    /// The name of its cause.
    pub cause: String,
    /// When it was noticed.
    pub noticed: Timestamp,
}

/// What became of a source's lines and bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The source's number.
    pub source: i64,
    /// Its host identity.
    pub host: String,
    /// `file`, `stdin`, `archive` or `journal`.
    pub kind: String,
    /// The path, or what else names it.
    pub name: String,
    /// The section of its events.
    pub section: String,
    /// What was read, or is known to have been there.
    pub offered: Share,
    /// What is in the event table.
    pub stored: Share,
    /// What is in the reject table.
    pub rejected: Share,
    /// What was left out on purpose.
    pub filtered: Share,
    /// What is missing.
    pub gap: Share,
}

impl Account {
    /// What is offered and is nowhere: zero, or something is wrong.
    #[must_use]
    pub fn open(&self) -> Share {
        let mut open = self.offered;
        for part in [self.stored, self.rejected, self.filtered, self.gap] {
            open.add(Share { lines: -part.lines, bytes: -part.bytes });
        }
        open
    }
}

/// What of a source some events hold, and from when to when. It is found while they are written:
/// looking at thousands of events once more is looking for them in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) share: Share,
    /// The earliest and the latest time.
    pub(crate) time: Option<(Timestamp, Timestamp)>,
}

impl Extent {
    /// That of events.
    pub(crate) fn of(events: &[Event<'_>]) -> Extent {
        let mut extent = Extent::default();
        events.iter().for_each(|event| extent.add(event));
        extent
    }

    /// Adds an event.
    pub(crate) fn add(&mut self, event: &Event<'_>) {
        let (lines, bytes) = event.extent();
        self.share.add(Share { lines, bytes });
        let (first, last) = self.time.unwrap_or((event.time, event.time));
        self.time = Some((first.min(event.time), last.max(event.time)));
    }
}

impl Batch<'_, '_> {
    /// What of the source went to the reject table.
    pub(crate) fn rejected(&self) -> Share {
        let mut share = Share::default();
        self.rejects.iter().for_each(|line| share.add(line.extent()));
        share
    }

    /// What of the source is missing.
    pub(crate) fn missing(&self) -> Share {
        let mut share = Share::default();
        for gap in self.gaps {
            share.add(Share { lines: gap.lines, bytes: gap.byte_end - gap.byte_start });
        }
        share
    }
}

impl Reject {
    /// What of the source the line is.
    pub(crate) fn extent(&self) -> Share {
        let inside = self.raw.strip_suffix(b"\n").unwrap_or(&self.raw);
        let lines = 1 + memchr::memchr_iter(b'\n', inside).count();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Share { lines: count(lines), bytes: count(self.raw.len()) }
    }
}
