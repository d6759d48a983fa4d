//! A writer: a thread of its own that stores batches in its turn.
//!
//! Exactly once: a batch is stored together with its cursor, and only where the cursor stands at
//! the batch's beginning. The writer whose turn it is alone knows how cursors stand. When another
//! process moved one ([`Error::Overtaken`]), or a lost connection leaves it open whether a commit
//! happened, it reads the cursor again: either the batch is stored, or it is tried again, or the
//! reader is set back. While the database is away or cannot take anything, the batch waits here
//! and the reader behind it. A row that the database refuses is found by halving and put aside; the
//! rest of its batch is stored.
//!
//! How to be fast is the store's to say ([`Pace`]): two writers that send events at the same time
//! and commit in turn, or one that lets batches share a transaction for up to 200 ms while more are
//! waiting. Only batches that can be read again share one, since it holds none of them afterwards.
//!
//! What it does *not* know: files, lines.

mod part;

use crate::batch::{DELAY, Delta, Job, Report};
use crate::desk::Door;
use crate::outage::{Outage, is_passing};
use crate::queue::Queue;
use crate::spool;
use common::cli::Failure;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender};
use std::time::Instant;
use store::{Batch, Cursor, Error, Pace, Store, Totals};

/// Why a batch is not stored.
enum Trouble {
    /// The source goes on elsewhere.
    Back(Box<Cursor>),
    /// The source has no cursor any more.
    Gone,
    Failed(Failure),
}

/// Where a cursor stands after an attempt that failed.
enum Place {
    /// Behind the batch: it is stored.
    Stored,
    /// Before it, or where another process put it.
    Elsewhere,
    /// It is gone.
    Nowhere,
}

/// What is known of a batch in the open transaction.
struct Joined {
    tail: usize,
    epoch: u32,
    /// The cursor as the batch leaves it.
    cursor: Cursor,
    delta: Delta,
}

/// A thread that stores.
pub(crate) struct Writer {
    store: Box<dyn Store>,
    pace: Pace,
    door: Door,
    outage: Outage,
    /// Whether a batch was stored: then a right that is missing was taken away, and may come back.
    has_stored: bool,
    queue: Arc<Queue>,
    outbox: Sender<Report>,
    wake: SyncSender<()>,
    /// The cursors as they stand, during this writer's turn.
    known: HashMap<i64, Cursor>,
    /// What will be stored when the open transaction is committed.
    joined: Vec<Joined>,
    /// Since when it is open.
    since: Instant,
}

