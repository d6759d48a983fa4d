//! What the windows and buckets of a rule version have in common, and the SIEM events of them.
//!
//! What it does *not* know: hits.

use common::clock::Timestamp;
use common::clock::span::Span;
use common::hit::Group;
use common::rule::Rule;
use common::siem_event::{SiemEvent, Slot, digest, key};

/// The number of a time's bucket.
pub(crate) fn bucket(time: Timestamp, window: i64) -> i64 {
    time.0.div_euclid(window)
}

/// What a rule's windows have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape<'r> {
    pub(crate) rule: &'r Rule,
    pub(crate) rule_id: &'r str,
    pub(crate) version: &'r str,
    pub(crate) window: i64,
    pub(crate) limit: i64,
    pub(crate) lateness: Span,
}

impl Shape<'_> {
    /// A SIEM event with all that its key decides.
    pub(crate) fn event(&self, group: &Group, slot: &Slot) -> SiemEvent {
        let key = key(self.rule_id, self.version, group, slot);
        let fields = self.rule.group_by.iter().map(|field| field.name().to_owned());
        SiemEvent {
            id: digest(&key),
            key,
            section: self.rule.out.clone(),
            rule_id: self.rule_id.to_owned(),
            rule_name: self.rule.title().to_owned(),
            rule_version: self.version.to_owned(),
            rule_kind: self.rule.kind.name().to_owned(),
            severity: self.rule.severity,
            event_limit: self.rule.kind.event_limit(),
            group: fields.zip(group.iter().cloned()).collect(),
            tags: self.rule.tags.clone(),
            ..SiemEvent::default()
        }
    }
}
