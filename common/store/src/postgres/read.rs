//! Events out: scans in the order asked for, and the order of commits.
//!
//! What it does *not* know: how counts are made (`count`), how pages are read (`walk`).

use super::Postgres;
use super::cursor::section;
use super::row::Time;
use super::walk::{Key, Path, Walk};
use crate::braid::Braid;
use crate::predicate::{self, Bound, Dialect, Sql};
use crate::{Commit, Group, Order, Peek, Read, Result, Scan, See, Selection};
use common::clock::Timestamp;
use common::event::Event;
use common::field::Field;
use common::filter::Filter;
use common::section::Section;
use postgres::Row;
use postgres::fallible_iterator::FallibleIterator as _;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// How often a waiting reader looks although no notification came.
const LOOK: Duration = Duration::from_secs(2);
/// About how many events a list of commits may have.
const PORTION: i64 = 20_000;
/// Bytes of events that are kept to be shown in reverse; more are read a second time.
const KEEP_BYTES: usize = 8 << 20;

impl Read for Postgres {
    fn scan(&mut self, scan: &Scan, see: &mut See<'_>) -> Result<()> {
        match (scan.order, scan.newest) {
            (Order::Time, None) => self.through(scan, Path::Time, see),
            (Order::TimeReversed, _) => self.through(scan, Path::TimeReversed, see),
            (Order::Time, Some(newest)) => self.newest(scan, newest, see),
            (Order::Source, _) => self.by_source(scan, see),
        }
    }

    fn explain(&mut self, scan: &Scan) -> Result<String> {
        let path = match (scan.order, scan.newest) {
            (Order::Time, None) => Path::Time,
            (Order::Source, _) => Path::Offset,
            _ => Path::TimeReversed,
        };
        let predicate = predicate::selection(&scan.selection, Dialect::Postgres);
        let sql = self.walk(&scan.selection, &predicate.may, path)?.statement();
        let mut text = format!("{}\n", sql.render(Dialect::Postgres));
        for (place, value) in (1..).zip(&sql.values) {
            let _ = writeln!(text, "-- ${place} = {value}");
        }
        text.push_str(if predicate.exact { "-- exact\n" } else { "-- each row is tested again\n" });
        Ok(text)
    }

    fn count(&mut self, selection: &Selection) -> Result<u64> {
        self.count_rows(selection)
    }

    fn count_by(
        &mut self,
        selection: &Selection,
        fields: &[Field],
        top: Option<u64>,
    ) -> Result<Vec<Group>> {
        self.count_groups(selection, fields, top)
    }

    fn histogram(&mut self, selection: &Selection, span: i64) -> Result<Vec<(Timestamp, u64)>> {
        self.count_slots(selection, span)
    }

    fn sections(&mut self) -> Result<Vec<Section>> {
        let select = "SELECT name, format, zone, display FROM section ORDER BY name COLLATE \"C\"";
        let rows = self.client()?.query(select, &[]).map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(section).collect())
    }

    fn last_commit(&mut self) -> Result<Option<(i64, Timestamp)>> {
        let select = "SELECT value, committed FROM counter WHERE name = 'commit' AND value > 0";
        let select = self.statement(select)?;
        let row = self.client.query_opt(&select, &[]).map_err(|error| self.fault(&error))?;
        Ok(row.map(|row| (row.get(0), row.get::<_, Time>(1).0)))
    }

    fn commits_after(&mut self, commit_no: i64, limit: u32) -> Result<Vec<Commit>> {
        let select = self.statement(
            "SELECT commit_no, committed, batch, section, event_count, time_min, time_max \
             FROM batch WHERE commit_no > $1 ORDER BY commit_no LIMIT $2",
        )?;
        let rows = self.client.query(&select, &[&commit_no, &i64::from(limit)]);
        let mut commits: Vec<Commit> =
            rows.map_err(|error| self.fault(&error))?.iter().map(commit).collect();
        // Who is far behind takes them in portions: the events of the others are not counted yet.
        let mut events = 0;
        commits.retain(|commit| {
            let fits = events < PORTION;
            events += commit.event_count;
            fits
        });
        if self.is_distributed()? {
            let visible = self.visible(&commits)?;
            let is_short = |one: &Commit| {
                visible.get(&one.batch).copied().unwrap_or_default() < one.event_count
            };
            commits.truncate(commits.iter().position(is_short).unwrap_or(commits.len()));
        }
        Ok(commits)
    }

    fn batch_events(&mut self, batch: i64, filter: &Filter, see: &mut See<'_>) -> Result<()> {
        let select = self.statement(
            "SELECT time_min, time_max FROM batch WHERE batch = $1 AND time_max IS NOT NULL",
        )?;
        let row = self.client.query_opt(&select, &[&batch]).map_err(|error| self.fault(&error))?;
        let Some(row) = row else { return Ok(()) };
        let (first, last) = (row.get::<_, Time>(0).0, row.get::<_, Time>(1).0);
        let selection = Selection {
            filter: filter.clone(),
            since: Some(first),
            until: Some(Timestamp(last.0.saturating_add(1))),
            ..Selection::default()
        };
        let condition = predicate::selection(&selection, Dialect::Postgres).may;
        let walk = Walk::new(in_batch(batch, &condition), Path::Id).first_rows(4096);
        self.see(walk, filter, None, see).map(drop)
    }

    fn peek(&mut self, commit: &Commit, see: &mut Peek<'_>) -> Result<()> {
        self.peek_batch(commit, see)
    }

    fn wait_commit(&mut self, commit_no: i64, timeout: Duration) -> Result<bool> {
        self.wait("siem_commit", timeout, |store| {
            Ok(store.last_commit()?.is_some_and(|(last, _)| last > commit_no))
        })
    }
}

