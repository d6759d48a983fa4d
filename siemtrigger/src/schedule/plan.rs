//! What all schedules of a test share: the commits, and what changes before which of them.
//!
//! In: a seed. Out: commits of events, most of them seconds old, some an hour, some a day; and
//! rules and a set that change, return, are disabled and deleted.
//!
//! What it does *not* know: who looks at it when.

use super::feed::{self, Feed};
use common::config::Backfill;
use common::event::Event;
use common::filter::Set;
use common::rule::{Rule, read};
use std::collections::BTreeMap;

/// Numbers that a seed gives.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// How long all the commits take by the clock of their events.
#[derive(Clone, Copy)]
pub(super) enum Span {
    /// About 20 seconds a commit.
    Hours,
    /// The same with long gaps, twelve days in all: who rests for a quarter is away for three.
    Days,
}

/// A change of the rules or of the set that one of them looks into.
enum Change {
    /// The limit of `many`, what its filter ends with, whether it is enabled.
    Rules(u32, &'static str, bool),
    People(&'static [&'static str]),
    Delete(&'static str),
}

use Change::{Delete, People, Rules};

/// What comes before the first commit, and at what hundredths of them all. `many` changes and
/// returns, and so does the set; a rule that others count is deleted and returns.
const CHANGES: [(usize, Change); 11] = [
    (0, People(&["eve", "mia"])),
    (0, Rules(20, "", true)),
    (30, Rules(10, "", true)),
    (40, People(&["BOB"])),
    (45, Rules(20, "", true)),
    (55, Rules(20, "", false)),
    (60, People(&["eve", "mia"])),
    (65, Rules(20, "", true)),
    (70, Delete("again")),
    (75, Rules(20, "", true)),
    (80, Rules(20, " and user.name = eve", true)),
];

/// The commits, and what is changed before them.
pub(super) struct Plan {
    /// What makes it again.
    pub(super) seed: u64,
    pub(super) commits: Vec<Vec<Event<'static>>>,
    changes: BTreeMap<usize, Vec<&'static Change>>,
}

impl Plan {
    /// The plan of a seed. Changes lie up to four hundredths of all commits behind their place.
    pub(super) fn new(seed: u64, events: usize, span: Span) -> Plan {
        let commits = commits(seed, events, span);
        let mut dice = Dice(seed.wrapping_mul(2_654_435_761) + 1);
        let mut changes: BTreeMap<usize, Vec<&Change>> = BTreeMap::new();
        for (percent, change) in &CHANGES {
            let place = commits.len() * percent / 100;
            let later = dice.roll(commits.len() as u64 / 25 + 1);
            let later = usize::try_from(later).expect("few");
            changes.entry(place + if *percent > 0 { later } else { 0 }).or_default().push(change);
        }
        Plan { seed, commits, changes }
    }

    pub(super) fn event_count(&self) -> usize {
        self.commits.iter().map(Vec::len).sum()
    }

    /// Makes the changes that lie before a commit.
    pub(super) fn change(&self, feed: &mut Feed, place: usize) {
        for change in self.changes.get(&place).into_iter().flatten() {
            let done = match change {
                Rules(limit, filter, is_enabled) => {
                    feed.store.put_rules(&rules(*limit, filter, *is_enabled), Backfill::All)
                }
                People(names) => {
                    let names = names.iter().map(|name| (*name).to_owned());
                    feed.store.put_sets(&[&Set::new("people", names).expect("a set")])
                }
                Delete(name) => feed.store.delete_rules(&[("t".to_owned(), (*name).to_owned())]),
            };
            done.expect("a change");
        }
    }
}

/// Commits of some events each.
pub(super) fn commits(seed: u64, events: usize, span: Span) -> Vec<Vec<Event<'static>>> {
    let most = if events > 5_000 { 60 } else { 8 };
    let about = events as u64 * 2 / (most + 1) + 1;
    let mut dice = Dice(seed);
    let mut list = Vec::new();
    let (mut made, mut second) = (0, 200_000);
    while made < events {
        let count = 1 + dice.roll(most);
        second += i64::try_from(dice.roll(40)).expect("small");
        if matches!(span, Span::Days) && dice.roll(10) == 0 {
            second += 12 * 86_400 / i64::try_from(about / 10 + 1).expect("few");
        }
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
