//! Tests of the filter grammar: what reads as what, what is refused and how, print and read back.

use super::*;
use crate::event::Event;
use crate::field::{Column, Field, Kind, Own};
use crate::filter::{Logsource, Network, Order, Part, Regex, Test, Text, TextTest};
use proptest::prelude::*;

/// The canonical text of what a text reads as, or the first line of its error.
fn read(text: &str) -> String {
    match Filter::parse(text) {
        Ok(filter) => filter.to_string(),
        Err(error) => error.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn the_example_of_the_manual() {
    let text = "process.name = sshd and source.ip in 10.0.0.0/8 and not user.name = root";
    let wanted =
        "process.name = \"sshd\" and source.ip in 10.0.0.0/8 and not (user.name = \"root\")";
    assert_eq!(read(text), wanted);
}

#[test]
fn connectives_and_parentheses() {
    assert_eq!(read("a=1 or b=2 and c=3"), "a = 1 or (b = 2 and c = 3)");
    assert_eq!(read("(a=1 OR b=2) AND c=3"), "(a = 1 or b = 2) and c = 3");
    assert_eq!(read("not not a exists"), "not (not (a exists))");
    assert_eq!(read("not a=1 and b=2"), "not (a = 1) and b = 2");
    assert_eq!(read("((all))"), "all");
}

#[test]
fn operators() {
    assert_eq!(read("user != root"), "not (user.name = \"root\")");
    assert_eq!(read("user == Root"), "user.name == \"Root\"");
    assert_eq!(read("user !== Root"), "not (user.name == \"Root\")");
    assert_eq!(read("message !~ '^a\\d+$'"), "not (message ~ \"^a\\\\d+$\")");
    assert_eq!(read("message ~ \"\\d\""), "message ~ \"\\\\d\"");
    assert_eq!(read("message not contains x"), "not (message contains \"x\")");
    assert_eq!(read("message Like '*x?'"), "message like \"*x?\"");
    assert_eq!(read("pid >= 1.50"), "process.pid >= 1.5");
    assert_eq!(read("EventID exists"), "EventID exists");
    assert_eq!(read("EventID not exists"), "not (EventID exists)");
    assert_eq!(read("flag is TRUE"), "flag is true");
    assert_eq!(read("flag is not false"), "not (flag is false)");
    assert_eq!(read("keyword \"Failed password\""), "keyword contains \"Failed password\"");
    assert_eq!(read("keyword startswith x"), "keyword startswith \"x\"");
}

#[test]
fn values_by_their_look_and_by_the_field() {
    assert_eq!(read("process.pid = 22"), "process.pid = 22");
    assert_eq!(read("x = '22'"), "x = \"22\"");
    assert_eq!(read("x = 007"), "x = \"007\"");
    assert_eq!(read("x = 12345678901234567890"), "x = \"12345678901234567890\"");
    assert_eq!(read("source.ip = ::ffff:10.0.0.1"), "source.ip in 10.0.0.1/32");
    assert_eq!(read("client = 10.0.0.1"), "client = \"10.0.0.1\"");
    assert_eq!(
        read("source.ip in (10.0.0.1, fe80::/10)"),
        "source.ip in 10.0.0.1/32 or source.ip in fe80::/10"
    );
    assert_eq!(
        read("user not in (root, 'the admin')"),
        "not (user.name = \"root\" or user.name = \"the admin\")"
    );
    assert_eq!(
        read("@timestamp = 2026-08-01"),
        "@timestamp >= 2026-08-01T00:00:00.000000Z and @timestamp < 2026-08-02T00:00:00.000000Z"
    );
    assert_eq!(read("time > '2026-08-01 10:00'"), "@timestamp > 2026-08-01T10:00:00.000000Z");
    assert_eq!(read("`two words` = 'it''s'"), "`two words` = \"it's\"");
    assert_eq!(read("x = \"\\u{1b}[2J\\q\""), "x = \"\\u{1b}[2J\\\\q\"");
}

#[test]
fn what_is_refused_says_where_and_why() {
    for (text, column, message) in [
        ("", 1, "expected a field, found the end"),
        ("user.name = ", 12, "expected a value, found the end"),
        ("user.name root", 11, "expected an operator"),
        ("user.name = root x", 18, "expected \"and\", \"or\" or the end"),
        ("(a = 1", 7, "expected ), found the end"),
        ("a = 1)", 6, "this ) closes nothing"),
        ("a = \"x", 5, "the \" that opens here is not closed"),
        ("a = and", 5, "expected a value"),
        ("a > b", 5, "expected a number"),
        ("time > soon", 8, "expected a time"),
        ("time > 2h", 8, "expected a time"),
        ("a ~ (x", 5, "expected a value"),
        ("a ~ '(x'", 5, "no regex: unclosed group"),
        ("a in b", 6, "expected a network or a list"),
        ("a is maybe", 6, "expected true or false"),
        ("\"text\"", 1, "expected a field, found a quoted text"),
        ("a = 1 ! b", 7, "\"!\" has no meaning here"),
        ("ä = 1", 1, "expected a field"),
    ] {
        assert_eq!(read(text), format!("column {column}: {message}"), "{text}");
    }
}

#[test]
fn the_caret_stands_under_the_fault() {
    let error = Filter::parse("user.name = 漢字 x").expect_err("two values");
    assert_eq!(error.caret(), "user.name = 漢字 x\n                 ^");
    let error = Filter::parse("a = \u{1b}[2J x").expect_err("two values");
    assert_eq!(error.caret(), "a = \\u{1b}[2J x\n              ^");
    let long = format!("{} x", vec!["a = 1"; 100].join(" and "));
    let error = Filter::parse(&long).expect_err("no operator");
    assert!(error.caret().lines().all(|line| line.chars().count() < 130), "{}", error.caret());
}

#[test]
fn a_slip_in_a_name_is_an_error_with_a_hint() {
    let reading = Reading { known: Some(&["dns.question.name"]), ..Reading::default() };
    let hint = |text: &str| match reading.parse(text) {
        Ok(_) => String::new(),
        Err(error) => error.message,
    };
    assert!(hint("procss.name = x").contains("did you mean process.name?"));
    assert!(hint("user.nmae = x").contains("did you mean user.name?"));
    assert!(hint("Process.Name = x").contains("did you mean process.name?"));
    assert!(hint("dns.question.nam = x").contains("did you mean dns.question.name?"));
    for text in ["uid = 0", "Message = x", "source.as = 1", "EventID = 1", "`procss.name` = x"] {
        assert_eq!(hint(text), "", "{text}");
    }
}

#[test]
fn times_relative_to_now_need_a_now() {
    let now = Timestamp::parse("2026-11-20T21:00:00Z");
    let reading = Reading { now, ..Reading::default() };
    let filter = reading.parse("@timestamp > 2h").expect("a filter");
    assert_eq!(filter.to_string(), "@timestamp > 2026-11-20T19:00:00.000000Z");
}

#[test]
fn nesting_is_limited() {
    let deep = |levels: usize| format!("{}a = 1{}", "(".repeat(levels), ")".repeat(levels));
    assert!(Filter::parse(&deep(DEPTH - 1)).is_ok());
    assert!(Filter::parse(&deep(DEPTH)).is_err());
    assert!(Filter::parse(&"(".repeat(1_000_000)).is_err());
    assert!(Filter::parse(&"not ".repeat(1_000_000)).is_err());
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z@_][a-zA-Z0-9@_.-]{0,8}",
        "\\PC{0,8}",
        "and|OR|Not|all|keyword|in|is|exists"
    ]
}

