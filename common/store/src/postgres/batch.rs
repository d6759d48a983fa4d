//! The events of one batch, each shown while its row is at hand.
//!
//! Nothing is copied and nothing kept: of most events no more is asked than whether a rule matches
//! them. One statement is open until the last was seen, a batch of a few megabytes. It is planned
//! each time: a plan that was made for a small table, or for all days, would stay.
//!
//! What it does *not* know: rules, orders of batches.

use super::Postgres;
use super::row::{self, COLUMNS, Time};
use crate::{Commit, Peek, Result};
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{ToSql, Type};

impl Postgres {
    /// Shows the events of a commit, in order of seq.
    pub(super) fn peek_batch(&mut self, commit: &Commit, see: &mut Peek<'_>) -> Result<()> {
        let Some((first, last)) = commit.time else { return Ok(()) };
        let select = format!(
            "SELECT {} FROM event WHERE batch = $1 AND time >= $2 AND time <= $3 \
             ORDER BY batch, seq",
            COLUMNS.replace("{raw}", "raw")
        );
        let (first, last) = (Time(first), Time(last));
        let values: [(&(dyn ToSql + Sync), Type); 3] =
            [(&commit.batch, Type::INT8), (&first, Type::TIMESTAMPTZ), (&last, Type::TIMESTAMPTZ)];
        let client = self.client()?;
        let read = || {
            let mut rows = client.query_typed_raw(&select, values)?;
            while let Some(row) = rows.next()? {
                let mut event = row::view(&row)?;
                event.ingested = Some(commit.committed);
                see(event);
            }
            Ok(())
        };
        read().map_err(|error| self.fault(&error))
    }
}
