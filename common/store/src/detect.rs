//! What siemtrigger asks of a database: rules, their versions' intervals, hits and SIEM events.
//!
//! ```text
//!  put_rules ─► rule_version ─► activation: an interval of commits, and a position in it
//!                                   │
//!  commits in order ─► hits, SIEM events, advanced positions ─► record, one transaction
//! ```
//!
//! A position advances by compare-and-set in the transaction that writes what was found. A crash
//! leaves either both or none of it, and of several siemtrigger one succeeds and the others read
//! again.
//!
//! What it does *not* know: how a rule decides.

mod plan;
pub(crate) mod row;
mod set;
mod stand;

pub(crate) use plan::{Opening, Plan, Present};
pub(crate) use set::{Change, bind_versions, bound, known, stored_set};
pub(crate) use stand::{Stands, alike, is_shared};

pub use common::config::Backfill;

use crate::Result;
use common::clock::Timestamp;
use common::filter::{Set, Sets};
use common::hit::{Group, Hit, Match};
use common::rule::Rule;
use common::siem_event::SiemEvent;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Where a version's interval comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The rule table.
    Database,
    /// `siemtrigger --rules`.
    File,
}

impl Origin {
    /// As stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Origin::Database => "database",
            Origin::File => "file",
        }
    }

    /// The origin of a stored name.
    #[must_use]
    pub fn named(name: &str) -> Origin {
        if name == "file" { Origin::File } else { Origin::Database }
    }
}

/// A rule version's interval of commits, and how far it was shown them: the ledger. Intervals that
/// advance together share a position in the database.
#[derive(Clone, Debug, PartialEq)]
pub struct Activation {
    /// Its number; of two intervals the later one has the larger.
    pub id: i64,
    /// The rule version's number, by which hits are stored.
    pub version: i64,
    /// The rule as it was, without the texts that it was made of; shared by those who hold the
    /// interval.
    pub rule: Arc<Rule>,
    /// The rule version's hash.
    pub hash: String,
    /// Where it comes from.
    pub origin: Origin,
    /// It sees commits after this one …
    pub from_commit: i64,
    /// … up to this one; `None` while it is in force.
    pub to_commit: Option<i64>,
    /// Hits up to this commit are counted but are never a firing instant.
    pub armed_commit: i64,
    /// The last commit when it began: SIEM events up to here are back-fill.
    pub created_commit: i64,
    /// The last commit it was shown.
    pub position: i64,
    /// Hits that came after their bucket was decided.
    pub late: i64,
}

impl Activation {
    /// Whether it was shown its whole interval.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.to_commit.is_some_and(|to| self.position >= to)
    }
}

/// A position to advance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The activation.
    pub activation: i64,
    /// Where it stood when the work began.
    pub from: i64,
    /// Where it stands afterwards.
    pub to: i64,
    /// How many late hits to add.
    pub late: i64,
}

/// A SIEM event with what it is found by.
#[derive(Clone, Debug, PartialEq)]
pub struct SiemRow {
    /// The rule version's number.
    pub version: i64,
    /// The commit that brought it about.
    pub commit_no: i64,
    /// The SIEM event.
    pub event: SiemEvent,
}

/// What was found while positions advanced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// Positions; all or none advance.
    pub advances: Vec<Advance>,
    /// New hits with their version's number.
    pub hits: Vec<(i64, Hit)>,
    /// Hits stored before that became firing instants: version, group, match, time, commit.
    pub fired: Vec<(i64, Group, Match, Timestamp, i64)>,
    /// SIEM events, new or amended, each once.
    pub events: Vec<SiemRow>,
    /// Actions to be run for them, as (SIEM event, action); each is put once, whatever comes later.
    pub actions: Vec<(String, String)>,
}

/// A firing instant of a SIEM event, for rules that count SIEM events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing {
    /// The rule version's number.
    pub version: i64,
    /// The group.
    pub group: Group,
    /// The instant.
    pub time: Timestamp,
    /// The hit, of which a plain rule's SIEM event is made.
    pub matched: Match,
    /// The commit from which on it is one.
    pub commit_no: i64,
}

/// A content of a reference set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetRow {
    /// The set's name.
    pub name: String,
    /// The digest of its values.
    pub digest: String,
    /// Whether it is what the set holds now.
    pub is_current: bool,
    /// When it came into force last.
    pub updated: Timestamp,
    /// How many values there are.
    pub value_count: i64,
}

/// Which SIEM events are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiemSelection {
    /// The sections; empty means all.
    pub sections: Vec<String>,
    /// The earliest `time`, included.
    pub since: Option<Timestamp>,
    /// The latest `time`, excluded.
    pub until: Option<Timestamp>,
    /// These only, when not empty.
    pub ids: Vec<String>,
}

