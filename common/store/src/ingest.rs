//! What siemparse asks of a database: cursors, and batches committed with them.
//!
//! A batch is a run of events of one source; it is stored together with its batch row and the
//! source's advanced cursor, all or nothing. See DESIGN: "the batch".
//!
//! What it does *not* know: files. A cursor's identity fields are opaque here.

mod register;

pub(crate) use register::Register;

use crate::{Gap, Result, Share};
use common::clock::Timestamp;
use common::event::Event;
use common::helper::Helper;

/// Where a source stands. One row a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The source's number; 0 before the row exists.
    pub source: i64,
    /// Counts the row's changes: the value compared and set.
    pub revision: i64,
    /// The host identity the source belongs to.
    pub host: String,
    /// `file`, `stdin`, `archive`, `spool` or `journal`.
    pub kind: String,
    /// The path, or what else names it to a person.
    pub name: String,
    /// The section of its events.
    pub section: String,
    /// The device of the file, a hint.
    pub device: i64,
    /// The inode of the file, a hint.
    pub inode: i64,
    /// How many first bytes `head_hash` covers.
    pub head_length: i64,
    /// SHA-256 of the first `head_length` bytes.
    pub head_hash: Vec<u8>,
    /// How many bytes before `position` are covered by `mark_hash`.
    pub mark_length: i64,
    /// SHA-256 of the `mark_length` bytes before `position`.
    pub mark_hash: Vec<u8>,
    /// The offset of the first byte not yet stored, in uncompressed bytes.
    pub position: i64,
    /// How many physical lines lie before it.
    pub line: i64,
    /// The journal's cursor, for a source that has one.
    pub token: String,
    /// The parser's state, JSON.
    pub state: String,
    /// Totals since the source was first seen.
    pub totals: Totals,
}

/// What became of a source's lines, as who reads it counts; see [`crate::Account`] for the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Physical lines read.
    pub lines: i64,
    /// Bytes read.
    pub bytes: i64,
    /// Events stored.
    pub stored: i64,
    /// Events stored that no parser understood.
    pub unparsed: i64,
    /// Lines in the reject table.
    pub rejected: i64,
}

/// A line that the database would not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Where the line begins in its source.
    pub log_offset: i64,
    /// The line.
    pub raw: Vec<u8>,
    /// Why it was refused.
    pub reason: String,
}

/// A run of events of one source, to be committed together.
#[derive(Debug)]
pub struct Batch<'b, 'e> {
    /// The cursor as it shall stand afterwards; its `revision` is the one last read.
    pub cursor: &'b Cursor,
    /// The offset where the batch begins; it ends at `cursor.position`.
    pub byte_start: i64,
    /// Physical lines in it.
    pub line_count: i64,
    /// The events in order; `id` and `ingested` are assigned here.
    pub events: &'b [Event<'e>],
    /// Lines refused before.
    pub rejects: &'b [Reject],
    /// Bytes that are missing.
    pub gaps: &'b [Gap],
    /// What was left out on purpose.
    pub filtered: Share,
}

/// A batch as the database knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The batch's number.
    pub batch: i64,
    /// Its place in the order of commits: dense, from 1.
    pub commit_no: i64,
    /// The database's clock at the commit, never less than the commit before.
    pub committed: Timestamp,
    /// The cursor's new revision.
    pub revision: i64,
    /// Events that the database refused, which are in the reject table; the cursor's totals
    /// count them as rejected, not as stored.
    pub refused: i64,
}

/// A cursor as it was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The cursor.
    pub cursor: Cursor,
    /// Whether another process follows the source: then it is not ours to move.
    pub is_held: bool,
}

/// Whether a cursor is not among those that a host has, in all its parts; they stand in the order
/// of their sources.
pub(crate) fn is_changed(known: &[Cursor], cursor: &Cursor) -> bool {
    let place = known.binary_search_by_key(&cursor.source, |known| known.source);
    place.map_or(true, |place| known[place] != *cursor)
}

