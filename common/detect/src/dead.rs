//! Dead sources: a group that was heard enough in one bucket and too little in the next.
//!
//! A bucket b of a group is decided once, when a commit later than its close exists:
//!
//! ```text
//! close(b) = max(end of b, commit of the group's first hit in b − 1) + lateness
//! ```
//!
//! The decision counts the hits in b − 1 and b whose commits are not after the close. It is thus
//! the same whenever and in whatever portions commits are looked at; and a history that is read
//! long after it happened is judged as it would have been then. Hits that come after the close
//! are counted as late.
//!
//! No more hits of a bucket are kept than the limit asks for. A member of a population counts as
//! heard in the bucket in which the rule began.
//!
//! What it does *not* know: the present; time passes with commits.

use crate::outcome::{Mark, Outcome};
use crate::shape::{Shape, bucket};
use common::clock::span::Span;
use common::clock::{SECOND, Timestamp};
use common::hit::{Group, Hit, Match};
use common::rule::{Kind, identity};
use common::siem_event::{SiemEvent, Slot, add_group};
use std::collections::{BTreeMap, BTreeSet};

/// How long after a bucket's end hits may still come, unless configured.
pub const LATENESS: Span = Span(600 * SECOND);

/// What is known of a group in a bucket.
#[derive(Debug, Default)]
struct Cell {
    /// When its first hit came.
    first: Option<Timestamp>,
    /// Its hits, no more than the limit.
    hits: BTreeSet<(Timestamp, Match)>,
    /// Whether it counts as heard without hits.
    is_given: bool,
}

/// The state of a dead rule.
#[derive(Debug, Default)]
pub(crate) struct Dead {
    cells: BTreeMap<(Group, i64), Cell>,
    /// Buckets to decide, by close.
    pending: BTreeSet<(Timestamp, Group, i64)>,
    /// The time of the last commit seen.
    clock: Option<Timestamp>,
    /// When the version's first commit was.
    began: Option<Timestamp>,
    is_begun: bool,
    /// Hits from this time on are all here.
    loaded: Option<i64>,
    /// The only group of the population that is given a bucket, where it is told.
    only: Option<Group>,
}

impl Dead {
    pub(crate) fn new(began: Option<Timestamp>) -> Dead {
        Dead { began, ..Dead::default() }
    }

    /// Gives a bucket to this member of the population alone.
    pub(crate) fn limit_to(&mut self, group: &Group) {
        self.only = Some(group.clone());
    }

    /// Forgets buckets before that of a time.
    pub(crate) fn forget(&mut self, before: Timestamp, window: i64) {
        let first = bucket(before, window);
        self.cells.retain(|(_, number), _| *number >= first);
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len() * 2
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
        self.begin(shape);
    }

    /// Gives each member of the population its first bucket.
    fn begin(&mut self, shape: Shape<'_>) {
        let (Some(began), false) = (self.began, self.is_begun) else { return };
        self.is_begun = true;
        let Kind::Dead { population, .. } = &shape.rule.kind else { return };
        for member in population {
            let group: Group = member.iter().cloned().map(Some).collect();
            if self.only.as_ref().is_some_and(|only| *only != group) {
                continue;
            }
            let number = bucket(began, shape.window);
            let cell = self.cells.entry((group.clone(), number)).or_default();
            cell.is_given = true;
            let first = *cell.first.get_or_insert(began);
            self.plan(shape, group, number + 1, first);
        }
    }

    /// Plans the decision on a bucket, unless it was made.
    fn plan(&mut self, shape: Shape<'_>, group: Group, number: i64, first: Timestamp) {
        let close = close(shape, number, first);
        if self.clock.is_none_or(|clock| close >= clock) {
            self.pending.insert((close, group, number));
        }
    }

    /// Adds a hit; `false` when the bucket has enough, or the hit is there.
    fn add(&mut self, shape: Shape<'_>, hit: &Hit) -> bool {
        if let Kind::Dead { population, .. } = &shape.rule.kind {
            let is_member = |member: &Vec<String>| {
                member.iter().map(Some).eq(hit.group.iter().map(Option::as_ref))
            };
            if !population.is_empty() && !population.iter().any(is_member) {
                return false;
            }
        }
        let number = bucket(hit.time, shape.window);
        let cell = self.cells.entry((hit.group.clone(), number)).or_default();
        let is_first = cell.first.is_none();
        let first = *cell.first.get_or_insert(hit.committed);
        let enough = i64::try_from(cell.hits.len()).unwrap_or(i64::MAX) >= shape.limit;
        let is_new = !enough && cell.hits.insert((hit.time, hit.matched.clone()));
        if is_first {
            self.plan(shape, hit.group.clone(), number + 1, first);
        }
        is_new
    }

    pub(crate) fn apply(&mut self, shape: Shape<'_>, mark: &Mark, mut hits: Vec<Hit>) -> Outcome {
        self.began.get_or_insert(mark.committed);
        self.begin(shape);
        let mut outcome = Outcome::default();
        while let Some((close, group, number)) = self.pending.first().cloned() {
            if close >= mark.committed {
                break;
            }
            self.pending.pop_first();
            if let Some(event) = self.decide(shape, mark, &group, number) {
                outcome.events.push(event);
            }
        }
        self.clock = Some(mark.committed);
        hits.sort_by(|a, b| (a.time, &a.matched).cmp(&(b.time, &b.matched)));
        for hit in hits {
            let number = bucket(hit.time, shape.window);
            outcome.late += i64::from(self.is_decided(shape, &hit.group, number));
            if self.add(shape, &hit) {
                outcome.hits.push(hit);
            }
        }
        outcome
    }

    fn is_decided(&self, shape: Shape<'_>, group: &Group, number: i64) -> bool {
        let before = self.cells.get(&(group.clone(), number - 1)).and_then(|cell| cell.first);
        before.is_some_and(|first| {
            self.clock.is_some_and(|clock| close(shape, number, first) < clock)
        })
    }

    fn decide(
        &self,
        shape: Shape<'_>,
        mark: &Mark,
        group: &Group,
        number: i64,
    ) -> Option<SiemEvent> {
        let cell = |number: i64| self.cells.get(&(group.clone(), number));
        let count = |number: i64| cell(number).map_or(0, |cell| cell.hits.len());
        let limit = usize::try_from(shape.limit).unwrap_or(usize::MAX);
        let was_enough =
            count(number - 1) >= limit || cell(number - 1).is_some_and(|cell| cell.is_given);
        if !mark.is_armed || !was_enough || count(number) >= limit {
            return None;
        }
        let end = Timestamp((number + 1) * shape.window);
        let mut event = shape.event(group, &Slot::Bucket(number));
        let mut known = identity(shape.rule);
        add_group(&mut known, &shape.rule.group_by, group);
        event.message = shape.rule.message.fill(&known);
        event.time = end;
        event.last_time = end;
        event.event_count = u64::try_from(count(number)).unwrap_or(0);
        event.window_start = Timestamp(number * shape.window);
        event.window_end = end;
        let hits = cell(number).into_iter().flat_map(|cell| &cell.hits);
        event.source_ids = hits
            .take(common::siem_event::SOURCE_IDS)
            .map(|(_, matched)| matched.to_string())
            .collect();
        event.backfill = mark.is_backfill;
        Some(event)
    }
}

fn close(shape: Shape<'_>, number: i64, first: Timestamp) -> Timestamp {
    Timestamp(((number + 1) * shape.window).max(first.0).saturating_add(shape.lateness.0))
}
