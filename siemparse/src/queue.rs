//! Batches between the reader and the writers: taken in order, stored in order.
//!
//! ```text
//!  push ─► waiting ─► take (numbered groups) ─► wait for the number's turn ─► pass
//! ```
//!
//! The reader goes on while small batches wait, so that those of many sources can share a
//! transaction, and stops while a large one does: memory holds what the writers store and what is
//! being read, nothing more. What a writer does between `take` and `wait` runs beside the others;
//! between `wait` and `pass` it is alone, and knows how the cursors stand.
//!
//! What it does *not* know: the store.

use crate::batch::Job;
use common::cli::Stop;
use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::Cursor;

/// The most batches of one group.
const TOGETHER: usize = 16;
/// A group of this many events takes no more.
const ENOUGH: usize = 5_000;
/// The reader stops while more events than this wait.
const SMALL: usize = 1_000;
/// How often a reader that waits looks whether the run is to end.
const LOOK: Duration = Duration::from_millis(50);

/// The way from the reader to the writers.
pub(crate) struct Queue {
    inbox: Mutex<Inbox>,
    pushed: Condvar,
    taken: Condvar,
    turn: Mutex<Turn>,
    passed: Condvar,
}

#[derive(Default)]
struct Inbox {
    waiting: VecDeque<Job>,
    /// The number of the next group.
    number: u64,
    /// Whether nothing more is pushed, or taken.
    is_closed: bool,
}

/// What the writer has whose turn it is.
#[derive(Default)]
pub(crate) struct Turn {
    number: u64,
    /// The cursors as they stand.
    pub(crate) known: HashMap<i64, Cursor>,
    /// Whether nothing more is to be stored.
    pub(crate) is_over: bool,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new() -> Queue {
        Queue {
            inbox: Mutex::default(),
            pushed: Condvar::new(),
            taken: Condvar::new(),
            turn: Mutex::default(),
            passed: Condvar::new(),
        }
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        // A thread that panicked has changed nothing by halves here.
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a batch over and waits while enough is waiting: until `end` at most once the run is to
    /// end. False when the batch will not be stored.
    pub(crate) fn push(&self, job: Job, stop: &Stop, end: impl Fn() -> Instant) -> bool {
        let mut inbox = self.inbox();
        if inbox.is_closed {
            return false;
        }
        inbox.waiting.push_back(job);
        self.pushed.notify_one();
        while inbox.events() > SMALL && !inbox.is_closed {
            let waited = self.taken.wait_timeout(inbox, LOOK);
            inbox = waited.unwrap_or_else(PoisonError::into_inner).0;
            if stop.is_raised() && Instant::now() >= end() {
                return inbox.waiting.pop_back().is_none();
            }
        }
        !inbox.is_closed
    }

    /// Lets writers come to an end when what waits is stored.
    pub(crate) fn close(&self) {
        self.inbox().is_closed = true;
        self.pushed.notify_all();
        self.taken.notify_all();
    }

    /// The next group, batches of different sources, and its number; `None` at the end.
    pub(crate) fn take(&self) -> Option<(u64, Vec<Job>)> {
        let is_idle = |inbox: &mut Inbox| inbox.waiting.is_empty() && !inbox.is_closed;
        let inbox = self.pushed.wait_while(self.inbox(), is_idle);
        let mut inbox = inbox.unwrap_or_else(PoisonError::into_inner);
        let first = inbox.waiting.pop_front()?;
        let group = inbox.gather(first);
        let number = inbox.number;
        inbox.number += 1;
        self.taken.notify_all();
        Some((number, group))
    }

    /// Whether another batch is there already.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.inbox().waiting.is_empty()
    }

    /// Waits for a number's turn; `None` when it will not come.
    pub(crate) fn wait(&self, number: u64) -> Option<MutexGuard<'_, Turn>> {
        let turn = self.turn.lock().ok()?;
        let is_early = |turn: &mut Turn| turn.number != number && !turn.is_over;
        let turn = self.passed.wait_while(turn, is_early).ok()?;
        (!turn.is_over).then_some(turn)
    }

    /// Ends a turn.
    pub(crate) fn pass(&self, mut turn: MutexGuard<'_, Turn>) {
        turn.number += 1;
        if turn.is_over {
            let mut inbox = self.inbox();
            inbox.waiting.clear();
            drop(inbox);
            self.close();
        }
        drop(turn);
        self.passed.notify_all();
    }
}

impl Inbox {
    fn events(&self) -> usize {
        self.waiting.iter().map(|job| job.events.len()).sum()
    }

    /// Takes what is waiting, as long as it is of other sources.
    fn gather(&mut self, first: Job) -> Vec<Job> {
        let mut events = first.events.len();
        let mut group = vec![first];
        while let Some(job) = self.waiting.front()
            && group.len() < TOGETHER
            && events < ENOUGH
            && group.iter().all(|have| have.cursor.source != job.cursor.source)
        {
            events += job.events.len();
            group.extend(self.waiting.pop_front());
        }
        group
    }
}
