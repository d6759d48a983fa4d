//! What only PostgreSQL has: partitions, roles, refused values, lost connections.

use super::Postgres;
use crate::{Batch, Create, Cursor, Error, Ingest as _};
use common::clock::{DAY, Timestamp};
use common::event::Event;
use std::borrow::Cow;
use testkit::database;

fn open(url: &str) -> Postgres {
    Postgres::open(url, Create::Always).expect("a database")
}

fn event(time: Timestamp, message: &str) -> Event<'_> {
    let section = Cow::Borrowed("default");
    let mut event = Event { time, section, message: message.into(), ..Event::default() };
    event.normalise();
    event
}

fn source(store: &mut Postgres) -> Cursor {
    let new = |_: &[Cursor]| Cursor {
        host: "host".into(),
        section: "default".into(),
        ..Cursor::default()
    };
    store.claim("host", &mut { new }).expect("a cursor")
}

fn batch<'b, 'e>(cursor: &'b Cursor, events: &'b [Event<'e>]) -> Batch<'b, 'e> {
    Batch { cursor, byte_start: 0, line_count: 1, events, rejects: &[] }
}

#[test]
fn events_lie_in_the_partition_of_their_day() {
    let database = database();
    let mut store = open(database.url());
    let now = Timestamp::now();
    let times = [now, Timestamp(now.0 - DAY), Timestamp(now.0 - 1000 * DAY), Timestamp::MIN, Timestamp::MAX];
    let events = times.map(|time| event(time, "m"));
    let cursor = source(&mut store);
    store.commit(&[batch(&cursor, &events)]).expect("a commit");
    let day = |time: Timestamp| {
        let (year, month, day) = time.date();
        format!("event_{year}{month:02}{day:02}")
    };
    let rows = database.sql("SELECT tableoid::regclass FROM event ORDER BY seq");
    let default = "event_default".to_owned();
    let expected = [day(times[0]), day(times[1]), default.clone(), default.clone(), default];
    assert_eq!(rows.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn rows_move_out_of_the_default_partition() {
    let database = database();
    let mut store = open(database.url());
    let cursor = source(&mut store);
    let now = Timestamp::now();
    // A reader that holds the default partition keeps the day from being made.
    let mut reader = open(database.url());
    reader.client.batch_execute("BEGIN; SELECT FROM event_default").expect("a lock");
    store.commit(&[batch(&cursor, &[event(now, "one")])]).expect("a commit");
    assert_eq!(database.sql("SELECT count(*) FROM event_default"), "1");
    reader.client.batch_execute("COMMIT").expect("an unlock");
    store.days.clear();
    let cursor = store.cursor(cursor.source).expect("an answer").expect("a cursor");
    store.commit(&[batch(&cursor, &[event(now, "two")])]).expect("a commit");
    assert_eq!(database.sql("SELECT count(*) FROM event_default"), "0");
    assert_eq!(database.sql("SELECT string_agg(message, ' ' ORDER BY batch) FROM event"), "one two");
}

#[test]
fn a_cursor_that_moved_stops_the_batch() {
    let database = database();
    let mut store = open(database.url());
    let cursor = source(&mut store);
    let events = [event(Timestamp::now(), "m")];
    store.commit(&[batch(&cursor, &events)]).expect("a commit");
    let again = store.commit(&[batch(&cursor, &events)]);
    assert!(matches!(again, Err(Error::Overtaken(source)) if source == cursor.source));
    assert_eq!(database.sql("SELECT count(*) FROM event"), "1");
    assert_eq!(database.sql("SELECT value FROM counter WHERE name = 'commit'"), "1");
}

#[test]
fn a_refused_value_goes_to_reject_alone() {
    let database = database();
    let mut store = open(database.url());
    let cursor = source(&mut store);
    let mut events: Vec<Event<'_>> = (0..9).map(|_| event(Timestamp::now(), "good")).collect();
    events[4].message = Cow::Borrowed("bad\0");
    events[4].log_offset = 44;
    let done = store.commit(&[batch(&cursor, &events)]).expect("a commit");
    assert_eq!(done[0].commit_no, 1);
    assert_eq!(database.sql("SELECT string_agg(seq::text, ' ' ORDER BY seq) FROM event"), "1 2 3 4 6 7 8 9");
    assert_eq!(database.sql("SELECT event_count FROM batch"), "8");
    let reject = database.sql("SELECT log_offset, encode(raw, 'escape'), reason FROM reject");
    assert!(reject.starts_with("44|") && reject.contains("invalid byte sequence"), "{reject}");
}

#[test]
fn a_source_has_one_reader() {
    let database = database();
    let mut store = open(database.url());
    let cursor = source(&mut store);
    let mut other = open(database.url());
    let claim = other.claim("host", &mut |known| known[0].clone());
    assert!(matches!(claim, Err(Error::Held(_))));
    drop(store);
    assert_eq!(other.claim("host", &mut |known| known[0].clone()).expect("a claim"), cursor);
}

#[test]
fn a_lost_connection_is_made_again() {
    let database = database();
    let mut store = open(database.url());
    let cursor = source(&mut store);
    let killed = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert_eq!(database.sql(killed), "1");
    let events = [event(Timestamp::now(), "m")];
    let lost = store.commit(&[batch(&cursor, &events)]);
    assert!(matches!(lost, Err(Error::Lost { .. })), "{lost:?}");
    assert_eq!(store.cursor(cursor.source).expect("an answer"), Some(cursor.clone()));
    store.commit(&[batch(&cursor, &events)]).expect("a commit");
    let mut other = open(database.url());
    assert!(matches!(other.claim("host", &mut |known| known[0].clone()), Err(Error::Held(_))));
}

#[test]
fn a_database_without_a_schema_says_so() {
    let database = database();
    let opened = Postgres::open(database.url(), Create::IfEmbedded);
    assert!(matches!(opened, Err(Error::Uninitialised(_))));
    drop(open(database.url()));
    drop(open(database.url()));
    assert!(Postgres::open(database.url(), Create::Never).is_ok());
    let _ = database.sql("INSERT INTO schema_version VALUES (99, 'later')");
    let opened = Postgres::open(database.url(), Create::Always);
    assert!(matches!(opened, Err(Error::Version { found: 99, .. })));
    let refused = Postgres::open(&database.url().replace("/t", "/no_"), Create::Never);
    assert!(matches!(refused, Err(Error::Connect { reason, .. }) if reason.contains("does not exist")));
}
