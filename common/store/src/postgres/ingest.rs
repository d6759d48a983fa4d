//! Batches in: cursor, events and batch row in one transaction.
//!
//! ```text
//!  stage: ensure_day ─► BEGIN ─► number ─► COPY
//!  put:   cursor (compare-and-set) ─► batch (commit number)
//!  flush: COMMIT
//! ```
//!
//! A handful of round trips, whatever the size. What takes long is the COPY, and it needs nothing
//! that the batch before it decides: two writers with a connection each stage abreast and put in
//! turn. Rows are encoded into one buffer and sent in pieces, so that the server stores one piece
//! while the next is encoded. A value that the server refuses does not keep the others out: its
//! event is found by bisection and goes to `reject`.
//!
//! What it does *not* know: how often to flush.

use super::cursor::{cursor, parameters, section};
use super::load::{Load, Sent};
use super::part::Part;
use super::{Day, Postgres, account, fault};
use crate::ingest::is_changed;
use crate::{Batch, Claim, Committed, Cursor, Error, Ingest, Pace, Result};
use common::clock::Timestamp;
use common::crash;
use common::helper::Helper;
use common::section::Section;
use postgres::types::ToSql;
use postgres::{Client, Row, Statement};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const CURSOR_SELECT: &str = include_str!("../../../../sql/postgres/cursor_select.sql");
const CURSOR_STANDING: &str = include_str!("../../../../sql/postgres/cursor_standing.sql");
const CURSOR_INSERT: &str = include_str!("../../../../sql/postgres/cursor_insert.sql");
const CURSOR_ADVANCE: &str = include_str!("../../../../sql/postgres/cursor_advance.sql");
const NUMBER_DRAW: &str = "SELECT nextval('batch_number')";
const EVENT_COPY: &str = include_str!("../../../../sql/postgres/event_copy.sql");
const BATCH_INSERT: &str = include_str!("../../../../sql/postgres/batch_insert.sql");
/// PostgreSQL's own method takes half of the time that storing an event of 2 kB takes.
const PACK: &str = "SELECT set_config(name, 'lz4', false) FROM pg_settings \
    WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";
const ENSURE_DAY: &str = "SELECT day - date '1970-01-01' FROM unnest(ensure_day(ARRAY( \
    SELECT date '1970-01-01' + number FROM unnest($1::integer[]) AS number))) AS day";

/// How long a day that could not be made, or that may be dropped, is left alone.
const RETRY: Duration = Duration::from_secs(60);

/// Held while this process makes partitions.
static ENSURING: Mutex<()> = Mutex::new(());

/// Batches whose events are in the open transaction, and the connection that has it.
pub(super) struct Staged {
    connection: u32,
    parts: Vec<Part>,
}

impl Ingest for Postgres {
    fn claim_all(
        &mut self,
        host: &str,
        choose: &mut dyn FnMut(&[Cursor]) -> Vec<Cursor>,
    ) -> Result<Vec<Claim>> {
        self.in_time(|store| store.claim_now(host, choose))
    }

    fn release(&mut self, sources: &[i64]) -> Result<()> {
        self.in_time(|store| store.release_now(sources))
    }

    fn cursor(&mut self, source: i64) -> Result<Option<Cursor>> {
        self.in_time(|store| {
            let select = store.statement(CURSOR_SELECT)?;
            let found = store.client.query_opt(&select, &[&[source].as_slice()]);
            Ok(found.map_err(|error| store.fault(&error))?.as_ref().map(cursor))
        })
    }

    fn pace(&self) -> Pace {
        Pace::Abreast
    }

    fn stage(&mut self, batches: &[Batch<'_, '_>]) -> Result<()> {
        self.in_time(|store| {
            store.discard();
            // A row in the default partition would keep others from making partitions until its
            // turn.
            if store.ensure_days(batches)? { store.load(batches) } else { Ok(()) }
        })
    }

    fn put(&mut self, batches: &[Batch<'_, '_>]) -> Result<Vec<Committed>> {
        self.in_time(|store| store.put_now(batches))
    }

    fn flush(&mut self) -> Result<()> {
        self.is_open = false;
        crash::place("before_commit");
        self.deadline.set(self.address.patience());
        let flushed = self.client.batch_execute("COMMIT").map_err(|error| self.fault(&error));
        self.deadline.clear();
        crash::place("after_commit");
        flushed
    }

    fn discard(&mut self) {
        self.staged = None;
        if std::mem::take(&mut self.is_open) {
            // A connection that is lost has nothing left to undo.
            let _ = self.client.batch_execute("ROLLBACK");
        }
    }

