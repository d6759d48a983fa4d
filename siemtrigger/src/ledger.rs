//! Commits shown to rule versions, in steps: each a transaction of hits, SIEM events, positions.
//!
//! Versions at the same position are shown the same commits in one step, so that a batch is read
//! once for all rules: what those over other rules match in it, which are shown it later, is found
//! then too (`ahead`). When another siemtrigger was faster, nothing is written and all is read
//! anew.
//!
//! What it does *not* know: when there is something to do.

use crate::ahead::Hits;
use crate::books::Books;
use crate::chain;
use crate::outbox;
use crate::recent::Recent;
use crate::runner::Runners;
use common::cli::Failure;
use common::event::{Event, RawKind};
use common::filter::Filter;
use common::hit::{Hit, Match};
use common::rule::Source;
use common::siem_event::SiemEvent;
use detect::{Found, Mark, Outcome, found};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use store::{Activation, Advance, Commit, SiemRow, Step};

/// The most commits, and about the most events, of a step.
const COMMITS: u32 = 64;
const EVENTS: i64 = 20_000;

/// The most rules whose filters choose the events that are read; of more, all events are.
const FILTERS: usize = 64;

/// How a step ended.
pub(crate) enum Progress {
    /// There was nothing to do.
    None,
    /// Positions advanced.
    Made(Vec<SiemEvent>),
    /// Another siemtrigger was faster: intervals must be read again.
    Overtaken,
}

/// Takes one step with the versions that are furthest behind and can take one; of those that stand
/// alike, with those over events first.
pub(crate) fn step<B: Books + ?Sized>(
    store: &mut B,
    runners: &mut Runners,
) -> anyhow::Result<Progress> {
    let mut cohorts: BTreeMap<(i64, usize), Vec<usize>> = BTreeMap::new();
    for (place, runner) in runners.active.iter().enumerate() {
        if !runner.activation.is_finished() {
            let key = (runner.activation.position, runner.depth);
            cohorts.entry(key).or_default().push(place);
        }
    }
    for ((position, depth), places) in cohorts {
        let commits = commits(store, runners, &places, depth, position)?;
        if let Some(last) = commits.last() {
            return advance(store, runners, &places, &commits, position, last.commit_no);
        }
    }
    Ok(Progress::None)
}

/// The commits of a step: up to the first end of an interval, and not too many.
fn commits<B: Books + ?Sized>(
    store: &mut B,
    runners: &Runners,
    places: &[usize],
    depth: usize,
    position: i64,
) -> anyhow::Result<Vec<Commit>> {
    let mut until = i64::MAX;
    for &place in places {
        let own = &runners.active[place].activation;
        until = until.min(own.to_commit.unwrap_or(i64::MAX));
        if depth > 0 || matches!(own.rule.source, Source::SiemEvents(_)) {
            until = chain::reach(own, &runners.all, until);
        }
    }
    if until <= position {
        return Ok(Vec::new());
    }
    let mut commits = store.commits_after(position, COMMITS).map_err(Failure::from)?;
    #[cfg(test)]
    if crate::schedule::is(crate::schedule::Mutant::BatchOrder) {
        commits = store.commits_after(0, 1_000_000).map_err(Failure::from)?;
        commits.iter_mut().for_each(|commit| commit.commit_no = commit.batch);
        commits.retain(|commit| commit.commit_no > position);
        commits.sort_by_key(|commit| commit.commit_no);
    }
    let mut events = 0;
    commits.retain(|commit| {
        let fits = commit.commit_no <= until && events < EVENTS;
        events += commit.event_count;
        fits
    });
    Ok(commits)
}

fn advance<B: Books + ?Sized>(
    store: &mut B,
    runners: &mut Runners,
    places: &[usize],
    commits: &[Commit],
    from: i64,
    to: i64,
) -> anyhow::Result<Progress> {
    let mut work = Work::new(runners, places);
    for &place in places {
        let own = &work.runners.active[place].activation;
        let seen = chain::seen(store, own, &work.runners.all, from, to)?;
        if !seen.is_empty() {
            work.chained.insert(place, seen);
        }
    }
    for commit in commits {
        work.show(store, commit)?;
    }
    let advances = places.iter().map(|place| Advance {
        activation: work.runners.active[*place].activation.id,
        from,
        to,
        late: work.late.get(place).copied().unwrap_or(0),
    });
    let mut step = Step { advances: advances.collect(), ..std::mem::take(&mut work.step) };
    step.advances.sort_by_key(|advance| advance.activation);
    step.events = work.events.into_values().collect();
    let rows = step.events.iter().flat_map(|row| outbox::rows(&runners.actions, &row.event));
    step.actions = rows.collect();
    if !store.record(&step).map_err(Failure::from)? {
        return Ok(Progress::Overtaken);
    }
    places.iter().for_each(|&place| runners.active[place].activation.position = to);
    for advance in &step.advances {
        // Intervals are in order of their ids.
        if let Ok(place) = runners.all.binary_search_by_key(&advance.activation, |it| it.id) {
            runners.all[place].position = to;
        }
    }
    runners.trim();
    Ok(Progress::Made(step.events.into_iter().map(|row| row.event).collect()))
}

/// A step in the making.
struct Work<'r> {
    runners: &'r mut Runners,
    places: &'r [usize],
    chained: BTreeMap<usize, chain::Seen>,
    step: Step,
    recent: Recent,
    /// SIEM events as they stand after the last commit, by id.
    events: BTreeMap<String, SiemRow>,
    late: BTreeMap<usize, i64>,
}

