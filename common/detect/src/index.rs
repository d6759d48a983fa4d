//! Which rules an event matches, and the group it belongs to.
//!
//! What it does *not* know: windows.

use common::event::Event;
use common::filter::{Filter, Logsource};
use common::hit::Group;
use common::rule::{Rule, Source};
use std::collections::HashMap;

/// Rules by the events that they look at: those of a section, with certain labels.
#[derive(Debug, Default)]
pub struct Index {
    rules: Vec<(usize, Source, Option<Logsource>)>,
    /// The rules that were found for labels and a section.
    known: HashMap<String, HashMap<String, Vec<usize>>>,
}

impl Index {
    /// An index of rules over events; rules over SIEM events are left out.
    pub fn new<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Index {
        let rules = rules.into_iter().enumerate();
        let over_events = rules.filter(|(_, rule)| !matches!(rule.source, Source::SiemEvents(_)));
        let entry = |(place, rule): (usize, &Rule)| {
            (place, rule.source.clone(), logsource(&rule.filter).cloned())
        };
        Index { rules: over_events.map(entry).collect(), known: HashMap::new() }
    }

    /// The places of the rules that may match events of a section with these labels.
    pub fn rules(&mut self, section: &str, labels: &str) -> &[usize] {
        let is_known =
            self.known.get(section).is_some_and(|by_labels| by_labels.contains_key(labels));
        if !is_known {
            let covers = |entry: &&(usize, Source, Option<Logsource>)| {
                entry.1.covers(section)
                    && entry.2.as_ref().is_none_or(|logsource| logsource.covers(labels))
            };
            let places = self.rules.iter().filter(covers).map(|(place, ..)| *place).collect();
            let by_labels = self.known.entry(section.to_owned()).or_default();
            by_labels.insert(labels.to_owned(), places);
        }
        let by_labels = self.known.get(section);
        by_labels.and_then(|by_labels| by_labels.get(labels)).map_or(&[], Vec::as_slice)
    }
}

/// The logsource without which a filter does not hold.
fn logsource(filter: &Filter) -> Option<&Logsource> {
    match filter {
        Filter::Logsource(logsource) => Some(logsource),
        Filter::And(list) => list.iter().find_map(logsource),
        _ => None,
    }
}

/// The values of a rule's group-by fields in an event.
#[must_use]
pub fn group(rule: &Rule, event: &Event<'_>) -> Group {
    rule.group_by.iter().map(|field| event.field(field).map(|value| value.to_string())).collect()
}
