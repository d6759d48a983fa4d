//! Other labels for stored events of the SQLite file, and the records of it.
//!
//! What it does *not* know: which labels are right.

use super::Sqlite;
use super::row::event_key;
use crate::relabel::{RelabelRow, Relabelled, Relabels};
use crate::{Digest, Result};
use common::clock::Timestamp;
use common::event::EventId;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::collections::BTreeSet;

const SET: &str = "UPDATE event SET labels = ?1 WHERE id = ?2 AND labels = ?3";
const LAST: &str = "SELECT relabel, digest FROM relabel ORDER BY relabel DESC LIMIT 1";
const PUT: &str = "INSERT INTO relabel (relabel, batch, engine, event_count, changes, made, \
    digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const OF_BATCH: &str = "SELECT relabel, batch, engine, event_count, changes, made, digest \
    FROM relabel WHERE batch = ?1 ORDER BY relabel";
const AFTER: &str = "SELECT relabel, batch, engine, event_count, changes, made, digest \
    FROM relabel WHERE relabel > ?1 ORDER BY relabel LIMIT ?2";

impl Relabels for Sqlite {
    fn put_labels(&mut self, batch: i64, changes: &[Relabelled]) -> Result<BTreeSet<i32>> {
        self.change(|connection| {
            let mut set = connection.prepare_cached(SET)?;
            let mut made = Vec::new();
            for change in changes {
                let key = event_key(EventId { batch, seq: change.seq });
                if set.execute((&change.now, key, &change.was))? > 0 {
                    made.push(change);
                }
            }
            if !made.is_empty() {
                let (last, now) = (last(connection)?, Timestamp::now());
                put(connection, &RelabelRow::new(last, batch, made.iter().copied(), now))?;
            }
            Ok(made.iter().map(|change| change.seq).collect())
        })
    }

    fn batch_relabels(&mut self, batch: i64) -> Result<Vec<RelabelRow>> {
        self.list(OF_BATCH, [batch], row)
    }

    fn relabels(&mut self, after: i64, limit: u32) -> Result<Vec<RelabelRow>> {
        self.list(AFTER, (after, limit), row)
    }

    fn relabel_head(&mut self) -> Result<Option<(i64, Digest)>> {
        last(&self.connection).map_err(self.refused())
    }
}

fn last(connection: &Connection) -> rusqlite::Result<Option<(i64, Digest)>> {
    connection.query_row(LAST, (), |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn put(connection: &Connection, row: &RelabelRow) -> rusqlite::Result<()> {
    let values = params![
        row.relabel,
        row.batch,
        row.engine,
        row.event_count,
        row.changes,
        row.made.0,
        row.digest
    ];
    connection.execute(PUT, values).map(drop)
}

fn row(row: &Row<'_>) -> rusqlite::Result<RelabelRow> {
    Ok(RelabelRow {
        relabel: row.get(0)?,
        batch: row.get(1)?,
        engine: row.get(2)?,
        event_count: row.get(3)?,
        changes: row.get(4)?,
        made: Timestamp(row.get(5)?),
        digest: row.get(6)?,
    })
}
