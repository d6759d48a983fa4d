//! Correlations that more hits could make fail: ranges, equality, sums, means, percentiles.
//!
//! A bucket b of a group is decided once, when a commit later than its close exists:
//!
//! ```text
//! close(b) = max(end of b, commit of the group's first hit in b) + lateness
//! ```
//!
//! The decision looks at the hits of b and of the window before it whose commits are not after the
//! close; at each time t of a hit in b the number over (t − W, t] is held against the condition.
//! Hits that come to a bucket after that are stored, and counted as late.
//!
//! What it does *not* know: the present; time passes with commits.

use crate::aggregate::Aggregate;
use crate::measure::{real, sequence};
use crate::outcome::{Mark, Outcome};
use crate::sequence::Moment;
use crate::shape::{Shape, bucket};
use crate::tree::Key;
use common::clock::Timestamp;
use common::clock::span::Span;
use common::hit::{Group, Hit, Match};
use common::rule::{Correlation, Function, Kind};
use common::siem_event::{SOURCE_IDS, Slot};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// The hits of a group.
#[derive(Debug, Default)]
struct Cell {
    hits: BTreeMap<Key, Hit>,
    /// When the first hit of each bucket came.
    first: BTreeMap<i64, Timestamp>,
}

/// The state of such a correlation.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    groups: BTreeMap<Group, Cell>,
    /// Buckets to decide, by close.
    pending: BTreeSet<(Timestamp, Group, i64)>,
    /// The time of the last commit seen.
    clock: Option<Timestamp>,
    /// Hits from this time on are all here.
    loaded: Option<i64>,
    size: usize,
}

impl Closed {
    pub(crate) fn len(&self) -> usize {
        self.size
    }

    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.pending.first().map(|(close, ..)| *close)
    }

    pub(crate) fn needs(&self, first: Timestamp, window: i64) -> Option<Timestamp> {
        let from = (bucket(first, window) - 1) * window;
        self.loaded.is_none_or(|loaded| loaded > from).then_some(Timestamp(from))
    }

    /// Sets the clock; returns the moment before which everything is decided.
    pub(crate) fn resume(&mut self, clock: Timestamp, lateness: Span) -> Timestamp {
        self.clock = Some(clock);
        Timestamp(clock.0.saturating_sub(lateness.0))
    }

    pub(crate) fn load(&mut self, shape: Shape<'_>, from: Timestamp, hits: Vec<Hit>) {
        for hit in hits {
            self.add(shape, &hit);
        }
        self.loaded = Some(self.loaded.map_or(from.0, |loaded| loaded.min(from.0)));
    }

    /// Adds a hit; `false` when it is there.
    fn add(&mut self, shape: Shape<'_>, hit: &Hit) -> bool {
        let number = bucket(hit.time, shape.window);
        let cell = self.groups.entry(hit.group.clone()).or_default();
        let key = Key { time: hit.time.0, matched: Some(hit.matched.clone()) };
        if cell.hits.contains_key(&key) {
            return false;
        }
        cell.hits.insert(key, hit.clone());
        self.size += 1;
        if let Entry::Vacant(first) = cell.first.entry(number) {
            first.insert(hit.committed);
            let close = close(shape, number, hit.committed);
            if self.clock.is_none_or(|clock| close >= clock) {
                self.pending.insert((close, hit.group.clone(), number));
            }
        }
        true
    }

    pub(crate) fn apply(&mut self, shape: Shape<'_>, mark: &Mark, mut hits: Vec<Hit>) -> Outcome {
        let mut outcome = Outcome::default();
        while let Some((close, group, number)) = self.pending.first().cloned() {
            if close >= mark.committed {
                break;
            }
            self.pending.pop_first();
            self.decide(shape, mark, (close, &group, number), &mut outcome);
        }
        self.clock = Some(mark.committed);
        hits.sort_by(|a, b| (a.time, &a.matched).cmp(&(b.time, &b.matched)));
        for hit in hits {
            let is_late = self.is_decided(shape, &hit);
            if self.add(shape, &hit) {
                outcome.late += i64::from(is_late);
                outcome.hits.push(hit);
            }
        }
        outcome
    }

    /// Forgets hits before a time, for which everything is decided.
    pub(crate) fn forget(&mut self, before: Timestamp, window: i64) {
        let from = Key { time: before.0, matched: None };
        for cell in self.groups.values_mut() {
            cell.hits = cell.hits.split_off(&from);
            cell.first = cell.first.split_off(&bucket(before, window));
        }
        self.size = self.groups.values().map(|cell| cell.hits.len()).sum();
    }

    fn is_decided(&self, shape: Shape<'_>, hit: &Hit) -> bool {
        let number = bucket(hit.time, shape.window);
        let first = self.groups.get(&hit.group).and_then(|cell| cell.first.get(&number));
        let close = first.map(|first| close(shape, number, *first));
        close.is_some_and(|close| self.clock.is_some_and(|clock| close < clock))
    }

    fn decide(
        &self,
        shape: Shape<'_>,
        mark: &Mark,
        (close, group, number): (Timestamp, &Group, i64),
        outcome: &mut Outcome,
    ) {
        let Some(cell) = self.groups.get(group) else { return };
        let Kind::Correlation(correlation) = &shape.rule.kind else { return };
        let start = number * shape.window;
        let from = Key { time: start - shape.window + 1, matched: None };
        let until = Key { time: start + shape.window, matched: None };
        let hits = cell.hits.range(from..until).map(|(_, hit)| hit);
        let hits: Vec<&Hit> = hits.filter(|hit| hit.committed <= close).collect();
        let instants = instants(correlation, &hits, start, shape.window);
        let (Some(first), Some(last)) = (instants.first(), instants.last()) else { return };
        let (first, last) = (first.0, last.0);
        for (time, _) in &instants {
            let at = hits.iter().filter(|hit| hit.time.0 == *time && hit.is_armed);
            outcome.fired.extend(at.map(|hit| (group.clone(), hit.matched.clone(), hit.time)));
        }
        let most = instants.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let mut event = shape.event(group, &Slot::Bucket(number));
        let seen = |hit: &&&Hit| hit.time.0 > first - shape.window && hit.time.0 <= last;
        event.time = Timestamp(first);
        event.last_time = Timestamp(last);
        event.event_count = u64::try_from(most).unwrap_or(0);
        event.window_start = Timestamp(first - shape.window);
        event.window_end = Timestamp(first);
        event.message = hits.iter().find(seen).map(|hit| hit.message.clone()).unwrap_or_default();
        event.source_ids = sources(hits.iter().filter(seen).map(|hit| &hit.matched));
        event.backfill = mark.is_backfill;
        outcome.events.push(event);
    }
}

