//! Events out: scans in the order asked for, and the order of commits.
//!
//! What it does *not* know: how counts are made (`count`), how pages are read (`walk`).

use super::Sqlite;
use super::row::{self, EVENT_COLUMNS, SEQ_BITS};
use super::walk::{Access, Key, Path, Walk};
use crate::braid::Braid;
use crate::predicate::{self, Bound, Dialect, Sql};
use crate::{Commit, Group, Order, Peek, Read, Result, Scan, See, Selection};
use common::clock::Timestamp;
use common::event::Event;
use common::field::Field;
use common::filter::Filter;
use common::section::Section;
use rusqlite::{OptionalExtension as _, Row, params_from_iter};
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::thread;
use std::time::{Duration, Instant};

/// How often a waiting reader looks. `PRAGMA data_version` reads one word of shared memory.
const LOOK: Duration = Duration::from_millis(10);
/// Bytes of events that are kept to be shown in reverse; more are read a second time.
const KEEP_BYTES: usize = 8 << 20;

impl Read for Sqlite {
    fn scan(&mut self, scan: &Scan, see: &mut See<'_>) -> Result<()> {
        let refused = self.refused();
        let wanted = &scan.selection;
        let outcome = match (scan.order, scan.newest) {
            (Order::Time, None) => self.through(wanted, Path::Time, None, see),
            (Order::TimeReversed, newest) => self.through(wanted, Path::TimeReversed, newest, see),
            (Order::Time, Some(newest)) => self.newest(wanted, newest, see),
            (Order::Source, newest) => self.by_source(wanted, newest, see),
        };
        outcome.map_err(refused)
    }

    fn explain(&mut self, scan: &Scan) -> Result<String> {
        let path = match (scan.order, scan.newest) {
            (Order::Time, None) => Path::Time,
            (Order::Source, _) => Path::Offset,
            _ => Path::TimeReversed,
        };
        let predicate = predicate::selection(&scan.selection, Dialect::Sqlite);
        let walk = self.walk(&scan.selection, path).map_err(self.refused())?;
        let sql = walk.statement("*");
        let mut text = format!("{}\n", sql.text);
        for (place, value) in (1..).zip(&sql.values) {
            let _ = writeln!(text, "-- ?{place} = {value}");
        }
        text.push_str(if predicate.exact { "-- exact\n" } else { "-- each row is tested again\n" });
        Ok(text)
    }

    fn count(&mut self, selection: &Selection) -> Result<u64> {
        let refused = self.refused();
        self.count_rows(selection).map_err(refused)
    }

    fn count_by(
        &mut self,
        selection: &Selection,
        fields: &[Field],
        top: Option<u64>,
    ) -> Result<Vec<Group>> {
        let refused = self.refused();
        self.count_groups(selection, fields, top).map_err(refused)
    }

    fn histogram(&mut self, selection: &Selection, span: i64) -> Result<Vec<(Timestamp, u64)>> {
        let refused = self.refused();
        self.count_slots(selection, span).map_err(refused)
    }

    fn sections(&mut self) -> Result<Vec<Section>> {
        let select = "SELECT name, format, zone, display FROM section ORDER BY name";
        let sections = || {
            let mut statement = self.connection.prepare_cached(select)?;
            statement.query_map([], section)?.collect::<rusqlite::Result<_>>()
        };
        sections().map_err(self.refused())
    }

    fn last_commit(&mut self) -> Result<Option<(i64, Timestamp)>> {
        let select = "SELECT value, committed FROM counter WHERE name = 'commit' AND value > 0";
        let last = || {
            let mut statement = self.connection.prepare_cached(select)?;
            statement.query_row([], |row| Ok((row.get(0)?, Timestamp(row.get(1)?)))).optional()
        };
        last().map_err(self.refused())
    }

    fn commits_after(&mut self, commit_no: i64, limit: u32) -> Result<Vec<Commit>> {
        let select = "SELECT commit_no, committed, batch, section, event_count, time_min, time_max \
            FROM batch WHERE commit_no > ?1 ORDER BY commit_no LIMIT ?2";
        let commits = || {
            let mut statement = self.connection.prepare_cached(select)?;
            statement.query_map((commit_no, limit), commit)?.collect::<rusqlite::Result<_>>()
        };
        commits().map_err(self.refused())
    }

