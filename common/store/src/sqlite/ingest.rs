//! Batches in: events, batch rows and cursors in one transaction.
//!
//! Every statement is prepared once and every value bound where it lies; text that is made here
//! (addresses, tags, `ext`) goes through buffers that are reused from row to row.
//!
//! What it does *not* know: how often to flush.

use super::bind::{Binder, Buffers};
use super::checkpoint::Beside;
use super::row::{SEQ_BITS, event_key};
use super::{Sqlite, account};
use crate::account::Extent;
use crate::ingest::is_changed;
use crate::seal::{self, BatchRecord, Leaves, leaf::Sealed};
use crate::{Batch, Claim, Committed, Cursor, Error, Ingest, Pace, Result, Share, Totals};
use common::clock::Timestamp;
use common::crash;
use common::event::{Event, EventId};
use common::helper::Helper;
use common::section::Section;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior};

/// How many events are stored before they are added to their leaves: storing one leaves nothing near
/// the processor of what leaves need, and the other way round.
const FEW: usize = 16;
const EVENT_INSERT: &str = include_str!("../../../../sql/sqlite/event_insert.sql");
const BATCH_INSERT: &str = include_str!("../../../../sql/sqlite/batch_insert.sql");
const CURSOR_SELECT: &str = include_str!("../../../../sql/sqlite/cursor_select.sql");
const CURSOR_STANDING: &str = include_str!("../../../../sql/sqlite/cursor_standing.sql");
const CURSOR_INSERT: &str = include_str!("../../../../sql/sqlite/cursor_insert.sql");
const CURSOR_ADVANCE: &str = include_str!("../../../../sql/sqlite/cursor_advance.sql");

impl Ingest for Sqlite {
    fn claim_all(
        &mut self,
        host: &str,
        choose: &mut dyn FnMut(&[Cursor]) -> Vec<Cursor>,
    ) -> Result<Vec<Claim>> {
        let refused = self.refused();
        let mut claim = || {
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let stale = self.register.keep(host, &standing(&transaction, host)?);
            self.register.learn(cursors(&transaction, &stale)?);
            let known = self.register.cursors();
            let mut chosen = choose(known);
            for cursor in chosen.iter_mut().filter(|cursor| is_changed(known, cursor)) {
                if cursor.source == 0 {
                    cursor.source = draw(&transaction, "source")?;
                }
                cursor.revision += 1;
                set_cursor(&transaction, cursor)?;
            }
            crash::place("before_claim");
            transaction.commit()?;
            crash::place("after_claim");
            Ok(chosen.into_iter().map(|cursor| Claim { cursor, is_held: false }).collect())
        };
        claim().map_err(refused)
    }

    fn release(&mut self, _: &[i64]) -> Result<()> {
        Ok(())
    }

    fn cursor(&mut self, source: i64) -> Result<Option<Cursor>> {
        let found = cursors(&self.connection, &[source]).map_err(self.refused())?;
        Ok(found.into_iter().next())
    }

    fn pace(&self) -> Pace {
        Pace::Joined
    }

    fn stage(&mut self, _: &[Batch<'_, '_>]) -> Result<()> {
        // There is one writer at a time; nothing is gained ahead of its turn.
        Ok(())
    }

    fn put(&mut self, batches: &[Batch<'_, '_>]) -> Result<Vec<Committed>> {
        let refused = self.refused();
        if self.beside.is_none() {
            let start = Beside::start(&mut self.connection, self.path.clone());
            self.beside = Some(start.map_err(&refused)?);
        }
        let is_first = self.connection.is_autocommit();
        let begin = if is_first { "BEGIN IMMEDIATE" } else { "SAVEPOINT put" };
        self.connection.execute_batch(begin).map_err(&refused)?;
        crash::place("after_begin");
        let put = self.put_all(batches);
        crash::place("after_copy");
        if put.is_err() && is_first {
            self.discard();
        } else if !is_first {
            let end = if put.is_ok() { "RELEASE put" } else { "ROLLBACK TO put; RELEASE put" };
            let ended = self.connection.execute_batch(end);
            // A failure may have undone the whole transaction; the reason is then in `put`.
            return put.and_then(|done| ended.map(|()| done).map_err(refused));
        }
        put
    }

    fn flush(&mut self) -> Result<()> {
        crash::place("before_commit");
        let flushed = self.connection.execute_batch("COMMIT").map_err(self.refused());
        if flushed.is_err() {
            self.discard();
        }
        crash::place("after_commit");
        flushed
    }

