//! The bytes of a source in their order, from events in the order in which they were stored.
//!
//! In: batch by batch, the events of each in order of their offsets. Out: events in order of
//! their bytes; one whose lines stand among those of others is given in pieces, each with the
//! bytes of one run. An event that was begun in one batch and ended in a later one comes late: what
//! could stand behind it waits, over a little more than [`REACH`] bytes of the source.
//!
//! Where nothing is missing between two events, nothing waits.
//!
//! What it does *not* know: databases, filters.

use crate::See;
use common::event::{Eol, Event, EventId, REACH, RawKind};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// How far before its batch an event can begin: its reach, and a line of the largest size.
const WINDOW: i64 = REACH + (2 << 20);
/// How many bytes wait at most: what no parser leaves behind does not grow without end.
const BYTES: usize = 16 << 20;

/// What waits.
#[derive(Default)]
pub(crate) struct Braid {
    source: i64,
    /// The offset behind what was given last.
    next: i64,
    /// The largest offset of an event so far.
    newest: i64,
    /// Pieces by offset; those of one offset by their events, and in their own order.
    waiting: BTreeMap<(i64, EventId, usize), Piece>,
    bytes: usize,
}

/// Bytes of an event.
struct Piece {
    bytes: Box<[u8]>,
    section: Box<str>,
}

impl Braid {
    /// Takes the next event of a source and gives what cannot be preceded by another.
    pub(crate) fn take(
        &mut self,
        source: i64,
        event: Event<'static>,
        see: &mut See<'_>,
    ) -> ControlFlow<()> {
        if source != self.source {
            self.finish(see)?;
            *self = Braid { source, ..Braid::default() };
        }
        self.newest = self.newest.max(event.log_offset);
        let line = event.line();
        match event.runs(&line) {
            None if self.waiting.is_empty() && event.log_offset == self.next => {
                self.next += length(&line);
                return see(event);
            }
            None => self.wait(&event, event.log_offset, 0, &line),
            Some(runs) => {
                for (place, (offset, range)) in runs.into_iter().enumerate() {
                    self.wait(&event, offset, place, &line[range]);
                }
            }
        }
        self.give(see)
    }

    /// Gives all that waits.
    pub(crate) fn finish(&mut self, see: &mut See<'_>) -> ControlFlow<()> {
        self.newest = i64::MAX;
        self.give(see)
    }

    fn wait(&mut self, event: &Event<'_>, offset: i64, place: usize, bytes: &[u8]) {
        self.bytes += bytes.len();
        let piece = Piece { bytes: bytes.into(), section: event.section.as_ref().into() };
        self.waiting.insert((offset, event.id, place), piece);
    }

    fn give(&mut self, see: &mut See<'_>) -> ControlFlow<()> {
        let settled = self.newest.saturating_sub(WINDOW);
        while let Some(first) = self.waiting.first_entry() {
            let (offset, id, _) = *first.key();
            if offset > self.next && offset >= settled && self.bytes <= BYTES {
                break;
            }
            let piece = first.remove();
            self.bytes -= piece.bytes.len();
            self.next = offset + length(&piece.bytes);
            see(piece.event(id, offset))?;
        }
        ControlFlow::Continue(())
    }
}

impl Piece {
    fn event(self, id: EventId, log_offset: i64) -> Event<'static> {
        Event {
            id,
            log_offset,
            section: String::from(self.section).into(),
            raw: Vec::from(self.bytes).into(),
            raw_kind: RawKind::Full,
            eol: Eol::None,
            ..Event::default()
        }
    }
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: i32, offset: i64, text: &str, runs: &[(usize, i64)]) -> Event<'static> {
        let mut event = Event {
            id: EventId { batch: 1, seq },
            log_offset: offset,
            raw: text.as_bytes().to_vec().into(),
            eol: Eol::None,
            ..Event::default()
        };
        event.set_runs(runs);
        event
    }

    /// What comes out at once after each event, and at the end.
    fn out(events: Vec<(i64, Event<'static>)>) -> Vec<String> {
        let mut braid = Braid::default();
        let mut all = Vec::new();
        for one in events.into_iter().map(Some).chain([None]) {
            let mut text = String::new();
            let mut see = |event: Event<'static>| {
                text.push_str(&String::from_utf8_lossy(&event.line()));
                ControlFlow::Continue(())
            };
            let _ = match one {
                Some((source, event)) => braid.take(source, event, &mut see),
                None => braid.finish(&mut see),
            };
            all.push(text);
        }
        all
    }

    #[test]
    fn runs_come_in_the_order_of_their_bytes() {
        let a = event(1, 0, "a\na\na\n", &[(0, 0), (2, 4)]);
        let b = event(2, 2, "b\nb\n", &[(0, 2), (2, 8)]);
        let c = event(3, 10, "c\n", &[]);
        let all = [(1, a), (1, b), (1, c)];
        assert_eq!(out(all.to_vec()), ["a\n", "b\na\na\nb\n", "c\n", ""]);
        // The same in another source, and the first one was stored in a later batch.
        let [a, b, c] = all.map(|(_, event)| event);
        assert_eq!(
            out(vec![(1, b.clone()), (1, c.clone()), (1, a)]),
            ["", "", "a\nb\na\na\nb\nc\n", ""]
        );
        assert_eq!(out(vec![(1, b), (2, c)]), ["", "b\nb\n", "c\n"]);
    }

    #[test]
    fn a_hole_is_waited_for_and_left_behind() {
        let late = |offset| event(1, offset, "x\n", &[]);
        let far = WINDOW + 10;
        let given = out(vec![(1, late(9)), (1, late(12)), (1, late(far)), (1, late(far + 4))]);
        assert_eq!(given, ["", "", "x\n", "x\n", "x\nx\n"].map(String::from).to_vec());
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut braid = Braid::default();
        let mut given = 0;
        let mut see = |event: Event<'static>| {
            given += event.raw.len();
            ControlFlow::Continue(())
        };
        let text = "x".repeat(1 << 20);
        for seq in 0..40 {
            let _ = braid.take(1, event(seq, 5 + i64::from(seq) * 2, &text, &[]), &mut see);
        }
        assert!(braid.bytes <= BYTES + (1 << 20) && given >= 20 << 20, "{} {given}", braid.bytes);
    }
}
