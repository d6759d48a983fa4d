//! A rule version's state: hits in, commit by commit, and SIEM events out.
//!
//! For each commit its caller asks [`Evaluator::needs`], loads what it names, and calls
//! [`Evaluator::apply`]. What it does *not* know: where hits come from and where they go.

use crate::chain::single;
use crate::closed::Closed;
use crate::dead::Dead;
use crate::outcome::{Mark, Outcome};
use crate::shape::Shape;
use crate::window::Window;
use common::clock::Timestamp;
use common::clock::span::Span;
use common::hit::{Group, Hit};
use common::rule::{Kind, Rule};
use common::siem_event::SiemEvent;
use std::collections::{BTreeMap, HashMap};

/// What must be loaded before hits can be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The hits of this group; of all groups when `None`.
    pub group: Option<Group>,
    /// From this time on.
    pub from: Timestamp,
}

/// The state of a rule version.
#[derive(Debug)]
pub struct Evaluator {
    rule: Rule,
    rule_id: String,
    version: String,
    lateness: Span,
    state: State,
}

#[derive(Debug)]
enum State {
    Plain,
    Window(HashMap<Group, Window>),
    Dead(Dead),
    Closed(Closed),
}

impl Evaluator {
    /// A version's state before anything was loaded. `began` is the time of the first commit that
    /// the version was shown: members of a dead rule's population count as heard until then.
    /// `lateness` is how long a dead rule waits for hits after a bucket's end.
    #[must_use]
    pub fn new(rule: Rule, began: Option<Timestamp>, lateness: Span) -> Evaluator {
        let state = State::new(&rule.kind, began);
        Evaluator { rule_id: rule.id(), version: rule.version(), rule, lateness, state }
    }

    /// The rule.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Forgets everything, as [`Evaluator::new`] begins.
    pub fn reset(&mut self, began: Option<Timestamp>) {
        self.state = State::new(&self.rule.kind, began);
    }

    /// Of a dead rule's population only this group is given its first bucket.
    pub fn limit_to(&mut self, group: &Group) {
        if let State::Dead(dead) = &mut self.state {
            dead.limit_to(group);
        }
    }

    /// Forgets hits before a time, for which everything is decided.
    pub fn forget(&mut self, before: Timestamp) {
        let window = self.rule.kind.window().0;
        match &mut self.state {
            State::Dead(dead) => dead.forget(before, window),
            State::Closed(closed) => closed.forget(before, window),
            State::Plain | State::Window(_) => {}
        }
    }

