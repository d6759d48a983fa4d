//! Rules over events that are not stored, or for a trial: `--stdin` and `--backtest`.
//!
//! The same evaluators as for stored commits; all is held in memory and nothing is written.
//! Time passes with the events: a dead rule's buckets are decided up to the last event.
//!
//! What it does *not* know: commits.

use crate::args::Args;
use crate::choice::{Choice, check_order};
use crate::line::{LineReader, read_line};
use crate::print::Printer;
use common::cli::Stop;
use common::cli::{Exit, Failure, Kind, warn};
use common::clock::zone::Zone;
use common::clock::{Timestamp, words};
use common::event::Event;
use common::filter::Filter;
use common::hit::{Group, Hit, Match};
use common::rule::{Kind as RuleKind, Rule, Source};
use common::siem_event::SiemEvent;
use detect::{Engine, Evaluator, Found, LATENESS, Mark, Need, Outcome, chained, found};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;
use store::{Scan, Selection, Store};

/// Before all time: what is replayed was there before any decision.
const BEFORE: Timestamp = Timestamp(i64::MIN / 4);
/// After all time: everything is decided.
const AFTER: Timestamp = Timestamp(i64::MAX / 4);
/// How many events are matched before their hits are applied.
const PORTION: usize = 5_000;

/// What is known of a line before it is read as an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It has to be read.
    Nothing,
    /// No rule matches it, and nobody asks for its time.
    Idle,
    /// The rules that it matches are found.
    Found,
}

/// How much is read at once: what the processor still has at hand when lines are taken out.
const PIECE: usize = 128 << 10;

/// Rules at work in memory.
struct Replay {
    /// In order of depth.
    rules: Vec<Rule>,
    engine: Engine,
    /// The places of the rules that the event at hand matches.
    found: Vec<usize>,
    /// Made when a rule first has a hit; of dead rules with the first event.
    evaluators: Vec<Option<Evaluator>>,
    hits: Vec<Vec<Hit>>,
    /// Windowed rules' SIEM events as they stand, by time and id.
    events: BTreeMap<String, SiemEvent>,
    is_live: bool,
    first: Option<Timestamp>,
    last: Timestamp,
    printer: Printer,
    waiting: usize,
    /// Whether no rule asks for the time of events that match nothing.
    is_timeless: bool,
    /// How many matches lacked a field that a correlation needs.
    skipped: u64,
}

