//! The writer: a thread of its own that stores batches in order, while others are being read.
//!
//! ```text
//!  reader ══ jobs, at most 1 waiting ══► writer ──► store
//!     ▲                                    │
//!     └──── reports: stored, set back ─────┘
//! ```
//!
//! Exactly once: a batch is stored together with its cursor, and only where the cursor stands at
//! the batch's beginning. The writer alone knows how cursors stand. When another process moved one
//! ([`Error::Overtaken`]), or a lost connection leaves it open whether a commit happened, it reads
//! the cursor again and sets the reader back. A row that the database refuses is found by halving
//! and put aside; the rest of its batch is stored.
//!
//! What it does *not* know: files, lines.

use crate::batch::{Delta, Job};
use crate::desk::{Door, failure};
use crate::line::MARK;
use common::cli::Stop;
use common::cli::{Failure, warn};
use common::event::Event;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};
use store::{Batch, Cursor, Error, Reject, Store, Totals};

/// How many batches wait for the writer, beside the one that is being stored and the one that is
/// being read.
const WAITING: usize = 1;
/// The most batches of one transaction.
const TOGETHER: usize = 16;
/// How long a run that is to end waits for a database that is away.
const ONCE: Duration = Duration::from_secs(60);
/// How long the end waits for a batch that is being stored.
const FAREWELL: Duration = Duration::from_millis(1_500);

/// What the writer says about a batch.
pub(crate) enum Report {
    /// It is stored.
    Stored(usize, Delta),
    /// It is not; the source goes on at the cursor. Carries the batch's epoch.
    Back(usize, u32, Box<Cursor>),
    /// The database fails; nothing more is stored.
    Failed(Failure),
}

/// The reader's end.
pub(crate) struct Pipeline {
    jobs: Option<SyncSender<Job>>,
    reports: Receiver<Report>,
    stop: Stop,
}

impl Pipeline {
    /// Starts the writer. `wake` is rung with each report.
    pub(crate) fn start(
        door: Door,
        stop: Stop,
        wake: SyncSender<()>,
        is_once: bool,
    ) -> anyhow::Result<Pipeline> {
        let store = door.open().map_err(|error| failure(&error))?;
        let (jobs, inbox) = sync_channel(WAITING);
        let (outbox, reports) = channel();
        let patience = is_once.then_some(ONCE);
        let writer = Writer {
            store,
            door,
            patience,
            stop: stop.clone(),
            outbox,
            wake,
            known: HashMap::new(),
        };
        thread::Builder::new().name("writer".to_owned()).spawn(move || writer.run(&inbox))?;
        Ok(Pipeline { jobs: Some(jobs), reports, stop })
    }

    /// Hands a batch over; waits while the database is slow. False when the run is to end and
    /// the writer still has enough to do.
    pub(crate) fn send(&self, mut job: Job) -> bool {
        let mut deadline = None;
        loop {
            let Some(jobs) = &self.jobs else { return false };
            match jobs.try_send(job) {
                Ok(()) => return true,
                Err(TrySendError::Disconnected(_)) => return false,
                Err(TrySendError::Full(back)) => job = back,
            }
            if self.stop.is_raised() {
                let end = *deadline.get_or_insert_with(|| Instant::now() + FAREWELL / 2);
                if Instant::now() >= end {
                    return false;
                }
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// What the writer has said since the last time.
    pub(crate) fn reports(&self) -> impl Iterator<Item = Report> {
        self.reports.try_iter()
    }

    /// Waits until everything handed over is stored, but not for ever.
    pub(crate) fn finish(mut self) -> Vec<Report> {
        self.jobs = None;
        let end = Instant::now() + FAREWELL;
        let mut rest = Vec::new();
        while let Ok(report) =
            self.reports.recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            rest.push(report);
        }
        rest
    }
}

/// Takes what is waiting, as long as it is of other sources.
fn gather(first: Job, inbox: &Receiver<Job>, next: &mut Option<Job>) -> Vec<Job> {
    let mut group = vec![first];
    let size = |group: &[Job]| group.iter().map(|job| job.events.len()).sum::<usize>();
    while group.len() < TOGETHER && size(&group) < 5_000 {
        match inbox.try_recv() {
            Ok(job) if group.iter().all(|have| have.cursor.source != job.cursor.source) => {
                group.push(job);
            }
            Ok(job) => {
                *next = Some(job);
                break;
            }
            Err(_) => break,
        }
    }
    group
}

/// Why a batch is not stored.
enum Trouble {
    /// The source goes on elsewhere.
    Back(Box<Cursor>),
    Failed(Failure),
}

struct Writer {
    store: Box<dyn Store>,
    door: Door,
    /// How long an outage may last.
    patience: Option<Duration>,
    stop: Stop,
    outbox: Sender<Report>,
    wake: SyncSender<()>,
    /// The cursors as they stand.
    known: HashMap<i64, Cursor>,
}

impl Writer {
    fn run(mut self, inbox: &Receiver<Job>) {
        let mut next = None;
        while let Some(first) = next.take().or_else(|| inbox.recv().ok()) {
            let group = gather(first, inbox, &mut next);
            for report in self.store_all(group) {
                let failed = matches!(report, Report::Failed(_));
                let gone = self.outbox.send(report).is_err();
                let _ = self.wake.try_send(());
                if failed || gone {
                    return;
                }
            }
        }
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

    /// Commits batches and moves their cursors; notes what the database refused of each.
    fn commit(&mut self, jobs: &mut [Job]) -> store::Result<()> {
        let mut cursors: Vec<Cursor> = jobs.iter().map(|job| self.advanced(job)).collect();
        let batches: Vec<Batch<'_, '_>> = jobs
            .iter()
            .zip(&cursors)
            .map(|(job, cursor)| Batch {
                cursor,
                byte_start: job.start,
                line_count: job.delta.lines,
                events: &job.events,
                rejects: &job.rejects,
                gaps: &job.gaps,
                filtered: job.filtered,
            })
            .collect();
        let committed = self.store.commit(&batches)?;
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

/// Whether no parser understood the event's line.
fn is_unparsed(event: &Event<'_>) -> bool {
    event.tags.iter().any(|tag| tag == "unparsed")
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
