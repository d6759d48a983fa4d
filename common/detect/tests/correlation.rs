//! Correlations against a reference that looks at all hits, the slow and obvious way: whatever the
//! order of commits, the portions and the crashes.

use common::clock::Timestamp;
use common::event::EventId;
use common::hit::{Group, Hit, Match};
use common::rule::{Correlation, Function, Kind, Rule};
use common::siem_event::SiemEvent;
use common::sigma::Collection;
use detect::{Evaluator, LATENESS, Mark};
use std::collections::{BTreeMap, BTreeSet, HashSet};

const SECOND: i64 = 1_000_000;
const WINDOW: i64 = 10 * SECOND;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn number(&mut self, bound: u64) -> i64 {
        i64::try_from(self.below(bound)).expect("small")
    }
}

fn rule(kind: &str, condition: &str) -> Rule {
    let base = |name: &str| {
        format!(
            "title: {name}\nname: {name}\nlogsource: {{product: p}}\ndetection:\n  s:\n    R: {name}\n  condition: s\n---\n"
        )
    };
    let text = format!(
        "{}{}{}title: C\nid: c\ncorrelation:\n  type: {kind}\n  rules: [a, b, c]\n  group-by: [G]\n  timespan: 10s\n{condition}",
        base("a"),
        base("b"),
        base("c")
    );
    let text = text.replace("id: c\n", "id: the-correlation\n");
    let mut collection = Collection::new();
    collection.add(&text, "c.yml");
    let (rules, refusals) = collection.rules(None);
    assert_eq!(refusals, []);
    rules.into_iter().find(|rule| rule.name == "the-correlation").expect("the correlation")
}

/// A commit's hits, of events with rules and a value.
struct Commit {
    number: i64,
    committed: Timestamp,
    hits: Vec<Hit>,
}

fn commits(random: &mut Random, function: Function) -> Vec<Commit> {
    let mut clock = 0;
    let mut list = Vec::new();
    for number in 1..=6 + random.number(12) {
        clock += random.number(400) * SECOND;
        let mut hits = Vec::new();
        for seq in 0..random.number(8) {
            let time = Timestamp(random.number(60) * SECOND / 2);
            let keys = match function {
                Function::EventCount => vec![],
                Function::Temporal | Function::TemporalOrdered => {
                    let mask = 1 + random.number(7);
                    (0..3).filter(|bit| mask & (1 << bit) != 0).map(|bit| bit.to_string()).collect()
                }
                Function::ValueCount => vec![format!("v{}", random.number(5))],
                _ if random.below(3) == 0 => vec![format!("{}.5", random.number(9))],
                _ => vec![random.number(9).to_string()],
            };
            hits.push(Hit {
                group: vec![Some(format!("g{}", random.number(2)))],
                time,
                matched: Match::Event(EventId {
                    batch: 50 - number,
                    seq: i32::try_from(seq).expect("small"),
                }),
                commit_no: number,
                committed: Timestamp(clock),
                is_armed: true,
                fired_commit: None,
                message: format!("m{number}.{seq}"),
                keys,
            });
        }
        list.push(Commit { number, committed: Timestamp(clock), hits });
    }
    // Past every close.
    let number = i64::try_from(list.len()).expect("small") + 1;
    list.push(Commit { number, committed: Timestamp(clock + 100_000 * SECOND), hits: Vec::new() });
    list
}

#[derive(Clone, Default)]
struct Tables {
    hits: BTreeMap<(Group, Timestamp, Match), Hit>,
    events: BTreeMap<String, SiemEvent>,
}

/// Shows commits in random steps; now and then the state is lost.
fn run(rule: &Rule, commits: &[Commit], random: &mut Random) -> Tables {
    let mut tables = Tables::default();
    let mut state: Option<Evaluator> = None;
    let mut position = 0;
    while position < commits.len() {
        let until =
            (position + 1 + usize::try_from(random.below(4)).expect("small")).min(commits.len());
        let mut next = tables.clone();
        let evaluator = state.get_or_insert_with(|| fresh(rule, commits, position, &tables));
        for commit in &commits[position..until] {
            show(evaluator, commit, &tables, &mut next);
        }
        if random.below(4) > 0 {
            (tables, position) = (next, until);
            if random.below(4) == 0 {
                state = None;
            }
        } else {
            state = None;
        }
    }
    tables
}

fn fresh(rule: &Rule, commits: &[Commit], position: usize, tables: &Tables) -> Evaluator {
    let mut evaluator = Evaluator::new(rule.clone(), None, LATENESS);
    if position > 0 {
        let need = evaluator.resume(commits[position - 1].committed, |since| {
            let late = tables.hits.values().filter(|hit| hit.committed >= since);
            Ok::<_, ()>(late.map(|hit| hit.time).min())
        });
        if let Some(need) = need.expect("no error") {
            let mut hits: Vec<Hit> =
                tables.hits.values().filter(|hit| hit.time >= need.from).cloned().collect();
            hits.sort_by_key(|hit| hit.commit_no);
            evaluator.load(&need, hits, Vec::new());
        }
    }
    evaluator
}

