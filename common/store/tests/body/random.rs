//! Random events and filters, from small sets of values so that they meet.
//!
//! What it does *not* know: databases.

use super::START;
use common::clock::Timestamp;
use common::event::{Eol, Event, RawKind, TimeQuality, Value};
use common::field::{Column, Field, Own};
use common::filter::{
    Filter, Logsource, Network, Order, Part, Regex, Set, SetTest, Sets, Test, Text, TextTest,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::borrow::Cow;

/// Texts that have something in common, or that some layer could take for its own.
const TEXTS: &[&str] = &[
    "",
    "-",
    "root",
    "ROOT",
    "roots",
    "Ärger",
    "ärger",
    "\u{212a}",
    "k",
    "4624",
    "+4624.0",
    "04624",
    "0x1220",
    "a\0b",
    "4624x",
    "true",
    "TRUE",
    "a%b_c",
    "a*b?c[d]\\",
    "axbyc",
    "x y",
    "10.1.2.3",
    "::1",
    "2001:db8::1",
    "\u{1f600}",
    "'\"",
    "user.name",
    "22",
    "-3.5",
    "1e3",
    "\\u0041",
    "a\nb",
    "admin.exe",
    "\\users\\Admin.exe",
    "/ADMIN.exe",
    "C:\\Users\\admin.exe -k",
];

const IPS: &[&str] = &["10.1.2.3", "10.200.0.1", "192.168.0.1", "::1", "2001:db8::1", "::2.3.4.5"];

const NAMES: &[&str] =
    &["EventID", "user.name", "source.ip", "a \"b\"", "original.x", "x", "process.pid"];

/// Lines that are JSON, with names of columns and others, escapes and repetitions.
const JSON: &[&str] = &[
    r#"{"EventID":4624,"user":{"name":"root"}}"#,
    r#"{"user.name":"ROOT","user":{"name":"eve"},"x":[1,"root",true]}"#,
    r#"{"us\u0065r":{"n\u0061me":"k"},"source":{"ip":"10.1.2.3"}}"#,
    r#"{"x":"10.1.2.3","process":{"pid":"0x3b0"},"tags":["a","root"]}"#,
    r#"{"x":1e3,"EventID":"4624.0","message":"no","a \"b\"":true}"#,
    r#"{"x":"C:\\Users\\ADMIN.exe -k","EventID":"Ärger admin.exe"}"#,
    r#"{"x":"c:\\users\\\u0061dmin.exe","y":"\/admin.exe"}"#,
    r#"{"x":["none","\/Admin.exe"],"admin.exe":"y"}"#,
    "{}",
];

fn text() -> impl Strategy<Value = Cow<'static, str>> {
    prop_oneof![9 => select(TEXTS).prop_map(Cow::Borrowed), 1 => ".{0,6}".prop_map(Cow::Owned)]
}

fn some_text() -> impl Strategy<Value = Option<Cow<'static, str>>> {
    option::of(text())
}

fn ip() -> impl Strategy<Value = Option<std::net::IpAddr>> {
    option::of(select(IPS).prop_map(|text| text.parse().expect("an address")))
}

fn value() -> impl Strategy<Value = Value<'static>> {
    let scalar = prop_oneof![
        4 => text().prop_map(Value::Text),
        1 => select(vec![0, 22, 4624, -3, i64::MAX, i64::MIN]).prop_map(Value::Int),
        1 => any::<i64>().prop_map(Value::Int),
        1 => any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::Float),
        1 => any::<bool>().prop_map(Value::Bool),
    ];
    prop_oneof![4 => scalar.clone(), 1 => vec(scalar, 1..4).prop_map(Value::List)]
}

/// Raw bytes with their kind.
fn raw() -> impl Strategy<Value = (RawKind, Vec<u8>)> {
    let kind = select(vec![RawKind::Prefix, RawKind::Full]);
    let bytes =
        prop_oneof![text().prop_map(|text| text.as_bytes().to_vec()), vec(any::<u8>(), 0..12),];
    prop_oneof![
        3 => (kind, bytes),
        1 => select(JSON).prop_map(|json| (RawKind::Full, json.as_bytes().to_vec())),
    ]
}

/// An event in canonical form, of section `auth`.
pub(crate) fn event() -> impl Strategy<Value = Event<'static>> {
    let time =
        prop_oneof![0..5i64, -3..0i64].prop_map(|slot| Timestamp(START.0 + slot * 1_000_000));
    let quality = select(vec![TimeQuality::Offset, TimeQuality::ZoneAssumed, TimeQuality::None]);
    let eol = select(vec![Eol::Lf, Eol::CrLf, Eol::None]);
    let numbers = (
        option::of(0..24u8),
        option::of(0..8u8),
        option::of(prop_oneof![Just(4624), any::<i64>()]),
        option::of(prop_oneof![Just(22), any::<u16>()]),
        option::of(any::<u16>()),
        0..100i64,
    );
    let texts =
        (vec(some_text(), 11), text(), text(), vec(select(&["bad_value", "root", "x"][..]), 0..3));
    let ext = vec((select(NAMES), value()), 0..3);
    (time, quality, eol, numbers, texts, ip(), ip(), raw(), ext).prop_map(|parts| {
        let (time, time_quality, eol, numbers, texts, source_ip, destination_ip, raw, ext) = parts;
        let (log_facility, log_severity, process_pid, source_port, destination_port, log_offset) =
            numbers;
        let (mut texts, host_name, message, tags) = texts;
        let mut next = || texts.pop().flatten();
        let mut event = Event {
            time,
            time_quality,
            eol,
            log_facility,
            log_severity,
            process_pid,
            source_port,
            destination_port,
            log_offset,
            source_ip,
            destination_ip,
            host_name,
            message,
            section: "auth".into(),
            dataset: next(),
            event_category: next(),
            event_action: next(),
            event_outcome: next(),
            event_code: next(),
            process_name: next(),
            process_executable: next(),
            process_command_line: next(),
            user_name: next(),
            user_target_name: next(),
            network_transport: next(),
            raw_kind: raw.0,
            raw: raw.1.into(),
            tags: tags.into_iter().map(Cow::Borrowed).collect(),
            ..Event::default()
        };
        for (name, value) in ext {
            event.ext.push(name, value);
        }
        event.load_original();
        event.normalise();
        event
    })
}

