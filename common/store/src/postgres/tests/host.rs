//! The index on hosts.

use super::{batch, event, open, source};
use crate::{Ingest as _, Read as _, Scan, Selection};
use common::clock::Timestamp;
use common::event::Event;
use common::field::Field;
use common::filter::Filter;
use std::ops::ControlFlow;
use testkit::database;

/// Events without a host have no entry in the index on hosts, and a walk over a host's uses it.
#[test]
fn the_index_on_hosts_holds_events_that_name_one() {
    let database = database();
    let mut store = open(database.url());
    let cursor = source(&mut store);
    let now = Timestamp::now();
    let named = |host: &'static str| Event { host_name: host.into(), ..event(now, "m") };
    let events: Vec<_> = ["-", "Web", "-", "web", "db"].map(named).into();
    store.commit(&[batch(&cursor, &events)]).expect("a commit");
    let index = "SELECT indexrelid::regclass::text AS name FROM pg_index \
        WHERE indrelid = (SELECT tableoid FROM event LIMIT 1) \
        AND pg_get_expr(indpred, indrelid) LIKE '%host_name <> ''-''%'";
    let index: String = store.client.query_one(index, &[]).expect("an index").get(0);
    let counted = format!("SELECT reltuples FROM pg_class WHERE oid = '{index}'::regclass");
    store.client.batch_execute(&format!("REINDEX INDEX {index}")).expect("an index");
    let entries: f32 = store.client.query_one(&counted, &[]).expect("a count").get(0);
    assert!((entries - 3.0).abs() < f32::EPSILON, "{entries}");

    let of = |host: &str| Scan {
        selection: Selection {
            filter: Filter::equals(Field::new("host.name"), host),
            ..Selection::default()
        },
        ..Scan::default()
    };
    store.client.batch_execute("SET enable_seqscan = off").expect("a setting");
    let text = store.explain(&of("WEB")).expect("a statement");
    let text = text.lines().next().expect("a line").replace("$1", "'web'").replace("$2", "'web'");
    let plan = store.client.query(&format!("EXPLAIN {text}"), &[]).expect("a plan");
    assert!(plan.iter().any(|line| line.get::<_, &str>(0).contains(&index)), "{plan:?}");
    for (host, expected) in [("WEB", 2), ("db", 1), ("-", 0), ("none", 0)] {
        let mut seen = 0;
        let mut see = |_: Event<'static>| {
            seen += 1;
            ControlFlow::Continue(())
        };
        store.scan(&of(host), &mut see).expect("a scan");
        assert_eq!((seen, store.count(&of(host).selection).expect("a count")), (seen, expected));
        assert_eq!(seen, expected, "{host}");
    }
}
