//! Tamper evidence: what is stored verifies, and whatever is changed behind its back is found.
//!
//! What it does *not* know: which database it is; it is given a way to run statements.

use super::{START, commit, event, line, random, source};
use common::clock::{SECOND, Timestamp};
use common::event::Event;
use common::filter::Filter;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::ops::ControlFlow;
use store::{
    Batch, Cause, Clear, Cursor, Finding, Gap, Reject, Retain, Sealed, Share, Store, Verified,
    verify,
};

/// Runs statements behind the store's back; says how literals are written.
pub(crate) struct Back<'b> {
    pub(crate) run: &'b mut dyn FnMut(&str),
    pub(crate) is_postgres: bool,
}

/// A sequence of numbers without structure, the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 1).expect("63 bits") % sides
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[usize::try_from(self.roll(i64::try_from(from.len()).expect("few"))).expect("small")]
    }
}

fn found(store: &mut dyn Store, sealed: &[Sealed]) -> Verified {
    verify(store, sealed).expect("a verification")
}

fn seal(store: &mut dyn Store) -> Sealed {
    Sealed::of(store, START).expect("a seal")
}

/// Whatever events are stored, all of them verify; heads of then stay on the chains.
pub(crate) fn what_is_stored_verifies(store: &mut dyn Store) {
    let mut runner = TestRunner::deterministic();
    let mut cursors = [source(store, "a", "auth"), source(store, "b", "auth")];
    assert_eq!(found(store, &[]), Verified::default());
    let mut count = 0;
    let mut seals = Vec::new();
    for round in 0..40 {
        let events: Vec<Event<'static>> = (0..round % 7)
            .map(|_| random::event().new_tree(&mut runner).expect("an event").current())
            .collect();
        count += events.len() as u64;
        commit(store, &mut cursors[round % 2], &events, 10);
        if round % 13 == 0 {
            store.heartbeat().expect("a heartbeat");
            seals.push(seal(store));
        }
    }
    let expected = Verified { batches: 40, events: count, sources: 2, ..Verified::default() };
    assert_eq!(found(store, &seals), expected);
}

/// Values that an event has, the next one has not, and the one after has again.
pub(crate) fn values_come_and_go(store: &mut dyn Store) {
    let mut cursor = source(store, "a", "auth");
    let full = event::every_field().remove(0);
    let bare = line("auth", "host", 1, "nothing else");
    let given = [&full, &bare, &full, &full, &bare, &bare, &full].map(Clone::clone);
    let batch = commit(store, &mut cursor, &given, 10);
    let mut read = Vec::new();
    let mut see = |event: Event<'static>| {
        read.push(Event { id: full.id, ingested: None, ..event });
        ControlFlow::Continue(())
    };
    store.batch_events(batch, &Filter::All, &mut see).expect("events");
    assert_eq!(read, given);
    let expected = Verified { batches: 1, events: 7, sources: 1, ..Verified::default() };
    assert_eq!(found(store, &[]), expected);
}

/// Three sources, a rejected line, a gap, events of three days.
fn history(store: &mut dyn Store) {
    let mut cursors = ["a", "b", "c"].map(|name| source(store, name, "auth"));
    for round in 0..9_i64 {
        let place = usize::try_from(round % 3).expect("small");
        let day = |number: i64| (number + round) % 3 * 86_400;
        let events: Vec<Event<'static>> = (0..5)
            .map(|number| {
                let second = day(number) + round * 10 + number;
                let mut event = line("auth", "host", second, &format!("message {number}"));
                event.user_name = Some("root".into());
                event.source_ip = "192.0.2.7".parse().ok();
                event.source_port = Some(22);
                event.process_pid = Some(1000 + number);
                event.tags = vec!["odd".into()];
                event.ext.push("a.b", common::event::Value::Int(number));
                event.normalise();
                event
            })
            .collect();
        commit_noted(store, &mut cursors[place], &events, round == 4);
    }
}

