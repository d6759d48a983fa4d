//! `rules attack`: which of ATT&CK's techniques the enabled rules look for, and for which of them
//! there are events at all.
//!
//! A rule looks for a technique when it carries its tag, `attack.t1059.001`. It can only find what
//! is stored: a rule about a logsource that none of the newest events has is blind. A rule without
//! a logsource sees all events.
//!
//! What it does *not* know: names and tactics of techniques.

use crate::args::{Attack, AttackOutput};
use crate::database;
use crate::item::select::logsources;
use crate::page::{self, Page};
use common::cli::{Exit, Failure};
use common::clock::{Timestamp, words, zone::Zone};
use common::config::Config;
use common::event::Event;
use common::rule::Rule;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use store::{Scan, Selection, Store};

/// How many events tell what is seen.
const NEWEST: u64 = 200_000;

/// What the rules for a technique amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Coverage {
    /// Enabled rules that look for it.
    rules: u64,
    /// Those of them that have events to look at.
    seeing: u64,
    /// Their titles.
    titles: Vec<String>,
}

/// Prints the coverage.
pub(crate) fn run(args: &Attack, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let since = match &args.since {
        None => None,
        Some(text) => {
            let time = words::instant(text, &Zone::local(), Timestamp::now());
            Some(time.map_err(|error| {
                Failure::new(common::cli::Kind::Usage, format!("--since: {error}"))
            })?)
        }
    };
    let rules = store.rules().map_err(Failure::from)?;
    let labels = labels(&mut *store, since)?;
    let coverage = coverage(&rules, &labels);
    match args.output {
        AttackOutput::Table => table(&coverage)?,
        AttackOutput::Navigator => page::json(&layer(&coverage))?,
    }
    Ok(if coverage.is_empty() { Exit::NoMatch } else { Exit::Done })
}

/// The sets of labels of the newest events; an event without any has an empty one.
fn labels(store: &mut dyn Store, since: Option<Timestamp>) -> Result<Vec<String>, Failure> {
    let selection = Selection { since, ..Selection::default() };
    let scan = Scan { selection, newest: Some(NEWEST), ..Scan::default() };
    let mut labels = BTreeSet::new();
    let mut see = |event: Event<'static>| {
        if !labels.contains(event.labels.as_ref()) {
            labels.insert(event.labels.to_string());
        }
        ControlFlow::Continue(())
    };
    store.scan(&scan, &mut see)?;
    Ok(labels.into_iter().collect())
}

fn coverage(rules: &[Rule], labels: &[String]) -> BTreeMap<String, Coverage> {
    let mut coverage: BTreeMap<String, Coverage> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.is_enabled) {
        let sources = logsources(rule);
        let sees = match sources.is_empty() {
            true => !labels.is_empty(),
            false => labels.iter().any(|have| sources.iter().any(|want| want.covers(have))),
        };
        for technique in rule.tags.iter().filter_map(|tag| technique(tag)) {
            let own = coverage.entry(technique).or_default();
            own.rules += 1;
            own.seeing += u64::from(sees);
            own.titles.push(rule.title().to_owned());
        }
    }
    coverage
}

/// The technique that a tag names: `attack.t1059.001` is T1059.001.
fn technique(tag: &str) -> Option<String> {
    let name = tag.to_lowercase().strip_prefix("attack.t")?.to_owned();
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (is_number && name.len() >= 4).then(|| format!("T{name}"))
}

fn table(coverage: &BTreeMap<String, Coverage>) -> std::io::Result<()> {
    let mut page =
        Page::new(&["technique", "rules", "with events", "rule"], &["rules", "with events"]);
    for (technique, own) in coverage {
        let first = own.titles.first().cloned().unwrap_or_default();
        let more = own.titles.len() - 1;
        let shown = if more > 0 { format!("{first} (and {more} more)") } else { first };
        page.row([technique.clone(), own.rules.to_string(), own.seeing.to_string(), shown]);
    }
    page.print()
}

/// A layer of ATT&CK Navigator: the score is the number of rules that have events to look at.
fn layer(coverage: &BTreeMap<String, Coverage>) -> serde_json::Value {
    let most = coverage.values().map(|own| own.seeing).max().unwrap_or(0).max(1);
    let techniques: Vec<serde_json::Value> = coverage
        .iter()
        .map(|(technique, own)| {
            json!({
                "techniqueID": technique,
                "score": own.seeing,
                "comment": format!("{}, {} with events", page::counted(own.rules, "rule"), own.seeing),
                "metadata": own.titles.iter().take(10)
                    .map(|title| json!({"name": "rule", "value": title}))
                    .collect::<Vec<_>>(),
                "enabled": true,
                "showSubtechniques": technique.contains('.'),
            })
        })
        .collect();
    json!({
        "name": "siemtools rules",
        "versions": {"layer": "4.5", "navigator": "5.1.0"},
        "domain": "enterprise-attack",
        "description": "enabled rules that have events to look at",
        "techniques": techniques,
        "gradient": {"colors": ["#ffffff", "#66b1ff"], "minValue": 0, "maxValue": most},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_techniques() {
        assert_eq!(technique("attack.t1059.001").as_deref(), Some("T1059.001"));
        assert_eq!(technique("attack.T1059").as_deref(), Some("T1059"));
        assert_eq!(technique("attack.execution"), None);
        assert_eq!(technique("attack.ta0002"), None);
        assert_eq!(technique("cve.2024.1"), None);
    }
}
