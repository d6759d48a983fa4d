//! Tamper evidence: what each batch leaves behind so that a later change of it shows.
//!
//! ```text
//!  events of a day ─► leaf ─┐
//!  rejects, gaps ───► leaf ─┼─► record ─┐
//!  batch row ───────────────┘           ├─► link = SHA-256(link before ‖ record ‖ commit)
//!                the source's last link ┘        └─► the batch's digest, the cursor's head
//! ```
//!
//! A batch's digest is a link of its source's chain. Retention removes rows and keeps leaves; it
//! leaves a retention record, which is a link of a chain of its own. Heads of all chains that
//! are kept elsewhere make a forged, cut or re-linked history show; see `verify`.
//!
//! What it does *not* know: databases; where heads are kept.

mod chain;
pub(crate) mod leaf;

pub(crate) use chain::{BatchRecord, Chain, End, link, retention_link};

use crate::{Batch, Gap, Reject, Result};
use common::clock::Timestamp;
use common::event::Event;
use leaf::{Form, Leaf, Sealed};
use std::collections::BTreeMap;

/// The day of the leaf that covers a batch's rejected lines.
pub(crate) const REJECTS: i32 = i32::MIN;
/// The day of the leaf that covers a batch's gaps.
pub(crate) const GAPS: i32 = i32::MIN + 1;

/// A digest: SHA-256.
pub type Digest = Vec<u8>;

/// A leaf as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafRow {
    /// The day (UTC) of its events, counted from 1970; of no day for rejected lines and gaps.
    pub day: i32,
    /// How many rows it covers.
    pub event_count: i64,
    /// The digest over them.
    pub digest: Digest,
    /// Sums that tell which of them changed; empty once they are removed.
    pub proof: Vec<u8>,
    /// The retention record that removed them.
    pub retention: Option<i64>,
}

/// A batch as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchRow {
    /// Its number.
    pub batch: i64,
    /// Its source; 0 for a heartbeat.
    pub source: i64,
    /// The section of its events.
    pub section: String,
    /// Where it begins in its source.
    pub byte_start: i64,
    /// Where it ends.
    pub byte_end: i64,
    /// Physical lines in it.
    pub line_count: i64,
    /// The events it holds now.
    pub event_count: i64,
    /// The earliest and the latest event time.
    pub time: Option<(Timestamp, Timestamp)>,
    /// The digest of its source's batch before; empty for the first.
    pub previous: Option<Digest>,
    /// Its digest; none in a heartbeat, and in batches older than digests.
    pub digest: Option<Digest>,
    /// Its place in the order of commits.
    pub commit_no: i64,
    /// When it was committed.
    pub committed: Timestamp,
}

/// What says that events were removed on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionRow {
    /// Its number: dense, from 1.
    pub retention: i64,
    /// The day of the events, or what the leaves cover.
    pub day: i32,
    /// The section, where only one was meant.
    pub section: Option<String>,
    /// How many leaves.
    pub leaf_count: i64,
    /// How many events.
    pub event_count: i64,
    /// When.
    pub removed: Timestamp,
    /// Whether the events were written into archives before.
    pub is_archived: bool,
    /// Its link.
    pub digest: Digest,
}

/// Where a source's chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The source.
    pub source: i64,
    /// How many batches the chain has.
    pub batches: i64,
    /// The commit of the last one.
    pub commit_no: i64,
    /// The digest of the last one.
    pub digest: Digest,
}

/// What sealing and verifying ask of a database.
pub trait Seal {
    /// The ends of all sources' chains, by source.
    ///
    /// # Errors
    /// The database fails.
    fn heads(&mut self) -> Result<Vec<Head>>;

    /// The heads that cursors carry, by source; empty where a source has no digest yet.
    ///
    /// # Errors
    /// The database fails.
    fn cursor_heads(&mut self) -> Result<Vec<(i64, Digest)>>;

    /// Batches, heartbeats too, after a commit, in order of commit, at most `limit`.
    ///
    /// # Errors
    /// The database fails.
    fn batch_rows(&mut self, commit_no: i64, limit: u32) -> Result<Vec<BatchRow>>;

    /// The leaves of a batch, by day.
    ///
    /// # Errors
    /// The database fails.
    fn leaves(&mut self, batch: i64) -> Result<Vec<LeafRow>>;

    /// Shows all events of a batch in order of seq, with their raw bytes; it may leave out those
    /// of days that are not among `days` (first and last).
    ///
    /// # Errors
    /// The database fails.
    fn whole_batch(
        &mut self,
        batch: i64,
        days: Option<(i32, i32)>,
        see: &mut crate::See<'_>,
    ) -> Result<()>;

    /// The rejected lines and the gaps of a batch, as their leaves cover them.
    ///
    /// # Errors
    /// The database fails.
    fn notes(&mut self, batch: i64) -> Result<Vec<(i32, Vec<u8>)>>;

    /// How many events there are of each batch and day.
    ///
    /// # Errors
    /// The database fails.
    fn event_counts(&mut self) -> Result<BTreeMap<(i64, i32), i64>>;

    /// Events whose numbers are none that siemparse writes, as `batch.seq column`; at most 100.
    ///
    /// # Errors
    /// The database fails.
    fn odd_events(&mut self) -> Result<Vec<String>>;

