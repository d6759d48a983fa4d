//! What is known of every SIEM event of a rule before there is one.
//!
//! What it does *not* know: groups, times, counts.

use super::{Rule, level};
use crate::event::{Event, Value};

/// What is known of every SIEM event of a rule, as an event that filters can look at.
#[must_use]
pub fn identity(rule: &Rule) -> Event<'static> {
    let mut event = Event {
        section: rule.out.clone().into(),
        log_severity: Some(rule.severity),
        tags: rule.tags.iter().map(|tag| tag.clone().into()).collect(),
        ..Event::default()
    };
    let mut text =
        |name: &'static str, value: String| event.ext.push(name, Value::Text(value.into()));
    text("level", level(rule.severity).to_owned());
    text("rule.id", rule.id());
    text("rule.kind", rule.kind.name().to_owned());
    text("rule.name", rule.title().to_owned());
    text("rule.version", rule.version());
    event.normalise();
    event
}
