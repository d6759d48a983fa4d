//! A logsource: which labels of events a rule is about.
//!
//! An event's labels are `product/category/service`, joined by spaces, empty where a part does not
//! apply. A logsource covers an event when one label equals every part that it names.
//!
//! What it does *not* know: which events carry which labels.

use super::Filter;
use std::fmt;

/// Parts of a label; an empty one is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Logsource {
    /// `windows`, `linux`, …
    pub product: String,
    /// `process_creation`, `webserver`, …
    pub category: String,
    /// `sysmon`, `auditd`, …
    pub service: String,
}

impl Logsource {
    /// Reads `product/category/service`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Logsource> {
        let mut parts = text.split('/').map(str::to_owned);
        let logsource =
            Logsource { product: parts.next()?, category: parts.next()?, service: parts.next()? };
        (parts.next().is_none() && !text.contains(char::is_whitespace)).then_some(logsource)
    }

    /// Whether one of an event's labels has every part that is named.
    #[must_use]
    pub fn covers(&self, labels: &str) -> bool {
        labels.split(' ').any(|label| self.covers_label(label))
    }

    /// Whether a label has every part that is named.
    #[must_use]
    pub fn covers_label(&self, label: &str) -> bool {
        let mut parts = label.split('/');
        [&self.product, &self.category, &self.service].into_iter().all(|want| {
            let have = parts.next().unwrap_or_default();
            want.is_empty() || want == have
        })
    }
}

impl Filter {
    /// The logsource without which the filter does not hold.
    #[must_use]
    pub fn logsource(&self) -> Option<&Logsource> {
        match self {
            Filter::Logsource(logsource) => Some(logsource),
            Filter::And(list) => list.iter().find_map(Filter::logsource),
            _ => None,
        }
    }
}

impl fmt::Display for Logsource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.product, self.category, self.service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_label_has_every_part() {
        let covers = |text: &str, labels: &str| {
            Logsource::parse(text).is_some_and(|logsource| logsource.covers(labels))
        };
        let labels = "windows/registry_event/sysmon windows/registry_set/sysmon";
        assert!(covers("windows/registry_set/", labels));
        assert!(covers("windows//", labels) && covers("//sysmon", labels));
        assert!(!covers("windows/registry_set/security", labels));
        assert!(!covers("windows//", "") && !covers("/process_creation/", labels));
        assert_eq!(Logsource::parse("a/b"), None);
        assert_eq!(Logsource::parse("a/b/c/d"), None);
    }
}
