//! A batch within the transaction that stores it: what was refused, and its last statement.
//!
//! What it does *not* know: how events are sent.

use super::account;
use super::row::Time;
use crate::account::Extent;
use crate::seal::{self, leaf::Sealed};
use crate::{Batch, Committed, Reject, Share};
use postgres::types::ToSql;
use postgres::{Client, Error, Statement};

const TOTALS_UPDATE: &str = "UPDATE cursor SET stored = stored - $2, rejected = rejected + $2, \
    stored_lines = stored_lines - $3, rejected_lines = rejected_lines + $3, \
    stored_bytes = stored_bytes - $4, rejected_bytes = rejected_bytes + $4 WHERE source = $1";
const REJECT_INSERT: &str = "INSERT INTO reject (batch, source, log_offset, raw, reason) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

/// A batch whose events are in the open transaction: what is left of it after values were refused.
pub(super) struct Part {
    pub(super) number: i64,
    pub(super) leaves: Vec<(i32, Sealed)>,
    /// Of all its events, what was refused too.
    pub(super) extent: Extent,
    pub(super) stored: i64,
    /// What was refused, with the seq it would have had.
    pub(super) refused: Vec<(i32, Reject)>,
}

impl Part {
    pub(super) fn new(number: i64) -> Part {
        Part {
            number,
            leaves: Vec::new(),
            extent: Extent::default(),
            stored: 0,
            refused: Vec::new(),
        }
    }

    /// Writes the rejected lines, the gaps and the batch row with its leaves. `previous` is the
    /// digest of the source's batch before.
    pub(super) fn seal(
        &self,
        client: &mut Client,
        insert: &Statement,
        batch: &Batch<'_, '_>,
        previous: &[u8],
    ) -> Result<Committed, Error> {
        let source = batch.cursor.source;
        for line in self.rejects(batch) {
            let values: [&(dyn ToSql + Sync); 5] =
                [&self.number, &source, &line.log_offset, &line.raw, &line.reason];
            client.execute(REJECT_INSERT, &values)?;
        }
        account::put_gaps(client, self.number, batch)?;
        let row = self.insert(client, insert, batch, previous)?;
        let refused = i64::try_from(self.refused.len()).unwrap_or(i64::MAX);
        if refused > 0 {
            let mut share = Share::default();
            self.refused.iter().for_each(|(_, line)| share.add(line.extent()));
            client.execute(TOTALS_UPDATE, &[&source, &refused, &share.lines, &share.bytes])?;
        }
        Ok(Committed {
            batch: self.number,
            commit_no: row.get(0),
            committed: row.get::<_, Time>(1).0,
            revision: batch.cursor.revision + 1,
            refused,
        })
    }

    fn insert(
        &self,
        client: &mut Client,
        insert: &Statement,
        batch: &Batch<'_, '_>,
        previous: &[u8],
    ) -> Result<postgres::Row, Error> {
        let notes = seal::note_leaves(self.rejects(batch), batch.gaps);
        let leaves: Vec<&(i32, Sealed)> = notes.iter().chain(&self.leaves).collect();
        let record = seal::record(batch, self.number, self.extent.time);
        let sealed = leaves.iter().map(|(day, leaf)| (*day, leaf.event_count, &leaf.digest[..]));
        let digest = record.digest(sealed);
        client.query_one(
            insert,
            &[
                &record.batch,
                &record.source,
                &record.section,
                &record.byte_start,
                &record.byte_end,
                &record.line_count,
                &self.stored,
                &record.time.map(|(first, _)| Time(first)),
                &record.time.map(|(_, last)| Time(last)),
                &previous,
                &&digest[..],
                &column(&leaves, |(day, _)| *day),
                &column(&leaves, |(_, leaf)| leaf.event_count),
                &column(&leaves, |(_, leaf)| &leaf.digest[..]),
                &column(&leaves, |(_, leaf)| &leaf.proof[..]),
            ],
        )
    }

    fn rejects<'p>(&'p self, batch: &Batch<'p, '_>) -> impl Iterator<Item = &'p Reject> + use<'p> {
        batch.rejects.iter().chain(self.refused.iter().map(|(_, line)| line))
    }
}

fn column<'l, T>(leaves: &[&'l (i32, Sealed)], value: impl Fn(&'l (i32, Sealed)) -> T) -> Vec<T> {
    leaves.iter().map(|leaf| value(leaf)).collect()
}
