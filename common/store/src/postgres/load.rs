//! Events of a batch into the open transaction, by COPY.
//!
//! In: events and the batch's number. Out: how many are stored, and which the server refused.
//! What it does *not* know: cursors, commits.

use super::part::Part;
use super::{copy, fault};
use crate::account::Extent;
use crate::seal::Leaves;
use crate::{Batch, Reject};
use common::event::{Event, EventId};
use postgres::{Client, Statement};
use std::io::Write as _;

/// How much is encoded before it is sent. It is copied three times on its way to the system, and a
/// piece of this length stays in the processor's cache meanwhile.
const PIECE: usize = 64 * 1024;

/// The driver's own kind of result.
pub(super) type Sent<T> = Result<T, postgres::Error>;

/// Events on their way into the open transaction.
pub(super) struct Load<'l> {
    pub(super) client: &'l mut Client,
    pub(super) copy: &'l Statement,
    pub(super) rows: &'l mut copy::Rows,
    pub(super) leaves: &'l mut Leaves,
    pub(super) part: Part,
}

impl Load<'_> {
    /// Sends a batch.
    pub(super) fn whole(&mut self, batch: &Batch<'_, '_>) -> Sent<()> {
        let mut extent = Extent::default();
        self.leaves.begin();
        self.copy(batch.events, 1, Some(&mut extent))?;
        self.part.leaves = self.leaves.seal();
        self.part.extent = extent;
        Ok(())
    }

    /// Sends what the server takes of a batch.
    pub(super) fn sift(&mut self, batch: &Batch<'_, '_>) -> Sent<()> {
        self.bisect(batch.events, 1)?;
        self.leaves.begin();
        for (seq, event) in (1..).zip(batch.events) {
            if self.part.refused.iter().all(|(refused, _)| *refused != seq) {
                self.leaves.event(seq, event);
            }
        }
        self.part.leaves = self.leaves.seal();
        self.part.extent = Extent::of(batch.events);
        Ok(())
    }

    /// Sends events, the first of which has the number `seq`; counts and hashes each while it is at
    /// hand where all of them will be stored.
    fn copy(&mut self, events: &[Event<'_>], seq: i32, mut whole: Option<&mut Extent>) -> Sent<()> {
        if events.is_empty() {
            return Ok(());
        }
        let (rows, batch) = (&mut *self.rows, self.part.number);
        let mut writer = self.client.copy_in(self.copy)?;
        rows.begin();
        for (seq, event) in (seq..).zip(events) {
            rows.event(EventId { batch, seq }, event);
            if let Some(extent) = &mut whole {
                self.leaves.event(seq, event);
                extent.add(event);
            }
            if rows.bytes().len() >= PIECE {
                // A failure to send shows again, with the server's reason, at the end.
                let _ = writer.write_all(rows.bytes());
                rows.clear();
            }
        }
        rows.end();
        let _ = writer.write_all(rows.bytes());
        writer.finish()?;
        self.part.stored += i64::try_from(events.len()).unwrap_or(i64::MAX);
        Ok(())
    }

    /// As [`Load::copy`], leaving out what the server refuses.
    fn bisect(&mut self, events: &[Event<'_>], seq: i32) -> Sent<()> {
        self.client.batch_execute("SAVEPOINT part")?;
        match self.copy(events, seq, None) {
            Ok(()) => self.client.batch_execute("RELEASE SAVEPOINT part"),
            Err(error) if fault::is_value(&error) => {
                self.client.batch_execute("ROLLBACK TO SAVEPOINT part")?;
                if let [event] = events {
                    let (log_offset, reason) = (event.log_offset, fault::reason(&error));
                    let reject = Reject { log_offset, raw: event.line(), reason };
                    self.part.refused.push((seq, reject));
                    return Ok(());
                }
                let (front, back) = events.split_at(events.len() / 2);
                self.bisect(front, seq)?;
                let skipped = i32::try_from(front.len()).unwrap_or(i32::MAX);
                self.bisect(back, seq.saturating_add(skipped))
            }
            Err(error) => Err(error),
        }
    }
}
