//! What objects hold, in all spellings.

use super::*;
use crate::event::Event;

/// The fields as a list of their own, which is the same as what the object says itself.
fn flat(json: &str) -> Vec<(String, String)> {
    let (fields, _) = flatten(json.as_bytes()).expect("an object");
    let object = Object::read(json.into()).expect("an object");
    let own = Object::read(json.to_owned().into()).expect("an object").into_owned();
    assert_eq!(object, own);
    for (name, value) in fields.iter() {
        assert_eq!(object.get(name), Some(ValueRef::from(value)), "{name}");
        assert_eq!(own.place(name).and_then(|place| own.value_at(place)).as_ref(), Some(value));
    }
    assert!(object.names().eq(fields.iter().map(|(name, _)| name)));
    fields.iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn flattens_nested_objects_and_lists() {
    let json = r#"{"a":{"b":1,"c":null},"l":[1,[2],null],"o":[{"x":1},{"x":[2,3]}],"e":[]}"#;
    assert_eq!(flat(json), pairs(&[("a.b", "1"), ("l", "1, 2"), ("o.x", "1, 2, 3")]));
}

#[test]
fn literal_key_wins_and_the_last_of_equal_keys() {
    assert_eq!(flat(r#"{"a.b":1,"a":{"b":2}}"#), pairs(&[("a.b", "1")]));
    assert_eq!(flat(r#"{"a":1,"a":2}"#), pairs(&[("a", "2")]));
    assert!(flatten(br#"{"a":1,"a":2}"#).expect("an object").1);
}

#[test]
fn a_literal_key_wins_at_any_place_and_of_nested_ones_the_last() {
    assert_eq!(flat(r#"{"a":{"b":2},"a.b":1}"#), pairs(&[("a.b", "1")]));
    assert_eq!(flat(r#"{"a":{"b.c":1},"a.b":{"c":2}}"#), pairs(&[("a.b.c", "2")]));
    assert_eq!(flat(r#"{"a":{"b":{"c":1}},"a":{"b.c":2}}"#), pairs(&[("a.b.c", "2")]));
}

#[test]
fn numbers_of_any_size() {
    let json = r#"{"a":9223372036854775807,"b":-9223372036854775808,"c":18446744073709551615,
        "d":1.5e3,"e":1e400,"f":-0,"g":0.25}"#;
    let (fields, _) = flatten(json.as_bytes()).expect("an object");
    assert_eq!(fields.get("a"), Some(&Value::Int(i64::MAX)));
    assert_eq!(fields.get("b"), Some(&Value::Int(i64::MIN)));
    assert_eq!(fields.get("c"), Some(&Value::Float(18_446_744_073_709_551_615.0)));
    assert_eq!(fields.get("d"), Some(&Value::Int(1_500)));
    assert_eq!(fields.get("e"), Some(&Value::Text("1e400".into())));
    assert_eq!(fields.get("f"), Some(&Value::Int(0)));
    assert_eq!(fields.get("g"), Some(&Value::Float(0.25)));
    for text in ["01", "1.", ".5", "-", "1e", "+1", "0x1", "NaN"] {
        assert!(flatten(format!("{{\"a\":{text}}}").as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn more_names_than_are_kept_change_nothing() {
    for round in 0..3 {
        for many in 0..3_000 {
            let json = format!(
                "{{\"z\":1,\"k{round}_{many}\":{{\"x\":2,\"y.z\":3}},\"a\":[{{\"q{many}\":1}},{{\"q{many}\":2}}]}}"
            );
            let names: Vec<(String, String)> = flat(&json);
            assert_eq!(
                names,
                [
                    (format!("a.q{many}"), "1, 2".to_owned()),
                    (format!("k{round}_{many}.x"), "2".to_owned()),
                    (format!("k{round}_{many}.y.z"), "3".to_owned()),
                    ("z".to_owned(), "1".to_owned()),
                ]
            );
        }
    }
    let twice = r#"{"never1":{"seen":1},"never1.seen":2,"never1":{"seen":3}}"#;
    assert_eq!(flat(twice), pairs(&[("never1.seen", "2")]));
}

#[test]
fn strings_of_all_lengths_end_where_they_end() {
    for length in 0..40 {
        let text = "é".repeat(length / 2) + &"x".repeat(length % 2) + "ÿ\u{80}";
        assert_eq!(flat(&format!("{{\"a\":\"{text}\"}}")), pairs(&[("a", &text)]));
        let escaped = format!("{{\"a\":\"{text}\\n{text}\"}}");
        assert_eq!(flat(&escaped), pairs(&[("a", &format!("{text}\n{text}"))]));
        assert!(flatten(format!("{{\"a\":\"{text}\u{1}\"}}").as_bytes()).is_err());
    }
}

#[test]
fn lone_surrogates_and_nul_are_replaced() {
    assert_eq!(flat(r#"{"a":"x\ud800y\u0000"}"#), pairs(&[("a", "x\u{fffd}y\u{fffd}")]));
    assert_eq!(flat(r#"{"a":"\ud83d\ude00"}"#), pairs(&[("a", "\u{1f600}")]));
}

#[test]
fn refuses_what_is_no_object() {
    for text in ["", "[1]", "{", "{}x", "nul"] {
        assert!(flatten(text.as_bytes()).is_err(), "{text}");
    }
    let deep = "{\"a\":".repeat(200) + "1" + &"}".repeat(200);
    assert!(flatten(deep.as_bytes()).is_err());
}

#[test]
fn known_names_are_found_in_every_shape() {
    let names = ["a", "b.c", "d", "none"];
    let texts = [
        r#"{"a":1,"b":{"c":2},"d":3}"#,
        r#"{"d":3,"a":1,"b":{"c":2}}"#,
        r#"{"a":1,"none":4}"#,
        r#"{"z":1,"a":1,"d":3}"#,
        r#"{"a":1,"a":2,"d":3}"#,
        "{}",
    ];
    for text in texts.iter().cycle().take(18) {
        let object = Object::read((*text).into()).expect("an object");
        for name in names {
            assert_eq!(object.known(name), object.get(name), "{name} of {text}");
            assert_eq!(object.clone().into_owned().known(name), object.get(name));
        }
    }
}

#[test]
fn keys_are_told_apart_however_alike_they_are() {
    let long = "k".repeat(80);
    for length in 0..80 {
        let key = &long[..length];
        for other in [format!("{key}x"), format!("x{key}"), key.replacen('k', "\\u006b", 1)] {
            for space in ["", " "] {
                let text = format!(
                    "{{\"{key}\"{space}:{space}1,\"o\":{{\"{other}\":2}}{space},\"end\":\"{long}\"}}"
                );
                let names = flat(&text);
                assert_eq!(names.len(), 3, "{text}");
                let plain = other.replace("\\u006b", "k");
                assert!(names.contains(&(format!("o.{plain}"), "2".to_owned())), "{text}");
                assert!(names.contains(&(key.to_owned(), "1".to_owned())), "{text}");
            }
        }
    }
}

#[test]
fn lists_in_lists_take_no_more_room_than_their_values() {
    let elements = vec!["1"; 20_000].join(",");
    let mut text = format!("[{{\"x\":[{elements}]}},{{\"x\":0}}]");
    for _ in 0..50 {
        text = format!("[{{\"a\":{text}}},{{\"b\":2}}]");
    }
    let object = Object::read(format!("{{\"a\":{text}}}").into()).expect("an object");
    assert_eq!(object.leaves.len(), 51 + 20_001 + 50);
    let deep = "a.".repeat(51) + "x";
    let Some(ValueRef::List(list)) = object.get(&deep) else { panic!("no list at {deep}") };
    assert_eq!((list.len(), list.nth(20_000)), (20_001, Some(ValueRef::Int(0))));
}

#[test]
fn an_event_keeps_the_objects_text_once() {
    let raw = br#"{"b":"x\ty","a":[1,{"c":"z"}]}"#;
    let mut event = Event { raw: Cow::Borrowed(raw), ..Event::default() };
    assert!(!event.load_original());
    let owned = event.clone().into_owned();
    assert_eq!(owned, event);
    assert_eq!(owned.original.get("b"), Some(ValueRef::Text("x\ty")));
    assert_eq!(owned.original.get("a.c").map(|value| value.to_string()).as_deref(), Some("z"));
}

/// What two ways of reading a text may differ in.
fn told(object: Result<Object<'_>, JsonError>) -> String {
    match object {
        Ok(object) => {
            let fields: Vec<_> =
                object.iter().map(|(name, value)| (name, value.to_string())).collect();
            format!("{fields:?} {:?} {}", object.fields(), object.is_twice())
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_was_read_before_changes_nothing() {
    const TEXTS: [&str; 8] = [
        r#"{"a":1,"b":{"c":"x","d":null,"e":[]},"f":[1,"y"],"g":true}"#,
        r#"{"a":1,"b":{"c":"x","d":"y","e":[2]},"f":[],"g":false}"#,
        r#"{ "a" : "" , "list":[{"k":1},{"k":2,"l":[3,[4]]}], "z":-1.5e3 }"#,
        r#"{"list":[{"k":"\u0041"},{"m":null}],"a.b":1,"a":{"b":2},"z":0}"#,
        r#"{"a":"1","a":"2","b":{},"an uncommonly long key that no register holds":{"x":"y"}}"#,
        r#"{"a":1,"b":{"c":"x"},"h":"\"}","i":[[],[{}]]}"#,
        r#"{}"#,
        r#"{"a":12345678901234567890,"b":"\ud83d\ude00","c":[null,1]}"#,
    ];
    const PARTS: [&str; 16] = [
        "null",
        "1",
        "\"x\"",
        "[]",
        "{}",
        "[1]",
        "{\"k\":1}",
        ",",
        "}",
        "]",
        "\"",
        "\\",
        " ",
        "\"a\":",
        "-",
        "[{\"k\":null},{\"l\":\"\\n\"}]",
    ];
    let mut memory = Memory::default();
    let mut seed = 7_usize;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut known = 0;
    for _ in 0..30_000 {
        let mut text = TEXTS[random(TEXTS.len())].to_owned();
        for _ in 0..random(3) {
            let from = random(text.len() + 1);
            let to = text.len().min(from + random(4));
            text.replace_range(from..to, PARTS[random(PARTS.len())]);
        }
        for _ in 0..1 + random(3) {
            let Memory { names, templates, found, room } = &mut memory;
            let padded = Padded::new(&text, room).expect("a short text");
            let mut is_known = |_: &usize| templates.read(padded, names, found).is_some();
            known += (0..2).filter(&mut is_known).count();
            let seen = told(Object::read_with(&mut memory, text.as_str().into()));
            let anew = told(Object::read_with(&mut Memory::default(), text.as_str().into()));
            assert_eq!(seen, anew, "{text}");
        }
    }
    assert!(known > 1_000, "{known}");
}

#[test]
fn line_breaks_at_the_end_are_no_part_of_a_line() {
    let texts = [
        ("a", true),
        (r"a\n", true),
        (r"a\r\n\n", true),
        (r"\n", true),
        ("", true),
        (r"a\\n", false),
        (r"a\\\n", false),
        (r#"say \"a\"\n"#, false),
        (r"a\nb\n", false),
        (r"a\u000a\n", false),
    ];
    for (text, is_borrowed) in texts {
        let json = format!(r#"{{"log":"{text}"}}"#);
        let object = Object::read(json.as_str().into()).expect("an object");
        let Some(ValueRef::Text(whole)) = object.get("log") else { panic!("a text") };
        let line = object.line("log").expect("a text");
        assert_eq!(line, whole.trim_end_matches(['\n', '\r']), "{text}");
        assert_eq!(matches!(line, Cow::Borrowed(_)), is_borrowed, "{text}");
        let owned = object.clone().into_owned();
        assert_eq!(owned.line("log").as_ref(), Some(&line), "{text}");
    }
    let other = Object::read(r#"{"log":1}"#.into()).expect("an object");
    assert_eq!((other.line("log"), other.line("none")), (None, None));
}
