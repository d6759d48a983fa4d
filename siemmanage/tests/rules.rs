//! The real siemmanage and rules: Sigma's files, folders and archives on both databases.
//!
//! What it does *not* know: how rules decide.

use std::fs;
use std::path::Path;
use testkit::{Output, for_each_db, temp_dir, tool_at};

fn run(url: &str, args: &[&str]) -> Output {
    tool_at(env!("CARGO_BIN_EXE_siemmanage")).env("SIEM_DB", url).args(args).run()
}

fn done(url: &str, args: &[&str]) -> String {
    run(url, args).success().stdout
}

fn json(url: &str, args: &[&str]) -> serde_json::Value {
    serde_json::from_str(&done(url, args)).expect("JSON")
}

const SHELL: &str = "title: Shell of a web server
id: 6f0ba3c8-3e4e-4a3c-9b8e-111111111111
name: web_shell
status: stable
level: high
tags: [attack.execution, attack.t1059.004]
logsource: {product: linux, category: process_creation}
detection:
  selection:
    ParentImage|endswith: /nginx
    Image|endswith: [/sh, /bash]
  condition: selection
";

const MANY: &str = "title: Many shells
id: 6f0ba3c8-3e4e-4a3c-9b8e-222222222222
status: test
level: critical
correlation:
  type: event_count
  rules: [web_shell]
  group-by: [User]
  timespan: 10m
  condition: {gte: 3}
";

const LOW: &str = "title: A name server is asked
id: 6f0ba3c8-3e4e-4a3c-9b8e-333333333333
status: experimental
level: low
logsource: {product: windows, category: dns_query}
detection:
  selection: {QueryName|contains: example}
  condition: selection
";

const WRONG: &str = "title: Of the future
id: 6f0ba3c8-3e4e-4a3c-9b8e-444444444444
logsource: {product: linux}
detection:
  selection: {a|telepathy: b}
  condition: selection
";

