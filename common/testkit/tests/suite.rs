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

/// Events of several lines among one another: audit records of three serials at a time, with
/// lines of the system and of a program with stack traces between them.
fn interleaved(serials: usize) -> Vec<u8> {
    let mut text = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut serial, mut state) = (0, 88_172_645_463_325_252_u64);
    let mut roll = |sides: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % sides
    };
    while serial < serials || !open.is_empty() {
        if serial < serials && open.len() < 3 {
            serial += 1;
            open.push((serial, 0));
        }
        let which = usize::try_from(roll(open.len() as u64)).expect("few");
        let (own, part) = &mut open[which];
        let stamp = format!("msg=audit(17632{:05}.{:03}:{own})", *own / 100, *own % 100);
        let line = match part {
            0 => format!("type=SYSCALL {stamp}: arch=c000003e syscall=59 success=yes pid={own}"),
            1 => format!("type=CWD {stamp}: cwd=\"/tmp/{own}\""),
            2 => format!("type=PATH {stamp}: item=0 name=\"/bin/true\" inode={own}"),
            3 => format!("type=PROCTITLE {stamp}: proctitle=\"true\""),
            _ => format!("type=EOE {stamp}: "),
        };
        *part += 1;
        if *part == 5 {
            open.remove(which);
        }
        text.extend_from_slice(line.as_bytes());
        text.extend_from_slice(if roll(9) == 0 { b"\r\n" } else { b"\n" });
        match roll(20) {
            0 => text.extend_from_slice(b"Nov 21 06:00:00 web1 cron[7]: (root) CMD (true)\n"),
            1 => text.extend_from_slice(
                b"2026-11-21 06:00:00,123 ERROR worker: failed\nTraceback (most recent call last):\n  \
                  File \"a.py\", line 1\nValueError: x\n",
            ),
            _ => {}
        }
    }
    text
}

#[test]
fn lines_of_events_among_one_another_come_back_as_they_were() {
    let text = interleaved(6_000);
    for_each_db(|db| {
        let directory = temp_dir();
        let (log, other) = (directory.path().join("mixed.log"), directory.path().join("b.log"));
        fs::write(&other, interleaved(20)).expect("a written log");
        run(db, "siemmanage", &["init"]);
        // Not at the end of a line, nor of a record: what is open then is stored as it is.
        for size in [text.len() / 3, text.len()] {
            fs::write(&log, &text[..size]).expect("a written log");
            let names = [log.display().to_string(), other.display().to_string()];
            run(db, "siemparse", &["--once", "-q", "-s", "audit", &names[0], &names[1]]);
        }
        let out = tool("siemquery").env("SIEM_DB", db).args(["-s", "audit", "--raw"]).run();
        let both = [text.clone(), interleaved(20)].concat();
        assert!(out.success().bytes == both, "raw bytes are equal");
        let apart = ["-s", "audit", "--count", "--where", "log.runs exists"];
        let count = run(db, "siemquery", &apart);
        assert!(count.trim().parse::<u32>().is_ok_and(|count| count > 3_000), "{count}");
        run(db, "siemmanage", &["verify"]);
    });
}
