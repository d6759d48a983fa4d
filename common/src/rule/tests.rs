//! Rules read, refused, written and versioned.

use super::*;

const FILE: &str = r#"{
  "rules_auth": [
    {
      "id": 7,
      "rule_name": "brute",
      "is_enabled": 0,
      "severity": 5,
      "time_int": 10,
      "event_limit": 7,
      "where": "event.action = ssh_login and event.outcome = failure",
      "group_by": ["src_ip"],
      "source_table": "auth",
      "out_table": "siem_auth",
      "message": "over 7 from {source.ip}"
    },
    {
      "name": "again", "desc": "for an hour", "severity": 1, "time_int": "1h", "event_limit": 1,
      "where": "rule.name = brute", "source_table": "siem_auth", "tags": ["b", "a"]
    },
    {
      "name": "quiet", "kind": "dead", "severity": 2, "time_int": "10m", "group_by": ["host"],
      "population": [["web1"], ["web2"]]
    }
  ]
}"#;

fn refused(file: &str) -> (String, String) {
    let error = read(file, "r.json").expect_err("refused");
    (error.to_string(), error.hint.unwrap_or_default())
}

fn rule_with(members: &str) -> String {
    format!("{{\"rules_auth\":[\n {{\"name\":\"a\",\"severity\":1,\n  {members}}}]}}")
}

#[test]
fn reads_siemstress_and_new_forms() {
    let rules = read(FILE, "r.json").expect("rules");
    assert_eq!(
        rules[0],
        Rule {
            section: "auth".into(),
            name: "brute".into(),
            description: String::new(),
            is_enabled: false,
            severity: 5,
            condition: "event.action = ssh_login and event.outcome = failure".into(),
            filter: Filter::parse("event.action = ssh_login and event.outcome = failure")
                .expect("a filter"),
            group_by: vec![Field::new("source.ip")],
            kind: Kind::Limit { window: Span(600_000_000), event_limit: 7 },
            message: Template::parse("over 7 from {source.ip}").expect("a template"),
            source: Source::Events("auth".into()),
            out: "auth".into(),
            tags: vec![],
            is_silent: false,
            sigma: None,
        }
    );
    assert_eq!(rules[1].source, Source::SiemEvents("auth".into()));
    assert_eq!(rules[1].tags, ["a", "b"]);
    let population = vec![vec!["web1".to_owned()], vec!["web2".to_owned()]];
    assert_eq!(rules[2].kind, Kind::Dead { window: Span(600_000_000), event_limit: 1, population });
}

#[test]
fn export_import_export_is_equal() {
    let rules = read(FILE, "r.json").expect("rules");
    let first = write(&rules);
    let again = read(&first, "r.json").expect("rules");
    let mut sorted = rules.clone();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(again, sorted);
    assert_eq!(write(&again), first);
}

#[test]
fn mistakes_have_a_place() {
    let cases = [
        ("{\n \"rules_auth\": [{]}", "r.json:2:18: key must be a string"),
        ("[]", "r.json:1:1: not a file of rules"),
        ("{\"auth\": []}", "r.json:1:10: \"auth\" is no table of rules"),
        ("{\"rules_auth\": [\n {\"severity\": 1}]}", "r.json:2:2: a rule without \"name\""),
        (&rule_with("\"severity\": 2"), "r.json:3:15: key \"severity\" is there twice"),
        (&rule_with("\"time_int\": \"ten\""), "r.json:3:15: \"ten\" is no length of time"),
        (&rule_with("\"event_limit\": -1"), "r.json:3:18: not a whole number"),
        (&rule_with("\"event_limit\": 2"), "r.json:3:18: event_limit without time_int"),
        (&rule_with("\"message\": \"a {b\""), "r.json:3:14: message: { without }"),
        (&rule_with("\"kind\": \"dead\""), "a dead rule needs time_int"),
        (&rule_with("\"kind\": \"sum\", \"time_int\": 1"), "r.json:3:11: kind: limit or dead"),
        (&rule_with("\"source_table\": \"rules_a\""), "r.json:3:19: source_table"),
        (&rule_with("\"where\": \"a = \""), "r.json:3:"),
        (
            &rule_with("\"source_table\": \"siem_auth\", \"where\": \"event_count > 3\""),
            "cannot use event_count",
        ),
    ];
    for (file, expected) in cases {
        let (message, _) = refused(file);
        assert!(message.contains(expected), "{message}\nexpected: {expected}");
    }
}

