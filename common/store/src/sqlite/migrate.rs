//! The schema: numbered scripts under `sql/sqlite`, applied once each, in order.
//!
//! The first process to come takes the file's exclusive lock and applies what is missing; a
//! second one waits, looks again and finds nothing to do.
//!
//! What it does *not* know: what the scripts say.

use super::Sqlite;
use crate::{Create, Error, Result};
use common::clock::Timestamp;
use rusqlite::{Connection, ErrorCode};
use std::thread;
use std::time::{Duration, Instant};

/// (name, script); the number of a script is its place in this list, counted from 1.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_event", include_str!("../../../../sql/sqlite/0001_event.sql")),
    ("0002_detect", include_str!("../../../../sql/sqlite/0002_detect.sql")),
    ("0003_manage", include_str!("../../../../sql/sqlite/0003_manage.sql")),
    ("0004_account", include_str!("../../../../sql/sqlite/0004_account.sql")),
    ("0005_seal", include_str!("../../../../sql/sqlite/0005_seal.sql")),
    ("0006_correlation", include_str!("../../../../sql/sqlite/0006_correlation.sql")),
    ("0007_outbox", include_str!("../../../../sql/sqlite/0007_outbox.sql")),
    ("0008_section", include_str!("../../../../sql/sqlite/0008_section.sql")),
    ("0009_set", include_str!("../../../../sql/sqlite/0009_set.sql")),
    ("0010_time", include_str!("../../../../sql/sqlite/0010_time.sql")),
    ("0011_relabel", include_str!("../../../../sql/sqlite/0011_relabel.sql")),
    ("0012_forget", include_str!("../../../../sql/sqlite/0012_forget.sql")),
    ("0013_change", include_str!("../../../../sql/sqlite/0013_change.sql")),
    ("0014_ext", include_str!("../../../../sql/sqlite/0014_ext.sql")),
    ("0015_archive", include_str!("../../../../sql/sqlite/0015_archive.sql")),
    ("0016_stand", include_str!("../../../../sql/sqlite/0016_stand.sql")),
    ("0017_host", include_str!("../../../../sql/sqlite/0017_host.sql")),
];

impl Sqlite {
    /// Brings the schema up to date, or finds out that it is not.
    pub(super) fn migrate(&mut self, create: Create) -> Result<()> {
        let needed = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
        let found = patient(|| version(&self.connection)).map_err(self.refused())?;
        match found {
            Some(found) if found == needed => return Ok(()),
            Some(found) if found > needed || create == Create::Never => {
                return Err(Error::Version { place: self.place.clone(), found, needed });
            }
            None if create == Create::Never => {
                return Err(Error::Uninitialised(self.place.clone()));
            }
            _ => {}
        }
        patient(|| apply(&mut self.connection)).map_err(self.refused())
    }
}

/// The version of the schema; `None` when there is none.
fn version(connection: &Connection) -> rusqlite::Result<Option<i32>> {
    let known = "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'";
    let known: i64 = connection.query_row(known, [], |row| row.get(0))?;
    if known == 0 {
        return Ok(None);
    }
    connection.query_row("SELECT max(version) FROM schema_version", [], |row| row.get(0))
}

fn apply(connection: &mut Connection) -> rusqlite::Result<()> {
    if version(connection)?.is_none() {
        // Both count only before the first table; retention gives pages back in steps.
        connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;")?;
    }
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)?;
    let applied = version(&transaction)?.unwrap_or(0);
    for (number, (name, script)) in (1i32..).zip(MIGRATIONS) {
        if number > applied {
            transaction.execute_batch(script)?;
            transaction.execute(
                "INSERT INTO schema_version (version, name, applied) VALUES (?1, ?2, ?3)",
                (number, name, Timestamp::now().0),
            )?;
        }
    }
    transaction.commit()
}

/// Tries again while the file is locked: the change to WAL does not wait by itself.
fn patient<T>(mut attempt: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let start = Instant::now();
    loop {
        match attempt() {
            Err(rusqlite::Error::SqliteFailure(failure, _))
                if matches!(failure.code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
                    && start.elapsed() < super::BUSY =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            outcome => return outcome,
        }
    }
}
