//! Test bodies that hold on every database; each takes an open store.
//!
//! What it does *not* know: which database it is.

#[macro_use]
pub(crate) mod place;
pub(crate) mod archive;
pub(crate) mod event;
pub(crate) mod ledger;
pub(crate) mod manage;
pub(crate) mod filter;
pub(crate) mod random;
pub(crate) mod relabel;
pub(crate) mod seal;

use common::clock::{DAY, SECOND, Timestamp};
use common::event::{Event, EventId, RawKind};
use common::field::Field;
use common::filter::Filter;
use std::ops::ControlFlow;
use store::{Batch, Cursor, Group, Order, Reject, Scan, Selection, Share, Store};

/// 2026-11-20T00:00:00Z.
pub(crate) const START: Timestamp = Timestamp(1_795_132_800 * SECOND);

/// A new source of a section.
pub(crate) fn source(store: &mut dyn Store, name: &str, section: &str) -> Cursor {
    let new = Cursor {
        host: "box".into(),
        kind: "file".into(),
        name: name.into(),
        section: section.into(),
        ..Cursor::default()
    };
    store.claim("box", &mut |_| new.clone()).expect("a cursor")
}

/// Commits events as one batch, advancing the cursor by `bytes`; returns the batch's number.
pub(crate) fn commit(
    store: &mut dyn Store,
    cursor: &mut Cursor,
    events: &[Event<'_>],
    bytes: i64,
) -> i64 {
    let byte_start = cursor.position;
    cursor.position += bytes;
    cursor.totals.stored += i64::try_from(events.len()).expect("few events");
    let batch = Batch {
        cursor,
        byte_start,
        line_count: 1,
        events,
        rejects: &[],
        gaps: &[],
        filtered: Share::default(),
    };
    let committed = store.commit(&[batch]).expect("a commit").remove(0);
    cursor.revision = committed.revision;
    committed.batch
}

/// The events of a scan.
pub(crate) fn scan(store: &mut dyn Store, scan: &Scan) -> Vec<Event<'static>> {
    let mut events = Vec::new();
    let mut see = |event: Event<'static>| {
        events.push(event);
        ControlFlow::Continue(())
    };
    store.scan(scan, &mut see).expect("a scan");
    events
}

fn messages(store: &mut dyn Store, wanted: &Scan) -> Vec<String> {
    let text = |event: Event<'static>| match event.message.as_ref() {
        // In order of sources only the bytes are sure to be there.
        "" => String::from_utf8_lossy(&event.raw_line()).splitn(3, ' ').nth(2).map(str::to_owned),
        message => Some(message.to_owned()),
    };
    let texts = scan(store, wanted).into_iter().map(|event| text(event).unwrap_or_default());
    texts.map(|text| text.trim_end().to_owned()).collect()
}

fn line(section: &str, host: &str, second: i64, message: &str) -> Event<'static> {
    let mut event = Event {
        time: Timestamp(START.0 + second * SECOND),
        section: section.to_owned().into(),
        host_name: host.to_owned().into(),
        message: message.to_owned().into(),
        raw: format!("{second} {host} ").into_bytes().into(),
        raw_kind: RawKind::Prefix,
        log_offset: second * 10,
        ..Event::default()
    };
    event.normalise();
    event
}