    /// (batch, commit, retention record) of the leaves of a section and day, by batch.
    ///
    /// # Errors
    /// The database fails.
    fn day_leaves(&mut self, section: &str, day: i32) -> Result<Vec<(i64, i64, Option<i64>)>>;

    /// All retention records, in order.
    ///
    /// # Errors
    /// The database fails.
    fn retentions(&mut self) -> Result<Vec<RetentionRow>>;

    /// (batch, digest) of the leaves that a retention record removed, by batch.
    ///
    /// # Errors
    /// The database fails.
    fn removed_leaves(&mut self, retention: i64) -> Result<Vec<(i64, Digest)>>;

    /// (section, batch) of the leaves that a retention record removed.
    ///
    /// # Errors
    /// The database fails.
    fn removed_batches(&mut self, retention: i64) -> Result<Vec<(String, i64)>>;
}

/// The record of a batch that is to be stored; `time`: the first and the last of its events.
pub(crate) fn record<'b>(
    batch: &'b Batch<'_, '_>,
    number: i64,
    time: Option<(Timestamp, Timestamp)>,
) -> BatchRecord<'b> {
    BatchRecord {
        batch: number,
        source: batch.cursor.source,
        section: &batch.cursor.section,
        byte_start: batch.byte_start,
        byte_end: batch.cursor.position,
        line_count: batch.line_count,
        time,
    }
}

/// The leaves of a batch's rows, in the making. An event is added when it is written: it is in the
/// processor's cache then, and five thousand of them are not. Of batch after batch, so that their
/// memory is asked for once.
#[derive(Default)]
pub(crate) struct Leaves {
    /// By day.
    open: Vec<(i32, Leaf)>,
    /// Where the last event's leaf is.
    place: usize,
    spare: Vec<Leaf>,
}

/// How many leaves are kept for further batches. Most batches have events of a day or two.
const SPARE: usize = 32;

impl Leaves {
    /// Begins a batch's.
    pub(crate) fn begin(&mut self) {
        self.spare.extend(self.open.drain(..).map(|(_, leaf)| leaf));
        self.spare.truncate(SPARE);
    }

    /// Adds an event.
    pub(crate) fn event(&mut self, seq: i32, event: &Event<'_>) {
        let day = day(event.time);
        if self.open.get(self.place).is_none_or(|(last, _)| *last != day) {
            self.place = self.find(day);
        }
        self.open[self.place].1.event(seq, event);
    }

    fn find(&mut self, day: i32) -> usize {
        let found = self.open.binary_search_by_key(&day, |(other, _)| *other);
        if let Err(place) = found {
            let mut leaf = self.spare.pop().unwrap_or_default();
            leaf.begin(day, Form::Short);
            self.open.insert(place, (day, leaf));
        }
        found.unwrap_or_else(|place| place)
    }

    /// The leaves, by day.
    pub(crate) fn seal(&mut self) -> Vec<(i32, Sealed)> {
        self.open.iter_mut().map(|(day, leaf)| (*day, leaf.seal())).collect()
    }
}

/// The leaf of rejected lines or gaps: rows in the order of their bytes.
pub(crate) fn note_leaf(day: i32, mut rows: Vec<Vec<u8>>) -> Option<(i32, Sealed)> {
    use sha2::{Digest as _, Sha256};
    rows.sort();
    let mut hash = Sha256::new_with_prefix(b"siem note 1").chain_update(day.to_le_bytes());
    for row in &rows {
        hash.update((row.len() as u64).to_le_bytes());
        hash.update(row);
    }
    let event_count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let sealed = Sealed { event_count, digest: hash.finalize().into(), proof: Vec::new() };
    (event_count > 0).then_some((day, sealed))
}

/// The leaves of rejected lines and gaps, which come before those of days.
pub(crate) fn note_leaves<'r>(
    rejects: impl Iterator<Item = &'r Reject>,
    gaps: &[Gap],
) -> Vec<(i32, Sealed)> {
    let line = |line: &Reject| reject_bytes(line.log_offset, &line.reason, &line.raw);
    let gap = |gap: &Gap| gap_bytes(gap.byte_start, gap.byte_end, gap.lines, gap.cause.name());
    let rejects = note_leaf(REJECTS, rejects.map(line).collect());
    let gaps = note_leaf(GAPS, gaps.iter().map(gap).collect());
    rejects.into_iter().chain(gaps).collect()
}

/// A rejected line as its leaf covers it.
pub(crate) fn reject_bytes(log_offset: i64, reason: &str, raw: &[u8]) -> Vec<u8> {
    let mut bytes = log_offset.to_le_bytes().to_vec();
    bytes.extend_from_slice(&(reason.len() as u64).to_le_bytes());
    bytes.extend_from_slice(reason.as_bytes());
    bytes.extend_from_slice(raw);
    bytes
}

/// A gap as its leaf covers it.
pub(crate) fn gap_bytes(byte_start: i64, byte_end: i64, lines: i64, cause: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(24 + cause.len());
    [byte_start, byte_end, lines].iter().for_each(|it| bytes.extend_from_slice(&it.to_le_bytes()));
    bytes.extend_from_slice(cause.as_bytes());
    bytes
}

/// The day of a time, counted from 1970.
pub(crate) fn day(time: Timestamp) -> i32 {
    i32::try_from(time.day()).unwrap_or(i32::MAX)
}
