//! Rules over events that are not stored, or for a trial: `--stdin` and `--backtest`.
//!
//! `detect::Replay` decides; nothing is written to the database.
//!
//! What it does *not* know: commits.

use crate::args::Args;
use crate::choice::{Choice, check_order};
use crate::line::{LineReader, read_line};
use crate::print::Printer;
use crate::spill::Spill;
use common::cli::Stop;
use common::cli::{Exit, Failure, Kind, warn};
use common::clock::zone::Zone;
use common::clock::{Timestamp, words};
use common::event::Event;
use common::filter::Filter;
use common::rule::{Rule, Source};
use common::siem_event::SiemEvent;
use detect::{Known, Replay};
use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;
use store::{Scan, Selection, Store};

/// How much is read at once: what the processor still has at hand when lines are taken out.
const PIECE: usize = 128 << 10;

/// Rules at work, and where their SIEM events go.
struct Printed {
    replay: Replay<Spill>,
    printer: Printer,
}

impl Printed {
    fn new(rules: Vec<Rule>, is_live: bool, printer: Printer) -> anyhow::Result<Printed> {
        check_order(&rules.iter().collect::<Vec<_>>())?;
        let replay = Replay::with(rules, is_live, Spill::default())?;
        Ok(Printed { replay, printer })
    }

    fn event(&mut self, event: &Event<'_>) -> anyhow::Result<()> {
        let found = self.replay.event(event)?;
        self.print(&found)
    }

    /// Takes an event whose rules were found.
    fn found(&mut self, event: &Event<'_>) -> anyhow::Result<()> {
        let found = self.replay.found(event)?;
        self.print(&found)
    }

    fn print(&mut self, found: &[SiemEvent]) -> anyhow::Result<()> {
        if found.is_empty() {
            return Ok(());
        }
        found.iter().try_for_each(|event| self.printer.print(event))?;
        Ok(self.printer.flush()?)
    }

    /// Decides what the end decides, and prints what was kept, by time.
    fn end(mut self, quiet: bool) -> anyhow::Result<u64> {
        let found = self.replay.flush()?;
        found.iter().try_for_each(|event| self.printer.print(event))?;
        let (skipped, printer) = (self.replay.skipped(), &mut self.printer);
        self.replay.end(|event| anyhow::Ok(printer.print(&event)?))?;
        self.printer.finish()?;
        if skipped > 0 {
            let what = "matches lack a field that a correlation groups by or counts";
            warn("siemtrigger", &format!("{skipped} {what}"));
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

/// Reads events as JSON lines. A line that is none is reported, and the exit code says so.
pub(crate) fn stdin(
    rules: Vec<Rule>,
    args: &Args,
    printer: Printer,
    stop: &Stop,
) -> anyhow::Result<Exit> {
    let mut rules = Printed::new(rules, args.live, printer)?;
    let section = args.section.as_deref().unwrap_or(common::section::DEFAULT);
    rules.replay.set_section(section);
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
        let known = rules.replay.line(&line);
        if known == Known::Idle {
            continue;
        }
        match reader.event(&line, number) {
            Ok(event) if known == Known::Found => rules.found(&event)?,
            Ok(event) => rules.event(&event)?,
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
    rules.end(true)?;
    Ok(if bad > 0 { Exit::Partial } else { Exit::Done })
}

/// Replays stored events.
pub(crate) fn backtest(
    store: &mut dyn Store,
    choice: &Choice,
    args: &Args,
    printer: Printer,
) -> anyhow::Result<Exit> {
    let period = period(args)?;
    let rules = choice.rules(store)?;
    let Some(scan) = scan(&rules, period) else { return Ok(Exit::NoMatch) };
    let mut rules = Printed::new(rules, false, printer)?;
    show(store, &scan, &mut |event| rules.event(event))?;
    let count = rules.end(args.quiet)?;
    Ok(if count > 0 { Exit::Done } else { Exit::NoMatch })
}

/// The times between which events are meant.
pub(crate) type Period = (Option<Timestamp>, Option<Timestamp>);

/// The times of `--since` and `--until`.
pub(crate) fn period(args: &Args) -> anyhow::Result<Period> {
    let now = Timestamp::now();
    let time = |text: &Option<String>, flag: &str| match text {
        None => Ok(None),
        Some(text) => words::instant(text, &Zone::local(), now)
            .map(Some)
            .map_err(|error| Failure::new(Kind::Usage, format!("{flag}: {error}"))),
    };
    Ok((time(&args.since, "--since")?, time(&args.until, "--until")?))
}

/// The stored events that rules look at; `None` where no rule looks at events.
pub(crate) fn scan(rules: &[Rule], (since, until): Period) -> Option<Scan> {
    let over_events: Vec<&Rule> =
        rules.iter().filter(|rule| !matches!(rule.source, Source::SiemEvents(_))).collect();
    // The filters of few rules choose the events that are read; of many, all events are.
    let filter = match over_events.len() {
        0 => return None,
        1..=64 => Filter::Or(over_events.iter().map(|rule| rule.filter.clone()).collect()),
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
    Some(Scan { selection, ..Scan::default() })
}

/// Shows the events of a scan until one fails.
pub(crate) fn show(
    store: &mut dyn Store,
    scan: &Scan,
    see: &mut dyn FnMut(&Event<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut failure = None;
    let mut see = |event: Event<'static>| match see(&event) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    };
    store.scan(scan, &mut see).map_err(Failure::from)?;
    failure.map_or(Ok(()), Err)
}