/// How batches that wait get in fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// One writer, and one transaction for what waits: each page is written once.
    Joined,
    /// Two writers with a connection each, staging at the same time and putting in turn.
    Abreast,
}

/// The operations of siemparse.
pub trait Ingest {
    /// Finds or makes the cursors of sources. Under a lock, `choose` sees the host's cursors, in
    /// the order of their numbers, and returns some of them (perhaps with another name) or new
    /// ones with `source` 0. The claims come in the order of what was chosen.
    ///
    /// # Errors
    /// The database fails.
    fn claim_all(
        &mut self,
        host: &str,
        choose: &mut dyn FnMut(&[Cursor]) -> Vec<Cursor>,
    ) -> Result<Vec<Claim>>;

    /// As [`Ingest::claim_all`], for one source.
    ///
    /// # Errors
    /// The database fails; [`crate::Error::Held`] when another process follows the source.
    fn claim(&mut self, host: &str, choose: &mut dyn FnMut(&[Cursor]) -> Cursor) -> Result<Cursor> {
        let claims = self.claim_all(host, &mut |known| vec![choose(known)])?;
        match claims.into_iter().next() {
            Some(Claim { cursor, is_held: false }) => Ok(cursor),
            Some(Claim { cursor, .. }) => Err(crate::Error::Held(cursor.name)),
            None => Ok(Cursor::default()),
        }
    }

    /// Lets other processes follow sources again.
    ///
    /// # Errors
    /// The database fails.
    fn release(&mut self, sources: &[i64]) -> Result<()>;

    /// Reads a cursor again, after [`crate::Error::Lost`] or [`crate::Error::Overtaken`].
    ///
    /// # Errors
    /// The database fails.
    fn cursor(&mut self, source: i64) -> Result<Option<Cursor>>;

    /// How batches that wait get in fastest.
    fn pace(&self) -> Pace;

    /// Sends events ahead, which need not wait for the batches before them; the next
    /// [`Ingest::put`] is of the same batches, or [`Ingest::discard`] drops them. Of the cursors
    /// nothing is used yet.
    ///
    /// # Errors
    /// The database fails; then nothing is staged.
    fn stage(&mut self, batches: &[Batch<'_, '_>]) -> Result<()>;

    /// Stores batches of different sources in the open transaction, or in a new one.
    ///
    /// # Errors
    /// [`crate::Error::Overtaken`] when a cursor's revision is not the stored one. Any other
    /// failure of the database. In each case these batches are undone; when the failure undid the
    /// whole transaction, [`Ingest::flush`] fails too.
    fn put(&mut self, batches: &[Batch<'_, '_>]) -> Result<Vec<Committed>>;

    /// Commits what was put.
    ///
    /// # Errors
    /// The database fails: nothing is stored, except that after [`crate::Error::Lost`] only the
    /// cursor tells whether the commit happened.
    fn flush(&mut self) -> Result<()>;

    /// Undoes what was staged and put since the last [`Ingest::flush`].
    fn discard(&mut self);

    /// Stores batches of different sources in a transaction of their own.
    ///
    /// # Errors
    /// As [`Ingest::put`] and [`Ingest::flush`].
    fn commit(&mut self, batches: &[Batch<'_, '_>]) -> Result<Vec<Committed>> {
        let committed = self.put(batches)?;
        self.flush()?;
        Ok(committed)
    }

    /// Makes sure that the section exists (`siemparse -s NEW` creates it).
    ///
    /// # Errors
    /// The database fails.
    fn ensure_section(&mut self, name: &str) -> Result<common::section::Section>;

    /// The helpers of a section (and those of all sections), enabled ones, in order.
    ///
    /// # Errors
    /// The database fails, or a stored helper cannot be read.
    fn section_helpers(&mut self, section: &str) -> Result<Vec<Helper>>;

    /// A number that changes whenever a helper or a section does; cheap to ask.
    ///
    /// # Errors
    /// The database fails.
    fn helper_generation(&mut self) -> Result<i64>;
}
