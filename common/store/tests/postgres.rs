//! The test bodies on PostgreSQL.
//!
//! What it does *not* know: SQLite.

mod body;

use store::{Create, Store, Url};
use testkit::database;

fn open(url: &str) -> Box<dyn Store> {
    store::open(&Url::Postgres(url.to_owned()), Create::Always).expect("a database")
}

fn with(test: impl FnOnce(&mut dyn Store)) {
    let database = database();
    test(open(database.url()).as_mut());
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
    let database = database();
    body::manage::retention_goes_on_beside_others(&|| open(database.url()));
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
    let database = database();
    let (mut one, mut other) = (open(database.url()), open(database.url()));
    body::waits_end_with_a_commit(one.as_mut(), other.as_mut());
}

/// A second connection, for changes behind the store's back.
fn behind(url: &str) -> impl FnMut(&str) {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("a connection");
    move |statement| client.batch_execute(statement).expect("a statement")
}

#[test]
fn what_is_stored_verifies() {
    with(body::seal::what_is_stored_verifies);
}

#[test]
fn every_change_is_located() {
    let database = database();
    let mut store = open(database.url());
    let run = &mut behind(database.url());
    let back = body::seal::Back { run, is_postgres: true };
    body::seal::every_change_is_located(store.as_mut(), back);
}

#[test]
fn a_forged_history_needs_an_outside_head() {
    let (one, two) = (database(), database());
    let (mut one, mut two) = (open(one.url()), open(two.url()));
    body::seal::a_forged_history_needs_an_outside_head(one.as_mut(), two.as_mut());
}

#[test]
fn retention_keeps_the_chain() {
    let database = database();
    let mut store = open(database.url());
    let run = &mut behind(database.url());
    let back = body::seal::Back { run, is_postgres: true };
    body::seal::retention_keeps_the_chain(store.as_mut(), back);
}
