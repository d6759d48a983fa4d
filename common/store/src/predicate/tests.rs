//! What is promised of predicates: which are exact, their text, and bounds on hostile filters.
//!
//! What it does *not* know: databases; `tests/body/filter.rs` runs predicates on them.

use super::*;
use common::clock::Timestamp;
use common::filter::{Network, Order, Regex, Set, SetTest, TextTest};

const BOTH: [Dialect; 2] = [Dialect::Sqlite, Dialect::Postgres];

fn field(name: &str, test: Test) -> Filter {
    Filter::Field(Field::new(name), test)
}

fn text(kind: Text, pattern: &str) -> [Test; 2] {
    [Test::Text(TextTest::new(kind, pattern)), Test::Text(TextTest::cased(kind, pattern))]
}

const KINDS: [Text; 5] =
    [Text::Equals, Text::Contains, Text::StartsWith, Text::EndsWith, Text::Glob];

/// What must never stop being exact (DESIGN: "the narrow waist").
fn promised() -> Vec<Filter> {
    let mut list = vec![Filter::All];
    let texts = ["message", "host.name", "section", "process.name", "user.name", "event.code"];
    for name in texts {
        for kind in KINDS {
            list.extend(text(kind, "Fa_i%l\\ed*x").map(|test| field(name, test)));
        }
        list.push(field(name, Test::Exists));
        list.push(field(name, Test::Bool(true)));
    }
    for name in ["process.pid", "source.port", "log.syslog.severity.code", "log.offset"] {
        list.push(field(name, Test::Exists));
        list.push(field(name, Test::Number(22.0)));
        for order in [Order::Less, Order::LessOrEqual, Order::Greater, Order::GreaterOrEqual] {
            list.push(field(name, Test::Compare(order, 1023.5)));
        }
        for kind in KINDS {
            list.extend(text(kind, "22").map(|test| field(name, test)));
        }
    }
    list.push(field("@timestamp", Test::Time(Order::Less, Timestamp(0))));
    list.push(field("@timestamp", Test::Exists));
    list.push(field("tags", Test::Exists));
    for kind in [Text::Equals, Text::Contains, Text::StartsWith, Text::EndsWith] {
        list.push(field("tags", Test::Text(TextTest::new(kind, "dup_keys"))));
    }
    for ip in ["10.0.0.1", "2001:DB8::1", "no address"] {
        list.push(field("source.ip", Test::Text(TextTest::new(Text::Equals, ip))));
    }
    list.push(field("source.ip", Test::Exists));
    for name in ["user.name", "source.ip", "source.port"] {
        let mut one = field(name, Test::Set(Box::new(SetTest::new(Text::Equals, "s"))));
        let set = Set::new("s", ["eve".into(), "22".into()]).expect("a set");
        one.bind(&[set].into_iter().collect()).expect("it is there");
        list.push(one);
    }
    list
}

#[test]
fn what_is_promised_is_exact() {
    let sections = vec!["auth".into(), "web".into()];
    for dialect in BOTH {
        for one in promised() {
            assert!(filter(&one, dialect).exact, "{one}");
            assert!(filter(&one.clone().not(), dialect).exact, "not {one}");
            let list = vec![one.clone(), Filter::equals(Field::new("host"), "h")];
            assert!(filter(&Filter::And(list.clone()), dialect).exact, "{one}");
            assert!(filter(&Filter::Or(list), dialect).exact, "{one}");
            let all = Selection { filter: one, sections: sections.clone(), ..Selection::default() };
            assert!(selection(&all, dialect).exact);
        }
    }
    for written in ["10.0.0.0/8", "192.168.0.0/16", "10.1.2.3", "0.0.0.0/0", "::/0"] {
        let network = Network::parse(written).expect("a network");
        assert!(filter(&field("source.ip", Test::Network(network)), Dialect::Sqlite).exact);
    }
    for written in ["10.0.0.0/9", "2001:db8::/32", "fe80::1"] {
        let network = Network::parse(written).expect("a network");
        assert!(filter(&field("source.ip", Test::Network(network)), Dialect::Postgres).exact);
    }
}