    fn discard(&mut self) {
        if !self.connection.is_autocommit() {
            // A transaction that cannot be rolled back was by the failure itself.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    fn ensure_section(&mut self, name: &str) -> Result<Section> {
        let refused = self.refused();
        let mut ensure = || {
            if let Some(section) = section(&self.connection, name)? {
                return Ok(section);
            }
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let insert = "INSERT OR IGNORE INTO section (name) VALUES (?1)";
            if transaction.execute(insert, [name])? > 0 {
                draw(&transaction, "helper")?;
            }
            let found = section(&transaction, name)?.unwrap_or_default();
            transaction.commit()?;
            Ok(found)
        };
        ensure().map_err(refused)
    }

    fn section_helpers(&mut self, section: &str) -> Result<Vec<Helper>> {
        let refused = self.refused();
        let select = "SELECT section, name, body FROM helper \
            WHERE (section = ?1 OR section = '') AND is_enabled = 1 ORDER BY place, name";
        let rows = || {
            let mut statement = self.connection.prepare_cached(select)?;
            let rows = statement.query_map([section], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let load = |(section, name, body): (String, String, String)| {
            let helper = Helper::load(&body, &name).map_err(|error| Error::Refused {
                place: self.place.clone(),
                reason: error.to_string(),
            })?;
            let section = Some(section).filter(|section| !section.is_empty());
            Ok(Helper { section, enabled: true, ..helper })
        };
        rows().map_err(refused)?.into_iter().map(load).collect()
    }

    fn helper_generation(&mut self) -> Result<i64> {
        let select = "SELECT value FROM counter WHERE name = 'helper'";
        let value = || self.connection.prepare_cached(select)?.query_row([], |row| row.get(0));
        value().map_err(self.refused())
    }
}

impl Sqlite {
    fn put_all(&mut self, batches: &[Batch<'_, '_>]) -> Result<Vec<Committed>> {
        let refused = self.refused();
        let mut committed = Vec::with_capacity(batches.len());
        for batch in batches {
            if batch.events.len() >= 1 << SEQ_BITS {
                let reason = format!("a batch of {} events", batch.events.len());
                return Err(Error::Refused { place: self.place.clone(), reason });
            }
            let now = Timestamp::now();
            match store(&self.connection, &mut self.leaves, batch, now).map_err(&refused)? {
                Some(stored) => committed.push(stored),
                None => return Err(Error::Overtaken(batch.cursor.source)),
            }
        }
        Ok(committed)
    }
}

/// The next number of a counter.
pub(super) fn draw(connection: &Connection, counter: &str) -> rusqlite::Result<i64> {
    let update = "UPDATE counter SET value = value + 1 WHERE name = ?1 RETURNING value";
    connection.prepare_cached(update)?.query_row([counter], |row| row.get(0))
}

fn section(connection: &Connection, name: &str) -> rusqlite::Result<Option<Section>> {
    let select = "SELECT name, format, zone, display FROM section WHERE name = ?1";
    connection.prepare_cached(select)?.query_row([name], super::read::section).optional()
}

/// Which cursors a host has, and their revisions.
fn standing(connection: &Connection, host: &str) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut statement = connection.prepare_cached(CURSOR_STANDING)?;
    statement.query_map([host], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The cursors of sources, as far as there are any.
fn cursors(connection: &Connection, sources: &[i64]) -> rusqlite::Result<Vec<Cursor>> {
    let mut statement = connection.prepare_cached(CURSOR_SELECT)?;
    let mut one = |source: &i64| statement.query_row([source], cursor).optional().transpose();
    sources.iter().filter_map(&mut one).collect()
}

pub(super) fn cursor(row: &Row<'_>) -> rusqlite::Result<Cursor> {
    Ok(Cursor {
        source: row.get(0)?,
        revision: row.get(1)?,
        host: row.get(2)?,
        kind: row.get(3)?,
        name: row.get(4)?,
        section: row.get(5)?,
        device: row.get(6)?,
        inode: row.get(7)?,
        head_length: row.get(8)?,
        head_hash: row.get(9)?,
        mark_length: row.get(10)?,
        mark_hash: row.get(11)?,
        position: row.get(12)?,
        line: row.get(13)?,
        token: row.get(14)?,
        state: row.get(15)?,
        totals: Totals {
            lines: row.get(16)?,
            bytes: row.get(17)?,
            stored: row.get(18)?,
            unparsed: row.get(19)?,
            rejected: row.get(20)?,
        },
    })
}

/// Writes a cursor as it is given.
fn set_cursor(connection: &Connection, cursor: &Cursor) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(CURSOR_INSERT)?;
    Binder { statement: &mut statement, place: 0 }.cursor(cursor)?;
    statement.raw_execute()
}

/// Moves a batch's cursor and adds to its source's account.
fn advance_cursor(
    connection: &Connection,
    batch: &Batch<'_, '_>,
    stored: Share,
) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(CURSOR_ADVANCE)?;
    let mut row = Binder { statement: &mut statement, place: 0 };
    row.cursor(batch.cursor)?;
    for share in [stored, batch.rejected(), batch.filtered, batch.missing()] {
        row.bind(share.lines)?;
        row.bind(share.bytes)?;
    }
    statement.raw_execute()
}

/// Stores one batch; `None` when the cursor moved meanwhile: then the caller undoes what is here.
fn store(
    connection: &Connection,
    leaves: &mut Leaves,
    batch: &Batch<'_, '_>,
    now: Timestamp,
) -> rusqlite::Result<Option<Committed>> {
    let number = draw(connection, "batch")?;
    let extent = insert_events(connection, leaves, number, batch.events)?;
    if advance_cursor(connection, batch, extent.share)? == 0 {
        return Ok(None);
    }
    let reject =
        "INSERT INTO reject (batch, source, log_offset, raw, reason) VALUES (?, ?, ?, ?, ?)";
    for line in batch.rejects {
        let values = (number, batch.cursor.source, line.log_offset, &line.raw, &line.reason);
        connection.prepare_cached(reject)?.execute(values)?;
    }
    account::put_gaps(connection, number, batch, now)?;
    let next = "UPDATE counter SET value = value + 1, committed = max(committed, ?1) \
        WHERE name = 'commit' RETURNING value, committed";
    let (commit_no, committed): (i64, i64) = connection
        .prepare_cached(next)?
        .query_row([now.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let record = seal::record(batch, number, extent.time);
    let digest = put_leaves(connection, batch, &record, leaves.seal())?;
    let head = "SELECT head FROM cursor WHERE source = ?1";
    let previous: Vec<u8> =
        connection.prepare_cached(head)?.query_row([record.source], |row| row.get(0))?;
    let digest = seal::link(&previous, &digest, commit_no, Timestamp(committed));
    let move_head = "UPDATE cursor SET head = ?2 WHERE source = ?1";
    connection.prepare_cached(move_head)?.execute((record.source, digest))?;
    connection.prepare_cached(BATCH_INSERT)?.execute((
        number,
        batch.cursor.source,
        &batch.cursor.section,
        batch.byte_start,
        batch.cursor.position,
        batch.line_count,
        i64::try_from(batch.events.len()).unwrap_or(i64::MAX),
        record.time.map(|(first, _)| first.0),
        record.time.map(|(_, last)| last.0),
        previous,
        digest,
        commit_no,
        committed,
    ))?;
    Ok(Some(Committed {
        batch: number,
        commit_no,
        committed: Timestamp(committed),
        revision: batch.cursor.revision + 1,
        refused: 0,
    }))
}

/// Stores a batch's leaves; gives its record's digest.
fn put_leaves(
    connection: &Connection,
    batch: &Batch<'_, '_>,
    record: &BatchRecord<'_>,
    events: Vec<(i32, Sealed)>,
) -> rusqlite::Result<[u8; 32]> {
    let mut leaves = seal::note_leaves(batch.rejects.iter(), batch.gaps);
    leaves.extend(events);
    let insert = "INSERT INTO leaf (batch, day, event_count, digest, proof) \
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = connection.prepare_cached(insert)?;
    for (day, leaf) in &leaves {
        insert.execute((record.batch, day, leaf.event_count, leaf.digest, &leaf.proof))?;
    }
    Ok(record.digest(leaves.iter().map(|(day, leaf)| (*day, leaf.event_count, &leaf.digest[..]))))
}

/// Stores events and makes their leaves; gives what they hold.
fn insert_events(
    connection: &Connection,
    leaves: &mut Leaves,
    batch: i64,
    events: &[Event<'_>],
) -> rusqlite::Result<Extent> {
    let mut statement = connection.prepare_cached(EVENT_INSERT)?;
    let (mut buffers, mut extent) = (Buffers::default(), Extent::default());
    leaves.begin();
    for (few, first) in events.chunks(FEW).zip((1..).step_by(FEW)) {
        for (seq, event) in (first..).zip(few) {
            let mut row = Binder { statement: &mut statement, place: 0 };
            row.event(event_key(EventId { batch, seq }), event, &mut buffers)?;
            statement.raw_execute()?;
        }
        for (seq, event) in (first..).zip(few) {
            leaves.event(seq, event);
            extent.add(event);
        }
    }
    Ok(extent)
}
