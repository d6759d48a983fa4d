//! A writer: a thread of its own that stores batches in its turn.
//!
//! Exactly once: a batch is stored together with its cursor, and only where the cursor stands at
//! the batch's beginning. The writer whose turn it is alone knows how cursors stand. When another
//! process moved one ([`Error::Overtaken`]), or a lost connection leaves it open whether a commit
//! happened, it reads the cursor again and sets the reader back. A row that the database refuses is
//! found by halving and put aside; the rest of its batch is stored.
//!
//! How to be fast is the store's to say ([`Pace`]): two writers that send events at the same time
//! and commit in turn, or one that lets batches share a transaction for up to 200 ms while more are
//! waiting. Only batches that can be read again share one, since it holds none of them afterwards.
//!
//! What it does *not* know: files, lines.

use crate::batch::{DELAY, Delta, Job, Report};
use crate::desk::{Door, failure};
use crate::line::MARK;
use crate::queue::Queue;
use common::cli::{Failure, Stop, warn};
use common::event::Event;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender};
use std::thread;
use std::time::{Duration, Instant};
use store::{Batch, Cursor, Error, Pace, Reject, Store, Totals};

/// Why a batch is not stored.
enum Trouble {
    /// The source goes on elsewhere.
    Back(Box<Cursor>),
    Failed(Failure),
}

/// A thread that stores.
pub(crate) struct Writer {
    store: Box<dyn Store>,
    pace: Pace,
    door: Door,
    /// How long an outage may last.
    patience: Option<Duration>,
    stop: Stop,
    queue: Arc<Queue>,
    outbox: Sender<Report>,
    wake: SyncSender<()>,
    /// The cursors as they stand, during this writer's turn.
    known: HashMap<i64, Cursor>,
    /// What will be stored when the open transaction is committed.
    joined: Vec<Report>,
    /// Since when it is open.
    since: Instant,
}

impl Writer {
    pub(crate) fn new(
        store: Box<dyn Store>,
        door: Door,
        queue: Arc<Queue>,
        (outbox, wake): (Sender<Report>, SyncSender<()>),
        patience: Option<Duration>,
        stop: Stop,
    ) -> Writer {
        let (pace, known, joined) = (store.pace(), HashMap::new(), Vec::new());
        let since = Instant::now();
        Writer { store, pace, door, patience, stop, queue, outbox, wake, known, joined, since }
    }

    /// Stores what comes, until the queue ends.
    pub(crate) fn run(mut self) {
        let queue = Arc::clone(&self.queue);
        while let Some((number, group)) = queue.take() {
            if self.pace == Pace::Abreast {
                // What fails here fails again, and is met, when it is this writer's turn.
                let _ = self.stage(&group);
            }
            let Some(mut turn) = queue.wait(number) else { return };
            self.known = std::mem::take(&mut turn.known);
            turn.is_over = !self.turn(group);
            turn.known = std::mem::take(&mut self.known);
            queue.pass(turn);
        }
    }

    /// Stores a group; the transaction stays open while others can join it. False when it cannot
    /// go on.
    fn turn(&mut self, mut group: Vec<Job>) -> bool {
        if self.joined.is_empty() {
            self.since = Instant::now();
        }
        let can_join = self.pace == Pace::Joined && group.iter().all(can_be_read_again);
        if can_join || !self.joined.is_empty() {
            let is_plain = group.iter().all(|job| self.is_next(job));
            let put = if is_plain { self.put(&mut group).map(|()| true) } else { Ok(false) };
            if let Ok(true) = put {
                let stored = group.into_iter().map(|job| Report::Stored(job.tail, job.delta));
                self.joined.extend(stored);
                let is_open = can_join && self.since.elapsed() < DELAY && self.queue.is_waiting();
                return is_open || self.flush(Ok(()));
            }
            if !self.joined.is_empty() && !self.flush(put.map(drop)) {
                return false;
            }
        }
        let reports = self.store_all(group);
        self.say(reports)
    }

    /// Ends the open transaction. It can have ended by itself, for the reason that `put` gives.
    fn flush(&mut self, put: store::Result<()>) -> bool {
        let joined = std::mem::take(&mut self.joined);
        match self.store.flush() {
            Ok(()) => self.say(joined),
            Err(error) => {
                self.say(vec![Report::Failed(failure(put.as_ref().err().unwrap_or(&error)))])
            }
        }
    }

