//! The suite end to end: a day with three attacks through the real programs, on both databases.
//!
//! What it does *not* look at: the parts; each has its own tests.

use bench::story::{self, Story};
use common::clock::Timestamp;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use testkit::{for_each_db, temp_dir, tool};

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/rules");

fn day() -> Story {
    story::tell(1, Timestamp::now(), 2_000)
}

fn run(db: &str, name: &str, args: &[&str]) -> String {
    tool(name).env("SIEM_DB", db).args(args).run().success().stdout
}

/// The members of SIEM events that do not depend on where the events were stored, sorted.
fn verdicts(lines: &str) -> Vec<String> {
    let keep = [
        "rule.id",
        "rule.version",
        "group",
        "time",
        "last_time",
        "event_count",
        "window.start",
        "magnitude",
        "message",
    ];
    let mut found: Vec<String> = lines
        .lines()
        .map(|line| {
            let siem: serde_json::Value = serde_json::from_str(line).expect("a JSON object a line");
            keep.map(|name| format!("{name}={}", siem[name])).join(" ")
        })
        .collect();
    found.sort();
    found
}

fn siem_events(db: &str) -> Vec<String> {
    verdicts(&run(db, "siemquery", &["--siem", "-n", "0", "-o", "jsonl"]))
}

#[test]
fn attacks_become_siem_events_and_the_bytes_come_back() {
    let day = day();
    for_each_db(|db| {
        let directory = temp_dir();
        let log = directory.path().join("auth.log");
        let web = directory.path().join("access.log");
        fs::write(&log, &day.auth).expect("a written log");
        fs::write(&web, &day.access).expect("a written log");
        let (log, web) = (log.display().to_string(), web.display().to_string());
        run(db, "siemmanage", &["init"]);
        run(db, "siemparse", &["--once", "-q", "-s", "auth", log.as_str()]);
        run(db, "siemparse", &["--once", "-q", "-s", "web", web.as_str()]);
        run(db, "siemtrigger", &["--oneshot", "-q"]);
        let table = run(db, "siemquery", &["--siem", "-o", "table"]);
        for (rule, section, message) in [
            ("ssh_brute_force", "auth", "failed SSH logins from 203.0.113.77"),
            ("sudo_failures", "auth", "emil"),
            ("account_created", "auth", "backup2"),
            ("web_scan", "web", "198.51.100.23"),
        ] {
            let line = table.lines().find(|line| line.split_whitespace().any(|word| word == rule));
            let line = line.unwrap_or_else(|| panic!("{rule} is in the table:\n{table}"));
            assert!(line.contains(section) && line.contains(message), "{line}");
        }
        for (section, text) in [("auth", &day.auth), ("web", &day.access)] {
            let out = tool("siemquery").env("SIEM_DB", db).args(["-s", section, "--raw"]).run();
            assert!(out.success().bytes == text.as_bytes(), "{section}: raw bytes are equal");
        }
    });
}

#[test]
fn often_and_once_give_the_same_siem_events() {
    let day = day();
    for_each_db(|once| {
        let directory = temp_dir();
        let log = directory.path().join("auth.log").display().to_string();
        fs::write(&log, &day.auth).expect("a written log");
        run(once, "siemmanage", &["init"]);
        run(once, "siemparse", &["--once", "-q", "-s", "auth", log.as_str()]);
        run(once, "siemtrigger", &["--oneshot", "-q"]);
        let often = format!("sqlite:{}", directory.path().join("often.db").display());
        follow_in_pieces(&often, &directory.path().join("piece.log"), &day.auth);
        assert_eq!(siem_events(&often), siem_events(once));
    });
}

/// Appends a log in pieces of whole lines, and looks after each.
fn follow_in_pieces(db: &str, log: &Path, text: &str) {
    let name = log.display().to_string();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for piece in lines.chunks(lines.len() / 7) {
        let mut file = OpenOptions::new().create(true).append(true).open(log).expect("the log");
        file.write_all(piece.concat().as_bytes()).expect("an appended piece");
        run(db, "siemparse", &["--once", "-q", "-s", "auth", name.as_str()]);
        run(db, "siemtrigger", &["--oneshot", "-q"]);
    }
}

#[test]
fn a_pipe_without_a_database_gives_the_same_siem_events() {
    let day = day();
    let events =
        tool("siemparse").args(["-q", "-s", "auth", "-o", "jsonl"]).stdin(day.auth.clone());
    let events = events.run().success().bytes;
    let args = ["--stdin", "-o", "jsonl", "-s", "auth", "--rules", RULES];
    let piped = tool("siemtrigger").args(args).stdin(events).run().success().stdout;
    for_each_db(|db| {
        let log = temp_dir();
        let file = log.path().join("auth.log");
        fs::write(&file, &day.auth).expect("a written log");
        run(db, "siemmanage", &["init"]);
        run(db, "siemparse", &["--once", "-q", "-s", "auth", &file.display().to_string()]);
        run(db, "siemtrigger", &["--oneshot", "-q"]);
        assert_eq!(verdicts(&piped), siem_events(db));
    });
}
