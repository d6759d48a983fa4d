//! Sigma correlations over rules that are stored: imported alone, over rules that change, deleted.
//!
//! What it does *not* know: how correlations decide.

use std::path::Path;
use testkit::{Output, Tool, for_each_db, temp_dir, tool, tool_at};

const WHOAMI: &str = "title: Whoami
id: 7a1c0000-0000-4000-8000-000000000001
name: whoami
logsource: {product: windows, category: process_creation}
detection:
  sel: {Image|endswith: '\\whoami.exe'}
  condition: sel
";
const HOSTNAME: &str = "title: Hostname
id: 7a1c0000-0000-4000-8000-000000000002
logsource: {product: windows, category: process_creation}
detection:
  sel: {Image|endswith: '\\hostname.exe'}
  condition: sel
";
const BOTH: &str = "title: Both
id: 7a1c0000-0000-4000-8000-000000000003
name: both
level: high
correlation:
  type: temporal
  rules: [whoami, 7a1c0000-0000-4000-8000-000000000002]
  group-by: [Computer]
  timespan: 10m
";
/// Over a correlation that is stored.
const TWICE: &str = "title: Twice
id: 7a1c0000-0000-4000-8000-000000000004
level: high
correlation:
  type: event_count
  rules: [both]
  generate: true
  group-by: [Computer]
  timespan: 1h
  condition: {gte: 1}
";

const EVENTS: &str = r#"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"w1","@timestamp":"2026-03-01T10:01:00Z","Image":"C:\\Windows\\System32\\whoami.exe"}
{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"w1","@timestamp":"2026-03-01T10:02:00Z","Image":"C:\\Windows\\System32\\hostname.exe"}
{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"w1","@timestamp":"2026-03-01T10:03:00Z","Image":"C:\\Windows\\System32\\whoami.exe"}
{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"w1","@timestamp":"2026-03-01T10:04:00Z","Image":"C:\\Windows\\System32\\id.exe"}
"#;

fn run(url: &str, args: &[&str]) -> Output {
    tool_at(env!("CARGO_BIN_EXE_siemmanage")).env("SIEM_DB", url).args(args).run()
}

fn done(url: &str, args: &[&str]) -> String {
    run(url, args).success().stdout
}

fn tool_with(name: &str, url: &str) -> Tool {
    tool(name).env("SIEM_DB", url)
}

fn id(number: u32) -> String {
    format!("7a1c0000-0000-4000-8000-00000000000{number}")
}

/// How many SIEM events each rule leaves in a back-test.
fn found(url: &str) -> [usize; 4] {
    let args = ["--backtest", "-q", "-o", "jsonl"];
    let output = tool_with("siemtrigger", url).args(args).run().stdout;
    [1, 2, 3, 4].map(|number| output.matches(&format!("\"rule.id\":\"{}\"", id(number))).count())
}

fn versions(url: &str) -> Vec<String> {
    let of = |number| {
        let text = done(url, &["rules", "show", &id(number)]);
        let line = text.lines().find(|line| line.contains("version")).expect("a version");
        line.rsplit(' ').next().expect("a word").to_owned()
    };
    (1..4).map(of).collect()
}

fn write(folder: &Path, name: &str, texts: &[&str]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, texts.join("---\n")).expect("a file");
    path.display().to_string()
}

fn with_events(body: impl Fn(&str, &Path)) {
    for_each_db(|url| {
        let folder = temp_dir();
        done(url, &["init"]);
        let _ = tool_with("siemparse", url).args(["--once", "-"]).stdin(EVENTS).run().success();
        body(url, folder.path());
    });
}

