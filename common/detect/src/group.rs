//! The group that an event belongs to.
//!
//! What it does *not* know: windows.

use common::event::Event;
use common::hit::Group;
use common::rule::Rule;

/// The values of a rule's group-by fields in an event.
#[must_use]
pub fn group(rule: &Rule, event: &Event<'_>) -> Group {
    rule.group_by.iter().map(|field| event.field(field).map(|value| value.to_string())).collect()
}