/// The ids of hits, each once, at most so many as a SIEM event names.
fn sources<'h>(hits: impl Iterator<Item = &'h Match>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for matched in hits {
        let id = matched.to_string();
        if !matches!(matched, Match::SiemEvent(_)) || !ids.contains(&id) {
            ids.push(id);
        }
        if ids.len() == SOURCE_IDS {
            break;
        }
    }
    ids
}

/// The armed times from `start` on at which the condition holds, with the hits of their windows.
fn instants(
    correlation: &Correlation,
    hits: &[&Hit],
    start: i64,
    window: i64,
) -> Vec<(i64, usize)> {
    if correlation.function == Function::TemporalOrdered {
        let moments = sequence(correlation, hits).moments(start, start + window);
        let holds = |it: &&Moment| it.is_armed && correlation.holds(real(it.number));
        let held = moments.iter().filter(holds);
        return held.map(|it| (it.time, usize::try_from(it.hits).unwrap_or(0))).collect();
    }
    let mut found = Vec::new();
    let mut number = Aggregate::new(correlation.function);
    let mut gone = 0;
    for of_time in hits.chunk_by(|a, b| a.time == b.time) {
        let time = of_time[0].time.0;
        for hit in of_time {
            number.push(&hit.matched, &hit.keys);
        }
        while hits[gone].time.0 <= time - window {
            number.pop();
            gone += 1;
        }
        let is_armed = of_time.iter().any(|hit| hit.is_armed);
        let holds = number.value().is_some_and(|value| correlation.holds(value));
        if time >= start && is_armed && holds {
            found.push((time, number.len()));
        }
    }
    found
}

fn close(shape: Shape<'_>, number: i64, first: Timestamp) -> Timestamp {
    Timestamp(((number + 1) * shape.window).max(first.0).saturating_add(shape.lateness.0))
}
