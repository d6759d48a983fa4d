//! What siemmanage asks of a database: schema, sections, helpers, retention, status.
//!
//! Rules are asked for through [`crate::Detect`], sections are listed through [`crate::Read`].
//! What it does *not* know: files, how helpers and rules read.

use crate::{Account, Cursor, GapRow, Result};
use common::clock::{DAY, Timestamp};
use common::section::Section;

/// A helper as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelperRow {
    /// The section; empty for a helper of all sections.
    pub section: String,
    /// The name, unique within the section.
    pub name: String,
    /// Whether it is applied.
    pub is_enabled: bool,
    /// Its canonical text.
    pub body: String,
}

/// A migration that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its number.
    pub version: i32,
    /// Its name.
    pub name: String,
    /// When.
    pub applied: Timestamp,
}

/// Which rows `clear` removes of a section, or of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clear {
    /// Events, rejected lines, and the hits on them.
    Event,
    /// SIEM events.
    Siem,
    /// Helpers.
    Helper,
    /// How far sources were read: siemparse reads them again.
    Position,
}

/// Which events `retain` removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retain {
    /// Events of whole days (UTC) before this time go: leaves of digests cover days.
    pub before: Timestamp,
    /// Of this section; `None` for all.
    pub section: Option<String>,
    /// SIEM events whose last instant is before this time go too.
    pub siem_before: Option<Timestamp>,
    /// Only events of batches up to this commit go: those that were archived. Rejected lines, which
    /// are in no archive, stay then. `None` for all.
    pub up_to: Option<i64>,
}

impl Retain {
    /// The beginning of the day from which on events stay.
    #[must_use]
    pub fn whole_days(&self) -> Timestamp {
        Timestamp(self.before.day().saturating_mul(DAY))
    }
}

/// What `retain` removed, or would remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Events.
    pub events: u64,
    /// Hits.
    pub hits: u64,
    /// SIEM events.
    pub siem_events: u64,
    /// Whole day partitions, by name.
    pub partitions: Vec<String>,
}

/// A right that is there and should not be, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// The role, or `everybody`.
    pub grantee: String,
    /// The table.
    pub table: String,
    /// What may be done: `insert, select`.
    pub verbs: String,
    /// Whether it should be there.
    pub is_missing: bool,
}

/// What became of events in the default partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Events that were moved to the partition of their day.
    pub moved: u64,
    /// Events that have a day of their own and wait still: a lock could not be had.
    pub waiting: u64,
    /// Events of days that get no partition: more than two years ago, or to come.
    pub strange: u64,
}

/// How large the database is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Bytes on disk.
    pub bytes: u64,
    /// Events stored.
    pub events: u64,
    /// SIEM events stored.
    pub siem_events: u64,
    /// The number of the last commit.
    pub commit_no: i64,
}

/// The operations of siemmanage.
pub trait Manage {
    /// The migrations that were applied, in order.
    ///
    /// # Errors
    /// The database fails.
    fn migrations(&mut self) -> Result<Vec<Migration>>;

    /// The roles that grant what each tool needs; empty where the database has none.
    ///
    /// # Errors
    /// The database fails.
    fn roles(&mut self) -> Result<Vec<String>>;

    /// Makes what psql users see anew: a view for each siemstress name of each section.
    ///
    /// # Errors
    /// The database fails.
    fn refresh_views(&mut self) -> Result<()>;

    /// Makes a section or changes it.
    ///
    /// # Errors
    /// The database fails.
    fn put_section(&mut self, section: &Section) -> Result<()>;

    /// All helpers, disabled ones too, by section and place.
    ///
    /// # Errors
    /// The database fails.
    fn helpers(&mut self) -> Result<Vec<HelperRow>>;

    /// Puts helpers in place of those with the same section and name, or behind the last of
    /// their section; all or none. Sections that do not exist are made.
    ///
    /// # Errors
    /// The database fails.
    fn put_helpers(&mut self, helpers: &[HelperRow]) -> Result<()>;

    /// Deletes helpers by (section, name); all or none.
    ///
    /// # Errors
    /// The database fails.
    fn delete_helpers(&mut self, names: &[(String, String)]) -> Result<()>;

    /// Removes rows of a section, or of all; says how many. Numbers of batches and commits are
    /// kept, so that readers go on.
    ///
    /// # Errors
    /// The database fails.
    fn clear(&mut self, what: Clear, section: Option<&str>) -> Result<u64>;

    /// Counts what [`Manage::retain`] would remove.
    ///
    /// # Errors
    /// The database fails.
    fn retain_plan(&mut self, retain: &Retain) -> Result<Removed>;

    /// Removes old events in short transactions, so that the other tools go on. `event_count` of
    /// their batches is lowered in the same transaction: no reader waits for what is gone.
    ///
    /// # Errors
    /// The database fails; what was removed until then stays removed.
    fn retain(&mut self, retain: &Retain) -> Result<Removed>;

    /// Every source that is not forgotten, with the time of its last commit, by number.
    ///
    /// # Errors
    /// The database fails.
    fn sources(&mut self) -> Result<Vec<(Cursor, Timestamp)>>;

    /// Forgets sources, given as (source, revision): nothing is looked for behind them any more.
    /// Their rows stay, with their accounts and the ends of their chains. One whose revision is
    /// another by now is left alone; says how many were forgotten.
    ///
    /// # Errors
    /// The database fails.
    fn forget(&mut self, sources: &[(i64, i64)]) -> Result<u64>;

    /// What became of what each source offered, by number, forgotten ones included.
    ///
    /// # Errors
    /// The database fails.
    fn accounts(&mut self) -> Result<Vec<Account>>;

    /// Rights that are not as the database's roles have them after `siemmanage init`; empty where
    /// the database knows no users.
    ///
    /// # Errors
    /// The database fails.
    fn odd_rights(&mut self) -> Result<Vec<Right>>;

    /// Partitions of days that are no part of the table of events, by name.
    ///
    /// # Errors
    /// The database fails.
    fn loose_days(&mut self) -> Result<Vec<String>>;

    /// Moves events that wait in the default partition to the partitions of their days, where
    /// days have one; a database without partitions has nothing to move.
    ///
    /// # Errors
    /// The database fails.
    fn settle(&mut self) -> Result<Settled>;

    /// The newest gaps, at most `limit`, newest first.
    ///
    /// # Errors
    /// The database fails.
    fn gaps(&mut self, limit: u32) -> Result<Vec<GapRow>>;

    /// How large the database is.
    ///
    /// # Errors
    /// The database fails.
    fn size(&mut self) -> Result<Size>;
}