    /// How many places are kept in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.state {
            State::Plain => 0,
            State::Window(groups) => groups.values().map(|window| window.len() + 4).sum(),
            State::Dead(dead) => dead.len(),
            State::Closed(closed) => closed.len(),
        }
    }

    /// Whether its state can be dropped and loaded again group by group.
    #[must_use]
    pub fn is_reloadable(&self) -> bool {
        matches!(self.state, State::Window(_))
    }

    /// What must be loaded before these hits can be applied.
    #[must_use]
    pub fn needs(&self, hits: &[Hit]) -> Vec<Need> {
        match &self.state {
            State::Plain => Vec::new(),
            State::Dead(dead) => {
                let first = hits.iter().map(|hit| hit.time).min();
                let window = self.rule.kind.window().0;
                let from = first.and_then(|first| dead.needs(first, window));
                from.map(|from| Need { group: None, from }).into_iter().collect()
            }
            State::Closed(closed) => {
                let first = hits.iter().map(|hit| hit.time).min();
                let window = self.rule.kind.window().0;
                let from = first.and_then(|first| closed.needs(first, window));
                from.map(|from| Need { group: None, from }).into_iter().collect()
            }
            State::Window(groups) => {
                let mut first: BTreeMap<&Group, Timestamp> = BTreeMap::new();
                for hit in hits {
                    let time = first.entry(&hit.group).or_insert(hit.time);
                    *time = hit.time.min(*time);
                }
                let window = self.rule.kind.window().0;
                let fresh = Window::new(&self.rule.kind);
                let need = |(group, time): (&Group, Timestamp)| {
                    let from = groups.get(group).unwrap_or(&fresh).needs(time, window)?;
                    Some(Need { group: Some(group.clone()), from })
                };
                first.into_iter().filter_map(need).collect()
            }
        }
    }

    /// Takes what a need named: hits in order of commit, and the SIEM events of that group whose
    /// time is not before.
    pub fn load(&mut self, need: &Need, hits: Vec<Hit>, rows: Vec<SiemEvent>) {
        let shape = shape(&self.rule, &self.rule_id, &self.version, self.lateness);
        match (&mut self.state, &need.group) {
            (State::Window(groups), Some(group)) => {
                let fresh = || Window::new(&self.rule.kind);
                let window = groups.entry(group.clone()).or_insert_with(fresh);
                window.load(shape, need.from, hits, rows);
            }
            (State::Dead(dead), _) => dead.load(shape, need.from, hits),
            (State::Closed(closed), _) => closed.load(shape, need.from, hits),
            _ => {}
        }
    }

    /// Tells a dead rule up to when it was shown commits before, so that it repeats no decision.
    /// Returns from when on its hits must be loaded; `first` is the earliest time of hits that
    /// came at or after a given moment.
    pub fn resume<E>(
        &mut self,
        clock: Timestamp,
        first: impl FnOnce(Timestamp) -> Result<Option<Timestamp>, E>,
    ) -> Result<Option<Need>, E> {
        let window = self.rule.kind.window().0;
        let undecided = match &mut self.state {
            State::Dead(dead) => dead.resume(clock, self.lateness),
            State::Closed(closed) => closed.resume(clock, self.lateness),
            State::Plain | State::Window(_) => return Ok(None),
        };
        let early = first(undecided)?.unwrap_or(undecided);
        let from = Timestamp(undecided.0.min(early.0).saturating_sub(3 * window));
        Ok(Some(Need { group: None, from }))
    }

    /// Applies the hits of a commit, which may be none: a dead rule lives by the passing of time.
    pub fn apply(&mut self, mark: &Mark, hits: Vec<Hit>) -> Outcome {
        let shape = shape(&self.rule, &self.rule_id, &self.version, self.lateness);
        let mut outcome = match &mut self.state {
            State::Plain => plain(shape, mark, hits),
            State::Dead(dead) => dead.apply(shape, mark, hits),
            State::Closed(closed) => closed.apply(shape, mark, hits),
            State::Window(groups) => {
                let mut outcome = Outcome::default();
                let mut parts: BTreeMap<Group, Vec<Hit>> = BTreeMap::new();
                for hit in hits {
                    parts.entry(hit.group.clone()).or_default().push(hit);
                }
                for (group, hits) in parts {
                    let fresh = || Window::new(&self.rule.kind);
                    let window = groups.entry(group.clone()).or_insert_with(fresh);
                    let applied = window.apply(shape, mark, hits);
                    outcome.hits.extend(applied.hits);
                    let fired = applied.fired.into_iter();
                    outcome.fired.extend(fired.map(|(it, time)| (group.clone(), it, time)));
                    outcome.events.extend(applied.events);
                }
                outcome
            }
        };
        if self.rule.is_silent {
            outcome.events.clear();
        }
        outcome
    }

    /// When the next decision falls due: it is made by the first commit after that.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match &self.state {
            State::Dead(dead) => dead.due(),
            State::Closed(closed) => closed.due(),
            _ => None,
        }
    }
}

impl State {
    fn new(kind: &Kind, began: Option<Timestamp>) -> State {
        match kind {
            Kind::Plain => State::Plain,
            Kind::Limit { .. } => State::Window(HashMap::new()),
            Kind::Dead { .. } => State::Dead(Dead::new(began)),
            Kind::Correlation(it) if it.is_open() => State::Window(HashMap::new()),
            Kind::Correlation(_) => State::Closed(Closed::default()),
        }
    }
}

fn shape<'r>(rule: &'r Rule, rule_id: &'r str, version: &'r str, lateness: Span) -> Shape<'r> {
    let limit = i64::try_from(rule.kind.event_limit()).unwrap_or(i64::MAX);
    Shape { rule, rule_id, version, window: rule.kind.window().0, limit, lateness }
}

/// One SIEM event a hit.
fn plain(shape: Shape<'_>, mark: &Mark, hits: Vec<Hit>) -> Outcome {
    let mut outcome = Outcome::default();
    for mut hit in hits {
        if hit.is_armed {
            hit.fired_commit = Some(mark.commit_no);
            let mut event = shape.event(&hit.group, &single(&hit.matched, hit.time));
            event.time = hit.time;
            event.last_time = hit.time;
            event.event_count = 1;
            event.window_start = hit.time;
            event.window_end = hit.time;
            event.message.clone_from(&hit.message);
            event.source_ids = vec![hit.matched.to_string()];
            event.backfill = mark.is_backfill;
            outcome.events.push(event);
        }
        outcome.hits.push(hit);
    }
    outcome
}
