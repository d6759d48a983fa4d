//! Rules over events as they come, without a database: a pipe, a back-test, a trial.
//!
//! The same evaluators as for stored commits. Time passes with the events: a dead rule's buckets
//! are decided up to the last event. What windows hold can be kept elsewhere ([`Vault`]): where it
//! is much, it is dropped from memory and loaded again where it is needed.
//!
//! What it does *not* know: commits, where events come from and SIEM events go.

use crate::chain::Viewers;
use crate::deferred::Deferred;
use crate::instant::{AFTER, BEFORE, hits, instant};
use crate::vault::{Memory, Vault};
use crate::{Engine, Evaluator, LATENESS, Mark, Need, Outcome};
use common::clock::Timestamp;
use common::event::Event;
use common::hit::{Group, Held, Hit, Match};
use common::rule::{Cycle, Kind, Rule, order};
use common::siem_event::SiemEvent;

/// How many events are matched before their hits are applied.
const PORTION: usize = 5_000;

/// What is known of a line before it is read as an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It has to be read.
    Nothing,
    /// No rule matches it, and nobody asks for its time.
    Idle,
    /// The rules that it matches are found: see [`Replay::found`].
    Found,
}

/// Rules at work: events in, SIEM events out.
#[derive(Debug)]
pub struct Replay<V: Vault = Memory> {
    /// In order of depth.
    rules: Vec<Rule>,
    depths: Vec<usize>,
    /// Whether a rule's hits wait in the vault for the end.
    waits: Vec<bool>,
    viewers: Viewers,
    engine: Engine,
    /// The places of the rules that the event at hand matches.
    found: Vec<usize>,
    /// Made when a rule first has a hit; of those that decide with time, with the first event.
    evaluators: Vec<Option<Evaluator>>,
    hits: Vec<Vec<Hit>>,
    /// Windows' hits, and windowed rules' SIEM events as they stand.
    vault: V,
    /// Whether windows were dropped, so that the vault has what they held.
    is_dropped: bool,
    is_live: bool,
    first: Option<Timestamp>,
    last: Timestamp,
    /// SIEM events to be given out.
    out: Vec<SiemEvent>,
    waiting: usize,
    /// Whether no rule asks for the time of events that match nothing.
    is_timeless: bool,
    /// How many matches lacked a field that a correlation needs.
    skipped: u64,
    /// The hits of this rule, once they are asked for.
    kept: Option<(usize, Vec<Hit>)>,
}

impl Replay {
    /// Rules before any event, everything in memory. `is_live`: SIEM events of windows are given
    /// out when they arise, and again at each revision, instead of once at the end.
    ///
    /// # Errors
    /// Rules see their own SIEM events.
    pub fn new(rules: Vec<Rule>, is_live: bool) -> Result<Replay, Cycle> {
        Replay::with(rules, is_live, Memory::default())
    }
}

impl<V: Vault> Replay<V> {
    /// Rules before any event; see [`Replay::new`].
    ///
    /// # Errors
    /// Rules see their own SIEM events.
    pub fn with(rules: Vec<Rule>, is_live: bool, vault: V) -> Result<Replay<V>, Cycle> {
        let depths = order(&rules.iter().collect::<Vec<_>>())?;
        let mut ordered: Vec<(usize, Rule)> = depths.into_iter().zip(rules).collect();
        ordered.sort_by_key(|(depth, _)| *depth);
        let (depths, mut rules): (Vec<usize>, Vec<Rule>) = ordered.into_iter().unzip();
        // What a rule was made of is not needed to evaluate it.
        for rule in &mut rules {
            rule.condition = String::new();
            if let Some(sigma) = &mut rule.sigma {
                sigma.text = String::new();
            }
        }
        Ok(Replay {
            engine: Engine::new(&rules),
            found: Vec::new(),
            is_timeless: !rules.iter().any(|rule| matches!(rule.kind, Kind::Dead { .. })),
            evaluators: rules.iter().map(|_| None).collect(),
            hits: vec![Vec::new(); rules.len()],
            waits: rules.iter().map(|rule| vault.defers(&rule.kind, is_live)).collect(),
            viewers: Viewers::new(&rules),
            rules,
            depths,
            vault,
            is_dropped: false,
            is_live,
            first: None,
            last: BEFORE,
            out: Vec::new(),
            waiting: 0,
            skipped: 0,
            kept: None,
        })
    }