    fn ensure_section(&mut self, name: &str) -> Result<Section> {
        let client = self.client()?;
        let select = "SELECT name, format, zone, display FROM section WHERE name = $1";
        let insert = "SELECT ensure_section($1)";
        let mut ensure = || {
            if let Some(row) = client.query_opt(select, &[&name])? {
                return Ok(section(&row));
            }
            client.execute(insert, &[&name])?;
            client.query_one(select, &[&name]).map(|row| section(&row))
        };
        ensure().map_err(|error| self.fault(&error))
    }

    fn section_helpers(&mut self, section: &str) -> Result<Vec<Helper>> {
        let select = "SELECT section, name, body FROM helper \
            WHERE (section = $1 OR section = '') AND is_enabled ORDER BY place, name COLLATE \"C\"";
        let rows = self.client()?.query(select, &[&section]);
        let rows = rows.map_err(|error| self.fault(&error))?;
        let load = |row: &Row| {
            let (name, body): (&str, &str) = (row.get(1), row.get(2));
            let helper = Helper::load(body, name).map_err(|error| Error::Refused {
                place: self.address.place().to_owned(),
                reason: error.to_string(),
            })?;
            let section = Some(row.get::<_, String>(0)).filter(|section| !section.is_empty());
            Ok(Helper { section, enabled: true, ..helper })
        };
        rows.iter().map(load).collect()
    }

    fn helper_generation(&mut self) -> Result<i64> {
        self.in_time(|store| {
            let select = store.statement("SELECT value FROM counter WHERE name = 'helper'")?;
            let row = store.client.query_one(&select, &[]).map_err(|error| store.fault(&error))?;
            Ok(row.get(0))
        })
    }
}

impl Postgres {
    fn claim_now(
        &mut self,
        host: &str,
        choose: &mut dyn FnMut(&[Cursor]) -> Vec<Cursor>,
    ) -> Result<Vec<Claim>> {
        let (select, insert) = (self.statement(CURSOR_SELECT)?, self.statement(CURSOR_INSERT)?);
        let standing = self.statement(CURSOR_STANDING)?;
        let mut claim = || loop {
            let mut transaction = self.client.transaction()?;
            let lock =
                "SELECT pg_advisory_xact_lock(hashtextextended('siem host ' || $1::text, 0))";
            transaction.query(lock, &[&host])?;
            let standing = transaction.query(&standing, &[&host])?;
            let standing: Vec<_> = standing.iter().map(|row| (row.get(0), row.get(1))).collect();
            let stale = self.register.keep(host, &standing);
            let read = transaction.query(&select, &[&stale])?;
            self.register.learn(read.iter().map(cursor).collect());
            let known = self.register.cursors();
            let mut chosen = choose(known);
            let changed = chosen.iter().filter(|cursor| is_changed(known, cursor)).count();
            let mut rest = u64::try_from(changed).unwrap_or(0);
            for cursor in chosen.iter_mut().filter(|cursor| is_changed(known, cursor)) {
                if cursor.source == 0 {
                    cursor.source =
                        transaction.query_one("SELECT nextval('source_number')", &[])?.get(0);
                }
                cursor.revision += 1;
                rest -= transaction.execute(&insert, &parameters(cursor))?;
            }
            if rest > 0 {
                transaction.rollback()?;
                continue;
            }
            crash::place("before_claim");
            transaction.commit()?;
            crash::place("after_claim");
            return Ok(chosen);
        };
        let chosen = claim().map_err(|error| self.fault(&error))?;
        let wanted = chosen.iter().map(|cursor| (cursor.source, cursor.name.clone())).collect();
        let missing = self.hold(wanted)?;
        let claim = |cursor: Cursor| {
            let is_held = missing.iter().any(|(source, _)| *source == cursor.source);
            Claim { cursor, is_held }
        };
        Ok(chosen.into_iter().map(claim).collect())
    }

    fn put_now(&mut self, batches: &[Batch<'_, '_>]) -> Result<Vec<Committed>> {
        let (advance, insert) = (self.statement(CURSOR_ADVANCE)?, self.statement(BATCH_INSERT)?);
        // What was staged on a connection that is lost is gone with it.
        let is_staged = |staged: &Staged| {
            staged.connection == self.connection && staged.parts.len() == batches.len()
        };
        if !self.staged.as_ref().is_some_and(is_staged) {
            self.discard();
            self.ensure_days(batches)?;
            self.load(batches)?;
        }
        let parts = self.staged.take().map(|staged| staged.parts).unwrap_or_default();
        let mut previous = Vec::with_capacity(batches.len());
        for (part, batch) in parts.iter().zip(batches) {
            match move_cursor(&mut self.client, &advance, batch, part) {
                Ok(Some(head)) => previous.push(head),
                Ok(None) => {
                    self.discard();
                    return Err(Error::Overtaken(batch.cursor.source));
                }
                Err(error) => return Err(self.abandon(&error)),
            }
        }
        let mut committed = Vec::with_capacity(batches.len());
        for ((part, batch), previous) in parts.iter().zip(batches).zip(&previous) {
            let sealed = part.seal(&mut self.client, &insert, batch, previous);
            committed.push(sealed.map_err(|error| self.abandon(&error))?);
        }
        Ok(committed)
    }

