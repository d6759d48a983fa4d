//! `--backtest --diff OLD NEW`: what a change of rules adds and takes away, day by day.
//!
//! Both are shown the same stored events. Two SIEM events are the same when they are of one rule,
//! group and event, or of one rule, group and bucket of the new rule's window. Where each side has
//! one rule they are compared whatever their names.
//!
//! What it does *not* know: how a rule decides.

use crate::args::{Args, Output};
use crate::choice::Choice;
use crate::replay::{period, scan, show};
use crate::spill::Spill;
use common::cli::{Exit, Failure, Kind};
use common::clock::{DAY, Timestamp};
use common::event::Event;
use common::output::{Align, Color, Grid, Paint, Terminal, escape};
use common::rule::Rule;
use common::siem_event::SiemEvent;
use detect::Replay;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write as _};
use std::path::PathBuf;
use store::{Scan, Store};

/// How many SIEM events of each side stand as examples under a table.
const EXAMPLES: usize = 5;

/// What sets a SIEM event apart on both sides: rule, group, event or bucket.
type Same = (String, String, String);

/// A side: its SIEM events.
type Side = BTreeMap<Same, SiemEvent>;

/// Compares the rules of two files, folders or archives.
pub(crate) fn run(
    store: &mut dyn Store,
    choice: &Choice,
    args: &Args,
    [old, new]: [&PathBuf; 2],
) -> anyhow::Result<Exit> {
    let rules = |path: &PathBuf| choice.rules_of(std::slice::from_ref(path), args);
    let (old, new) = (rules(old)?, rules(new)?);
    let period = period(args)?;
    let both: Vec<Rule> = old.iter().chain(&new).cloned().collect();
    let Some(scan) = scan(&both, period) else {
        let what = "--diff: rules over SIEM events alone see nothing";
        return Err(Failure::new(Kind::Usage, what).into());
    };
    let is_pair = old.len() == 1 && new.len() == 1;
    let windows: HashMap<String, i64> =
        new.iter().map(|rule| (name(&rule.id(), is_pair), rule.kind.window().0)).collect();
    let mut side = |rules: Vec<Rule>| found(store, rules, &scan, &windows, is_pair);
    let (old, new) = (side(old)?, side(new)?);
    let gone: Vec<&SiemEvent> =
        old.iter().filter(|(same, _)| !new.contains_key(same)).map(|(_, event)| event).collect();
    let added: Vec<&SiemEvent> =
        new.iter().filter(|(same, _)| !old.contains_key(same)).map(|(_, event)| event).collect();
    match args.output {
        Some(Output::Jsonl) => lines(&gone, &added)?,
        _ => table(&old, &new, &gone, &added)?,
    }
    Ok(if gone.is_empty() && added.is_empty() { Exit::Done } else { Exit::NoMatch })
}

fn name(rule_id: &str, is_pair: bool) -> String {
    if is_pair { String::new() } else { rule_id.to_owned() }
}

/// The SIEM events that rules leave of the events of a scan.
fn found(
    store: &mut dyn Store,
    rules: Vec<Rule>,
    scan: &Scan,
    windows: &HashMap<String, i64>,
    is_pair: bool,
) -> anyhow::Result<Side> {
    let mut side = Side::new();
    let mut keep = |event: SiemEvent| {
        let rule = name(&event.rule_id, is_pair);
        let place = match windows.get(&rule) {
            Some(&window) if window > 0 => event.time.0.div_euclid(window).to_string(),
            _ => event.source_ids.first().cloned().unwrap_or_default(),
        };
        side.insert((rule, event.group_json(), place), event);
    };
    let mut replay = Replay::with(rules, false, Spill::default())?;
    let mut see = |event: &Event<'_>| {
        replay.event(event)?.into_iter().for_each(&mut keep);
        Ok(())
    };
    show(store, scan, &mut see)?;
    replay.end(|event| {
        keep(event);
        anyhow::Ok(())
    })?;
    Ok(side)
}

/// One JSON object a difference.
fn lines(gone: &[&SiemEvent], added: &[&SiemEvent]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    for (word, list) in [("gone", gone), ("added", added)] {
        for event in list {
            let mut object = Vec::new();
            event.write_json(&mut object);
            let object = String::from_utf8_lossy(&object);
            writeln!(out, "{{\"change\":\"{word}\",\"siem_event\":{object}}}")?;
        }
    }
    Ok(out.flush()?)
}

/// A line a day, and examples.
fn table(old: &Side, new: &Side, gone: &[&SiemEvent], added: &[&SiemEvent]) -> anyhow::Result<()> {
    let days = |list: &mut dyn Iterator<Item = &SiemEvent>| {
        let mut days: BTreeMap<i64, u64> = BTreeMap::new();
        list.for_each(|event| *days.entry(event.time.day()).or_default() += 1);
        days
    };
    let columns = [
        days(&mut old.values()),
        days(&mut new.values()),
        days(&mut gone.iter().copied()),
        days(&mut added.iter().copied()),
    ];
    let heading = ["day", "old", "new", "gone", "added"].map(str::to_owned).to_vec();
    let mut rows = vec![heading];
    let all: BTreeSet<i64> = columns.iter().flat_map(|days| days.keys().copied()).collect();
    for day in all {
        let date: String = Timestamp(day * DAY).to_string().chars().take(10).collect();
        let counts = columns.iter().map(|days| days.get(&day).copied().unwrap_or(0).to_string());
        rows.push(std::iter::once(date).chain(counts).collect());
    }
    let mut aligns = vec![Align::Right; 5];
    aligns[0] = Align::Left;
    let grid = Grid::new(aligns, &rows, Terminal::stdout(Color::default()).width());
    let mut out = Vec::new();
    rows.iter().for_each(|row| grid.write(row, Paint::default(), &mut out));
    for (sign, list) in [('-', gone), ('+', added)] {
        for event in list.iter().take(EXAMPLES) {
            let ids = event.source_ids.first().map_or("", String::as_str);
            let line = format!("{} {}: {} ({ids})", event.time, event.rule_name, event.message);
            writeln!(out, "{sign} {}", escape(&line))?;
        }
    }
    let mut stdout = io::stdout().lock();
    stdout.write_all(&out)?;
    Ok(stdout.flush()?)
}