fn commit_noted(store: &mut dyn Store, cursor: &mut Cursor, events: &[Event<'_>], notes: bool) {
    let byte_start = cursor.position;
    cursor.position += 100;
    let rejects = [Reject { log_offset: 7, raw: b"bad\n".to_vec(), reason: "no".into() }];
    let gaps = [Gap { byte_start: 50, byte_end: 60, lines: 1, cause: Cause::Truncated }];
    let batch = Batch {
        cursor,
        byte_start,
        line_count: 5,
        events,
        rejects: if notes { &rejects } else { &[] },
        gaps: if notes { &gaps } else { &[] },
        filtered: Share::default(),
    };
    cursor.revision = store.commit(&[batch]).expect("a commit")[0].revision;
}

const TABLES: [(&str, &str); 9] = [
    (
        "event",
        "time, time_quality, section, host_name, labels, dataset, event_category, event_action, \
         event_outcome, event_code, log_facility, log_severity, process_name, process_pid, \
         process_executable, process_command_line, user_name, user_target_name, source_ip, \
         source_port, destination_ip, destination_port, network_transport, message, raw, raw_kind, \
         eol, helper, log_offset, tags, ext",
    ),
    (
        "batch",
        "batch, source, section, byte_start, byte_end, line_count, event_count, time_min, \
         time_max, previous, digest, commit_no, committed",
    ),
    ("leaf", "batch, day, event_count, digest, proof, retention"),
    ("cursor", "*"),
    ("reject", "*"),
    ("gap", "*"),
    ("retention", "*"),
    ("relabel", "*"),
    ("counter", "*"),
];

impl Back<'_> {
    pub(crate) fn run(&mut self, statement: &str) {
        (self.run)(statement);
    }

    fn key(&self) -> &'static str {
        if self.is_postgres { "batch, seq" } else { "id" }
    }

    fn columns(&self, (table, columns): (&str, &str)) -> String {
        if table == "event" { format!("{}, {columns}", self.key()) } else { columns.to_owned() }
    }

    pub(crate) fn keep(&mut self) {
        for table in TABLES {
            let (name, columns) = (table.0, self.columns(table));
            self.run(&format!("CREATE TABLE kept_{name} AS SELECT {columns} FROM {name}"));
        }
    }

    pub(crate) fn restore(&mut self) {
        let all: Vec<String> = TABLES
            .iter()
            .map(|&table| {
                let (name, columns) = (table.0, self.columns(table));
                let into = if columns == "*" { String::new() } else { format!("({columns})") };
                format!(
                    "DELETE FROM {name}; INSERT INTO {name} {into} SELECT {columns} FROM kept_{name};"
                )
            })
            .collect();
        self.run(&all.concat());
    }

    /// Brings kept events with a message back.
    pub(crate) fn return_events(&mut self, message: &str) {
        let columns = self.columns(TABLES[0]);
        self.run(&format!(
            "INSERT INTO event ({columns}) SELECT {columns} FROM kept_event \
             WHERE message = '{message}'"
        ));
    }

    fn bytes(&self, hex: &str) -> String {
        if self.is_postgres { format!("'\\x{hex}'::bytea") } else { format!("x'{hex}'") }
    }

    /// An expression that is another value of a column.
    fn other(&self, column: &str) -> String {
        let ip = if self.is_postgres { "'203.0.113.9'::inet" } else { "'203.0.113.9'" };
        match column {
            "time" if self.is_postgres => "time + interval '1 second'".to_owned(),
            "time" => "time + 1000000".to_owned(),
            "time_quality" => "(time_quality + 1) % 4".to_owned(),
            "raw_kind" => "1".to_owned(),
            "eol" => "(eol + 1) % 3".to_owned(),
            "raw" => self.bytes("00ff"),
            "source_ip" | "destination_ip" => ip.to_owned(),
            "ext" => "'{\"a.b\":99}'".to_owned(),
            "log_facility" | "log_severity" | "process_pid" | "source_port"
            | "destination_port" | "log_offset" => format!("coalesce({column}, 0) + 1"),
            _ => "'forged'".to_owned(),
        }
    }
}

/// One change behind the store's back, and whether what was found tells where.
type Judge = Box<dyn Fn(&Verified) -> bool>;

fn names_event(id: String, is_right: impl Fn(&Finding) -> bool + 'static) -> Judge {
    Box::new(move |done| done.findings.first().is_some_and(|it| it.names(&id) && is_right(it)))
}

/// A finding about a batch, or about events or commits of it.
fn names_batch(batch: i64) -> Judge {
    Box::new(move |done| {
        done.findings.iter().any(|found| match found {
            Finding::ChangedBatch { batch: it, .. }
            | Finding::ChangedDay { batch: it, .. }
            | Finding::AddedBatch { batch: it }
            | Finding::Strangers { batch: it, .. } => *it == batch,
            Finding::MissingCommits { first, last } => (*first..=*last).contains(&batch),
            _ => false,
        })
    })
}

