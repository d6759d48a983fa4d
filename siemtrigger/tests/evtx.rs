//! Windows event logs of known attacks: each is found by the rule in its name, and every way of
//! looking finds the same.
//!
//! ```text
//!  siemparse ─┬─► pipe ──────────────► siemtrigger --stdin ─┐
//!             └─► SQLite, PostgreSQL ─► daemon              ├─► (rule, time) of what was found
//!                                     ─► --backtest         │
//!                                     ─► siemquery --sigma ─┘
//! ```
//!
//! The logs are no part of the project. `EVTX_RULES=all` takes all rules in place of those that
//! the logs are named by.
//!
//! What it does *not* know: how a rule decides.

use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use testkit::{Tool, for_each_db, temp_dir, tool, tool_at};

/// What was found: rule and time, sorted.
type Found = Vec<(String, String)>;

fn siemtrigger() -> Tool {
    tool_at(env!("CARGO_BIN_EXE_siemtrigger")).timeout(Duration::from_secs(300))
}

fn json(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON"))
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn found(lines: &str) -> Found {
    let mut found: Found =
        json(lines).map(|event| (text(&event, "rule.id"), text(&event, "time"))).collect();
    found.sort();
    found
}

/// Whether a text is the rule of this id; it may name others.
fn is_of(rule: &str, id: &str) -> bool {
    rule.lines().any(|line| line.strip_prefix("id: ").is_some_and(|it| it.trim() == id))
}

/// The logs, and the rules as one file each; nothing where the corpus is not there.
fn corpus(folder: &Path) -> Option<(Vec<PathBuf>, BTreeSet<String>)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/sigma");
    let Ok(entries) = std::fs::read_dir(shared.join("evtx")) else {
        // Written past the test harness, which would keep the words of a passing test to itself.
        let _ = std::io::stderr().write_all(b"\n*** CORPUS MISSING: sigma/evtx ***\n");
        return None;
    };
    let mut logs: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    logs.retain(|path| path.extension().is_some_and(|kind| kind == "evtx"));
    logs.sort();
    let stem = |path: &PathBuf| path.file_stem().expect("a name").display().to_string();
    let names: BTreeSet<String> = logs.iter().map(stem).collect();
    let archive = [shared.join("sigmahq-rules.tar.zst")];
    let all = std::env::var_os("EVTX_RULES").is_some_and(|it| it == "all");
    for (number, file) in pack::rule_files(&archive).expect("rules").into_iter().enumerate() {
        let is_named = |id: &String| is_of(&file.text, id);
        // Some rules have placeholders for which there are no sets.
        let is_rule = file.name.contains("/rules") && !file.text.contains("|expand");
        if all && is_rule || names.iter().any(is_named) {
            let path = folder.join(format!("{number}.yml"));
            std::fs::write(path, &file.text).expect("a file");
        }
    }
    Some((logs, names))
}

/// What a daemon leaves of logs that are stored while it runs.
fn daemon(url: &str, logs: &[PathBuf], count: usize) -> Found {
    let daemon = siemtrigger().env("SIEM_DB", url).spawn();
    let parse = tool("siemparse").env("SIEM_DB", url).args(["--once", "-q"]).args(logs);
    let _ = parse.run().success();
    let start = Instant::now();
    let stored = loop {
        let query = tool("siemquery").env("SIEM_DB", url).args(["--siem", "-o", "jsonl"]).run();
        let stored = found(&query.stdout);
        if stored.len() >= count || start.elapsed() > Duration::from_secs(120) {
            break stored;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    daemon.signal("TERM");
    assert_eq!(daemon.wait().code, 0);
    stored
}

#[test]
fn each_log_is_found_by_its_rule_whichever_way_one_looks() {
    let folder = temp_dir();
    let Some((logs, names)) = corpus(folder.path()) else { return };
    assert!(logs.len() > 10, "{logs:?}");
    let rules = folder.path().display().to_string();
    for (log, name) in logs.iter().zip(&names) {
        let parsed = tool("siemparse").args(["-q", "-o", "jsonl", "--once"]).arg(log).run();
        let piped = siemtrigger().args(["--stdin", "-q", "-o", "jsonl", "--rules", &rules]);
        let piped = found(&piped.stdin(parsed.stdout).run().success().stdout);
        assert!(piped.iter().any(|(rule, _)| rule == name), "{}: {piped:?}", log.display());
    }
    let parsed = tool("siemparse").args(["-q", "-o", "jsonl", "--once"]).args(&logs).run();
    let piped = siemtrigger().args(["--stdin", "-q", "-o", "jsonl", "--rules", &rules]);
    let piped = found(&piped.stdin(parsed.stdout).run().success().stdout);
    let matched: BTreeSet<&String> = piped.iter().map(|(rule, _)| rule).collect();
    for_each_db(|url| {
        let manage = |args: &[&str]| tool("siemmanage").env("SIEM_DB", url).args(args).run();
        let _ = manage(&["init"]).success();
        let _ = manage(&["clear", "--table", "rules_auth", "--table", "rules_web", "--force"])
            .success();
        let _ = manage(&["rules", "import", &rules]).success();
        assert_eq!(daemon(url, &logs, piped.len()), piped, "daemon");
        let test = ["--backtest", "-q", "-o", "jsonl", "--rules", &rules];
        let test = siemtrigger().env("SIEM_DB", url).args(test).run().success();
        assert_eq!(found(&test.stdout), piped, "back-test");
        for file in std::fs::read_dir(folder.path()).expect("a folder") {
            let path = file.expect("an entry").path().display().to_string();
            let rule = std::fs::read_to_string(&path).expect("a rule");
            let Some(id) = matched.iter().find(|id| is_of(&rule, id)) else { continue };
            let query = tool("siemquery").env("SIEM_DB", url);
            let query = query.args(["--sigma", &path, "-o", "jsonl"]).run().success();
            let mut times: Vec<String> =
                json(&query.stdout).map(|event| text(&event, "@timestamp")).collect();
            times.sort();
            let own = piped.iter().filter(|(rule, _)| rule == *id);
            assert!(own.map(|(_, time)| time).eq(&times), "{path}: {times:?}");
        }
    });
    let told = format!(
        "\n{} logs, {} rules matched, {} matches, the same in each way\n",
        logs.len(),
        matched.len(),
        piped.len()
    );
    let _ = std::io::stderr().write_all(told.as_bytes());
}
