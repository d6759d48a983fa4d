//! Tests: kinds that decide a bucket once decide it alike, whenever one looks.
//!
//! What it does *not* know: kinds that are evaluated at once.

use super::feed::Feed;
use super::plan::{self, Dice};
use super::run::{Place, Trigger, choice, postgres, sqlite};
use common::clock::{SECOND, Timestamp};
use common::config::Backfill;
use common::rule::read;
use common::siem_event::SiemEvent;
use std::time::{Duration, Instant};

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
    let mut commits = plan::commits(seed, 250, plan::Span::Hours);
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