    /// Reports; false when that was the last.
    fn say(&mut self, reports: Vec<Report>) -> bool {
        for report in reports {
            let is_failed = matches!(report, Report::Failed(_));
            let is_gone = self.outbox.send(report).is_err();
            let _ = self.wake.try_send(());
            if is_failed || is_gone {
                return false;
            }
        }
        true
    }

    /// Stores batches of different sources, in one transaction where that goes.
    fn store_all(&mut self, mut group: Vec<Job>) -> Vec<Report> {
        let is_plain = group.iter().all(|job| self.is_next(job));
        if group.len() > 1 && is_plain && self.commit(&mut group).is_ok() {
            return group.into_iter().map(|job| Report::Stored(job.tail, job.delta)).collect();
        }
        let mut reports = Vec::new();
        for job in group {
            let (tail, epoch) = (job.tail, job.epoch);
            reports.push(match self.store_one(job) {
                Ok(delta) => Report::Stored(tail, delta),
                Err(Trouble::Back(cursor)) => Report::Back(tail, epoch, cursor),
                Err(Trouble::Failed(failure)) => Report::Failed(failure),
            });
            if matches!(reports.last(), Some(Report::Failed(_))) {
                break;
            }
        }
        reports
    }

    /// Whether the source's cursor stands where the batch begins.
    fn is_next(&mut self, job: &Job) -> bool {
        let source = job.cursor.source;
        let claimed = || Cursor { position: job.start, ..job.cursor.clone() };
        self.known.entry(source).or_insert_with(claimed).position == job.start
    }

