//! The engine against the meaning of filters: random rules over random flat Windows events, as
//! lines and as events, with every way of writing a JSON text.

use common::event::{Event, RawKind};
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
