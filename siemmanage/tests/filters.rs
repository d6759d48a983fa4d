//! Sigma filters for rules that are stored: imported alone, changed, moved, deleted.
//!
//! What it does *not* know: how filters are compiled.

use std::path::Path;
use testkit::{Output, Tool, for_each_db, temp_dir, tool, tool_at};

fn run(url: &str, args: &[&str]) -> Output {
    tool_at(env!("CARGO_BIN_EXE_siemmanage")).env("SIEM_DB", url).args(args).run()
}

fn done(url: &str, args: &[&str]) -> String {
    run(url, args).success().stdout
}

fn id(number: u32) -> String {
    format!("6f0ba3c8-3e4e-4a3c-9b8e-00000000000{number}")
}

/// A detection, another one, and a correlation that counts the first by its name.
const RULES: &str = "title: Whoami
id: 6f0ba3c8-3e4e-4a3c-9b8e-000000000001
name: whoami
logsource: {product: windows, category: process_creation}
detection:
  sel: {Image|endswith: '\\whoami.exe'}
  condition: sel
---
title: Hostname
id: 6f0ba3c8-3e4e-4a3c-9b8e-000000000002
logsource: {product: windows, category: process_creation}
detection:
  sel: {Image|endswith: '\\hostname.exe'}
  condition: sel
---
title: Two whoamis
id: 6f0ba3c8-3e4e-4a3c-9b8e-000000000003
correlation:
  type: event_count
  rules: [whoami]
  generate: true
  group-by: [Computer]
  timespan: 10m
  condition: {gte: 2}
";

fn filter(rules: &str, user: &str) -> String {
    format!(
        "title: Testers\nid: {}\nlogsource: {{product: windows}}\nfilter:\n  rules: {rules}\n  \
         known: {{User: {user}}}\n  condition: known\n",
        id(9)
    )
}

const EVENTS: &str = r#"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"w1","@timestamp":"2026-03-01T10:01:00Z","Image":"C:\\Windows\\System32\\WHOAMI.exe","User":"eve"}
{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"w1","@timestamp":"2026-03-01T10:02:00Z","Image":"C:\\Windows\\System32\\whoami.exe","User":"tester"}
{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"w1","@timestamp":"2026-03-01T10:03:00Z","Image":"C:\\Windows\\System32\\hostname.exe","User":"tester"}
"#;

fn tool_with(name: &str, url: &str) -> Tool {
    tool(name).env("SIEM_DB", url)
}

/// How many SIEM events each rule leaves in a back-test.
fn found(url: &str) -> [usize; 3] {
    let args = ["--backtest", "-q", "-o", "jsonl"];
    let output = tool_with("siemtrigger", url).args(args).run().stdout;
    [1, 2, 3].map(|number| output.matches(&format!("\"rule.id\":\"{}\"", id(number))).count())
}

fn version(url: &str, number: u32) -> String {
    let text = done(url, &["rules", "show", &id(number)]);
    let line = text.lines().find(|line| line.contains("version")).expect("a version");
    line.rsplit(' ').next().expect("a word").to_owned()
}

