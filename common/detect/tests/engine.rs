//! The engine against the meaning of filters: random rules over random flat Windows events, as
//! lines and as events, with every way of writing a JSON text.

use common::event::{Event, Object, RawKind, Value};
use common::field::Field;
use common::filter::{Filter, Test, Text, TextTest};
use common::rule::Rule;
use common::sigma::Collection;
use detect::Engine;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const NAMES: &[&str] =
    &["Image", "NewProcessName", "CommandLine", "User", "SubjectUserName", "A", "B"];
const PIECES: &[&str] = &[
    "a",
    "B",
    "cmd",
    ".exe",
    "\\",
    "\"",
    "/",
    " -enc",
    "\u{2013}enc",
    "É",
    "ß",
    "\u{212a}",
    "mimikatz",
    "SYSTEM32",
    "10.0.0.1",
    "4688",
    "0",
    "\n",
    "\u{1f600}",
    "*",
    "?",
    "-",
    "x y",
    "kk",
];

fn text() -> impl Strategy<Value = String> {
    vec(select(PIECES), 0..6).prop_map(|pieces| pieces.concat())
}

/// A value in YAML, always quoted where it is text.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => text().prop_map(|text| serde_json::to_string(&text).expect("a text")),
        1 => (-3i64..5000).prop_map(|number| number.to_string()),
        1 => Just("true".to_owned()),
    ]
}

fn item() -> impl Strategy<Value = String> {
    let modifier = select(
        &[
            "",
            "|contains",
            "|startswith",
            "|endswith",
            "|cased",
            "|windash|contains",
            "|contains|all",
            "|neq",
        ][..],
    );
    let plain = (select(NAMES), modifier, vec(value(), 2..8))
        .prop_map(|(name, modifier, values)| format!("{name}{modifier}: [{}]", values.join(", ")));
    let regex = select(
        &[
            "mimi.*tz",
            "(?i)CMD|enc",
            "^a",
            "[0-9]+",
            "x( y)+",
            "\\\\\\\\cmd",
            "\\\\*[a-z]{1,3}",
            "\\\\?x?",
            "[-*](a|k{2})",
            "\\\\.[ex]{2,3}.?[*\\\"]",
            "[a-z]{8,}",
            "(?i)[km]k",
            "(x y|kk){2}",
        ][..],
    );
    prop_oneof![
        8 => plain,
        1 => select(NAMES).prop_map(|name| format!("{name}: null")),
        1 => (select(NAMES), any::<bool>()).prop_map(|(name, has)| format!("{name}|exists: {has}")),
        1 => (select(NAMES), regex).prop_map(|(name, regex)| format!("{name}|re: '{regex}'")),
        1 => (select(NAMES), select(NAMES)).prop_map(|(a, b)| format!("{a}|fieldref: {b}")),
        1 => (select(NAMES), 0..5000i32).prop_map(|(name, n)| format!("{name}|gte: {n}")),
        1 => vec(text(), 2..3).prop_map(|list| {
            let list: Vec<String> = list.iter().map(|text| serde_json::to_string(text).expect("a text")).collect();
            format!("'|all': [{}]", list.join(", "))
        }),
    ]
}

fn rule_text() -> impl Strategy<Value = String> {
    let condition = select(
        &[
            "s1",
            "s1 and not s2",
            "s1 or s2",
            "not s1",
            "all of s*",
            "s1 and (s2 or not s3)",
            "1 of s* and not s3",
        ][..],
    );
    (vec(item(), 3), condition, select(&["product: windows", "category: process_creation", "service: security"][..]))
        .prop_map(|(items, condition, logsource)| {
            let selections: Vec<String> =
                items.iter().enumerate().map(|(n, item)| format!("  s{}: {{{item}}}\n", n + 1)).collect();
            format!("title: T\nid: ID\nlogsource: {{{logsource}}}\ndetection:\n{}  condition: {condition}\n", selections.concat())
        })
}

fn rules(texts: &[String]) -> Vec<Rule> {
    let mut collection = Collection::new();
    for (number, text) in texts.iter().enumerate() {
        collection.add(&text.replace("ID", &format!("r{number}")), "r.yml");
    }
    let (rules, _) = collection.rules(None);
    rules
}