/// Writes a folder of rules; of `names` their texts.
fn folder(top: &Path, files: &[(&str, &str)]) -> String {
    for (name, text) in files {
        let path = top.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    top.display().to_string()
}

fn packed(top: &Path) -> String {
    let archive = top.with_extension("tar.gz").display().to_string();
    let mut command = std::process::Command::new("tar");
    let status = command.args(["-czf", &archive, "-C"]).arg(top).arg(".").status();
    assert!(status.expect("tar runs").success());
    archive
}

#[test]
fn sigma_is_imported_from_files_folders_and_archives() {
    for_each_db(|url| {
        done(url, &["init"]);
        let directory = temp_dir();
        let top = directory.path().join("pack");
        let files = [("a/shell.yml", SHELL), ("b/many.yaml", MANY), ("b/low.yml", LOW)];
        let pack = folder(&top, &files);
        fs::write(top.join("a/shell.test.yml"), "no rule: but a case\n").expect("a file");

        let dry = done(url, &["rules", "import", "--dry-run", &pack]);
        assert!(dry.starts_with("+ default/6f0ba3c8-3e4e-4a3c-9b8e-111111111111\n"), "{dry}");
        let text = done(url, &["rules", "import", &pack]);
        assert_eq!(text, "imported 3 rules: 3 new, 0 changed, 0 unchanged\n");
        let before = json(url, &["rules", "list", "-o", "json"]);

        let text = done(url, &["rules", "import", &packed(&top)]);
        assert_eq!(text, "imported 3 rules: 0 new, 0 changed, 3 unchanged\n");
        assert_eq!(json(url, &["rules", "list", "-o", "json"]), before, "versions stay");

        let low = "6f0ba3c8-3e4e-4a3c-9b8e-333333333333";
        done(url, &["rules", "disable", "A name server is asked"]);
        let text = done(url, &["rules", "import", &pack]);
        assert_eq!(text, "imported 3 rules: 0 new, 0 changed, 3 unchanged\n");
        fs::write(top.join("b/low.yml"), LOW.replace("example", "other")).expect("a file");
        let text = done(url, &["rules", "import", &pack]);
        assert_eq!(text, "imported 3 rules: 0 new, 1 changed, 2 unchanged\n");
        let shown = done(url, &["rules", "show", low]);
        assert!(shown.contains("QueryName|contains: other"), "{shown}");
        assert!(shown.contains("disabled"), "{shown}");
    });
}

#[test]
fn refused_rules_are_listed_and_nothing_is_half_imported() {
    for_each_db(|url| {
        done(url, &["init"]);
        let directory = temp_dir();
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
            c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
            e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
        let regex = LOW.replace("QueryName|contains: example", "QueryName|re: '(a{999}){999}'");
        let open = LOW.replace("QueryName|contains: example", "QueryName|re: 'a('");
        let kind = LOW.replace("{product: windows, category: dns_query}", "7");
        let ring = MANY.replace("web_shell", "6f0ba3c8-3e4e-4a3c-9b8e-222222222222");
        let renamed = |text: &str, digit: &str| text.replace("333333333333", digit);
        let files = [
            ("a.yml", SHELL.to_owned()),
            ("bomb.yml", bomb.to_owned()),
            ("large.yml", format!("# {}\n{LOW}", "x".repeat(10 << 20))),
            ("open.yml", renamed(&open, "5")),
            ("regex.yml", renamed(&regex, "6")),
            ("ring.yml", ring),
            ("type.yml", renamed(&kind, "7")),
            ("wrong.yml", WRONG.to_owned()),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
        let top = directory.path().join("pack");
        let pack = folder(&top, &files);
        let output = run(url, &["rules", "import", &pack]).expect_code(3);
        let places = [
            ("bomb.yml:4:", "aliases copy more than 10000 values"),
            ("large.yml:1:1: ", "larger than 4 MiB"),
            ("open.yml:7:15: rule 6f0ba3c8-3e4e-4a3c-9b8e-5: ", "no regex"),
            ("regex.yml:7:15: rule 6f0ba3c8-3e4e-4a3c-9b8e-6: ", "no regex"),
            ("ring.yml:1:1: rule 6f0ba3c8-3e4e-4a3c-9b8e-222222222222: ", "refer to themselves"),
            ("type.yml:5:12: rule 6f0ba3c8-3e4e-4a3c-9b8e-7: ", "a number where a mapping"),
            ("wrong.yml:5:15: rule 6f0ba3c8-3e4e-4a3c-9b8e-444444444444: ", "\"telepathy\""),
        ];
        for (place, reason) in places {
            let line = output.stderr.lines().find(|line| line.contains(&format!("/{place}")));
            let line = line.unwrap_or_else(|| panic!("{place}\n{}", output.stderr));
            assert!(line.contains(reason), "{line}");
        }
        let end = "siemmanage: 7 rules refused; nothing was imported\n\
            hint: --keep-going imports the other one\n";
        assert!(output.stderr.ends_with(end), "{}", output.stderr);
        let _ = run(url, &["rules", "show", "web_shell"]).expect_code(2);
        let _ = run(url, &["rules", "list", "--status", "stable"]).expect_code(1);

        let output = run(url, &["rules", "import", "--keep-going", &pack]).expect_code(5);
        let text = "imported 1 rule: 1 new, 0 changed, 0 unchanged; 7 refused\n";
        assert_eq!(output.stdout, text);
        done(url, &["rules", "show", "Shell of a web server"]);
    });
}

#[test]
fn rules_are_chosen_by_what_they_say_of_themselves() {
    let directory = temp_dir();
    let url = format!("sqlite:{}", directory.path().join("t.db").display());
    let top = directory.path().join("pack");
    let pack = folder(&top, &[("a.yml", &format!("{SHELL}---\n{MANY}---\n{LOW}"))]);
    done(&url, &["rules", "import", &pack]);
    let names = |args: &[&str]| -> Vec<String> {
        let args = [&["rules", "list", "-s", "default", "-o", "json"], args].concat();
        let list: serde_json::Value = serde_json::from_str(&run(&url, &args).stdout).expect("JSON");
        let title = |rule: &serde_json::Value| rule["title"].as_str().map(str::to_owned);
        list.as_array().into_iter().flatten().filter_map(title).collect()
    };
    let (shell, many, low) = ("Shell of a web server", "Many shells", "A name server is asked");
    assert_eq!(names(&[]), [shell, many, low]);
    assert_eq!(names(&["--level", "high"]), [shell, many]);
    assert_eq!(names(&["--level", "critical"]), [many]);
    assert_eq!(names(&["--status", "experimental", "--status", "test"]), [many, low]);
    assert_eq!(names(&["--tag", "attack.t1059"]), [shell]);
    assert_eq!(names(&["--tag", "attack.t105"]), [""; 0]);
    assert_eq!(names(&["--logsource", "linux"]), [shell, many]);
    assert_eq!(names(&["--logsource", "/dns_query"]), [low]);
    let _ = run(&url, &["rules", "list", "--logsource", "a/b/c/d"]).expect_code(2);
    let _ = run(&url, &["rules", "list", "--level", "worst"]).expect_code(2);
    let list = json(&url, &["rules", "list", "-s", "default", "-o", "json", "--level", "critical"]);
    assert_eq!(list[0]["kind"], "event_count");
    assert_eq!(list[0]["logsource"], serde_json::json!(["linux/process_creation/"]));

    // A rule that only a correlation counts speaks for itself where the correlation is left out.
    let other = format!("sqlite:{}", directory.path().join("u.db").display());
    let text = done(&other, &["rules", "import", "--status", "stable", &pack]);
    assert_eq!(text, "imported 1 rule: 1 new, 0 changed, 0 unchanged\n");
    let list = json(&other, &["rules", "list", "-s", "default", "-o", "json"]);
    assert_eq!((&list[0]["title"], &list[0]["is_silent"]), (&shell.into(), &false.into()));
    let third = format!("sqlite:{}", directory.path().join("v.db").display());
    let text = done(&third, &["rules", "import", "--level", "critical", &pack]);
    assert_eq!(text, "imported 2 rules: 2 new, 0 changed, 0 unchanged\n");
}

#[test]
fn coverage_of_techniques_tells_rules_that_have_events() {
    for_each_db(|url| {
        done(url, &["init"]);
        let directory = temp_dir();
        let pack = folder(&directory.path().join("pack"), &[("shell.yml", SHELL)]);
        done(url, &["rules", "import", &pack]);
        let table = done(url, &["rules", "attack"]);
        let line = table.lines().find(|line| line.starts_with("T1059.004")).expect("a line");
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(cells[..4], ["T1059.004", "1", "0", "Shell"]);
        let layer = json(url, &["rules", "attack", "-o", "navigator", "--since", "-7d"]);
        assert_eq!(layer["domain"], "enterprise-attack");
        let own = layer["techniques"].as_array().expect("techniques").iter();
        let own: Vec<_> = own.filter(|it| it["techniqueID"] == "T1059.004").collect();
        assert_eq!((own.len(), &own[0]["score"]), (1, &0.into()));
    });
}

#[test]
fn cases_beside_rules_are_run() {
    let directory = temp_dir();
    let url = format!("sqlite:{}", directory.path().join("t.db").display());
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/rules");
    let text = done(&url, &["rules", "test", &shipped.display().to_string()]);
    assert!(text.ends_with(" 0 failed\n") && !text.contains(" 0 tests"), "{text}");
    // Every shipped rule has one.
    let cases = ["auth.test.yml", "web.test.yml"]
        .map(|name| fs::read_to_string(shipped.join(name)).expect("cases of shipped rules"));
    for rule in common::rule::shipped().expect("shipped rules") {
        let named = |cases: &String| cases.contains(&format!("rule: {}\n", rule.name));
        assert!(cases.iter().any(named), "{} has no case", rule.name);
    }

    let top = directory.path().join("pack");
    let case = "match:\n- {ParentImage: /usr/sbin/nginx, Image: /bin/sh}\n\
        - {ParentImage: /usr/sbin/nginx, Image: /bin/ls}\n\
        no_match:\n- {Image: /bin/sh}\n---\nrule: Many shells\nfire:\n\
        - {events: [{event: {User: a, ParentImage: /x/nginx, Image: /bin/sh}, times: 3}]}\n\
        - {name: two & more, events: [{event: {User: a, ParentImage: /x/nginx, Image: /bin/sh}, times: 2}]}\n";
    let many = ("many.yml", MANY);
    let pack = folder(&top, &[("shell.yml", SHELL), many, ("shell.test.yml", case)]);
    let output = run(&url, &["rules", "test", &pack, "-o", "tap"]).expect_code(1).stdout;
    let id = "6f0ba3c8-3e4e-4a3c-9b8e-111111111111";
    let other = "6f0ba3c8-3e4e-4a3c-9b8e-222222222222";
    let lines: Vec<&str> = output.lines().filter(|line| line.contains("ok ")).collect();
    let expected = [
        format!("ok 1 - {id}: match 1"),
        format!("not ok 2 - {id}: match 2"),
        format!("ok 3 - {id}: no_match 1"),
        format!("ok 4 - {other}: run 1"),
        format!("not ok 5 - {other}: two & more"),
    ];
    assert_eq!(lines, expected);
    assert!(output.starts_with("TAP version 14\n1..5\n"), "{output}");
    assert!(output.contains("shell.test.yml:3: does not match: failed: "), "{output}");
    let output = run(&url, &["rules", "test", &pack, "-o", "junit"]).expect_code(1).stdout;
    assert!(output.contains("name=\"two &amp; more\"><failure message="), "{output}");
    assert!(output.contains("<testsuite name=\"rules\" tests=\"5\" failures=\"2\">"), "{output}");
}

#[test]
fn a_preview_shows_noise_and_imports_nothing() {
    for_each_db(|url| {
        done(url, &["init"]);
        let directory = temp_dir();
        let now = common::clock::Timestamp::now();
        let line = |place: i64, query: &str| {
            let time = common::clock::Timestamp(now.0 - place * 1_000_000);
            format!(
                "{{\"@timestamp\":\"{time}\",\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\
                 \"EventID\":22,\"Computer\":\"pc1\",\"QueryName\":\"{query}\"}}\n"
            )
        };
        let log: String = (1..6)
            .map(|place| line(place, if place < 5 { "a.example" } else { "b.example" }))
            .collect();
        let file = directory.path().join("dns.ndjson");
        fs::write(&file, log).expect("a log");
        let parse = testkit::tool("siemparse").env("SIEM_DB", url);
        let _ = parse.args(["--once", "-q"]).arg(&file).run().success();
        let pack =
            folder(&directory.path().join("pack"), &[("low.yml", LOW), ("shell.yml", SHELL)]);
        let text = done(url, &["rules", "import", "--preview", "7d", &pack]);
        let row = text.lines().nth(1).expect("a row");
        assert!(
            row.trim_start().starts_with('5') && row.contains("A name server is asked"),
            "{text}"
        );
        let end = "5 SIEM events of 1 among 2 rules over 5 events; nothing was imported\n";
        assert!(text.ends_with(end), "{text}");
        let filter =
            "  known:\n    # 4 of 5 events\n    'QueryName': 'a.example'\n  condition: known\n";
        assert!(text.contains(filter), "{text}");
        let _ = run(url, &["rules", "list", "-s", "default"]).expect_code(1);

        // The filter is one: with it the event that it knows leaves nothing.
        let start = text.find("title: ").expect("a filter");
        let skeleton = &text[start..text.find("5 SIEM events of").expect("the end")];
        folder(&directory.path().join("pack"), &[("known.yml", skeleton)]);
        let text = done(url, &["rules", "import", "--preview", "7d", &pack]);
        assert!(text.contains("1 SIEM event of 1 among 2 rules over 5 events"), "{text}");
    });
}

#[test]
fn a_filter_stays_with_its_rules() {
    const KNOWN: &str = "title: Known names
id: 6f0ba3c8-3e4e-4a3c-9b8e-777777777777
logsource: {product: windows, category: dns_query}
filter:
  rules: [6f0ba3c8-3e4e-4a3c-9b8e-333333333333]
  known: {QueryName: a.example}
  condition: known
";
    for_each_db(|url| {
        done(url, &["init"]);
        let directory = temp_dir();
        let top = directory.path();
        let all = folder(top, &[("low.yml", LOW), ("known.yml", KNOWN)]);
        let low = top.join("low.yml").display().to_string();
        let name = "6f0ba3c8-3e4e-4a3c-9b8e-333333333333";
        let condition = || done(url, &["rules", "show", name]);
        done(url, &["rules", "import", &all]);
        assert!(condition().contains("a.example"));
        let text = done(url, &["rules", "import", &low]);
        assert_eq!(text, "imported 1 rule: 0 new, 0 changed, 1 unchanged\n");
        let shell = folder(&directory.path().join("other"), &[("shell.yml", SHELL)]);
        done(url, &["rules", "import", &shell]);
        fs::write(top.join("known.yml"), KNOWN.replace("a.example", "b.example")).expect("a file");
        done(url, &["rules", "import", &all]);
        assert!(condition().contains("b.example") && !condition().contains("\"a.example"));
        let text = done(url, &["rules", "import", "--forget-filters", &low]);
        assert_eq!(text, "imported 1 rule: 0 new, 1 changed, 0 unchanged\n");
        assert!(!condition().contains("b.example"));
    });
}