    /// Says to which section lines belong that name none.
    pub fn set_section(&mut self, section: &str) {
        self.engine.set_section(section);
    }

    /// Keeps the hits of a rule for [`Replay::kept`].
    pub fn keep_hits(&mut self, rule_id: &str) {
        let place = self.rules.iter().position(|rule| rule.id() == rule_id);
        self.kept = place.map(|place| (place, Vec::new()));
    }

    /// The hits of the rule whose hits are kept, as far as they were applied.
    #[must_use]
    pub fn kept(&self) -> &[Hit] {
        self.kept.as_ref().map_or(&[], |(_, hits)| hits)
    }

    /// What is known of a line before it is read as an event.
    pub fn line(&mut self, line: &[u8]) -> Known {
        let Some(found) = self.engine.line(line) else { return Known::Nothing };
        if found.is_empty() && self.is_timeless {
            return Known::Idle;
        }
        self.found.clear();
        self.found.extend_from_slice(found);
        Known::Found
    }

    /// Shows an event; gives the SIEM events that are ready.
    ///
    /// # Errors
    /// The vault fails.
    pub fn event(&mut self, event: &Event<'_>) -> Result<Vec<SiemEvent>, V::Error> {
        self.found.clear();
        self.found.extend_from_slice(self.engine.event(event));
        self.found(event)
    }

    /// Shows an event whose rules were found, by its line; gives the SIEM events that are ready.
    ///
    /// # Errors
    /// The vault fails.
    pub fn found(&mut self, event: &Event<'_>) -> Result<Vec<SiemEvent>, V::Error> {
        self.last = self.last.max(event.time);
        self.first.get_or_insert(event.time);
        for &place in &self.found {
            let (hits, skipped) = hits(&self.rules[place], event, &Match::Event(event.id));
            self.hits[place].extend(hits);
            self.skipped += skipped;
        }
        self.waiting += 1;
        if self.is_live || self.waiting >= PORTION {
            self.apply(BEFORE)?;
        }
        Ok(std::mem::take(&mut self.out))
    }

    /// Applies the hits that wait, rules over SIEM events after those whose SIEM events they see.
    fn apply(&mut self, committed: Timestamp) -> Result<(), V::Error> {
        self.waiting = 0;
        for place in 0..self.evaluators.len() {
            let rule = &self.rules[place];
            if self.waits[place] {
                let hits = std::mem::take(&mut self.hits[place]);
                if !hits.is_empty() {
                    self.keep(place, &hits);
                    self.vault.hold(self.depths[place], place, hits)?;
                }
                continue;
            }
            // Only what is decided once lives by the passing of time.
            if self.hits[place].is_empty() && (!rule.kind.is_closed() || self.first.is_none()) {
                continue;
            }
            let is_dead = rule.kind.name() == "dead";
            // What came before the end was there before any decision.
            let at = if is_dead || !rule.kind.is_closed() { committed } else { BEFORE };
            let hits = std::mem::take(&mut self.hits[place]);
            let outcome = self.advance(place, at, hits)?;
            self.settle(place, outcome)?;
            if at != committed {
                let outcome = self.advance(place, AFTER, Vec::new())?;
                self.settle(place, outcome)?;
            }
        }
        let size = self.evaluators.iter().flatten().filter(|it| it.is_reloadable());
        if self.vault.settle(size.map(Evaluator::size).sum())? {
            let gone = |it: &Evaluator| it.is_reloadable();
            self.evaluators.iter_mut().for_each(|it| drop(it.take_if(|it| gone(it))));
            self.is_dropped = true;
        }
        Ok(())
    }

    fn advance(
        &mut self,
        place: usize,
        committed: Timestamp,
        hits: Vec<Hit>,
    ) -> Result<Outcome, V::Error> {
        let mark = Mark { commit_no: 1, committed, is_armed: true, is_backfill: false };
        let fresh = || Evaluator::new(self.rules[place].clone(), self.first, LATENESS);
        let evaluator = self.evaluators[place].get_or_insert_with(fresh);
        for need in evaluator.needs(&hits) {
            match need.group.as_ref().filter(|_| self.is_dropped) {
                Some(group) => {
                    let (hits, rows) = self.vault.load(place, group, need.from)?;
                    evaluator.load(&need, hits, rows);
                }
                None => {
                    let all = Need { from: BEFORE, ..need };
                    evaluator.load(&all, Vec::new(), Vec::new());
                }
            }
        }
        self.keep(place, &hits);
        let Some(evaluator) = &mut self.evaluators[place] else { return Ok(Outcome::default()) };
        let outcome = evaluator.apply(&mark, hits);
        if evaluator.is_reloadable() {
            self.vault.keep(place, &outcome);
        }
        Ok(outcome)
    }