/// A JSON text with some characters written in other legal ways.
fn written(text: &str, ways: u64) -> String {
    let mut out = String::from("\"");
    for (place, char) in text.chars().enumerate() {
        let way = ways >> (2 * (place % 32)) & 3;
        match (char, way) {
            ('/', 1) => out.push_str("\\/"),
            (char, 3) => {
                let mut units = [0u16; 2];
                for unit in char.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            (char, _) => {
                let quoted = serde_json::to_string(&char.to_string()).expect("a text");
                out.push_str(&quoted[1..quoted.len() - 1]);
            }
        }
    }
    out + "\""
}

fn line() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        8 => (text(), any::<u64>(), any::<bool>()).prop_map(|(text, ways, odd)| written(&text, if odd { ways } else { 0 })),
        1 => (-3i64..5000).prop_map(|number| number.to_string()),
        1 => select(&["true", "null", "4688"][..]).prop_map(str::to_owned),
    ];
    let header = select(
        &[
            r#""EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational""#,
            r#""EventID":"4688","Channel":"security""#,
            r#""Channel":"Application","EventID":1"#,
            r#""EventID":1,"L":["mimikatz", 1],"Channel":"Microsoft-Windows-Sysmon/Operational""#,
        ][..],
    );
    // A name that is there twice counts once.
    (header, vec((select(NAMES), value), 0..6)).prop_map(|(header, members)| {
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!(",\"{name}\": {value}")).collect();
        format!("{{{header}{}}}", members.concat())
    })
}

/// Names that columns, added fields or the line have.
const EITHER: &[&str] = &[
    "Image",
    "A",
    "original.A",
    "note",
    "file.path",
    "user.name",
    "event.action",
    "process.pid",
    "host.name",
    "message",
    "tags",
];

