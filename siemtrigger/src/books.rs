//! What the ledger reads and writes: the database, or a shadow of it (`--verify`).
//!
//! What it does *not* know: intervals, rules.

use common::clock::Timestamp;
use common::filter::Filter;
use common::hit::{Group, Hit};
use common::siem_event::SiemEvent;
use store::{Commit, Detect, Firing, Peek, Read, Result, See, Step, Store};

/// Commits to be shown, and what was found in them.
pub(crate) trait Books {
    /// See [`Read::commits_after`].
    fn commits_after(&mut self, commit_no: i64, limit: u32) -> Result<Vec<Commit>>;

    /// See [`Read::batch_events`].
    fn batch_events(&mut self, batch: i64, filter: &Filter, see: &mut See<'_>) -> Result<()>;

    /// See [`Read::peek`].
    fn peek(&mut self, commit: &Commit, see: &mut Peek<'_>) -> Result<()>;

    /// See [`Detect::commit_time`].
    fn commit_time(&mut self, commit_no: i64) -> Result<Option<Timestamp>>;

    /// See [`Detect::hits`].
    fn hits(&mut self, version: i64, group: Option<&Group>, from: Timestamp) -> Result<Vec<Hit>>;

    /// See [`Detect::found`].
    fn found(&mut self, version: i64, group: &Group, from: Timestamp) -> Result<Vec<SiemEvent>>;

    /// See [`Detect::earliest_hit`].
    fn earliest_hit(&mut self, version: i64, committed: Timestamp) -> Result<Option<Timestamp>>;

    /// See [`Detect::firings`].
    fn firings(&mut self, section: &str, after: i64, until: i64) -> Result<Vec<Firing>>;

    /// See [`Detect::record`].
    fn record(&mut self, step: &Step) -> Result<bool>;
}

impl Books for dyn Store + '_ {
    fn commits_after(&mut self, commit_no: i64, limit: u32) -> Result<Vec<Commit>> {
        Read::commits_after(self, commit_no, limit)
    }

    fn batch_events(&mut self, batch: i64, filter: &Filter, see: &mut See<'_>) -> Result<()> {
        Read::batch_events(self, batch, filter, see)
    }

    fn peek(&mut self, commit: &Commit, see: &mut Peek<'_>) -> Result<()> {
        Read::peek(self, commit, see)
    }

    fn commit_time(&mut self, commit_no: i64) -> Result<Option<Timestamp>> {
        Detect::commit_time(self, commit_no)
    }

    fn hits(&mut self, version: i64, group: Option<&Group>, from: Timestamp) -> Result<Vec<Hit>> {
        Detect::hits(self, version, group, from)
    }

    fn found(&mut self, version: i64, group: &Group, from: Timestamp) -> Result<Vec<SiemEvent>> {
        Detect::found(self, version, group, from)
    }

    fn earliest_hit(&mut self, version: i64, committed: Timestamp) -> Result<Option<Timestamp>> {
        Detect::earliest_hit(self, version, committed)
    }

    fn firings(&mut self, section: &str, after: i64, until: i64) -> Result<Vec<Firing>> {
        Detect::firings(self, section, after, until)
    }

    fn record(&mut self, step: &Step) -> Result<bool> {
        Detect::record(self, step)
    }
}