#[test]
fn a_correlation_counts_stored_rules() {
    with_events(|url, folder| {
        // What is imported one after the other is what is imported together.
        done(url, &["rules", "import", &write(folder, "all.yml", &[WHOAMI, HOSTNAME, BOTH])]);
        assert_eq!(found(url), [0, 0, 1, 0]);
        let together = versions(url);
        done(url, &["rules", "delete", &id(1), &id(2), &id(3)]);
        let rules = write(folder, "rules.yml", &[WHOAMI, HOSTNAME]);
        done(url, &["rules", "import", &rules]);
        assert_eq!(found(url), [2, 1, 0, 0]);

        let path = write(folder, "both.yml", &[BOTH]);
        let dry = done(url, &["rules", "import", "--dry-run", &path]);
        assert!(dry.ends_with("would import 3 rules: 1 new, 2 changed, 0 unchanged\n"), "{dry}");
        let shown = done(url, &["rules", "import", "--preview", "9999d", &path]);
        let row = shown.lines().nth(1).expect("a row").trim_start().to_owned();
        assert!(row.starts_with('1') && row.contains("Both"), "{shown}");
        assert_eq!(found(url), [2, 1, 0, 0]);
        let text = done(url, &["rules", "import", &path]);
        assert_eq!(text, "imported 3 rules: 1 new, 2 changed, 0 unchanged\n");
        assert_eq!((found(url), versions(url)), ([0, 0, 1, 0], together.clone()));
        let text = done(url, &["rules", "import", &path]);
        assert_eq!(text, "imported 1 rule: 0 new, 0 changed, 1 unchanged\n");

        // A rule that it counts, imported alone, stays silent.
        let text = done(url, &["rules", "import", &rules]);
        assert_eq!(text, "imported 2 rules: 0 new, 0 changed, 2 unchanged\n");
        assert_eq!(versions(url), together);
        // It counts what such a rule finds then.
        let other = write(folder, "rules.yml", &[&WHOAMI.replace("whoami.exe", "id.exe")]);
        let text = done(url, &["rules", "import", &other]);
        assert_eq!(text, "imported 2 rules: 0 new, 2 changed, 0 unchanged\n");
        assert_eq!(found(url), [0, 0, 1, 0]);
        let same: Vec<bool> =
            versions(url).iter().zip(&together).map(|(new, old)| new == old).collect();
        assert_eq!(same, [false, true, false]);

        // Without it they speak again.
        let text = done(url, &["rules", "delete", &id(3)]);
        assert!(text.ends_with("2 rules that it silenced work for themselves again\n"), "{text}");
        assert_eq!(found(url), [1, 1, 0, 0]);
    });
}

#[test]
fn a_correlation_counts_a_stored_correlation() {
    with_events(|url, folder| {
        done(url, &["rules", "import", &write(folder, "all.yml", &[WHOAMI, HOSTNAME, BOTH])]);
        let text = done(url, &["rules", "import", &write(folder, "twice.yml", &[TWICE])]);
        assert_eq!(text, "imported 1 rule: 1 new, 0 changed, 0 unchanged\n");
        assert_eq!(found(url), [0, 0, 1, 1]);
        let text = done(url, &["rules", "import", &write(folder, "both.yml", &[BOTH])]);
        assert_eq!(text, "imported 1 rule: 0 new, 0 changed, 1 unchanged\n");

        // A cycle with what is stored, and what is nowhere.
        let cycle = BOTH.replace("[whoami,", &format!("[{},", id(4)));
        let told =
            run(url, &["rules", "import", &write(folder, "c.yml", &[&cycle])]).expect_code(3);
        assert!(told.stderr.contains("correlations refer to themselves"), "{}", told.stderr);
        let lost = BOTH.replace("whoami", "nobody");
        let told = run(url, &["rules", "import", &write(folder, "c.yml", &[&lost])]).expect_code(3);
        assert!(told.stderr.contains("rules: no rule \"nobody\""), "{}", told.stderr);
        assert_eq!(found(url), [0, 0, 1, 1]);
    });
}

#[test]
fn a_correlation_that_is_left_out_silences_nobody() {
    with_events(|url, folder| {
        done(url, &["rules", "import", &write(folder, "rules.yml", &[WHOAMI, HOSTNAME])]);
        let path = write(folder, "both.yml", &[BOTH]);
        let text = done(url, &["rules", "import", "--level", "critical", &path]);
        assert_eq!(text, "imported 0 rules: 0 new, 0 changed, 0 unchanged\n");
        assert_eq!(found(url), [2, 1, 0, 0]);
        // Cases of a correlation alone find what it counts in the database.
        let event = |image: &str| {
            let header = "EventID: 1, Channel: Microsoft-Windows-Sysmon/Operational, Computer: w1";
            format!("      - {{event: {{{header}, Image: 'C:\\{image}.exe'}}}}\n")
        };
        let case = format!("fire:\n  - events:\n{}{}", event("whoami"), event("hostname"));
        write(folder, "both.test.yml", &[&case]);
        let text = done(url, &["rules", "test", &path, "-o", "tap"]);
        assert!(text.contains(&format!("ok 1 - {}: run 1\n", id(3))), "{text}");
        let one = format!("fire:\n  - events:\n{}", event("whoami"));
        write(folder, "both.test.yml", &[&one]);
        let text = run(url, &["rules", "test", &path, "-o", "tap"]).expect_code(1).stdout;
        assert!(text.contains(&format!("not ok 1 - {}: run 1\n", id(3))), "{text}");
    });
}
