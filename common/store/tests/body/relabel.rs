//! Relabelling: what it changes, what it leaves verifiable, and that forged labels are still found.
//!
//! What it does *not* know: which database it is.

use super::seal::Back;
use super::{START, commit, line, scan, source};
use common::clock::{SECOND, Timestamp};
use common::event::Event;
use common::filter::{Filter, Logsource};
use std::collections::BTreeMap;
use store::{Finding, Relabel, Relabelling, Scan, Sealed, Selection, Store, relabel, verify};

const SSHD: &str = "linux//auth linux//sshd linux//syslog";
const CRON: &str = "linux//cron linux//syslog";

/// An event whose labels are what an older program would have given it.
fn aged(section: &str, second: i64, process: &'static str, labels: &'static str) -> Event<'static> {
    let mut event = line(section, "h", second, process);
    event.dataset = Some("linux.syslog".into());
    event.process_name = Some(process.into());
    event.labels = labels.into();
    event
}

/// Two batches of section auth, one of web, over two days.
fn fill(store: &mut dyn Store) {
    let (mut auth, mut web) = (source(store, "a", "auth"), source(store, "w", "web"));
    let day = 86_400;
    let events = [
        aged("auth", 1, "sshd", "old//"),
        aged("auth", 2, "cron", CRON),
        aged("auth", day, "sshd", ""),
    ];
    commit(store, &mut auth, &events, 10);
    let events = [aged("auth", day + 1, "cron", "old//"), aged("auth", 3, "sshd", "old//")];
    commit(store, &mut auth, &events, 10);
    commit(store, &mut web, &[aged("web", 4, "sshd", SSHD), aged("web", 5, "cron", "old//")], 10);
    store.heartbeat().expect("a heartbeat");
}

fn all() -> Relabel {
    Relabel { since: Timestamp::MIN, until: None, section: None, dry_run: false }
}

fn labels(store: &mut dyn Store) -> Vec<String> {
    scan(store, &Scan::default()).into_iter().map(|event| event.labels.into_owned()).collect()
}

fn changes(list: &[(&str, &str, u64)]) -> BTreeMap<(String, String), u64> {
    list.iter().map(|(was, now, count)| (((*was).into(), (*now).into()), *count)).collect()
}

fn about(logsource: &str) -> Selection {
    let logsource = Logsource::parse(logsource).expect("a logsource");
    Selection { filter: Filter::Logsource(logsource), ..Selection::default() }
}

/// Stored labels become what is computed now, within what was asked for; a dry run only counts.
pub(crate) fn labels_are_computed_anew(store: &mut dyn Store) {
    assert_eq!(relabel(store, &all()).expect("done"), Relabelling::default());
    fill(store);
    let before = labels(store);
    assert_eq!(before, ["old//", CRON, "old//", SSHD, "old//", "", "old//"]);
    assert_eq!(store.count(&about("linux//sshd")).expect("a count"), 1);

    let everything = [("", SSHD, 1), ("old//", CRON, 2), ("old//", SSHD, 2)];
    let planned = relabel(store, &Relabel { dry_run: true, ..all() }).expect("a plan");
    let expected = Relabelling { events: 7, batches: 3, changes: changes(&everything) };
    assert_eq!((planned, expected.changed()), (expected.clone(), 5));
    assert_eq!(labels(store), before);
    assert_eq!(store.relabels(0, 10).expect("records"), []);

    let until = Timestamp(START.0 + 4 * SECOND);
    let since = Timestamp(START.0 + 2 * SECOND);
    let some = Relabel { since, until: Some(until), section: Some("auth".into()), ..all() };
    let done = relabel(store, &some).expect("done");
    let one = changes(&[("old//", SSHD, 1)]);
    assert_eq!(done, Relabelling { events: 2, batches: 1, changes: one });

    let done = relabel(store, &all()).expect("done");
    let rest = [("", SSHD, 1), ("old//", CRON, 2), ("old//", SSHD, 1)];
    assert_eq!(done, Relabelling { events: 7, batches: 3, changes: changes(&rest) });
    assert_eq!(labels(store), [SSHD, CRON, SSHD, SSHD, CRON, SSHD, CRON]);
    assert_eq!(store.count(&about("linux//sshd")).expect("a count"), 4);
    let again = relabel(store, &all()).expect("done");
    assert_eq!((again.events, again.changed()), (7, 0));

    let rows = store.relabels(0, 10).expect("records");
    let shape: Vec<_> = rows.iter().map(|row| (row.relabel, row.batch, row.event_count)).collect();
    assert_eq!(shape, [(1, 2, 1), (2, 1, 2), (3, 2, 1), (4, 3, 1)]);
    assert_eq!(rows[1].changes, format!(r#"[["","{SSHD}",[3]],["old//","{SSHD}",[1]]]"#));
    assert!(rows[0].engine.starts_with("siemtools "), "{}", rows[0].engine);
    assert_eq!(store.batch_relabels(2).expect("records"), [rows[0].clone(), rows[2].clone()]);
    let head = Some((4, rows[3].digest.clone()));
    assert_eq!(store.relabel_head().expect("a head"), head);
    let done = verify(store, &[]).expect("a verification");
    assert_eq!((done.findings, done.events, done.relabels, done.relabelled), (vec![], 7, 4, 5));
}

/// Two at once change each label once, and their records are one chain.
pub(crate) fn two_relabel_at_once(store: &mut dyn Store, other: &mut dyn Store) {
    let mut cursor = source(store, "a", "auth");
    for round in 0..40 {
        let events: Vec<Event<'_>> =
            (0..20).map(|number| aged("auth", round * 20 + number, "sshd", "old//")).collect();
        commit(store, &mut cursor, &events, 10);
    }
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| relabel(store, &all()).expect("done").changed());
        let two = relabel(other, &all()).expect("done").changed();
        (one.join().expect("no panic"), two)
    });
    assert_eq!(one + two, 800);
    let done = verify(store, &[]).expect("a verification");
    assert_eq!((done.findings, done.relabels, done.relabelled), (vec![], 40, 800));
}

