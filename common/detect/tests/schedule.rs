//! Whatever the schedule, the order of commits and the crashes: the same hits and SIEM events, and
//! those that a reference computes anew from all hits, the slow and obvious way.

use common::clock::Timestamp;
use common::event::EventId;
use common::hit::{Group, Hit, Match};
use common::rule::{Kind, Rule, read};
use common::siem_event::SiemEvent;
use detect::{Evaluator, LATENESS, Mark};
use std::collections::{BTreeMap, BTreeSet};

const SECOND: i64 = 1_000_000;

/// A small generator of numbers; a failing seed can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn number(&mut self, bound: i64) -> i64 {
        i64::try_from(self.below(u64::try_from(bound).expect("positive"))).expect("small")
    }
}

fn rule(members: &str) -> Rule {
    let text = format!(
        "{{\"rules_a\":[{{\"name\":\"r\",\"severity\":3,\"group_by\":[\"g\"],{members}}}]}}"
    );
    read(&text, "r.json").expect("a rule").remove(0)
}

#[derive(Clone)]
struct Commit {
    number: i64,
    committed: Timestamp,
    hits: Vec<(Group, Timestamp, Match)>,
}

impl Commit {
    fn mark(&self, armed: i64) -> Mark {
        Mark {
            commit_no: self.number,
            committed: self.committed,
            is_armed: self.number > armed,
            is_backfill: self.number <= 3,
        }
    }

    fn hits(&self, armed: i64) -> Vec<Hit> {
        let hit = |(group, time, matched): &(Group, Timestamp, Match)| Hit {
            group: group.clone(),
            time: *time,
            matched: matched.clone(),
            commit_no: self.number,
            committed: self.committed,
            is_armed: self.number > armed,
            fired_commit: None,
            message: format!("m {matched}"),
            keys: Vec::new(),
        };
        self.hits.iter().map(hit).collect()
    }
}

/// Commits of events at random times within `span` seconds; `chained` makes hits on few SIEM events.
fn commits(random: &mut Random, span: i64, chained: bool) -> Vec<Commit> {
    let mut clock = 0;
    let mut list = Vec::new();
    for number in 1..=8 + random.number(20) {
        clock += random.number(span / 6) * SECOND;
        let mut seen = BTreeSet::new();
        for seq in 0..random.number(7) {
            let group = vec![Some(format!("g{}", random.number(2)))];
            let time = Timestamp(random.number(span) * SECOND - 20 * SECOND);
            let matched = match chained {
                true => Match::SiemEvent(format!("k{}", random.number(4))),
                false => Match::Event(EventId {
                    batch: 100 - number,
                    seq: i32::try_from(seq).expect("small"),
                }),
            };
            seen.insert((group, time, matched));
        }
        list.push(Commit { number, committed: Timestamp(clock), hits: seen.into_iter().collect() });
    }
    list
}

/// What a database would hold.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tables {
    hits: BTreeMap<(Group, Timestamp, Match), Hit>,
    events: BTreeMap<String, SiemEvent>,
    late: i64,
}

/// Shows commits in random steps; now and then the state is lost, before or after a step is kept.
fn run(rule: &Rule, commits: &[Commit], armed: i64, random: &mut Random) -> Tables {
    let mut tables = Tables::default();
    let mut evaluator: Option<Evaluator> = None;
    let mut position = 0;
    while position < commits.len() {
        let step = 1 + usize::try_from(random.below(5)).expect("small");
        let until = (position + step).min(commits.len());
        let mut next = tables.clone();
        let state = evaluator.get_or_insert_with(|| fresh(rule, commits, position, &tables));
        for commit in &commits[position..until] {
            show(state, commit, armed, &tables, &mut next);
        }
        let is_crash = random.below(4) == 0;
        if !is_crash {
            tables = next;
            position = until;
        }
        if is_crash || random.below(4) == 0 {
            evaluator = None;
        }
    }
    tables
}