impl<'r> Work<'r> {
    fn new(runners: &'r mut Runners, places: &'r [usize]) -> Work<'r> {
        let (chained, late) = (BTreeMap::new(), BTreeMap::new());
        let (step, recent, events) = (Step::default(), Recent::default(), BTreeMap::new());
        Work { runners, places, chained, step, recent, events, late }
    }

    /// Shows a commit to all versions of the step.
    fn show<B: Books + ?Sized>(&mut self, store: &mut B, commit: &Commit) -> anyhow::Result<()> {
        let mut hits = self.matching(store, commit)?;
        for &place in self.places {
            let mut own = hits.remove(&place).unwrap_or_default();
            let seen = self.chained.get_mut(&place).and_then(|seen| seen.remove(&commit.commit_no));
            for (event, matched, time) in seen.into_iter().flatten() {
                let activation = &self.runners.active[place].activation;
                for hit in self::matched(activation, commit, &event, &matched) {
                    own.push(Hit { time, ..hit });
                }
            }
            let activation = &self.runners.active[place].activation;
            if own.is_empty() && !activation.rule.kind.is_closed() {
                continue;
            }
            let mark = Mark {
                commit_no: commit.commit_no,
                committed: commit.committed,
                is_armed: commit.commit_no > activation.armed_commit,
                is_backfill: commit.commit_no <= activation.created_commit,
            };
            let version = activation.version;
            let outcome = self.runners.apply(store, place, &mark, own)?;
            self.keep(place, version, &mark, outcome);
        }
        Ok(())
    }

    fn keep(&mut self, place: usize, version: i64, mark: &Mark, outcome: Outcome) {
        *self.late.entry(place).or_default() += outcome.late;
        self.step.hits.extend(outcome.hits.into_iter().map(|hit| (version, hit)));
        for (group, matched, time) in outcome.fired {
            // A hit of this very step is not stored yet: it is changed here.
            let place = (&group, &matched, time);
            match self.recent.find(&mut self.step.hits, version, place) {
                Some(hit) => hit.fired_commit = Some(mark.commit_no),
                None => self.step.fired.push((version, group, matched, time, mark.commit_no)),
            }
        }
        for event in outcome.events {
            let commit_no = mark.commit_no;
            let row = self.events.entry(event.id.clone());
            let row = row.or_insert_with(|| SiemRow { version, commit_no, event: event.clone() });
            row.event = event;
        }
    }

    /// The hits of a commit's events, by the place of their version.
    fn matching<B: Books + ?Sized>(
        &mut self,
        store: &mut B,
        commit: &Commit,
    ) -> anyhow::Result<Hits> {
        let active = &self.runners.active;
        let sees = |place: &usize| {
            let rule = &active[*place].activation.rule;
            rule.sees_events() && rule.source.covers(&commit.section)
        };
        let places: Vec<usize> = self.places.iter().copied().filter(sees).collect();
        if places.is_empty() || commit.event_count == 0 {
            return Ok(Hits::new());
        }
        if active[places[0]].depth > 0 {
            return match self.runners.ahead.of(commit.commit_no, &places) {
                Some(hits) => Ok(hits),
                None => self.read(store, commit, &places),
            };
        }
        let later: Vec<usize> =
            (0..active.len()).filter(|place| active[*place].depth > 0 && sees(place)).collect();
        let mut all = [places, later.clone()].concat();
        all.sort_unstable();
        let mut hits = self.read(store, commit, &all)?;
        if !later.is_empty() {
            let own = |place: &usize| Some((*place, hits.remove(place)?));
            let later = later.iter().filter_map(own).collect();
            self.runners.ahead.keep(commit.commit_no, later);
        }
        Ok(hits)
    }

    /// Reads a commit's events: what these versions match.
    fn read<B: Books + ?Sized>(
        &mut self,
        store: &mut B,
        commit: &Commit,
        places: &[usize],
    ) -> anyhow::Result<Hits> {
        let (active, engine) = (&self.runners.active, &mut self.runners.engine);
        let mut hits = Hits::new();
        let mut keep = |event: &Event<'_>, found: &[usize]| {
            for place in found.iter().filter(|place| places.binary_search(place).is_ok()) {
                let activation = &active[*place].activation;
                let new = matched(activation, commit, event, &Match::Event(event.id));
                hits.entry(*place).or_default().extend(new);
            }
        };
        if places.len() > FILTERS {
            let mut see = |mut event: Event<'_>| {
                let found = engine.stored(&mut event);
                if !found.is_empty() {
                    if event.raw_kind == RawKind::Json && event.original.is_empty() {
                        event.load_original();
                    }
                    keep(&event, found);
                }
            };
            store.peek(commit, &mut see).map_err(Failure::from)?;
            return Ok(hits);
        }
        let filter = |place: &usize| active[*place].activation.rule.filter.clone();
        let any = Filter::Or(places.iter().map(filter).collect());
        let mut see = |event: Event<'static>| {
            keep(&event, engine.event(&event));
            ControlFlow::Continue(())
        };
        store.batch_events(commit.batch, &any, &mut see).map_err(Failure::from)?;
        Ok(hits)
    }
}

/// The hits of an event or firing instant that a rule's filter holds for: one a group.
fn matched(
    activation: &Activation,
    commit: &Commit,
    event: &Event<'_>,
    matched: &Match,
) -> Vec<Hit> {
    let is_chained = matches!(matched, Match::SiemEvent(_));
    let hit = |found: Found| Hit {
        group: found.group,
        time: event.time,
        matched: matched.clone(),
        commit_no: commit.commit_no,
        committed: commit.committed,
        is_armed: commit.commit_no > activation.armed_commit,
        fired_commit: None,
        message: activation.rule.message.fill(event),
        keys: found.keys,
    };
    found(&activation.rule, event, is_chained).0.into_iter().map(hit).collect()
}
