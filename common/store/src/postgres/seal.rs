//! What sealing and verifying ask of PostgreSQL, and the marks that retention leaves.
//!
//! What it does *not* know: how digests are made (`seal`).

use super::Postgres;
use super::read::in_batch;
use super::row::Time;
use super::walk::{Path, Walk};
use crate::predicate::{self, Dialect};
use crate::seal::{self, GAPS, REJECTS, gap_bytes, reject_bytes};
use crate::{BatchRow, Digest, Head, LeafRow, Result, RetentionRow, Seal, See, Selection};
use common::clock::{DAY, Timestamp};
use common::filter::Filter;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use postgres::{Row, Transaction};
use std::collections::BTreeMap;

const HEADS: &str = "SELECT b.source, n.batches, b.commit_no, b.digest FROM batch b \
    JOIN (SELECT source, count(*) AS batches, max(commit_no) AS last FROM batch \
    WHERE digest IS NOT NULL AND source <> 0 GROUP BY source) n ON n.last = b.commit_no \
    ORDER BY b.source";
const BATCHES: &str = "SELECT batch, source, section, byte_start, byte_end, line_count, \
    event_count, time_min, time_max, previous, digest, commit_no, committed FROM batch \
    WHERE commit_no > $1 ORDER BY commit_no LIMIT $2";
const LEAVES: &str = "SELECT day, event_count, digest, proof, retention FROM leaf \
    WHERE batch = $1 ORDER BY day";
const COUNTS: &str = "SELECT batch, (time AT TIME ZONE 'UTC')::date - date '1970-01-01', count(*) \
    FROM event GROUP BY 1, 2";
const ODD: &str = "SELECT batch || '.' || seq || CASE WHEN time_quality NOT BETWEEN 0 AND 3 \
    THEN ' time_quality' WHEN raw_kind NOT BETWEEN 0 AND 2 THEN ' raw_kind' ELSE ' eol' END \
    FROM event WHERE time_quality NOT BETWEEN 0 AND 3 OR raw_kind NOT BETWEEN 0 AND 2 \
    OR eol NOT BETWEEN 0 AND 2 ORDER BY batch, seq LIMIT 100";
const RETENTIONS: &str = "SELECT retention, day, section, leaf_count, event_count, removed, digest, \
    archived FROM retention ORDER BY retention";
/// The days that have events to remove: those of leaves that no record names yet.
const DAYS: &str = "SELECT DISTINCT day FROM leaf WHERE retention IS NULL AND day < $1 \
    AND day > $3 AND ($2::text IS NULL OR batch IN (SELECT batch FROM batch WHERE section = $2)) \
    ORDER BY day";
const MARK: &str = "WITH marked AS (UPDATE leaf SET retention = $1, proof = '' \
    WHERE retention IS NULL AND day = $2 AND ($3::text IS NULL OR batch IN \
        (SELECT batch FROM batch WHERE section = $3)) \
    AND ($4::timestamptz IS NULL OR batch IN (SELECT batch FROM batch WHERE committed < $4)) \
    AND ($5::bigint IS NULL OR batch IN (SELECT batch FROM batch WHERE commit_no <= $5)) \
    RETURNING batch, digest, event_count) SELECT * FROM marked ORDER BY batch";
const LAST: &str = "SELECT retention, digest FROM retention ORDER BY retention DESC LIMIT 1";
const PUT: &str = "INSERT INTO retention (retention, day, section, leaf_count, event_count, \
    removed, digest, archived) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('siem retention', 0))";

impl Seal for Postgres {
    fn heads(&mut self) -> Result<Vec<Head>> {
        let rows = self.client()?.query(HEADS, &[]).map_err(|error| self.fault(&error))?;
        let head = |row: &Row| Head {
            source: row.get(0),
            batches: row.get(1),
            commit_no: row.get(2),
            digest: row.get(3),
        };
        Ok(rows.iter().map(head).collect())
    }

