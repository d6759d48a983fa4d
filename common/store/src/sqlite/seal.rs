//! What sealing and verifying ask of the SQLite file, and the marks that retention leaves.
//!
//! What it does *not* know: how digests are made (`seal`).

use super::Sqlite;
use super::read::in_batch;
use super::walk::{Access, Path, Walk};
use crate::predicate::{self, Dialect};
use crate::seal::{self, GAPS, REJECTS, gap_bytes, reject_bytes};
use crate::{BatchRow, Digest, Head, LeafRow, Result, RetentionRow, Seal, See, Selection};
use common::clock::Timestamp;
use common::filter::Filter;
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};
use std::collections::BTreeMap;

const HEADS: &str = "SELECT b.source, n.batches, b.commit_no, b.digest FROM batch b \
    JOIN (SELECT source, count(*) AS batches, max(commit_no) AS last FROM batch \
    WHERE digest IS NOT NULL AND source <> 0 GROUP BY source) n ON n.last = b.commit_no \
    ORDER BY b.source";
const BATCHES: &str = "SELECT batch, source, section, byte_start, byte_end, line_count, \
    event_count, time_min, time_max, previous, digest, commit_no, committed FROM batch \
    WHERE commit_no > ?1 ORDER BY commit_no LIMIT ?2";
const LEAVES: &str = "SELECT day, event_count, digest, proof, retention FROM leaf \
    WHERE batch = ?1 ORDER BY day";
/// Division rounds towards zero, days towards the past.
const COUNTS: &str = "SELECT id >> 20, (time - 86399999999 * (time < 0)) / 86400000000, count(*) \
    FROM event GROUP BY 1, 2";
const ODD: &str = "SELECT (id >> 20) || '.' || (id & 1048575) || CASE \
    WHEN time_quality NOT BETWEEN 0 AND 3 THEN ' time_quality' \
    WHEN raw_kind NOT BETWEEN 0 AND 2 THEN ' raw_kind' ELSE ' eol' END \
    FROM event WHERE time_quality NOT BETWEEN 0 AND 3 OR raw_kind NOT BETWEEN 0 AND 2 \
    OR eol NOT BETWEEN 0 AND 2 ORDER BY id LIMIT 100";
const RETENTIONS: &str = "SELECT retention, day, section, leaf_count, event_count, removed, digest, \
    archived FROM retention ORDER BY retention";
/// The days that have events to remove: those of leaves that no record names yet.
const DAYS: &str = "SELECT DISTINCT day FROM leaf WHERE retention IS NULL AND day < ?1 \
    AND day > ?3 AND (?2 IS NULL OR batch IN (SELECT batch FROM batch WHERE section = ?2)) \
    ORDER BY day";
const MARKED: &str = "SELECT batch, digest, event_count FROM leaf WHERE retention IS NULL \
    AND day = ?1 AND (?2 IS NULL OR batch IN (SELECT batch FROM batch WHERE section = ?2)) \
    AND (?3 IS NULL OR batch IN (SELECT batch FROM batch WHERE committed < ?3)) \
    AND (?4 IS NULL OR batch IN (SELECT batch FROM batch WHERE commit_no <= ?4)) ORDER BY batch";
const MARK: &str = "UPDATE leaf SET retention = ?3, proof = x'' WHERE batch = ?1 AND day = ?2";
const LAST: &str = "SELECT retention, digest FROM retention ORDER BY retention DESC LIMIT 1";
const PUT: &str = "INSERT INTO retention (retention, day, section, leaf_count, event_count, \
    removed, digest, archived) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

impl Seal for Sqlite {
    fn heads(&mut self) -> Result<Vec<Head>> {
        self.list(HEADS, (), |row| {
            Ok(Head {
                source: row.get(0)?,
                batches: row.get(1)?,
                commit_no: row.get(2)?,
                digest: row.get(3)?,
            })
        })
    }

    fn cursor_heads(&mut self) -> Result<Vec<(i64, Digest)>> {
        let select = "SELECT source, head FROM cursor ORDER BY source";
        self.list(select, (), |row| Ok((row.get(0)?, row.get(1)?)))
    }

    fn batch_rows(&mut self, commit_no: i64, limit: u32) -> Result<Vec<BatchRow>> {
        self.list(BATCHES, (commit_no, limit), batch)
    }

    fn leaves(&mut self, batch: i64) -> Result<Vec<LeafRow>> {
        self.list(LEAVES, [batch], |row| {
            Ok(LeafRow {
                day: row.get(0)?,
                event_count: row.get(1)?,
                digest: row.get(2)?,
                proof: row.get(3)?,
                retention: row.get(4)?,
            })
        })
    }

    fn whole_batch(&mut self, batch: i64, _: Option<(i32, i32)>, see: &mut See<'_>) -> Result<()> {
        let condition = predicate::selection(&Selection::default(), Dialect::Sqlite).may;
        let walk = Walk::new(Access::Key, in_batch(batch, &condition), Path::Id);
        let refused = self.refused();
        self.see(walk, &Filter::All, None, see).map(drop).map_err(refused)
    }