/// Whatever is done to labels behind the store's back is found, before and after relabelling, and
/// so is what is done to the records.
pub(crate) fn forged_labels_are_located(store: &mut dyn Store, mut back: Back<'_>) {
    fill(store);
    let found = |store: &mut dyn Store, sealed: &[Sealed]| {
        verify(store, sealed).expect("a verification").findings
    };
    let forged = |event: &str, columns: &[&str]| Finding::Changed {
        event: event.into(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
    };
    let set = |labels: &str, event: &str| {
        let (batch, seq) = event.split_once('.').expect("an id");
        format!("UPDATE event SET labels = '{labels}' WHERE batch = {batch} AND seq = {seq}")
    };
    back.keep();
    // A label that was forged before is not made good by relabelling.
    back.run(&set("forged//", "1.1"));
    assert_eq!(found(store, &[]), [forged("1.1", &["labels"])]);
    relabel(store, &all()).expect("done");
    assert_eq!(found(store, &[]), [forged("1.1", &["labels"])]);
    back.restore();
    assert_eq!(found(store, &[]), []);

    relabel(store, &all()).expect("done");
    let head = Sealed::of(store, START).expect("a seal");
    assert_eq!(head.relabels, 3);
    let heads = std::slice::from_ref(&head);
    assert_eq!(found(store, heads), []);
    for table in
        ["event", "batch", "leaf", "cursor", "reject", "gap", "retention", "relabel", "counter"]
    {
        back.run(&format!("DROP TABLE kept_{table}"));
    }
    back.keep();
    // Of an event that was relabelled (set back, too) and of one that was not.
    for (labels, event) in [("forged//", "1.1"), ("old//", "1.1"), ("", "2.1"), ("old//", "1.2")] {
        back.run(&set(labels, event));
        assert_eq!(found(store, heads), [forged(event, &["labels"])], "{labels:?}");
        back.restore();
    }
    back.run(&set("forged//", "1.1"));
    back.run("UPDATE event SET user_name = 'eve' WHERE batch = 1 AND seq = 1");
    assert_eq!(found(store, heads), [forged("1.1", &["user_name", "labels"])]);
    back.restore();

    let record = |relabel, missing| Finding::Relabel { relabel, missing };
    back.run("DELETE FROM relabel WHERE relabel = 2");
    assert!(found(store, heads).contains(&record(2, true)));
    back.restore();
    // The labels are put back as they were stored, and the record of it is cut off.
    back.run("DELETE FROM relabel WHERE relabel = 3");
    back.run(&set("old//", "3.2"));
    assert_eq!(found(store, &[]), []);
    assert_eq!(found(store, heads), [record(3, true)]);
    back.restore();
    // A record that says what suits a forged label.
    back.run(&set("forged//", "1.1"));
    back.run(&format!(
        "UPDATE relabel SET changes = '[[\"\",\"{SSHD}\",[3]],[\"old//\",\"forged//\",[1]]]' \
         WHERE batch = 1"
    ));
    assert_eq!(found(store, heads), [record(1, false)]);
    back.restore();
    assert_eq!(found(store, heads), []);
}