/// What a limit rule or a query may ask.
fn condition() -> impl Strategy<Value = Filter> {
    let kind = select(&[Text::Equals, Text::Contains, Text::StartsWith, Text::Glob][..]);
    let test = prop_oneof![
        4 => (kind, text()).prop_map(|(kind, text)| Test::Text(TextTest::new(kind, &text))),
        1 => Just(Test::Exists),
        1 => Just(Test::Number(4688.0)),
    ];
    let leaf = prop_oneof![
        8 => (select(EITHER), test).prop_map(|(name, test)| Filter::Field(Field::new(name), test)),
        1 => text().prop_map(|text| Filter::Keyword(Test::Text(TextTest::new(Text::Contains, &text)))),
        1 => (select(EITHER), select(EITHER)).prop_map(|(one, other)| Filter::Refer(
            Field::new(one),
            Text::Equals,
            Field::new(other)
        )),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(Filter::And),
            vec(inner.clone(), 1..3).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

/// What stands beside a stored line.
fn beside() -> impl Strategy<Value = Event<'static>> {
    let value = prop_oneof![
        4 => text().prop_map(|text| Value::Text(text.into())),
        1 => (4680i64..4690).prop_map(Value::Int),
        1 => vec(text(), 1..3)
            .prop_map(|list| Value::List(list.into_iter().map(|text| Value::Text(text.into())).collect())),
    ];
    let added = select(
        &["Image", "A", "original.A", "original.User", "note", "file.path", "N ote", "B"][..],
    );
    let columns =
        (proptest::option::of(text()), proptest::option::of(text()), text(), any::<bool>());
    (columns, vec((added, value), 0..3), select(&["windows//", "windows//security", ""][..]))
        .prop_map(|((user, action, message, is_tagged), added, labels)| {
            let mut event = Event {
                user_name: user.map(Into::into),
                event_action: action.map(Into::into),
                process_pid: is_tagged.then_some(4688),
                message: message.into(),
                section: "default".into(),
                labels: labels.into(),
                raw_kind: RawKind::Json,
                ..Event::default()
            };
            for (name, value) in added {
                event.ext.push(name.to_owned(), value);
            }
            if is_tagged {
                event.tag("a");
            }
            event.normalise();
            event.labels = labels.into();
            event
        })
}

fn event(line: &str) -> Event<'static> {
    let mut event = Event {
        raw: line.as_bytes().to_vec().into(),
        raw_kind: RawKind::Full,
        section: "default".into(),
        ..Event::default()
    };
    event.load_original();
    event.normalise();
    event
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_index_misses_nothing_and_invents_nothing(texts in vec(rule_text(), 1..12), lines in vec(line(), 1..12)) {
        let rules = rules(&texts);
        let mut engine = Engine::new(&rules);
        for line in &lines {
            let event = event(line);
            let want: Vec<usize> = (0..rules.len()).filter(|place| rules[*place].filter.matches(&event)).collect();
            prop_assert_eq!(engine.event(&event), want.as_slice(), "event {} rules {:?}", line, texts);
            if let Some(found) = engine.line(line.as_bytes()) {
                prop_assert_eq!(found, want.as_slice(), "line {} rules {:?}", line, texts);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_stored_line_tells_what_its_event_does(
        texts in vec(rule_text(), 1..8),
        conditions in vec(condition(), 1..6),
        events in vec((line(), beside()), 1..12),
    ) {
        let mut rules = rules(&texts);
        let rule = rules.first().cloned();
        let more = conditions.iter().zip(rule.iter().cycle());
        let more: Vec<Rule> = more.map(|(filter, rule)| Rule { filter: filter.clone(), ..rule.clone() }).collect();
        rules.extend(more);
        let mut engine = Engine::new(&rules);
        for (line, beside) in &events {
            for line in [line.clone(), line.replace("EventID", "x.EventID"), r#"{"L":[]}"#.to_owned()] {
                let mut stored = Event { raw: line.as_bytes().to_vec().into(), ..beside.clone() };
                let mut event = stored.clone();
                event.load_original();
                let want: Vec<usize> = (0..rules.len()).filter(|place| rules[*place].filter.matches(&event)).collect();
                prop_assert_eq!(engine.stored(&mut stored), want.as_slice(), "{} {:?} rules {:?} {:?}", line, beside, texts, conditions);
                prop_assert!(stored.original == Object::default() || stored.original == event.original);
            }
        }
    }
}

#[test]
fn a_stored_line_is_read_only_where_it_has_to_be() {
    let text = "title: T\nid: ID\nlogsource: {product: windows}\ndetection:\n  s: {A: x}\n  condition: s\n".to_owned();
    let mut rules = rules(&[text.clone(), text.clone(), text]);
    rules[1].filter = Filter::equals(Field::new("user.name"), "root");
    rules[2].filter = Filter::equals(Field::new("Id"), "7");
    let mut engine = Engine::new(&rules);
    let mut found = |line: &'static str| {
        let (raw, labels) = (line.as_bytes().into(), "windows//".into());
        let mut event = Event { raw, labels, raw_kind: RawKind::Json, ..Event::default() };
        event.user_name = Some("root".into());
        (engine.stored(&mut event).to_vec(), event.original.is_empty())
    };
    assert_eq!(found(r#"{"A":"X","Id":7}"#), (vec![0, 1, 2], true));
    assert_eq!(found(r#"{"A":["X"],"Id":"7"}"#), (vec![0, 1, 2], false));
    assert_eq!(found(r#"{"A":{"B":1}}"#), (vec![1], false));
    // PowerShell's names of an event are not those that it has then.
    let shell = r#"{"Id":7,"LogName":"x","MachineName":"y","ProviderName":"z"}"#;
    assert_eq!(found(shell), (vec![1], false));
}

#[test]
fn plain_lines_are_matched_without_an_event() {
    let text = "title: T\nid: ID\nlogsource: {product: windows}\ndetection:\n  s: {A: x}\n  condition: s\n".to_owned();
    let rules = rules(&[text]);
    let mut engine = Engine::new(&rules);
    let head = r#"{"EventID":1,"Channel":"System","A":"#;
    assert_eq!(engine.line(format!("{head}\"X\"}}\n").as_bytes()), Some(&[0][..]));
    assert_eq!(engine.line(format!("{head}\"y\"}}").as_bytes()), Some(&[][..]));
    for other in [r#"[1]}"#, r#"{"b":1}}"#, r#"1.5}"#, r#""x""#] {
        assert_eq!(engine.line(format!("{head}{other}").as_bytes()), None, "{other}");
    }
    assert_eq!(engine.line(br#"{"A":"x"}"#), None, "no Windows event");
}

#[test]
fn keywords_are_searched_in_the_lines_of_texts() {
    let text = "title: T\nid: ID\ndetection:\n  s: ['mimi\"x\\y', 'other word']\n  condition: s\n";
    let text = text.replace("detection", "logsource: {product: linux}\ndetection");
    let rules = rules(&[text]);
    let mut engine = Engine::new(&rules);
    let event = |line: &'static str| Event {
        raw: line.as_bytes().into(),
        raw_kind: RawKind::Full,
        section: "default".into(),
        labels: "linux//syslog".into(),
        ..Event::default()
    };
    assert_eq!(engine.event(&event("a MIMI\"x\\y b")), [0]);
    assert_eq!(engine.event(&event("an OTHER word")), [0]);
    assert_eq!(engine.event(&event("another wor")), [0_usize; 0]);
}
