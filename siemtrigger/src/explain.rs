//! `--explain`: why a rule fires on an event, or why it does not.
//!
//! What it does *not* know: what is stored of earlier firings; it counts anew.

mod remark;

use crate::choice::Choice;
use common::cli::{Exit, Failure, Kind};
use common::clock::span::Span;
use common::clock::{SECOND, Timestamp};
use common::event::{Event, EventId};
use common::hit::{Hit, Match};
use common::output::escape;
use common::rule::{Correlation, Function, Kind as RuleKind, Rule, Source};
use detect::{Found, explain, found, group, measure};
use std::io::{self, Write};
use std::ops::ControlFlow;
use store::{Scan, Selection, SiemSelection, Store};

/// Explains one event and one rule.
pub(crate) fn run(
    store: &mut dyn Store,
    choice: &Choice,
    id: &str,
    name: &str,
) -> anyhow::Result<Exit> {
    let rule = find_rule(store, choice, name)?;
    let event = find_event(store, &rule, id)?;
    let mut out = io::stdout().lock();
    let fires = print(store, &rule, &event, &mut out)?;
    if choice.files().is_none() && rule.runs() && rule.filter.matches(&event) {
        for remark in remark::remarks(store, &rule, &event)? {
            writeln!(out, "   note  {}", escape(&remark))?;
        }
    }
    Ok(if fires { Exit::Done } else { Exit::NoMatch })
}

fn find_rule(store: &mut dyn Store, choice: &Choice, name: &str) -> anyhow::Result<Rule> {
    let rules = match choice.files() {
        Some(rules) => rules,
        None => store.rules().map_err(Failure::from)?,
    };
    let known: Vec<String> = rules.iter().map(Rule::id).collect();
    let found = rules
        .into_iter()
        .find(|rule| rule.name == name || rule.id() == name || rule.title() == name);
    Ok(found.ok_or_else(|| {
        let failure = Failure::new(Kind::Usage, format!("no rule \"{}\"", escape(name)));
        failure.hint(format!("there are: {}", known.join(", ")))
    })?)
}

fn find_event(store: &mut dyn Store, rule: &Rule, id: &str) -> anyhow::Result<Event<'static>> {
    let missing = || Failure::new(Kind::Usage, format!("no event \"{}\"", escape(id)));
    let mut found = None;
    if matches!(rule.source, Source::SiemEvents(_)) {
        let selection = SiemSelection { ids: vec![id.to_owned()], ..SiemSelection::default() };
        let mut see = |event: common::siem_event::SiemEvent| {
            found = Some(event.to_event());
            ControlFlow::Break(())
        };
        store.siem_events(&selection, &mut see).map_err(Failure::from)?;
        let hint = "this rule looks at SIEM events; siemquery --siem -o jsonl shows their ids";
        return Ok(found.ok_or_else(|| missing().hint(hint))?);
    }
    let number: EventId =
        id.parse().map_err(|()| missing().hint("an event's id looks like 1234.17"))?;
    let selection = Selection { ids: vec![number], ..Selection::default() };
    let scan = Scan { selection, raw: true, ..Scan::default() };
    let mut see = |event: Event<'static>| {
        found = Some(event);
        ControlFlow::Break(())
    };
    store.scan(&scan, &mut see).map_err(Failure::from)?;
    Ok(found.ok_or_else(missing)?)
}

/// Prints the explanation; says whether the rule fires at the event's time.
fn print(
    store: &mut dyn Store,
    rule: &Rule,
    event: &Event<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    writeln!(out, "rule {} ({}), event at {}", escape(&rule.id()), rule.kind.name(), event.time)?;
    for line in explain(&rule.filter, event) {
        let verdict = if line.holds { "held" } else { "failed" };
        let indent = "  ".repeat(line.depth + 1);
        write!(out, "{verdict:>8}{indent}{}", escape(&line.text))?;
        match line.value {
            Some(Some(value)) => writeln!(out, "    value: {}", escape(&value))?,
            Some(None) => writeln!(out, "    value: absent")?,
            None => writeln!(out)?,
        }
    }
    let mut reasons: Vec<String> = Vec::new();
    if !rule.is_enabled {
        reasons.push("the rule is disabled".to_owned());
    }
    let section = match &rule.source {
        Source::Events(section) | Source::SiemEvents(section) => Some(section),
        Source::AllEvents => None,
    };
    if let Some(section) = section.filter(|section| **section != event.section) {
        let what = format!("it looks at section {section}, the event is in {}", event.section);
        reasons.push(escape(&what).into_owned());
    }
    if let Some(wanted) = rule.filter.logsource().filter(|it| !it.covers(&event.labels)) {
        let have = if event.labels.is_empty() { "none" } else { event.labels.as_ref() };
        let what = format!("wrong logsource: it is about {wanted}, the event has labels {have}");
        reasons.push(escape(&what).into_owned());
    }
    if !rule.filter.matches(event) {
        reasons.push("the condition fails".to_owned());
    }
    if reasons.is_empty() {
        reasons.extend(window(store, rule, event, out)?);
    }
    match reasons.is_empty() {
        true => writeln!(out, "the rule fires at {}", event.time)?,
        false => writeln!(out, "the rule does not fire: {}", reasons.join("; "))?,
    }
    Ok(reasons.is_empty())
}

