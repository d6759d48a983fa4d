//! Rules over events that are held in memory: a pipe, a back-test, a trial.
//!
//! The same evaluators as for stored commits. Time passes with the events: a dead rule's buckets
//! are decided up to the last event.
//!
//! What it does *not* know: commits, where events come from and SIEM events go.

use crate::{Evaluator, Found, Index, LATENESS, Mark, Need, Outcome, chained, found};
use common::clock::Timestamp;
use common::event::Event;
use common::hit::{Group, Hit, Match};
use common::rule::{Cycle, Rule, order};
use common::siem_event::SiemEvent;
use std::collections::BTreeMap;

/// Before all time: what is replayed was there before any decision.
const BEFORE: Timestamp = Timestamp(i64::MIN / 4);
/// After all time: everything is decided.
const AFTER: Timestamp = Timestamp(i64::MAX / 4);
/// How many events are matched before their hits are applied.
const PORTION: usize = 5_000;

/// Rules at work in memory: events in, SIEM events out.
#[derive(Debug)]
pub struct Replay {
    /// In order of depth.
    rules: Vec<Rule>,
    index: Index,
    evaluators: Vec<Evaluator>,
    hits: Vec<Vec<Hit>>,
    /// Windowed rules' SIEM events as they stand, by time and id.
    events: BTreeMap<String, SiemEvent>,
    is_live: bool,
    first: Option<Timestamp>,
    last: Timestamp,
    /// SIEM events to be given out.
    out: Vec<SiemEvent>,
    waiting: usize,
    /// How many matches lacked a field that a correlation needs.
    skipped: u64,
}

impl Replay {
    /// Rules before any event. `is_live`: SIEM events of windows are given out when they arise,
    /// and again at each revision, instead of once at the end.
    ///
    /// # Errors
    /// Rules see their own SIEM events.
    pub fn new(rules: Vec<Rule>, is_live: bool) -> Result<Replay, Cycle> {
        let depths = order(&rules.iter().collect::<Vec<_>>())?;
        let mut ordered: Vec<(usize, Rule)> = depths.into_iter().zip(rules).collect();
        ordered.sort_by_key(|(depth, _)| *depth);
        let rules: Vec<Rule> = ordered.into_iter().map(|(_, rule)| rule).collect();
        Ok(Replay {
            index: Index::new(&rules),
            evaluators: Vec::new(),
            hits: vec![Vec::new(); rules.len()],
            rules,
            events: BTreeMap::new(),
            is_live,
            first: None,
            last: BEFORE,
            out: Vec::new(),
            waiting: 0,
            skipped: 0,
        })
    }

    /// Shows an event; gives the SIEM events that are ready.
    pub fn event(&mut self, event: &Event<'_>) -> Vec<SiemEvent> {
        self.last = self.last.max(event.time);
        let first = *self.first.get_or_insert(event.time);
        if self.evaluators.is_empty() {
            let evaluator = |rule: &Rule| Evaluator::new(rule.clone(), Some(first), LATENESS);
            self.evaluators = self.rules.iter().map(evaluator).collect();
        }
        for &place in self.index.rules(&event.section, &event.labels) {
            let rule = &self.rules[place];
            if rule.filter.matches(event) {
                let (hits, skipped) = hits(rule, event, &Match::Event(event.id));
                self.hits[place].extend(hits);
                self.skipped += skipped;
            }
        }
        self.waiting += 1;
        if self.is_live || self.waiting >= PORTION {
            self.apply(BEFORE);
        }
        std::mem::take(&mut self.out)
    }

    /// Applies the hits that wait, rules over SIEM events after those whose SIEM events they see.
    fn apply(&mut self, committed: Timestamp) {
        self.waiting = 0;
        for place in 0..self.evaluators.len() {
            let rule = &self.rules[place];
            // Only what is decided once lives by the passing of time.
            if self.hits[place].is_empty() && !rule.kind.is_closed() {
                continue;
            }
            let is_dead = rule.kind.name() == "dead";
            // What came before the end was there before any decision.
            let at = if is_dead || !rule.kind.is_closed() { committed } else { BEFORE };
            let hits = std::mem::take(&mut self.hits[place]);
            let outcome = self.advance(place, at, hits);
            self.settle(place, outcome);
            if at != committed {
                let outcome = self.advance(place, AFTER, Vec::new());
                self.settle(place, outcome);
            }
        }
    }

