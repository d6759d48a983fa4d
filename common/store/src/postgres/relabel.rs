//! Other labels for stored events of PostgreSQL, and the records of it. Only the owner may.
//!
//! What it does *not* know: which labels are right.

use super::Postgres;
use super::row::Time;
use crate::relabel::{RelabelRow, Relabelled, Relabels};
use crate::{Digest, Result};
use postgres::types::ToSql;
use postgres::{Row, Transaction};
use std::collections::BTreeSet;

/// The bounds on the time are what partitions are pruned by.
const SET: &str = "UPDATE event SET labels = change.now \
    FROM unnest($2::integer[], $3::timestamptz[], $4::text[], $5::text[]) \
        AS change (seq, time, was, now) \
    WHERE event.batch = $1 AND event.seq = change.seq AND event.time = change.time \
        AND event.labels = change.was AND event.time BETWEEN $6 AND $7 \
    RETURNING event.seq";
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('siem relabel', 0))";
const LAST: &str = "SELECT relabel, digest FROM relabel ORDER BY relabel DESC LIMIT 1";
const PUT: &str = "INSERT INTO relabel (relabel, batch, engine, event_count, changes, made, \
    digest) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const OF_BATCH: &str = "SELECT relabel, batch, engine, event_count, changes, made, digest \
    FROM relabel WHERE batch = $1 ORDER BY relabel";
const AFTER: &str = "SELECT relabel, batch, engine, event_count, changes, made, digest \
    FROM relabel WHERE relabel > $1 ORDER BY relabel LIMIT $2";

impl Relabels for Postgres {
    fn put_labels(&mut self, batch: i64, changes: &[Relabelled]) -> Result<BTreeSet<i32>> {
        self.change(|transaction| put_labels(transaction, batch, changes))
    }

    fn batch_relabels(&mut self, batch: i64) -> Result<Vec<RelabelRow>> {
        let select = self.statement(OF_BATCH)?;
        let rows = self.client.query(&select, &[&batch]);
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(row).collect())
    }

    fn relabels(&mut self, after: i64, limit: u32) -> Result<Vec<RelabelRow>> {
        let rows = self.client()?.query(AFTER, &[&after, &i64::from(limit)]);
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(row).collect())
    }

    fn relabel_head(&mut self) -> Result<Option<(i64, Digest)>> {
        let last = self.client()?.query_opt(LAST, &[]).map_err(|error| self.fault(&error))?;
        Ok(last.map(|row| (row.get(0), row.get(1))))
    }
}

/// The lock comes last: a batch is written by one transaction at a time, records are in a row.
fn put_labels(
    transaction: &mut Transaction<'_>,
    batch: i64,
    changes: &[Relabelled],
) -> std::result::Result<BTreeSet<i32>, postgres::Error> {
    let times = changes.iter().map(|change| change.time);
    let Some((first, last)) = times.clone().min().zip(times.max()) else {
        return Ok(BTreeSet::new());
    };
    let seqs: Vec<i32> = changes.iter().map(|change| change.seq).collect();
    let times: Vec<Time> = changes.iter().map(|change| Time(change.time)).collect();
    let was: Vec<&str> = changes.iter().map(|change| change.was.as_str()).collect();
    let now: Vec<&str> = changes.iter().map(|change| change.now.as_str()).collect();
    let values: [&(dyn ToSql + Sync); 7] =
        [&batch, &seqs, &times, &was, &now, &Time(first), &Time(last)];
    let rows = transaction.query(SET, &values)?;
    let set: BTreeSet<i32> = rows.iter().map(|row| row.get(0)).collect();
    if set.is_empty() {
        return Ok(set);
    }
    transaction.query(LOCK, &[])?;
    let last = transaction.query_opt(LAST, &[])?.map(|row| (row.get(0), row.get(1)));
    let made = transaction.query_one("SELECT clock_timestamp()", &[])?.get::<_, Time>(0).0;
    let made_of = changes.iter().filter(|change| set.contains(&change.seq));
    let row = RelabelRow::new(last, batch, made_of, made);
    let values: [&(dyn ToSql + Sync); 7] = [
        &row.relabel,
        &row.batch,
        &row.engine,
        &row.event_count,
        &row.changes,
        &Time(row.made),
        &row.digest,
    ];
    transaction.execute(PUT, &values)?;
    Ok(set)
}

fn row(row: &Row) -> RelabelRow {
    RelabelRow {
        relabel: row.get(0),
        batch: row.get(1),
        engine: row.get(2),
        event_count: row.get(3),
        changes: row.get(4),
        made: row.get::<_, Time>(5).0,
        digest: row.get(6),
    }
}
