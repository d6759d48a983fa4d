//! What became of lines, in PostgreSQL: gaps in, accounts out.
//!
//! What it does *not* know: how lines are counted (`account`).

use super::Postgres;
use super::row::Time;
use crate::{Account, Batch, GapRow, Result, Share};
use postgres::{Client, Row};

const GAP_INSERT: &str = "INSERT INTO gap (batch, source, byte_start, byte_end, lines, cause, \
    noticed) VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())";
const ACCOUNTS: &str = "SELECT source, host, kind, name, section, offered_lines, \
    offered_bytes, stored_lines, stored_bytes, rejected_lines, rejected_bytes, filtered_lines, \
    filtered_bytes, gap_lines, gap_bytes FROM accounting ORDER BY source";
const GAPS: &str = "SELECT batch, source, byte_start, byte_end, lines, cause, noticed FROM gap \
    ORDER BY noticed DESC, batch DESC, byte_start DESC LIMIT $1";

/// What a batch adds to its source's account: the last parameters of `cursor_advance.sql`.
pub(super) fn shares(batch: &Batch<'_, '_>, stored: Share) -> [i64; 8] {
    let parts = [stored, batch.rejected(), batch.filtered, batch.missing()];
    let [stored, rejected, filtered, gap] = parts.map(|part| [part.lines, part.bytes]);
    [stored[0], stored[1], rejected[0], rejected[1], filtered[0], filtered[1], gap[0], gap[1]]
}

/// Writes a batch's gaps.
pub(super) fn put_gaps(
    client: &mut Client,
    number: i64,
    batch: &Batch<'_, '_>,
) -> std::result::Result<(), postgres::Error> {
    for gap in batch.gaps {
        client.execute(
            GAP_INSERT,
            &[
                &number,
                &batch.cursor.source,
                &gap.byte_start,
                &gap.byte_end,
                &gap.lines,
                &gap.cause.name(),
            ],
        )?;
    }
    Ok(())
}

impl Postgres {
    pub(super) fn read_accounts(&mut self) -> Result<Vec<Account>> {
        let rows = self.client()?.query(ACCOUNTS, &[]).map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(account).collect())
    }

    pub(super) fn read_gaps(&mut self, limit: u32) -> Result<Vec<GapRow>> {
        let rows = self.client()?.query(GAPS, &[&i64::from(limit)]);
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(gap).collect())
    }
}

fn account(row: &Row) -> Account {
    let share = |place: usize| Share { lines: row.get(place), bytes: row.get(place + 1) };
    Account {
        source: row.get(0),
        host: row.get(1),
        kind: row.get(2),
        name: row.get(3),
        section: row.get(4),
        offered: share(5),
        stored: share(7),
        rejected: share(9),
        filtered: share(11),
        gap: share(13),
    }
}

fn gap(row: &Row) -> GapRow {
    let Time(noticed) = row.get(6);
    GapRow {
        batch: row.get(0),
        source: row.get(1),
        byte_start: row.get(2),
        byte_end: row.get(3),
        lines: row.get(4),
        cause: row.get(5),
        noticed,
    }
}
