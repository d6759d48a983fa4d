//! Old rows out of PostgreSQL: days of events as whole partitions, all else page by page.
//!
//! ```text
//!  day before the limit ─► drop_day      one short lock a day
//!  the rest, a section ──► sweep_event   256 pages a transaction
//! ```
//!
//! Readers and writers go on meanwhile. Where a lock cannot be had in half a second it is tried
//! again later, so that nobody queues behind it for long.
//!
//! What it does *not* know: how long rows are wanted.

use super::Postgres;
use super::row::Time;
use crate::{Removed, Result, Retain, Settled, seal};
use common::clock::Timestamp;
use postgres::error::SqlState;
use postgres::types::ToSql;
use std::thread::sleep;
use std::time::Duration;

/// Pages that a transaction looks at.
const PAGES: usize = 256;
/// How often a lock is tried, and how long others have in between.
const ATTEMPTS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// The partitions that hold no event at or after a time.
const WHOLE_DAYS: &str = "SELECT relname::text, oid::regclass::text FROM pg_class \
    JOIN pg_inherits ON inhrelid = oid \
    WHERE inhparent = 'public.event'::regclass AND relname ~ '^event_[0-9]{8}$' \
    AND ($1::timestamptz IS NULL OR \
        (to_date(right(relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC' <= $1) \
    ORDER BY relname";
/// The partitions that may hold events before a time.
const PARTS: &str = "SELECT oid::regclass::text FROM pg_class JOIN pg_inherits ON inhrelid = oid \
    WHERE inhparent = 'public.event'::regclass AND ($1::timestamptz IS NULL \
        OR relname !~ '^event_[0-9]{8}$' \
        OR to_date(right(relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' < $1) \
    ORDER BY relname";
const EVENT_SWEEP: &str = "SELECT sweep_event($5::text::regclass, $1, $2, $3, $4)";
const HIT_SWEEP: &str = "WITH old AS (DELETE FROM hit \
    WHERE ctid >= format('(%s,0)', $3::bigint)::tid AND ctid < format('(%s,0)', $4::bigint)::tid \
    AND ($1::timestamptz IS NULL OR time < $1) AND ($2::text IS NULL OR version IN \
        (SELECT version FROM rule_version WHERE section = $2)) RETURNING 1) \
    SELECT count(*) FROM old WHERE $5::text IS NOT NULL";
const SIEM_SWEEP: &str = "WITH old AS (DELETE FROM siem_event \
    WHERE ctid >= format('(%s,0)', $3::bigint)::tid AND ctid < format('(%s,0)', $4::bigint)::tid \
    AND ($1::timestamptz IS NULL OR last_time < $1) AND ($2::text IS NULL OR section = $2) \
    RETURNING 1) SELECT count(*) FROM old WHERE $5::text IS NOT NULL";
const OUTBOX_SWEEP: &str = "DELETE FROM outbox WHERE NOT EXISTS \
    (SELECT 1 FROM siem_event WHERE id = outbox.siem_event)";
const CHANGE_SWEEP: &str = "DELETE FROM change WHERE NOT EXISTS \
    (SELECT 1 FROM siem_event WHERE id = change.siem_event)";
const REJECT_SWEEP: &str = "WITH old AS (DELETE FROM reject USING batch \
    WHERE reject.ctid >= format('(%s,0)', $3::bigint)::tid \
    AND reject.ctid < format('(%s,0)', $4::bigint)::tid AND batch.batch = reject.batch \
    AND ($1::timestamptz IS NULL OR committed < $1) AND ($2::text IS NULL OR section = $2) \
    RETURNING 1) SELECT count(*) FROM old WHERE $5::text IS NOT NULL";
/// The range of days is that of ensure_day.
const IN_DEFAULT: &str = "SELECT count(*) FILTER (WHERE has_day), \
    count(*) FILTER (WHERE NOT has_day) FROM (SELECT (time AT TIME ZONE 'UTC')::date \
    BETWEEN (now() AT TIME ZONE 'UTC')::date - 731 AND (now() AT TIME ZONE 'UTC')::date + 2 \
    AS has_day FROM event_default) AS one";
const SETTLE: &str = "SELECT cardinality(ensure_day(ARRAY( \
    SELECT DISTINCT (time AT TIME ZONE 'UTC')::date FROM event_default)))";
const PLAN: &str = "SELECT \
    (SELECT count(*) FROM event WHERE time < $1 AND ($2::text IS NULL OR section = $2)), \
    (SELECT count(*) FROM hit WHERE time < $1 AND ($2 IS NULL OR version IN \
        (SELECT version FROM rule_version WHERE section = $2))), \
    (SELECT count(*) FROM siem_event WHERE last_time < $3 AND ($2 IS NULL OR section = $2))";

impl Postgres {
    /// Counts what would be removed.
    pub(super) fn plan_removal(&mut self, retain: &Retain) -> Result<Removed> {
        let (before, siem_before) = (Time(retain.whole_days()), retain.siem_before.map(Time));
        let parameters: [&(dyn ToSql + Sync); 3] = [&before, &retain.section, &siem_before];
        let row = self.client()?.query_one(PLAN, &parameters);
        let row = row.map_err(|error| self.fault(&error))?;
        let number = |place: usize| u64::try_from(row.get::<_, i64>(place)).unwrap_or(0);
        let mut removed = Removed {
            events: number(0),
            hits: number(1),
            siem_events: number(2),
            partitions: Vec::new(),
        };
        if retain.section.is_none() {
            let days = self.whole_days(Some(retain.whole_days()))?;
            removed.partitions = days.into_iter().map(|(name, _)| name).collect();
        }
        Ok(removed)
    }

