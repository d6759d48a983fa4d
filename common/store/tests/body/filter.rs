//! What must agree: a filter's two readings, and an event before and after it was stored.
//!
//! What it does *not* know: which database it is.

use super::{commit, random, scan, source};
use common::clock::Timestamp;
use common::event::{Event, EventId};
use common::field::{Column, Field, Own};
use common::filter::{Filter, Test, Text, TextTest};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use store::{Group, Scan, Selection, Store};

const EVENTS: usize = 400;

/// Stores random events; returns them as they are in the store.
fn fill(store: &mut dyn Store) -> Vec<Event<'static>> {
    let mut runner = TestRunner::deterministic();
    let mut cursor = source(store, "random", "auth");
    for _ in 0..2 {
        let events = vec(random::event(), EVENTS / 2).new_tree(&mut runner).expect("events");
        commit(store, &mut cursor, &events.current(), 1);
    }
    scan(store, &Scan { raw: true, ..Scan::default() })
}

/// On random events and filters: a scan shows what `matches` says, and counts count it.
pub(crate) fn sql_and_matches_agree(store: &mut dyn Store) {
    let events = fill(store);
    assert_eq!(events.len(), EVENTS);
    let store = std::cell::RefCell::new(store);
    let config = Config { cases: 1500, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&(random::filter(), random::fields()), |(filter, fields)| {
        let mut store = store.borrow_mut();
        let expected: Vec<&Event<'_>> =
            events.iter().filter(|event| filter.matches(event)).collect();
        let selection = Selection { filter, ..Selection::default() };
        let seen = scan(*store, &Scan { selection: selection.clone(), ..Scan::default() });
        let ids = |events: &mut dyn Iterator<Item = EventId>| events.collect::<Vec<_>>();
        let expected_ids = ids(&mut expected.iter().map(|event| event.id));
        prop_assert_eq!(ids(&mut seen.iter().map(|event| event.id)), expected_ids);
        let count = store.count(&selection).expect("a count");
        prop_assert_eq!(count, expected.len() as u64);
        let groups = store.count_by(&selection, &fields, None).expect("groups");
        prop_assert_eq!(groups, group(&expected, &fields));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// However a line of JSON writes a value, SQL that looks for letters in it finds the line.
pub(crate) fn letters_are_found_however_json_writes_them(store: &mut dyn Store) {
    let lines = [
        r#"{"x":"C:\\Users\\ADMIN.exe -k"}"#,
        r#"{"x":"c:\\users\\\u0061dmin.exe"}"#,
        r#"{"x":["none","\/Admin.exe \"q\""]}"#,
        r#"{"X y":"\tadmin.exe\n","x":"Ädmin.exe"}"#,
        r#"{"x":{"z":"–admin.exe"},"y":"admin.ex"}"#,
        r#"{"other":"admin.exe","x":"nothing"}"#,
        r#"{"x":"\uD83D\uDE00 admin.EXE"}"#,
        "{\"x\":\"\u{212a}admin.exe\"}",
    ];
    let event = |number: i64, line: &'static str, ext: Option<&'static str>| {
        let mut event = super::line("auth", "h", number, "m");
        (event.raw, event.raw_kind) = (line.as_bytes().into(), common::event::RawKind::Full);
        event.load_original();
        assert_eq!(event.raw_kind, common::event::RawKind::Json, "{line}");
        if let Some(text) = ext {
            event.ext.push("x", common::event::Value::Text(text.into()));
        }
        event.normalise();
        event
    };
    let mut events: Vec<Event<'_>> =
        (0..).zip(lines).map(|(number, line)| event(number, line, None)).collect();
    events.push(event(20, r#"{"y":1}"#, Some("\\Admin.exe")));
    let mut cursor = source(store, "letters", "auth");
    commit(store, &mut cursor, &events, 1);
    let stored = scan(store, &Scan { raw: true, ..Scan::default() });
    let patterns =
        ["admin.exe", "\\ADMIN.exe", "/admin.exe", "c:\\users\\admin.exe", "*n.exe*", "-admin"];
    let fields = ["x", "Xy", "y", "x.z", "user.name"];
    let mut held = 0;
    for (pattern, kind) in patterns.iter().flat_map(|it| KINDS.map(|kind| (*it, kind))) {
        let test = TextTest::new(kind, pattern);
        let own = |name| Field::Own(Own::new(name, &["none"]));
        let mut filters: Vec<Filter> = fields
            .iter()
            .flat_map(|name| {
                let tests = [Test::Text(test.clone()), Test::Dash(test.clone())];
                tests.map(|test| Filter::Field(own(name), test))
            })
            .collect();
        filters.push(Filter::Keyword(Test::Text(test.clone())));
        let any = Filter::Or(filters.clone());
        filters.push(Filter::And(vec![any.clone(), Filter::Field(own("x"), Test::Exists)]));
        filters.extend([any.clone().not(), any]);
        for filter in filters {
            let expected: Vec<EventId> =
                stored.iter().filter(|it| filter.matches(it)).map(|it| it.id).collect();
            let text = filter.to_string();
            let selection = Selection { filter, ..Selection::default() };
            let seen = scan(store, &Scan { selection, ..Scan::default() });
            assert_eq!(seen.iter().map(|it| it.id).collect::<Vec<_>>(), expected, "{text}");
            held += expected.len();
        }
    }
    assert!(held > 300, "{held}");
}

const KINDS: [Text; 5] =
    [Text::Equals, Text::Contains, Text::StartsWith, Text::EndsWith, Text::Glob];

/// Counts as the store must.
fn group(events: &[&Event<'_>], fields: &[Field]) -> Vec<Group> {
    let mut counts: BTreeMap<Vec<Option<String>>, u64> = BTreeMap::new();
    let text = |event: &Event<'_>, field: &Field| match field {
        Field::Column(Column::Time) => Some(event.time.to_string()),
        _ => event.field(field).map(|value| value.to_string()),
    };
    for event in events {
        *counts.entry(fields.iter().map(|field| text(event, field)).collect()).or_default() += 1;
    }
    let mut groups: Vec<Group> =
        counts.into_iter().map(|(values, count)| Group { values, count }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// Random events come back as they were stored.
pub(crate) fn any_event_is_given_back(store: &mut dyn Store) {
    let mut cursor = source(store, "random", "auth");
    let store = std::cell::RefCell::new(store);
    let cursor = std::cell::RefCell::new(&mut cursor);
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&vec(random::event(), 1..20), |mut events| {
        let mut store = store.borrow_mut();
        let batch = commit(*store, &mut cursor.borrow_mut(), &events, 1);
        let mut seen = Vec::new();
        let mut see = |event: Event<'static>| {
            seen.push(event);
            std::ops::ControlFlow::Continue(())
        };
        store.batch_events(batch, &Filter::All, &mut see).expect("events");
        let ingested: Option<Timestamp> = seen.first().and_then(|event| event.ingested);
        prop_assert!(ingested.is_some());
        for (seq, event) in (1..).zip(&mut events) {
            event.id = EventId { batch, seq };
            event.ingested = ingested;
        }
        prop_assert_eq!(seen, events);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