    fn batch_events(&mut self, batch: i64, filter: &Filter, see: &mut See<'_>) -> Result<()> {
        let selection = Selection { filter: filter.clone(), ..Selection::default() };
        let condition = predicate::selection(&selection, Dialect::Sqlite).may;
        let walk = Walk::new(Access::Key, in_batch(batch, &condition), Path::Id);
        let refused = self.refused();
        self.see(walk, filter, None, see).map(drop).map_err(refused)
    }

    fn peek(&mut self, commit: &Commit, see: &mut Peek<'_>) -> Result<()> {
        let refused = self.refused();
        self.peek_batch(commit, see).map_err(refused)
    }

    fn wait_commit(&mut self, commit_no: i64, timeout: Duration) -> Result<bool> {
        self.wait(timeout, |store| {
            Ok(store.last_commit()?.is_some_and(|(last, _)| last > commit_no))
        })
    }
}

impl Sqlite {
    /// Shows the events of a commit, each while its row is at hand: nothing is copied.
    fn peek_batch(&mut self, commit: &Commit, see: &mut Peek<'_>) -> rusqlite::Result<()> {
        let within = in_batch(commit.batch, &Sql::yes());
        let (table, condition) = (Access::Key.table(), &within.text);
        let select = format!("SELECT {EVENT_COLUMNS} FROM {table} WHERE {condition} ORDER BY id");
        let mut statement = self.connection.prepare_cached(&select)?;
        let mut rows = statement.query(params_from_iter(&within.values))?;
        while let Some(row) = rows.next()? {
            let mut event = row::view(row)?;
            event.ingested = Some(commit.committed);
            see(event);
        }
        Ok(())
    }