impl Writer {
    pub(crate) fn new(
        store: Box<dyn Store>,
        door: Door,
        queue: Arc<Queue>,
        (outbox, wake): (Sender<Report>, SyncSender<()>),
        outage: Outage,
    ) -> Writer {
        let (pace, known, joined) = (store.pace(), HashMap::new(), Vec::new());
        let (since, has_stored) = (Instant::now(), false);
        Writer { store, pace, door, outage, has_stored, queue, outbox, wake, known, joined, since }
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
                let joined = |job: Job| {
                    let Job { tail, epoch, delta, cursor, .. } = job;
                    Joined { tail, epoch, cursor, delta }
                };
                self.joined.extend(group.into_iter().map(joined));
                let is_open = can_join && self.since.elapsed() < DELAY && self.queue.is_waiting();
                return is_open || self.flush();
            }
            if !self.joined.is_empty() && !self.flush() {
                return false;
            }
        }
        let reports = self.store_all(group);
        self.say(reports)
    }

    /// Ends the open transaction. When that fails, or it had ended by itself, none of its batches
    /// is here any more: their sources are set back to where their cursors stand.
    fn flush(&mut self) -> bool {
        let joined = std::mem::take(&mut self.joined);
        let reports = match self.store.flush() {
            Ok(()) => {
                self.note_stored();
                joined.into_iter().map(|one| Report::Stored(one.tail, one.delta)).collect()
            }
            Err(error) => self.set_back(joined, error),
        };
        self.say(reports)
    }

    /// What became of batches whose transaction could not be committed.
    fn set_back(&mut self, joined: Vec<Joined>, error: Error) -> Vec<Report> {
        let mut error = Some(error);
        let mut reports = Vec::new();
        for Joined { tail, epoch, cursor, delta } in joined {
            loop {
                if let Some(error) = error.take()
                    && !(self.is_passing(&error) && self.outage.again(&error))
                {
                    reports.push(Report::Failed(error.into()));
                    return reports;
                }
                match self.look_again(&cursor, i64::MIN) {
                    Ok(Place::Stored) => reports.push(Report::Stored(tail, delta)),
                    Ok(Place::Nowhere) => reports.push(Report::Gone(tail, epoch)),
                    Ok(Place::Elsewhere) => {
                        let known = Box::new(self.known[&cursor.source].clone());
                        reports.push(Report::Back(tail, epoch, known));
                    }
                    Err(again) => {
                        error = Some(again);
                        continue;
                    }
                }
                break;
            }
        }
        reports
    }

    fn note_stored(&mut self) {
        self.has_stored = true;
        self.outage.end(&self.store.name());
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
            self.note_stored();
            return group.into_iter().map(|job| Report::Stored(job.tail, job.delta)).collect();
        }
        let mut reports = Vec::new();
        for job in group {
            let (tail, epoch) = (job.tail, job.epoch);
            reports.push(match self.store_one(job) {
                Ok(delta) => Report::Stored(tail, delta),
                Err(Trouble::Back(cursor)) => Report::Back(tail, epoch, cursor),
                Err(Trouble::Gone) => Report::Gone(tail, epoch),
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
            let outcome = match self.commit(std::slice::from_mut(&mut job)) {
                Ok(()) => {
                    self.note_stored();
                    return Ok(job.delta);
                }
                Err(Error::Value { reason, .. }) if job.events.len() == 1 => {
                    part::put_aside(&mut job, &reason);
                    continue;
                }
                Err(Error::Value { .. }) if !job.events.is_empty() => {
                    let (first, second) = part::halve(job, &self.known);
                    let mut delta = self.store_one(first)?;
                    delta.add(&self.store_one(second)?);
                    return Ok(delta);
                }
                Err(Error::Overtaken(_)) => self.look_again(&job.cursor, job.start),
                Err(Error::Lost { .. } | Error::Connect { .. }) => self.reconnect(&job),
                Err(error) => Err(error),
            };
            match outcome {
                Ok(Place::Stored) => return Ok(job.delta),
                Ok(Place::Elsewhere) => {}
                Ok(Place::Nowhere) => return Err(Trouble::Gone),
                Err(error) if self.is_passing(&error) && self.outage.again(&error) => {}
                Err(error) => return Err(Trouble::Failed(error.into())),
            }
        }
    }

    fn is_passing(&self, error: &Error) -> bool {
        is_passing(error) || self.has_stored && matches!(error, Error::Denied { .. })
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
        };
        Cursor { revision: known.revision, totals, ..job.cursor.clone() }
    }

    /// Makes a new connection and finds out what became of a batch.
    fn reconnect(&mut self, job: &Job) -> store::Result<Place> {
        self.store = self.door.open()?;
        self.look_again(&job.cursor, job.start)
    }

    /// Reads a source's cursor again: whether it stands where a batch that began at `start` leaves
    /// it.
    fn look_again(&mut self, wanted: &Cursor, start: i64) -> store::Result<Place> {
        let Some(cursor) = self.store.cursor(wanted.source)? else {
            self.known.remove(&wanted.source);
            return Ok(Place::Nowhere);
        };
        let is_stored = cursor.position == wanted.position
            && cursor.mark_hash == wanted.mark_hash
            && cursor.position != start;
        self.known.insert(wanted.source, cursor);
        Ok(if is_stored { Place::Stored } else { Place::Elsewhere })
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
    matches!(job.cursor.kind.as_str(), "file" | "archive" | spool::KIND)
}