    /// Makes the partitions that the events need, before their transaction. A failure leaves the
    /// rows to the default partition; only a lost connection is an error. Whether all are there.
    fn ensure_days(&mut self, batches: &[Batch<'_, '_>]) -> Result<bool> {
        let now = Instant::now();
        let (mut wanted, mut is_whole) = (BTreeSet::new(), true);
        let mut last = i64::MIN;
        for event in batches.iter().flat_map(|batch| batch.events) {
            let day = event.time.day();
            if day != last {
                last = day;
                let known = self.days.get(&day);
                let is_due = known.is_none_or(|day| day.again.is_some_and(|at| at < now));
                is_whole &= is_due || known.is_none_or(|day| day.is_made);
                wanted.extend(is_due.then_some(day));
            }
        }
        if wanted.is_empty() {
            return Ok(is_whole);
        }
        // One after the other, or the second's wait for the first would be a lock timeout.
        let _alone = ENSURING.lock();
        let numbers: Vec<i32> = wanted.iter().filter_map(|&day| i32::try_from(day).ok()).collect();
        let made = self.client()?.query(ENSURE_DAY, &[&numbers]);
        let made = match made.map_err(|error| self.fault(&error)) {
            Ok(rows) => rows.iter().map(|row| i64::from(row.get::<_, i32>(0))).collect(),
            Err(lost @ Error::Lost { .. }) => return Err(lost),
            Err(_) => BTreeSet::new(),
        };
        // Retention may drop a day that is over: it is asked for again now and then.
        let today = Timestamp::now().day();
        for day in wanted {
            let is_made = made.contains(&day);
            is_whole &= is_made;
            let is_kept = is_made && day >= today - 1;
            self.days.insert(day, Day { is_made, again: (!is_kept).then(|| now + RETRY) });
        }
        Ok(is_whole)
    }

    /// Chooses how the server compresses long values, once a connection.
    fn pack(&mut self) -> Result<()> {
        let connection = Some(self.connection);
        if self.packing != connection {
            self.client.execute(PACK, &[]).map_err(|error| self.fault(&error))?;
            self.packing = connection;
        }
        Ok(())
    }

    /// Sends the events of batches in a new transaction.
    fn load(&mut self, batches: &[Batch<'_, '_>]) -> Result<()> {
        let (number, copy) = (self.statement(NUMBER_DRAW)?, self.statement(EVENT_COPY)?);
        self.pack()?;
        let mut sent = self.send(batches, &number, &copy, false);
        if sent.as_ref().is_err_and(fault::is_value) {
            self.discard();
            sent = self.send(batches, &number, &copy, true);
        }
        crash::place("after_copy");
        let parts = sent.map_err(|error| self.abandon(&error))?;
        self.staged = Some(Staged { connection: self.connection, parts });
        Ok(())
    }

    /// Begins a transaction and sends the events of batches.
    fn send(
        &mut self,
        batches: &[Batch<'_, '_>],
        number: &Statement,
        copy: &Statement,
        is_careful: bool,
    ) -> Sent<Vec<Part>> {
        self.client.batch_execute("BEGIN")?;
        crash::place("after_begin");
        self.is_open = true;
        let (client, rows, leaves) = (&mut self.client, &mut self.rows, &mut self.leaves);
        let mut send = |batch: &Batch<'_, '_>| {
            let number = client.query_one(number, &[])?.get(0);
            let mut one = Load { client, copy, rows, leaves, part: Part::new(number) };
            if is_careful { one.sift(batch) } else { one.whole(batch) }?;
            Ok(one.part)
        };
        batches.iter().map(&mut send).collect()
    }

    /// Undoes what a failed statement was part of; the failure as the caller meets it.
    fn abandon(&mut self, error: &postgres::Error) -> Error {
        self.discard();
        self.fault(error)
    }
}

/// The compare-and-set of a batch: the digest of the source's batch before, where the cursor stood
/// as expected.
fn move_cursor(
    client: &mut Client,
    advance: &Statement,
    batch: &Batch<'_, '_>,
    part: &Part,
) -> Sent<Option<Vec<u8>>> {
    let shares = account::shares(batch, part.extent.share);
    let whole = parameters(batch.cursor);
    let shares = shares.iter().map(|share| share as &(dyn ToSql + Sync));
    let values: Vec<_> = whole.into_iter().chain(shares).collect();
    Ok(client.query_opt(advance, &values)?.map(|row| row.get(0)))
}