/// What sees SIEM events; it can stop the scan.
pub type SeeSiem<'s> = dyn FnMut(SiemEvent) -> ControlFlow<()> + 's;

/// The operations of siemtrigger, and of siemmanage on rules.
pub trait Detect {
    /// All rules, disabled ones too, by section and name.
    ///
    /// # Errors
    /// The database fails, or a stored rule cannot be read.
    fn rules(&mut self) -> Result<Vec<Rule>>;

    /// Puts rules in place of those with the same section and name; all or none. A version that
    /// is no longer in force gets the end of its interval, a new one its beginning. Sections that
    /// do not exist are made.
    ///
    /// # Errors
    /// The database fails.
    fn put_rules(&mut self, rules: &[Rule], backfill: Backfill) -> Result<()>;

    /// Deletes rules by (section, name); what they found stays.
    ///
    /// # Errors
    /// The database fails.
    fn delete_rules(&mut self, names: &[(String, String)]) -> Result<()>;

    /// Begins intervals for rules that come from files and are not in the rule table, and ends
    /// those of earlier versions from files. A version that is in force is left alone.
    ///
    /// # Errors
    /// The database fails.
    fn activate(&mut self, rules: &[Rule], backfill: Backfill) -> Result<()>;

    /// The reference sets, as they are now.
    ///
    /// # Errors
    /// The database fails.
    fn sets(&mut self) -> Result<Sets>;

    /// Each content that a set ever had, by name, the newest first.
    ///
    /// # Errors
    /// The database fails.
    fn set_versions(&mut self) -> Result<Vec<SetRow>>;

    /// Puts sets in place of those with the same name; all or none. Rules that name them get new
    /// versions, as if they had been changed.
    ///
    /// # Errors
    /// The database fails.
    fn put_sets(&mut self, sets: &[&Set]) -> Result<()>;

    /// Deletes sets. What they held stays known to the versions that saw it.
    ///
    /// # Errors
    /// The database fails, or a rule names one.
    fn delete_sets(&mut self, names: &[String]) -> Result<()>;

    /// A number that changes whenever a rule or a set does; cheap to ask.
    ///
    /// # Errors
    /// The database fails.
    fn rule_generation(&mut self) -> Result<i64>;

    /// All intervals, in order of id.
    ///
    /// # Errors
    /// The database fails, or a stored rule cannot be read.
    fn activations(&mut self) -> Result<Vec<Activation>>;

    /// The hits of a version from a time on, in order of commit; of one group or of all.
    ///
    /// # Errors
    /// The database fails.
    fn hits(&mut self, version: i64, group: Option<&Group>, from: Timestamp) -> Result<Vec<Hit>>;

    /// The earliest time of a version's hits that came with commits at or after a moment.
    ///
    /// # Errors
    /// The database fails.
    fn earliest_hit(&mut self, version: i64, committed: Timestamp) -> Result<Option<Timestamp>>;

    /// The SIEM events of a version and group whose `time` is at or after a moment.
    ///
    /// # Errors
    /// The database fails.
    fn found(&mut self, version: i64, group: &Group, from: Timestamp) -> Result<Vec<SiemEvent>>;

    /// Firing instants of SIEM events of a section that began with commits in (after, until].
    ///
    /// # Errors
    /// The database fails.
    fn firings(&mut self, section: &str, after: i64, until: i64) -> Result<Vec<Firing>>;

    /// Stores what was found and advances the positions, in one transaction. Says `false`, and
    /// stores nothing, when a position is not where the work began.
    ///
    /// # Errors
    /// The database fails.
    fn record(&mut self, step: &Step) -> Result<bool>;

    /// When a commit was; `None` before the first and where it is gone.
    ///
    /// # Errors
    /// The database fails.
    fn commit_time(&mut self, commit_no: i64) -> Result<Option<Timestamp>>;

    /// Makes a commit without events, so that what waits for time to pass falls due.
    ///
    /// # Errors
    /// The database fails.
    fn heartbeat(&mut self) -> Result<()>;

    /// Shows SIEM events in order of (time, id).
    ///
    /// # Errors
    /// The database fails.
    fn siem_events(&mut self, selection: &SiemSelection, see: &mut SeeSiem<'_>) -> Result<()>;

    /// The ids of the events and SIEM events behind a SIEM event, all of them, in order of time.
    ///
    /// # Errors
    /// The database fails.
    fn behind(&mut self, siem_event: &str, limit: Option<u64>) -> Result<Vec<Match>>;
}
