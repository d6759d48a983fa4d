//! Tests: whatever the schedule, the same table of SIEM events; and wrong ledgers, which must fail.
//!
//! The same commits, in order, go into fresh databases. In between, one, two or four triggers take
//! turns as a seed says; each has a connection and a memory of its own and may lose the memory at
//! any time. Rules change at fixed commits. At the end the tables are compared row for row with
//! that of one undisturbed run. `SIEM_SCHEDULES` and `SIEM_EVENTS` make it long:
//! `SIEM_SCHEDULES=50 SIEM_EVENTS=20000 cargo test -p siemtrigger --lib schedule`.
//!
//! What it does *not* know: processes and signals, which tests/cli.rs kills.

#[path = "../tests/feed/mod.rs"]
#[allow(dead_code, reason = "shared with other tests, which use more of it")]
pub(crate) mod feed;

use crate::args::Args;
use crate::books::Books;
use crate::choice::Choice;
use crate::print::Printer;
use crate::watch::Watch;
use common::clock::{SECOND, Timestamp};
use common::config::{Backfill, Config};
use common::event::Event;
use common::filter::Set;
use common::hit::Hit;
use common::rule::{Rule, read};
use common::siem_event::SiemEvent;
use feed::Feed;
use std::cell::Cell;
use std::time::{Duration, Instant};
use store::{Create, Firing, Store, Url};
use testkit::{database, temp_dir};

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

/// Whether this thread's ledger is wrong in this way.
pub(crate) fn is(mutant: Mutant) -> bool {
    MUTANT.get() == mutant
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

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Commits of some events each; most are seconds old, some an hour, some a day.
fn commits(seed: u64, events: usize) -> Vec<Vec<Event<'static>>> {
    let mut dice = Dice(seed);
    let mut list = Vec::new();
    let (mut made, mut second) = (0, 200_000);
    while made < events {
        let count = 1 + dice.roll(if events > 5_000 { 60 } else { 8 });
        second += i64::try_from(dice.roll(40)).expect("small");
        let commit = (0..count).map(|_| {
            let late = match dice.roll(40) {
                0 => 86_400,
                1 => 3_600,
                2..10 => 90,
                _ => 2,
            };
            let late = i64::try_from(dice.roll(late)).expect("small");
            let process = ["sshd", "sshd", "sshd", "sudo", "cron"][dice.roll(5) as usize];
            let user = ["eve", "bob", "mia"][dice.roll(3) as usize];
            (second - late, process, user)
        });
        let commit: Vec<(i64, &str, &str)> = commit.collect();
        made += commit.len();
        list.push(feed::at(&commit));
    }
    list
}

/// A rule is plain, one has a window, one looks into a set, and others count SIEM events, three
/// deep. The limit and the filter of `many` are what changes, and what the set holds.
fn rules(limit: u32, filter: &str, is_enabled: bool) -> Vec<Rule> {
    let text = format!(
        r#"{{ "rules_t": [
  {{"name": "many", "severity": 3, "where": "process.name = sshd{filter}", "group_by": ["user.name"],
   "is_enabled": {is_enabled}, "time_int": "2h", "event_limit": {limit}, "message": "{{user.name}}"}},
  {{"name": "each", "severity": 6, "where": "process.name = sudo", "message": "{{message}}"}},
  {{"name": "known", "severity": 4, "where": "user.name in set:people", "group_by": ["user.name"],
   "time_int": "1m", "event_limit": 2, "message": "{{user.name}}"}},
  {{"name": "burst", "severity": 3, "where": "process.name = sshd", "group_by": ["user.name"],
   "time_int": "20s", "event_limit": 2, "message": "{{user.name}}"}},
  {{"name": "again", "severity": 2, "where": "rule.name = burst", "source_table": "siem_t",
   "group_by": ["user.name"], "time_int": "2m", "event_limit": 1, "message": "{{user.name}} again"}},
  {{"name": "always", "severity": 1, "where": "rule.name = again", "source_table": "siem_t",
   "group_by": [], "time_int": "10m", "event_limit": 1, "message": "always"}}
]}}"#
    );
    read(&text, "rules.json").expect("rules")
}