    /// Removes events before a time, or all, with their hits; of batches up to a commit, which are
    /// archived, or all, with their rejected lines.
    pub(super) fn remove_events(
        &mut self,
        before: Option<Timestamp>,
        section: Option<&str>,
        up_to: Option<i64>,
    ) -> Result<Removed> {
        let day = before.map(seal::day);
        self.mark_days(day, section, up_to)?;
        let hits = self.sweep("hit", HIT_SWEEP, before, section)?;
        let mut removed = Removed { hits, ..Removed::default() };
        if up_to.is_none() {
            self.mark_rejects(before, section)?;
            self.sweep("reject", REJECT_SWEEP, before, section)?;
        }
        if section.is_none() {
            for (name, part) in self.whole_days(before)? {
                if let Some(gone) = self.drop_day(&part, day, up_to.is_none())? {
                    removed.events += gone;
                    removed.partitions.push(name);
                }
            }
        }
        let parts = self.client()?.query(PARTS, &[&before.map(Time)]);
        for row in parts.map_err(|error| self.fault(&error))? {
            removed.events += self.sweep(row.get(0), EVENT_SWEEP, before, section)?;
        }
        Ok(removed)
    }

    /// Removes SIEM events whose last instant is before a time, or all.
    pub(super) fn remove_siem_events(
        &mut self,
        before: Option<Timestamp>,
        section: Option<&str>,
    ) -> Result<u64> {
        let gone = self.sweep("siem_event", SIEM_SWEEP, before, section)?;
        self.change(|transaction| transaction.execute(OUTBOX_SWEEP, &[]))?;
        self.change(|transaction| transaction.execute(CHANGE_SWEEP, &[]))?;
        Ok(gone)
    }

    /// Has the days of events in the default partition made, which moves them.
    pub(super) fn settle_default(&mut self) -> Result<Settled> {
        let (placed, strange) = self.in_default()?;
        if placed > 0 {
            let made = self.client()?.query(SETTLE, &[]);
            made.map_err(|error| self.fault(&error))?;
        }
        let (waiting, _) = if placed > 0 { self.in_default()? } else { (0, 0) };
        Ok(Settled { moved: placed.saturating_sub(waiting), waiting, strange })
    }

    /// How many events of the default partition have a day of their own, and how many do not.
    fn in_default(&mut self) -> Result<(u64, u64)> {
        let row = self.client()?.query_one(IN_DEFAULT, &[]).map_err(|error| self.fault(&error))?;
        let number = |place: usize| u64::try_from(row.get::<_, i64>(place)).unwrap_or(0);
        Ok((number(0), number(1)))
    }

    /// (name, qualified name) of the partitions before a time, or all.
    fn whole_days(&mut self, before: Option<Timestamp>) -> Result<Vec<(String, String)>> {
        let rows = self.client()?.query(WHOLE_DAYS, &[&before.map(Time)]);
        let rows = rows.map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Drops a day's partition. Events that came since the days were marked are marked first, if all
    /// of the day may go; else the partition stays.
    fn drop_day(&mut self, part: &str, before: Option<i32>, all: bool) -> Result<Option<u64>> {
        let mut attempt = 1;
        loop {
            let gone = self
                .client()?
                .query_one("SELECT drop_day($1::text::regclass)", &[&part])
                .map(|row| row.get::<_, i64>(0));
            let error = match gone {
                Ok(gone) if gone >= 0 => return Ok(Some(gone.unsigned_abs())),
                Ok(_) if !all => return Ok(None),
                Ok(_) => {
                    self.mark_days(before, None, None)?;
                    continue;
                }
                Err(error) => error,
            };
            let is_lock = error.code().is_some_and(|state| {
                [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED].contains(state)
            });
            if !is_lock || attempt == ATTEMPTS {
                return Err(self.fault(&error));
            }
            attempt += 1;
            sleep(PAUSE);
        }
    }

    /// Removes rows of a table some pages at a time.
    fn sweep(
        &mut self,
        table: &str,
        delete: &'static str,
        before: Option<Timestamp>,
        section: Option<&str>,
    ) -> Result<u64> {
        let pages = "SELECT pg_relation_size($1::text::regclass) \
            / current_setting('block_size')::bigint";
        let pages: i64 =
            self.client()?.query_one(pages, &[&table]).map_err(|error| self.fault(&error))?.get(0);
        let delete = self.statement(delete)?;
        let mut total = 0;
        for first in (0..pages).step_by(PAGES) {
            let next = first.saturating_add(i64::try_from(PAGES).unwrap_or(i64::MAX));
            let before = before.map(Time);
            let parameters: [&(dyn ToSql + Sync); 5] = [&before, &section, &first, &next, &table];
            let row = self.client.query_one(&delete, &parameters);
            let row = row.map_err(|error| self.fault(&error))?;
            total += u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
        }
        Ok(total)
    }
}
