//! The agent at work: from the ring to the queue until it is told to stop.
//!
//! ```text
//!  load ─► open ring ─► attach ─► seed cache ─► start line ─► read … ─► detach ─► drain ─► stop line
//! ```
//!
//! The ring is open before the first probe is attached, and holds what happens while the cache is
//! filled, so that nothing is lost at the start. What
//! is due by the clock (stats, expiry, a clock that was set) is looked at between two readings.
//!
//! What it does *not* know: how lines are made, how they are written.

use crate::count::{Account, Probed, Row, add};
use crate::feed::Feed;
use crate::fim::{Fim, Told};
use crate::guard::Guard;
use crate::kind::{Kind, Kinds};
use crate::line::{Lines, Object};
use crate::queue::{Chunk, Queue};
use crate::record::Record;
use crate::recording::{Recorder, Recording};
use crate::select::Select;
use crate::system;
use crate::watch::{Touch, What};
use crate::{machine, status};
use common::cli::Stop;
use std::io;
use std::sync::Arc;
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
const NAP: u16 = 25;
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
    recorder: Option<Recorder>,
    /// Events that no probe saw: those of watched files.
    own: Row,
    /// The watch over files, where there is one.
    pub(crate) fim: Option<Fim>,
    /// What is asked before programs start, where there is a policy.
    pub(crate) guard: Option<Guard>,
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
            recorder: None,
            own: Row::default(),
            fim: None,
            guard: None,
        }
    }

    /// Keeps the bytes of every record as well.
    pub(crate) fn record(&mut self, recorder: Recorder) {
        self.recorder = Some(recorder);
    }

    /// Writes what the recorder still holds.
    pub(crate) fn finish_recording(&mut self) -> io::Result<()> {
        self.recorder.take().map_or(Ok(()), Recorder::finish)
    }

    /// Whether `--count` is reached.
    #[must_use]
    pub(crate) fn is_full(&self) -> bool {
        self.left.is_some_and(|left| self.sent >= left)
    }

    /// Takes one record: a line, or a count.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let Ok(record) = Record::read(bytes) else {
            self.account.unreadable += 1;
            return;
        };
        if let Some(recorder) = &mut self.recorder {
            // A full disk ends the recording, not the agent.
            if recorder.add(bytes).is_err() {
                self.recorder = None;
            }
        }
        let place = record.kind as usize;
        self.account.read[place] += 1;
        let begin = self.chunk.bytes.len();
        let wanted = self.events.has(record.kind) && !self.is_full();
        let written = self.lines.write(&record, wanted, &mut self.chunk.bytes);
        self.offer(record.kind, begin, written);
    }

    /// Finishes the line that begins there, or counts it as filtered.
    fn offer(&mut self, kind: Kind, begin: usize, written: bool) {
        let place = kind as usize;
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

    /// Takes what happened to a file that is watched without probes.
    pub(crate) fn touched(&mut self, touch: &Touch) {
        if touch.what == What::Anything {
            // How many events the kernel dropped it does not say: one stands for them.
            self.own[Kind::File as usize] += 1;
            self.account.overflows += 1;
            return;
        }
        self.add(Kind::File, |lines, out| lines.touch(touch, out));
    }

    /// Takes what the watch over files told; returns how much.
    pub(crate) fn take_changes(&mut self) -> usize {
        let mut taken = 0;
        while let Some(told) = self.fim.as_ref().and_then(Fim::next) {
            taken += 1;
            match told {
                Told::Change(change) => {
                    self.add(Kind::Fim, |lines, out| lines.change(&change, out));
                }
                Told::Scan(scan) => self.tell("baseline", |object| status::scan(object, &scan)),
                Told::Failed(why) => {
                    self.tell("fim_failed", |object| object.text("error", &why));
                }
            }
        }
        taken
    }

    /// Takes what the guard decided; returns how much.
    pub(crate) fn take_decisions(&mut self) -> usize {
        let mut taken = 0;
        while let Some(decision) = self.guard.as_ref().and_then(Guard::next) {
            taken += 1;
            self.add(Kind::Deny, |lines, out| lines.decision(&decision, out));
        }
        taken
    }

    /// An event that no probe saw.
    fn add(&mut self, kind: Kind, write: impl FnOnce(&mut Lines, &mut Vec<u8>)) {
        self.own[kind as usize] += 1;
        let begin = self.chunk.bytes.len();
        let wanted = self.events.has(kind) && !self.is_full();
        if wanted {
            write(&mut self.lines, &mut self.chunk.bytes);
        }
        self.offer(kind, begin, wanted);
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
    pub(crate) fn account(&self, mut probed: Probed) -> Account {
        add(&mut probed.seen, &self.own);
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
    /// Runs of probes that the kernel left out.
    missed: u64,
}

/// Reads the ring until the wish to end, a limit, or the end of the reader downstream. Returns the
/// final account.
///
/// # Errors
/// The ring cannot be waited for, or standard output fails other than by being closed.
pub(crate) fn run(
    agent: &mut Agent,
    feed: &mut Feed,
    limits: Limits,
    stop: &Stop,
) -> io::Result<Account> {
    let now = Instant::now();
    let mut due = Due {
        stop: limits.duration.map(|span| now + span),
        stats: limits.stats.map(|every| (every, now + every)),
        told: (0, None),
        second: now,
        missed: 0,
    };
    let reason = loop {
        let read = feed.drain(agent)? + agent.take_changes() + agent.take_decisions();
        agent.flush();
        let now = Instant::now();
        tell_loss(agent, feed, &mut due, now, false);
        if now >= due.second {
            due.second = now + Duration::from_secs(1);
            agent.lines.machine.booted = machine::booted();
            agent.lines.cache.expire(system::boot_time());
            due.missed = feed.missed_runs();
            tell_stats(agent, feed, &mut due, now);
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
            feed.wait(NAP)?;
        }
    };
    end(agent, feed, due, reason)
}

/// Takes what is still on its way, tells why it ends, and waits until it is written.
fn end(agent: &mut Agent, feed: &mut Feed, mut due: Due, reason: &str) -> io::Result<Account> {
    due.missed = feed.missed_runs();
    feed.detach();
    if let Some(guard) = &mut agent.guard {
        guard.stop();
    }
    while feed.drain(agent)? + agent.take_changes() + agent.take_decisions() > 0 {}
    agent.flush();
    agent.queue.drain(Duration::from_secs(5));
    tell_loss(agent, feed, &mut due, Instant::now(), true);
    let account = agent.account(feed.probed());
    let guarded = agent.guard.as_ref().map(|guard| Arc::clone(&guard.counts));
    agent.tell("stop", |object| {
        object.text("reason", reason);
        status::account(object, &account, due.missed);
        guarded.iter().for_each(|counts| status::guard(object, counts));
    });
    agent.flush();
    agent.queue.drain(Duration::from_secs(5));
    let failure = agent.queue.failure();
    if let Some(fim) = agent.fim.take() {
        fim.stop(failure.is_none());
    }
    written(failure).map(|()| account)
}

/// What a failure of standard output means: a reader that went is a quiet end.
fn written(failure: Option<io::Error>) -> io::Result<()> {
    failure.filter(|error| error.kind() != io::ErrorKind::BrokenPipe).map_or(Ok(()), Err)
}

/// Reads a recording to its end. What it holds counts as seen.
///
/// # Errors
/// It is cut, or standard output fails other than by being closed.
pub(crate) fn replay(agent: &mut Agent, recording: &mut Recording) -> io::Result<Account> {
    let mut record = Vec::new();
    while !agent.is_full() && recording.next(&mut record)?.is_some() {
        agent.take(&record);
        agent.queue.wait_for_room();
    }
    agent.flush();
    agent.queue.drain(Duration::from_secs(3600));
    let account = agent.account(Probed { seen: agent.account.read, ..Probed::default() });
    agent.tell("stop", |object| {
        object.text("reason", "end");
        status::account(object, &account, 0);
    });
    agent.flush();
    agent.queue.drain(Duration::from_secs(5));
    written(agent.queue.failure()).map(|()| account)
}

/// Tells of losses: the first at once, later ones every ten seconds, the rest at the end.
fn tell_loss(agent: &mut Agent, feed: &Feed, due: &mut Due, now: Instant, at_end: bool) {
    let account = agent.account(feed.probed());
    let [_, _, lost, dropped, ..] = account.totals();
    let (told, at) = due.told;
    let is_time = at_end || at.is_none_or(|at| now >= at + LOSS_EVERY);
    if lost + dropped <= told || !is_time {
        return;
    }
    due.told = (lost + dropped, Some(now));
    agent.tell("lost", |object| {
        object.count("lost_since", lost + dropped - told);
        status::account(object, &account, due.missed);
    });
    agent.flush();
}

fn tell_stats(agent: &mut Agent, feed: &Feed, due: &mut Due, now: Instant) {
    let Some((every, at)) = due.stats.filter(|(_, at)| now >= *at) else { return };
    due.stats = Some((every, at + every));
    let account = agent.account(feed.probed());
    let guarded = agent.guard.as_ref().map(|guard| Arc::clone(&guard.counts));
    agent.tell("stats", |object| {
        status::account(object, &account, due.missed);
        guarded.iter().for_each(|counts| status::guard(object, counts));
    });
    agent.flush();
}
