//! Tests: whatever the schedule, the same table of SIEM events; and wrong ledgers, which must fail.
//!
//! The same commits, in order, go into fresh databases, and rules change before the same of them.
//! Triggers look when a seed says. At the end the tables are compared row for row with that of one
//! undisturbed run. `SIEM_SCHEDULES`, `SIEM_EVENTS` and `SIEM_SEED` make it long and another
//! (`make test-schedules`); the figures are then printed.
//!
//! What it does *not* know: processes and signals, which tests/cli.rs kills.

#[path = "../tests/feed/mod.rs"]
#[allow(dead_code, reason = "shared with other tests, which use more of it")]
pub(crate) mod feed;

mod closed;
mod plan;
mod run;

use crate::books::Books;
use common::clock::Timestamp;
use common::hit::Hit;
use common::rule::Rule;
use common::siem_event::SiemEvent;
use plan::{Plan, Span};
use run::{Interval, Outcome, Place, postgres, scheduled, sqlite, undisturbed};
use std::cell::Cell;
use std::io::Write as _;
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::thread::{available_parallelism, scope};
use std::time::Instant;
use store::Firing;

/// What `make test` runs: the seed of the commits, and about how many events they have.
const SEED: u64 = 77;
const EVENTS: usize = 400;

/// A ledger that is wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// None: the ledger as it is.
    Right,
    /// Goes by the numbers of batches, not by those of commits.
    BatchOrder,
    /// Forgets a window's hits once it has fired.
    ResetAfterFiring,
    /// Sees another rule's SIEM event at its `time`, not at its firing instants.
    ChainOnTime,
}

thread_local! {
    static MUTANT: Cell<Mutant> = const { Cell::new(Mutant::Right) };
}

/// Makes this thread's ledger wrong.
fn pretend(mutant: Mutant) {
    MUTANT.set(mutant);
}

/// How this thread's ledger is wrong.
fn mutant() -> Mutant {
    MUTANT.get()
}

/// Whether this thread's ledger is wrong in this way.
pub(crate) fn is(mutant: Mutant) -> bool {
    self::mutant() == mutant
}

/// The hits after the last that fired, where windows are reset.
pub(crate) fn forgetful(mut hits: Vec<Hit>) -> Vec<Hit> {
    let fired = hits.iter().filter(|hit| hit.fired_commit.is_some()).map(|hit| hit.time).max();
    if is(Mutant::ResetAfterFiring) {
        hits.retain(|hit| fired.is_none_or(|fired| hit.time > fired));
    }
    hits
}

