//! The times and hits of a replay, where no commits say when things came.
//!
//! What it does *not* know: what becomes of hits.

use crate::part::{Found, found};
use common::clock::Timestamp;
use common::event::Event;
use common::hit::{Group, Hit, Match};
use common::rule::Rule;
use common::siem_event::SiemEvent;

/// Before all time: what is replayed was there before any decision.
pub(crate) const BEFORE: Timestamp = Timestamp(i64::MIN / 4);
/// After all time: everything is decided.
pub(crate) const AFTER: Timestamp = Timestamp(i64::MAX / 4);
/// The firing instant of a dead rule's SIEM event.
pub(crate) fn instant(event: &SiemEvent) -> (Group, Match, Timestamp) {
    let group = event.group.iter().map(|(_, value)| value.clone()).collect();
    (group, Match::SiemEvent(event.id.clone()), event.time)
}

/// The hits of what a rule's filter holds for, and how many lack a field that they need.
pub(crate) fn hits(rule: &Rule, event: &Event<'_>, matched: &Match) -> (Vec<Hit>, u64) {
    let (all, skipped) = found(rule, event, matches!(matched, Match::SiemEvent(_)));
    let hit = |found: Found| Hit {
        group: found.group,
        time: event.time,
        matched: matched.clone(),
        commit_no: 1,
        committed: BEFORE,
        is_armed: true,
        fired_commit: None,
        message: rule.message.fill(event),
        keys: found.keys,
    };
    (all.into_iter().map(hit).collect(), skipped)
}
