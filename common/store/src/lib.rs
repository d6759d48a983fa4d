//! The one door to a database: a list of operations, and one implementation per database.
//!
//! ```text
//!  siemparse ──► Ingest ─┐                 ┌─► sqlite/     rusqlite, bundled
//!  siemquery ──► Read ───┤                 │
//!  siemtrigger ► Detect ─┼─► dyn Store ────┤
//!  siemmanage ─► Manage ─┘                 └─► postgres/   the postgres crate, binary COPY
//! ```
//!
//! Everything is synchronous; a tool that wants two things at once opens two stores. `predicate`
//! is the only code that makes SQL out of a filter; static statements and migrations live under
//! `sql/`, where psql and sqlite3 can run them.
//!
//! What it does *not* know: log formats, rules, terminals. No driver type is in a public signature.

mod error;
mod url;
mod account;
mod read;
mod follow;
mod ingest;
mod manage;
mod outbox;
mod install;
mod braid;
mod tally;
mod detect;
mod predicate;
mod seal;
mod relabel;
mod postgres;
mod sqlite;
mod verify;
mod archive;

pub use account::*;
pub use archive::{ArchiveError, Checked, Unit, Units, check_archive, missing_of_archives};
pub use detect::*;
pub use error::{Error, Result};
pub use follow::Follow;
pub use ingest::*;
pub use manage::*;
pub use outbox::{Delivered, Delivery, Outbox, OutboxCount};
pub use read::*;
pub use relabel::{Relabel, RelabelRow, Relabelled, Relabelling, Relabels, relabel};
pub use seal::{BatchRow, Digest, Head, LeafRow, RetentionRow, Seal};
pub use sqlite::Spool;
pub use url::{Url, default_path, system_path};
pub use verify::{Finding, HeadError, Sealed, Verified, verify};

/// Everything a database can be asked.
pub trait Store:
    Ingest + Read + Detect + Follow + Manage + Outbox + Seal + Relabels + Send
{
    /// The database as a user would name it, without a password.
    fn name(&self) -> String;
}

/// How to treat a database that has no schema yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Create {
    /// An SQLite file is made and filled; PostgreSQL must have been initialised.
    IfEmbedded,
    /// Nothing is made: a missing SQLite file is an error too (readers).
    Never,
    /// The schema is made or brought up to date (`siemmanage init`).
    Always,
}

/// Opens a database.
///
/// # Errors
/// It cannot be reached, or its schema is missing or of another version.
pub fn open(url: &Url, create: Create) -> Result<Box<dyn Store>> {
    match url {
        Url::Sqlite(path) => Ok(Box::new(sqlite::Sqlite::open(path, create)?)),
        Url::Postgres(text) => Ok(Box::new(postgres::Postgres::open(text, create)?)),
    }
}
