//! Tests of the helper noun: reading, mistakes, canonical text, siemstress's JSON.

use super::*;

const DOOR: &str = r#"# a comment
[[helper]]
pattern = '^door (?<door.id>[0-9]+) opened by %{USER:user.name} from %{IP:source.ip}$'
name = "door-opened"
guard = { process = "doord" }
type.door.id = "int"
set = { event.action = "door_opened", tags = ["door"] }
[[helper.test]]
line = "door 7 opened by \"mia\" from 10.0.0.7"
[helper.test.fields]
door.id = 7
user.name = '"mia"'
source.ip = "10.0.0.7"
[[helper.test]]
line = 'door x'
match = false
"#;

const DOOR_CANONICAL: &str = r#"[[helper]]
name = "door-opened"
guard = { process = ["doord"] }
pattern = '^door (?<door.id>[0-9]+) opened by %{USER:user.name} from %{IP:source.ip}$'

[helper.type]
"door.id" = "int"

[helper.set]
"event.action" = "door_opened"
"tags" = ["door"]

[[helper.test]]
line = 'door 7 opened by "mia" from 10.0.0.7'

[helper.test.fields]
"door.id" = 7
"user.name" = '"mia"'
"source.ip" = "10.0.0.7"

[[helper.test]]
line = "door x"
match = false
"#;

/// The helper without the places, which differ between texts.
fn placeless(mut helper: Helper) -> Helper {
    helper.place = Place::default();
    helper.tests.iter_mut().for_each(|test| test.place = Place::default());
    helper
}

#[test]
fn a_helper_is_read_whole() {
    let helper = Helper::parse(DOOR, "door.toml").unwrap();
    let text = |text: &'static str| Value::Text(text.into());
    let place = |line| Place { file: "door.toml".into(), line, column: 1 };
    assert_eq!(
        helper,
        Helper {
            name: "door-opened".into(),
            description: String::new(),
            section: None,
            enabled: true,
            priority: 0,
            guard: Guard { process: vec!["doord".into()], dataset: vec![] },
            patterns: vec![
                "^door (?<door.id>[0-9]+) opened by %{USER:user.name} from %{IP:source.ip}$".into()
            ],
            collect: None,
            types: vec![("door.id".into(), Type::Int)],
            keys: vec![],
            set: vec![
                ("event.action".into(), text("door_opened")),
                ("tags".into(), Value::List(vec![text("door")])),
            ],
            tests: vec![
                Test {
                    line: "door 7 opened by \"mia\" from 10.0.0.7".into(),
                    process: String::new(),
                    dataset: String::new(),
                    matches: true,
                    fields: vec![
                        ("door.id".into(), Value::Int(7)),
                        ("user.name".into(), text("\"mia\"")),
                        ("source.ip".into(), text("10.0.0.7")),
                    ],
                    place: place(8),
                },
                Test {
                    line: "door x".into(),
                    process: String::new(),
                    dataset: String::new(),
                    matches: false,
                    fields: vec![],
                    place: place(14),
                },
            ],
            place: place(2),
        }
    );
}

#[test]
fn the_canonical_text_is_stable() {
    let helper = Helper::parse(DOOR, "door.toml").unwrap();
    assert_eq!(helper.to_toml(), DOOR_CANONICAL);
    let again = Helper::parse(DOOR_CANONICAL, "again").unwrap();
    assert_eq!(placeless(again.clone()), placeless(helper));
    assert_eq!(again.to_toml(), DOOR_CANONICAL);
}

#[test]
fn a_stored_body_loads_without_its_tests() {
    let mut helper = Helper::parse(DOOR, "door.toml").unwrap();
    let loaded = Helper::load(&helper.to_toml(), "door-opened").unwrap();
    helper.tests.clear();
    assert_eq!(placeless(loaded), placeless(helper));
}

#[test]
fn odd_texts_survive_the_round_trip() {
    for odd in [
        "",
        "'",
        "\"",
        "\\",
        "a\nb",
        "\n[[helper.test]]\n",
        "\u{7f}\u{0}\t",
        "é\u{2028}",
        "'''",
        "#",
    ] {
        let mut helper = Helper::parse(DOOR, "door.toml").unwrap();
        helper.description = odd.into();
        helper.collect = None;
        helper.priority = -3;
        helper.enabled = false;
        helper.section = Some("auth".into());
        helper.guard.dataset = vec![odd.into()];
        helper.set.push((format!("x{}", odd.trim()), Value::Text(odd.to_owned().into())));
        helper.tests[0].line = odd.into();
        helper.set.retain(|(field, _)| is_settable(field) || field == "tags");
        let text = write([&helper]);
        let again = Helper::parse(&text, "again").unwrap();
        assert_eq!(placeless(again.clone()), placeless(helper), "{odd:?}");
        assert_eq!(write([&again]), text);
    }
}

#[test]
fn the_shipped_files_are_stable() {
    let mut names = std::collections::HashSet::new();
    for (file, text) in shipped() {
        let helpers = read(text, file).unwrap();
        assert!(!helpers.is_empty(), "{file}");
        let canonical = write(&helpers);
        let again = read(&canonical, file).unwrap();
        assert_eq!(write(&again), canonical, "{file}");
        for helper in helpers {
            assert!(!helper.tests.is_empty(), "{} has no test", helper.name);
            assert!(names.insert(helper.name.clone()), "{} twice", helper.name);
            let loaded = Helper::load(&helper.to_toml(), file).unwrap();
            assert_eq!(placeless(loaded), placeless(Helper { tests: vec![], ..helper }));
        }
    }
}

