//! R29: siemtrigger is killed again and again while it works.
//!
//! All commits are there before; one database has them twice. In the original siemtrigger is killed
//! at any moment until all is done, in the copy it runs undisturbed. Both tables of SIEM events
//! are then the same, row for row, as `siemquery --siem` prints them.
//!
//! What it does *not* know: what rules find; only that it is not nothing.

use super::random::Random;
use super::server::Server;
use super::verdict::Verdict;
use super::{Plan, Row, init};
use crate::{temp_dir, tool};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// A limit, plain rules, and chains of them; the longest window holds hours.
const LIMITS: &str = r#"{"rules_default": [
  {"name": "many", "severity": 3, "where": "message contains 'Failed password'",
   "group_by": ["source.ip"], "time_int": "2h", "event_limit": 9, "message": "{source.ip}"},
  {"name": "each", "severity": 6, "where": "message contains 'Accepted'", "message": "{message}"},
  {"name": "burst", "severity": 4, "where": "message contains 'Failed password'",
   "group_by": ["source.ip"], "time_int": "1m", "event_limit": 1, "message": "{source.ip}"},
  {"name": "again", "severity": 2, "where": "rule.name = burst", "source_table": "siem_default",
   "group_by": ["source.ip"], "time_int": "30m", "event_limit": 2, "message": "{source.ip} again"}
]}"#;

/// A Sigma rule, and a correlation of it.
const SIGMA: &str = "title: Failed password
id: 22222222-0000-4000-8000-000000000001
name: failed
logsource: {product: linux}
detection:
  keywords: ['Failed password']
  condition: keywords
level: low
---
title: Many failed passwords
id: 22222222-0000-4000-8000-000000000002
level: high
correlation:
  type: event_count
  rules: [failed]
  generate: true
  group-by: [source.ip]
  timespan: 10m
  condition: {gte: 4}
";

/// siemtrigger is killed at any moment, and started again.
pub(super) fn killed(plan: &Plan<'_>) -> Row {
    let began = Instant::now();
    let (kills, files) = if plan.is_full { (100, 600) } else { (8, 80) };
    let folder = temp_dir();
    let copy = folder.path().join("copy.db");
    let copy_url = format!("sqlite:{}", copy.display());
    if let Some(file) = plan.db.strip_prefix("sqlite:") {
        prepare(plan, folder.path(), files);
        fs::copy(file, &copy).expect("a copy of the database");
        return compare(plan, &copy_url, kills, began);
    }
    let server = Server::new("");
    let (url, copy_url) = (server.url(), server.copy_url());
    let plan = Plan { db: &url, ..*plan };
    init(&plan);
    prepare(&plan, folder.path(), files);
    server.copy();
    compare(&plan, &copy_url, kills, began)
}

/// Imports rules, and stores events: one commit a file, a quarter of them out of order.
fn prepare(plan: &Plan<'_>, folder: &Path, files: usize) {
    let manage = |args: &[&str]| {
        let _ = tool("siemmanage").env("SIEM_DB", plan.db).args(args).run().success();
    };
    let (limits, sigma) = (folder.join("limits.json"), folder.join("sigma.yml"));
    fs::write(&limits, LIMITS).expect("a file of rules");
    fs::write(&sigma, SIGMA).expect("a file of rules");
    manage(&["rules", "import", &limits.display().to_string(), &sigma.display().to_string()]);
    let logs = folder.join("logs");
    fs::create_dir(&logs).expect("a folder");
    let mut random = Random::new(plan.seed);
    for number in 0..files {
        let late = if random.once_in(4) { random.below(200) } else { 0 };
        let mut text = String::new();
        for _ in 0..20 {
            let second = (number + 400 - late) * 30 + random.below(30);
            let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
            let stamp =
                format!("2026-06-{:02}T{:02}:{minute:02}:{second:02}Z", 1 + hour / 24, hour % 24);
            let (ip, user) = (random.below(40), ["root", "eve", "bob"][random.below(3)]);
            let what = if random.once_in(9) { "Accepted" } else { "Failed" };
            text += &format!(
                "{stamp} web1 sshd[7]: {what} password for {user} from 203.0.113.{ip} port 22 ssh2\n"
            );
        }
        fs::write(logs.join(format!("f{number:05}.log")), text).expect("a log");
    }
    let glob = logs.join("f*.log");
    let _ = plan.siemparse().args(["--once", "-q"]).arg(glob).run().success();
}

/// Kills siemtrigger in one database, leaves it alone in the other, and compares.
fn compare(plan: &Plan<'_>, copy: &str, kills: usize, began: Instant) -> Row {
    let mut random = Random::new(plan.seed);
    let whole = behind(plan.db);
    let (mut left, mut struck, mut at_work, mut longest) = (whole, 0, 0, 600);
    let mut said = String::new();
    while struck < kills {
        let trigger = tool("siemtrigger").env("SIEM_DB", plan.db).arg("-q").spawn();
        std::thread::sleep(random.pause(20, longest));
        trigger.signal("KILL");
        let output = trigger.wait();
        said += &output.stderr;
        let now = behind(plan.db);
        // So that the work lasts as long as the kills: as much between two as there are kills left.
        let share = left / i64::try_from(kills - struck).unwrap_or(1).max(1);
        longest = if left - now > share || left == 0 { longest * 4 / 5 } else { longest * 6 / 5 };
        longest = longest.clamp(40, 5_000);
        struck += usize::from(output.code == 137);
        at_work += usize::from(left > 0);
        left = now;
    }
    for db in [plan.db, copy] {
        let once = tool("siemtrigger").env("SIEM_DB", db).args(["--oneshot", "-q"]);
        said += &once.timeout(Duration::from_secs(600)).run().success().stderr;
    }
    let (disturbed, undisturbed) = (table(plan.db), table(copy));
    let written = undisturbed.values().sum();
    assert!(written > 100, "the rules find something: {written}");
    let lost = missing(&undisturbed, &disturbed);
    let doubled = missing(&disturbed, &undisturbed);
    let verdict = Verdict { written, lost, doubled, foreign: 0 };
    let note = format!("lines are SIEM events; {at_work} kills while there was work");
    plan.row("R29", struck, verdict, &note, began).said(&said)
}

/// The commits that rules have not seen yet, over all rules.
fn behind(db: &str) -> i64 {
    let status = tool("siemmanage").env("SIEM_DB", db).args(["status", "-o", "json"]);
    let text = status.run().success().stdout;
    let numbers = text.split("\"behind\":").skip(1).map(|rest| {
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<i64>().unwrap_or(0)
    });
    numbers.sum()
}

/// How many rows of one table are not in another.
fn missing(of: &BTreeMap<String, usize>, there: &BTreeMap<String, usize>) -> usize {
    let have = |row: &String| there.get(row).copied().unwrap_or(0);
    of.iter().map(|(row, times)| times.saturating_sub(have(row))).sum()
}

/// The SIEM events, each with how often it is there.
fn table(db: &str) -> BTreeMap<String, usize> {
    let args = ["--siem", "-n", "0", "-o", "jsonl"];
    let read = tool("siemquery").env("SIEM_DB", db).args(args).timeout(Duration::from_secs(300));
    let mut table = BTreeMap::new();
    for row in read.run().success().stdout.lines() {
        *table.entry(row.to_owned()).or_default() += 1;
    }
    table
}
