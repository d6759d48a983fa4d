//! Archives: what is written verifies, only what is written goes, and what is forged is not written
//! as if it were right.
//!
//! What it does *not* know: which database it is, files.

use super::seal::Back;
use super::{START, commit, line, random, source};
use common::clock::{DAY, SECOND, Timestamp};
use common::event::Event;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use store::{
    Checked, Cursor, Finding, Relabel, Retain, Selection, Store, Units, check_archive,
    missing_of_archives, relabel, verify,
};

/// The files that would be written of everything before a time.
fn written(store: &mut dyn Store, before: Timestamp) -> (Units, Vec<Vec<u8>>) {
    let units = Units::before(store, before, None).expect("units");
    let file = |unit| {
        let mut bytes = Vec::new();
        units.write(store, unit, &mut bytes).expect("lines");
        bytes
    };
    let files = units.units.iter().map(file).collect();
    (units, files)
}

fn checked(store: &mut dyn Store, files: &[Vec<u8>]) -> Vec<Checked> {
    files.iter().map(|file| check_archive(store, &mut &file[..]).expect("a check")).collect()
}

fn findings(all: &[Checked]) -> Vec<Finding> {
    all.iter().flat_map(|one| one.findings.clone()).collect()
}

/// Whatever events are stored, relabelled ones too: their lines make the same leaves.
pub(crate) fn any_event_is_archived(store: &mut dyn Store) {
    let mut runner = TestRunner::deterministic();
    let mut cursor = source(store, "a", "auth");
    let mut count = 0;
    for round in 0..20 {
        let mut events: Vec<Event<'static>> = (0..round % 5 + 1)
            .map(|_| random::event().new_tree(&mut runner).expect("an event").current())
            .collect();
        events[0].labels = "old//".into();
        count += events.len() as u64;
        commit(store, &mut cursor, &events, 10);
    }
    let everything = Relabel { since: Timestamp::MIN, until: None, section: None, dry_run: false };
    assert!(relabel(store, &everything).expect("labels").changed() > 0);
    let (_, files) = written(store, Timestamp::MAX);
    let all = checked(store, &files);
    assert_eq!(findings(&all), []);
    assert_eq!(all.iter().map(|one| one.events).sum::<u64>(), count);
    assert_eq!(missing_of_archives(store, &all, true).expect("a look"), []);
    assert_eq!(missing_of_archives(store, &all[..0], false).expect("a look"), []);
}

fn fill(store: &mut dyn Store) -> Cursor {
    let mut cursor = source(store, "a", "auth");
    for batch in 0..3 {
        let event = |number: i64| line("auth", "h", batch * 10 + number, &format!("m{number}"));
        let events: Vec<Event<'_>> = (0..4).map(event).collect();
        commit(store, &mut cursor, &events, 10);
    }
    cursor
}

/// What comes after the files were written stays; what a half-done removal left is told from it.
pub(crate) fn only_what_is_archived_goes(store: &mut dyn Store, mut back: Back<'_>) {
    let mut cursor = fill(store);
    let next = Timestamp(START.0 + DAY + 7 * SECOND);
    let (units, files) = written(store, next);
    commit(store, &mut cursor, &[line("auth", "h", 99, "late")], 10);
    back.keep();
    let retain =
        Retain { before: next, section: None, siem_before: None, up_to: Some(units.commit_no) };
    assert_eq!(store.retain(&retain).expect("gone").events, 12);
    assert_eq!(store.count(&Selection::default()).expect("a count"), 1);
    assert_eq!(verify(store, &[]).expect("a verification").findings, []);
    let first = checked(store, &files);
    assert_eq!((findings(&first), first[0].whole.len()), (vec![], 3));
    assert_eq!(missing_of_archives(store, &first, false).expect("a look"), []);

    // As a kill leaves it amid the removal: leaves are marked, some of the events are there.
    back.return_events("m2");
    back.run("UPDATE batch SET event_count = 1 WHERE batch <= 3");
    let (_, again) = written(store, next);
    let again = checked(store, &again);
    let part = |batch| Finding::Partial { batch, had: 4, has: 1 };
    assert_eq!(findings(&again), [part(1), part(2), part(3)]);
    assert_eq!(again[0].first_fault(), None);
    assert_eq!(again[0].whole.iter().copied().collect::<Vec<_>>(), [4]);
    assert_eq!(checked(store, &files)[0].whole.len(), 3);

    let second = Units::before(store, next, Some("auth")).expect("units");
    let retain = Retain { up_to: Some(second.commit_no), ..retain };
    assert_eq!(store.retain(&retain).expect("gone").events, 4);
    assert_eq!(store.count(&Selection::default()).expect("a count"), 0);
    assert_eq!(verify(store, &[]).expect("a verification").findings, []);
}

/// Events that were changed in the database are not taken for what was stored.
pub(crate) fn forged_events_are_found_when_archived(store: &mut dyn Store, mut back: Back<'_>) {
    fill(store);
    let next = Timestamp(START.0 + DAY);
    back.keep();
    let found = |store: &mut dyn Store| {
        let (_, files) = written(store, next);
        findings(&checked(store, &files))
    };
    assert_eq!(found(store), []);
    back.run("UPDATE event SET message = 'forged' WHERE batch = 2 AND seq = 3");
    let columns = vec!["message".to_owned()];
    assert_eq!(found(store), [Finding::Changed { event: "2.3".to_owned(), columns }]);
    back.restore();
    back.run("DELETE FROM event WHERE batch = 3 AND seq = 1");
    assert_eq!(found(store), [Finding::Missing { event: "3.1".to_owned() }]);
    back.restore();
    back.run("DELETE FROM batch WHERE batch = 2");
    let error = Units::before(store, next, None).expect_err("strangers");
    assert_eq!(error.to_string(), "events of batch 2, which does not exist");
    back.restore();
    assert_eq!(found(store), []);
}
