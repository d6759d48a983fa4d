//! A firing instant of a SIEM event, as the event that a rule over SIEM events looks at.
//!
//! It carries what never changes once the SIEM event exists: what is known of its rule, and its
//! group. What it does *not* know: which rules look at it.

use common::clock::Timestamp;
use common::event::Event;
use common::hit::{Group, Match};
use common::rule::{Rule, identity};
use common::siem_event::{Slot, add_group, digest, key};

/// The event, and the match that stands for it: the id of the SIEM event.
#[must_use]
pub fn chained(
    rule: &Rule,
    group: &Group,
    time: Timestamp,
    matched: &Match,
) -> (Event<'static>, Match) {
    let mut event = identity(rule);
    event.time = time;
    add_group(&mut event, &rule.group_by, group);
    let slot = match rule.kind.window().0 {
        0 => single(matched, time),
        window => Slot::Bucket(crate::window::bucket(time, window)),
    };
    let id = match (matched, rule.kind.name()) {
        // The instant of a dead rule is the end of its bucket: the SIEM event itself is given.
        (Match::SiemEvent(id), "dead") => id.clone(),
        _ => digest(&key(&rule.id(), &rule.version(), group, &slot)),
    };
    (event, Match::SiemEvent(id))
}

/// The slot of a plain rule's SIEM event. A SIEM event is seen at each of its firing instants.
pub(crate) fn single(matched: &Match, time: Timestamp) -> Slot {
    Slot::Event(match matched {
        Match::Event(id) => id.to_string(),
        Match::SiemEvent(id) => format!("{id}@{time}"),
    })
}
