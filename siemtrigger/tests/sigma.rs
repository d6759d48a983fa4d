//! Sigma rules through the real program: a pipe, both databases, back-tests; and how they are
//! refused.

use std::fs;
use std::path::Path;
use store::{Create, Url, open};
use testkit::{Tool, database, temp_dir, tool, tool_at};

const RULES: &str = "title: Whoami {by} path
id: 11111111-0000-4000-8000-000000000001
name: whoami
logsource: {product: windows, category: process_creation}
detection:
  sel:
    Image|endswith: '\\whoami.exe'
  condition: sel
level: high
tags: [attack.t1033]
---
title: Logon
id: 11111111-0000-4000-8000-000000000002
name: logon
logsource: {product: windows, service: security}
detection:
  sel: {EventID: 4624}
  condition: sel
---
title: Whoami after a logon
id: 11111111-0000-4000-8000-000000000003
level: critical
correlation:
  type: temporal_ordered
  rules: [logon, whoami]
  generate: true
  group-by: [Computer]
  timespan: 10m
---
title: No tests
logsource: {product: windows}
filter:
  rules: [whoami]
  skip: {User: tester}
  condition: skip
";

const EVENTS: &str = r#"{"EventID":4624,"Channel":"Security","Computer":"w1","@timestamp":"2026-03-01T10:00:00Z","TargetUserName":"eve"}
{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"w1","@timestamp":"2026-03-01T10:01:00Z","Image":"C:\\Windows\\System32\\WHOAMI.exe","User":"W1\\eve"}
{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"w1","@timestamp":"2026-03-01T10:02:00Z","Image":"C:\\Windows\\System32\\whoami.exe","User":"tester"}
{"EventID":4688,"Channel":"security","Computer":"w2","@timestamp":"2026-03-01T10:03:00Z","NewProcessName":"C:\\Windows\\System32\\whoami.exe","SubjectUserName":"bob"}
{"EventID":1,"Channel":"Application","Computer":"w3","@timestamp":"2026-03-01T10:04:00Z","Image":"C:\\whoami.exe"}
"#;

fn siemtrigger() -> Tool {
    tool_at(env!("CARGO_BIN_EXE_siemtrigger"))
}

/// What was found: rule, message, sources.
fn found(lines: &[u8]) -> Vec<(String, String, String)> {
    let text = String::from_utf8(lines.to_vec()).expect("UTF-8");
    let one = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        (text("rule.id"), text("message"), event["source_ids"].to_string())
    };
    let mut all: Vec<_> = text.lines().map(one).collect();
    all.sort();
    all
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).expect("a file");
    path.display().to_string()
}

fn id(number: u32) -> String {
    format!("11111111-0000-4000-8000-00000000000{number}")
}

#[test]
fn raw_events_need_no_mapping() {
    let folder = temp_dir();
    let rules = write(folder.path(), "rules.yml", RULES);
    let run = siemtrigger().args(["--stdin", "-o", "jsonl", "--rules", &rules]).stdin(EVENTS).run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let title = "Whoami {by} path".to_owned();
    let want = [
        (id(1), title.clone(), "[\"0.2\"]".to_owned()),
        (id(1), title, "[\"0.4\"]".to_owned()),
        (id(2), "Logon".to_owned(), "[\"0.1\"]".to_owned()),
        (id(3), "Whoami after a logon".to_owned(), "[\"0.1\",\"0.2\"]".to_owned()),
    ];
    assert_eq!(found(run.stdout.as_bytes()), want);
}

#[test]
fn refusals_are_told_and_the_others_work() {
    let folder = temp_dir();
    write(folder.path(), "good.yml", RULES);
    let bad = write(
        folder.path(),
        "bad.yml",
        "title: Bad\nid: b\nlogsource: {product: windows}\ndetection:\n  s:\n    A|foo: x\n  condition: s\n",
    );
    let place = folder.path().display().to_string();
    let run = siemtrigger().args(["--stdin", "-o", "jsonl", "--rules", &place]).stdin(EVENTS).run();
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.contains(&format!("{bad}:6:5: unknown modifier \"foo\" (rule b)")),
        "{}",
        run.stderr
    );
    assert_eq!(found(run.stdout.as_bytes()).len(), 4);
    let run = siemtrigger().args(["--stdin", "--rules", &bad]).stdin(EVENTS).run();
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (3, ""),
        "a file that is named itself must be right"
    );
}

/// Through a database: the daemon's way and a back-test find what the pipe finds.
fn stored(url: &str) {
    let folder = temp_dir();
    let rules = write(folder.path(), "rules.yml", RULES);
    let log = write(folder.path(), "events.json", EVENTS);
    drop(open(&Url::parse(Some(url)).expect("a URL"), Create::Always).expect("a store"));
    assert_eq!(tool("siemparse").args(["--db", url, "--once", "-q", &log]).run().code, 0);
    let run = siemtrigger()
        .args([
            "--db",
            url,
            "-q",
            "--oneshot",
            "-o",
            "jsonl",
            "--backfill",
            "all",
            "--rules",
            &rules,
        ])
        .run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let ids = |list: &[(String, String, String)]| -> Vec<(String, usize)> {
        list.iter().map(|(id, _, sources)| (id.clone(), sources.matches(',').count() + 1)).collect()
    };
    let want = [(id(1), 1), (id(1), 1), (id(2), 1), (id(3), 2)];
    assert_eq!(ids(&found(run.stdout.as_bytes())), want);
    let run = siemtrigger()
        .args(["--db", url, "-q", "--backtest", "-o", "jsonl", "--rules", &rules])
        .run();
    assert_eq!(ids(&found(run.stdout.as_bytes())), want);
    let single = write(folder.path(), "one.yml", RULES.split("---").next().expect("a rule"));
    let run = tool("siemquery")
        .args(["--db", url, "--sigma", &single, "-o", "jsonl", "--fields", "Computer"])
        .run();
    assert_eq!((run.code, run.stdout.lines().count()), (0, 3), "{}{}", run.stdout, run.stderr);
}

#[test]
fn sqlite_finds_what_the_pipe_finds() {
    let folder = temp_dir();
    stored(&format!("sqlite:{}/t.db", folder.path().display()));
}

#[test]
fn postgresql_finds_what_the_pipe_finds() {
    stored(database().url());
}
