//! What must agree: a filter's two readings, and an event before and after it was stored.
//!
//! What it does *not* know: which database it is.

use super::{commit, random, scan, source};
use common::clock::Timestamp;
use common::event::{Event, EventId};
use common::field::{Column, Field};
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
        store.batch_events(batch, &common::filter::Filter::All, &mut see).expect("events");
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
