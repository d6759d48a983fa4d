//! `--explain`, the window: what it holds at an event's time, and what is missing.
//!
//! It is counted anew from stored events. What rules count of other rules' SIEM events is found by
//! replaying those rules over the time that their windows cover.
//!
//! What it does *not* know: conditions.

use crate::replay::{scan, show};
use common::clock::span::Span;
use common::clock::{SECOND, Timestamp};
use common::event::Event;
use common::hit::{Group, Hit};
use common::output::escape;
use common::rule::{Bound, Correlation, Function, Kind, Rule, needed};
use detect::{Found, Replay, found, group, measure};
use std::io::Write;
use store::Store;

/// Counts the window that ends with the event; gives the reason when it is not enough.
pub(super) fn missing(
    store: &mut dyn Store,
    rules: &[Rule],
    rule: &Rule,
    event: &Event<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Option<String>> {
    if let Kind::Correlation(correlation) = &rule.kind {
        return counted(store, rules, rule, correlation, event, out);
    }
    let group = group(rule, event);
    groups(rule, &group, out)?;
    let length = rule.kind.window();
    match &rule.kind {
        Kind::Plain => Ok(None),
        Kind::Dead { event_limit, .. } => {
            let start = event.time.0.div_euclid(length.0) * length.0;
            let (from, until) = (Timestamp(start), Timestamp(start + length.0));
            let hits = hits(store, rules, rule, Some(&group), (from, until))?;
            let count = hits.len() as u64;
            told(out, count, length, Timestamp(until.0 - 1))?;
            Ok((count >= *event_limit).then(|| format!("{count} is enough: {event_limit} are")))
        }
        Kind::Limit { event_limit, .. } => {
            let (inside, early) = around(store, rules, rule, Some(&group), event)?;
            let count = inside.len() as u64;
            told(out, count, length, event.time)?;
            let start = Timestamp(event.time.0 - length.0);
            Ok((count <= *event_limit).then(|| {
                let short = short(count, event_limit + 1, &early, start);
                format!("{count} is not more than the limit, {event_limit}: {short}")
            }))
        }
        Kind::Correlation(_) => Ok(None),
    }
}

/// The same of a correlation.
fn counted(
    store: &mut dyn Store,
    rules: &[Rule],
    rule: &Rule,
    correlation: &Correlation,
    event: &Event<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Option<String>> {
    let own = parts(correlation, rule, event, out)?;
    let (mut inside, mut early) = around(store, rules, rule, own.first(), event)?;
    // An event that another correlation counts has its group: that of the latest instant.
    let latest = inside.iter().max_by_key(|hit| hit.time).map(|hit| hit.group.clone());
    let Some(group) = own.into_iter().next().or(latest) else {
        let what = match correlation.parts.iter().any(|part| part.sees.is_some()) {
            true => "nothing that it counts happens in the window",
            false => "the event lacks a field that it groups by or counts",
        };
        return Ok(Some(what.to_owned()));
    };
    inside.retain(|hit| hit.group == group);
    early.retain(|hit| hit.group == group);
    groups(rule, &group, out)?;
    correlated(correlation, (inside, early), event, out)
}

fn groups(rule: &Rule, group: &Group, out: &mut dyn Write) -> std::io::Result<()> {
    for (field, value) in rule.group_by.iter().zip(group) {
        writeln!(out, "   group  {field} = {}", escape(value.as_deref().unwrap_or("absent")))?;
    }
    Ok(())
}

fn told(out: &mut dyn Write, count: u64, length: Span, until: Timestamp) -> std::io::Result<()> {
    writeln!(out, "  window  {count} events in {length} up to {until}")
}

/// The verdicts of a correlation's rules on the event, and its groups.
fn parts(
    correlation: &Correlation,
    rule: &Rule,
    event: &Event<'_>,
    out: &mut dyn Write,
) -> std::io::Result<Vec<Group>> {
    for part in &correlation.parts {
        let verdict = match (&part.sees, part.filter.matches(event)) {
            (Some(_), _) => "counts",
            (None, true) => "held",
            (None, false) => "failed",
        };
        writeln!(out, "{verdict:>8}  rule {}", escape(&part.name))?;
    }
    Ok(found(rule, event, false).0.into_iter().map(|Found { group, .. }| group).collect())
}

/// The hits of a group in the window that ends with an event, and those in the one before.
fn around(
    store: &mut dyn Store,
    rules: &[Rule],
    rule: &Rule,
    group: Option<&Group>,
    event: &Event<'_>,
) -> anyhow::Result<(Vec<Hit>, Vec<Hit>)> {
    let length = rule.kind.window().0;
    let span = (Timestamp(event.time.0 - 2 * length + 1), Timestamp(event.time.0 + 1));
    let hits = hits(store, rules, rule, group, span)?;
    let start = event.time.0 - length;
    Ok(hits.into_iter().partition(|hit| hit.time.0 > start))
}

/// A rule's hits between two times, of one group or of all; each SIEM event of another rule is
/// counted at each of its instants.
fn hits(
    store: &mut dyn Store,
    rules: &[Rule],
    rule: &Rule,
    group: Option<&Group>,
    (from, until): (Timestamp, Timestamp),
) -> anyhow::Result<Vec<Hit>> {
    let needed = needed(rule, rules);
    // What other rules count may have begun before: windows of one add to those of the next.
    let before: i64 = needed[1..].iter().map(|rule| rule.kind.window().0).sum();
    let since = Timestamp(from.0.saturating_sub(2 * before));
    let Some(scan) = scan(&needed, (Some(since), Some(until))) else { return Ok(Vec::new()) };
    let mut replay = Replay::new(needed, false)?;
    replay.keep_hits(&rule.id());
    show(store, &scan, &mut |event| {
        let _ = replay.event(event)?;
        Ok(())
    })?;
    let _ = replay.flush()?;
    let is_meant = |hit: &&Hit| {
        hit.time >= from && hit.time < until && group.is_none_or(|group| hit.group == *group)
    };
    Ok(replay.kept().iter().filter(is_meant).cloned().collect())
}

/// What a correlation's window holds at the event's time; gives the reason when it is not enough.
fn correlated(
    correlation: &Correlation,
    (hits, early): (Vec<Hit>, Vec<Hit>),
    event: &Event<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Option<String>> {
    let (value, holds) = measure(correlation, &hits, event.time);
    let value = value.map_or("nothing".to_owned(), |value| value.to_string());
    let name = correlation.function.name();
    let window = correlation.window;
    let span = hits.iter().map(|hit| hit.time).min().map_or(0, |first| event.time.0 - first.0);
    writeln!(
        out,
        "  window  {name} is {value} over {} events in {window}, the first {} before",
        hits.len(),
        Span(span)
    )?;
    let bound = |(bound, limit): &(Bound, f64)| format!("{} {limit}", bound.name());
    let wanted: Vec<String> = correlation.condition.iter().map(bound).collect();
    let wanted = wanted.join(" and ");
    Ok((!holds).then(|| match correlation.function {
        Function::TemporalOrdered => format!("{value} rules in their order is not {wanted}"),
        Function::EventCount if correlation.is_open() => {
            let start = Timestamp(event.time.0 - window.0);
            let needed = correlation.event_limit() + 1;
            format!("{value} is not {wanted}: {}", short(hits.len() as u64, needed, &early, start))
        }
        _ => format!("{value} is not {wanted}"),
    }))
}

/// How far a count is from what is needed: how many are missing, or how much earlier the window
/// would have to begin. `early` are the events before `start`, where the window begins.
fn short(count: u64, needed: u64, early: &[Hit], start: Timestamp) -> String {
    let more = needed.saturating_sub(count);
    let mut early: Vec<Timestamp> = early.iter().map(|hit| hit.time).collect();
    early.sort();
    let place = usize::try_from(more).ok().and_then(|more| early.len().checked_sub(more));
    match place.and_then(|place| early.get(place)) {
        Some(time) => {
            let short = ((start.0 - time.0) + SECOND - 1).div_euclid(SECOND).max(1);
            format!("{count} of {needed}, {short} s short")
        }
        None => format!("{count} of {needed}"),
    }
}