    fn notes(&mut self, batch: i64) -> Result<Vec<(i32, Vec<u8>)>> {
        let select = "SELECT log_offset, reason, raw FROM reject WHERE batch = ?1";
        let mut notes = self.list(select, [batch], |row| {
            let (reason, raw): (String, Vec<u8>) = (row.get(1)?, row.get(2)?);
            Ok((REJECTS, reject_bytes(row.get(0)?, &reason, &raw)))
        })?;
        let select = "SELECT byte_start, byte_end, lines, cause FROM gap WHERE batch = ?1";
        notes.extend(self.list(select, [batch], |row| {
            let cause: String = row.get(3)?;
            Ok((GAPS, gap_bytes(row.get(0)?, row.get(1)?, row.get(2)?, &cause)))
        })?);
        Ok(notes)
    }

    fn event_counts(&mut self) -> Result<BTreeMap<(i64, i32), i64>> {
        let counts = self.list(COUNTS, (), |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        Ok(counts.into_iter().collect())
    }

    fn odd_events(&mut self) -> Result<Vec<String>> {
        self.list(ODD, (), |row| row.get(0))
    }

    fn day_leaves(&mut self, section: &str, day: i32) -> Result<Vec<(i64, i64, Option<i64>)>> {
        let select = "SELECT batch, commit_no, retention FROM leaf JOIN batch USING (batch) \
            WHERE day = ?2 AND section = ?1 ORDER BY batch";
        self.list(select, (section, day), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    fn retentions(&mut self) -> Result<Vec<RetentionRow>> {
        self.list(RETENTIONS, (), |row| {
            Ok(RetentionRow {
                retention: row.get(0)?,
                day: row.get(1)?,
                section: row.get(2)?,
                leaf_count: row.get(3)?,
                event_count: row.get(4)?,
                removed: Timestamp(row.get(5)?),
                digest: row.get(6)?,
                is_archived: row.get(7)?,
            })
        })
    }

    fn removed_leaves(&mut self, retention: i64) -> Result<Vec<(i64, Digest)>> {
        let select = "SELECT batch, digest FROM leaf WHERE retention = ?1 ORDER BY batch";
        self.list(select, [retention], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    fn removed_batches(&mut self, retention: i64) -> Result<Vec<(String, i64)>> {
        let select = "SELECT section, batch FROM leaf JOIN batch USING (batch) \
            WHERE retention = ?1 ORDER BY section, batch";
        self.list(select, [retention], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

impl Sqlite {
    /// The rows of a query.
    pub(super) fn list<T>(
        &self,
        select: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let rows = || {
            let mut statement = self.connection.prepare_cached(select)?;
            statement.query_map(parameters, read)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        rows().map_err(self.refused())
    }

    /// Leaves a retention record for each day before one whose events of a section (all without)
    /// are about to go; of batches up to a commit, which are archived (all without).
    pub(super) fn mark_days(
        &mut self,
        before: i32,
        section: Option<&str>,
        up_to: Option<i64>,
    ) -> Result<()> {
        let days: Vec<i32> = self.list(DAYS, params![before, section, GAPS], |row| row.get(0))?;
        for day in days {
            self.change(|connection| mark(connection, day, section, (None, up_to)))?;
        }
        Ok(())
    }

    /// The same for the rejected lines of batches committed before a time.
    pub(super) fn mark_rejects(&mut self, before: i64, section: Option<&str>) -> Result<()> {
        self.change(|connection| mark(connection, REJECTS, section, (Some(before), None)))
    }
}

/// Marks the leaves of a day and writes their record: those of batches before a time and up to a
/// commit.
fn mark(
    connection: &Connection,
    day: i32,
    section: Option<&str>,
    (before, up_to): (Option<i64>, Option<i64>),
) -> rusqlite::Result<()> {
    let mut select = connection.prepare(MARKED)?;
    let rows = select.query_map(params![day, section, before, up_to], |row| {
        Ok(((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?), row.get::<_, i64>(2)?))
    })?;
    let (leaves, counts): (Vec<(i64, Vec<u8>)>, Vec<i64>) =
        rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().unzip();
    if leaves.is_empty() {
        return Ok(());
    }
    let last: Option<(i64, Vec<u8>)> =
        connection.query_row(LAST, (), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (number, previous) = last.unwrap_or_default();
    let mut row = RetentionRow {
        retention: number + 1,
        day,
        section: section.map(str::to_owned),
        leaf_count: i64::try_from(leaves.len()).unwrap_or(i64::MAX),
        event_count: counts.iter().sum(),
        removed: Timestamp::now(),
        is_archived: up_to.is_some(),
        digest: Vec::new(),
    };
    row.digest = seal::retention_link(&previous, &row, &leaves).to_vec();
    let mut mark = connection.prepare(MARK)?;
    for (batch, _) in &leaves {
        mark.execute((batch, day, row.retention))?;
    }
    connection
        .execute(
            PUT,
            params![
                row.retention,
                row.day,
                row.section,
                row.leaf_count,
                row.event_count,
                row.removed.0,
                row.digest,
                row.is_archived
            ],
        )
        .map(drop)
}

fn batch(row: &Row<'_>) -> rusqlite::Result<BatchRow> {
    let time =
        |place: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(place)?.map(Timestamp));
    Ok(BatchRow {
        batch: row.get(0)?,
        source: row.get(1)?,
        section: row.get(2)?,
        byte_start: row.get(3)?,
        byte_end: row.get(4)?,
        line_count: row.get(5)?,
        event_count: row.get(6)?,
        time: time(7)?.zip(time(8)?),
        previous: row.get(9)?,
        digest: row.get(10)?,
        commit_no: row.get(11)?,
        committed: Timestamp(row.get(12)?),
    })
}
