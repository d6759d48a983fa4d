//! The agent at work: from the ring to the queue until it is told to stop.
//!
//! ```text
//!  load ─► open ring ─► seed cache ─► attach ─► start line ─► read … ─► detach ─► drain ─► stop line
//! ```
//!
//! The ring is open before the first probe is attached, so that nothing is lost at the start. What
//! is due by the clock (stats, expiry, a clock that was set) is looked at between two readings.
//!
//! What it does *not* know: how lines are made, how they are written.

use crate::count::{Account, Probed, Row};
use crate::kind::Kinds;
use crate::line::{Lines, Object};
use crate::probe::Probes;
use crate::queue::{Chunk, Queue};
use crate::record::Record;
use crate::select::Select;
use crate::system::{self, Mapping};
use crate::{machine, status};
use aya::maps::{MapData, RingBuf};
use common::cli::Stop;
use std::io;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

/// When to stop, and what to tell besides events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// After so many events.
    pub(crate) count: Option<u64>,
    /// After so long.
    pub(crate) duration: Option<Duration>,
    /// Counts every so often.
    pub(crate) stats: Option<Duration>,
}

/// Bytes of a chunk before it is sent while more is waiting.
const CHUNK: usize = 64 << 10;
/// How long the ring is left alone when it is empty, in milliseconds.
const NAP: i32 = 25;
/// The least time between two lines about losses.
const LOSS_EVERY: Duration = Duration::from_secs(10);

/// The agent at work.
#[derive(Debug)]
pub(crate) struct Agent {
    /// What lines are made with.
    pub(crate) lines: Lines,
    /// What is reported.
    pub(crate) events: Kinds,
    /// Which of it.
    pub(crate) select: Select,
    /// Where lines go.
    pub(crate) queue: Queue,
    chunk: Chunk,
    account: Account,
    seq: u64,
    /// Events that were sent, for `--count`.
    sent: u64,
    left: Option<u64>,
    malformed: u64,
}

impl Agent {
    /// An agent that has done nothing yet.
    #[must_use]
    pub(crate) fn new(
        lines: Lines,
        events: Kinds,
        select: Select,
        queue: Queue,
        count: Option<u64>,
    ) -> Agent {
        Agent {
            lines,
            events,
            select,
            queue,
            chunk: Chunk::default(),
            account: Account::default(),
            seq: 0,
            sent: 0,
            left: count,
            malformed: 0,
        }
    }

    /// Whether `--count` is reached.
    #[must_use]
    pub(crate) fn is_full(&self) -> bool {
        self.left.is_some_and(|left| self.sent >= left)
    }

    /// Takes one record: a line, or a count.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let Ok(record) = Record::read(bytes) else {
            self.malformed += 1;
            return;
        };
        let place = record.kind as usize;
        self.account.read[place] += 1;
        let begin = self.chunk.bytes.len();
        let wanted = self.events.has(record.kind) && !self.is_full();
        let written = self.lines.write(&record, wanted, &mut self.chunk.bytes);
        if !written || !self.select.takes(&mut self.chunk.bytes, begin) {
            self.chunk.bytes.truncate(begin);
            self.account.filtered[place] += 1;
            return;
        }
        self.finish_line();
        self.chunk.rows[place] += 1;
        self.sent += 1;
        if self.chunk.bytes.len() >= CHUNK {
            self.flush();
        }
    }

    /// Writes a line about the agent.
    pub(crate) fn tell(&mut self, action: &str, fill: impl FnOnce(&mut Object<'_>)) {
        let mut object = status::open(&mut self.chunk.bytes, &self.lines.machine, action);
        fill(&mut object);
        self.finish_line();
    }

    fn finish_line(&mut self) {
        self.seq += 1;
        Object::close(&mut self.chunk.bytes, self.seq);
    }

    /// Sends what is gathered.
    pub(crate) fn flush(&mut self) {
        if !self.chunk.bytes.is_empty() {
            self.queue.send(&mut self.chunk);
        }
    }

    /// The account as it stands.
    #[must_use]
    pub(crate) fn account(&self, probed: Probed) -> Account {
        let (written, dropped): (Row, Row) = self.queue.rows();
        Account { probed, written, dropped, ..self.account }
    }
}

/// What is due by the clock.
struct Due {
    stop: Option<Instant>,
    stats: Option<(Duration, Instant)>,
    /// Losses that were told, and when.
    told: (u64, Option<Instant>),
    second: Instant,
}

/// Reads the ring until the wish to end, a limit, or the end of the reader downstream. Returns the
/// final account.
///
/// # Errors
/// The ring cannot be waited for, or standard output fails other than by being closed.
pub(crate) fn run(
    agent: &mut Agent,
    mut probes: Probes,
    ring: &mut RingBuf<MapData>,
    counters: &Mapping,
    limits: Limits,
    stop: &Stop,
) -> io::Result<Account> {
    let now = Instant::now();
    let mut due = Due {
        stop: limits.duration.map(|span| now + span),
        stats: limits.stats.map(|every| (every, now + every)),
        told: (0, None),
        second: now,
    };
    let reason = loop {
        let read = drain(agent, ring, usize::MAX);
        agent.flush();
        let now = Instant::now();
        if now >= due.second {
            due.second = now + Duration::from_secs(1);
            agent.lines.machine.booted = machine::booted();
            agent.lines.cache.expire(system::boot_time());
            periodic(agent, counters, &mut due, now, probes.missed_runs());
        }
        if stop.is_raised() {
            break "signal";
        }
        if agent.is_full() {
            break "count";
        }
        if due.stop.is_some_and(|at| now >= at) {
            break "duration";
        }
        if agent.queue.failure().is_some() {
            break "output";
        }
        if read == 0 {
            system::wait(ring.as_fd(), NAP)?;
        }
    };
    let missed = probes.missed_runs();
    probes.detach();
    // A probe that was running when it was detached finishes within this time.
    std::thread::sleep(Duration::from_millis(20));
    drain(agent, ring, usize::MAX);
    agent.flush();
    agent.queue.drain(Duration::from_secs(5));
    let account = agent.account(Probed::read(counters));
    agent.tell("stop", |object| {
        object.text("reason", reason);
        status::account(object, &account, missed);
    });
    agent.flush();
    agent.queue.drain(Duration::from_secs(5));
    match agent.queue.failure() {
        None | Some(io::ErrorKind::BrokenPipe) => Ok(account),
        Some(kind) => Err(kind.into()),
    }
}

/// Reads what waits in the ring, at most so many records.
fn drain(agent: &mut Agent, ring: &mut RingBuf<MapData>, most: usize) -> usize {
    let mut read = 0;
    while read < most {
        let Some(item) = ring.next() else { break };
        agent.take(&item);
        read += 1;
        // What is due must not wait for a ring that never empties.
        if read == 4096 {
            break;
        }
    }
    read
}

fn periodic(agent: &mut Agent, counters: &Mapping, due: &mut Due, now: Instant, missed: u64) {
    let account = agent.account(Probed::read(counters));
    let [_, _, lost, dropped, ..] = account.totals();
    let is_time = due.told.1.is_none_or(|at| now >= at + LOSS_EVERY);
    if lost + dropped > due.told.0 && is_time {
        let before = due.told.0;
        due.told = (lost + dropped, Some(now));
        agent.tell("lost", |object| {
            object.count("lost_since", lost + dropped - before);
            status::account(object, &account, missed);
        });
    }
    if let Some((every, at)) = due.stats
        && now >= at
    {
        due.stats = Some((every, now + every));
        agent.tell("stats", |object| status::account(object, &account, missed));
    }
    agent.flush();
}
