//! A run of events of one source on its way to the store.
//!
//! A batch ends at 5,000 events, at 4 MiB of memory, or 200 ms after its first line; and at once
//! when the input pauses and the batch before it was sent more than 200 ms ago.
//!
//! What it does *not* know: the store, files.

use crate::line::Piece;
use common::cli::Failure;
use common::event::Event;
use std::time::{Duration, Instant};
use store::{Cause, Cursor, Gap, Reject, Share};

/// The most events of a batch.
const EVENTS: usize = 5_000;
/// The most bytes of a batch, as it is in memory.
const BYTES: usize = 4 << 20;
/// The longest wait for more, and between two batches of a slow source.
pub(crate) const DELAY: Duration = Duration::from_millis(200);

/// What became of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delta {
    pub(crate) lines: i64,
    pub(crate) bytes: i64,
    pub(crate) events: i64,
    pub(crate) unparsed: i64,
    pub(crate) rejected: i64,
    pub(crate) filtered: i64,
    pub(crate) gap: i64,
}

impl Delta {
    pub(crate) fn add(&mut self, other: &Delta) {
        self.lines += other.lines;
        self.bytes += other.bytes;
        self.events += other.events;
        self.unparsed += other.unparsed;
        self.rejected += other.rejected;
        self.filtered += other.filtered;
        self.gap += other.gap;
    }
}

/// Events that are being collected.
#[derive(Default)]
pub(crate) struct Pending {
    events: Vec<Event<'static>>,
    weight: usize,
    pub(crate) delta: Delta,
    gaps: Vec<Gap>,
    filtered: Share,
    /// Bytes that are gone and lie behind the batch.
    lost: i64,
    since: Option<Instant>,
}

/// A batch as it is cut.
pub(crate) struct Cut {
    pub(crate) events: Vec<Event<'static>>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) filtered: Share,
    pub(crate) lost: i64,
    pub(crate) delta: Delta,
}

impl Pending {
    /// Counts a line, and notes what of it is not in its event: what lies behind the cap, what
    /// frames it, and the hole before it.
    pub(crate) fn count_line(&mut self, piece: &Piece<'_>) {
        self.delta.lines += 1;
        if self.since.is_none() {
            self.since = Some(Instant::now());
        }
        self.filtered.bytes += piece.framing;
        if piece.hole > 0 {
            let (byte_start, byte_end) = (piece.line.offset - piece.hole, piece.line.offset);
            self.gaps.push(Gap { byte_start, byte_end, lines: 0, cause: Cause::Hole });
            self.delta.gap += piece.hole;
        }
        let bytes = piece.gap();
        if bytes > 0 {
            let end = piece.line.offset + piece.framing + bytes + length(piece.line.bytes.len());
            let cause = Cause::Overlong;
            self.gaps.push(Gap { byte_start: end - bytes, byte_end: end, lines: 0, cause });
            self.delta.gap += bytes;
        }
    }

    /// Keeps an event.
    pub(crate) fn keep(&mut self, event: Event<'static>) {
        self.weight += event.weight();
        self.events.push(event);
    }

    /// Counts an event that is not to be kept.
    pub(crate) fn leave_out(&mut self, event: &Event<'_>) {
        let (lines, bytes) = event.extent();
        self.filtered.add(Share { lines, bytes });
        self.delta.filtered += lines;
    }

    /// Notes bytes behind the batch that are gone: a line, or the beginning of one.
    pub(crate) fn lose(&mut self, byte_start: i64, bytes: i64, cause: Cause) {
        if bytes > 0 {
            self.gaps.push(Gap { byte_start, byte_end: byte_start + bytes, lines: 1, cause });
            self.delta.gap += bytes;
            self.delta.lines += 1;
            self.lost += bytes;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.delta == Delta::default()
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.events.len() >= EVENTS || self.weight >= BYTES
    }

    /// How long the first line has been waiting.
    pub(crate) fn waited(&self) -> Duration {
        self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// How long the batch may still wait for more lines; `None` when there is nothing in it.
    pub(crate) fn patience(&self, sent: Option<Instant>) -> Option<Duration> {
        let waited = self.since?.elapsed();
        let quiet = sent.is_none_or(|sent| sent.elapsed() >= DELAY);
        Some(if quiet { Duration::ZERO } else { DELAY.saturating_sub(waited) })
    }

    /// Gives memory back while nothing arrives.
    pub(crate) fn pause(&mut self) {
        if self.events.is_empty() {
            self.events = Vec::new();
        }
    }

    /// Ends the batch; the next one is empty.
    pub(crate) fn cut(&mut self) -> Cut {
        let next = Vec::with_capacity(if self.is_full() { EVENTS } else { 0 });
        let whole = std::mem::replace(self, Pending { events: next, ..Pending::default() });
        let Pending { events, gaps, filtered, lost, delta, .. } = whole;
        Cut { events, gaps, filtered, lost, delta }
    }
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A batch to be stored.
pub(crate) struct Job {
    /// The tail it comes from, and how often that was set back before.
    pub(crate) tail: usize,
    pub(crate) epoch: u32,
    /// The cursor as it shall stand afterwards. Revision and totals are as they were claimed; the
    /// writer knows better.
    pub(crate) cursor: Cursor,
    pub(crate) start: i64,
    pub(crate) events: Vec<Event<'static>>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) filtered: Share,
    pub(crate) delta: Delta,
}

/// What the writer says about a batch.
pub(crate) enum Report {
    /// It is stored.
    Stored(usize, Delta),
    /// It is not; the source goes on at the cursor. Carries the batch's epoch.
    Back(usize, u32, Box<Cursor>),
    /// It is not, and the source's cursor is gone. Carries the batch's epoch.
    Gone(usize, u32),
    /// The database fails; nothing more is stored.
    Failed(Failure),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(pending: &mut Pending) {
        pending.count_line(&Piece::plain(parse::Line::new(b"x\n", 0, 1)));
    }

    #[test]
    fn five_thousand_events_or_four_mebibytes_fill_a_batch() {
        let mut pending = Pending::default();
        for _ in 0..EVENTS - 1 {
            line(&mut pending);
            pending.keep(Event::default());
        }
        assert!(!pending.is_full());
        line(&mut pending);
        pending.keep(Event::default());
        assert!(pending.is_full());
        let cut = pending.cut();
        assert_eq!((cut.events.len(), cut.delta.lines), (EVENTS, 5_000));
        assert!(pending.is_empty() && !pending.is_full());
        pending.keep(Event { raw: vec![0; BYTES].into(), ..Event::default() });
        assert!(pending.is_full());
    }

    #[test]
    fn the_first_line_after_a_pause_does_not_wait() {
        let mut pending = Pending::default();
        assert_eq!(pending.patience(None), None);
        line(&mut pending);
        assert_eq!(pending.patience(None), Some(Duration::ZERO));
        let wait = pending.patience(Some(Instant::now())).expect("a line waits");
        assert!(wait > Duration::ZERO && wait <= DELAY);
    }
}