#[test]
fn hints_say_what_would_be_right() {
    let (message, hint) = refused(&rule_with("\"sql_query\": \"SELECT id FROM auth\""));
    assert!(message.starts_with("r.json:3:16: rules are not SQL"), "{message}");
    assert!(hint.contains("\"where\": \"process.name = sshd"), "{hint}");
    let (message, hint) = refused(&rule_with("\"event_limti\": 3"));
    assert!(message.contains("unknown key \"event_limti\""), "{message}");
    assert_eq!(hint, "did you mean \"event_limit\"?");
}

#[test]
fn the_version_is_of_the_compiled_form() {
    let rules = read(FILE, "r.json").expect("rules");
    let base = rules[0].clone();
    let spelled = FILE.replace("event.action = ssh_login", "action  =  'ssh_login'");
    let spelled = read(&spelled, "r.json").expect("rules").remove(0);
    assert_ne!(spelled.condition, base.condition);
    assert_eq!(spelled.version(), base.version(), "another spelling is the same version");
    let named =
        Rule { name: "x".into(), description: "y".into(), is_enabled: true, ..base.clone() };
    assert_eq!(named.version(), base.version());
    let changed = [
        Rule { severity: 4, ..base.clone() },
        Rule { group_by: vec![], ..base.clone() },
        Rule { kind: Kind::Limit { window: Span(600_000_000), event_limit: 8 }, ..base.clone() },
        Rule { message: Template::parse("other").expect("a template"), ..base.clone() },
        Rule { filter: Filter::All, ..base.clone() },
        Rule { tags: vec!["t".into()], ..base.clone() },
        Rule { out: "web".into(), ..base.clone() },
    ];
    let mut versions: Vec<String> = changed.iter().map(Rule::version).collect();
    versions.push(base.version());
    versions.sort();
    versions.dedup();
    assert_eq!(versions.len(), 8);
    assert_eq!(base.version().len(), 64);
}

#[test]
fn chains_are_ordered_and_loops_refused() {
    let rules = read(FILE, "r.json").expect("rules");
    let all: Vec<&Rule> = rules.iter().collect();
    assert_eq!(order(&all), Ok(vec![0, 1, 0]));
    let own = rule_with("\"source_table\": \"siem_auth\", \"time_int\": 1");
    let own = read(&own, "r.json").expect("rules");
    let loops = order(&[&own[0]]);
    assert_eq!(loops, Err(Cycle(vec!["auth/a".into(), "auth/a".into()])));
}

#[test]
fn magnitude_follows_the_formula() {
    assert_eq!(magnitude(1, 0, 1), 39, "plain, critical: 5.5 × 7 = 38.5");
    assert_eq!(magnitude(28, 7, 4), 27);
    assert_eq!(magnitude(8, 7, 7), 6, "severity 7 still counts");
    assert_eq!(magnitude(1_000_000, 0, 0), 80, "capped");
    assert_eq!(magnitude(0, 1, 7), 5);
    let levels: Vec<&str> = (0..8).map(level).collect();
    let names =
        ["critical", "critical", "high", "high", "medium", "low", "informational", "informational"];
    assert_eq!(levels, names);
}

#[test]
fn the_shipped_rules_are_good() {
    let rules = shipped().expect("shipped rules");
    assert!(order(&rules.iter().collect::<Vec<_>>()).is_ok());
    for rule in &rules {
        assert!(!rule.description.is_empty() && !rule.message.text().is_empty(), "{}", rule.name);
    }
}

#[test]
fn the_shipped_files_are_in_canonical_form() {
    for table in ["auth", "web"] {
        let rules: Vec<Rule> =
            shipped().expect("rules").into_iter().filter(|rule| rule.section == table).collect();
        let path = format!("{}/../config/rules/{table}.json", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(std::fs::read_to_string(path).expect("a file"), write(&rules));
    }
}