fn show(evaluator: &mut Evaluator, commit: &Commit, stored: &Tables, next: &mut Tables) {
    for need in evaluator.needs(&commit.hits) {
        let mine = |group: &Group| need.group.as_ref().is_none_or(|wanted| wanted == group);
        let mut old: Vec<Hit> = stored
            .hits
            .values()
            .filter(|hit| mine(&hit.group) && hit.time >= need.from)
            .cloned()
            .collect();
        old.sort_by_key(|hit| hit.commit_no);
        let rows = stored.events.values().filter(|event| {
            mine(&event.group.iter().map(|(_, value)| value.clone()).collect())
                && event.time >= need.from
        });
        evaluator.load(&need, old, rows.cloned().collect());
    }
    let mark = Mark {
        commit_no: commit.number,
        committed: commit.committed,
        is_armed: true,
        is_backfill: false,
    };
    // What is offered twice counts once.
    let twice = commit.hits.iter().chain(&commit.hits).cloned().collect();
    let outcome = evaluator.apply(&mark, twice);
    for hit in outcome.hits {
        next.hits.insert((hit.group.clone(), hit.time, hit.matched.clone()), hit);
    }
    for (group, matched, time) in outcome.fired {
        let hit = next.hits.get_mut(&(group, time, matched)).expect("a hit that fires is stored");
        assert_eq!(hit.fired_commit.replace(commit.number), None, "a hit fires once");
    }
    for event in outcome.events {
        next.events.insert(event.id.clone(), event);
    }
}

/// Group, bucket, first and last instant, largest count, message, source ids.
type Row = (Group, i64, i64, i64, u64, String, Vec<String>);

#[allow(clippy::too_many_lines, reason = "the whole of the semantics, to be read at once")]
fn reference(
    correlation: &Correlation,
    commits: &[Commit],
) -> (BTreeSet<Row>, BTreeSet<(Group, i64, Match)>) {
    let mut groups: BTreeMap<Group, Vec<&Hit>> = BTreeMap::new();
    for hit in commits.iter().flat_map(|commit| &commit.hits) {
        groups.entry(hit.group.clone()).or_default().push(hit);
    }
    let (mut rows, mut fired) = (BTreeSet::new(), BTreeSet::new());
    for (group, mut hits) in groups {
        hits.sort_by(|a, b| (a.time, &a.matched).cmp(&(b.time, &b.matched)));
        let buckets: BTreeSet<i64> = hits.iter().map(|hit| hit.time.0.div_euclid(WINDOW)).collect();
        for bucket in buckets {
            let first = hits
                .iter()
                .filter(|hit| hit.time.0.div_euclid(WINDOW) == bucket)
                .map(|hit| hit.committed)
                .min()
                .expect("a hit");
            let close = ((bucket + 1) * WINDOW).max(first.0) + LATENESS.0;
            let known = |hit: &&&Hit| correlation.is_open() || hit.committed.0 <= close;
            let seen: Vec<&Hit> = hits.iter().filter(known).copied().collect();
            let mut instants = Vec::new();
            let times: BTreeSet<i64> = seen
                .iter()
                .map(|hit| hit.time.0)
                .filter(|time| time.div_euclid(WINDOW) == bucket)
                .collect();
            for time in times {
                let inside: Vec<&Hit> = seen
                    .iter()
                    .filter(|hit| hit.time.0 > time - WINDOW && hit.time.0 <= time)
                    .copied()
                    .collect();
                if holds(correlation, &inside) {
                    instants.push((time, inside));
                }
            }
            let (Some(first), Some(last)) = (instants.first(), instants.last()) else { continue };
            for (time, _) in &instants {
                fired.extend(
                    seen.iter()
                        .filter(|hit| hit.time.0 == *time)
                        .map(|hit| (group.clone(), *time, hit.matched.clone())),
                );
            }
            let count = |inside: &Vec<&Hit>| match correlation.function {
                Function::Temporal | Function::ValueCount if correlation.is_open() => {
                    distinct(inside)
                }
                _ => inside.len(),
            };
            let most = instants.iter().map(|(_, inside)| count(inside)).max().expect("an instant");
            let behind =
                seen.iter().filter(|hit| hit.time.0 > first.0 - WINDOW && hit.time.0 <= last.0);
            rows.insert((
                group.clone(),
                bucket,
                first.0,
                last.0,
                u64::try_from(most).expect("small"),
                first.1[0].message.clone(),
                behind.map(|hit| hit.matched.to_string()).take(100).collect(),
            ));
        }
    }
    (rows, fired)
}