    fn store_one(&mut self, mut job: Job) -> Result<Delta, Trouble> {
        loop {
            if !self.is_next(&job) {
                self.store.discard();
                return Err(Trouble::Back(Box::new(self.known[&job.cursor.source].clone())));
            }
            match self.commit(std::slice::from_mut(&mut job)) {
                Ok(()) => return Ok(job.delta),
                Err(Error::Refused { .. }) if !job.events.is_empty() => {
                    return self.store_parts(job);
                }
                Err(Error::Lost { .. } | Error::Connect { .. }) => {
                    if self.reconnect(&job)? {
                        return Ok(job.delta);
                    }
                }
                Err(Error::Overtaken(_)) => {
                    self.read_again(job.cursor.source).map_err(|error| self.failed(&error))?;
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    fn failed(&self, error: &Error) -> Trouble {
        Trouble::Failed(failure(error))
    }

    /// Stores batches in a transaction of their own.
    fn commit(&mut self, jobs: &mut [Job]) -> store::Result<()> {
        let before: Vec<_> =
            jobs.iter().map(|job| self.known[&job.cursor.source].clone()).collect();
        let committed = self.put(jobs).and_then(|()| self.store.flush());
        if committed.is_err() {
            self.known.extend(before.into_iter().map(|cursor| (cursor.source, cursor)));
        }
        committed
    }

    /// Sends the events of batches ahead.
    fn stage(&mut self, jobs: &[Job]) -> store::Result<()> {
        let cursors = jobs.iter().map(|job| &job.cursor);
        let batches: Vec<_> = jobs.iter().zip(cursors).map(batch).collect();
        self.store.stage(&batches)
    }

    /// Puts batches into the open transaction and moves their cursors; notes what the database
    /// refused of each.
    fn put(&mut self, jobs: &mut [Job]) -> store::Result<()> {
        let mut cursors: Vec<Cursor> = jobs.iter().map(|job| self.advanced(job)).collect();
        let batches: Vec<_> = jobs.iter().zip(&cursors).map(batch).collect();
        let committed = self.store.put(&batches)?;
        for ((job, cursor), committed) in jobs.iter_mut().zip(&mut cursors).zip(committed) {
            job.delta.events -= committed.refused;
            job.delta.rejected += committed.refused;
            cursor.totals.stored -= committed.refused;
            cursor.totals.rejected += committed.refused;
            cursor.revision = committed.revision;
            self.known.insert(cursor.source, cursor.clone());
        }
        Ok(())
    }

    /// The cursor as it shall stand after a batch.
    fn advanced(&self, job: &Job) -> Cursor {
        let known = &self.known[&job.cursor.source];
        let (totals, delta) = (known.totals, &job.delta);
        let rejected = i64::try_from(job.rejects.len()).unwrap_or(0);
        let totals = Totals {
            lines: totals.lines + delta.lines,
            bytes: totals.bytes + delta.bytes,
            stored: totals.stored + i64::try_from(job.events.len()).unwrap_or(0),
            unparsed: totals.unparsed + delta.unparsed,
            rejected: totals.rejected + rejected,
            filtered: totals.filtered,
            gap: totals.gap + delta.gap,
        };
        Cursor { revision: known.revision, totals, ..job.cursor.clone() }
    }

    /// Reads a cursor again after another process moved it.
    fn read_again(&mut self, source: i64) -> store::Result<()> {
        match self.store.cursor(source)? {
            Some(cursor) => self.known.insert(source, cursor),
            None => self.known.remove(&source),
        };
        Ok(())
    }

    /// Finds the way back to the database. Whether the batch had been stored after all.
    fn reconnect(&mut self, job: &Job) -> Result<bool, Trouble> {
        let since = Instant::now();
        let mut wait = Duration::from_millis(50);
        let mut was_told = false;
        loop {
            let error = match self.door.open() {
                Ok(store) => {
                    self.store = store;
                    match self.read_again(job.cursor.source) {
                        Ok(()) => break,
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            let is_over = self.patience.is_some_and(|patience| since.elapsed() > patience);
            if is_over || self.stop.is_raised() || matches!(error, Error::Denied { .. }) {
                return Err(self.failed(&error));
            }
            if !std::mem::replace(&mut was_told, true) {
                warn("siemparse", &format!("{error}; trying again"));
            }
            thread::sleep(wait);
            wait = (wait * 2).min(Duration::from_secs(2));
        }
        if was_told {
            warn("siemparse", &format!("database {}: connected again", self.store.name()));
        }
        let known = self.known.get(&job.cursor.source);
        Ok(known.is_some_and(|known| {
            known.position == job.cursor.position
                && known.mark_hash == job.cursor.mark_hash
                && known.position != job.start
        }))
    }

    /// Stores a refused batch in two halves; a single event that is refused is put aside.
    fn store_parts(&mut self, mut job: Job) -> Result<Delta, Trouble> {
        if job.events.len() > 1 {
            let (first, second) = self.halve(job);
            let mut delta = self.store_one(first)?;
            delta.add(&self.store_one(second)?);
            return Ok(delta);
        }
        let reason = match self.commit(std::slice::from_mut(&mut job)) {
            Ok(()) => return Ok(job.delta),
            Err(Error::Refused { reason, .. }) => reason,
            Err(error) => return Err(self.failed(&error)),
        };
        for event in job.events.drain(..) {
            let (log_offset, raw) = (event.log_offset, event.line());
            job.rejects.push(Reject { log_offset, raw, reason: reason.clone() });
        }
        job.delta = Delta { events: 0, unparsed: 0, rejected: 1, ..job.delta };
        self.store_one(job)
    }

    /// Cuts a batch of at least two events in two. Between them the cursor keeps the parser's
    /// state of the batch's beginning.
    fn halve(&self, mut job: Job) -> (Job, Job) {
        let events = job.events.split_off(job.events.len() / 2);
        let middle = events[0].log_offset;
        let before = job.events.last().map(|event| (event.log_offset, event.line()));
        let before = before.filter(|(offset, line)| *offset + length(line.len()) == middle);
        let before = before.map(|(_, line)| line).unwrap_or_default();
        let mark = &before[before.len().saturating_sub(MARK)..];
        let known = &self.known[&job.cursor.source];
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
}

/// A job as the store takes it, with its cursor.
fn batch<'j>((job, cursor): (&'j Job, &'j Cursor)) -> Batch<'j, 'static> {
    Batch {
        cursor,
        byte_start: job.start,
        line_count: job.delta.lines,
        events: &job.events,
        rejects: &job.rejects,
        gaps: &job.gaps,
        filtered: job.filtered,
    }
}

/// Whether the reader can go back to the batch's beginning.
fn can_be_read_again(job: &Job) -> bool {
    matches!(job.cursor.kind.as_str(), "file" | "archive")
}

/// Whether no parser understood the event's line.
fn is_unparsed(event: &Event<'_>) -> bool {
    event.tags.iter().any(|tag| tag == "unparsed")
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