/// What is changed before a commit, by its place among all.
fn change(feed: &mut Feed, place: usize, count: usize) {
    let at = |percent: usize| place == count * percent / 100;
    let put = |feed: &mut Feed, rules: &[Rule]| {
        feed.store.put_rules(rules, Backfill::All).expect("rules");
    };
    let set = |feed: &mut Feed, values: &[&str]| {
        let set = Set::new("people", values.iter().map(|it| (*it).to_owned())).expect("a set");
        feed.store.put_sets(&[&set]).expect("a set");
    };
    if place == 0 || at(60) {
        set(feed, &["eve", "mia"]);
    } else if at(40) {
        set(feed, &["BOB"]);
    }
    match () {
        () if place == 0 => put(feed, &rules(20, "", true)),
        () if at(30) => put(feed, &rules(10, "", true)),
        () if at(45) => put(feed, &rules(20, "", true)),
        () if at(55) => put(feed, &rules(20, "", false)),
        () if at(65) => put(feed, &rules(20, "", true)),
        () if at(80) => put(feed, &rules(20, " and user.name = eve", true)),
        () => {}
    }
}

/// A trigger: a connection, and a memory that it may lose.
struct Trigger {
    store: Box<dyn Store>,
    watch: Watch,
}

/// A database and what makes its batches' numbers run against the order of commits.
struct Place {
    url: String,
    /// Draws the next batch's number; SQLite gives numbers in order of commit anyway.
    draw: Box<dyn FnMut(usize)>,
    _guard: Box<dyn std::any::Any>,
}

fn sqlite() -> Place {
    let directory = temp_dir();
    let url = format!("sqlite:{}/t.db", directory.path().display());
    Place { url, draw: Box::new(|_| {}), _guard: Box::new(directory) }
}

fn postgres() -> Place {
    let database = std::rc::Rc::new(database());
    let (url, own) = (database.url().to_owned(), std::rc::Rc::clone(&database));
    let draw = move |place: usize| {
        // Of four blocks of ten numbers, one runs backwards.
        let (block, nth) = (place / 10, place % 10);
        let is_backwards = block % 4 == 1;
        if is_backwards || nth == 0 {
            let next = block * 10 + if is_backwards { 10 - nth } else { 1 };
            let _ = own.sql(&format!("SELECT setval('batch_number', {next}, false)"));
        }
    };
    Place { url, draw: Box::new(draw), _guard: Box::new(database) }
}

fn choice(lateness: i64) -> Choice {
    let mut config = Config::default();
    config.siemtrigger.lateness = common::clock::span::Span(lateness);
    Choice::new(&Args::none(), &config).expect("a choice")
}

impl Trigger {
    fn new(url: &str) -> Trigger {
        let url = Url::parse(Some(url)).expect("a URL");
        let store = store::open(&url, Create::Never).expect("a store");
        Trigger { store, watch: Watch::default() }
    }

    /// Takes a turn; says whether there was work.
    fn turn(&mut self, choice: &Choice) -> bool {
        let mut printer = Printer::new(None, false);
        self.watch.turn(self.store.as_mut(), choice, &mut printer).expect("a turn")
    }

    fn finish(&mut self, choice: &Choice) {
        while self.turn(choice) {}
    }
}