fn write(folder: &Path, text: &str) -> String {
    let path = folder.join("filter.yml");
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

/// A database with the rules, of which none other is, and the events.
fn on_each(body: impl Fn(&str, &Path)) {
    for_each_db(|url| {
        let folder = temp_dir();
        done(url, &["init"]);
        let _ = tool_with("siemparse", url).args(["--once", "-"]).stdin(EVENTS).run().success();
        let rules = folder.path().join("rules.yml");
        std::fs::write(&rules, RULES).expect("a file");
        done(url, &["rules", "import", &rules.display().to_string()]);
        body(url, folder.path());
    });
}

#[test]
fn a_filter_alone_changes_stored_rules() {
    on_each(|url, folder| {
        assert_eq!(found(url), [2, 1, 1]);
        let before: Vec<String> = (1..4).map(|number| version(url, number)).collect();
        let path = write(folder, &filter("[whoami]", "tester"));
        let dry = done(url, &["rules", "import", "--dry-run", &path]);
        assert!(dry.ends_with("would import 2 rules: 0 new, 2 changed, 0 unchanged\n"), "{dry}");
        assert_eq!(found(url), [2, 1, 1]);
        let text = done(url, &["rules", "import", &path]);
        assert_eq!(text, "imported 2 rules: 0 new, 2 changed, 0 unchanged\n");
        assert_eq!(found(url), [1, 1, 0], "the correlation counts what is left");
        let during: Vec<String> = (1..4).map(|number| version(url, number)).collect();
        let same: Vec<bool> = before.iter().zip(&during).map(|(old, new)| old == new).collect();
        assert_eq!(same, [false, true, false]);
        assert!(
            done(url, &["rules", "show", &id(1)])
                .contains(&format!("# filter {}, Testers\n", id(9)))
        );
        assert_eq!(done(url, &["rules", "show", "Testers"]), filter("[whoami]", "tester"));
        let text = done(url, &["rules", "import", &path]);
        assert_eq!(text, "imported 0 rules: 0 new, 0 changed, 0 unchanged\n");

        // Of the same id, it takes the place of the one before, also where it names other rules.
        let path = write(folder, &filter(&format!("[{}]", id(2)), "tester"));
        let text = done(url, &["rules", "import", &path]);
        assert_eq!(text, "imported 3 rules: 0 new, 3 changed, 0 unchanged\n");
        assert_eq!(found(url), [2, 0, 1]);
        let path = write(folder, &filter("any", "tester"));
        done(url, &["rules", "import", &path]);
        assert_eq!(found(url), [1, 0, 0]);

        let text = done(url, &["rules", "delete", &id(9)]);
        assert_eq!(text, format!("deleted filter {}, which excluded from 2 rules\n", id(9)));
        assert_eq!(found(url), [2, 1, 1]);
        let after: Vec<String> = (1..4).map(|number| version(url, number)).collect();
        assert_eq!(after, before);
        let _ = run(url, &["rules", "delete", &id(9)]).expect_code(2);
    });
}

#[test]
fn a_filter_that_fits_no_stored_rule_is_refused() {
    on_each(|url, folder| {
        let refused = |text: &str, place: &str| {
            let path = write(folder, text);
            let told = run(url, &["rules", "import", &path]).expect_code(3).stderr;
            assert!(told.contains(&format!("{path}:{place}")), "{told}");
            assert_eq!(found(url), [2, 1, 1]);
        };
        refused(
            &filter("[whoami, nobody]", "x"),
            "5:19: rule 6f0ba3c8-3e4e-4a3c-9b8e-000000000009: rules: no rule \"nobody\"",
        );
        let linux = filter("[whoami]", "x").replace("windows", "linux");
        refused(
            &linux,
            "5:11: rule 6f0ba3c8-3e4e-4a3c-9b8e-000000000009: rules: rule \"whoami\" has another logsource",
        );
        let wrong = filter("[whoami]", "x").replace("User", "User|flat");
        refused(
            &wrong,
            "6:11: rule 6f0ba3c8-3e4e-4a3c-9b8e-000000000009: unknown modifier \"flat\"",
        );
        let set = filter("[whoami]", "'%people%'").replace("User", "User|expand");
        refused(&set, "6:");
        // A rule that is switched off stays so.
        done(url, &["rules", "disable", &id(1)]);
        done(url, &["rules", "import", &write(folder, &filter("[whoami]", "tester"))]);
        assert_eq!(found(url), [0, 1, 0]);
        done(url, &["rules", "enable", &id(1)]);
        assert_eq!(found(url), [1, 1, 0]);
        let mixed = run(url, &["rules", "delete", &id(9), &id(2)]).expect_code(2).stderr;
        assert!(mixed.contains("is a filter, others are rules"), "{mixed}");
    });
}
