//! Identity by content: rotation, compression, copies, truncation while nobody reads.

use crate::bench::{Bench, bare, lines, numbered, on_each, pack};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::thread::sleep;
use std::time::Duration;

#[test]
fn packed_files_are_read_whatever_their_names() {
    on_each(|bench| {
        for (number, program) in ["gzip", "zstd", "xz", "bzip2"].into_iter().enumerate() {
            let text = format!("{}last {number}", lines(number * 10..number * 10 + 10));
            let path = bench.write(&format!("{number}"), text);
            pack(program, &path);
        }
        let _ = bench.siemparse().arg("--once").arg(bench.path("*.*")).run().success();
        let messages = bench.messages();
        let expected: Vec<String> = (0..4)
            .flat_map(|n| [numbered(n * 10..n * 10 + 10), vec![format!("last {n}")]].concat())
            .collect();
        assert_eq!(messages, expected);
        let _ = bench.siemparse().arg("--once").arg(bench.path("*.*")).run().success();
        assert_eq!(bench.messages().len(), 44);
    });
}

#[test]
fn packed_standard_input() {
    on_each(|bench| {
        let path = bench.write("a", lines(0..3_000));
        pack("gzip", &path);
        let packed = fs::read(bench.path("a.gz")).expect("reads");
        let _ = bench.siemparse().stdin(packed).run().success();
        assert_eq!(bench.messages(), numbered(0..3_000));
    });
}

#[test]
fn a_broken_archive_gives_what_it_has() {
    on_each(|bench| {
        let path = bench.write("a", lines(0..30_000));
        pack("gzip", &path);
        let packed = fs::read(bench.path("a.gz")).expect("reads");
        let path = bench.write("a.gz", &packed[..packed.len() / 2]);
        let _ = bench.siemparse().arg("--once").arg(&path).run().expect_code(5);
        let got = bench.messages();
        assert!(!got.is_empty() && got == numbered(0..got.len()), "{}", got.len());
        let path = bench.write("a.gz", packed);
        bench.once(path);
        assert_eq!(bench.messages(), numbered(0..30_000));
    });
}

#[test]
fn rotation_to_an_archive_goes_on_inside_it() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..100));
        bench.once(&path);
        bench.append("a.log", lines(100..110));
        fs::rename(&path, bench.path("a.log.1")).expect("renames");
        pack("gzip", &bench.path("a.log.1"));
        bench.write("a.log", lines(110..115));
        bench.once(&path);
        let mut messages = bench.messages();
        messages.sort_by_key(|message| message[5..].parse::<usize>().expect("a number"));
        assert_eq!(messages, numbered(0..115));
    });
}

#[test]
fn a_glob_with_the_rotated_file_reads_it_once() {
    on_each(|bench| {
        let all = bench.path("a.log*");
        bench.write("a.log", lines(0..50));
        let _ = bench.siemparse().arg("--once").arg(&all).run().success();
        fs::rename(bench.path("a.log"), bench.path("a.log.1")).expect("renames");
        bench.append("a.log.1", lines(50..52));
        bench.write("a.log", lines(52..60));
        let _ = bench.siemparse().arg("--once").arg(&all).run().success();
        assert_eq!(sorted(bench), numbered(0..60));
    });
}

#[test]
fn truncation_begins_anew_even_when_the_file_has_regrown() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..10));
        bench.once(&path);
        bench.write("a.log", lines(10..12));
        bench.once(&path);
        bench.write("a.log", lines(12..60));
        bench.once(&path);
        assert_eq!(sorted(bench), numbered(0..60));
    });
}

#[test]
fn a_copy_that_was_truncated_is_known() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..10));
        bench.once(&path);
        bench.append("a.log", lines(10..13));
        fs::copy(&path, bench.path("a.log.1")).expect("copies");
        bench.write("a.log", lines(13..15));
        bench.once(&path);
        assert_eq!(sorted(bench), numbered(0..15));
    });
}

#[test]
fn two_files_with_the_same_beginning_are_two() {
    on_each(|bench| {
        bench.write("a.log", lines(0..30));
        bench.write("b.log", lines(0..30));
        let _ = bench.siemparse().arg("--once").arg(bench.path("*.log")).run().success();
        bench.append("a.log", lines(30..31));
        bench.append("b.log", lines(31..32));
        let _ = bench.siemparse().arg("--once").arg(bench.path("*.log")).run().success();
        let expected = [numbered(0..30), numbered(0..30), numbered(30..32)].concat();
        let mut messages = bench.messages();
        let mut expected = expected;
        messages.sort();
        expected.sort();
        assert_eq!(messages, expected);
    });
}

#[test]
fn another_file_under_an_inode_that_was_read_is_read_from_its_beginning() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..30));
        bench.once(&path);
        // What a file system does that gives a removed file's inode to the next one.
        let inode = |path: &std::path::Path| fs::metadata(path).expect("a file").ino();
        let other = bench.path("b.log");
        let before = inode(&path);
        fs::rename(&path, &other).expect("renames");
        bench.write("b.log", lines(30..90));
        assert_eq!(inode(&other), before);
        bench.once(&other);
        assert_eq!(bench.messages(), numbered(0..90));
        bench.write("b.log", lines(90..100));
        bench.once(&other);
        assert_eq!(bench.messages(), numbered(0..100));
    });
}

#[test]
fn an_empty_file_is_followed_from_its_first_byte() {
    on_each(|bench| {
        let path = bench.write("a.log", "");
        bench.once(&path);
        bench.append("a.log", lines(0..1));
        bench.once(&path);
        bench.append("a.log", lines(1..2));
        bench.once(&path);
        assert_eq!(bench.messages(), numbered(0..2));
    });
}

#[test]
fn many_packed_files_are_not_unpacked_beside_one_another() {
    let folder = testkit::temp_dir();
    let path = |name: &str| folder.path().join(name);
    for number in 0..12 {
        // Lines that are cut are read fast; what unpacks them keeps 8 MiB of a file.
        let line = format!("{number} {}\n", "abcdefghi ".repeat(99_000));
        let file = path(&number.to_string());
        fs::write(&file, line.repeat(8)).expect("writes");
        pack("xz", &file);
    }
    let running = bare().args(["--once", "--dry-run"]).arg(path("*")).spawn();
    let mut memory = 0;
    while let Ok(status) = fs::read_to_string(format!("/proc/{}/status", running.pid())) {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let Some(line) = line else { break };
        let size = line.split_whitespace().next().and_then(|size| size.parse::<usize>().ok());
        memory = size.unwrap_or(memory);
        sleep(Duration::from_millis(1));
    }
    let output = running.wait().success();
    assert!(output.stderr.starts_with("siemparse: 96 lines read"), "{}", output.stderr);
    assert!((1..64 << 10).contains(&memory), "{memory} KiB");
}

/// The messages in the order of their numbers.
fn sorted(bench: &Bench) -> Vec<String> {
    let mut messages = bench.messages();
    messages.sort_by_key(|message| message[5..].parse::<usize>().expect("a number"));
    messages
}
