//! The test bodies on SQLite, and what only a file can do.
//!
//! What it does *not* know: PostgreSQL.

mod body;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::{fs, thread};
use store::{Create, Error, Store, Url};
use tempfile::TempDir;

fn open(directory: &TempDir) -> Box<dyn Store> {
    let url = Url::Sqlite(directory.path().join("siem.db"));
    store::open(&url, Create::IfEmbedded).expect("a database")
}

fn with(test: impl FnOnce(&mut dyn Store)) {
    let directory = TempDir::new().expect("a directory");
    test(open(&directory).as_mut());
}

#[test]
fn a_batch_in_is_a_batch_out() {
    with(body::a_batch_in_is_a_batch_out);
}

#[test]
fn an_overtaken_cursor_stores_nothing() {
    with(body::an_overtaken_cursor_stores_nothing);
}

#[test]
fn a_claim_finds_what_was_claimed() {
    with(body::a_claim_finds_what_was_claimed);
}

#[test]
fn sections_are_made_once() {
    with(body::sections_are_made_once);
}

#[test]
fn scans_come_in_order() {
    with(body::scans_come_in_order);
}

#[test]
fn helpers_are_put_in_place() {
    with(body::manage::helpers_are_put_in_place);
}

#[test]
fn sections_are_put() {
    with(body::manage::sections_are_put);
}

#[test]
fn old_events_go() {
    with(body::manage::old_events_go);
}

#[test]
fn retention_goes_on_beside_others() {
    let directory = TempDir::new().expect("a directory");
    body::manage::retention_goes_on_beside_others(&|| open(&directory));
}

#[test]
fn what_rules_found_goes_or_stays() {
    with(body::manage::what_rules_found_goes_or_stays);
}

#[test]
fn sources_and_size_are_told() {
    with(body::manage::sources_and_size_are_told);
}

#[test]
fn long_scans_cross_pages() {
    with(body::long_scans_cross_pages);
}

#[test]
fn counts_agree_with_scans() {
    with(body::counts_agree_with_scans);
}

#[test]
fn sql_and_matches_agree() {
    with(body::filter::sql_and_matches_agree);
}

#[test]
fn any_event_is_given_back() {
    with(body::filter::any_event_is_given_back);
}

#[test]
fn waits_end_with_a_commit() {
    let directory = TempDir::new().expect("a directory");
    body::waits_end_with_a_commit(open(&directory).as_mut(), open(&directory).as_mut());
}

#[test]
fn two_processes_can_start_at_once() {
    for _ in 0..5 {
        let directory = TempDir::new().expect("a directory");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| open(&directory));
            }
        });
        assert!(open(&directory).sections().is_ok());
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
    let directory = TempDir::new().expect("a directory");
    drop(open(&directory));
    let header = fs::read(directory.path().join("siem.db")).expect("a file");
    assert_eq!(header[18..20], [2, 2], "write-ahead log");
    assert_ne!(header[64..68], [0; 4], "incremental vacuum");
}

/// A second connection to the file, for changes behind the store's back.
fn behind(directory: &TempDir) -> impl FnMut(&str) {
    let path = directory.path().join("siem.db");
    let connection = rusqlite::Connection::open(path).expect("a connection");
    move |statement| connection.execute_batch(statement).expect("a statement")
}

#[test]
fn what_is_stored_verifies() {
    with(body::seal::what_is_stored_verifies);
}

#[test]
fn every_change_is_located() {
    let directory = TempDir::new().expect("a directory");
    let mut store = open(&directory);
    let run = &mut behind(&directory);
    let back = body::seal::Back { run, is_postgres: false };
    body::seal::every_change_is_located(store.as_mut(), back);
}

#[test]
fn a_forged_history_needs_an_outside_head() {
    let (one, two) = (TempDir::new().expect("a directory"), TempDir::new().expect("a directory"));
    let (mut one, mut two) = (open(&one), open(&two));
    body::seal::a_forged_history_needs_an_outside_head(one.as_mut(), two.as_mut());
}

#[test]
fn retention_keeps_the_chain() {
    let directory = TempDir::new().expect("a directory");
    let mut store = open(&directory);
    let run = &mut behind(&directory);
    let back = body::seal::Back { run, is_postgres: false };
    body::seal::retention_keeps_the_chain(store.as_mut(), back);
}
