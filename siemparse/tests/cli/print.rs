//! What is printed in place of being stored: JSON lines, statistics, explanations.

use crate::bench::{bare, lines, on_each};
use common::event::{Event, EventId};

#[test]
fn printed_events_equal_stored_ones() {
    on_each(|bench| {
        let text = "2026-06-14T15:16:01Z host sshd[7]: Failed password for a from 10.0.0.1 port 1 ssh2\r\n\
            {\"time\":\"2026-06-14T15:16:01Z\",\"b\":{\"c\":[1,\"x\"]}}\nplain \u{1b}\u{0}\n";
        let path = bench.write("a.log", text);
        bench.once(&path);
        let printed =
            bench.siemparse().args(["-q", "-o", "jsonl", "--once"]).arg(&path).run().success();
        assert_eq!(printed.stderr, "");
        let printed: Vec<Event> =
            printed.stdout.lines().map(|line| Event::read_json(line).expect("an event")).collect();
        let stored = bench.events();
        assert_eq!(printed.len(), 3);
        for (number, (printed, stored)) in (1..).zip(printed.iter().zip(stored)) {
            assert_eq!(printed.id, EventId { batch: 0, seq: number });
            let mut same = stored.clone();
            same.load_original();
            // What the wire does not carry, and the time of reading of lines that have none.
            (same.id, same.ingested, same.eol) = (printed.id, None, printed.eol);
            (same.raw, same.raw_kind) = (stored.raw_line().into_owned().into(), printed.raw_kind);
            if number == 3 {
                same.time = printed.time;
            }
            assert_eq!(*printed, same);
        }
    });
}

#[test]
fn jsonl_needs_no_database() {
    let output = bare().args(["-o", "jsonl"]).stdin(lines(0..3)).run().success();
    assert_eq!(output.stdout.lines().count(), 3);
    assert!(
        output
            .stdout
            .starts_with("{\"@timestamp\":\"2026-06-14T15:16:01.000000Z\",\"event.id\":\"0.1\"")
    );
    assert!(output.stderr.starts_with("siemparse: 3 lines read"), "{}", output.stderr);
}

#[test]
fn a_dry_run_counts_and_leaves_no_trace() {
    let tool = bare().arg("--dry-run").stdin(format!("{}what\n", lines(0..3)));
    let home = tool.home().to_owned();
    let running = tool.spawn();
    let output = running.wait().success();
    assert_eq!(output.stdout, "");
    assert!(output.stderr.contains("4 lines read"), "{}", output.stderr);
    assert!(output.stderr.contains("0 stored, 1 unparsed, 0 rejected, 0 bytes gap"));
    assert!(!home.join(".local").exists());
}

#[test]
fn explanations_name_format_helper_and_fields() {
    let line =
        "Jun 14 15:16:01 combo sshd[9]: Failed password for root from 10.0.0.1 port 22 ssh2\n";
    let output = bare().args(["--explain", "-q", "--year", "2026", "-z", "UTC"]);
    let output = output.stdin(format!("{line}what\n")).run().success();
    testkit::expect_file(
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/explain.txt"),
        &masked(&output.stdout),
    );
}

/// The time of reading stands in for a stamp that is missing.
fn masked(text: &str) -> String {
    let mask = |line: &str| match line.split_once("time  ") {
        Some((before, stamp)) if !stamp.contains("2026-06-14") => format!("{before}time  NOW\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(mask).collect()
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let text = lines(0..200_000);
    let mut child = std::process::Command::new("sh")
        .args(["-c", "\"$0\" -q -o jsonl --once \"$1\" | head -1", env!("CARGO_BIN_EXE_siemparse")])
        .arg({
            let path = std::env::temp_dir().join(format!("siem-pipe-{}", std::process::id()));
            std::fs::write(&path, text).expect("writes");
            path
        })
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("sh starts");
    child.wait().expect("ends");
    let output = child.wait_with_output().expect("ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
}

#[test]
fn formats_are_listed() {
    let output = bare().arg("--list-formats").run().success();
    for format in ["rfc3164  ", "auditd  ", "suricata  ", "windows  ", "stamped  "] {
        assert!(output.stdout.lines().any(|line| line.starts_with(format)), "{format}");
    }
    assert_eq!(output.stderr, "");
}

#[test]
fn documents_are_taken_apart_and_audit_records_joined() {
    let cloud = "{\"Records\":[{\"eventTime\":\"2026-11-14T15:05:55Z\",\"eventSource\":\"a\",\n\
        \"eventName\":\"A\"},{\"eventTime\":\"2026-11-14T15:05:56Z\",\"eventSource\":\"a\",\"eventName\":\"B\"}]}";
    let output = bare().args(["-q", "-o", "jsonl"]).stdin(cloud).run().success();
    let events: Vec<Event> =
        output.stdout.lines().map(|line| Event::read_json(line).expect("an event")).collect();
    let actions: Vec<_> = events.iter().map(|event| event.event_action.as_deref()).collect();
    assert_eq!(actions, [Some("A"), Some("B")]);
    assert_eq!(events[0].dataset.as_deref(), Some("aws.cloudtrail"));

    let audit = "type=SYSCALL msg=audit(1364481363.243:1): syscall=59 comm=\"a\"\n\
        type=SYSCALL msg=audit(1364481363.243:2): syscall=59 comm=\"b\"\n\
        type=EXECVE msg=audit(1364481363.243:1): argc=1 a0=\"ls\"\n";
    let output = bare().args(["-q", "-o", "jsonl"]).stdin(audit).run().success();
    let events: Vec<Event> =
        output.stdout.lines().map(|line| Event::read_json(line).expect("an event")).collect();
    let lines: Vec<_> = events.iter().map(|event| event.process_command_line.as_deref()).collect();
    assert_eq!(lines, [Some("ls"), None]);
}

#[test]
fn the_windows_event_log_is_read() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/sigma/evtx");
    let Ok(files) = std::fs::read_dir(&folder) else {
        // Written past the test harness, which would keep the words of a passing test to itself.
        use std::io::Write as _;
        let _ = std::io::stderr().write_all(b"\n*** CORPUS MISSING: sigma/evtx ***\n");
        return;
    };
    for file in files.map(|file| file.expect("an entry").path()) {
        let output = bare().args(["-q", "-o", "jsonl", "--once"]).arg(&file).run().success();
        assert!(output.stdout.lines().count() > 0, "{}", file.display());
        for line in output.stdout.lines() {
            let event = Event::read_json(line).expect("an event");
            assert!(event.tags.is_empty(), "{}: {line}", file.display());
            assert!(event.labels.starts_with("windows/"), "{}: {line}", file.display());
            assert!(event.event_code.is_some() && event.host_name != "-", "{line}");
        }
    }
}