fn field() -> impl Strategy<Value = Field> {
    let column = prop::sample::select(Column::ALL).prop_map(Field::Column);
    let own = (name(), prop::collection::vec(name(), 0..3)).prop_map(|(name, aliases)| {
        let aliases: Vec<&str> = aliases.iter().map(String::as_str).collect();
        Field::Own(Own::new(&name, &aliases))
    });
    prop_oneof![2 => column, 2 => name().prop_map(|name| Field::new(&name)), 1 => own]
}

fn kind() -> impl Strategy<Value = Text> {
    prop::sample::select(&[Text::Equals, Text::Contains, Text::StartsWith, Text::EndsWith][..])
}

fn part() -> impl Strategy<Value = Test> {
    let parts = [Part::Minute, Part::Hour, Part::Day, Part::Week, Part::Month, Part::Year];
    (prop::sample::select(parts.to_vec()), prop::option::of(order()), any::<i64>())
        .prop_map(|(part, order, number)| Test::Part(part, order, number))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[0-9.]{1,6}", "[a-z\\\\\"'`*?]{0,8}", Just("10.0.0.1".to_owned())]
}

fn test() -> impl Strategy<Value = Test> {
    let kinds = vec![Text::Equals, Text::Contains, Text::StartsWith, Text::EndsWith, Text::Glob];
    let pattern = (prop::sample::select(kinds), text(), any::<bool>());
    let pattern = pattern.prop_map(|(kind, text, cased)| {
        Test::Text(if cased { TextTest::cased(kind, &text) } else { TextTest::new(kind, &text) })
    });
    let number = || {
        prop_oneof![any::<i32>().prop_map(f64::from), -1e30..1e30, any::<f64>()]
            .prop_filter("only numbers that are some", |number| number.is_finite())
    };
    let regex = text().prop_filter_map("only regexes", |text| Regex::new(&text).ok());
    let network = (any::<u128>(), any::<bool>(), 0..=32_u8).prop_filter_map(
        "a network",
        |(bits, v4, prefix)| {
            #[allow(clippy::cast_possible_truncation, reason = "any 32 bits will do")]
            let ip = if v4 {
                std::net::Ipv4Addr::from(bits as u32).to_string()
            } else {
                std::net::Ipv6Addr::from(bits).to_string()
            };
            Network::parse(&format!("{ip}/{prefix}"))
        },
    );
    prop_oneof![
        Just(Test::Exists),
        pattern,
        (kind(), text(), any::<bool>()).prop_map(|(kind, text, cased)| {
            Test::Dash(if cased {
                TextTest::cased(kind, &text)
            } else {
                TextTest::new(kind, &text)
            })
        }),
        part(),
        number().prop_map(Test::Number),
        any::<bool>().prop_map(Test::Bool),
        (order(), number()).prop_map(|(order, bound)| Test::Compare(order, bound)),
        (order(), Timestamp::MIN.0..Timestamp::MAX.0)
            .prop_map(|(order, at)| Test::Time(order, Timestamp(at))),
        regex.prop_map(Test::Regex),
        network.prop_map(Test::Network),
    ]
}

