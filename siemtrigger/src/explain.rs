//! `--explain`: why a rule fires on an event, or why it does not.
//!
//! What it does *not* know: what is stored of earlier firings; it counts anew.

mod remark;
mod window;

use crate::choice::Choice;
use common::cli::{Exit, Failure, Kind};
use common::event::{Event, EventId};
use common::output::escape;
use common::rule::{Rule, Source, needed};
use detect::explain;
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
    let (rule, rules) = find_rule(store, choice, name)?;
    let event = find_event(store, &rule, id)?;
    let mut out = io::stdout().lock();
    let fires = print(store, &rules, &rule, &event, &mut out)?;
    if choice.files().is_none() && rule.runs() && rule.filter.matches(&event) {
        for remark in remark::remarks(store, &rule, &event)? {
            writeln!(out, "   note  {}", escape(&remark))?;
        }
    }
    Ok(if fires { Exit::Done } else { Exit::NoMatch })
}

/// The rule of a name, and all rules: it may count what others leave.
fn find_rule(
    store: &mut dyn Store,
    choice: &Choice,
    name: &str,
) -> anyhow::Result<(Rule, Vec<Rule>)> {
    let rules = match choice.files() {
        Some(rules) => rules,
        None => store.rules().map_err(Failure::from)?,
    };
    let is_called = |rule: &&Rule| rule.name == name || rule.id() == name || rule.title() == name;
    match rules.iter().find(is_called) {
        Some(rule) => Ok((rule.clone(), rules)),
        None => {
            let known: Vec<String> = rules.iter().map(Rule::id).collect();
            let failure = Failure::new(Kind::Usage, format!("no rule \"{}\"", escape(name)));
            Err(failure.hint(format!("there are: {}", known.join(", "))).into())
        }
    }
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
    rules: &[Rule],
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
    // What a correlation counts of others begins with what those match.
    if !needed(rule, rules).iter().any(|it| it.filter.matches(event)) {
        reasons.push("the condition fails".to_owned());
    }
    if reasons.is_empty() {
        reasons.extend(window::missing(store, rules, rule, event, out)?);
    }
    match reasons.is_empty() {
        true => writeln!(out, "the rule fires at {}", event.time)?,
        false => writeln!(out, "the rule does not fire: {}", reasons.join("; "))?,
    }
    Ok(reasons.is_empty())
}
