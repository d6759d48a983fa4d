//! Our engine and rsigma's on random rules and random flat events: the same rules match.
//!
//! What is not drawn, because rsigma 0.23.0 reads it otherwise than the specification of Sigma 2.1:
//!
//! * `'|all'` lists of keywords: rsigma asks for one value that is all of them at once, and so never
//!   matches; "searching for keywords across an entire event" asks for each somewhere.
//! * keywords that are numbers of an event: rsigma searches texts alone.
//! * line feeds: for rsigma no wildcard stands for one; "`?`: single character", whichever.
//! * wildcards under `windash`, which rsigma takes literally.
//! * other dashes than `-` in a pattern under `windash`, for which rsigma takes no others.
//! * wildcards under `startswith` and `endswith`, which rsigma looks for anywhere.
//! * lists and nulls under `fieldref`: lists never are equal for rsigma, two nulls are.
//! * letters whose lower case is longer or ASCII (`İ`, the Kelvin sign): the specification says no
//!   more than "case-insensitive".
//!
//! `make test-rsigma` runs it; SEED makes other rules and events.

use common::event::{Event, RawKind};
use common::sigma::Collection;
use detect::Engine;
use rsigma_eval::JsonEvent;
use rsigma_parser::{LogSource, parse_sigma_yaml};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

const ROUNDS: u64 = 4_000;
const NAMES: &[&str] = &["Alpha", "Beta", "Gamma", "Delta"];
const PIECES: &[&str] = &[
    "a", "B", "cmd", ".exe", "\\", "\"", "/", " -enc", "\u{2013}enc", "É", "é", "mimikatz",
    "SYSTEM32", "10.0.0.1", "4688", "0", "\u{1f600}", "-", "x y", "kk", "%", "'",
];
const CONDITIONS: &[&str] = &[
    "s1", "s1 and not s2", "s1 or s2", "not s1", "all of s*", "1 of s*", "1 of them",
    "s1 and (s2 or not s3)", "1 of s* and not s3", "not (s1 or s2)", "not 1 of s*",
];

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn pick<'i>(&mut self, items: &[&'i str]) -> &'i str {
        items[self.below(items.len())]
    }

    fn text(&mut self, most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(PIECES)).collect()
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

/// A text of a rule, in which wildcards are wildcards and nothing else is.
fn pattern(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(3) {
        text.push_str(match random.below(8) {
            0 => "*",
            1 => "?",
            _ => random.pick(PIECES),
        });
    }
    // A backslash before a wildcard, or before another, would be an escape.
    let text = text.replace("\\*", "\\x*").replace("\\?", "\\x?");
    let text = text.replace("\\\\", "\\y\\");
    if text.ends_with('\\') { text + "z" } else { text }
}

fn value(random: &mut Random) -> String {
    match random.below(8) {
        0 => (random.below(5_000) as i64 - 3).to_string(),
        1 => "4688".to_owned(),
        _ => quoted(&pattern(random)),
    }
}

fn item(random: &mut Random) -> String {
    let name = random.pick(NAMES);
    let modifier = random.pick(&[
        "", "", "|contains", "|startswith", "|endswith", "|contains|all", "|cased",
        "|contains|cased", "|windash|contains", "|base64|contains", "|base64offset|contains",
        "|wide|base64offset|contains",
    ]);
    match random.below(16) {
        0 => format!("{name}: null"),
        1 => format!("{name}|exists: {}", random.below(2) == 0),
        2 => format!("{name}|re: '{}'", random.pick(&["mimi.*tz", "(?i)CMD|enc", "^a", "[0-9]+$", "x( y)+"])),
        3 => format!("{name}|re|i: '{}'", random.pick(&["mimi.*tz", "cmd|ENC", "^A", "X( Y)+"])),
        4 => format!("{}|fieldref: {}", random.pick(&NAMES[..2]), random.pick(&NAMES[..2])),
        5 => format!("{name}|{}: {}", random.pick(&["lt", "lte", "gt", "gte"]), random.below(5_000)),
        _ if modifier.contains("windash") => {
            let text = random.text(3).replace(['/', '\u{2013}'], "-");
            format!("{name}{modifier}: {}", quoted(&text))
        }
        _ if modifier.contains("with") => {
            let (one, other) = (random.text(3), random.text(3));
            format!("{name}{modifier}: [{}, {}]", quoted(&one), quoted(&other))
        }
        6 => format!("{name}|cidr: [10.0.0.0/8, 192.168.0.0/16]"),
        7 => format!("{name}: ''"),
        _ if modifier.contains("64") => format!("{name}{modifier}: {}", quoted(random.pick(&["cmd", "mimikatz", "x y"]))),
        _ if modifier == "|contains|all" => {
            format!("{name}{modifier}: [{}, {}]", quoted(&pattern(random)), quoted(&pattern(random)))
        }
        _ if random.below(2) == 0 => format!("{name}{modifier}: {}", value(random)),
        _ => format!("{name}{modifier}: [{}, {}, {}]", value(random), value(random), value(random)),
    }
}

