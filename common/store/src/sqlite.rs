//! The embedded database: one SQLite file in WAL mode, read and written through rusqlite.
//!
//! ```text
//!  migrate ─► ingest              batches in, one transaction each
//!             row ─► walk ─► read     events out, in short keyset pages
//!                         └► count    counts, from the columns alone where they tell
//! ```
//!
//! `synchronous=FULL`: a commit that was reported survives a power failure, as on PostgreSQL;
//! with batches of thousands of rows its price is small. Reads never keep a transaction open
//! while their caller works, so that the write-ahead log can be reset.
//!
//! What it does *not* know: PostgreSQL; how SQL is made of filters (`predicate`).

mod account;
mod bind;
mod checkpoint;
mod count;
mod detect;
mod follow;
mod holds;
mod ingest;
mod manage;
mod migrate;
mod outbox;
mod read;
mod relabel;
mod row;
mod seal;
mod spool;
mod walk;

pub use spool::Spool;

use crate::detect::Stands;
use crate::ingest::Register;
use crate::seal::Leaves;
use crate::{Create, Error, Result, Store};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How long a statement waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(30);
/// How often a waiting statement tries. SQLite's own waiting slows down to 100 ms, and a process
/// that commits all the time would hardly ever let another in.
const TRY: Duration = Duration::from_millis(2);

/// Not kept in the file, so set on each connection. The cache holds the right edges of the
/// indexes, which is where rows arrive; 8,000 pages (32 MiB) between checkpoints write such a
/// page once instead of often.
const CONNECTION: &str = "PRAGMA synchronous = FULL; PRAGMA cache_size = -18432; \
    PRAGMA wal_autocheckpoint = 50000; \
    PRAGMA journal_size_limit = 268435456;";

/// A connection to an SQLite file.
pub(crate) struct Sqlite {
    /// Checkpoints of a connection that stores events; it ends before the connection does.
    beside: Option<checkpoint::Beside>,
    connection: Connection,
    leaves: Leaves,
    path: PathBuf,
    place: String,
    /// Commit times of batches met while reading.
    committed: row::Committed,
    /// The cursors of the host that claims.
    register: Register,
    /// Which intervals share a position.
    stands: Stands,
}

impl Sqlite {
    /// Opens the file, and makes or updates its schema as `create` allows.
    pub(crate) fn open(path: &Path, create: Create) -> Result<Sqlite> {
        let place = format!("sqlite:{}", path.display());
        let unreachable = |reason: String| Error::Connect { place: place.clone(), reason };
        if create != Create::Never {
            make_private(path).map_err(|error| Error::Unable {
                place: place.clone(),
                reason: error.to_string(),
            })?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match std::fs::metadata(path) {
            Err(error) => Err(unreachable(error.to_string())),
            Ok(_) => Connection::open_with_flags(path, flags)
                .map_err(|error| unreachable(error.to_string())),
        }?;
        let (committed, register) = (row::Committed::default(), Register::default());
        let (leaves, stands) = (Leaves::default(), Stands::default());
        let (path, beside) = (path.to_owned(), None);
        let mut store =
            Sqlite { beside, connection, leaves, path, place, committed, register, stands };
        store.prepare(create)?;
        Ok(store)
    }

    fn prepare(&mut self, create: Create) -> Result<()> {
        let set_up = |connection: &mut Connection| {
            connection.busy_handler(Some(wait))?;
            connection.set_prepared_statement_cache_capacity(64);
            holds::register(connection)?;
            connection.execute_batch(CONNECTION)
        };
        let refused = self.refused();
        set_up(&mut self.connection).map_err(refused)?;
        self.migrate(create)?;
        if create == Create::Never { Ok(()) } else { self.install() }
    }

    /// Turns a driver's error into this crate's, naming the file.
    fn refused(&self) -> impl Fn(rusqlite::Error) -> Error + use<> {
        let place = self.place.clone();
        move |error| {
            let place = place.clone();
            match &error {
                rusqlite::Error::SqliteFailure(failure, text) => {
                    let reason = match (failure.code, text) {
                        (ErrorCode::DiskFull, _) => "the disk is full".to_owned(),
                        (_, Some(text)) => text.clone(),
                        (_, None) => failure.to_string(),
                    };
                    match failure.code {
                        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
                            Error::Denied { place, reason }
                        }
                        ErrorCode::CannotOpen => Error::Connect { place, reason },
                        ErrorCode::DiskFull
                        | ErrorCode::SystemIoFailure
                        | ErrorCode::OutOfMemory
                        | ErrorCode::DatabaseBusy
                        | ErrorCode::DatabaseLocked => Error::Unable { place, reason },
                        ErrorCode::ConstraintViolation
                        | ErrorCode::TooBig
                        | ErrorCode::TypeMismatch => Error::Value { place, reason },
                        _ => Error::Refused { place, reason },
                    }
                }
                _ => Error::Refused { place, reason: error.to_string() },
            }
        }
    }
}

impl Store for Sqlite {
    fn name(&self) -> String {
        self.place.clone()
    }
}

/// Waits for a lock; says whether to try again.
fn wait(tries: i32) -> bool {
    thread::sleep(TRY);
    TRY * u32::try_from(tries).unwrap_or(u32::MAX) < BUSY
}

/// Makes the file and the directories above it, for this user alone: logs tell much.
fn make_private(path: &Path) -> std::io::Result<()> {
    if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