    fn cursor_heads(&mut self) -> Result<Vec<(i64, Digest)>> {
        let select = "SELECT source, head FROM cursor ORDER BY source";
        let rows = self.client()?.query(select, &[]).map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    fn batch_rows(&mut self, commit_no: i64, limit: u32) -> Result<Vec<BatchRow>> {
        let select = self.statement(BATCHES)?;
        let rows = self.client.query(&select, &[&commit_no, &i64::from(limit)]);
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(batch).collect())
    }

    fn leaves(&mut self, batch: i64) -> Result<Vec<LeafRow>> {
        let select = self.statement(LEAVES)?;
        let rows = self.client.query(&select, &[&batch]).map_err(|error| self.fault(&error))?;
        let leaf = |row: &Row| LeafRow {
            day: row.get(0),
            event_count: row.get(1),
            digest: row.get(2),
            proof: row.get(3),
            retention: row.get(4),
        };
        Ok(rows.iter().map(leaf).collect())
    }

    fn whole_batch(
        &mut self,
        batch: i64,
        days: Option<(i32, i32)>,
        see: &mut See<'_>,
    ) -> Result<()> {
        let start = |day: i32| Timestamp(i64::from(day).saturating_mul(DAY));
        let selection = Selection {
            since: days.map(|(first, _)| start(first)),
            until: days.map(|(_, last)| start(last.saturating_add(1))),
            ..Selection::default()
        };
        let condition = predicate::selection(&selection, Dialect::Postgres).may;
        let walk = Walk::new(in_batch(batch, &condition), Path::Id).first_rows(4096);
        self.see(walk, &Filter::All, None, see).map(drop)
    }

    fn notes(&mut self, batch: i64) -> Result<Vec<(i32, Vec<u8>)>> {
        let rejects =
            self.statement("SELECT log_offset, reason, raw FROM reject WHERE batch = $1")?;
        let gaps =
            self.statement("SELECT byte_start, byte_end, lines, cause FROM gap WHERE batch = $1")?;
        let rows = self.client.query(&rejects, &[&batch]).map_err(|error| self.fault(&error))?;
        let reject = |row: &Row| (REJECTS, reject_bytes(row.get(0), row.get(1), row.get(2)));
        let mut notes: Vec<_> = rows.iter().map(reject).collect();
        let rows = self.client.query(&gaps, &[&batch]).map_err(|error| self.fault(&error))?;
        let gap = |row: &Row| (GAPS, gap_bytes(row.get(0), row.get(1), row.get(2), row.get(3)));
        notes.extend(rows.iter().map(gap));
        Ok(notes)
    }

    fn event_counts(&mut self) -> Result<BTreeMap<(i64, i32), i64>> {
        self.client()?;
        let mut counts = BTreeMap::new();
        let mut read = || {
            let mut rows = self.client.query_raw(COUNTS, std::iter::empty::<&dyn ToSql>())?;
            while let Some(row) = rows.next()? {
                counts.insert((row.get(0), row.get(1)), row.get(2));
            }
            Ok(())
        };
        let outcome: std::result::Result<(), postgres::Error> = read();
        outcome.map_err(|error| self.fault(&error))?;
        Ok(counts)
    }

