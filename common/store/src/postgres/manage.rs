//! What siemmanage asks of PostgreSQL. Removal of old rows is in `retain`.
//!
//! What it does *not* know: flags, files.

use super::Postgres;
use super::cursor::cursor;
use super::row::Time;
use crate::{
    Account, Clear, Cursor, GapRow, HelperRow, Manage, Migration, Removed, Result, Retain, Right,
    Settled, Size, install,
};
use common::clock::Timestamp;
use common::section::Section;
use postgres::Transaction;

const SECTION_PUT: &str = "INSERT INTO section (name, format, zone, display) \
    VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET format = excluded.format, \
    zone = excluded.zone, display = excluded.display";
const SECTION_ADD: &str = "INSERT INTO section (name) VALUES ($1) ON CONFLICT DO NOTHING";
const HELPER_PUT: &str = "INSERT INTO helper (section, name, place, is_enabled, body) \
    VALUES ($1, $2, (SELECT coalesce(max(place), 0) + 1 FROM helper), $3, $4) \
    ON CONFLICT (section, name) DO UPDATE SET is_enabled = excluded.is_enabled, \
    body = excluded.body";
const HELPER_DRAW: &str = "UPDATE counter SET value = value + 1 WHERE name = 'helper'";
const VIEW_OWNER: &str = include_str!("../../../../sql/postgres/view_owner.sql");
const ROLES: &str = "SELECT rolname::text FROM pg_roles WHERE rolname IN \
    ('siem_ingest', 'siem_query', 'siem_trigger', 'siem_owner') ORDER BY rolname";
const CURSORS: &str = "SELECT source, revision, host, kind, name, section, device, inode, \
    head_length, head_hash, mark_length, mark_hash, position, line, token, state, lines, bytes, \
    stored, unparsed, rejected, updated FROM cursor WHERE forgotten IS NULL ORDER BY source";
const SIZE: &str = "SELECT pg_database_size(current_database()), \
    (SELECT coalesce(sum(event_count), 0)::bigint FROM batch), \
    (SELECT count(*) FROM siem_event), (SELECT value FROM counter WHERE name = 'commit')";

impl Manage for Postgres {
    fn migrations(&mut self) -> Result<Vec<Migration>> {
        let select = "SELECT version, name, applied FROM schema_version ORDER BY version";
        let rows = self.client()?.query(select, &[]).map_err(|error| self.fault(&error))?;
        let step = |row: &postgres::Row| {
            let Time(applied) = row.get(2);
            Migration { version: row.get(0), name: row.get(1), applied }
        };
        Ok(rows.iter().map(step).collect())
    }