fn show(state: &mut Evaluator, commit: &Commit, armed: i64, stored: &Tables, next: &mut Tables) {
    let hits = commit.hits(armed);
    for need in state.needs(&hits) {
        let of_group = |group: &Group| need.group.as_ref().is_none_or(|wanted| wanted == group);
        let old = stored.hits.values().filter(|hit| of_group(&hit.group) && hit.time >= need.from);
        let mut old: Vec<Hit> = old.cloned().collect();
        old.sort_by_key(|hit| hit.commit_no);
        let rows = stored.events.values().filter(|event| {
            let group: Group = event.group.iter().map(|(_, value)| value.clone()).collect();
            of_group(&group) && event.time >= need.from
        });
        state.load(&need, old, rows.cloned().collect());
    }
    let outcome = state.apply(&commit.mark(armed), hits);
    for hit in outcome.hits {
        next.hits.insert((hit.group.clone(), hit.time, hit.matched.clone()), hit);
    }
    for (group, matched, time) in outcome.fired {
        let hit = next.hits.get_mut(&(group, time, matched)).expect("a hit that fires is stored");
        assert_eq!(hit.fired_commit, None, "a hit becomes a firing instant once");
        hit.fired_commit = Some(commit.number);
    }
    for event in outcome.events {
        next.events.insert(event.id.clone(), event);
    }
    next.late += outcome.late;
}

