//! Which rules an event matches, and the group it belongs to.
//!
//! What it does *not* know: windows.

use common::event::Event;
use common::hit::Group;
use common::rule::{Rule, Source};
use std::collections::HashMap;

/// Rules by the section whose events they look at.
#[derive(Debug, Default)]
pub struct Index {
    sections: HashMap<String, Vec<usize>>,
}

impl Index {
    /// An index of rules over events; rules over SIEM events are left out.
    pub fn new<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Index {
        let mut index = Index::default();
        for (place, rule) in rules.into_iter().enumerate() {
            if let Source::Events(section) = &rule.source {
                index.sections.entry(section.clone()).or_default().push(place);
            }
        }
        index
    }

    /// The places of the rules that look at a section's events.
    #[must_use]
    pub fn section(&self, section: &str) -> &[usize] {
        self.sections.get(section).map_or(&[], Vec::as_slice)
    }
}

/// The values of a rule's group-by fields in an event.
#[must_use]
pub fn group(rule: &Rule, event: &Event<'_>) -> Group {
    rule.group_by.iter().map(|field| event.field(field).map(|value| value.to_string())).collect()
}