    fn odd_events(&mut self) -> Result<Vec<String>> {
        let rows = self.client()?.query(ODD, &[]).map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn day_leaves(&mut self, section: &str, day: i32) -> Result<Vec<(i64, i64, Option<i64>)>> {
        let select = "SELECT batch, commit_no, retention FROM leaf JOIN batch USING (batch) \
            WHERE day = $2 AND section = $1 ORDER BY batch";
        let rows = self.client()?.query(select, &[&section, &day]);
        let rows = rows.map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
    }

    fn retentions(&mut self) -> Result<Vec<RetentionRow>> {
        let rows = self.client()?.query(RETENTIONS, &[]).map_err(|error| self.fault(&error))?;
        let record = |row: &Row| RetentionRow {
            retention: row.get(0),
            day: row.get(1),
            section: row.get(2),
            leaf_count: row.get(3),
            event_count: row.get(4),
            removed: row.get::<_, Time>(5).0,
            digest: row.get(6),
            is_archived: row.get(7),
        };
        Ok(rows.iter().map(record).collect())
    }

    fn removed_leaves(&mut self, retention: i64) -> Result<Vec<(i64, Digest)>> {
        let select = "SELECT batch, digest FROM leaf WHERE retention = $1 ORDER BY batch";
        let rows = self.client()?.query(select, &[&retention]);
        let rows = rows.map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    fn removed_batches(&mut self, retention: i64) -> Result<Vec<(String, i64)>> {
        let select = "SELECT section, batch FROM leaf JOIN batch USING (batch) \
            WHERE retention = $1 ORDER BY section, batch";
        let rows = self.client()?.query(select, &[&retention]);
        let rows = rows.map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

impl Postgres {
    /// Leaves a retention record for each day before one (all without) whose events of a section
    /// (all without) are about to go; of batches up to a commit, which are archived (all without).
    pub(super) fn mark_days(
        &mut self,
        before: Option<i32>,
        section: Option<&str>,
        up_to: Option<i64>,
    ) -> Result<()> {
        let until = before.unwrap_or(i32::MAX);
        let rows = self.client()?.query(DAYS, &[&until, &section, &GAPS]);
        let days: Vec<i32> =
            rows.map_err(|error| self.fault(&error))?.iter().map(|row| row.get(0)).collect();
        for day in days {
            self.change(|transaction| mark(transaction, day, section, (None, up_to)))?;
        }
        Ok(())
    }

    /// The same for the rejected lines of batches committed before a time.
    pub(super) fn mark_rejects(
        &mut self,
        before: Option<Timestamp>,
        section: Option<&str>,
    ) -> Result<()> {
        self.change(|transaction| mark(transaction, REJECTS, section, (before, None)))
    }
}

/// Marks the leaves of a day and writes their record: those of batches before a time and up to a
/// commit.
fn mark(
    transaction: &mut Transaction<'_>,
    day: i32,
    section: Option<&str>,
    (before, up_to): (Option<Timestamp>, Option<i64>),
) -> std::result::Result<(), postgres::Error> {
    transaction.query(LOCK, &[])?;
    let last = transaction.query_opt(LAST, &[])?;
    let (number, previous) =
        last.map_or((0, Vec::new()), |row| (row.get::<_, i64>(0), row.get::<_, Vec<u8>>(1)));
    let number = number + 1;
    let marked = transaction.query(MARK, &[&number, &day, &section, &before.map(Time), &up_to])?;
    if marked.is_empty() {
        return Ok(());
    }
    let now = transaction.query_one("SELECT clock_timestamp()", &[])?;
    let leaves: Vec<(i64, Vec<u8>)> = marked.iter().map(|row| (row.get(0), row.get(1))).collect();
    let mut row = RetentionRow {
        retention: number,
        day,
        section: section.map(str::to_owned),
        leaf_count: i64::try_from(leaves.len()).unwrap_or(i64::MAX),
        event_count: marked.iter().map(|row| row.get::<_, i64>(2)).sum(),
        removed: now.get::<_, Time>(0).0,
        is_archived: up_to.is_some(),
        digest: Vec::new(),
    };
    row.digest = seal::retention_link(&previous, &row, &leaves).to_vec();
    transaction
        .execute(
            PUT,
            &[
                &row.retention,
                &row.day,
                &row.section,
                &row.leaf_count,
                &row.event_count,
                &Time(row.removed),
                &row.digest,
                &row.is_archived,
            ],
        )
        .map(drop)
}

fn batch(row: &Row) -> BatchRow {
    let time = |place: usize| row.get::<_, Option<Time>>(place).map(|time| time.0);
    BatchRow {
        batch: row.get(0),
        source: row.get(1),
        section: row.get(2),
        byte_start: row.get(3),
        byte_end: row.get(4),
        line_count: row.get(5),
        event_count: row.get(6),
        time: time(7).zip(time(8)),
        previous: row.get(9),
        digest: row.get(10),
        commit_no: row.get(11),
        committed: row.get::<_, Time>(12).0,
    }
}