fn fresh(rule: &Rule, commits: &[Commit], position: usize, tables: &Tables) -> Evaluator {
    let began = (position > 0).then(|| commits[0].committed);
    let mut evaluator = Evaluator::new(rule.clone(), began, LATENESS);
    if position > 0 {
        let clock = commits[position - 1].committed;
        let need = evaluator.resume(clock, |since| {
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

/// What is compared of a SIEM event.
type Row =
    (Group, i64, Timestamp, Timestamp, u64, Timestamp, Timestamp, String, Vec<String>, u32, bool);

fn row(event: &SiemEvent) -> Row {
    let group: Group = event.group.iter().map(|(_, value)| value.clone()).collect();
    let bucket = event.key.rsplit([',', ']']).nth(1).and_then(|text| text.parse().ok());
    (
        group,
        bucket.expect("a bucket"),
        event.time,
        event.last_time,
        event.event_count,
        event.window_start,
        event.window_end,
        event.message.clone(),
        event.source_ids.clone(),
        event.revision,
        event.backfill,
    )
}

/// The rows of a limit rule from all hits so far.
fn reference_once(rule: &Rule, hits: &[Hit]) -> BTreeMap<(Group, i64), Row> {
    let Kind::Limit { window, event_limit } = rule.kind else { panic!("a limit rule") };
    let window = window.0;
    let mut rows: BTreeMap<(Group, i64), Row> = BTreeMap::new();
    let mut sorted: Vec<&Hit> = hits.iter().collect();
    sorted.sort_by(|a, b| (a.time, &a.matched).cmp(&(b.time, &b.matched)));
    for hit in sorted.iter().filter(|hit| hit.is_armed) {
        let within = |from: i64, until: i64| {
            let group = &hit.group;
            sorted
                .iter()
                .filter(move |it| it.group == *group && it.time.0 > from && it.time.0 <= until)
        };
        let distinct: BTreeSet<&Match> =
            within(hit.time.0 - window, hit.time.0).map(|it| &it.matched).collect();
        let count = distinct.len() as u64;
        if count <= event_limit {
            continue;
        }
        let bucket = hit.time.0.div_euclid(window);
        let start = Timestamp(hit.time.0 - window);
        let row = rows.entry((hit.group.clone(), bucket)).or_insert_with(|| {
            (
                hit.group.clone(),
                bucket,
                hit.time,
                hit.time,
                0,
                start,
                hit.time,
                String::new(),
                Vec::new(),
                0,
                false,
            )
        });
        row.3 = hit.time;
        row.4 = row.4.max(count);
        row.7 = within(row.2.0 - window, hit.time.0).next().expect("a hit").message.clone();
        let mut ids: Vec<String> = Vec::new();
        for it in within(row.2.0 - window, hit.time.0) {
            if !ids.contains(&it.matched.to_string()) && ids.len() < 100 {
                ids.push(it.matched.to_string());
            }
        }
        row.8 = ids;
    }
    rows
}

/// The rows of a limit rule, commit by commit: a revision is a commit that changed a row.
fn reference(rule: &Rule, commits: &[Commit], armed: i64) -> Vec<Row> {
    let mut rows: BTreeMap<(Group, i64), Row> = BTreeMap::new();
    let mut hits: Vec<Hit> = Vec::new();
    for commit in commits {
        for hit in commit.hits(armed) {
            let is_it = |have: &Hit| {
                (&have.group, have.time, &have.matched) == (&hit.group, hit.time, &hit.matched)
            };
            if !hits.iter().any(is_it) {
                hits.push(hit);
            }
        }
        for (key, mut new) in reference_once(rule, &hits) {
            if let Some(have) = rows.get(&key) {
                (new.9, new.10) = (have.9, have.10);
                new.9 += u32::from(new != *have);
            } else {
                new.10 = commit.number <= 3;
            }
            rows.insert(key, new);
        }
    }
    rows.into_values().collect()
}

fn rows(tables: &Tables) -> Vec<Row> {
    let mut rows: Vec<Row> = tables.events.values().map(row).collect();
    rows.sort();
    rows
}

/// How many rows of how many seeds there were: a property over nothing would hold as well.
fn check_limit(rule: &Rule, chained: bool) {
    let mut found = 0;
    for seed in 1..=60 {
        let mut random = Random(seed * 7_919);
        let commits = commits(&mut random, 60, chained);
        let armed = random.number(3) * 3;
        let expected = reference(rule, &commits, armed);
        let first = run(rule, &commits, armed, &mut random);
        assert_eq!(rows(&first), expected, "seed {seed}");
        assert_eq!(run(rule, &commits, armed, &mut random), first, "seed {seed}: another schedule");
        found += expected.len();
    }
    assert!(found > 60, "{found} SIEM events");
}

#[test]
fn limit_rules_do_not_depend_on_the_schedule() {
    check_limit(&rule("\"time_int\":\"10s\",\"event_limit\":2,\"message\":\"x\""), false);
    check_limit(&rule("\"time_int\":\"7s\",\"event_limit\":0"), false);
}

#[test]
fn rules_over_siem_events_count_distinct_ones() {
    let over = "\"time_int\":\"10s\",\"event_limit\":1,\"source_table\":\"siem_a\",\"where\":\"rule.name = other\"";
    check_limit(&rule(over), true);
}

#[test]
fn the_order_of_commits_changes_nothing_but_revisions() {
    let rule = rule("\"time_int\":\"10s\",\"event_limit\":2");
    for seed in 1..=60 {
        let mut random = Random(seed * 104_729);
        let commits = commits(&mut random, 60, false);
        let mut shuffled = commits.clone();
        for place in (1..shuffled.len()).rev() {
            let other = usize::try_from(random.below(place as u64 + 1)).expect("small");
            let hits = shuffled[other].hits.clone();
            shuffled[other].hits = std::mem::replace(&mut shuffled[place].hits, hits);
        }
        let plain = |tables: Tables| {
            let mut rows = rows(&tables);
            rows.iter_mut().for_each(|row| (row.9, row.10) = (0, false));
            rows
        };
        let first = plain(run(&rule, &commits, 0, &mut random));
        assert_eq!(plain(run(&rule, &shuffled, 0, &mut random)), first, "seed {seed}");
    }
}

/// The buckets in which a dead rule fires, by the definition of the close.
fn dead_reference(rule: &Rule, commits: &[Commit], armed: i64) -> Vec<(Group, i64, u64)> {
    let Kind::Dead { window, event_limit, .. } = rule.kind else { panic!("a dead rule") };
    let hits: Vec<Hit> = commits.iter().flat_map(|commit| commit.hits(armed)).collect();
    let bucket = |hit: &Hit| hit.time.0.div_euclid(window.0);
    let cells: BTreeSet<(Group, i64)> =
        hits.iter().map(|hit| (hit.group.clone(), bucket(hit))).collect();
    let mut fired = Vec::new();
    for (group, before) in cells {
        let of = |number: i64| {
            let group = group.clone();
            hits.iter().filter(move |hit| hit.group == group && bucket(hit) == number)
        };
        let first = of(before).map(|hit| hit.committed.0).min().expect("a hit");
        let close = ((before + 2) * window.0).max(first) + LATENESS.0;
        let count = |number: i64| of(number).filter(|hit| hit.committed.0 <= close).count() as u64;
        let decider = commits.iter().find(|commit| commit.committed.0 > close);
        let is_armed = decider.is_some_and(|commit| commit.number > armed);
        if is_armed && count(before) >= event_limit && count(before + 1) < event_limit {
            fired.push((group.clone(), before + 1, count(before + 1)));
        }
    }
    fired.sort();
    fired
}

#[test]
fn dead_rules_decide_once_and_alike() {
    let rule = rule("\"kind\":\"dead\",\"time_int\":\"10m\",\"event_limit\":2");
    let (mut found, mut late) = (0, 0);
    for seed in 1..=150 {
        let mut random = Random(seed * 15_485_863);
        let commits = commits(&mut random, 7_200, false);
        let armed = random.number(3) * 3;
        let expected = dead_reference(&rule, &commits, armed);
        let first = run(&rule, &commits, armed, &mut random);
        let mut have: Vec<(Group, i64, u64)> =
            rows(&first).into_iter().map(|row| (row.0, row.1, row.4)).collect();
        have.sort();
        assert_eq!(have, expected, "seed {seed}");
        assert_eq!(
            run(&rule, &commits, armed, &mut random),
            first,
            "seed {seed}: another schedule"
        );
        found += expected.len();
        late += first.late;
    }
    assert!(found > 30 && late > 30, "{found} SIEM events, {late} late hits");
}

#[test]
fn a_population_is_heard_of_though_it_never_speaks() {
    let rule =
        rule("\"kind\":\"dead\",\"time_int\":\"10m\",\"population\":[[\"g0\"],[\"silent\"]]");
    let minute = 60 * SECOND;
    let at = |number: i64, minutes: i64, hits: Vec<i64>| Commit {
        number,
        committed: Timestamp(minutes * minute),
        hits: hits
            .into_iter()
            .map(|time| {
                let id = EventId { batch: number, seq: i32::try_from(time).expect("small") };
                (vec![Some("g0".to_owned())], Timestamp(time * minute), Match::Event(id))
            })
            .collect(),
    };
    let commits = [
        at(1, 1, vec![1]),
        at(2, 12, vec![11]),
        at(3, 25, vec![24]),
        at(4, 31, vec![]),
        at(5, 60, vec![]),
    ];
    let tables = run(&rule, &commits, 0, &mut Random(5));
    let have: Vec<(Group, i64)> = rows(&tables).into_iter().map(|row| (row.0, row.1)).collect();
    let silent = vec![Some("silent".to_owned())];
    let spoke = vec![Some("g0".to_owned())];
    assert_eq!(have, [(spoke, 3), (silent, 1)]);
}

#[test]
fn source_ids_are_the_first_hundred() {
    let rule = rule("\"time_int\":\"1h\",\"event_limit\":10");
    let hits = (1..=500).map(|seq| {
        let id = EventId { batch: 1, seq };
        (vec![None], Timestamp(i64::from(seq) * SECOND), Match::Event(id))
    });
    let commit = Commit { number: 1, committed: Timestamp(0), hits: hits.collect() };
    let tables = run(&rule, &[commit], 0, &mut Random(3));
    let event = tables.events.values().next().expect("a SIEM event");
    assert_eq!((event.event_count, event.source_ids.len()), (500, 100));
    assert_eq!((event.source_ids[0].as_str(), event.source_ids[99].as_str()), ("1.1", "1.100"));
    assert_eq!((event.time, event.last_time), (Timestamp(11 * SECOND), Timestamp(500 * SECOND)));
    assert_eq!(tables.hits.values().filter(|hit| hit.fired_commit == Some(1)).count(), 490);
}