fn change_event(back: &mut Back<'_>, dice: &mut Dice) -> Judge {
    let (_, columns) = TABLES[0];
    let columns: Vec<&str> = columns.split(", ").map(str::trim).collect();
    let column = (*dice.pick(&columns)).to_owned();
    let (batch, seq) = (1 + dice.roll(9), 1 + dice.roll(5));
    let other = back.other(&column);
    back.run(&format!("UPDATE event SET {column} = {other} WHERE batch = {batch} AND seq = {seq}"));
    names_event(
        format!("{batch}.{seq}"),
        move |found| matches!(found, Finding::Changed { columns, .. } if *columns == [column.clone()]),
    )
}

fn delete_event(back: &mut Back<'_>, dice: &mut Dice) -> Judge {
    let (batch, seq) = (1 + dice.roll(9), 1 + dice.roll(5));
    back.run(&format!("DELETE FROM event WHERE batch = {batch} AND seq = {seq}"));
    names_event(format!("{batch}.{seq}"), |found| matches!(found, Finding::Missing { .. }))
}

fn add_event(back: &mut Back<'_>, dice: &mut Dice) -> Judge {
    let (batch, seq, new) = (1 + dice.roll(9), 1 + dice.roll(5), 6 + dice.roll(50));
    let columns = TABLES[0].1;
    let (key, id) = if back.is_postgres {
        ("batch, seq", format!("batch, {new}"))
    } else {
        ("id", format!("(batch << 20) + {new}"))
    };
    back.run(&format!(
        "INSERT INTO event ({key}, {columns}) SELECT {id}, {columns} FROM event \
         WHERE batch = {batch} AND seq = {seq}"
    ));
    names_event(format!("{batch}.{new}"), |found| matches!(found, Finding::Added { .. }))
}

/// Two events of a batch change places.
fn reorder(back: &mut Back<'_>, dice: &mut Dice) -> Judge {
    let batch = 1 + dice.roll(9);
    let (one, two) = (1 + dice.roll(2), 3 + dice.roll(3));
    if dice.roll(2) == 0 {
        let (x, y) = (batch, 1 + (batch + 2) % 9);
        back.run(&format!(
            "UPDATE batch SET commit_no = -1 WHERE batch = {x}; \
             UPDATE batch SET commit_no = {x} WHERE batch = {y}; \
             UPDATE batch SET commit_no = {y} WHERE batch = {x}"
        ));
        return names_batch(x);
    }
    let set = |from: i64, to: i64| match back.is_postgres {
        true => format!("UPDATE event SET seq = {to} WHERE batch = {batch} AND seq = {from}"),
        false => format!(
            "UPDATE event SET id = ({batch} << 20) + {to} WHERE id = ({batch} << 20) + {from}"
        ),
    };
    let all = [set(one, 999), set(two, one), set(999, two)].join("; ");
    back.run(&all);
    let first = format!("{batch}.{one}");
    let second = format!("{batch}.{two}");
    Box::new(move |done| {
        [&first, &second].iter().all(|id| done.findings.iter().any(|found| found.names(id)))
    })
}

/// A batch disappears with everything that is known of it; where it is the last of its source,
/// the cursor is set back too. Or its row is changed.
fn cut_or_change_batch(back: &mut Back<'_>, dice: &mut Dice) -> Judge {
    let batch = 1 + dice.roll(9);
    if dice.roll(2) == 0 {
        let column = *dice.pick(&[
            "byte_start",
            "byte_end",
            "line_count",
            "event_count",
            "source",
            "section",
        ]);
        let other = if column == "section" { "'web'".to_owned() } else { format!("{column} + 1") };
        back.run(&format!("UPDATE batch SET {column} = {other} WHERE batch = {batch}"));
        return names_batch(batch);
    }
    if batch == 5 && dice.roll(2) == 0 {
        back.run("UPDATE reject SET reason = 'yes'");
        return names_batch(5);
    }
    back.run(&format!(
        "DELETE FROM event WHERE batch = {batch}; DELETE FROM leaf WHERE batch = {batch}; \
         UPDATE cursor SET head = (SELECT previous FROM batch WHERE batch = {batch}) \
         WHERE source = (SELECT source FROM batch WHERE batch = {batch} AND batch > 6); \
         DELETE FROM batch WHERE batch = {batch}"
    ));
    names_batch(batch)
}