/// A firing at the time of its SIEM event, where chaining goes by that.
pub(crate) fn at_its_time<B: Books + ?Sized>(
    store: &mut B,
    rule: &Rule,
    firing: Firing,
) -> anyhow::Result<Firing> {
    let window = rule.kind.window().0;
    if !is(Mutant::ChainOnTime) || window == 0 {
        return Ok(firing);
    }
    let bucket = firing.time.0.div_euclid(window);
    let from = Timestamp(bucket * window);
    let found = store.found(firing.version, &firing.group, from)?;
    let own = found.iter().find(|event| event.time.0.div_euclid(window) == bucket);
    let time = own.map_or(firing.time, |event| event.time);
    Ok(Firing { time, ..firing })
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// The schedules whose table is another than that of one undisturbed run.
fn different(
    make: fn() -> Place,
    mutant: Mutant,
    plan: &Plan,
    seeds: RangeInclusive<u64>,
) -> Vec<String> {
    let start = Instant::now();
    pretend(mutant);
    let Outcome { events: expected, intervals, .. } = undisturbed(make(), plan);
    pretend(Mutant::Right);
    let all = ["many", "each", "known", "burst", "again", "always"];
    let is_told = mutant == Mutant::Right && number("SIEM_SCHEDULES").is_some();
    if is_told {
        let seconds = start.elapsed().as_secs_f64();
        tell(&format!("seed {}: one look at the end after {seconds:.0} s", plan.seed));
    }
    let is_missing = |name: &&str| expected.iter().all(|event| event.rule_name != *name);
    assert!(mutant != Mutant::Right || !all.iter().any(is_missing), "{}", expected.len());
    let (rest, found) = (Mutex::new(seeds.clone()), Mutex::new((0, Vec::new())));
    let next = || rest.lock().unwrap().next();
    let work = || {
        pretend(mutant);
        while let Some(seed) = next() {
            let began = Instant::now();
            let (database, outcome) = same_task(make, plan, seed, &intervals);
            let is_other = difference(&expected, &outcome.events, seed);
            if is_told {
                let (seconds, is) = (began.elapsed().as_secs_f64(), is_other.is_none());
                let is = if is { "equal" } else { "another table" };
                tell(&format!("{database}: schedule {seed} after {seconds:.0} s: {is}"));
            }
            let mut found = found.lock().unwrap();
            found.0 += outcome.losses;
            found.1.extend(is_other);
        }
    };
    let threads = available_parallelism().map_or(1, usize::from);
    scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let (losses, different) = found.into_inner().unwrap();
    if is_told {
        tell(&format!(
            "{} schedules, seed {}, {} commits, {} events, {} SIEM events, {losses} restarts, \
             {:.0} s: {}",
            seeds.count(),
            plan.seed,
            plan.commits.len(),
            plan.event_count(),
            expected.len(),
            start.elapsed().as_secs_f64(),
            if different.is_empty() { "all equal".to_owned() } else { different.join("\n") },
        ));
    }
    different
}

/// The outcome of a schedule in which versions were to see what they see in the undisturbed run. How
/// far back a changed rule warms up goes by the time of commits, so that a machine that stalls for
/// minutes between them sets another task; then the schedule is run again.
fn same_task(
    make: fn() -> Place,
    plan: &Plan,
    seed: u64,
    intervals: &[Interval],
) -> (String, Outcome) {
    for _ in 0..4 {
        let place = make();
        let database = place.url.split(':').next().unwrap_or_default().to_owned();
        let outcome = scheduled(place, plan, seed);
        if outcome.intervals == intervals {
            return (database, outcome);
        }
    }
    panic!("schedule {seed}: commits take so long that changed rules warm up over others of them");
}

/// Says how far a long run has come.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The first row that differs.
fn difference(expected: &[SiemEvent], found: &[SiemEvent], seed: u64) -> Option<String> {
    let pairs = expected.iter().map(Some).chain(std::iter::repeat(None));
    let pairs = pairs.zip(found.iter().map(Some).chain(std::iter::repeat(None)));
    let mut pairs = pairs.take(expected.len().max(found.len()));
    let (had, has) = pairs.find(|(had, has)| had != has)?;
    Some(format!("schedule {seed}: {has:#?} in place of {had:#?}"))
}

/// No schedule ends with another table.
fn hold(make: fn() -> Place, span: Span) {
    let count = number("SIEM_SCHEDULES").unwrap_or(3);
    let events = number("SIEM_EVENTS").map_or(EVENTS, |count| usize::try_from(count).unwrap());
    let plan = Plan::new(number("SIEM_SEED").unwrap_or(SEED), events, span);
    let different = different(make, Mutant::Right, &plan, 1..=count);
    assert!(different.is_empty(), "seed {}: {}", plan.seed, different.join("\n"));
}

/// Whether a wrong ledger shows, in few events: to read all again and again takes its time.
fn is_found_out(make: fn() -> Place, mutant: Mutant) -> bool {
    !different(make, mutant, &Plan::new(SEED, EVENTS, Span::Hours), 1..=3).is_empty()
}

#[test]
fn no_schedule_changes_the_table_on_sqlite() {
    hold(sqlite, Span::Hours);
}

#[test]
fn no_schedule_changes_the_table_on_postgresql() {
    hold(postgres, Span::Hours);
}

#[test]
fn days_without_a_trigger_change_nothing_on_sqlite() {
    hold(sqlite, Span::Days);
}

#[test]
fn days_without_a_trigger_change_nothing_on_postgresql() {
    hold(postgres, Span::Days);
}

#[test]
fn both_databases_end_with_one_table() {
    let plan = Plan::new(5, 150, Span::Hours);
    let dense = postgres().in_order();
    assert!(scheduled(sqlite(), &plan, 3).events == scheduled(dense, &plan, 4).events);
}

#[test]
fn a_ledger_by_batch_numbers_is_found_out() {
    assert!(is_found_out(postgres, Mutant::BatchOrder));
}

#[test]
fn a_window_that_is_reset_after_firing_is_found_out() {
    assert!(is_found_out(sqlite, Mutant::ResetAfterFiring));
}

#[test]
fn chaining_on_time_is_found_out() {
    assert!(is_found_out(sqlite, Mutant::ChainOnTime));
}
