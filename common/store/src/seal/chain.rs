//! Records and links: what a batch's digest is made of.
//!
//! Numbers are 64 bits, little-endian; the two that the database draws at the very end, the
//! commit's number and time, are big-endian behind the record, because PostgreSQL makes the link
//! itself, with `int8send`.
//!
//! What it does *not* know: who compares.

use super::RetentionRow;
use common::clock::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The columns of a batch that its digest covers.
pub(crate) struct BatchRecord<'b> {
    pub(crate) batch: i64,
    pub(crate) source: i64,
    pub(crate) section: &'b str,
    pub(crate) byte_start: i64,
    pub(crate) byte_end: i64,
    pub(crate) line_count: i64,
    pub(crate) time: Option<(Timestamp, Timestamp)>,
}

impl BatchRecord<'_> {
    /// The record over the batch's row and leaves (day, count, digest), by day.
    pub(crate) fn digest<'l>(
        &self,
        leaves: impl Iterator<Item = (i32, i64, &'l [u8])>,
    ) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(b"siem batch 1");
        let mut long = |number: i64| hash.update(number.to_le_bytes());
        [self.batch, self.source, self.byte_start, self.byte_end, self.line_count]
            .into_iter()
            .for_each(&mut long);
        let (first, last) = self.time.unwrap_or((Timestamp::MAX, Timestamp::MIN));
        [first.0, last.0, i64::try_from(self.section.len()).unwrap_or(i64::MAX)]
            .into_iter()
            .for_each(&mut long);
        hash.update(self.section);
        for (day, count, digest) in leaves {
            hash.update(day.to_le_bytes());
            hash.update(count.to_le_bytes());
            hash.update(digest);
        }
        hash.finalize().into()
    }
}

/// A batch's digest.
pub(crate) fn link(
    previous: &[u8],
    record: &[u8],
    commit_no: i64,
    committed: Timestamp,
) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(record);
    hash.update(commit_no.to_be_bytes());
    hash.update(committed.0.to_be_bytes());
    hash.finalize().into()
}

/// A retention record's digest, over the one before and the leaves (batch, digest), by batch. That
/// there are archives is said by its first bytes.
pub(crate) fn retention_link(
    previous: &[u8],
    row: &RetentionRow,
    leaves: &[(i64, Vec<u8>)],
) -> [u8; 32] {
    let form = if row.is_archived { b"siem retention 2" } else { b"siem retention 1" };
    let mut hash = Sha256::new_with_prefix(form);
    hash.update(previous);
    let numbers = [row.retention, i64::from(row.day), row.event_count, row.removed.0];
    numbers.iter().for_each(|number| hash.update(number.to_le_bytes()));
    let section = row.section.as_deref();
    hash.update([u8::from(section.is_some())]);
    hash.update((section.map_or(0, str::len) as u64).to_le_bytes());
    hash.update(section.unwrap_or_default());
    for (batch, digest) in leaves {
        hash.update(batch.to_le_bytes());
        hash.update(digest);
    }
    hash.finalize().into()
}

/// The chains of sources, as they are walked in order of commit.
#[derive(Default)]
pub(crate) struct Chain {
    ends: BTreeMap<i64, End>,
}

/// The end of a source's chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct End {
    pub(crate) batches: i64,
    pub(crate) batch: i64,
    pub(crate) commit_no: i64,
    pub(crate) byte_end: i64,
    pub(crate) digest: Vec<u8>,
    /// The digest before, by which an added batch is told from a missing one.
    pub(crate) before: Vec<u8>,
}

impl Chain {
    /// Where a source's chain ends so far.
    pub(crate) fn end(&self, source: i64) -> End {
        self.ends.get(&source).cloned().unwrap_or_default()
    }

    /// Goes on behind a batch.
    pub(crate) fn extend(&mut self, row: &super::BatchRow, digest: &[u8]) {
        let end = self.ends.entry(row.source).or_default();
        end.before = std::mem::replace(&mut end.digest, digest.to_vec());
        end.batches += 1;
        (end.batch, end.commit_no, end.byte_end) = (row.batch, row.commit_no, row.byte_end);
    }

    /// The ends of all chains.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (i64, &End)> {
        self.ends.iter().map(|(source, end)| (*source, end))
    }
}
