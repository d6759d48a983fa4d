//! Recorded bytes of a real kernel through the real program: needs no rights, runs everywhere.
//!
//! `UPDATE_EXPECT=1` rewrites the expectations. The recording is of an x86-64 machine: numbers of
//! system calls differ elsewhere.
#![cfg(all(target_arch = "x86_64", target_endian = "little"))]

use serde_json::Value;
use std::fs;
use testkit::{Output, expect_file, temp_dir, tool_at};

const PROGRAM: &str = env!("CARGO_BIN_EXE_siemagent");
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");

fn replay(args: &[&str]) -> Output {
    let recording = format!("{DATA}/events.ring");
    tool_at(PROGRAM).args(["--replay", &recording]).args(args).run()
}

/// The lines without the last, which says when the agent stopped.
fn events(output: &Output) -> Vec<&str> {
    let lines: Vec<&str> = output.stdout.lines().collect();
    lines[..lines.len() - 1].to_vec()
}

/// Which account has the number 101 differs from machine to machine.
fn without_own_names(line: &str) -> String {
    match line.split_once("\"User\":\"") {
        Some((before, after)) if line.contains("\"uid\":101,") => {
            let (_, rest) = after.split_once('"').expect("the end of a name");
            format!("{before}\"User\":\"101\"{rest}")
        }
        _ => line.to_owned(),
    }
}

#[test]
fn recorded_bytes_give_the_expected_lines() {
    let output = replay(&["--events", "all"]).success();
    let lines = events(&output);
    let text: Vec<String> = lines.iter().map(|line| without_own_names(line)).collect();
    expect_file(format!("{DATA}/events.expected.jsonl"), &(text.join("\n") + "\n"));
    let stop: Value =
        serde_json::from_str(output.stdout.lines().last().expect("lines")).expect("JSON");
    assert_eq!((&stop["kind"], &stop["reason"]), (&"stop".into(), &"end".into()));
    assert_eq!(stop["seen"], lines.len());
    assert_eq!(stop["written"], lines.len());
    assert_eq!(output.stderr.split(' ').nth(1), Some(lines.len().to_string().as_str()));
}

#[test]
fn filters_counts_and_redaction_hold_for_recorded_bytes() {
    let output =
        replay(&["--filter", "process.name = python3.11 and event.action = connect"]).success();
    let lines = events(&output);
    assert!(!lines.is_empty() && lines.iter().all(|line| line.contains("\"kind\":\"connect\"")));
    let counted = replay(&["--events", "file", "--count", "3"]).success();
    assert_eq!(events(&counted).len(), 3);
    let secret = replay(&["--events", "exec", "--redact", "two (words)"]).success();
    assert!(!secret.stdout.contains("words") && secret.stdout.contains("two [redacted]"));
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let script = format!("'{PROGRAM}' --events all --replay '{DATA}/events.ring' | head -1");
    let output = tool_at("/bin/bash").args(["-o", "pipefail", "-c", &script]).run();
    assert_eq!(output.stdout.lines().count(), 1);
    assert!(!output.stderr.contains("roken"), "{}", output.stderr);
}

#[test]
fn what_is_no_recording_is_refused() {
    let folder = temp_dir();
    let whole = fs::read(format!("{DATA}/events.ring")).expect("the recording");
    for (name, bytes, what) in [
        ("text", &b"hello\n"[..], "no recording"),
        ("cut", &whole[..whole.len() - 7], "failed to fill whole buffer"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("a file");
        let output = tool_at(PROGRAM).arg("--replay").arg(&file).run().expect_code(5);
        assert!(output.stderr.contains(what), "{}", output.stderr);
    }
}

#[test]
fn wrong_options_are_told() {
    for (args, what) in [
        (&["--events", "exce"][..], "no event is called \"exce\""),
        (&["--ring", "3M"], "no power of two"),
        (&["--rate", "exec"], "not of the form"),
        (&["--uid", "9-1"], "not of the form"),
        (&["--filter", "a ="], "--filter"),
        (&["--redact", "("], "--redact"),
        (&["--path", "/nowhere"], "--path: /nowhere"),
        (&["--duration", "soon"], "--duration"),
        (&["--user", "nobody-there"], "no account"),
        (&["--exclude-cgroup", "/nowhere"], "--exclude-cgroup: /nowhere"),
        (&["--exclude-cgroup", "/"], "--exclude-cgroup: /"),
    ] {
        let output = tool_at(PROGRAM).args(args).run().expect_code(2);
        assert!(output.stderr.contains(what), "{args:?}: {}", output.stderr);
        assert_eq!(output.stdout, "", "{args:?}");
    }
}

#[test]
fn without_rights_the_exit_code_says_so() {
    let folder = temp_dir();
    // Any user but root: the program is copied to where that user can start it.
    let program = folder.path().join("siemagent");
    fs::copy(PROGRAM, &program).expect("a copy");
    let script = format!(
        "chmod 755 '{0}' && if [ $(id -u) = 0 ]; then exec setpriv --reuid 65534 --regid 65534 \
         --clear-groups --inh-caps -all --bounding-set -all '{0}/siemagent' --check; \
         else exec '{0}/siemagent' --check; fi",
        folder.path().display()
    );
    let output = tool_at("/bin/sh").args(["-c", &script]).run();
    assert!([69, 77].contains(&output.code), "{}: {}", output.code, output.stderr);
    assert!(output.stderr.contains("siemagent: BPF: ") && output.stderr.contains("hint: "));
    let row = |line: &&str| line.starts_with("exec ") && line.contains(" sched_process_exec ");
    let row = output.stdout.lines().find(row).expect("a row");
    assert!(row.contains(" errno "), "{row}");
}
