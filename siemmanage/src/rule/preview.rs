//! `rules import --preview`: what rules would leave of stored events, before any of them works.
//!
//! Rules noisiest first, with SIEM events by day, and for the noisiest a Sigma filter to begin
//! with: the values that most of their events share. Nothing is written.
//!
//! What it does *not* know: how rules decide.

use crate::database;
use crate::page::{self, Page};
use common::cli::{Exit, Failure, Kind};
use common::clock::span::Span;
use common::clock::{DAY, Timestamp};
use common::config::Config;
use common::event::{Event, EventId};
use common::field::Field;
use common::output::escape;
use common::rule::{Rule, level, needed};
use common::siem_event::SiemEvent;
use detect::Replay;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use store::{Scan, Selection, Store};

/// How many of the noisiest rules get a filter to begin with.
const FILTERS: usize = 3;
/// How many events of a rule tell what they share.
const SAMPLE: usize = 200;
/// Longer values are no good filter.
const LENGTH: usize = 300;

/// What a rule would leave.
#[derive(Debug, Default)]
struct Noise {
    days: BTreeMap<i64, u64>,
    total: u64,
    events: BTreeSet<EventId>,
}

/// Prints what rules would leave of the events of a span until now. Correlations may count the
/// SIEM events of stored ones.
pub(crate) fn run(
    rules: &[Rule],
    stored: &[Rule],
    span: Span,
    config: &Config,
) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let since = Timestamp(Timestamp::now().0.saturating_sub(span.0));
    let selection = Selection { since: Some(since), ..Selection::default() };
    let mut enabled: Vec<Rule> = rules.iter().filter(|rule| rule.runs()).cloned().collect();
    let others = stored.iter().filter(|old| !rules.iter().any(|new| new.id() == old.id()));
    let all: Vec<Rule> = rules.iter().chain(others).cloned().collect();
    for rule in rules.iter().filter(|rule| rule.runs()) {
        for other in needed(rule, &all).into_iter().skip(1) {
            if !enabled.iter().any(|have| have.id() == other.id()) {
                enabled.push(other);
            }
        }
    }
    let cycle = |error: common::rule::Cycle| Failure::new(Kind::Config, error.to_string());
    let mut replay = Replay::new(enabled, false).map_err(cycle)?;
    let mut noise: BTreeMap<String, Noise> = BTreeMap::new();
    let mut seen = 0u64;
    let mut see = |event: Event<'static>| {
        seen += 1;
        let Ok(found) = replay.event(&event);
        found.iter().for_each(|it| count(&mut noise, it));
        ControlFlow::Continue(())
    };
    store
        .scan(&Scan { selection, raw: true, ..Scan::default() }, &mut see)
        .map_err(Failure::from)?;
    let Ok(()) = replay.end(|it| {
        count(&mut noise, &it);
        Ok::<(), Infallible>(())
    });
    let mut sorted: Vec<(&Rule, Noise)> = Vec::new();
    for rule in rules {
        sorted.extend(noise.remove(&rule.id()).map(|own| (rule, own)));
    }
    sorted.sort_by(|a, b| (b.1.total, &a.0.name).cmp(&(a.1.total, &b.0.name)));
    table(&sorted)?;
    for (rule, own) in sorted.iter().take(FILTERS) {
        if let Some(text) = filter(&mut *store, rule, own)? {
            page::print(&format!("\n{text}"))?;
        }
    }
    let (count, total) = (sorted.len(), sorted.iter().map(|(_, own)| own.total).sum());
    let found = page::counted(total, "SIEM event");
    let events = page::counted(seen, "event");
    let rules = page::counted(u64::try_from(rules.len()).unwrap_or(u64::MAX), "rule");
    page::say(&format!("{found} of {count} among {rules} over {events}; nothing was imported"))?;
    Ok(Exit::Done)
}

fn count(noise: &mut BTreeMap<String, Noise>, event: &SiemEvent) {
    let own = noise.entry(event.rule_id.clone()).or_default();
    own.total += 1;
    *own.days.entry(event.time.day()).or_default() += 1;
    let room = SAMPLE.saturating_sub(own.events.len());
    own.events
        .extend(event.source_ids.iter().filter_map(|id| id.parse::<EventId>().ok()).take(room));
}

fn table(sorted: &[(&Rule, Noise)]) -> std::io::Result<()> {
    let days: BTreeSet<i64> = sorted.iter().flat_map(|(_, own)| own.days.keys().copied()).collect();
    let names: Vec<String> = days
        .iter()
        .map(|day| Timestamp(day * DAY).to_string().chars().skip(5).take(5).collect())
        .collect();
    let mut heading = vec!["SIEM events", "level", "rule"];
    heading.extend(names.iter().map(String::as_str));
    let mut right = vec!["SIEM events"];
    right.extend(names.iter().map(String::as_str));
    let mut page = Page::new(&heading, &right);
    for (rule, own) in sorted {
        let mut cells =
            vec![own.total.to_string(), level(rule.severity).to_owned(), rule.title().to_owned()];
        cells.extend(
            days.iter().map(|day| own.days.get(day).map_or("-".to_owned(), u64::to_string)),
        );
        page.row(cells);
    }
    page.print()
}

/// A Sigma filter with the value that most events of a rule share; `None` where they share none.
fn filter(store: &mut dyn Store, rule: &Rule, own: &Noise) -> Result<Option<String>, Failure> {
    let Some(logsource) = rule.filter.logsource().filter(|_| rule.sigma.is_some()) else {
        return Ok(None);
    };
    let fields: Vec<Field> = rule
        .filter
        .fields()
        .into_iter()
        .filter(|field| matches!(field, Field::Own(_)))
        .cloned()
        .collect();
    let selection = Selection { ids: own.events.iter().copied().collect(), ..Selection::default() };
    let mut values: BTreeMap<(usize, String), u64> = BTreeMap::new();
    let mut events = 0u64;
    let mut see = |event: Event<'static>| {
        events += 1;
        for (place, field) in fields.iter().enumerate() {
            if let Some(value) = event.field(field) {
                *values.entry((place, value.to_string())).or_default() += 1;
            }
        }
        ControlFlow::Continue(())
    };
    store.scan(&Scan { selection, raw: true, ..Scan::default() }, &mut see)?;
    let usable = values.iter().filter(|((_, value), _)| {
        let length = value.chars().count();
        (1..=LENGTH).contains(&length) && !value.contains(char::is_control)
    });
    // Of equally common values the longest says most.
    let best = usable.max_by_key(|((_, value), count)| (**count, value.len()));
    let Some(((place, value), count)) = best else { return Ok(None) };
    let mut text = String::new();
    let quoted = |text: &str| format!("'{}'", escape(text).replace('\'', "''"));
    let sigma = value.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "title: {}", quoted(&format!("Known: {}", rule.title())));
    let _ = writeln!(text, "logsource:");
    for (name, part) in [
        ("product", &logsource.product),
        ("category", &logsource.category),
        ("service", &logsource.service),
    ] {
        if !part.is_empty() {
            let _ = writeln!(text, "  {name}: {part}");
        }
    }
    let _ = writeln!(text, "filter:\n  rules: [{}]\n  known:", quoted(&rule.name));
    let _ = writeln!(text, "    # {count} of {events} events");
    let _ = writeln!(text, "    {}: {}", quoted(fields[*place].name()), quoted(&sigma));
    let _ = writeln!(text, "  condition: known");
    Ok(Some(text))
}