/// A batch in is a batch out, with its cursor, its commit and its reject.
pub(crate) fn a_batch_in_is_a_batch_out(store: &mut dyn Store) {
    assert_eq!(store.last_commit().expect("a commit"), None);
    let mut cursor = source(store, "/var/log/auth.log", "auth");
    assert_eq!(cursor.revision, 1);
    let mut events = event::every_field();
    let line_count = 7;
    cursor.position = 512;
    cursor.state = "{\"year\":2026}".into();
    cursor.head_hash = vec![0, 255, 1];
    let rejects = [Reject { log_offset: 3, raw: vec![0, 0xff], reason: "too odd".into() }];
    let batch = Batch {
        cursor: &cursor,
        byte_start: 0,
        line_count,
        events: &events,
        rejects: &rejects,
        gaps: &[],
        filtered: Share::default(),
    };
    let committed = store.commit(&[batch]).expect("a commit").remove(0);
    assert_eq!((committed.commit_no, committed.revision), (1, 2));
    cursor.revision = 2;
    assert_eq!(store.cursor(cursor.source).expect("a cursor"), Some(cursor.clone()));
    assert_eq!(store.last_commit().expect("a commit"), Some((1, committed.committed)));

    for (seq, event) in (1..).zip(&mut events) {
        event.id = EventId { batch: committed.batch, seq };
        event.ingested = Some(committed.committed);
    }
    let commits = store.commits_after(0, 10).expect("commits");
    assert_eq!(commits.len(), 1);
    assert_eq!(commits[0].event_count, i64::try_from(events.len()).expect("few"));
    let times = events.iter().map(|event| event.time);
    assert_eq!(commits[0].time, times.clone().min().zip(times.max()));
    assert_eq!(commits[0].section, "auth");

    let mut seen = Vec::new();
    let mut see = |event| {
        seen.push(event);
        ControlFlow::Continue(())
    };
    store.batch_events(committed.batch, &Filter::All, &mut see).expect("events");
    assert_eq!(seen, events);
    // While they are read, lines of JSON are what they are: lines.
    let mut seen = Vec::new();
    let mut see = |mut event: Event<'_>| {
        assert!(event.original.is_empty());
        if event.raw_kind == RawKind::Json {
            event.load_original();
        }
        seen.push(event.into_owned());
    };
    store.peek(&commits[0], &mut see).expect("events");
    assert_eq!(seen, events);
    events.sort_by_key(|event| (event.time, event.id));
    assert_eq!(scan(store, &Scan { raw: true, ..Scan::default() }), events);
}

/// A cursor that moved since it was read stops the whole commit.
pub(crate) fn an_overtaken_cursor_stores_nothing(store: &mut dyn Store) {
    let mut cursor = source(store, "a", "auth");
    let other = source(store, "b", "auth");
    let stale = cursor.clone();
    commit(store, &mut cursor, &[line("auth", "h", 1, "one")], 10);
    let events = [line("auth", "h", 2, "two")];
    let batch = |cursor| Batch {
        cursor,
        byte_start: 0,
        line_count: 1,
        events: &events,
        rejects: &[],
        gaps: &[],
        filtered: Share::default(),
    };
    let error = store.commit(&[batch(&other), batch(&stale)]).expect_err("overtaken");
    assert!(matches!(error, store::Error::Overtaken(source) if source == stale.source), "{error}");
    assert_eq!(messages(store, &Scan::default()), ["one"]);
    assert_eq!(store.cursor(other.source).expect("a cursor"), Some(other));
    assert_eq!(store.last_commit().expect("a commit").map(|(number, _)| number), Some(1));
}

/// Claiming shows the host's cursors and keeps what is chosen.
pub(crate) fn a_claim_finds_what_was_claimed(store: &mut dyn Store) {
    let first = source(store, "a", "auth");
    let again = store.claim("box", &mut |known| known[0].clone()).expect("a cursor");
    assert_eq!(again, first);
    let renamed = |known: &[Cursor]| Cursor { name: "a.1".into(), ..known[0].clone() };
    let second = store.claim("box", &mut |known| renamed(known)).expect("a cursor");
    assert_eq!((second.source, second.name.as_str()), (first.source, "a.1"));
    assert_eq!(store.cursor(first.source).expect("a cursor"), Some(second));
    let mut seen = None;
    let elsewhere = store.claim("elsewhere", &mut |known| {
        seen = Some(known.len());
        Cursor { host: "elsewhere".into(), ..Cursor::default() }
    });
    assert_eq!(seen, Some(0));
    assert_ne!(elsewhere.expect("a cursor").source, first.source);
}

/// A section is made once, and making it changes the generation of helpers.
pub(crate) fn sections_are_made_once(store: &mut dyn Store) {
    let before = store.helper_generation().expect("a number");
    assert_eq!(store.ensure_section("printer").expect("a section").name, "printer");
    let after = store.helper_generation().expect("a number");
    assert_ne!(before, after);
    store.ensure_section("printer").expect("a section");
    assert_eq!(store.helper_generation().expect("a number"), after);
    let sections = store.sections().expect("sections");
    assert_eq!(sections.iter().filter(|section| section.name == "printer").count(), 1);
    assert!(store.section_helpers("printer").expect("helpers").iter().all(|helper| helper.enabled));
}

/// Three sources, two sections, times out of order, ties.
fn fill(store: &mut dyn Store) {
    let mut a = source(store, "a", "auth");
    let mut b = source(store, "b", "web");
    let auth = |second, message| line("auth", "h1", second, message);
    let web = |second, message| line("web", "H1", second, message);
    commit(store, &mut a, &[auth(5, "a5"), auth(1, "a1"), auth(9, "a9")], 30);
    commit(store, &mut b, &[web(5, "b5"), web(2, "b2")], 30);
    commit(store, &mut a, &[auth(5, "a5'"), auth(7, "a7")], 30);
    commit(store, &mut b, &[], 0);
}

