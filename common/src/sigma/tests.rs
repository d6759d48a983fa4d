//! Small rules against small events: each sentence of the specification that decides a verdict.

use super::Collection;
use crate::event::{Event, Object, RawKind};
use crate::filter::{Set, Sets};
use crate::rule::Rule;

const HEAD: &str = "title: T\nlogsource:\n  product: windows\ndetection:\n";

fn rules(text: &str) -> Result<Vec<Rule>, String> {
    with_sets(text, &Sets::default())
}

fn with_sets(text: &str, sets: &Sets) -> Result<Vec<Rule>, String> {
    let mut collection = Collection::with(sets);
    collection.add(text, "f.yml");
    let (rules, refusals) = collection.rules(None);
    match refusals.first() {
        Some(refusal) => Err(refusal.to_string()),
        None => Ok(rules),
    }
}

/// An event of a JSON object, with the label of a Windows event.
fn event(json: &str) -> Event<'static> {
    let mut event = Event {
        labels: "windows/process_creation/sysmon".into(),
        raw: json.as_bytes().to_vec().into(),
        raw_kind: RawKind::Json,
        original: Object::read(json.to_owned().into()).expect("an object"),
        ..Event::default()
    };
    event.normalise();
    event
}

fn matches(detection: &str, json: &str) -> bool {
    let rules = rules(&format!("{HEAD}{detection}")).expect("a rule");
    rules[0].filter.matches(&event(json))
}

fn selection(items: &str, json: &str) -> bool {
    matches(&format!("  sel:\n    {items}\n  condition: sel\n"), json)
}

fn refused(detection: &str) -> String {
    rules(&format!("{HEAD}{detection}")).expect_err("refused")
}