#[test]
fn mistakes_are_placed() {
    let base = "[[helper]]\nname = \"a\"\n";
    for (rest, message) in [
        ("pattern = 'a(b'\n", "f:3:13: pattern: unclosed group"),
        (
            "patterns = ['x', 'a(?=b)']\n",
            "f:3:20: pattern: look-around, including look-ahead and look-behind, is not supported",
        ),
        ("pattern = '%{NOPE}'\n", "f:3:12: pattern: unknown piece \"%{NOPE}\""),
        ("pattern = '(?<message>x)'\n", "f:3:11: field \"message\" cannot be set by a helper"),
        ("pattern = 'x'\npriorty = 1\n", "f:4:1: unknown key \"priorty\""),
        ("pattern = 'x'\ntype = { y = \"int\" }\n", "f:1:1: no pattern captures \"y\""),
        ("pattern = '(?<y>x)'\ntype = { y = \"inn\" }\n", "f:4:14: unknown type \"inn\""),
        ("pattern = 1\n", "f:3:11: \"pattern\" must be a text"),
        ("priority = 1\n", "f:1:1: helper has no \"pattern\""),
        ("pattern = 'x'\nset = { time = 1 }\n", "f:4:16: field \"time\" cannot be set by a helper"),
        ("pattern = 'x'\nsection = \"siem_a\"\n", "f:4:11: \"siem_a\" is not a section name"),
        (
            "pattern = 'x'\ncollect = \"user.name\"\n",
            "f:4:11: field \"user.name\" cannot be set by a helper",
        ),
        ("pattern = 'x'\n[[helper.test]]\nfields = {}\n", "f:4:1: test has no \"line\""),
        (
            "pattern = '((((x{100}){100}){100}){100})'\n",
            "f:3:11: pattern: compiles to more than 1048576 bytes",
        ),
    ] {
        let error = read(&format!("{base}{rest}"), "f").unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    assert_eq!(
        read(&format!("{base}pattern='x'\n{base}pattern='y'\n"), "f").unwrap_err().to_string(),
        "f:4:1: a second helper named \"a\""
    );
    assert!(read("x =", "f").unwrap_err().to_string().starts_with("f:1:"));
    assert_eq!(
        Helper::parse("", "f").unwrap_err().to_string(),
        "f:1:1: 0 helpers where one was expected"
    );
}

#[test]
fn mistakes_have_hints() {
    let hint = |rest: &str| read(&format!("[[helper]]\nname='a'\n{rest}"), "f").unwrap_err().hint();
    assert_eq!(hint("patern = 'x'\n").as_deref(), Some("did you mean \"pattern\"?"));
    assert!(hint("pattern = 'a(?!b)'\n").unwrap().contains("exponential"));
}

#[test]
fn siemstress_helpers_become_collectors() {
    let text = r#"{ "HELPERSAuth": [
        { "id": 1, "var_name": "users", "reg_exp": "user=(\\S+)" },
        { "id": 2, "var_name": "users", "reg_exp": "for (\\S+) from", "name": "for users", "desc": "d" },
        { "var_name": "users", "reg_exp": "a%{2}" }
    ] }"#;
    let helpers = import_json(text, "h.json").unwrap();
    let seen: Vec<_> = helpers
        .iter()
        .map(|h| {
            (
                h.name.as_str(),
                h.section.as_deref(),
                h.collect.as_deref(),
                h.patterns[0].as_str(),
                h.place.line,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("auth.users.1", Some("auth"), Some("users"), r"user=(\S+)", 2),
            ("for_users", Some("auth"), Some("users"), r"for (\S+) from", 3),
            ("auth.users.2", Some("auth"), Some("users"), "a%[{]2}", 4),
        ]
    );
    assert_eq!(helpers[1].description, "d");
    for helper in &helpers {
        let again = Helper::parse(&helper.to_toml(), "x").unwrap();
        assert_eq!(placeless(again), placeless(helper.clone()));
    }
}

#[test]
fn siemstress_mistakes_are_placed() {
    for (text, message) in [
        ("{ \"helpers_a\": [\n{ \"var_name\": \"x\" } ] }", "h:2:1: helper has no \"reg_exp\""),
        (
            "{ \"helpers_a\": [\n{ \"var_name\": \"x\", \"reg_exp\": \"(\" } ] }",
            "h:2:1: pattern: unclosed group",
        ),
        (
            "{ \"helpers_a\": [\n{ \"var_name\": \"x\", \"reg_exp\": \"a\", \"reg\": 1 } ] }",
            "h:2:1: unknown key \"reg\"",
        ),
        (
            "{ \"helpers_a\": [\n { \"var_name\": 1, \"reg_exp\": \"a\" } ] }",
            "h:2:16: invalid type: integer `1`, expected a string",
        ),
        ("{ \"siem_a\": [] }", "h:1:3: \"siem_a\" is not a section name"),
    ] {
        assert_eq!(import_json(text, "h").unwrap_err().to_string(), message);
    }
    assert!(import_json("[", "h").unwrap_err().to_string().starts_with("h:1:"));
}

#[test]
fn guards_know_a_star_at_either_end() {
    let guard = Guard {
        process: vec!["sshd".into(), "*(pam_unix)".into()],
        dataset: vec!["linux.*".into()],
    };
    assert!(guard.allows("sshd", "linux.syslog"));
    assert!(guard.allows("su(pam_unix)", "linux.auth"));
    assert!(!guard.allows("sshd-session", "linux.auth"));
    assert!(!guard.allows("sshd", "apache.access"));
    assert!(Guard::default().allows("", ""));
}