    /// Keeps hits where they are asked for.
    fn keep(&mut self, place: usize, hits: &[Hit]) {
        if let Some((_, kept)) = self.kept.as_mut().filter(|(own, _)| *own == place) {
            kept.extend(hits.iter().cloned());
        }
    }

    /// Passes on what a rule found.
    fn settle(&mut self, place: usize, outcome: Outcome) -> Result<(), V::Error> {
        let mut fired: Vec<(Group, Match, Timestamp)> = outcome.fired;
        let new = outcome.hits.into_iter().filter(|hit| hit.fired_commit.is_some());
        fired.extend(new.map(|hit| (hit.group, hit.matched, hit.time)));
        if self.rules[place].kind.name() == "dead" {
            fired = outcome.events.iter().map(instant).collect();
        }
        self.chain(place, &fired);
        for event in outcome.events {
            match self.is_live || event.rule_kind == "plain" {
                true => self.out.push(event),
                false => self.vault.put(event)?,
            }
        }
        Ok(())
    }

    /// Shows firing instants of a rule's SIEM events to the rules over SIEM events.
    fn chain(&mut self, place: usize, fired: &[(Group, Match, Timestamp)]) {
        let seen = &self.rules[place];
        let viewers = self.viewers.of(&self.rules, place);
        for (group, matched, time) in fired.iter().filter(|_| !viewers.places.is_empty()) {
            let (event, id) = viewers.chained(seen, group, *time, matched);
            for &viewer in &viewers.places {
                let rule = &self.rules[viewer];
                if rule.filter.matches(&event) {
                    let (hits, skipped) = hits(rule, &event, &id);
                    self.hits[viewer].extend(hits);
                    self.skipped += skipped;
                }
            }
        }
    }

    /// Applies what waits, and decides up to the last event; later events may still come.
    ///
    /// # Errors
    /// The vault fails.
    pub fn flush(&mut self) -> Result<Vec<SiemEvent>, V::Error> {
        self.apply(BEFORE)?;
        Ok(std::mem::take(&mut self.out))
    }

    /// Decides what the end decides; shows what was kept, by time.
    ///
    /// # Errors
    /// The vault fails, or `see` does.
    pub fn end<E: From<V::Error>>(
        mut self,
        mut see: impl FnMut(SiemEvent) -> Result<(), E>,
    ) -> Result<(), E> {
        self.apply(BEFORE)?;
        if self.first.is_some() {
            self.apply(Timestamp(self.last.0.saturating_add(LATENESS.0 + 1)))?;
        }
        std::mem::take(&mut self.out).into_iter().try_for_each(&mut see)?;
        if let Some(first) = self.first.filter(|_| self.waits.contains(&true)) {
            self.decide(first)?;
            std::mem::take(&mut self.out).into_iter().try_for_each(&mut see)?;
        }
        self.vault.found(&mut |event| see(SiemEvent { revision: 0, ..event }))
    }

    /// Decides what waited for the end, those first whose SIEM events others see.
    fn decide(&mut self, first: Timestamp) -> Result<(), V::Error> {
        let deepest = self.depths.last().copied().unwrap_or(0);
        for depth in 0..=deepest {
            let all = (&*self.rules, &*self.depths, &*self.waits);
            let (span, places) = ((first, self.last), self.vault.places());
            let mut deferred = Deferred::new(all, &mut self.viewers, span, places);
            self.vault.held(depth, &mut |portion| deferred.portion(portion))?;
            let led = deferred.silent(depth);
            for Held { depth, rule: place, hit } in led.hits {
                self.vault.hold(depth, place, vec![hit])?;
            }
            led.events.into_iter().try_for_each(|event| self.vault.put(event))?;
            self.skipped += deferred.skipped;
            for (place, hit) in std::mem::take(&mut deferred.waiting) {
                self.hits[place].push(hit);
            }
            self.apply(BEFORE)?;
        }
        Ok(())
    }

    /// How many matches lacked a field that a correlation needs, until now.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}
