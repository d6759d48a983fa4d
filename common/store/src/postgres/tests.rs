//! What only PostgreSQL has: partitions, roles, refused values, lost connections.

mod host;

use super::Postgres;
use crate::{Batch, Create, Cursor, Error, Ingest as _, Read as _, Selection, Share};
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
    Batch {
        cursor,
        byte_start: 0,
        line_count: 1,
        events,
        rejects: &[],
        gaps: &[],
        filtered: Share::default(),
    }
}

#[test]
fn events_lie_in_the_partition_of_their_day() {
    let database = database();
    let mut store = open(database.url());
    let now = Timestamp::now();
    let times = [
        now,
        Timestamp(now.0 - DAY),
        Timestamp(now.0 - 1000 * DAY),
        Timestamp::MIN,
        Timestamp::MAX,
    ];
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
    assert_eq!(
        database.sql("SELECT string_agg(message, ' ' ORDER BY batch) FROM event"),
        "one two"
    );
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
    assert_eq!((done[0].commit_no, done[0].refused), (1, 1));
    let totals = store.cursor(cursor.source).expect("an answer").expect("a cursor").totals;
    assert_eq!((totals.stored, totals.rejected), (cursor.totals.stored - 1, 1));
    assert_eq!(
        database.sql("SELECT string_agg(seq::text, ' ' ORDER BY seq) FROM event"),
        "1 2 3 4 6 7 8 9"
    );
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
fn a_database_that_may_be_written_again_is() {
    let database = database();
    drop(open(database.url()));
    let only = |what: &str| {
        let name = "(SELECT current_database())";
        let change = "ALTER DATABASE %I SET default_transaction_read_only = %s";
        let text = format!("SELECT format('{change}', {name}, '{what}')");
        let change = database.sql(&text);
        let _ = database.sql(&format!("SET default_transaction_read_only = off; COMMIT; {change}"));
    };
    let mut store = open(database.url());
    let cursor = source(&mut store);
    drop(store);
    only("on");
    let mut store = Postgres::open(database.url(), Create::IfEmbedded).expect("a database");
    assert_eq!(store.claim("host", &mut |known| known[0].clone()).expect("a claim"), cursor);
    let events = [event(Timestamp::now(), "m")];
    for _ in 0..2 {
        let refused = store.commit(&[batch(&cursor, &events)]);
        assert!(matches!(refused, Err(Error::Unable { .. })), "{refused:?}");
    }
    only("off");
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
    assert!(
        matches!(refused, Err(Error::Connect { reason, .. }) if reason.contains("does not exist"))
    );
}

/// r: SELECT, a: INSERT, w: UPDATE, d: DELETE, as in psql.
const MATRIX: &str = "\
activation     | -    | r    | raw
batch          | a    | r    | ra
change         | -    | r    | raw
counter        | rw   | r    | rw
cursor         | raw  | r    | -
event          | a    | r    | r
gap            | a    | r    | -
helper         | r    | r    | -
hit            | -    | r    | raw
leaf           | a    | r    | -
outbox         | -    | r    | raw
reference_set  | -    | r    | r
reject         | a    | r    | -
relabel        | -    | r    | -
retention      | -    | r    | -
rule           | -    | r    | r
rule_version   | -    | r    | ra
schema_version | r    | r    | r
section        | ra   | r    | r
siem_event     | -    | r    | raw
stand          | -    | r    | rawd
";

#[test]
fn roles_may_do_what_their_tools_do() {
    let database = database();
    drop(open(database.url()));
    let privileges = database.sql(
        "SELECT rpad(relname, 14) || string_agg(' | ' || rpad(coalesce(nullif(may, ''), '-'), 4), '' \
         ORDER BY nr) FROM (SELECT relname, nr, (SELECT string_agg(letter, '' ORDER BY place) \
         FROM (VALUES (1, 'r', 'SELECT'), (2, 'a', 'INSERT'), (3, 'w', 'UPDATE'), (4, 'd', 'DELETE')) \
         AS verb (place, letter, name) WHERE has_table_privilege(role, c.oid, verb.name)) AS may \
         FROM pg_class c, unnest(ARRAY['siem_ingest', 'siem_query', 'siem_trigger']) \
         WITH ORDINALITY AS role (role, nr) WHERE relnamespace = 'public'::regnamespace \
         AND relkind IN ('r', 'p') AND NOT relispartition) AS cell GROUP BY relname ORDER BY relname",
    );
    let privileges: String =
        privileges.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    assert_eq!(privileges, MATRIX);
    let may = "SELECT has_function_privilege(role, 'ensure_day(date[])', 'EXECUTE') \
        FROM unnest(ARRAY['siem_ingest', 'siem_query', 'siem_trigger']) AS role";
    assert_eq!(database.sql(may), "t\nf\nf");
}

#[test]
fn each_role_suffices_for_its_tool_and_no_more() {
    let database = database();
    drop(open(database.url()));
    let name = database.url().rsplit('/').next().expect("a name").to_owned();
    for role in ["ingest", "query", "owner"] {
        let _ = database.sql(&format!("CREATE ROLE {role}_{name} LOGIN IN ROLE siem_{role}"));
    }
    let url = |role: &str| database.url_as(&format!("{role}_{name}"));
    let as_role = |role| Postgres::open(&url(role), Create::IfEmbedded).expect("a database");
    let (mut ingest, mut query) = (as_role("ingest"), as_role("query"));
    let cursor = source(&mut ingest);
    ingest.ensure_section("door").expect("a section");
    let views = "SELECT string_agg(viewname, ' ' ORDER BY viewname) FROM pg_views \
        WHERE schemaname = 'siemstress' AND viewname LIKE '%door'";
    assert_eq!(database.sql(views), "door helpers_door rules_door siem_door");
    ingest.commit(&[batch(&cursor, &[event(Timestamp::now(), "m")])]).expect("a commit");
    assert_eq!(database.sql("SELECT count(*) FROM event_default"), "0");
    let denied = |outcome| matches!(outcome, Err(Error::Denied { .. }));
    assert!(denied(ingest.count(&Selection::default())));
    assert_eq!(query.count(&Selection::default()).expect("a count"), 1);
    assert!(denied(query.ensure_section("mail").map(|_| 0)));
    assert!(denied(Postgres::open(&url("query"), Create::Always).map(|_| 0)));
    let mut owner = Postgres::open(&url("owner"), Create::Always).expect("a database");
    assert_eq!(owner.count(&Selection::default()).expect("a count"), 1);
    owner.client.batch_execute("DROP TABLE event_default").expect("a table dropped");
    let owners = "SELECT DISTINCT relowner::regrole FROM pg_class \
        WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(database.sql(owners), "siem_owner");
    drop((ingest, query, owner));
    for role in ["ingest", "query", "owner"] {
        let _ = database.sql(&format!("DROP ROLE {role}_{name}"));
    }
}

#[test]
fn a_commit_whose_events_are_not_there_is_waited_for_where_they_are_distributed() {
    let database = database();
    let mut store = open(database.url());
    let mut cursor = source(&mut store);
    for _ in 0..3 {
        let events = [event(Timestamp::now(), "a"), event(Timestamp::now(), "b")];
        cursor.revision = store.commit(&[batch(&cursor, &events)]).expect("a commit")[0].revision;
    }
    let numbers = |store: &mut Postgres| -> Vec<i64> {
        store.commits_after(0, 10).expect("commits").iter().map(|commit| commit.commit_no).collect()
    };
    assert_eq!(numbers(&mut store), [1, 2, 3]);
    let _ = database.sql("DELETE FROM event WHERE batch = 2 AND seq = 1");
    assert_eq!(numbers(&mut store), [1, 2, 3]);
    // Citus' catalogue of distributed tables.
    let _ = database.sql(
        "SET allow_system_table_mods = on; \
         CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass)",
    );
    assert_eq!(numbers(&mut store), [1, 2, 3]);
    let insert = "INSERT INTO pg_catalog.pg_dist_partition VALUES ('public.event'::regclass)";
    let _ = database.sql(&format!("SET allow_system_table_mods = on; {insert}"));
    assert_eq!(numbers(&mut store), [1]);
    let _ = database.sql("UPDATE batch SET event_count = 1 WHERE batch = 2");
    assert_eq!(numbers(&mut store), [1, 2, 3]);
}

#[test]
fn people_at_psql_see_all_fields_in_one_place() {
    let database = database();
    let mut store = open(database.url());
    let cursor = source(&mut store);
    let lines =
        [r#"{"EventID":4625,"nul":"a\u0000b","x":1}"#, r#"{"EventID":"#, "{\"a\":\"\u{fffd}\"}"];
    let events = lines.map(|line| {
        let mut event = event(Timestamp::now(), "m");
        event.raw = Cow::Borrowed(line.as_bytes());
        event.raw_kind = common::event::RawKind::Json;
        event.ext.push("x", common::event::Value::Int(2));
        event
    });
    store.commit(&[batch(&cursor, &events)]).expect("a commit");
    let fields = database.sql("SELECT id, fields FROM event_json ORDER BY id");
    let expected = [
        "1.1|{\"x\": 2, \"nul\": \"a\u{fffd}b\", \"EventID\": 4625}",
        "1.2|{\"x\": 2}",
        "1.3|{\"a\": \"\u{fffd}\", \"x\": 2}",
    ];
    assert_eq!(fields.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn fields_from_before_they_were_text_are_read_and_found() {
    use common::event::Value;
    use common::field::Field;
    use common::filter::{Filter, Test};
    let database = database();
    let mut store = open(database.url());
    let cursor = source(&mut store);
    let mut plain = event(Timestamp::now(), "m");
    plain.ext.push("a.b", Value::Text("Xy".into()));
    plain.ext.push("odd name", Value::Int(1));
    plain.normalise();
    store
        .commit(&[batch(&cursor, &[plain.clone(), event(Timestamp::now(), "n")])])
        .expect("stored");
    let exists = |name: &str| Filter::Field(Field::new(name), Test::Exists);
    let is = |name: &str, value: &str| Filter::equals(Field::new(name), value);
    let counts = [
        (exists("a.b"), 1),
        (exists("a.b").not(), 1),
        (exists("odd name"), 1),
        (is("a.b", "xY"), 1),
        (is("a.b", "x"), 0),
        (is("a.b", "x").not(), 2),
    ];
    for migrate in ["SELECT 1", "UPDATE event SET ext_jsonb = ext::jsonb, ext = NULL"] {
        let _ = database.sql(migrate);
        for (filter, count) in &counts {
            let selection = Selection { filter: filter.clone(), ..Selection::default() };
            assert_eq!(store.count(&selection).expect("a count"), *count, "{filter:?}");
        }
        let fields = database.sql("SELECT fields FROM event_json WHERE id = '1.1'");
        assert_eq!(fields, "{\"a.b\": \"Xy\", \"odd name\": 1}");
        let mut read = Vec::new();
        let mut see = |event: Event<'static>| {
            read.push(event.ext);
            std::ops::ControlFlow::Continue(())
        };
        store.scan(&crate::Scan::default(), &mut see).expect("events");
        assert_eq!(read, [plain.ext.clone(), common::event::Fields::new()]);
    }
}