#[test]
fn values_are_whole_and_ignore_case() {
    assert!(selection("A: 'Who*.EXE'", r#"{"A":"whoami.exe"}"#));
    assert!(!selection("A: who", r#"{"A":"whoami.exe"}"#));
    assert!(selection("A: 4688", r#"{"A":"4688"}"#) && selection("A: 4688", r#"{"A":4688}"#));
    assert!(selection("A: '0x3e7'", r#"{"A":"0x3E7"}"#));
    assert!(selection("A: true", r#"{"A":"True"}"#));
    assert!(selection("A|cased: Ab", r#"{"A":"Ab"}"#));
    assert!(!selection("A|cased: Ab", r#"{"A":"ab"}"#));
    assert!(selection("A: [x, y]", r#"{"A":["q","Y"]}"#));
}

#[test]
fn null_is_absence_and_the_empty_text_is_none() {
    for (json, null, empty) in [
        ("{}", true, false),
        (r#"{"A":null}"#, true, false),
        (r#"{"A":[]}"#, true, false),
        (r#"{"A":""}"#, false, true),
        (r#"{"A":"-"}"#, false, false),
    ] {
        assert_eq!(selection("A: null", json), null, "{json}");
        assert_eq!(selection("A: ''", json), empty, "{json}");
        assert_eq!(selection("A|exists: false", json), null, "{json}");
    }
    assert!(refused("  s:\n    A: [x, null]\n  condition: s\n").contains("null cannot be part"));
}

#[test]
fn modifiers_of_the_specification() {
    let hit = |items: &str, json: &str| assert!(selection(items, json), "{items} {json}");
    let miss = |items: &str, json: &str| assert!(!selection(items, json), "{items} {json}");
    hit("A|contains|all: [a, c]", r#"{"A":"abc"}"#);
    miss("A|contains|all: [a, x]", r#"{"A":"abc"}"#);
    hit("A|contains|all: [a, c]", r#"{"A":["xa","cx"]}"#);
    hit("A|startswith: 'C:\\'", r#"{"A":"c:\\x"}"#);
    hit("A|endswith: '\\'", r#"{"A":"c:\\"}"#);
    hit("A|windash|contains: ' -enc'", r#"{"A":"p /enc x"}"#);
    hit("A|windash|contains: ' -enc'", "{\"A\":\"p \u{2014}enc x\"}");
    hit("A|re: '^a.c$'", r#"{"A":"abc"}"#);
    miss("A|re: '^a.c$'", r#"{"A":"ABC"}"#);
    hit("A|re|i: '^a.c$'", r#"{"A":"ABC"}"#);
    hit("A|re|s: 'a.c'", r#"{"A":"a\nc"}"#);
    hit("A|base64offset|contains: 'http://'", r#"{"A":"x aHR0cDovL2E= y"}"#);
    hit("A|windash|base64offset|contains: ' -enc'", r#"{"A":"eCAvZW5jIHk="}"#);
    miss("A|base64offset|contains: ' -enc'", r#"{"A":"eCAvZW5jIHk="}"#);
    hit("A|windash|wide|base64offset|contains: '-e'", r#"{"A":"EyBlAA=="}"#);
    hit("A|wide|base64offset|contains: 'ab'", r#"{"A":"YQBiAGMA"}"#);
    hit("A|cidr: [10.0.0.0/8, 'fe80::/10']", r#"{"A":"::ffff:10.1.1.1"}"#);
    miss("A|cidr: 10.0.0.0/8", r#"{"A":"ten"}"#);
    hit("A|gte: 5", r#"{"A":"5"}"#);
    miss("A|lt: 5", r#"{"A":"x"}"#);
    hit("A|fieldref: B", r#"{"A":"x","B":"X"}"#);
    miss("A|fieldref: B", r#"{"A":"x"}"#);
    hit("A|fieldref|endswith: B", r#"{"A":"ab","B":"b"}"#);
    hit("A|neq: x", r#"{"A":"y"}"#);
    miss("A|neq: [x, y]", r#"{"A":"y"}"#);
    hit("A|fieldref|neq: B", r#"{"A":"x","B":"y"}"#);
    hit("A|hour: 3", r#"{"A":"2026-08-01T03:00:00Z"}"#);
    hit("A|day|gte: 20", r#"{"A":"2026-08-21 03:00:00"}"#);
    hit("'Threat Name': x", r#"{"Threat Name":"x"}"#);
}

#[test]
fn what_the_specification_forbids_is_refused() {
    let told = |item: &str| refused(&format!("  s:\n    {item}\n  condition: s\n"));
    for (item, want) in [
        ("A|hour: 99", "A: hour 99 is not between 0 and 23"),
        ("A|minute: [3, 60]", "A: minute 60 is not between 0 and 59"),
        ("A|day|neq: 0", "A: day 0 is not between 1 and 31"),
        ("A|week|gte: -1", "A: week -1 is not between 1 and 52"),
        ("A|month: 13", "A: month 13 is not between 1 and 12"),
        ("A|year: 20260", "A: year 20260 is not between 0 and 9999"),
        ("A|contains|all: x", "A: all with a single value\nhint: leave all out"),
        ("A|contains|all: [x]", "A: all with a single value\nhint: leave all out"),
        ("'|all': [x]", "keywords: all with a single value\nhint: leave all out"),
        ("A|neq|neq: x", "modifier neq is there twice\nhint: leave one out"),
        ("A|exists: [true, false]", "A: exists is true or false\nhint: give it one value"),
        ("A|exists: 'true'", "A: exists is true or false"),
        ("A|windash: 5", "windash takes a text, not a number\nhint: put it in quotes"),
        (
            "A|windash|base64: '-a -b -c -d -e'",
            "\"-a -b -c -d -e\": too many dashes to be encoded\n\
             hint: leave out what stands around the options",
        ),
        (
            "A|base64|windash: -a",
            "modifier windash after an encoding\nhint: modifiers apply in their order: windash first",
        ),
        ("A|re: 5", "re takes a text, not a number\nhint: put it in quotes"),
        ("A|base64: true", "an encoding takes a text, not a truth value\nhint: put it in quotes"),
    ] {
        assert_eq!(told(item), format!("f.yml:6:5: {want}"));
    }
    let week = "A: week 53 is not between 1 and 52\nhint: week|gt: 52 is ISO 8601's week 53";
    assert_eq!(told("A|week: 53"), format!("f.yml:6:5: {week}"));
    for item in ["'|neq': [x]", "'|hour': 3", "'|exists': true", "'|fieldref': A"] {
        assert!(told(item).contains("a keyword has no field for this modifier"), "{item}");
    }
}

#[test]
fn what_is_odd_but_not_forbidden_is_kept() {
    assert!(selection("A|week|gt: 52", r#"{"A":"2026-12-31"}"#));
    assert!(selection("A|hour: [0, 23]", r#"{"A":"2026-08-01T23:00:00Z"}"#));
    assert!(selection("A|contains: 5", r#"{"A":"x50"}"#));
    assert!(selection("A|wide: ab", r#"{"A":"a\u0000b\u0000"}"#));
    assert!(selection("A|base64|base64|contains: cmd", r#"{"A":"x WTIxaw== y"}"#));
    assert!(selection("A|exists|neq: true", "{}"));
    assert!(selection("A|all: ['*x*', '*y*']", r#"{"A":"xy"}"#));
}

#[test]
fn keywords_are_parts_of_any_value() {
    let one = "  k:\n    - 'mimi*z'\n    - other\n  condition: k\n";
    assert!(matches(one, r#"{"a":{"b":"x MIMIKATZ y"}}"#));
    assert!(!matches(one, r#"{"other":"key names do not count"}"#));
    let all = "  k:\n    '|all':\n      - one\n      - two\n  condition: k\n";
    assert!(matches(all, r#"{"a":"x one","b":"two x"}"#));
    assert!(!matches(all, r#"{"a":"x one"}"#));
    assert!(matches("  k:\n    - 'C:\\x'\n  condition: k\n", r#"{"a":"C:\\x"}"#));
}

#[test]
fn conditions_join_search_identifiers() {
    let text = |condition: &str| {
        format!(
            "  sel_a:\n    A: x\n  sel_b:\n    - B: x\n    - C: x\n  _not:\n    D: x\n  condition: {condition}\n"
        )
    };
    let case = |condition: &str, json: &str| matches(&text(condition), json);
    assert!(case("1 of sel_*", r#"{"C":"x"}"#));
    assert!(case("all of sel_*", r#"{"A":"x","C":"x"}"#));
    assert!(!case("1 of them", r#"{"D":"x"}"#));
    assert!(case("sel_a and not (sel_b or _not)", r#"{"A":"x"}"#));
    assert!(case("[sel_a, sel_b]", r#"{"B":"x"}"#));
    assert!(refused(&text("1 of nothing*")).contains("names no search identifier"));
    assert!(refused(&text("sel_z")).contains("no search identifier \"sel_z\""));
}

#[test]
fn a_shadow_value_makes_a_rule_match_and_keeps_none_from_it() {
    let rule = |condition: &str| {
        let head = HEAD.replace("windows", "linux\n  category: process_creation");
        let text =
            format!("{head}  s:\n    Image: /bin/x\n  a:\n    B: b\n  condition: {condition}\n");
        rules(&text).expect("a rule").remove(0)
    };
    let mut event =
        event(r#"{"B":"b","process.executable":"/usr/bin/y","process.name_invoked":"/bin/x"}"#);
    event.labels = "linux/process_creation/".into();
    assert!(rule("s").filter.matches(&event));
    assert!(rule("a and not s").filter.matches(&event));
    assert!(rule("not not s").filter.matches(&event));
}

#[test]
fn labels_decide_what_a_rule_is_about() {
    let rule = rules(&format!("{HEAD}  s:\n    A: x\n  condition: s\n")).expect("a rule").remove(0);
    let mut event = event(r#"{"A":"x"}"#);
    assert!(rule.filter.matches(&event));
    event.labels = "linux//auth".into();
    assert!(!rule.filter.matches(&event));
}

#[test]
fn placeholders_stand_for_sets() {
    let sets = |values: &[&str]| -> Sets {
        let set = Set::new("Servers", values.iter().map(|it| (*it).to_owned()));
        [set.expect("a set")].into_iter().collect()
    };
    let text = format!("{HEAD}  s:\n    A|contains|expand: '%Servers%'\n  condition: s\n");
    let rule = with_sets(&text, &sets(&["db1", "web*"])).expect("a rule").remove(0);
    let matches = |json: &str| rule.filter.matches(&event(json));
    assert!(matches(r#"{"A":"on DB1 now"}"#) && matches(r#"{"A":"web*"}"#));
    assert!(!matches(r#"{"A":"web1"}"#) && !matches("{}"));
    let other = with_sets(&text, &sets(&["db1"])).expect("a rule").remove(0);
    assert_ne!(rule.version(), other.version());
    let same = with_sets(&text, &sets(&["web*", "db1", "db1"])).expect("a rule").remove(0);
    assert_eq!(rule.version(), same.version());
    assert_eq!(rule.sets().keys().collect::<Vec<_>>(), [&"Servers"]);
}

#[test]
fn refusals_tell_the_place() {
    assert_eq!(
        refused("  s:\n    A|foo: x\n  condition: s\n"),
        "f.yml:6:5: unknown modifier \"foo\""
    );
    assert_eq!(
        refused("  s:\n    B: x\n    A|expand: ['%xyz%']\n  condition: s\n"),
        "f.yml:7:16: there is no set \"xyz\": siemmanage set import xyz FILE makes it"
    );
    assert!(refused("  s:\n    A|re: '(?=x)'\n  condition: s\n").contains("no regex"));
    assert!(refused("  s: {}\n  condition: s\n").contains("an empty mapping"));
    assert!(refused("  s:\n    A: [[x]]\n  condition: s\n").contains("a list where a value"));
    assert!(refused("  s:\n    A: x\n").contains("without a condition"));
    let fault = |text: &str| rules(text).expect_err("refused");
    assert_eq!(
        fault("title: T\n"),
        "f.yml:1:1: a rule has one of detection, correlation and filter"
    );
    assert_eq!(fault("a: b: c"), "f.yml:1:5: mapping values are not allowed in this context");
    assert!(fault("title: T\ndetection: {}\nlogsource: {}\n").contains("none of category"));
    assert!(fault("- x\n").contains("a list where a rule is expected"));
}

#[test]
fn documents_of_one_file_keep_their_own_text() {
    let one = format!("{HEAD}  s:\n    A: x\n  condition: s\n");
    let text = format!(
        "{one}level: low\n---\n# about the second\n{}",
        one.replace("title: T", "title: U")
    );
    let rules = rules(&text).expect("rules");
    let texts: Vec<&str> = rules
        .iter()
        .filter_map(|rule| rule.sigma.as_ref())
        .map(|sigma| sigma.text.as_str())
        .collect();
    assert_eq!(texts, [format!("{one}level: low\n"), one.replace("title: T", "title: U")]);
    assert_eq!((rules[0].severity, rules[1].severity), (5, 4));
    assert_eq!(rules[0].id(), "T");
}

#[test]
fn a_rule_survives_its_stored_form() {
    let text = format!(
        "{HEAD}  s:\n    A|windash|contains: ' -a'\n    'B c': [1, null2, true]\n  f:\n    C|fieldref: D\n    E|re|i: 'x\"'\n  k: ['\"']\n  condition: s and not f or k\n"
    );
    let rule = rules(&text).expect("a rule").remove(0);
    let stored = crate::rule::write(std::slice::from_ref(&rule));
    let back = crate::rule::read(&stored, "stored").expect("what was written");
    assert_eq!(back, [rule]);
}

/// Two detections and what comes after them.
fn with_detections(rest: &str) -> String {
    let one = |name: &str| {
        format!(
            "title: {name}\nname: {name}\nlogsource:\n  product: windows\n  category: process_creation\ndetection:\n  s:\n    A: {name}\n  condition: s\n---\n"
        )
    };
    format!("{}{}{rest}", one("one"), one("two"))
}

#[test]
fn correlations_refer_to_rules_by_name_and_silence_them() {
    let text = with_detections(
        "title: C\nid: c1\nlevel: high\ncorrelation:\n  type: temporal\n  rules: [one, two]\n  group-by: [who]\n  \
         timespan: 5m\n  aliases:\n    who:\n      one: User\n      two: TargetUser\n",
    );
    let rules = rules(&text).expect("rules");
    let silent: Vec<bool> = rules.iter().map(|rule| rule.is_silent).collect();
    assert_eq!(silent, [true, true, false]);
    let crate::rule::Kind::Correlation(correlation) = &rules[2].kind else {
        panic!("a correlation")
    };
    let group = |place: usize| crate::filter::field_text(&correlation.parts[place].group_by[0]);
    assert_eq!(
        (group(0), group(1)),
        ("own(User, SubjectUserName)".into(), "own(TargetUser)".into())
    );
    assert_eq!(correlation.event_limit(), 1);
    let stored = crate::rule::write(&rules[2..]);
    assert_eq!(crate::rule::read(&stored, "stored").expect("what was written"), rules[2..]);
    let chain = text.clone()
        + "---\ntitle: D\nid: d1\ncorrelation:\n  type: temporal_ordered\n  rules: [c1, one]\n  generate: true\n  \
           group-by: [who]\n  timespan: 1h\n";
    let rules = super::tests::rules(&chain).expect("rules");
    assert!(rules[3].may_see(&rules[2]) && !rules[3].may_see(&rules[0]));
    assert!(!rules[2].is_silent, "generate keeps it");
}

#[test]
fn correlations_are_refused_for_a_reason() {
    let refused = |section: &str| {
        let text = with_detections(&format!("title: C\nid: c\ncorrelation:\n{section}"));
        rules(&text).expect_err("refused")
    };
    let base = |extra: &str| {
        format!("  type: event_count\n  rules: [one]\n  group-by: [A]\n  timespan: 5m\n{extra}")
    };
    let gte = "  condition: {gte: 1}\n";
    assert!(refused(&base("")).contains("without a condition"));
    assert!(refused(&base("  condition: {gte: x}\n")).contains("no number"));
    assert!(refused(&base("  condition: {more: 1}\n")).contains("unknown key \"more\""));
    assert!(refused(&base(gte).replace("5m", "5 minutes")).contains("timespan"));
    assert!(refused(&base(gte).replace("event_count", "sum")).contains("unknown type"));
    assert!(refused(&base(gte).replace("event_count", "value_count")).contains("needs a field"));
    assert!(refused(&base(gte).replace("[one]", "[three]")).contains("no rule \"three\""));
    assert!(refused(&base(gte).replace("[one]", "[c]")).contains("refer to themselves"));
}

#[test]
fn filters_exclude_from_the_rules_that_they_name() {
    let filter = "title: F\nlogsource:\n  product: windows\nfilter:\n  rules: [one]\n  f:\n    User|startswith: adm_\n  condition: f\n";
    let rules = rules(&with_detections(filter)).expect("rules");
    let holds = |place: usize, json: &str| rules[place].filter.matches(&event(json));
    assert!(holds(0, r#"{"A":"one","User":"eve"}"#) && holds(0, r#"{"A":"one"}"#));
    assert!(!holds(0, r#"{"A":"one","User":"ADM_x"}"#));
    assert!(holds(1, r#"{"A":"two","User":"adm_x"}"#));
    let fault = |text: &str| super::tests::rules(&with_detections(text)).expect_err("refused");
    assert!(fault(&filter.replace("[one]", "[x]")).contains("no rule \"x\""));
    assert!(fault(&filter.replace("windows", "linux")).contains("another logsource"));
}
