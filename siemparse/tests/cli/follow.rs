//! Following: what is appended arrives, through rotation, truncation and new files.

use crate::bench::{lines, numbered, on_each, stop};
use std::fs;
use std::process::Command;

#[test]
fn appended_lines_arrive_and_a_signal_ends_it() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..3));
        let running = bench.follow(&path);
        bench.wait_for(3);
        bench.append("a.log", "2026-06-14T15:16:01Z host app[7]: li");
        bench.append("a.log", "ne 3\n");
        assert_eq!(bench.wait_for(4), numbered(0..4));
        bench.append("a.log", lines(4..5));
        bench.append("a.log", "unfinished");
        bench.wait_for(5);
        stop(running);
        assert_eq!(bench.messages(), numbered(0..5));
    });
}

#[test]
fn renamed_files_are_read_to_their_end() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..2));
        let running = bench.follow(&path);
        bench.wait_for(2);
        for turn in 1..4 {
            let from = turn * 10;
            fs::rename(&path, bench.path(&format!("a.log.{turn}"))).expect("renames");
            bench.append(&format!("a.log.{turn}"), lines(from..from + 2));
            bench.append("a.log", lines(from + 2..from + 4));
            bench.wait_for(2 + turn * 4);
        }
        stop(running);
        let mut messages = bench.messages();
        messages.sort_by_key(|message| message[5..].parse::<usize>().expect("a number"));
        let expected = [numbered(0..2), numbered(10..14), numbered(20..24), numbered(30..34)];
        assert_eq!(messages, expected.concat());
    });
}

#[test]
fn truncated_files_are_read_from_their_beginning() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..5));
        let running = bench.follow(&path);
        bench.wait_for(5);
        bench.write("a.log", lines(5..7));
        bench.wait_for(7);
        bench.write("a.log", lines(7..17));
        bench.wait_for(17);
        stop(running);
        assert_eq!(bench.messages(), numbered(0..17));
    });
}

#[test]
fn new_files_of_a_glob_are_found() {
    on_each(|bench| {
        bench.write("a.log", lines(0..1));
        let running = bench.follow(bench.path("*.log"));
        bench.wait_for(1);
        bench.write("b.log", lines(1..2));
        bench.wait_for(2);
        fs::rename(bench.path("b.log"), bench.path("c.log")).expect("renames");
        bench.append("c.log", lines(2..3));
        assert_eq!(bench.wait_for(3), numbered(0..3));
        stop(running);
    });
}

#[test]
fn a_file_that_is_not_there_yet_is_waited_for() {
    on_each(|bench| {
        let running = bench.follow(bench.path("late.log"));
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        bench.write("late.log", lines(0..2));
        assert_eq!(bench.wait_for(2), numbered(0..2));
        running.signal("TERM");
        let output = running.wait().success();
        let said = format!("{}: no such file or directory", bench.path("late.log").display());
        assert_eq!(output.stderr.matches(&said).count(), 1, "{}", output.stderr);
    });
}

#[test]
fn the_sources_of_the_configuration_are_followed() {
    on_each(|bench| {
        bench.write("a.log", lines(0..1));
        bench.write("b.log", lines(1..2));
        let (a, b) = (bench.path("a.log"), bench.path("b.*"));
        let config = bench.write("siem.toml", format!(
            "[[source]]\npath = {a:?}\nsection = \"one\"\n[[source]]\npath = {b:?}\nzone = \"UTC\"\n"
        ));
        let null = fs::File::open("/dev/null").expect("opens");
        let mut child = Command::new(env!("CARGO_BIN_EXE_siemparse"))
            .arg("-c")
            .arg(&config)
            .args(["--db", bench.url()])
            .stdin(null)
            .spawn()
            .expect("siemparse starts");
        bench.wait_for(2);
        bench.append("b.log", lines(2..3));
        bench.wait_for(3);
        child.kill().expect("ends");
        child.wait().expect("ends");
        let mut found: Vec<(String, String)> = bench
            .events()
            .into_iter()
            .map(|event| (event.section.into_owned(), event.message.into_owned()))
            .collect();
        found.sort();
        let expected = [("default", "line 1"), ("default", "line 2"), ("one", "line 0")];
        assert_eq!(found, expected.map(|(section, message)| (section.into(), message.into())));
    });
}

#[test]
fn two_followers_of_one_file_store_every_line_once() {
    on_each(|bench| {
        let path = bench.write("a.log", "");
        let both = [0, 1].map(|_| bench.follow(&path));
        for n in 0..40 {
            bench.append("a.log", lines(n * 5..n * 5 + 5));
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        bench.wait_for(200);
        both.into_iter().for_each(stop);
        assert_eq!(bench.messages(), numbered(0..200));
    });
}

#[test]
fn helpers_change_without_a_restart() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..1));
        let running = bench.follow(&path);
        bench.wait_for(1);
        bench.put_helper(
            "[[helper]]\nname = \"test-line\"\nguard = { process = [\"app\"] }\n\
             pattern = '^line (?<test.number>[0-9]+)$'\n[helper.type]\n\"test.number\" = \"int\"\n",
        );
        let mut number = 1;
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while bench.events().iter().all(|event| event.helper.as_deref() != Some("test-line")) {
            assert!(std::time::Instant::now() < end, "the helper is never applied");
            bench.append("a.log", lines(number..number + 1));
            number += 1;
            bench.wait_for(number);
        }
        stop(running);
    });
}
