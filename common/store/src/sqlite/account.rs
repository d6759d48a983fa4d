//! What became of lines, in SQLite: gaps in, accounts out.
//!
//! What it does *not* know: how lines are counted (`account`).

use super::Sqlite;
use crate::{Account, Batch, GapRow, Result, Share};
use common::clock::Timestamp;
use rusqlite::{Connection, Row};

const GAP_INSERT: &str = "INSERT INTO gap (batch, source, byte_start, byte_end, lines, cause, \
    noticed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const ACCOUNTS: &str = "SELECT source, host, kind, name, section, offered_lines, \
    offered_bytes, stored_lines, stored_bytes, rejected_lines, rejected_bytes, filtered_lines, \
    filtered_bytes, gap_lines, gap_bytes FROM accounting ORDER BY source";
const GAPS: &str = "SELECT batch, source, byte_start, byte_end, lines, cause, noticed FROM gap \
    ORDER BY noticed DESC, batch DESC, byte_start DESC LIMIT ?1";

/// Writes a batch's gaps.
pub(super) fn put_gaps(
    connection: &Connection,
    number: i64,
    batch: &Batch<'_, '_>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    for gap in batch.gaps {
        connection.prepare_cached(GAP_INSERT)?.execute((
            number,
            batch.cursor.source,
            gap.byte_start,
            gap.byte_end,
            gap.lines,
            gap.cause.name(),
            now.0,
        ))?;
    }
    Ok(())
}

impl Sqlite {
    pub(super) fn read_accounts(&mut self) -> Result<Vec<Account>> {
        let read = || {
            let mut statement = self.connection.prepare(ACCOUNTS)?;
            statement.query_map([], account)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.refused())
    }

    pub(super) fn read_gaps(&mut self, limit: u32) -> Result<Vec<GapRow>> {
        let read = || {
            let mut statement = self.connection.prepare(GAPS)?;
            statement.query_map([limit], gap)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.refused())
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let share = |place: usize| {
        Ok::<_, rusqlite::Error>(Share { lines: row.get(place)?, bytes: row.get(place + 1)? })
    };
    Ok(Account {
        source: row.get(0)?,
        host: row.get(1)?,
        kind: row.get(2)?,
        name: row.get(3)?,
        section: row.get(4)?,
        offered: share(5)?,
        stored: share(7)?,
        rejected: share(9)?,
        filtered: share(11)?,
        gap: share(13)?,
    })
}

fn gap(row: &Row<'_>) -> rusqlite::Result<GapRow> {
    Ok(GapRow {
        batch: row.get(0)?,
        source: row.get(1)?,
        byte_start: row.get(2)?,
        byte_end: row.get(3)?,
        lines: row.get(4)?,
        cause: row.get(5)?,
        noticed: Timestamp(row.get(6)?),
    })
}
