//! `--explain`: why a rule fires on an event, or why it does not.
//!
//! What it does *not* know: what is stored of earlier firings; it counts anew.

use crate::choice::Choice;
use common::cli::{Exit, Failure, Kind};
use common::clock::Timestamp;
use common::event::{Event, EventId};
use common::output::escape;
use common::rule::{Kind as RuleKind, Rule, Source};
use detect::{explain, group};
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

/// Counts the window that ends with the event; gives the reason when it is not enough.
fn window(
    store: &mut dyn Store,
    rule: &Rule,
    event: &Event<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Option<String>> {
    let own = group(rule, event);
    for (field, value) in rule.group_by.iter().zip(&own) {
        let value = value.as_deref().unwrap_or("absent");
        writeln!(out, "   group  {field} = {}", escape(value))?;
    }
    let length = rule.kind.window();
    let (from, until) = match &rule.kind {
        RuleKind::Plain => return Ok(None),
        RuleKind::Limit { .. } => (event.time.0 - length.0 + 1, event.time.0 + 1),
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
    let mut count = 0u64;
    let mut see = |event: Event<'static>| {
        count += u64::from(group(rule, &event) == own);
        ControlFlow::Continue(())
    };
    let scan = Scan { selection, raw: true, ..Scan::default() };
    store.scan(&scan, &mut see).map_err(Failure::from)?;
    let limit = rule.kind.event_limit();
    writeln!(out, "  window  {count} events in {length} up to {}", Timestamp(until - 1))?;
    Ok(match &rule.kind {
        RuleKind::Dead { .. } if count >= limit => Some(format!("{count} is enough: {limit} are")),
        RuleKind::Limit { .. } if count <= limit => {
            Some(format!("{count} is not more than the limit, {limit}"))
        }
        _ => None,
    })
}