/// Commits everything; triggers take turns as the dice say, or only one at the end (`None`).
fn run(
    mut place: Place,
    commits: &[Vec<Event<'static>>],
    mut dice: Option<Dice>,
) -> Vec<SiemEvent> {
    let mut feed = Feed::new(&place.url);
    let choice = choice(600 * SECOND);
    let count = match &mut dice {
        Some(dice) => [1, 2, 4][dice.roll(3) as usize],
        None => 1,
    };
    let mut triggers: Vec<Trigger> = (0..count).map(|_| Trigger::new(&place.url)).collect();
    let mut rest = 0;
    for (number, commit) in commits.iter().enumerate() {
        change(&mut feed, number, commits.len());
        (place.draw)(number);
        feed.commit(commit);
        let Some(dice) = &mut dice else { continue };
        if rest > 0 {
            rest -= 1;
            continue;
        }
        for _ in 0..dice.roll(4) {
            let which = usize::try_from(dice.roll(count as u64)).expect("few");
            let _ = triggers[which].turn(&choice);
            if dice.roll(6) == 0 {
                triggers[which] = Trigger::new(&place.url);
            }
        }
        // Now and then nobody looks for a long while.
        if dice.roll(40) == 0 {
            rest = commits.len() / 4;
        }
    }
    triggers[0].finish(&choice);
    feed.siem_events()
}

/// How many of some schedules end with another table than one undisturbed run.
fn different(make: fn() -> Place, mutant: Mutant, seeds: std::ops::Range<u64>) -> usize {
    let commits = commits(77, number("SIEM_EVENTS", 400));
    MUTANT.set(mutant);
    let expected = run(make(), &commits, None);
    assert!(expected.len() > 20, "{}", expected.len());
    let found = |name: &&str| expected.iter().any(|event| event.rule_name == *name);
    let missing =
        ["many", "each", "known", "burst", "again", "always"].into_iter().find(|name| !found(name));
    assert!(mutant != Mutant::Right || missing.is_none(), "{missing:?}");
    let differs = |seed: &u64| run(make(), &commits, Some(Dice(seed * 7_919 + 1))) != expected;
    let count = seeds.filter(differs).count();
    MUTANT.set(Mutant::Right);
    count
}

#[test]
fn no_schedule_changes_the_table_on_sqlite() {
    let count = number("SIEM_SCHEDULES", 3) as u64;
    assert_eq!(different(sqlite, Mutant::Right, 1..count + 1), 0);
}

#[test]
fn no_schedule_changes_the_table_on_postgresql() {
    let count = number("SIEM_SCHEDULES", 3) as u64;
    assert_eq!(different(postgres, Mutant::Right, 1..count + 1), 0);
}

#[test]
fn both_databases_end_with_one_table() {
    let commits = commits(5, 150);
    let dense = Place { draw: Box::new(|_| {}), ..postgres() };
    assert!(run(sqlite(), &commits, Some(Dice(3))) == run(dense, &commits, Some(Dice(4))));
}

#[test]
fn a_ledger_by_batch_numbers_is_found_out() {
    assert_ne!(different(postgres, Mutant::BatchOrder, 1..4), 0);
}

#[test]
fn a_window_that_is_reset_after_firing_is_found_out() {
    assert_ne!(different(sqlite, Mutant::ResetAfterFiring, 1..4), 0);
}

#[test]
fn chaining_on_time_is_found_out() {
    assert_ne!(different(sqlite, Mutant::ChainOnTime, 1..4), 0);
}

/// Closed kinds: decided once, from stored columns alone. The reference is the same rule under
/// another section, imported when all is over, over the very same commits.
fn closed(place: &Place, seed: u64) {
    let dead = |section: &str| {
        let text = format!(
            r#"{{ "rules_{section}": [{{"name": "quiet", "kind": "dead", "severity": 4,
            "where": "process.name = sshd", "group_by": ["user.name"], "time_int": "1m",
            "event_limit": 3, "source_table": "t", "message": "{{user.name}}"}}]}}"#
        );
        read(&text, "rules.json").expect("rules")
    };
    let mut dice = Dice(seed);
    let mut feed = Feed::new(&place.url);
    let choice = choice(SECOND);
    feed.store.put_rules(&dead("t"), Backfill::All).expect("rules");
    let mut triggers = [Trigger::new(&place.url), Trigger::new(&place.url)];
    let start = Instant::now();
    // The newest event is two minutes old: all buckets are over.
    let mut commits = commits(seed, 250);
    let newest = commits.iter().flatten().map(|event| event.time.0).max().unwrap_or(0);
    let shift = Timestamp::now().0 - newest - 120 * SECOND;
    commits.iter_mut().flatten().for_each(|event| event.time.0 += shift);
    for commit in &commits {
        feed.commit(commit);
        let which = usize::try_from(dice.roll(2)).expect("few");
        if dice.roll(3) == 0 {
            let _ = triggers[which].turn(&choice);
        }
        if dice.roll(10) == 0 {
            triggers[which] = Trigger::new(&place.url);
        }
        // Some hits come after the decision of their bucket.
        let due = Duration::from_millis(1_300);
        if dice.roll(60) == 0 && start.elapsed() < 4 * due {
            std::thread::sleep(due);
        }
    }
    std::thread::sleep(Duration::from_millis(1_500));
    triggers[0].finish(&choice);
    feed.store.ensure_section("u").expect("a section");
    feed.store.put_rules(&dead("u"), Backfill::All).expect("rules");
    Trigger::new(&place.url).finish(&choice);
    let found = |feed: &mut Feed, section: &str| -> Vec<Decision> {
        let all = feed.siem_events_of(section);
        let mut all: Vec<Decision> = all.into_iter().map(decision).collect();
        all.sort();
        all
    };
    let (own, copy) = (found(&mut feed, "t"), found(&mut feed, "u"));
    assert!(!own.is_empty());
    assert_eq!(own, copy, "seed {seed}");
}

/// What a decision is, whatever the rule's section.
type Decision = (Timestamp, Timestamp, u64, Vec<(String, Option<String>)>, Vec<String>);

fn decision(event: SiemEvent) -> Decision {
    (event.time, event.last_time, event.event_count, event.group, event.source_ids)
}

#[test]
fn closed_kinds_decide_alike_whenever_one_looks() {
    for seed in [3, 4] {
        closed(&sqlite(), seed);
        closed(&postgres(), seed);
    }
}