    /// Waits until something is there or the time is over; says which. It is looked for when
    /// another connection has committed.
    pub(super) fn wait(
        &mut self,
        timeout: Duration,
        mut is_there: impl FnMut(&mut Sqlite) -> Result<bool>,
    ) -> Result<bool> {
        let start = Instant::now();
        let mut seen = None;
        loop {
            let version = self.data_version()?;
            if seen != Some(version) {
                seen = Some(version);
                if is_there(self)? {
                    return Ok(true);
                }
            }
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(false);
            }
            thread::sleep(LOOK.min(left));
        }
    }

    /// A number that changes when another connection commits.
    fn data_version(&self) -> Result<i64> {
        let read = || {
            let mut pragma = self.connection.prepare_cached("PRAGMA data_version")?;
            pragma.query_row([], |row| row.get(0))
        };
        read().map_err(self.refused())
    }

    /// Shows the events of a walk for which the filter holds, at most `limit`.
    pub(super) fn see(
        &mut self,
        mut walk: Walk,
        filter: &Filter,
        limit: Option<u64>,
        see: &mut See<'_>,
    ) -> rusqlite::Result<ControlFlow<()>> {
        let mut left = limit.unwrap_or(u64::MAX);
        while left > 0
            && let Some(events) = walk.page(self)?
        {
            for event in events {
                if left == 0 || !filter.matches(&event) {
                    continue;
                }
                left -= 1;
                if see(event).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn walk(&self, selection: &Selection, path: Path) -> rusqlite::Result<Walk> {
        let predicate = predicate::selection(selection, Dialect::Sqlite);
        let access = Access::of(&self.connection, selection, &predicate)?;
        Ok(Walk::new(access, predicate.may, path))
    }

    fn through(
        &mut self,
        selection: &Selection,
        path: Path,
        limit: Option<u64>,
        see: &mut See<'_>,
    ) -> rusqlite::Result<()> {
        let walk = self.walk(selection, path)?.first_rows(limit.unwrap_or(128));
        self.see(walk, &selection.filter, limit, see).map(drop)
    }

    /// The newest events, oldest first: kept and reversed when they are small together, else
    /// found going back and read again going forward.
    fn newest(
        &mut self,
        selection: &Selection,
        newest: u64,
        see: &mut See<'_>,
    ) -> rusqlite::Result<()> {
        let (mut kept, mut bytes, mut ends) = (Vec::new(), 0, None);
        self.through(selection, Path::TimeReversed, Some(newest), &mut |event| {
            ends = Some(Ends::reach(ends, &event));
            bytes += size_of::<Event<'_>>() + event.raw.len() + event.message.len();
            if bytes <= KEEP_BYTES {
                kept.push(event);
            } else {
                kept = Vec::new();
            }
            ControlFlow::Continue(())
        })?;
        let Some(ends) = ends else { return Ok(()) };
        if bytes <= KEEP_BYTES {
            let _ = kept.into_iter().rev().try_for_each(see);
            return Ok(());
        }
        let predicate = predicate::selection(selection, Dialect::Sqlite);
        let access = Access::of(&self.connection, selection, &predicate)?;
        let walk = Walk::new(access, ends.within(&predicate.may), Path::Time);
        self.see(walk, &selection.filter, Some(newest), see).map(drop)
    }

    /// Batch by batch in order of (source, first byte), by offset within a batch, braided.
    fn by_source(
        &mut self,
        selection: &Selection,
        newest: Option<u64>,
        see: &mut See<'_>,
    ) -> rusqlite::Result<()> {
        let mut condition = condition(selection);
        if newest.is_some() {
            let mut ends = None;
            self.through(selection, Path::TimeReversed, newest, &mut |event| {
                ends = Some(Ends::reach(ends, &event));
                ControlFlow::Continue(())
            })?;
            let Some(ends) = ends else { return Ok(()) };
            condition = ends.within(&condition);
        }
        let mut after = (i64::MIN, i64::MIN, i64::MIN);
        let mut braid = Braid::default();
        loop {
            let batches = self.batches(after, selection)?;
            let Some(&last) = batches.last() else {
                let _ = braid.finish(see);
                return Ok(());
            };
            for (source, _, batch) in batches {
                let within = in_batch(batch, &condition);
                let walk = Walk::new(Access::Key, within, Path::Offset).first_rows(4096);
                let mut take = |event| braid.take(source, event, see);
                if self.see(walk, &selection.filter, None, &mut take)?.is_break() {
                    return Ok(());
                }
            }
            after = last;
        }
    }

    /// Some (source, first byte, batch) after a triple, whose events can be in the time asked for.
    fn batches(
        &self,
        after: (i64, i64, i64),
        selection: &Selection,
    ) -> rusqlite::Result<Vec<(i64, i64, i64)>> {
        let select = "SELECT source, byte_start, batch FROM batch \
            WHERE (source, byte_start, batch) > (?1, ?2, ?3) AND time_max >= ?4 AND time_min < ?5 \
            ORDER BY source, byte_start, batch LIMIT 256";
        let since = selection.since.map_or(i64::MIN, |time| time.0);
        let until = selection.until.map_or(i64::MAX, |time| time.0);
        let mut statement = self.connection.prepare_cached(select)?;
        let values = (after.0, after.1, after.2, since, until);
        statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
    }
}

/// The first and last place, in order of time, of what was seen going back.
#[derive(Clone, Copy)]
struct Ends {
    oldest: Key,
    newest: Key,
}

impl Ends {
    fn reach(ends: Option<Ends>, event: &Event<'_>) -> Ends {
        let key = Path::Time.key(event);
        Ends { oldest: key, newest: ends.map_or(key, |ends| ends.newest) }
    }

    fn within(self, condition: &Sql) -> Sql {
        let mut sql = Sql::default();
        for (relation, key) in [(">=", self.oldest), ("<=", self.newest)] {
            sql.push(&format!("(time, id) {relation} (")).bind(Bound::Int(key.0)).push(", ");
            sql.bind(Bound::Int(key.1)).push(") AND ");
        }
        sql.append(condition);
        sql
    }
}

fn condition(selection: &Selection) -> Sql {
    predicate::selection(selection, Dialect::Sqlite).may
}

pub(super) fn in_batch(batch: i64, condition: &Sql) -> Sql {
    let mut sql = Sql::default();
    sql.push("id > ").bind(Bound::Int(batch << SEQ_BITS)).push(" AND id < ");
    sql.bind(Bound::Int((batch + 1) << SEQ_BITS)).push(" AND ").append(condition);
    sql
}

pub(super) fn section(row: &Row<'_>) -> rusqlite::Result<Section> {
    Ok(Section { name: row.get(0)?, format: row.get(1)?, zone: row.get(2)?, display: row.get(3)? })
}

fn commit(row: &Row<'_>) -> rusqlite::Result<Commit> {
    let (first, last): (Option<i64>, Option<i64>) = (row.get(5)?, row.get(6)?);
    Ok(Commit {
        commit_no: row.get(0)?,
        committed: Timestamp(row.get(1)?),
        batch: row.get(2)?,
        section: row.get(3)?,
        event_count: row.get(4)?,
        time: first.map(Timestamp).zip(last.map(Timestamp)),
    })
}