impl Replay {
    fn new(rules: Vec<Rule>, is_live: bool, printer: Printer) -> anyhow::Result<Replay> {
        let depths = check_order(&rules.iter().collect::<Vec<_>>())?;
        let mut ordered: Vec<(usize, Rule)> = depths.into_iter().zip(rules).collect();
        ordered.sort_by_key(|(depth, _)| *depth);
        let mut rules: Vec<Rule> = ordered.into_iter().map(|(_, rule)| rule).collect();
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
            is_timeless: !rules.iter().any(|rule| matches!(rule.kind, RuleKind::Dead { .. })),
            evaluators: rules.iter().map(|_| None).collect(),
            hits: vec![Vec::new(); rules.len()],
            rules,
            events: BTreeMap::new(),
            is_live,
            first: None,
            last: BEFORE,
            printer,
            waiting: 0,
            skipped: 0,
        })
    }

    /// What is known of a line before it is read as an event.
    fn line(&mut self, line: &[u8]) -> Known {
        let Some(found) = self.engine.line(line) else { return Known::Nothing };
        if found.is_empty() && self.is_timeless {
            return Known::Idle;
        }
        self.found.clear();
        self.found.extend_from_slice(found);
        Known::Found
    }

    fn event(&mut self, event: &Event<'_>) -> anyhow::Result<()> {
        self.found.clear();
        self.found.extend_from_slice(self.engine.event(event));
        self.found(event)
    }

    /// Takes an event whose rules were found.
    fn found(&mut self, event: &Event<'_>) -> anyhow::Result<()> {
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
        Ok(())
    }

    /// Applies the hits that wait, rules over SIEM events after those whose SIEM events they see.
    fn apply(&mut self, committed: Timestamp) -> anyhow::Result<()> {
        self.waiting = 0;
        for place in 0..self.evaluators.len() {
            let rule = &self.rules[place];
            // Only what is decided once lives by the passing of time.
            if self.hits[place].is_empty() && (!rule.kind.is_closed() || self.first.is_none()) {
                continue;
            }
            let is_dead = rule.kind.name() == "dead";
            // What came before the end was there before any decision.
            let at = if is_dead || !rule.kind.is_closed() { committed } else { BEFORE };
            let hits = std::mem::take(&mut self.hits[place]);
            let outcome = self.advance(place, at, hits);
            self.settle(place, outcome)?;
            if at != committed {
                let outcome = self.advance(place, AFTER, Vec::new());
                self.settle(place, outcome)?;
            }
        }
        Ok(())
    }

    fn advance(&mut self, place: usize, committed: Timestamp, hits: Vec<Hit>) -> Outcome {
        let mark = Mark { commit_no: 1, committed, is_armed: true, is_backfill: false };
        let fresh = || Evaluator::new(self.rules[place].clone(), self.first, LATENESS);
        let evaluator = self.evaluators[place].get_or_insert_with(fresh);
        for need in evaluator.needs(&hits) {
            let all = Need { from: BEFORE, ..need };
            evaluator.load(&all, Vec::new(), Vec::new());
        }
        evaluator.apply(&mark, hits)
    }

    /// Passes on what a rule found.
    fn settle(&mut self, place: usize, outcome: Outcome) -> anyhow::Result<()> {
        let mut fired: Vec<(Group, Match, Timestamp)> = outcome.fired;
        let new = outcome.hits.into_iter().filter(|hit| hit.fired_commit.is_some());
        fired.extend(new.map(|hit| (hit.group, hit.matched, hit.time)));
        if self.rules[place].kind.name() == "dead" {
            fired = outcome.events.iter().map(instant).collect();
        }
        self.chain(place, &fired);
        outcome.events.into_iter().try_for_each(|event| self.give(event))
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

    fn give(&mut self, event: SiemEvent) -> anyhow::Result<()> {
        if self.is_live || event.rule_kind == "plain" {
            self.printer.print(&event)?;
            return Ok(self.printer.flush()?);
        }
        let event = SiemEvent { revision: 0, ..event };
        self.events.insert(event.id.clone(), event);
        Ok(())
    }

    /// Decides what the end decides, and prints what was kept, by time.
    fn end(mut self, quiet: bool) -> anyhow::Result<u64> {
        self.apply(BEFORE)?;
        if self.first.is_some() {
            self.apply(Timestamp(self.last.0.saturating_add(LATENESS.0 + 1)))?;
        }
        let mut events: Vec<SiemEvent> = std::mem::take(&mut self.events).into_values().collect();
        events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        events.iter().try_for_each(|event| self.printer.print(event))?;
        self.printer.finish()?;
        if self.skipped > 0 {
            let what = "matches lack a field that a correlation groups by or counts";
            warn("siemtrigger", &format!("{} {what}", self.skipped));
        }
        if !quiet {
            warn(
                "siemtrigger",
                &format!("{} SIEM events; nothing was written", self.printer.count),
            );
        }
        Ok(self.printer.count)
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

/// Reads events as JSON lines. A line that is none is reported, and the exit code says so.
pub(crate) fn stdin(
    rules: Vec<Rule>,
    args: &Args,
    printer: Printer,
    stop: &Stop,
) -> anyhow::Result<Exit> {
    let mut replay = Replay::new(rules, args.live, printer)?;
    let section = args.section.as_deref().unwrap_or(common::section::DEFAULT);
    replay.engine.set_section(section);
    let mut reader = LineReader::new(section)?;
    let mut input = io::BufReader::with_capacity(PIECE, io::stdin().lock());
    let (mut line, mut number, mut bad) = (Vec::new(), 0, 0u64);
    while !stop.is_raised() {
        line.clear();
        if !read_line(&mut input, &mut line)? {
            break;
        }
        number += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let known = replay.line(&line);
        if known == Known::Idle {
            continue;
        }
        match reader.event(&line, number) {
            Ok(event) if known == Known::Found => replay.found(&event)?,
            Ok(event) => replay.event(&event)?,
            Err(error) => {
                bad += 1;
                if bad <= 3 {
                    warn("siemtrigger", &format!("-:{number}: no event: {error}"));
                }
            }
        }
    }
    if bad > 3 {
        warn("siemtrigger", &format!("-: {bad} lines were no events"));
    }
    replay.end(true)?;
    Ok(if bad > 0 { Exit::Partial } else { Exit::Done })
}

/// Replays stored events.
pub(crate) fn backtest(
    store: &mut dyn Store,
    choice: &Choice,
    args: &Args,
    printer: Printer,
) -> anyhow::Result<Exit> {
    let now = Timestamp::now();
    let time = |text: &Option<String>, flag: &str| match text {
        None => Ok(None),
        Some(text) => words::instant(text, &Zone::local(), now)
            .map(Some)
            .map_err(|error| Failure::new(Kind::Usage, format!("{flag}: {error}"))),
    };
    let (since, until) = (time(&args.since, "--since")?, time(&args.until, "--until")?);
    let rules = choice.rules(store)?;
    let over_events: Vec<&Rule> =
        rules.iter().filter(|rule| !matches!(rule.source, Source::SiemEvents(_))).collect();
    if over_events.is_empty() {
        return Ok(Exit::NoMatch);
    }
    // The filters of few rules choose the events that are read; of many, all events are.
    let filter = match over_events.len() {
        0..=64 => Filter::Or(over_events.iter().map(|rule| rule.filter.clone()).collect()),
        _ => Filter::All,
    };
    let section = |rule: &&Rule| match &rule.source {
        Source::Events(section) => Some(section.clone()),
        _ => None,
    };
    // None at all means every section.
    let named: Option<BTreeSet<String>> = over_events.iter().map(section).collect();
    let sections = named.into_iter().flatten().collect();
    let selection = Selection { filter, sections, since, until, ids: Vec::new() };
    let mut replay = Replay::new(rules, false, printer)?;
    let mut failure = None;
    let scan = Scan { selection, ..Scan::default() };
    let mut see = |event: Event<'static>| match replay.event(&event) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    };
    store.scan(&scan, &mut see).map_err(Failure::from)?;
    if let Some(error) = failure {
        return Err(error);
    }
    let count = replay.end(args.quiet)?;
    Ok(if count > 0 { Exit::Done } else { Exit::NoMatch })
}