fn order() -> impl Strategy<Value = Order> {
    prop::sample::select(
        &[Order::Less, Order::LessOrEqual, Order::Greater, Order::GreaterOrEqual][..],
    )
}

/// A predicate that makes sense: only times are compared as times, and they as nothing else.
fn predicate() -> impl Strategy<Value = Filter> {
    let sound = |(field, test): &(Field, Test)| {
        let time = matches!(field, Field::Column(column) if column.kind() == Kind::Time);
        match test {
            Test::Time(..) => time,
            Test::Compare(..) | Test::Number(_) => !time,
            _ => true,
        }
    };
    let keyword =
        test().prop_filter("no order of keywords", |test| !matches!(test, Test::Time(..)));
    prop_oneof![
        8 => (field(), test()).prop_filter("sound", sound).prop_map(|(field, test)| Filter::Field(field, test)),
        1 => keyword.prop_map(Filter::Keyword),
        1 => (field(), kind(), field()).prop_map(|(field, kind, other)| Filter::Refer(field, kind, other)),
        1 => ("[a-z_.]{0,5}", "[a-z_.]{0,5}", "[a-z_.]{0,5}").prop_map(|(product, category, service)| {
            Filter::Logsource(Logsource { product, category, service })
        }),
        1 => Just(Filter::All),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    predicate().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(Filter::not),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back_equal(filter in filter()) {
        let text = filter.to_string();
        let back = Filter::parse(&text);
        prop_assert_eq!(back.as_ref(), Ok(&filter), "{}", text);
    }

    #[test]
    fn no_text_panics(text in any::<String>(), words in "([a-z(),=!<>~\"'`\\\\ ]|not |and |in ){0,40}") {
        for text in [text, words] {
            if let Err(error) = Filter::parse(&text) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}

#[test]
fn degenerate_lists_keep_their_meaning() {
    for filter in [Filter::And(vec![]), Filter::Or(vec![]), Filter::And(vec![Filter::Or(vec![])])] {
        let back = Filter::parse(&filter.to_string()).expect("a filter");
        assert_eq!(back.matches(&Event::default()), filter.matches(&Event::default()));
    }
}
