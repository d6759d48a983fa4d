//! What siemquery asks of a database: events by filter, counts, and the order of commits.
//!
//! A filter's meaning is [`Filter::matches`]; SQL selects a superset and, where it is not exact,
//! the Rust reading decides on each row before it is seen or counted. Results of any size are
//! read in short keyset pages with bounded memory.
//!
//! What it does *not* know: flags, output formats.

use crate::Result;
use common::clock::Timestamp;
use common::event::{Event, EventId};
use common::field::Field;
use common::filter::Filter;
use std::ops::ControlFlow;
use std::time::Duration;

/// Which events are meant.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The predicate.
    pub filter: Filter,
    /// The sections; empty means all.
    pub sections: Vec<String>,
    /// The earliest time, included.
    pub since: Option<Timestamp>,
    /// The latest time, excluded.
    pub until: Option<Timestamp>,
    /// These events only, when not empty.
    pub ids: Vec<EventId>,
}

impl Default for Selection {
    fn default() -> Selection {
        Selection {
            filter: Filter::All,
            sections: Vec::new(),
            since: None,
            until: None,
            ids: Vec::new(),
        }
    }
}

/// In which order events are seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By (time, batch, seq), oldest first.
    #[default]
    Time,
    /// The same, newest first.
    TimeReversed,
    /// By (source, offset): the order of the source's bytes. Of an event that was not adjacent to
    /// the one before, or whose lines were not to one another, only bytes, offset, section and
    /// identity may be there; the latter is seen once for each run of its lines.
    Source,
}

/// A request for events.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Which events.
    pub selection: Selection,
    /// In which order they are seen.
    pub order: Order,
    /// Only the newest so many (by time), whatever the order in which they are seen.
    pub newest: Option<u64>,
    /// Whether raw bytes are wanted; without them `raw` may be empty.
    pub raw: bool,
}

/// A commit: a batch in commit order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its place, dense, from 1.
    pub commit_no: i64,
    /// The database's clock.
    pub committed: Timestamp,
    /// The batch's number.
    pub batch: i64,
    /// The section of its events.
    pub section: String,
    /// How many events it holds now; 0 for a heartbeat.
    pub event_count: i64,
    /// The earliest and latest event time.
    pub time: Option<(Timestamp, Timestamp)>,
}

/// One line of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The values of the fields counted by; `None` where absent.
    pub values: Vec<Option<String>>,
    /// How many events.
    pub count: u64,
}

/// What sees events; it can stop the scan.
pub type See<'s> = dyn FnMut(Event<'static>) -> ControlFlow<()> + 's;

/// What sees stored events while they are read: their texts lie in the row, and the fields of a line
/// that is JSON were not read ([`Event::load_original`]).
pub type Peek<'s> = dyn FnMut(Event<'_>) + 's;

/// The operations of siemquery.
pub trait Read {
    /// Shows each selected event to `see`, in order.
    ///
    /// # Errors
    /// The database fails.
    fn scan(&mut self, scan: &Scan, see: &mut See<'_>) -> Result<()>;

    /// The SQL of a scan's first page, with its parameters, and whether it is exact.
    ///
    /// # Errors
    /// The database fails.
    fn explain(&mut self, scan: &Scan) -> Result<String>;

    /// How many events are selected.
    ///
    /// # Errors
    /// The database fails.
    fn count(&mut self, selection: &Selection) -> Result<u64>;

    /// Counts by the values of fields, largest first, ties by value; `top` limits the lines.
    ///
    /// # Errors
    /// The database fails.
    fn count_by(
        &mut self,
        selection: &Selection,
        fields: &[Field],
        top: Option<u64>,
    ) -> Result<Vec<Group>>;

    /// Counts by slots of `span` microseconds, aligned to the epoch; empty slots are left out.
    ///
    /// # Errors
    /// The database fails.
    fn histogram(&mut self, selection: &Selection, span: i64) -> Result<Vec<(Timestamp, u64)>>;

    /// The sections there are, by name.
    ///
    /// # Errors
    /// The database fails.
    fn sections(&mut self) -> Result<Vec<common::section::Section>>;

    /// The newest commit, if there is any.
    ///
    /// # Errors
    /// The database fails.
    fn last_commit(&mut self) -> Result<Option<(i64, Timestamp)>>;

    /// Commits after a number, in order, at most `limit`, fewer where they have many events; none
    /// when there is none. Where events are spread over servers, a commit whose events are not all
    /// visible yet ends the list before it.
    ///
    /// # Errors
    /// The database fails.
    fn commits_after(&mut self, commit_no: i64, limit: u32) -> Result<Vec<Commit>>;

    /// The events of one batch that the filter holds for, in order of seq.
    ///
    /// # Errors
    /// The database fails.
    fn batch_events(&mut self, batch: i64, filter: &Filter, see: &mut See<'_>) -> Result<()>;

    /// All events of a commit's batch, in order of seq, while they are read.
    ///
    /// # Errors
    /// The database fails.
    fn peek(&mut self, commit: &Commit, see: &mut Peek<'_>) -> Result<()>;

    /// Waits until there is a commit after `commit_no` or the time is over; says which.
    ///
    /// # Errors
    /// The database fails.
    fn wait_commit(&mut self, commit_no: i64, timeout: Duration) -> Result<bool>;
}
