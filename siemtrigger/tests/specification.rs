//! What Sigma's specification says of values, modifiers and conditions, case by case: rules and
//! events in `data/sigma`, through a pipe and through both databases.
//!
//! Each event names the rule that is about it and says whether that one is wanted to match.
//!
//! What it does *not* know: correlations.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use testkit::{Tool, for_each_db, temp_dir, tool, tool_at};

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/sigma").join(name)
}

fn siemtrigger() -> Tool {
    tool_at(env!("CARGO_BIN_EXE_siemtrigger")).env("SIEM_CONFIG", "/dev/null")
}

fn objects(text: &str) -> impl Iterator<Item = Value> + '_ {
    text.lines().map(|line| serde_json::from_str(line).expect("an object"))
}

/// Rule and line of each match that is wanted.
fn wanted(events: &str) -> BTreeSet<(String, usize)> {
    let own = |(line, event): (usize, Value)| {
        (event["Wanted"] == true).then(|| (format!("case-{}", event["Case"]), line))
    };
    (1..).zip(objects(events)).filter_map(own).collect()
}

/// Rule and line of each match in the output.
fn found(output: &str) -> BTreeSet<(String, usize)> {
    let own = |event: Value| {
        let rule = event["rule.id"].as_str().expect("a rule").to_owned();
        let source = event["source_ids"][0].as_str().expect("an event").to_owned();
        let line = source.rsplit('.').next().and_then(|line| line.parse().ok());
        (rule, line.expect("a number"))
    };
    objects(output).map(own).collect()
}

#[test]
fn the_specification_holds_in_a_pipe_and_in_both_databases() {
    let events = std::fs::read_to_string(data("events.ndjson")).expect("events");
    let wanted = wanted(&events);
    assert!(wanted.len() > 250, "{} matches", wanted.len());
    let folder = temp_dir();
    let sets = [("users", "bob\nalice\n"), ("nets", "10.0.0.0/8\n")].map(|(name, values)| {
        let path = folder.path().join(name);
        std::fs::write(&path, values).expect("a set");
        (name, path.display().to_string())
    });
    let named = sets.clone().map(|(name, path)| format!("{name}={path}"));
    let output = siemtrigger()
        .args(["--stdin", "-o", "jsonl", "--set", &named[0], "--set", &named[1], "--rules"])
        .arg(data("rules.yml"))
        .stdin(events.as_str())
        .run()
        .success();
    assert_eq!(found(&output.stdout), wanted);
    for_each_db(|url| {
        let manage = |args: &[&str]| {
            let _ = tool("siemmanage").env("SIEM_DB", url).args(args).run().success();
        };
        manage(&["init"]);
        for (name, path) in &sets {
            manage(&["set", "import", name, path]);
        }
        manage(&["rules", "import", &data("rules.yml").display().to_string()]);
        let parse = tool("siemparse").env("SIEM_DB", url).args(["--once", "-q", "-"]);
        let _ = parse.stdin(events.as_str()).run().success();
        for mode in ["--backtest", "--oneshot"] {
            let args = [mode, "-q", "-o", "jsonl"];
            let output = siemtrigger().env("SIEM_DB", url).args(args).run();
            assert_eq!(found(&output.stdout), wanted, "{mode}");
        }
        let _ = siemtrigger().env("SIEM_DB", url).args(["--verify", "-q"]).run().success();
    });
}
