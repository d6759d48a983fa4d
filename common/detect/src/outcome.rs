//! A commit as a rule version sees it, and what it did there.
//!
//! What it does *not* know: how it is decided.

use common::clock::Timestamp;
use common::hit::{Group, Hit, Match};
use common::siem_event::SiemEvent;

/// A commit, as a rule version sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its number.
    pub commit_no: i64,
    /// Its time.
    pub committed: Timestamp,
    /// Whether what it brings may fire; not so while a changed rule warms up.
    pub is_armed: bool,
    /// Whether it was there before the rule.
    pub is_backfill: bool,
}

/// What a commit did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// New hits, to be stored.
    pub hits: Vec<Hit>,
    /// Hits stored before that are firing instants now.
    pub fired: Vec<(Group, Match, Timestamp)>,
    /// SIEM events that are new or were amended.
    pub events: Vec<SiemEvent>,
    /// Hits that came too late for a decision.
    pub late: i64,
}