/// Orders, limits, times and ids.
pub(crate) fn scans_come_in_order(store: &mut dyn Store) {
    fill(store);
    let all = Scan::default();
    assert_eq!(messages(store, &all), ["a1", "b2", "a5", "b5", "a5'", "a7", "a9"]);
    let newest = |order, newest| Scan { order, newest: Some(newest), raw: true, ..Scan::default() };
    assert_eq!(messages(store, &newest(Order::Time, 4)), ["b5", "a5'", "a7", "a9"]);
    assert_eq!(messages(store, &newest(Order::TimeReversed, 4)), ["a9", "a7", "a5'", "b5"]);
    assert_eq!(messages(store, &newest(Order::Source, 4)), ["a5'", "a7", "a9", "b5"]);
    assert_eq!(messages(store, &newest(Order::Time, 0)), Vec::<String>::new());
    assert_eq!(messages(store, &newest(Order::Time, 99)).len(), 7);
    let source = Scan { order: Order::Source, raw: true, ..Scan::default() };
    assert_eq!(messages(store, &source), ["a1", "a5", "a5'", "a7", "a9", "b2", "b5"]);
    let reversed = Scan { order: Order::TimeReversed, ..Scan::default() };
    assert_eq!(messages(store, &reversed), ["a9", "a7", "a5'", "b5", "a5", "b2", "a1"]);

    let second = |second| Some(Timestamp(START.0 + second * SECOND));
    let within = |order| Scan {
        selection: Selection { since: second(2), until: second(7), ..Selection::default() },
        order,
        raw: true,
        ..Scan::default()
    };
    assert_eq!(messages(store, &within(Order::Time)), ["b2", "a5", "b5", "a5'"]);
    assert_eq!(messages(store, &within(Order::TimeReversed)), ["a5'", "b5", "a5", "b2"]);
    assert_eq!(messages(store, &within(Order::Source)), ["a5", "a5'", "b2", "b5"]);
    let mut one = Scan::default();
    one.selection.sections = vec!["web".into()];
    assert_eq!(messages(store, &one), ["b2", "b5"]);
    one.selection.sections.push("auth".into());
    assert_eq!(messages(store, &one).len(), 7);
    one.selection.sections.push("auth".into());
    assert_eq!(messages(store, &one).len(), 7, "a section named twice is there once");

    let events = scan(store, &all);
    let mut ids = Scan::default();
    ids.selection.ids = vec![events[3].id, events[0].id, EventId { batch: 99, seq: 1 }];
    assert_eq!(messages(store, &ids), ["a1", "b5"]);
    let mut first = Vec::new();
    let mut see = |event: Event<'static>| {
        first.push(event.message.into_owned());
        ControlFlow::Break(())
    };
    store.scan(&all, &mut see).expect("a scan");
    assert_eq!(first, ["a1"], "the caller can stop");
}

/// Pages of several sections go on where the last one ended, ties included.
pub(crate) fn pages_go_through_sections(store: &mut dyn Store) {
    let sections = ["auth", "default", "web"];
    let mut given: Vec<(i64, i64, String)> = Vec::new();
    for round in 0..3 {
        for (place, section) in (0_i64..).zip(sections) {
            let mut cursor = source(store, &format!("{section}{round}"), section);
            let second = |number: i64| (number * 7 + place) % 40;
            let names: Vec<String> = (0..60).map(|n| format!("{section} {round} {n}")).collect();
            let lines: Vec<Event<'_>> = (0..)
                .zip(&names)
                .map(|(number, name)| line(section, "h1", second(number), name))
                .collect();
            commit(store, &mut cursor, &lines, 10);
            let order = round * 3 + place;
            given.extend((0..).zip(&names).map(|(n, name)| (second(n), order, name.clone())));
        }
    }
    given.sort_by_key(|(second, batch, _)| (*second, *batch));
    let names: Vec<String> = given.into_iter().map(|(_, _, name)| name).collect();
    assert_eq!(messages(store, &Scan::default()), names);
    let reversed = Scan { order: Order::TimeReversed, ..Scan::default() };
    assert!(messages(store, &reversed).iter().eq(names.iter().rev()));
    let newest = Scan { newest: Some(400), ..Scan::default() };
    assert_eq!(messages(store, &newest), names[140..]);
    assert_eq!(store.count(&Selection::default()).expect("a count"), 540);
}