/// The last batches are cut off and the numbers of commits with them: only an outside head tells.
fn truncate(back: &mut Back<'_>, dice: &mut Dice) -> Judge {
    let keep = dice.roll(9);
    back.run(&format!(
        "DELETE FROM event WHERE batch > {keep}; DELETE FROM leaf WHERE batch > {keep}; \
         DELETE FROM batch WHERE batch > {keep}; DELETE FROM reject WHERE batch > {keep}; \
         DELETE FROM gap WHERE batch > {keep}; \
         UPDATE counter SET value = {keep} WHERE name = 'commit'; \
         UPDATE cursor SET head = coalesce((SELECT digest FROM batch \
             WHERE batch.source = cursor.source ORDER BY commit_no DESC LIMIT 1), {})",
        back.bytes("")
    ));
    Box::new(move |done| {
        // Batch n is of source 1 + (n - 1) % 3, and the sealed one of a source is one of 7 to 9.
        let expected = (1..=3).filter(|source| keep < 6 + source);
        let sources = done.findings.iter().filter_map(|found| match found {
            Finding::MissingSource { source } | Finding::Rewritten { source, .. } => Some(*source),
            _ => None,
        });
        sources.eq(expected)
    })
}

/// 600 changes, each of them found and told where.
pub(crate) fn every_change_is_located(store: &mut dyn Store, mut back: Back<'_>) {
    history(store);
    let head = seal(store);
    assert_eq!(found(store, std::slice::from_ref(&head)).findings, []);
    back.keep();
    let kinds = [change_event, delete_event, add_event, reorder, cut_or_change_batch, truncate];
    let mut dice = Dice(0x5eed);
    for number in 0..600 {
        let judge = kinds[number % kinds.len()](&mut back, &mut dice);
        let done = found(store, std::slice::from_ref(&head));
        let texts: Vec<String> = done.findings.iter().map(ToString::to_string).collect();
        assert!(judge(&done), "change {number}: {texts:#?}");
        back.restore();
    }
    assert_eq!(found(store, std::slice::from_ref(&head)).findings, []);
}

/// A history made anew with one word changed, all digests right: only an outside head tells.
pub(crate) fn a_forged_history_needs_an_outside_head(
    store: &mut dyn Store,
    forged: &mut dyn Store,
) {
    let fill = |store: &mut dyn Store, word: &str| {
        let mut cursor = source(store, "a", "auth");
        for round in 0..4 {
            let mut event = line("auth", "host", round, "in");
            let user = if round == 3 { word } else { "root" };
            event.user_name = Some(user.to_owned().into());
            commit(store, &mut cursor, &[event], 10);
        }
    };
    fill(store, "root");
    fill(forged, "nobody");
    let head = seal(store);
    assert_eq!(found(forged, &[]).findings, []);
    assert_eq!(
        found(forged, std::slice::from_ref(&head)).findings,
        [Finding::Rewritten { source: 1, after: 0, until: 4, batches: 4, has: 4 }]
    );
    assert_eq!(found(store, &[head]).findings, []);
}

/// Retention and clearing keep the chain; what they left behind is covered itself.
pub(crate) fn retention_keeps_the_chain(store: &mut dyn Store, mut back: Back<'_>) {
    history(store);
    let before = seal(store);
    let retain = |day: i64| Retain {
        before: Timestamp(START.0 + day * 86_400 * SECOND + 5),
        section: None,
        siem_before: None,
        up_to: None,
    };
    assert_eq!(store.retain(&retain(1)).expect("gone").events, 15);
    let done = found(store, std::slice::from_ref(&before));
    assert_eq!((done.findings, done.retentions, done.removed, done.events), (vec![], 1, 15, 30));
    let between = seal(store);
    assert_eq!(between.retentions, 1);
    assert_eq!(store.clear(Clear::Event, Some("auth")).expect("gone"), 30);
    let heads = [before, between];
    let done = found(store, &heads);
    assert_eq!((done.findings, done.retentions, done.removed), (vec![], 4, 46));
    back.keep();

    back.run("DELETE FROM retention WHERE retention = 1");
    let gone = Finding::Retention { retention: 1, missing: true };
    assert!(found(store, &heads).findings.contains(&gone));
    back.restore();
    back.run("UPDATE leaf SET retention = 2 WHERE retention = 1 AND batch = 1");
    let changed = |retention| Finding::Retention { retention, missing: false };
    assert_eq!(found(store, &heads).findings, [changed(1), changed(2)]);
    back.restore();
    back.run("UPDATE retention SET archived = (retention = 1) WHERE retention = 1");
    assert_eq!(found(store, &heads).findings, [changed(1)]);
    back.restore();
    back.run("UPDATE leaf SET retention = NULL WHERE batch = 1 AND day = (SELECT min(day) FROM leaf WHERE batch = 1)");
    assert!(!found(store, &heads).findings.is_empty());
    back.restore();
    assert_eq!(found(store, &heads).findings, []);
}
