//! Parts of a batch that the database refused.
//!
//! What it does *not* know: the store.

use crate::batch::{Delta, Job};
use crate::line::MARK;
use common::event::Event;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use store::{Cursor, Reject};

/// Cuts a batch of at least two events in two. Between them the cursor keeps the parser's
/// state of the batch's beginning.
pub(super) fn halve(mut job: Job, known: &HashMap<i64, Cursor>) -> (Job, Job) {
    let events = job.events.split_off(job.events.len() / 2);
    let middle = events[0].log_offset;
    let before = job.events.last().map(|event| (event.log_offset, event.line()));
    let before = before.filter(|(offset, line)| *offset + length(line.len()) == middle);
    let before = before.map(|(_, line)| line).unwrap_or_default();
    let mark = &before[before.len().saturating_sub(MARK)..];
    let known = &known[&job.cursor.source];
    let lines = length(job.events.len());
    let cursor = Cursor {
        position: middle,
        line: known.line + lines,
        mark_length: length(mark.len()),
        mark_hash: Sha256::digest(mark).to_vec(),
        ..known.clone()
    };
    let delta = Delta {
        lines,
        bytes: middle - job.start,
        events: lines,
        unparsed: length(job.events.iter().filter(|event| is_unparsed(event)).count()),
        ..Delta::default()
    };
    let rest = Delta {
        lines: job.delta.lines - delta.lines,
        bytes: job.delta.bytes - delta.bytes,
        events: job.delta.events - delta.events,
        unparsed: job.delta.unparsed - delta.unparsed,
        ..job.delta
    };
    let second = Job {
        start: middle,
        events,
        rejects: std::mem::take(&mut job.rejects),
        gaps: std::mem::take(&mut job.gaps),
        filtered: std::mem::take(&mut job.filtered),
        delta: rest,
        cursor: std::mem::replace(&mut job.cursor, cursor),
        ..job
    };
    (Job { delta, ..job }, second)
}

/// Turns the only event of a batch into a line that was refused.
pub(super) fn put_aside(job: &mut Job, reason: &str) {
    for event in job.events.drain(..) {
        let (log_offset, raw) = (event.log_offset, event.line());
        job.rejects.push(Reject { log_offset, raw, reason: reason.to_owned() });
    }
    job.delta = Delta { events: 0, unparsed: 0, rejected: 1, ..job.delta };
}

/// Whether no parser understood the event's line.
fn is_unparsed(event: &Event<'_>) -> bool {
    event.tags.iter().any(|tag| tag == "unparsed")
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