    fn roles(&mut self) -> Result<Vec<String>> {
        let rows = self.client()?.query(ROLES, &[]).map_err(|error| self.fault(&error))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn refresh_views(&mut self) -> Result<()> {
        self.change(|transaction| {
            transaction.batch_execute(VIEW_OWNER)?;
            transaction.execute("SELECT siemstress_views()", &[]).map(|_| ())
        })
    }

    fn put_section(&mut self, section: &Section) -> Result<()> {
        let Section { name, format, zone, display } = section;
        self.change(|transaction| {
            transaction.execute(SECTION_PUT, &[name, format, zone, display])?;
            transaction.execute(HELPER_DRAW, &[]).map(|_| ())
        })
    }

    fn helpers(&mut self) -> Result<Vec<HelperRow>> {
        let select = "SELECT section, name, is_enabled, body FROM helper \
            ORDER BY section COLLATE \"C\", place";
        let rows = self.client()?.query(select, &[]).map_err(|error| self.fault(&error))?;
        let helper = |row: &postgres::Row| HelperRow {
            section: row.get(0),
            name: row.get(1),
            is_enabled: row.get(2),
            body: row.get(3),
        };
        Ok(rows.iter().map(helper).collect())
    }

    fn put_helpers(&mut self, helpers: &[HelperRow]) -> Result<()> {
        self.change(|transaction| {
            let section = transaction.prepare(SECTION_ADD)?;
            let put = transaction.prepare(HELPER_PUT)?;
            for row in helpers {
                if !row.section.is_empty() {
                    transaction.execute(&section, &[&row.section])?;
                }
                transaction
                    .execute(&put, &[&row.section, &row.name, &row.is_enabled, &row.body])?;
            }
            transaction.execute(HELPER_DRAW, &[]).map(|_| ())
        })
    }

    fn delete_helpers(&mut self, names: &[(String, String)]) -> Result<()> {
        self.change(|transaction| {
            let delete = "DELETE FROM helper WHERE section = $1 AND name = $2";
            let delete = transaction.prepare(delete)?;
            for (section, name) in names {
                transaction.execute(&delete, &[section, name])?;
            }
            transaction.execute(HELPER_DRAW, &[]).map(|_| ())
        })
    }

    fn clear(&mut self, what: Clear, section: Option<&str>) -> Result<u64> {
        match what {
            Clear::Event => Ok(self.remove_events(None, section, None)?.events),
            Clear::Siem => self.remove_siem_events(None, section),
            Clear::Helper => self.change(|transaction| {
                let delete = "DELETE FROM helper WHERE $1::text IS NULL OR section = $1";
                let gone = transaction.execute(delete, &[&section])?;
                transaction.execute(HELPER_DRAW, &[])?;
                Ok(gone)
            }),
            Clear::Position => self.change(|transaction| {
                let delete = "DELETE FROM cursor WHERE $1::text IS NULL OR section = $1";
                transaction.execute(delete, &[&section])
            }),
        }
    }

    fn retain_plan(&mut self, retain: &Retain) -> Result<Removed> {
        self.plan_removal(retain)
    }

    fn retain(&mut self, retain: &Retain) -> Result<Removed> {
        let section = retain.section.as_deref();
        let before = Some(retain.whole_days());
        let mut removed = self.remove_events(before, section, retain.up_to)?;
        if let Some(before) = retain.siem_before {
            removed.siem_events = self.remove_siem_events(Some(before), section)?;
        }
        Ok(removed)
    }

    fn sources(&mut self) -> Result<Vec<(Cursor, Timestamp)>> {
        let rows = self.client()?.query(CURSORS, &[]).map_err(|error| self.fault(&error))?;
        let source = |row: &postgres::Row| {
            let Time(updated) = row.get(21);
            (cursor(row), updated)
        };
        Ok(rows.iter().map(source).collect())
    }

    fn forget(&mut self, sources: &[(i64, i64)]) -> Result<u64> {
        let update = "UPDATE cursor SET forgotten = clock_timestamp(), revision = revision + 1 \
            WHERE source = $1 AND revision = $2 AND forgotten IS NULL";
        self.change(|transaction| {
            let update = transaction.prepare(update)?;
            let mut one =
                |(source, revision): &(i64, i64)| transaction.execute(&update, &[source, revision]);
            sources.iter().map(&mut one).sum()
        })
    }

    fn accounts(&mut self) -> Result<Vec<Account>> {
        self.read_accounts()
    }

    fn odd_rights(&mut self) -> Result<Vec<Right>> {
        self.read_odd_rights()
    }

    fn loose_days(&mut self) -> Result<Vec<String>> {
        self.read_loose_days()
    }

    fn settle(&mut self) -> Result<Settled> {
        self.settle_default()
    }

    fn gaps(&mut self, limit: u32) -> Result<Vec<GapRow>> {
        self.read_gaps(limit)
    }

    fn size(&mut self) -> Result<Size> {
        let row = self.client()?.query_one(SIZE, &[]).map_err(|error| self.fault(&error))?;
        let number = |place: usize| u64::try_from(row.get::<_, i64>(place)).unwrap_or(0);
        Ok(Size {
            bytes: number(0),
            events: number(1),
            siem_events: number(2),
            commit_no: row.get(3),
        })
    }
}

impl Postgres {
    /// Installs what is shipped, unless that was done.
    pub(super) fn install(&mut self) -> Result<()> {
        let select = "SELECT value FROM counter WHERE name = 'shipped'";
        let row = self.client()?.query_one(select, &[]).map_err(|error| self.fault(&error))?;
        if row.get::<_, i64>(0) > 0 {
            return Ok(());
        }
        let place = self.address.place().to_owned();
        install::install(self, &place)?;
        let done = "UPDATE counter SET value = 1 WHERE name = 'shipped'";
        self.change(|transaction| transaction.execute(done, &[]).map(|_| ()))
    }

    /// Runs one change in a transaction of its own.
    pub(super) fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Transaction<'_>) -> std::result::Result<T, postgres::Error>,
    ) -> Result<T> {
        self.client()?;
        let run = || {
            let mut transaction = self.client.transaction()?;
            let outcome = change(&mut transaction)?;
            transaction.commit()?;
            Ok(outcome)
        };
        let outcome: std::result::Result<T, postgres::Error> = run();
        outcome.map_err(|error| self.fault(&error))
    }
}
