//! The test bodies on SQLite, and what only a file can do.
//!
//! What it does *not* know: PostgreSQL.

#[macro_use]
mod body;

use body::place::Place;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::{fs, thread};
use store::{Create, Error, Finding, Store, Url, verify};
use tempfile::TempDir;

struct File(TempDir);

impl File {
    fn path(&self) -> PathBuf {
        self.0.path().join("siem.db")
    }
}

impl Place for File {
    const IS_POSTGRES: bool = false;

    fn new() -> File {
        File(TempDir::new().expect("a directory"))
    }

    fn open(&self) -> Box<dyn Store> {
        store::open(&Url::Sqlite(self.path()), Create::IfEmbedded).expect("a database")
    }

    fn behind(&self) -> impl FnMut(&str) {
        let connection = rusqlite::Connection::open(self.path()).expect("a connection");
        move |statement| connection.execute_batch(statement).expect("a statement")
    }
}

bodies!(File);

#[test]
fn two_processes_can_start_at_once() {
    for _ in 0..5 {
        let place = File::new();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| place.open());
            }
        });
        assert!(place.open().sections().is_ok());
    }
}

#[test]
fn readers_create_nothing() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("none.db");
    let open = |path: &Path| store::open(&Url::Sqlite(path.to_owned()), Create::Never).err();
    assert!(matches!(open(&path), Some(Error::Connect { .. })));
    assert!(!path.exists());
    fs::write(&path, b"").expect("a file");
    assert!(matches!(open(&path), Some(Error::Uninitialised(_))));
    fs::write(&path, b"not a database, but long enough to be looked at".repeat(99))
        .expect("a file");
    assert!(matches!(open(&path), Some(Error::Refused { .. })));
}

#[test]
fn files_are_private() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("new/siem.db");
    let url = Url::Sqlite(path.clone());
    drop(store::open(&url, Create::IfEmbedded).expect("a database"));
    let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&directory.path().join("new")), 0o700);
}

/// What can only be chosen when a file is made, from its header (sqlite.org/fileformat2, 1.3).
#[test]
fn new_files_use_a_write_ahead_log_and_can_shrink() {
    let place = File::new();
    drop(place.open());
    let header = fs::read(place.path()).expect("a file");
    assert_eq!(header[18..20], [2, 2], "write-ahead log");
    assert_ne!(header[64..68], [0; 4], "incremental vacuum");
}

/// A database of a version before leaves were short: it verifies, goes on, and what changes in it is
/// named; also where a proof is made to look like one of the other form.
#[test]
fn leaves_of_older_versions_verify() {
    let place = File::new();
    let mut store = place.open();
    let mut behind = place.behind();
    behind(include_str!("data/long_leaves.sql"));
    let mut check = || verify(&mut *store, &[]).expect("a verification");
    let whole = check();
    assert_eq!((whole.batches, whole.events, &whole.findings[..]), (1, 5, &[][..]));
    behind("UPDATE event SET user_name = 'root' WHERE id = 1048578");
    let (event, columns) = ("1.2".to_owned(), vec!["user_name".to_owned()]);
    assert_eq!(check().findings, [Finding::Changed { event, columns }]);
    behind("UPDATE event SET user_name = 'webmaster' WHERE id = 1048578");
    behind("UPDATE leaf SET proof = CAST(proof || x'02000000' AS blob) WHERE day = 20253");
    let columns = vec!["leaf".to_owned()];
    assert_eq!(check().findings, [Finding::ChangedBatch { batch: 1, columns }]);
}