fn order() -> impl Strategy<Value = Order> {
    select(vec![Order::Less, Order::LessOrEqual, Order::Greater, Order::GreaterOrEqual])
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        select(vec![0.0, 22.0, 4624.0, -3.5, 1000.0, 1e19, f64::INFINITY, 9.3e15]),
        any::<i32>().prop_map(f64::from),
    ]
}

fn text_test() -> impl Strategy<Value = TextTest> {
    let kind =
        select(vec![Text::Equals, Text::Contains, Text::StartsWith, Text::EndsWith, Text::Glob]);
    let part = (text(), 0..4usize, 0..4usize)
        .prop_map(|(text, skip, take)| text.chars().skip(skip).take(take).collect::<String>());
    let glob = (select(TEXTS), select(vec!["*", "?", "\\*", "*o*", "?oo?", "a?b*", "*\\?*"]));
    let glob = glob
        .prop_map(|(text, glob)| format!("{}{glob}", &text[..usize::from(text.starts_with('a'))]));
    let pattern = prop_oneof![text().prop_map(Cow::into_owned), part, glob];
    (kind, pattern, any::<bool>()).prop_map(|(kind, pattern, cased)| {
        if cased { TextTest::cased(kind, &pattern) } else { TextTest::new(kind, &pattern) }
    })
}

fn test() -> impl Strategy<Value = Test> {
    let networks = ["10.0.0.0/8", "10.0.0.0/9", "0.0.0.0/0", "::/0", "2001:db8::/32", "10.1.2.3"];
    let regexes = ["^ro", "(?i)root", "[0-9]+", "a.b"];
    let time = (order(), -3..5i64)
        .prop_map(|(order, slot)| Test::Time(order, Timestamp(START.0 + slot * 1_000_000)));
    prop_oneof![
        2 => Just(Test::Exists),
        8 => text_test().prop_map(Test::Text),
        1 => text_test().prop_map(Test::Dash),
        1 => (0..60_i64).prop_map(|minute| Test::Part(Part::Minute, Some(Order::Less), minute)),
        2 => number().prop_map(Test::Number),
        2 => (order(), number()).prop_map(|(order, bound)| Test::Compare(order, bound)),
        1 => any::<bool>().prop_map(Test::Bool),
        1 => time,
        1 => select(regexes.to_vec()).prop_map(|text| Test::Regex(Regex::new(text).expect("a regex"))),
        2 => select(networks.to_vec())
            .prop_map(|text| Test::Network(Network::parse(text).expect("a network"))),
        3 => (kind(), select(&["ascii", "any", "addresses", "networks"][..]), any::<bool>())
            .prop_map(|(kind, name, cased)| {
                Test::Set(Box::new(SetTest::new(kind, name).case(cased)))
            }),
    ]
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        3 => select(Column::ALL).prop_map(Field::Column),
        1 => select(NAMES).prop_map(Field::new),
        1 => (name(), name()).prop_map(|(name, alias)| Field::Own(Own::new(name, &[alias]))),
    ]
}

/// Any name, of a column or not.
fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![select(Column::ALL).prop_map(Column::name), select(NAMES)]
}

fn kind() -> impl Strategy<Value = Text> {
    select(&[Text::Equals, Text::Contains, Text::StartsWith, Text::EndsWith][..])
}

fn logsource() -> impl Strategy<Value = Filter> {
    let part = |parts: &'static [&'static str]| select(parts).prop_map(str::to_owned);
    (part(&["", "linux", "apache"]), part(&["", "webserver"]), part(&["", "sshd", "syslog"]))
        .prop_map(|(product, category, service)| {
            Filter::Logsource(Logsource { product, category, service })
        })
}

/// The sets that tests name.
fn sets() -> Sets {
    let set = |name: &str, values: &[&str]| {
        Set::new(name, values.iter().map(|it| (*it).to_owned())).expect("a set")
    };
    let any: Vec<&str> = TEXTS.iter().copied().filter(|it| it.len() > 1 && is_line(it)).collect();
    [
        set("ascii", &["Root", "4624", "x y", "a%b_c", "k", "true", "-", "22"]),
        set("any", &any),
        set("addresses", &["10.1.2.3", "2001:DB8::1", "::ffff:192.168.0.1", "root"]),
        set("networks", &["10.0.0.0/9", "::/64", "192.168.0.1", "22"]),
    ]
    .into_iter()
    .collect()
}

fn is_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// A filter over all kinds of fields and tests.
pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        12 => (field(), test()).prop_map(|(field, test)| Filter::Field(field, test)),
        2 => test().prop_map(Filter::Keyword),
        1 => (field(), kind(), field())
            .prop_map(|(field, kind, other)| Filter::Refer(field, kind, other)),
        1 => logsource(),
        1 => Just(Filter::All),
    ];
    let tree = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Filter::And),
            vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(Filter::not),
        ]
    });
    let sets = sets();
    tree.prop_map(move |mut filter| {
        filter.bind(&sets).expect("sets that there are");
        filter
    })
}

/// One or two fields to count by.
pub(crate) fn fields() -> impl Strategy<Value = Vec<Field>> {
    vec(field(), 1..3)
}
