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
//! What it does *not* know: what becomes of a record (`agent`), where records come from (`feed`).

use crate::agent::Agent;
use crate::count::{Account, Probed};
use crate::feed::Feed;
use crate::recording::Recording;
use crate::{machine, status, system};
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

/// How long the ring is left alone when it is empty, in milliseconds.
const NAP: u16 = 25;
/// The least time between two lines about losses.
const LOSS_EVERY: Duration = Duration::from_secs(10);

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
    let account = agent.account(Probed { seen: agent.read(), ..Probed::default() });
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
