//! `--spool`: standard input by way of a folder, through kills and a database that is away.

use crate::bench::{Bench, bare, lines, numbered, on_each};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// The segments that are in a folder; none in one that is not there yet.
fn segments(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut all: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end != "lock")).collect();
    all.sort();
    all
}

/// siemparse with a pipe to write into.
fn spawn(url: &str, folder: &Path) -> (Child, ChildStdin) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_siemparse"))
        .args(["--db", url, "-z", "UTC", "--wait-db", "--spool"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("siemparse starts");
    let pipe = child.stdin.take().expect("a pipe");
    (child, pipe)
}

#[test]
fn what_went_through_a_spool_is_stored_and_nothing_is_left() {
    on_each(|bench| {
        let folder = bench.path("spool");
        for _ in 0..2 {
            let spooled = bench.siemparse().arg("--spool").arg(&folder);
            let output = spooled.stdin(format!("{}end", lines(0..3_000))).run().success();
            assert!(output.stderr.contains("3001 lines read"), "{}", output.stderr);
            assert_eq!(segments(&folder), Vec::<PathBuf>::new());
        }
        let once = [numbered(0..3_000), vec!["end".to_owned()]].concat();
        assert_eq!(bench.messages(), [once.clone(), once].concat());
        let events = bench.events();
        let tagged =
            events.iter().filter(|event| event.tags.iter().any(|tag| tag == "unterminated"));
        assert_eq!(tagged.count(), 2);
    });
}

#[test]
fn after_a_kill_what_is_on_disk_is_stored_once() {
    on_each(|bench| {
        let folder = bench.path("spool");
        let mut expected = Vec::new();
        for turn in 0..5 {
            let (mut child, mut pipe) = spawn(bench.url(), &folder);
            let text = lines(turn * 100_000..turn * 100_000 + 20_000);
            scope(|scope| {
                scope.spawn(|| {
                    let mut torn = text.as_bytes().chunks(1_009);
                    // Until the reader is gone.
                    while torn.next().is_some_and(|piece| pipe.write_all(piece).is_ok()) {
                        sleep(Duration::from_micros(300));
                    }
                });
                let begun = || segments(&folder).len() > usize::from(turn > 0);
                let end = Instant::now() + Duration::from_secs(20);
                while !begun() && Instant::now() < end {
                    sleep(Duration::from_millis(5));
                }
                sleep(Duration::from_millis(40 + 70 * u64::try_from(turn).expect("small")));
                child.kill().expect("is killed");
                child.wait().expect("ends");
            });
            let last = segments(&folder).pop().expect("a segment");
            let bytes = fs::read(last).expect("reads");
            assert!(text.as_bytes().starts_with(&bytes), "turn {turn}: other bytes");
            expected.extend(bytes);
        }
        let _ = bench.siemparse().arg("--spool").arg(&folder).run().success();
        assert!(bench.raw() == expected, "what is stored is not what was on disk");
        assert_eq!(segments(&folder), Vec::<PathBuf>::new());
    });
}

#[test]
fn a_spool_takes_lines_in_while_the_database_is_away() {
    let database = testkit::database();
    let folder = testkit::temp_dir();
    let spool = folder.path().join("spool");
    let (mut child, mut pipe) = spawn(database.url(), &spool);
    let text = lines(0..500);
    pipe.write_all(text.as_bytes()).expect("the spool takes it");
    let end = Instant::now() + Duration::from_secs(20);
    let size = || {
        segments(&spool)
            .iter()
            .map(|path| fs::metadata(path).map_or(0, |metadata| metadata.len()))
            .sum::<u64>()
    };
    while size() < text.len() as u64 {
        assert!(Instant::now() < end, "{} of {} bytes", size(), text.len());
        sleep(Duration::from_millis(10));
    }
    child.kill().expect("is killed");
    child.wait().expect("ends");
    let bench = Bench::new(database.url());
    assert_eq!(bench.messages(), Vec::<String>::new());
    let _ = bench.siemparse().arg("--spool").arg(&spool).stdin(lines(500..510)).run().success();
    assert_eq!(bench.messages(), numbered(0..510));
}

#[test]
fn a_spool_has_one_writer_and_needs_standard_input() {
    on_each(|bench| {
        let folder = bench.path("spool");
        let (mut child, pipe) = spawn(bench.url(), &folder);
        let lock = folder.join("default.lock");
        let end = Instant::now() + Duration::from_secs(20);
        while !lock.exists() && Instant::now() < end {
            sleep(Duration::from_millis(5));
        }
        // The lock is taken a moment after its file is made.
        sleep(Duration::from_millis(300));
        let output = bench.siemparse().arg("--spool").arg(&folder).run().expect_code(2);
        let expected = format!("siemparse: {}: another siemparse writes to it\n", folder.display());
        assert_eq!(output.stderr, expected);
        let other = bench.siemparse().args(["-s", "web", "--spool"]).arg(&folder);
        let _ = other.stdin(lines(0..1)).run().success();
        drop(pipe);
        assert!(child.wait().expect("ends").success());
        assert_eq!(bench.messages(), numbered(0..1));
    });
    let output = bare().args(["--spool", "x", "/etc/hostname"]).run().expect_code(2);
    assert!(output.stderr.contains("--spool: standard input is not read"), "{}", output.stderr);
}

#[test]
fn without_a_spool_the_last_line_that_is_stored_is_named() {
    on_each(|bench| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_siemparse"))
            .args(["--db", bench.url(), "-z", "UTC"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("siemparse starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        let text = lines(0..25);
        pipe.write_all(text.as_bytes()).expect("it reads");
        bench.wait_for(25);
        let kill = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status();
        assert!(kill.is_ok_and(|status| status.success()));
        let output = child.wait_with_output().expect("ends");
        let said = String::from_utf8_lossy(&output.stderr);
        let last = format!(
            "siemparse: standard input: the last line stored is line 25, up to byte {}\n",
            text.len()
        );
        assert!(said.ends_with(&last), "{said}");
        drop(pipe);
    });
}