    fn advance(&mut self, place: usize, committed: Timestamp, hits: Vec<Hit>) -> Outcome {
        let mark = Mark { commit_no: 1, committed, is_armed: true, is_backfill: false };
        let evaluator = &mut self.evaluators[place];
        for need in evaluator.needs(&hits) {
            let all = Need { from: BEFORE, ..need };
            evaluator.load(&all, Vec::new(), Vec::new());
        }
        evaluator.apply(&mark, hits)
    }

    /// Passes on what a rule found.
    fn settle(&mut self, place: usize, outcome: Outcome) {
        let mut fired: Vec<(Group, Match, Timestamp)> = outcome.fired;
        let new = outcome.hits.into_iter().filter(|hit| hit.fired_commit.is_some());
        fired.extend(new.map(|hit| (hit.group, hit.matched, hit.time)));
        if self.rules[place].kind.name() == "dead" {
            fired = outcome.events.iter().map(instant).collect();
        }
        self.chain(place, &fired);
        for event in outcome.events {
            self.found(event);
        }
    }

    /// Shows firing instants of a rule's SIEM events to the rules over SIEM events.
    fn chain(&mut self, place: usize, fired: &[(Group, Match, Timestamp)]) {
        let seen = &self.rules[place];
        let viewers: Vec<usize> =
            (0..self.rules.len()).filter(|&viewer| self.rules[viewer].may_see(seen)).collect();
        for (group, matched, time) in fired.iter().filter(|_| !viewers.is_empty()) {
            let (event, id) = chained(seen, group, *time, matched);
            for &viewer in &viewers {
                let rule = &self.rules[viewer];
                if rule.filter.matches(&event) {
                    let (hits, skipped) = hits(rule, &event, &id);
                    self.hits[viewer].extend(hits);
                    self.skipped += skipped;
                }
            }
        }
    }

    fn found(&mut self, event: SiemEvent) {
        if self.is_live || event.rule_kind == "plain" {
            self.out.push(event);
            return;
        }
        let event = SiemEvent { revision: 0, ..event };
        self.events.insert(event.id.clone(), event);
    }

    /// Decides what the end decides; gives what was kept, by time.
    #[must_use]
    pub fn end(mut self) -> Vec<SiemEvent> {
        self.apply(BEFORE);
        if self.first.is_some() {
            self.apply(Timestamp(self.last.0.saturating_add(LATENESS.0 + 1)));
        }
        let mut events: Vec<SiemEvent> = std::mem::take(&mut self.events).into_values().collect();
        events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        self.out.extend(events);
        self.out
    }

    /// How many matches lacked a field that a correlation needs, until now.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}

/// The firing instant of a dead rule's SIEM event.
fn instant(event: &SiemEvent) -> (Group, Match, Timestamp) {
    let group = event.group.iter().map(|(_, value)| value.clone()).collect();
    (group, Match::SiemEvent(event.id.clone()), event.time)
}

/// The hits of what a rule's filter holds for, and how many lack a field that they need.
fn hits(rule: &Rule, event: &Event<'_>, matched: &Match) -> (Vec<Hit>, u64) {
    let (all, skipped) = found(rule, event, matches!(matched, Match::SiemEvent(_)));
    let hit = |found: Found| Hit {
        group: found.group,
        time: event.time,
        matched: matched.clone(),
        commit_no: 1,
        committed: BEFORE,
        is_armed: true,
        fired_commit: None,
        message: rule.message.fill(event),
        keys: found.keys,
    };
    (all.into_iter().map(hit).collect(), skipped)
}