impl Postgres {
    /// Waits until something is there, which notifications on a channel tell, or the time is over;
    /// says which.
    pub(super) fn wait(
        &mut self,
        channel: &'static str,
        timeout: Duration,
        mut is_there: impl FnMut(&mut Postgres) -> Result<bool>,
    ) -> Result<bool> {
        let start = Instant::now();
        self.listen(channel)?;
        loop {
            if is_there(self)? {
                return Ok(true);
            }
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(false);
            }
            let told = self.client.notifications().timeout_iter(left.min(LOOK)).next().map(drop);
            told.map_err(|error| self.fault(&error))?;
            while self.client.notifications().iter().next().is_ok_and(|more| more.is_some()) {}
        }
    }

    /// Asks to be told on a channel, once a connection.
    fn listen(&mut self, channel: &'static str) -> Result<()> {
        self.client()?;
        if self.listening != Some((self.connection, channel)) {
            let listen = self.client.batch_execute(&format!("LISTEN {channel}"));
            listen.map_err(|error| self.fault(&error))?;
            self.listening = Some((self.connection, channel));
        }
        Ok(())
    }

    /// Whether events are spread over servers, so that a batch row can come before its events. On
    /// one server it cannot: events that are not there were removed, and nobody waits for them.
    fn is_distributed(&mut self) -> Result<bool> {
        let has_catalogue = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL";
        let has_table = "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_dist_partition \
            WHERE logicalrelid = 'public.event'::regclass)";
        Ok(self.holds(has_catalogue)? && self.holds(has_table)?)
    }

    /// What a question without parameters is answered.
    fn holds(&mut self, question: &'static str) -> Result<bool> {
        let statement = self.statement(question)?;
        let row = self.client.query_one(&statement, &[]).map_err(|error| self.fault(&error))?;
        Ok(row.get(0))
    }

    /// How many events of each batch can be seen.
    fn visible(&mut self, commits: &[Commit]) -> Result<HashMap<i64, i64>> {
        let batches: Vec<i64> =
            commits.iter().filter(|one| one.event_count > 0).map(|one| one.batch).collect();
        let times = || commits.iter().filter_map(|commit| commit.time);
        let (Some(first), Some(last)) =
            (times().map(|(first, _)| first).min(), times().map(|(_, last)| last).max())
        else {
            return Ok(HashMap::new());
        };
        let select = self.statement(
            "SELECT batch, count(*) FROM event \
             WHERE batch = ANY($1) AND time >= $2 AND time <= $3 GROUP BY batch",
        )?;
        let rows = self.client.query(&select, &[&batches, &Time(first), &Time(last)]);
        let rows = rows.map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Shows the events of a walk for which the filter holds, at most `limit`.
    pub(super) fn see(
        &mut self,
        mut walk: Walk,
        filter: &Filter,
        limit: Option<u64>,
        see: &mut See<'_>,
    ) -> Result<ControlFlow<()>> {
        let mut left = limit.unwrap_or(u64::MAX);
        while left > 0
            && let Some(event) = walk.next(self)?
        {
            if !filter.matches(&event) {
                continue;
            }
            left -= 1;
            if see(event).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn through(&mut self, scan: &Scan, path: Path, see: &mut See<'_>) -> Result<()> {
        let predicate = predicate::selection(&scan.selection, Dialect::Postgres);
        let walk = self.walk(&scan.selection, &predicate.may, path)?;
        let raw = scan.raw || !predicate.exact;
        let walk = walk.raw(raw).first_rows(scan.newest.unwrap_or(128));
        self.see(walk, &scan.selection.filter, scan.newest, see).map(drop)
    }

    /// The newest events, oldest first: kept and reversed when they are small together, else
    /// found going back and read again going forward.
    fn newest(&mut self, scan: &Scan, newest: u64, see: &mut See<'_>) -> Result<()> {
        let (mut kept, mut bytes, mut ends) = (Vec::new(), 0, None);
        self.through(scan, Path::TimeReversed, &mut |event| {
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
        let predicate = predicate::selection(&scan.selection, Dialect::Postgres);
        let walk = self.walk(&scan.selection, &ends.within(&predicate.may), Path::Time)?;
        let walk = walk.raw(scan.raw || !predicate.exact).first_rows(newest);
        self.see(walk, &scan.selection.filter, Some(newest), see).map(drop)
    }

    /// Batch by batch in order of (source, first byte), by offset within a batch, braided.
    fn by_source(&mut self, scan: &Scan, see: &mut See<'_>) -> Result<()> {
        let selection = &scan.selection;
        let mut condition = predicate::selection(selection, Dialect::Postgres).may;
        if scan.newest.is_some() {
            let mut ends = None;
            self.through(scan, Path::TimeReversed, &mut |event| {
                ends = Some(Ends::reach(ends, &event));
                ControlFlow::Continue(())
            })?;
            let Some(ends) = ends else { return Ok(()) };
            condition = ends.within(&condition);
        }
        let mut after = [i64::MIN; 3];
        let mut braid = Braid::default();
        loop {
            let batches = self.batches(after, selection)?;
            let Some(last) = batches.last() else {
                let _ = braid.finish(see);
                return Ok(());
            };
            after = last.key;
            for batch in batches {
                let mut times = Sql::default();
                times.push("time >= ").bind(Bound::Time(batch.time.0));
                times.push(" AND time <= ").bind(Bound::Time(batch.time.1));
                let within = in_batch(batch.key[2], &Sql::conjoin([&times, &condition]));
                let walk = Walk::new(within, Path::Offset).first_rows(4096);
                let mut take = |event| braid.take(batch.key[0], event, see);
                if self.see(walk, &selection.filter, None, &mut take)?.is_break() {
                    return Ok(());
                }
            }
        }
    }

    /// Some batches after a key, whose events can be in the time asked for.
    fn batches(&mut self, after: [i64; 3], selection: &Selection) -> Result<Vec<Place>> {
        let select = self.statement(
            "SELECT source, byte_start, batch, time_min, time_max FROM batch \
             WHERE (source, byte_start, batch) > ($1, $2, $3) AND time_max >= $4 AND time_min < $5 \
             ORDER BY source, byte_start, batch LIMIT 256",
        )?;
        let since = Time(selection.since.unwrap_or(Timestamp(i64::MIN)));
        let until = Time(selection.until.unwrap_or(Timestamp(i64::MAX)));
        let [source, start, batch] = &after;
        let rows = self.client.query(&select, &[source, start, batch, &since, &until]);
        let place = |row: &Row| Place {
            key: [row.get(0), row.get(1), row.get(2)],
            time: (row.get::<_, Time>(3).0, row.get::<_, Time>(4).0),
        };
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(place).collect())
    }
}

/// A batch among those of all sources: (source, first byte, batch), and its time.
struct Place {
    key: [i64; 3],
    time: (Timestamp, Timestamp),
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
        for (relation, (time, id)) in [(">=", self.oldest), ("<=", self.newest)] {
            let time = Bound::Time(Timestamp(time));
            sql.push(&format!("time {relation} ")).bind(time.clone());
            sql.push(&format!(" AND (time, batch, seq) {relation} (")).bind(time).push(", ");
            sql.bind(Bound::Int(id.batch))
                .push(", ")
                .bind(Bound::Int(id.seq.into()))
                .push(") AND ");
        }
        sql.append(condition);
        sql
    }
}

pub(super) fn in_batch(batch: i64, condition: &Sql) -> Sql {
    let mut sql = Sql::default();
    sql.push("batch = ").bind(Bound::Int(batch)).push(" AND ").append(condition);
    sql
}

fn commit(row: &Row) -> Commit {
    let time = |place: usize| row.get::<_, Option<Time>>(place).map(|time| time.0);
    Commit {
        commit_no: row.get(0),
        committed: row.get::<_, Time>(1).0,
        batch: row.get(2),
        section: row.get(3),
        event_count: row.get(4),
        time: time(5).zip(time(6)),
    }
}
