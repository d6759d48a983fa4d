//! Rules whose hits wait for the end of a replay: decided group by group.
//!
//! ```text
//!  hits of a group, by time, in portions ─► evaluator ─► SIEM events
//!                                              └───────► hits of the rules that see them
//! ```
//!
//! Between two portions of a group everything that no later hit can change is decided and
//! forgotten, so that memory follows neither the number of groups nor the hits of one.
//!
//! What it does *not* know: where hits wait.

use crate::chain::Viewers;
use crate::instant::{AFTER, BEFORE, hits, instant};
use crate::shape::bucket;
use crate::vault::{Led, Portion};
use crate::{Evaluator, LATENESS, Mark, Need, Outcome};
use common::clock::Timestamp;
use common::hit::{Group, Held, Hit, Match};
use common::rule::{Kind, Rule};
use common::siem_event::SiemEvent;
use std::collections::{BTreeMap, BTreeSet};

/// The rules of a replay at its end.
pub(crate) struct Deferred<'r> {
    pub(crate) rules: &'r [Rule],
    pub(crate) depths: &'r [usize],
    /// Whether a rule's hits wait.
    pub(crate) waits: &'r [bool],
    pub(crate) viewers: &'r mut Viewers,
    /// The times of the first and of the last event.
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    /// How many places a group's windows may take.
    pub(crate) places: usize,
    /// The rule at work, and its state in the group at hand.
    pub(crate) evaluator: Option<(usize, Evaluator)>,
    /// Hits of the group that later windows hold too.
    pub(crate) recent: Vec<Hit>,
    /// SIEM events of the group that later hits can change.
    pub(crate) events: BTreeMap<String, SiemEvent>,
    /// Whether hits of the group were seen.
    pub(crate) is_begun: bool,
    /// Members of dead rules' populations that had hits.
    pub(crate) heard: BTreeMap<usize, BTreeSet<Group>>,
    /// Hits of rules that do not wait.
    pub(crate) waiting: Vec<(usize, Hit)>,
    pub(crate) skipped: u64,
}

fn mark(committed: Timestamp) -> Mark {
    Mark { commit_no: 1, committed, is_armed: true, is_backfill: false }
}

impl<'r> Deferred<'r> {
    pub(crate) fn new(
        (rules, depths, waits): (&'r [Rule], &'r [usize], &'r [bool]),
        viewers: &'r mut Viewers,
        (first, last): (Timestamp, Timestamp),
        places: usize,
    ) -> Deferred<'r> {
        Deferred {
            rules,
            depths,
            waits,
            viewers,
            first,
            last,
            places,
            evaluator: None,
            recent: Vec::new(),
            events: BTreeMap::new(),
            is_begun: false,
            heard: BTreeMap::new(),
            waiting: Vec::new(),
            skipped: 0,
        }
    }

    /// Takes the next hits of a group, or the first of the next group.
    pub(crate) fn portion(&mut self, portion: Portion) -> Led {
        let Portion { rule: place, mut hits, is_last } = portion;
        for hit in &mut hits {
            (hit.commit_no, hit.committed) = (1, BEFORE);
        }
        let Some((group, until)) = hits.last().map(|hit| (hit.group.clone(), hit.time)) else {
            return Led::default();
        };
        if !std::mem::replace(&mut self.is_begun, !is_last) {
            self.begin(place, &group);
        }
        let old = (!is_last).then(|| hits.clone());
        let mut outcome = self.apply(mark(BEFORE), hits);
        let rule = &self.rules[place];
        let start = bucket(until, rule.kind.window().0).saturating_mul(rule.kind.window().0);
        if rule.kind.is_closed() {
            let end = match is_last {
                true => self.closing(place),
                // No later hit belongs to a bucket that ends before.
                false => Timestamp(start.saturating_add(LATENESS.0 + 1)),
            };
            let decided = self.apply(mark(end), Vec::new());
            outcome.fired.extend(decided.fired);
            outcome.events.extend(decided.events);
        }
        let mut led = self.led(place, outcome);
        self.events.extend(led.events.drain(..).map(|event| (event.id.clone(), event)));
        match old {
            None => led.events = std::mem::take(&mut self.events).into_values().collect(),
            Some(hits) => {
                let all = std::mem::take(&mut self.events).into_iter();
                let (open, closed): (BTreeMap<_, _>, BTreeMap<_, _>) =
                    all.partition(|(_, event)| event.last_time.0 >= start);
                self.events = open;
                led.events = closed.into_values().collect();
                self.forget(place, &group, start, hits);
            }
        }
        led
    }

