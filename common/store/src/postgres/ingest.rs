//! Batches in: cursor, events and batch row in one transaction.
//!
//! ```text
//!  ensure_day ─► BEGIN ─► cursor (compare-and-set, number) ─► COPY ─► batch (commit number) ─► COMMIT
//! ```
//!
//! Six round trips, whatever the size. Rows are encoded into one buffer and sent in pieces, so
//! that the server stores one piece while the next is encoded. A value that the server refuses
//! does not keep the others out: its event is found by bisection and goes to `reject`.
//!
//! What it does *not* know: how often to flush.

use super::cursor::{cursor, parameters, section};
use super::part::Part;
use super::{Postgres, account, copy, fault};
use crate::seal;
use crate::{Batch, Committed, Cursor, Error, Ingest, Reject, Result};
use common::clock::Timestamp;
use common::event::{Event, EventId};
use common::helper::Helper;
use common::section::Section;
use postgres::types::ToSql;
use postgres::{Row, Statement, Transaction};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::thread::sleep;
use std::time::{Duration, Instant};

const CURSOR_SELECT: &str = include_str!("../../../../sql/postgres/cursor_select.sql");
const CURSOR_INSERT: &str = include_str!("../../../../sql/postgres/cursor_insert.sql");
const CURSOR_ADVANCE: &str = include_str!("../../../../sql/postgres/cursor_advance.sql");
const EVENT_COPY: &str = include_str!("../../../../sql/postgres/event_copy.sql");
const BATCH_INSERT: &str = include_str!("../../../../sql/postgres/batch_insert.sql");
const ENSURE_DAY: &str = "SELECT day - date '1970-01-01' FROM unnest(ensure_day(ARRAY( \
    SELECT date '1970-01-01' + number FROM unnest($1::integer[]) AS number))) AS day";

/// How much is encoded before it is sent.
const PIECE: usize = 256 * 1024;
/// How long a day that could not be made, or that may be dropped, is left alone.
const RETRY: Duration = Duration::from_secs(60);
/// How long a source may still be locked by the session of a process that has just ended.
const HOLD: Duration = Duration::from_secs(2);

/// What the statements of a commit are prepared as.
struct Statements {
    advance: Statement,
    copy: Statement,
    insert: Statement,
}

impl Ingest for Postgres {
    fn claim(&mut self, host: &str, choose: &mut dyn FnMut(&[Cursor]) -> Cursor) -> Result<Cursor> {
        let (select, insert) = (self.statement(CURSOR_SELECT)?, self.statement(CURSOR_INSERT)?);
        let mut claim = || {
            let mut transaction = self.client.transaction()?;
            let lock =
                "SELECT pg_advisory_xact_lock(hashtextextended('siem host ' || $1::text, 0))";
            transaction.query(lock, &[&host])?;
            let known = transaction.query(&select, &[&Some(host), &None::<i64>])?;
            let known: Vec<Cursor> = known.iter().map(cursor).collect();
            let mut chosen = choose(&known);
            if !known.contains(&chosen) {
                if chosen.source == 0 {
                    chosen.source =
                        transaction.query_one("SELECT nextval('source_number')", &[])?.get(0);
                }
                chosen.revision += 1;
                transaction.execute(&insert, &parameters(&chosen))?;
            }
            transaction.commit()?;
            Ok(chosen)
        };
        let chosen = claim().map_err(|error| self.fault(&error))?;
        self.hold(chosen.source, &chosen.name)?;
        Ok(chosen)
    }

    fn cursor(&mut self, source: i64) -> Result<Option<Cursor>> {
        let select = self.statement(CURSOR_SELECT)?;
        let found = self.client.query_opt(&select, &[&None::<&str>, &Some(source)]);
        Ok(found.map_err(|error| self.fault(&error))?.as_ref().map(cursor))
    }

    fn commit(&mut self, batches: &[Batch<'_, '_>]) -> Result<Vec<Committed>> {
        self.ensure_days(batches)?;
        let statements = Statements {
            advance: self.statement(CURSOR_ADVANCE)?,
            copy: self.statement(EVENT_COPY)?,
            insert: self.statement(BATCH_INSERT)?,
        };
        match self.attempt(batches, &statements, false) {
            Err(Attempt::Driver(error)) if fault::is_value(&error) => {
                self.attempt(batches, &statements, true)
            }
            outcome => outcome,
        }
        .map_err(|failure| match failure {
            Attempt::Driver(error) => self.fault(&error),
            Attempt::Overtaken(source) => Error::Overtaken(source),
        })
    }

    fn ensure_section(&mut self, name: &str) -> Result<Section> {
        let client = self.client()?;
        let select = "SELECT name, format, zone, display FROM section WHERE name = $1";
        let insert = "WITH made AS (INSERT INTO section (name) VALUES ($1) \
            ON CONFLICT DO NOTHING RETURNING name) \
            UPDATE counter SET value = value + 1 FROM made WHERE counter.name = 'helper'";
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
        let select = self.statement("SELECT value FROM counter WHERE name = 'helper'")?;
        let row = self.client.query_one(&select, &[]).map_err(|error| self.fault(&error))?;
        Ok(row.get(0))
    }
}

/// Why an attempt to commit failed.
enum Attempt {
    Driver(postgres::Error),
    Overtaken(i64),
}

impl From<postgres::Error> for Attempt {
    fn from(error: postgres::Error) -> Attempt {
        Attempt::Driver(error)
    }
}