fn distinct(inside: &[&Hit]) -> usize {
    inside.iter().flat_map(|hit| &hit.keys).collect::<HashSet<_>>().len()
}

#[allow(clippy::cast_precision_loss, reason = "small numbers")]
fn holds(correlation: &Correlation, inside: &[&Hit]) -> bool {
    let numbers: Vec<f64> =
        inside.iter().filter_map(|hit| hit.keys.first()?.parse().ok()).collect();
    let number = match correlation.function {
        Function::EventCount => inside.len() as f64,
        Function::ValueCount | Function::Temporal => distinct(inside) as f64,
        Function::TemporalOrdered => ordered(inside, 0, &mut Vec::new()) as f64,
        Function::Sum => numbers.iter().sum(),
        Function::Average => numbers.iter().sum::<f64>() / numbers.len() as f64,
        Function::Percentile(percentile) => {
            let mut sorted = numbers;
            sorted.sort_by(f64::total_cmp);
            // Nearest rank: the smallest value that so many per cent do not exceed.
            let enough = |value: &&f64| {
                let below = sorted.iter().filter(|other| other <= value).count();
                below as f64 * 100.0 >= percentile * sorted.len() as f64
            };
            *sorted.iter().find(enough).expect("a value")
        }
    };
    correlation.holds(number)
}

/// How many of the rules `next`, `next + 1`, … distinct hits serve in their order, at times that
/// never fall; rules may be left out.
fn ordered(inside: &[&Hit], next: usize, used: &mut Vec<usize>) -> usize {
    if next == 3 {
        return used.len();
    }
    let earliest = used.last().map_or(i64::MIN, |last| inside[*last].time.0);
    let mut most = ordered(inside, next + 1, used);
    for (place, hit) in inside.iter().enumerate() {
        let is_later = hit.time.0 >= earliest && !used.contains(&place);
        if is_later && hit.keys.contains(&next.to_string()) {
            used.push(place);
            most = most.max(ordered(inside, next + 1, used));
            used.pop();
        }
    }
    most
}

fn rows(tables: &Tables) -> BTreeSet<Row> {
    tables
        .events
        .values()
        .map(|event| {
            let group: Group = event.group.iter().map(|(_, value)| value.clone()).collect();
            let bucket = event.key.rsplit([',', ']']).nth(1).and_then(|text| text.parse().ok());
            (
                group,
                bucket.expect("a bucket"),
                event.time.0,
                event.last_time.0,
                event.event_count,
                event.message.clone(),
                event.source_ids.clone(),
            )
        })
        .collect()
}

fn check(kind: &str, condition: &str) {
    let rule = rule(kind, condition);
    let Kind::Correlation(correlation) = &rule.kind else { panic!("a correlation") };
    let mut some = 0;
    for seed in 1..=150 {
        let mut random = Random(seed * 7919);
        let commits = commits(&mut random, correlation.function);
        let (want, fired) = reference(correlation, &commits);
        some += want.len();
        let tables = run(&rule, &commits, &mut random);
        assert_eq!(rows(&tables), want, "{kind} {condition} seed {seed}");
        let got: BTreeSet<(Group, i64, Match)> = tables
            .hits
            .values()
            .filter(|hit| hit.fired_commit.is_some())
            .map(|hit| (hit.group.clone(), hit.time.0, hit.matched.clone()))
            .collect();
        assert_eq!(got, fired, "{kind} {condition} seed {seed}");
    }
    assert!(some > 20, "{kind} {condition}: only {some} SIEM events in all");
}

#[test]
fn counts() {
    check("event_count", "  condition: {gte: 4}\n");
    check("event_count", "  condition: {gt: 2, lte: 5}\n");
    check("event_count", "  condition: {eq: 3}\n");
    check("value_count", "  condition: {field: V, gte: 3}\n");
    check("value_count", "  condition: {field: V, lt: 3}\n");
}

#[test]
fn rules_together_and_in_order() {
    check("temporal", "");
    check("temporal", "  condition: {gte: 2}\n");
    check("temporal", "  condition: {lt: 2}\n");
    check("temporal_ordered", "");
    for condition in ["{gte: 2}", "{gt: 0}", "{lt: 2}", "{eq: 2}", "{neq: 3}", "{gte: 1, lt: 3}"] {
        check("temporal_ordered", &format!("  condition: {condition}\n"));
    }
}

#[test]
fn numbers() {
    check("value_sum", "  condition: {field: V, gt: 20}\n");
    check("value_avg", "  condition: {field: V, lt: 3}\n");
    check("value_avg", "  condition: {field: V, neq: 4}\n");
    check("value_percentile", "  condition: {field: V, percentile: 75, gte: 6}\n");
    check("value_percentile", "  condition: {field: V, lte: 2}\n");
}