fn rule(random: &mut Random, number: usize) -> String {
    let logsource = random.pick(&["product: windows", "category: process_creation", "service: security, product: windows"]);
    let mut text = format!("title: T{number}\nid: r{number}\nlogsource: {{{logsource}}}\ndetection:\n");
    for selection in 1..=3 {
        let items = match random.below(6) {
            0 => format!("[{}, {}]", quoted(random.pick(&["cmd", "mimikatz", "ENC"])), quoted(random.pick(&["x y", "system", "a"]))),
            1 => format!("[{{{}}}, {{{}}}]", item(random), item(random)),
            _ => format!("{{{}}}", item(random)),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  s{selection}: {items}");
    }
    text + &format!("  condition: {}\n", random.pick(CONDITIONS))
}

/// A line, and the label of its event.
fn event(random: &mut Random) -> (String, LogSource) {
    let (header, category, service) = match random.below(3) {
        0 => (r#""EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational""#, "process_creation", "sysmon"),
        1 => (r#""EventID":4688,"Channel":"Security""#, "process_creation", "security"),
        _ => (r#""EventID":4624,"Channel":"Security""#, "none", "security"),
    };
    let mut line = format!("{{{header}");
    for name in NAMES {
        let value = match random.below(12) {
            0 | 1 => continue,
            2 if NAMES[2..].contains(name) => "null".to_owned(),
            3 => random.pick(&["4688", "0", "12", "-3"]).to_owned(),
            4 => quoted(random.pick(&["10.1.2.3", "192.168.7.7", "8.8.8.8", "", "4688", "12"])),
            5 => quoted(random.pick(&["Y21k", "bWltaWthdHo=", "eCB5"])),
            6 if NAMES[2..].contains(name) => format!("[{}, {}]", quoted(&random.text(3)), quoted(&random.text(3))),
            _ => quoted(&random.text(5)),
        };
        let _ = write!(line, ",\"{name}\":{value}");
    }
    let part = |text: &str| Some(text.to_owned());
    let (product, category, service) = (part("windows"), part(category), part(service));
    (line + "}", LogSource { product, category, service, definition: None, custom: HashMap::new() })
}

fn ours(engine: &mut Engine, line: &str) -> Vec<usize> {
    let mut event = Event {
        raw: line.as_bytes().to_vec().into(),
        raw_kind: RawKind::Full,
        section: "default".into(),
        ..Event::default()
    };
    event.load_original();
    event.normalise();
    let found = engine.event(&event).to_vec();
    if let Some(plain) = engine.line(line.as_bytes()) {
        assert_eq!(plain, found, "{line}");
    }
    found
}

#[test]
fn both_engines_give_the_same_answers() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let (mut pairs, mut differences, mut text) = (0, 0, String::new());
    for round in 0..ROUNDS {
        let mut random = Random(seed ^ round << 20);
        let texts: Vec<String> = (0..6).map(|number| rule(&mut random, number)).collect();
        let mut collection = Collection::new();
        let mut theirs = rsigma_eval::Engine::new();
        for text in &texts {
            collection.add(text, "r.yml");
            let parsed = parse_sigma_yaml(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            theirs.add_collection(&parsed).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
        let (rules, refusals) = collection.rules(None);
        assert!(refusals.is_empty(), "{refusals:?}: {texts:?}");
        let mut engine = Engine::new(&rules);
        for _ in 0..6 {
            let (line, logsource) = event(&mut random);
            let json: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            let results = theirs.evaluate_pruned(&JsonEvent::borrow(&json), &logsource);
            let id = |result: rsigma_eval::EvaluationResult| result.header.rule_id;
            let want: BTreeSet<String> = results.into_iter().filter_map(id).collect();
            let have: BTreeSet<String> = ours(&mut engine, &line).into_iter().map(|place| rules[place].id()).collect();
            pairs += have.len();
            for id in have.symmetric_difference(&want) {
                differences += 1;
                let rule = texts.iter().find(|text| text.contains(&format!("id: {id}\n"))).map_or("", String::as_str);
                if differences <= 10 {
                    let _ = writeln!(text, "ours {}: {line}\n{rule}", have.contains(id));
                }
            }
        }
    }
    assert!(pairs > 10_000, "{pairs} pairs: too few to say anything");
    assert_eq!(differences, 0, "of {pairs} pairs; the first:\n{text}");
}
