//! What siemmanage asks of the SQLite file.
//!
//! Old rows go in chunks, each a short transaction of its own, with a pause in which writers that
//! wait for the file get their turn; the pages they leave are given back to the file system.
//!
//! What it does *not* know: flags, files.

use super::Sqlite;
use super::ingest::{cursor, draw};
use crate::{
    Account, Clear, Cursor, GapRow, HelperRow, Manage, Migration, Removed, Result, Retain, Right,
    Settled, Size, install, seal,
};
use common::clock::Timestamp;
use common::section::Section;
use rusqlite::{Connection, Params, TransactionBehavior, params};
use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

const SECTION_PUT: &str = "INSERT INTO section (name, format, zone, display) \
    VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET format = excluded.format, \
    zone = excluded.zone, display = excluded.display";
const HELPER_PUT: &str = "INSERT INTO helper (section, name, place, is_enabled, body) \
    VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM helper), ?3, ?4) \
    ON CONFLICT (section, name) DO UPDATE SET is_enabled = excluded.is_enabled, \
    body = excluded.body";
const EVENT_DELETE: &str = "DELETE FROM event WHERE id IN (SELECT id FROM event \
    WHERE section IN (SELECT name FROM event_section_name WHERE ?2 IS NULL OR name = ?2) \
    AND time < ?1 AND NOT EXISTS (SELECT 1 FROM leaf \
    WHERE leaf.batch = event.id >> 20 AND retention IS NULL \
    AND leaf.day = (time - 86399999999 * (time < 0)) / 86400000000) \
    LIMIT ?3) RETURNING id >> 20";
const HIT_DELETE: &str = "DELETE FROM hit WHERE (version, group_key, time, batch, seq, siem_event) \
    IN (SELECT version, group_key, time, batch, seq, siem_event FROM hit WHERE time < ?1 \
    AND (?2 IS NULL OR version IN (SELECT version FROM rule_version WHERE section = ?2)) LIMIT ?3)";
const SIEM_DELETE: &str = "DELETE FROM siem_event WHERE id IN (SELECT id FROM siem_event \
    WHERE last_time < ?1 AND (?2 IS NULL OR section = ?2) LIMIT ?3)";
const REJECT_DELETE: &str = "DELETE FROM reject WHERE rowid IN (SELECT reject.rowid FROM reject \
    JOIN batch USING (batch) WHERE committed < ?1 AND (?2 IS NULL OR section = ?2) LIMIT ?3)";

/// Rows a transaction removes.
const CHUNK: i64 = 5_000;
/// Between two chunks: longer than a waiting writer sleeps at first.
const PAUSE: Duration = Duration::from_millis(10);
/// Pages given back after a chunk.
const VACUUM: &str = "PRAGMA incremental_vacuum(4000)";