#[test]
fn what_cannot_be_exact_is_not() {
    let regex = Regex::new("a.c").expect("a regex");
    let beyond = Test::Text(TextTest::new(Text::Contains, "Ärger"));
    let network = Test::Network(Network::parse("10.0.0.0/9").expect("a network"));
    for dialect in BOTH {
        for test in [Test::Regex(regex.clone()), beyond.clone(), network.clone()] {
            let one = filter(&field("user.name", test), dialect);
            assert!(!one.exact);
            assert!(!one.clone().negate().exact);
        }
        assert!(!filter(&field("EventID", Test::Number(1.0)), dialect).exact);
        assert!(!filter(&Filter::Keyword(beyond.clone()), dialect).exact);
    }
}

#[test]
fn columns_that_are_never_absent_are_decided_by_sql() {
    for dialect in BOTH {
        for name in ["host.name", "section", "message", "log.offset"] {
            for test in text(Text::Equals, "x") {
                let one = filter(&field(name, test), dialect);
                assert!(one.is_decided(), "{name}");
                assert!(one.negate().is_decided(), "{name}");
            }
        }
        assert!(!filter(&field("user.name", Test::Exists), dialect).is_decided());
    }
}

#[test]
fn the_two_readings_of_a_column() {
    let one = filter(&Filter::equals(Field::new("user.name"), "Root"), Dialect::Sqlite);
    assert_eq!(one.must.text, "user_name = ? COLLATE NOCASE");
    assert_eq!(
        one.may.text,
        "(user_name = ? COLLATE NOCASE OR user_name IS NULL AND (instr(ext, ?) > 0 OR \
         raw_kind = 2 AND (instr(raw, ?) > 0 OR instr(raw, ?) > 0)))"
    );
    let values = [
        Bound::Text("root".into()),
        Bound::Text("\"user.name\":".into()),
        Bound::Bytes(b"name\"".to_vec()),
        Bound::Bytes(b"\\u".to_vec()),
    ];
    assert_eq!(one.may.values, values);
    let inverse = one.clone().negate();
    assert_eq!(inverse.may.text, "((user_name = ? COLLATE NOCASE) IS NOT TRUE)");
    assert_eq!(inverse.must.values, values);
    let rendered = filter(&Filter::equals(Field::new("user.name"), "Root"), Dialect::Postgres);
    assert_eq!(
        rendered.may.render(Dialect::Postgres),
        "(lower(user_name COLLATE \"C\") = $1::text OR user_name IS NULL AND \
         (coalesce(strpos(ext, $2::text) > 0, jsonb_exists(ext_jsonb, $3::text)) OR \
         raw_kind = 2 AND (position($4::bytea IN raw) > 0 OR position($5::bytea IN raw) > 0)))"
    );
}

#[test]
fn hostile_values_are_bound_and_hostile_shapes_are_bounded() {
    let hostile = "'; DROP TABLE event; -- $(reboot) ?";
    for dialect in BOTH {
        for name in [hostile, "message", "source.ip", "pid", "tags"] {
            for kind in KINDS {
                for test in text(kind, hostile) {
                    let one = filter(&field(name, test), dialect);
                    assert!(!one.may.text.contains("DROP"), "{}", one.may.text);
                    assert_eq!(one.may.text.matches('?').count(), one.may.values.len());
                    assert_eq!(one.must.text.matches('?').count(), one.must.values.len());
                }
            }
        }
        let one = Filter::equals(Field::new("user.name"), "x");
        let wide = filter(&Filter::Or(vec![one.clone(); 100_000]), dialect);
        assert_eq!(wide, Predicate::superset(Sql::yes()));
        let deep = (0..1000).fold(one, |inner, _| inner.not());
        assert_eq!(filter(&deep, dialect), Predicate::superset(Sql::yes()));
        let stars = Test::Text(TextTest::new(Text::Glob, &"*a".repeat(100)));
        assert!(!filter(&field("message", stars), dialect).exact);
    }
}
