//! The noun hit: an event, or a SIEM event, that a rule version matched.
//!
//! Hits are what windows are counted over; those of equal rule version and group make one window.
//! What it does *not* know: windows.

use crate::clock::Timestamp;
use crate::event::{EventId, write_string};
use std::fmt;

/// The values of a rule's group-by fields; `None` where an event has no such field.
pub type Group = Vec<Option<String>>;

/// What was matched. Hits of equal time are ordered by this.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// An event.
    Event(EventId),
    /// A SIEM event, by id, at one of its firing instants: chaining.
    SiemEvent(String),
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Match::Event(id) => id.fmt(f),
            Match::SiemEvent(id) => f.write_str(id),
        }
    }
}

/// A rule version matched something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The values of the group-by fields.
    pub group: Group,
    /// The event's time, or the SIEM event's firing instant.
    pub time: Timestamp,
    /// What was matched.
    pub matched: Match,
    /// The commit in which the rule saw it.
    pub commit_no: i64,
    /// When that commit was.
    pub committed: Timestamp,
    /// Whether its time may be a firing instant; not so while a changed rule warms up.
    pub is_armed: bool,
    /// The commit from which on its time is a firing instant.
    pub fired_commit: Option<i64>,
    /// The rule's message, filled from the event.
    pub message: String,
    /// What a correlation counts: values, or the numbers of the rules that the event matched.
    pub keys: Vec<String>,
}

/// A hit that waits for the end of a replay, in which rules are known by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// How many rules' SIEM events stand between the rule and events.
    pub depth: usize,
    /// The rule's place.
    pub rule: usize,
    /// The hit.
    pub hit: Hit,
}

/// A group's values as a JSON array: its canonical text.
#[must_use]
pub fn group_text(group: &[Option<String>]) -> String {
    let mut out = vec![b'['];
    for (place, value) in group.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        match value {
            Some(text) => write_string(&mut out, text),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b']');
    String::from_utf8_lossy(&out).into_owned()
}