    /// Decides for the members of dead rules' populations that had no hits at all.
    pub(crate) fn silent(&mut self, depth: usize) -> Led {
        let mut all = Led::default();
        for place in 0..self.rules.len() {
            let Kind::Dead { population, .. } = &self.rules[place].kind else { continue };
            if self.depths[place] != depth || !self.waits[place] {
                continue;
            }
            let heard = self.heard.remove(&place).unwrap_or_default();
            for member in population {
                let group: Group = member.iter().cloned().map(Some).collect();
                if heard.contains(&group) {
                    continue;
                }
                self.begin(place, &group);
                let _ = self.apply(mark(BEFORE), Vec::new());
                let outcome = self.apply(mark(self.closing(place)), Vec::new());
                let led = self.led(place, outcome);
                all.hits.extend(led.hits);
                all.events.extend(led.events);
            }
        }
        all
    }

    /// When a rule's last decisions are made.
    fn closing(&self, place: usize) -> Timestamp {
        match self.rules[place].kind {
            Kind::Dead { .. } => Timestamp(self.last.0.saturating_add(LATENESS.0 + 1)),
            _ => AFTER,
        }
    }

    /// An evaluator without hits, for one group.
    fn begin(&mut self, place: usize, group: &Group) {
        let first = Some(self.first);
        match &mut self.evaluator {
            Some((own, evaluator)) if *own == place => evaluator.reset(first),
            other => {
                let rule = self.rules[place].clone();
                *other = Some((place, Evaluator::new(rule, first, LATENESS)));
            }
        }
        if let Kind::Dead { population, .. } = &self.rules[place].kind
            && !population.is_empty()
        {
            self.heard.entry(place).or_default().insert(group.clone());
            if let Some((_, evaluator)) = &mut self.evaluator {
                evaluator.limit_to(group);
            }
        }
        self.recent.clear();
    }

    fn apply(&mut self, mark: Mark, hits: Vec<Hit>) -> Outcome {
        let Some((_, evaluator)) = &mut self.evaluator else { return Outcome::default() };
        for need in evaluator.needs(&hits) {
            evaluator.load(&Need { from: BEFORE, ..need }, Vec::new(), Vec::new());
        }
        evaluator.apply(&mark, hits)
    }

    /// Forgets what hits from the bucket that begins at `start` on cannot change.
    fn forget(&mut self, place: usize, group: &Group, start: i64, hits: Vec<Hit>) {
        let from = Timestamp(start.saturating_sub(self.rules[place].kind.window().0));
        let Some((_, evaluator)) = &mut self.evaluator else { return };
        if !evaluator.is_reloadable() {
            return evaluator.forget(from);
        }
        self.recent.retain(|hit| hit.time >= from);
        self.recent.extend(hits.into_iter().filter(|hit| hit.time >= from));
        if evaluator.size() > self.places {
            evaluator.reset(Some(self.first));
            let need = Need { group: Some(group.clone()), from };
            evaluator.load(&need, self.recent.clone(), Vec::new());
        }
    }

    /// What an outcome leads to.
    fn led(&mut self, place: usize, outcome: Outcome) -> Led {
        let seen = &self.rules[place];
        let mut led = Led { hits: Vec::new(), events: outcome.events };
        let viewers = self.viewers.of(self.rules, place);
        if viewers.places.is_empty() {
            return led;
        }
        let mut fired: Vec<(Group, Match, Timestamp)> = outcome.fired;
        let new = outcome.hits.into_iter().filter(|hit| hit.fired_commit.is_some());
        fired.extend(new.map(|hit| (hit.group, hit.matched, hit.time)));
        if matches!(seen.kind, Kind::Dead { .. }) {
            fired = led.events.iter().map(instant).collect();
        }
        for (group, matched, time) in &fired {
            let (event, id) = viewers.chained(seen, group, *time, matched);
            for &viewer in &viewers.places {
                if !self.rules[viewer].filter.matches(&event) {
                    continue;
                }
                let (hits, skipped) = hits(&self.rules[viewer], &event, &id);
                self.skipped += skipped;
                match self.waits[viewer] {
                    true => {
                        let depth = self.depths[viewer];
                        led.hits.extend(hits.into_iter().map(|hit| Held {
                            depth,
                            rule: viewer,
                            hit,
                        }));
                    }
                    false => self.waiting.extend(hits.into_iter().map(|hit| (viewer, hit))),
                }
            }
        }
        led
    }
}