/// The hits of a group in the time before an event, the event among them.
fn hits(
    store: &mut dyn Store,
    rule: &Rule,
    event: &Event<'_>,
    span: i64,
    group: &[Option<String>],
) -> anyhow::Result<Vec<Hit>> {
    let sections = match &rule.source {
        Source::Events(section) => vec![section.clone()],
        Source::AllEvents | Source::SiemEvents(_) => Vec::new(),
    };
    let selection = Selection {
        filter: rule.filter.clone(),
        sections,
        since: Some(Timestamp(event.time.0 - span + 1)),
        until: Some(Timestamp(event.time.0 + 1)),
        ids: Vec::new(),
    };
    let mut hits: Vec<Hit> = Vec::new();
    let mut see = |event: Event<'static>| {
        let all = found(rule, &event, false).0.into_iter();
        hits.extend(all.filter(|it| it.group == group).map(|it| hit(&event, it)));
        ControlFlow::Continue(())
    };
    let scan = Scan { selection, raw: true, ..Scan::default() };
    store.scan(&scan, &mut see).map_err(Failure::from)?;
    Ok(hits)
}

/// What a correlation's window holds at the event's time; gives the reason when it is not enough.
fn correlated(
    store: &mut dyn Store,
    rule: &Rule,
    correlation: &Correlation,
    event: &Event<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Option<String>> {
    for part in &correlation.parts {
        let verdict = if part.filter.matches(event) { "held" } else { "failed" };
        writeln!(out, "{verdict:>8}  rule {}", escape(&part.name))?;
    }
    if correlation.parts.iter().any(|part| part.sees.is_some()) {
        return Ok(Some("what its window held of other correlations is not shown".to_owned()));
    }
    let (own, _) = found(rule, event, false);
    let Some(own) = own.into_iter().next() else {
        return Ok(Some("the event lacks a field that it groups by or counts".to_owned()));
    };
    for (field, value) in rule.group_by.iter().zip(&own.group) {
        writeln!(out, "   group  {field} = {}", escape(value.as_deref().unwrap_or("absent")))?;
    }
    let hits = hits(store, rule, event, 2 * correlation.window.0, &own.group)?;
    let start = event.time.0 - correlation.window.0;
    let (hits, early): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(|it| it.time.0 > start);
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
    let bound = |(bound, limit): &(common::rule::Bound, f64)| format!("{} {limit}", bound.name());
    let wanted: Vec<String> = correlation.condition.iter().map(bound).collect();
    Ok((!holds).then(|| match correlation.function {
        Function::TemporalOrdered => {
            format!("{value} of {} rules, not in their order", correlation.parts.len())
        }
        Function::EventCount if correlation.is_open() => {
            let early: Vec<Timestamp> = early.iter().map(|hit| hit.time).collect();
            let needed = correlation.event_limit() + 1;
            format!(
                "{value} is not {}: {}",
                wanted.join(" and "),
                missing(hits.len() as u64, needed, early, Timestamp(start))
            )
        }
        _ => format!("{value} is not {}", wanted.join(" and ")),
    }))
}

fn hit(event: &Event<'_>, found: Found) -> Hit {
    Hit {
        group: found.group,
        time: event.time,
        matched: Match::Event(event.id),
        commit_no: 0,
        committed: event.time,
        is_armed: true,
        fired_commit: None,
        message: String::new(),
        keys: found.keys,
    }
}

/// How far a count is from what is needed: how many are missing, or how much earlier the window
/// would have to begin. `early` are the times of events before `start`, where the window begins.
fn missing(count: u64, needed: u64, mut early: Vec<Timestamp>, start: Timestamp) -> String {
    let more = needed.saturating_sub(count);
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

/// Counts the window that ends with the event; gives the reason when it is not enough.
fn window(
    store: &mut dyn Store,
    rule: &Rule,
    event: &Event<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Option<String>> {
    if let RuleKind::Correlation(correlation) = &rule.kind {
        return correlated(store, rule, correlation, event, out);
    }
    let own = group(rule, event);
    for (field, value) in rule.group_by.iter().zip(&own) {
        let value = value.as_deref().unwrap_or("absent");
        writeln!(out, "   group  {field} = {}", escape(value))?;
    }
    let length = rule.kind.window();
    let (from, until) = match &rule.kind {
        RuleKind::Plain | RuleKind::Correlation(_) => return Ok(None),
        RuleKind::Limit { .. } => (event.time.0 - 2 * length.0 + 1, event.time.0 + 1),
        RuleKind::Dead { .. } => {
            let start = event.time.0.div_euclid(length.0) * length.0;
            (start, start + length.0)
        }
    };
    let sections = match &rule.source {
        Source::Events(section) => vec![section.clone()],
        Source::AllEvents => Vec::new(),
        Source::SiemEvents(_) => {
            return Ok(Some("how many SIEM events its window held is not counted here".to_owned()));
        }
    };
    let selection = Selection {
        filter: rule.filter.clone(),
        sections,
        since: Some(Timestamp(from)),
        until: Some(Timestamp(until)),
        ids: Vec::new(),
    };
    let start = match &rule.kind {
        RuleKind::Limit { .. } => Timestamp(event.time.0 - length.0),
        _ => Timestamp(from - 1),
    };
    let (mut count, mut early) = (0u64, Vec::new());
    let mut see = |event: Event<'static>| {
        match group(rule, &event) == own {
            true if event.time > start => count += 1,
            true => early.push(event.time),
            false => {}
        }
        ControlFlow::Continue(())
    };
    let scan = Scan { selection, raw: true, ..Scan::default() };
    store.scan(&scan, &mut see).map_err(Failure::from)?;
    let limit = rule.kind.event_limit();
    writeln!(out, "  window  {count} events in {length} up to {}", Timestamp(until - 1))?;
    Ok(match &rule.kind {
        RuleKind::Dead { .. } if count >= limit => Some(format!("{count} is enough: {limit} are")),
        RuleKind::Limit { .. } if count <= limit => {
            let missing = missing(count, limit + 1, early, start);
            Some(format!("{count} is not more than the limit, {limit}: {missing}"))
        }
        _ => None,
    })
}