impl Postgres {
    /// Takes the lock of a source for this session.
    fn hold(&mut self, source: i64, name: &str) -> Result<()> {
        let lock = "SELECT pg_try_advisory_lock(hashtextextended('siem source ' || $1::text, 0))";
        let deadline = Instant::now() + HOLD;
        if self.held.contains_key(&source) {
            return Ok(());
        }
        loop {
            let row = self.client.query_one(lock, &[&source.to_string()]);
            if row.map_err(|error| self.fault(&error))?.get(0) {
                self.held.insert(source, name.to_owned());
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Error::Held(name.to_owned()));
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// Takes the locks again that a lost connection held.
    pub(super) fn hold_again(&mut self) -> Result<()> {
        for (source, name) in std::mem::take(&mut self.held) {
            self.hold(source, &name)?;
        }
        Ok(())
    }

    /// Makes the partitions that the events need, before their transaction. A failure leaves the
    /// rows to the default partition; only a lost connection is an error.
    fn ensure_days(&mut self, batches: &[Batch<'_, '_>]) -> Result<()> {
        let now = Instant::now();
        let mut wanted = BTreeSet::new();
        let mut last = i64::MIN;
        for event in batches.iter().flat_map(|batch| batch.events) {
            let day = event.time.day();
            if day != last {
                last = day;
                let is_due =
                    self.days.get(&day).is_none_or(|retry| retry.is_some_and(|at| at < now));
                wanted.extend(is_due.then_some(day));
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
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
            let is_kept = made.contains(&day) && day >= today - 1;
            self.days.insert(day, (!is_kept).then(|| now + RETRY));
        }
        Ok(())
    }

    fn attempt(
        &mut self,
        batches: &[Batch<'_, '_>],
        statements: &Statements,
        is_careful: bool,
    ) -> std::result::Result<Vec<Committed>, Attempt> {
        let mut rows = std::mem::take(&mut self.rows);
        let outcome = (|| {
            let mut transaction = self.client.transaction()?;
            let mut parts = Vec::with_capacity(batches.len());
            for batch in batches {
                let (whole, shares) = (parameters(batch.cursor), account::shares(batch));
                let shares = shares.iter().map(|share| share as &(dyn ToSql + Sync));
                let values: Vec<_> = whole.into_iter().chain(shares).collect();
                let row = transaction.query_opt(&statements.advance, &values)?;
                let row = row.ok_or(Attempt::Overtaken(batch.cursor.source))?;
                parts.push(Part::new(row.get(0), row.get(1)));
            }
            for (part, batch) in parts.iter_mut().zip(batches) {
                if is_careful {
                    bisect(&mut transaction, statements, &mut rows, part, batch.events, 1)?;
                    let refused: Vec<i32> = part.refused.iter().map(|(seq, _)| *seq).collect();
                    part.leaves = seal::leaves(batch, &refused);
                } else {
                    let leaves = &mut part.leaves;
                    copy(
                        &mut transaction,
                        statements,
                        &mut rows,
                        part.number,
                        batch.events,
                        1,
                        &mut || {
                            *leaves = seal::leaves(batch, &[]);
                        },
                    )?;
                    part.stored = i64::try_from(batch.events.len()).unwrap_or(i64::MAX);
                }
            }
            let mut committed = Vec::with_capacity(batches.len());
            for (part, batch) in parts.iter().zip(batches) {
                committed.push(part.seal(&mut transaction, &statements.insert, batch)?);
            }
            transaction.commit()?;
            Ok(committed)
        })();
        self.rows = rows;
        outcome
    }
}

/// Sends events, the first of which has the number `seq`. `meanwhile` runs while the server still
/// stores what was sent.
fn copy(
    transaction: &mut Transaction<'_>,
    statements: &Statements,
    rows: &mut copy::Rows,
    batch: i64,
    events: &[Event<'_>],
    seq: i32,
    meanwhile: &mut dyn FnMut(),
) -> std::result::Result<(), postgres::Error> {
    if events.is_empty() {
        return Ok(());
    }
    let mut writer = transaction.copy_in(&statements.copy)?;
    rows.begin();
    for (seq, event) in (seq..).zip(events) {
        rows.event(EventId { batch, seq }, event);
        if rows.bytes().len() >= PIECE {
            // A failure to send shows again, with the server's reason, at the end.
            let _ = writer.write_all(rows.bytes());
            rows.clear();
        }
    }
    rows.end();
    let _ = writer.write_all(rows.bytes());
    meanwhile();
    writer.finish().map(drop)
}

/// As [`copy`], leaving out what the server refuses.
fn bisect(
    transaction: &mut Transaction<'_>,
    statements: &Statements,
    rows: &mut copy::Rows,
    part: &mut Part,
    events: &[Event<'_>],
    seq: i32,
) -> std::result::Result<(), postgres::Error> {
    let mut attempt = transaction.transaction()?;
    match copy(&mut attempt, statements, rows, part.number, events, seq, &mut || {}) {
        Ok(()) => {
            part.stored += i64::try_from(events.len()).unwrap_or(i64::MAX);
            attempt.commit()
        }
        Err(error) if fault::is_value(&error) => {
            attempt.rollback()?;
            if let [event] = events {
                let (log_offset, reason) = (event.log_offset, fault::reason(&error));
                part.refused.push((seq, Reject { log_offset, raw: event.line(), reason }));
                return Ok(());
            }
            let (front, back) = events.split_at(events.len() / 2);
            bisect(transaction, statements, rows, part, front, seq)?;
            let skipped = i32::try_from(front.len()).unwrap_or(i32::MAX);
            bisect(transaction, statements, rows, part, back, seq.saturating_add(skipped))
        }
        Err(error) => Err(error),
    }
}