impl Manage for Sqlite {
    fn migrations(&mut self) -> Result<Vec<Migration>> {
        let select = "SELECT version, name, applied FROM schema_version ORDER BY version";
        let read = || {
            let mut statement = self.connection.prepare(select)?;
            let rows = statement.query_map([], |row| {
                let applied = Timestamp(row.get(2)?);
                Ok(Migration { version: row.get(0)?, name: row.get(1)?, applied })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.refused())
    }

    fn roles(&mut self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn refresh_views(&mut self) -> Result<()> {
        Ok(())
    }

    fn put_section(&mut self, section: &Section) -> Result<()> {
        let Section { name, format, zone, display } = section;
        self.change(|connection| {
            connection.execute(SECTION_PUT, params![name, format, zone, display])?;
            draw(connection, "helper").map(|_| ())
        })
    }

    fn helpers(&mut self) -> Result<Vec<HelperRow>> {
        let select = "SELECT section, name, is_enabled, body FROM helper ORDER BY section, place";
        let read = || {
            let mut statement = self.connection.prepare(select)?;
            let rows = statement.query_map([], |row| {
                let (section, name) = (row.get(0)?, row.get(1)?);
                Ok(HelperRow { section, name, is_enabled: row.get(2)?, body: row.get(3)? })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.refused())
    }

    fn put_helpers(&mut self, helpers: &[HelperRow]) -> Result<()> {
        self.change(|connection| {
            let mut section =
                connection.prepare("INSERT OR IGNORE INTO section (name) VALUES (?1)")?;
            let mut put = connection.prepare(HELPER_PUT)?;
            for helper in helpers {
                if !helper.section.is_empty() {
                    section.execute([&helper.section])?;
                }
                put.execute(params![helper.section, helper.name, helper.is_enabled, helper.body])?;
            }
            draw(connection, "helper").map(|_| ())
        })
    }

    fn delete_helpers(&mut self, names: &[(String, String)]) -> Result<()> {
        self.change(|connection| {
            let delete = "DELETE FROM helper WHERE section = ?1 AND name = ?2";
            let mut delete = connection.prepare(delete)?;
            for (section, name) in names {
                delete.execute([section, name])?;
            }
            draw(connection, "helper").map(|_| ())
        })
    }

    fn clear(&mut self, what: Clear, section: Option<&str>) -> Result<u64> {
        let all = i64::MAX;
        match what {
            Clear::Event => {
                self.mark_days(i32::MAX, section, None)?;
                self.mark_rejects(all, section)?;
                self.remove(HIT_DELETE, all, section)?;
                self.remove(REJECT_DELETE, all, section)?;
                self.remove_events(all, section)
            }
            Clear::Siem => self.remove_siem_events(all, section),
            Clear::Helper => self.change(|connection| {
                let delete = "DELETE FROM helper WHERE ?1 IS NULL OR section = ?1";
                let gone = connection.execute(delete, [section])?;
                draw(connection, "helper")?;
                Ok(gone as u64)
            }),
            Clear::Position => self.change(|connection| {
                let delete = "DELETE FROM cursor WHERE ?1 IS NULL OR section = ?1";
                Ok(connection.execute(delete, [section])? as u64)
            }),
        }
    }

    fn retain_plan(&mut self, retain: &Retain) -> Result<Removed> {
        let section = retain.section.as_deref();
        let events = "SELECT count(*) FROM event WHERE section IN \
            (SELECT name FROM event_section_name WHERE ?2 IS NULL OR name = ?2) AND time < ?1";
        let hits = "SELECT count(*) FROM hit WHERE time < ?1 AND (?2 IS NULL \
            OR version IN (SELECT version FROM rule_version WHERE section = ?2))";
        let siem = "SELECT count(*) FROM siem_event WHERE last_time < ?1 \
            AND (?2 IS NULL OR section = ?2)";
        let before = retain.whole_days().0;
        let siem_before = retain.siem_before.map_or(i64::MIN, |before| before.0);
        Ok(Removed {
            events: self.number(events, (before, section))?,
            hits: self.number(hits, (before, section))?,
            siem_events: self.number(siem, (siem_before, section))?,
            partitions: Vec::new(),
        })
    }

    fn retain(&mut self, retain: &Retain) -> Result<Removed> {
        let (before, section) = (retain.whole_days().0, retain.section.as_deref());
        self.mark_days(seal::day(retain.before), section, retain.up_to)?;
        let mut removed =
            Removed { hits: self.remove(HIT_DELETE, before, section)?, ..Removed::default() };
        if retain.up_to.is_none() {
            self.mark_rejects(before, section)?;
            self.remove(REJECT_DELETE, before, section)?;
        }
        removed.events = self.remove_events(before, section)?;
        if let Some(before) = retain.siem_before {
            removed.siem_events = self.remove_siem_events(before.0, section)?;
        }
        Ok(removed)
    }

    fn sources(&mut self) -> Result<Vec<(Cursor, Timestamp)>> {
        let select = "SELECT source, revision, host, kind, name, section, device, inode, \
            head_length, head_hash, mark_length, mark_hash, position, line, token, state, lines, \
            bytes, stored, unparsed, rejected, updated FROM cursor WHERE forgotten IS NULL \
            ORDER BY source";
        let read = || {
            let mut statement = self.connection.prepare(select)?;
            let rows =
                statement.query_map([], |row| Ok((cursor(row)?, Timestamp(row.get(21)?))))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.refused())
    }

    fn forget(&mut self, sources: &[(i64, i64)]) -> Result<u64> {
        let update = "UPDATE cursor SET forgotten = ?3, revision = revision + 1 \
            WHERE source = ?1 AND revision = ?2 AND forgotten IS NULL";
        let mut forget = || {
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut count = 0;
            for (source, revision) in sources {
                count += transaction.execute(update, (source, revision, Timestamp::now().0))?;
            }
            transaction.commit()?;
            Ok(count as u64)
        };
        let forgotten = forget();
        forgotten.map_err(self.refused())
    }

    fn accounts(&mut self) -> Result<Vec<Account>> {
        self.read_accounts()
    }

    fn odd_rights(&mut self) -> Result<Vec<Right>> {
        Ok(Vec::new())
    }

    fn loose_days(&mut self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn settle(&mut self) -> Result<Settled> {
        Ok(Settled::default())
    }

    fn gaps(&mut self, limit: u32) -> Result<Vec<GapRow>> {
        self.read_gaps(limit)
    }

    fn size(&mut self) -> Result<Size> {
        let bytes = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        let events = "SELECT coalesce(sum(event_count), 0) FROM batch";
        let commit_no = "SELECT value FROM counter WHERE name = 'commit'";
        Ok(Size {
            bytes: self.number(bytes, ())?,
            events: self.number(events, ())?,
            siem_events: self.number("SELECT count(*) FROM siem_event", ())?,
            commit_no: i64::try_from(self.number(commit_no, ())?).unwrap_or(i64::MAX),
        })
    }
}

impl Sqlite {
    /// Installs what is shipped, unless that was done.
    pub(super) fn install(&mut self) -> Result<()> {
        if self.number("SELECT value FROM counter WHERE name = 'shipped'", ())? > 0 {
            return Ok(());
        }
        let place = self.place.clone();
        install::install(self, &place)?;
        let done = "UPDATE counter SET value = 1 WHERE name = 'shipped'";
        self.change(|connection| connection.execute(done, ()).map(|_| ()))
    }

    /// Runs one change in a transaction of its own.
    pub(super) fn change<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let refused = self.refused();
        let run = || {
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = change(&transaction)?;
            transaction.commit()?;
            Ok(outcome)
        };
        run().map_err(refused)
    }

    fn number(&self, select: &str, parameters: impl Params) -> Result<u64> {
        let count = self.connection.query_row(select, parameters, |row| row.get::<_, i64>(0));
        Ok(u64::try_from(count.map_err(self.refused())?).unwrap_or(0))
    }

    /// Removes rows before a time in chunks.
    fn remove(&mut self, delete: &str, before: i64, section: Option<&str>) -> Result<u64> {
        self.in_chunks(|connection| {
            let gone =
                connection.prepare_cached(delete)?.execute(params![before, section, CHUNK])?;
            Ok(gone as u64)
        })
    }

    /// Removes SIEM events, and the deliveries and changes of those.
    fn remove_siem_events(&mut self, before: i64, section: Option<&str>) -> Result<u64> {
        let gone = self.remove(SIEM_DELETE, before, section)?;
        let sweep = "DELETE FROM outbox WHERE NOT EXISTS \
            (SELECT 1 FROM siem_event WHERE id = outbox.siem_event); \
            DELETE FROM change WHERE NOT EXISTS \
            (SELECT 1 FROM siem_event WHERE id = change.siem_event)";
        self.change(|connection| connection.execute_batch(sweep))?;
        Ok(gone)
    }

    /// Removes events, and takes them off the counts of their batches.
    fn remove_events(&mut self, before: i64, section: Option<&str>) -> Result<u64> {
        self.in_chunks(|connection| {
            let mut batches: BTreeMap<i64, i64> = BTreeMap::new();
            let mut delete = connection.prepare_cached(EVENT_DELETE)?;
            let rows = delete.query_map(params![before, section, CHUNK], |row| row.get(0))?;
            for batch in rows {
                *batches.entry(batch?).or_default() += 1;
            }
            let lower = "UPDATE batch SET event_count = event_count - ?2 WHERE batch = ?1";
            let mut lower = connection.prepare_cached(lower)?;
            for (batch, count) in &batches {
                lower.execute((batch, count))?;
            }
            Ok(batches.values().sum::<i64>().unsigned_abs())
        })
    }

    /// Repeats a removal until it removes less than a chunk.
    fn in_chunks(&mut self, remove: impl Fn(&Connection) -> rusqlite::Result<u64>) -> Result<u64> {
        let mut total = 0;
        loop {
            let gone = self.change(&remove)?;
            total += gone;
            self.connection.execute_batch(VACUUM).map_err(self.refused())?;
            if gone < CHUNK.unsigned_abs() {
                return Ok(total);
            }
            sleep(PAUSE);
        }
    }
}