/// Counts, by fields and by slots.
pub(crate) fn counts_agree_with_scans(store: &mut dyn Store) {
    fill(store);
    let all = Selection::default();
    assert_eq!(store.count(&all).expect("a count"), 7);
    let h1 = Filter::equals(Field::new("host.name"), "h1");
    let late = Selection { since: Some(Timestamp(START.0 + 5 * SECOND)), ..Selection::default() };
    let late_h1 = Selection { filter: h1, ..late.clone() };
    assert_eq!(store.count(&late_h1).expect("a count"), 5);
    let group = |values: &[Option<&str>], count| Group {
        values: values.iter().map(|value| value.map(str::to_owned)).collect(),
        count,
    };
    let fields = [Field::new("host.name"), Field::new("process.name")];
    let groups = store.count_by(&all, &fields, None).expect("groups");
    assert_eq!(groups, [group(&[Some("h1"), None], 5), group(&[Some("H1"), None], 2)]);
    let groups = store.count_by(&late, &[Field::new("message")], Some(2)).expect("groups");
    assert_eq!(groups, [group(&[Some("a5")], 1), group(&[Some("a5'")], 1)]);
    let slots = store.histogram(&all, 5 * SECOND).expect("slots");
    assert_eq!(slots, [(START, 2), (Timestamp(START.0 + 5 * SECOND), 5)]);
    assert_eq!(store.histogram(&late, DAY).expect("slots"), [(START, 5)]);
}

/// More events than a page holds, many at the same time, kept in order and each shown once.
pub(crate) fn long_scans_cross_pages(store: &mut dyn Store) {
    let mut cursors = [source(store, "a", "auth"), source(store, "b", "web")];
    let (mut all, mut offsets) = (Vec::new(), [0; 2]);
    for batch in 0..6 {
        let cursor = &mut cursors[batch % 2];
        let event = |place: i64| line("auth", "h", place / 5000, &format!("{batch} {place}"));
        let mut events: Vec<Event<'_>> = (0..2000).map(|place| event(place * 4)).collect();
        events[7].message = "x".repeat(3 << 20).into();
        for event in &mut events {
            event.log_offset = offsets[batch % 2];
            offsets[batch % 2] += i64::try_from(event.line().len()).expect("a short line");
        }
        let number = commit(store, cursor, &events, 2000);
        let id = |seq| EventId { batch: number, seq };
        all.extend((1..).zip(&events).map(|(seq, event)| (event.time, id(seq))));
    }
    let by_source: Vec<EventId> = [0, 2, 4, 1, 3, 5]
        .iter()
        .flat_map(|batch| all[batch * 2000..][..2000].iter().map(|(_, id)| *id))
        .collect();
    all.sort();
    let ordered: Vec<EventId> = all.into_iter().map(|(_, id)| id).collect();
    let mut ids = |order, newest| {
        let wanted = Scan { order, newest, ..Scan::default() };
        let mut ids = Vec::new();
        let mut see = |event: Event<'static>| {
            ids.push(event.id);
            ControlFlow::Continue(())
        };
        store.scan(&wanted, &mut see).expect("a scan");
        ids
    };
    assert!(ids(Order::Time, None) == ordered);
    assert!(ids(Order::Time, Some(11_000)) == ordered[1000..]);
    let reversed: Vec<EventId> = ordered.iter().rev().copied().collect();
    assert!(ids(Order::TimeReversed, None) == reversed);
    assert!(ids(Order::TimeReversed, Some(5000)) == reversed[..5000]);
    assert!(ids(Order::Source, None) == by_source);
    let newest = |id: &EventId| ordered[1000..].contains(id);
    let of_newest: Vec<EventId> = by_source.iter().filter(|id| newest(id)).copied().collect();
    assert!(ids(Order::Source, Some(11_000)) == of_newest);
}

/// A commit ends a wait, and none does not.
pub(crate) fn waits_end_with_a_commit(store: &mut dyn Store, other: &mut dyn Store) {
    let soon = std::time::Duration::from_millis(30);
    assert!(!store.wait_commit(0, soon).expect("a wait"));
    let mut cursor = source(other, "a", "auth");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| store.wait_commit(0, std::time::Duration::from_secs(60)));
        commit(other, &mut cursor, &[line("auth", "h", 1, "one")], 1);
        assert!(waiting.join().expect("no panic").expect("a wait"));
    });
    assert!(!store.wait_commit(1, soon).expect("a wait"));
}
