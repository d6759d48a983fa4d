//! The rule versions at work: their intervals and their evaluators.
//!
//! What it does *not* know: which commits are shown when.

use crate::ahead::Ahead;
use crate::books::Books;
use crate::choice::{Choice, check_order};
use anyhow::Context as _;
use common::cli::Failure;
use common::clock::span::Span;
use common::config::Action;
use common::hit::Hit;
use common::rule::Rule;
use detect::{Engine, Evaluator, Mark, Outcome};
use std::collections::{HashMap, HashSet};
use store::{Activation, Store};

/// How many places evaluators keep before all are dropped: a group of a window takes five or more,
/// and up to 2 KiB with its SIEM events.
const KEPT: usize = 100_000;

/// An interval at work.
pub(crate) struct Runner {
    /// The interval, with its position.
    pub(crate) activation: Activation,
    /// 0 over events, more for rules over SIEM events.
    pub(crate) depth: usize,
}

/// All intervals, and the state of the versions at work.
pub(crate) struct Runners {
    /// All intervals of these rules: of those not at work rules may see SIEM events too.
    pub(crate) all: Vec<Activation>,
    /// Those at work.
    pub(crate) active: Vec<Runner>,
    /// Finds the rules at work, by their place, that an event matches.
    pub(crate) engine: Engine,
    /// What rules over other rules match in commits that they were not shown yet.
    pub(crate) ahead: Ahead,
    evaluators: HashMap<i64, Evaluator>,
    lateness: Span,
    /// What is run for SIEM events.
    pub(crate) actions: Vec<Action>,
}

impl Runners {
    /// Reads the intervals. One of a version that has an earlier, unfinished one waits for it.
    pub(crate) fn load(store: &mut dyn Store, choice: &Choice) -> anyhow::Result<Runners> {
        Runners::new(choice.known(store.activations().map_err(Failure::from)?), choice)
    }

    /// Those of these intervals that are at work.
    pub(crate) fn new(all: Vec<Activation>, choice: &Choice) -> anyhow::Result<Runners> {
        let mut earlier = HashSet::new();
        let at_work = all.iter().filter(|it| choice.covers(&it.rule) && !it.is_finished());
        let chosen: Vec<&Activation> = at_work.filter(|it| earlier.insert(it.version)).collect();
        let rules: Vec<&Rule> = chosen.iter().map(|activation| &*activation.rule).collect();
        let depths = check_order(&rules)?;
        let runner = |(activation, depth): (&&Activation, usize)| Runner {
            activation: (*activation).clone(),
            depth,
        };
        let active = chosen.iter().zip(depths).map(runner).collect();
        let engine = Engine::new(rules);
        Ok(Runners {
            all,
            active,
            engine,
            ahead: Ahead::default(),
            evaluators: HashMap::new(),
            lateness: choice.lateness,
            actions: choice.actions.clone(),
        })
    }

    /// Forgets what windows hold when it is much; it is loaded again where it is needed.
    pub(crate) fn trim(&mut self) {
        if self.evaluators.values().map(Evaluator::size).sum::<usize>() > KEPT {
            self.evaluators.clear();
        }
    }

    /// Applies a commit's hits to a version's state, loading what that needs.
    pub(crate) fn apply<B: Books + ?Sized>(
        &mut self,
        store: &mut B,
        place: usize,
        mark: &Mark,
        hits: Vec<Hit>,
    ) -> anyhow::Result<Outcome> {
        let activation = &self.active[place].activation;
        let version = activation.version;
        if !self.evaluators.contains_key(&version) {
            let evaluator = fresh(store, &self.all, activation, self.lateness)?;
            self.evaluators.insert(version, evaluator);
        }
        let evaluator = self.evaluators.get_mut(&version).context("an evaluator per version")?;
        for need in evaluator.needs(&hits) {
            let stored =
                store.hits(version, need.group.as_ref(), need.from).map_err(Failure::from)?;
            let rows = match &need.group {
                Some(group) => store.found(version, group, need.from).map_err(Failure::from)?,
                None => Vec::new(),
            };
            #[cfg(test)]
            let stored = crate::schedule::forgetful(stored);
            evaluator.load(&need, stored, rows);
        }
        let outcome = evaluator.apply(mark, hits);
        #[cfg(test)]
        if crate::schedule::is(crate::schedule::Mutant::ResetAfterFiring)
            && !outcome.events.is_empty()
        {
            self.evaluators.remove(&version);
        }
        Ok(outcome)
    }

    /// The earliest moment at which a decision falls due.
    pub(crate) fn due(&self) -> Option<common::clock::Timestamp> {
        self.evaluators.values().filter_map(Evaluator::due).min()
    }

    /// Makes the evaluators of rules whose decisions fall due without hits.
    pub(crate) fn wake(&mut self, store: &mut dyn Store) -> anyhow::Result<()> {
        for runner in &self.active {
            let activation = &runner.activation;
            let is_closed = activation.rule.kind.is_closed();
            if is_closed && !self.evaluators.contains_key(&activation.version) {
                let evaluator = fresh(store, &self.all, activation, self.lateness)?;
                self.evaluators.insert(activation.version, evaluator);
            }
        }
        Ok(())
    }
}

/// A version's evaluator as it stood at the interval's position.
fn fresh<B: Books + ?Sized>(
    store: &mut B,
    all: &[Activation],
    activation: &Activation,
    lateness: Span,
) -> anyhow::Result<Evaluator> {
    let version = activation.version;
    let own = all.iter().filter(|it| it.version == version);
    let first = own.map(|it| it.from_commit).min().unwrap_or(activation.from_commit);
    let began = match activation.position > first {
        true => store.commit_time(first + 1).map_err(Failure::from)?,
        false => None,
    };
    let mut evaluator = Evaluator::new(Rule::clone(&activation.rule), began, lateness);
    if began.is_some()
        && let Some(clock) = store.commit_time(activation.position).map_err(Failure::from)?
    {
        let need = evaluator.resume(clock, |since| store.earliest_hit(version, since));
        if let Some(need) = need.map_err(Failure::from)? {
            let hits = store.hits(version, None, need.from).map_err(Failure::from)?;
            evaluator.load(&need, hits, Vec::new());
        }
    }
    Ok(evaluator)
}
