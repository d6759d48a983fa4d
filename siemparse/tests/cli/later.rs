//! Files that begin alike, copies, and files that change between two looks: what is put off is read
//! in the end, and read once.

use crate::bench::{Bench, lines, numbered, on_each, pack, stop};
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// More lines than a cursor knows first bytes of.
const COMMON: Range<usize> = 0..60;

/// The lines that two files share, and lines of its own.
fn alike(own: Range<usize>) -> String {
    lines(COMMON) + &lines(own)
}

/// Writes a file and packs it.
fn packed(bench: &Bench, name: &str, text: impl AsRef<[u8]>) {
    pack("gzip", &bench.write(name, text));
}

/// How many lines a run to the end prints, and how many another one counts.
fn printed(bench: &Bench, files: &Path) -> (usize, String) {
    let run = |args: &[&str]| bench.siemparse().args(args).arg(files).run().success();
    let count = run(&["--once", "--dry-run"]).stderr;
    let count = count.split(" lines read").next().unwrap_or_default().to_owned();
    (run(&["--once", "-q", "-o", "jsonl"]).stdout.lines().count(), count)
}

/// Reads files to their end twice, and expects so many lines, each time and in each way.
fn read_twice(bench: &Bench, pattern: &str, count: usize) {
    let files = bench.path(pattern);
    for turn in 0..2 {
        let output = bench.siemparse().arg("--once").arg(&files).run().success();
        let expected = format!("siemparse: {} lines read", if turn == 0 { count } else { 0 });
        assert!(output.stderr.starts_with(&expected), "{expected}: {}", output.stderr);
        assert_eq!(bench.messages().len(), count, "{turn}");
    }
    assert_eq!(printed(bench, &files), (count, format!("siemparse: {count}")));
}

fn sorted(bench: &Bench) -> Vec<String> {
    let mut messages = bench.messages();
    messages.sort();
    messages
}

fn expected(ranges: &[Range<usize>]) -> Vec<String> {
    let mut messages: Vec<String> = ranges.iter().cloned().flat_map(numbered).collect();
    messages.sort();
    messages
}

#[test]
fn a_plain_and_packed_files_that_begin_alike_are_all_read() {
    on_each(|bench| {
        bench.write("x.log", alike(100..120));
        packed(bench, "y", alike(200..220));
        packed(bench, "z", alike(300..320));
        read_twice(bench, "*", 240);
        let all = [COMMON, 100..120, COMMON, 200..220, COMMON, 300..320];
        assert_eq!(sorted(bench), expected(&all));
    });
}

#[test]
fn a_file_whose_name_is_that_of_another_one_packed_is_read() {
    on_each(|bench| {
        packed(bench, "x.log", alike(200..220));
        bench.write("x.log", alike(100..120));
        // Not packed at all, nor long enough to be.
        bench.write("y.gz", "a\nb\n");
        read_twice(bench, "*", 162);
    });
}

#[test]
fn a_packed_file_that_goes_on_where_a_short_one_ends_is_another() {
    on_each(|bench| {
        bench.write("x.log", lines(0..1));
        packed(bench, "y", lines(0..30));
        read_twice(bench, "*", 31);
    });
}

#[test]
fn copies_are_read_once_packed_or_not_whole_or_in_part() {
    on_each(|bench| {
        bench.write("x.log", alike(100..150));
        packed(bench, "y", alike(100..150));
        packed(bench, "z", alike(100..120));
        bench.write("x.log.1", alike(100..130));
        read_twice(bench, "*", 110);
        assert_eq!(sorted(bench), expected(&[COMMON, 100..150]));
    });
}

#[test]
fn a_file_packed_in_two_ways_is_read_once() {
    on_each(|bench| {
        packed(bench, "x", alike(100..150));
        pack("xz", &bench.write("x", alike(100..150)));
        read_twice(bench, "*", 110);
    });
}

#[test]
fn a_file_that_was_empty_when_it_was_claimed_and_its_packed_copy_are_read_once() {
    on_each(|bench| {
        bench.once(bench.write("x.log", ""));
        packed(bench, "x.log", alike(100..150));
        bench.write("x.log", alike(100..150));
        read_twice(bench, "*", 110);
    });
}

#[test]
fn what_a_packed_copy_has_beyond_what_was_stored_is_read_when_it_is_given_alone() {
    on_each(|bench| {
        let path = bench.write("x.log", alike(100..110));
        bench.once(&path);
        bench.append("x.log", lines(110..120));
        packed(bench, "y", alike(100..115));
        bench.once(bench.path("y.gz"));
        assert_eq!(sorted(bench), expected(&[COMMON, 100..115]));
        bench.once(&path);
        assert_eq!(sorted(bench), expected(&[COMMON, 100..120]));
    });
}

#[test]
fn a_follower_reads_all_that_begin_alike() {
    on_each(|bench| {
        bench.write("x.log", alike(100..120));
        packed(bench, "y", alike(200..220));
        let running = bench.follow(bench.path("*"));
        bench.wait_for(160);
        stop(running);
        assert_eq!(sorted(bench), expected(&[COMMON, 100..120, COMMON, 200..220]));
    });
}

/// What is not promised: a copy is half written for longer than anybody waits, and its original is
/// gone. Nothing tells it from a new file that begins alike, so it is one: its lines are stored again,
/// none is lost, and each source's account says what became of its own.
#[test]
fn a_copy_that_stays_half_written_without_its_original_is_a_file_of_its_own() {
    on_each(|bench| {
        let path = bench.write("a.log", alike(100..160));
        bench.once(&path);
        fs::remove_file(path).expect("removed");
        bench.write("a.log.1", alike(100..120));
        bench.once(bench.path("a.log*"));
        assert_eq!(sorted(bench), expected(&[COMMON, 100..160, COMMON, 100..120]));
        bench.append("a.log.1", lines(120..170));
        bench.once(bench.path("a.log*"));
        assert_eq!(sorted(bench), expected(&[COMMON, 100..160, COMMON, 100..170]));
        let accounts = bench.accounts();
        let told = |name: &str| {
            let of_it = accounts.iter().filter(|one| one.name.ends_with(name));
            let lines = of_it
                .map(|one| (one.offered.lines, one.stored.lines, one.gap.lines, one.open().lines));
            lines.collect::<Vec<_>>()
        };
        assert_eq!(
            (told("/a.log"), told("/a.log.1")),
            (vec![(120, 120, 0, 0)], vec![(130, 130, 0, 0)])
        );
    });
}

/// Another process waits for a source's lock while its file is copied and written anew: what it
/// claimed is the copy now. A second one reads the new content meanwhile.
#[test]
fn a_file_that_is_written_anew_after_it_was_claimed_is_claimed_again() {
    let database = testkit::database();
    let bench = Bench::new(database.url());
    let path = bench.write("a.log", lines(0..40));
    let hold = "DO $$ BEGIN PERFORM pg_advisory_lock(hashtextextended('siem source 1', 0)); \
        FOR i IN 1..400 LOOP \
        EXIT WHEN EXISTS (SELECT FROM pg_class WHERE relname = 'released'); PERFORM pg_sleep(0.01); END LOOP; END $$";
    thread::scope(|scope| {
        scope.spawn(|| database.sql(hold));
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted";
        wait_until(|| database.sql(locks) == "1");
        let first = bench.siemparse().arg("--once").arg(&path).spawn();
        wait_until(|| database.sql("SELECT count(*) FROM cursor WHERE source = 1") == "1");
        // Out of sight at first: who finds it has the source.
        fs::copy(&path, bench.path("kept")).expect("copies");
        bench.write("a.log", lines(40..90));
        let second = bench.siemparse().arg("--once").arg(&path).spawn();
        bench.wait_for(50);
        let _ = database.sql("CREATE TABLE released ()");
        let _ = (first.wait(), second.wait());
    });
    fs::rename(bench.path("kept"), bench.path("a.log.1")).expect("renames");
    let _ = bench.siemparse().arg("--once").arg(bench.path("a.log*")).run().success();
    assert_eq!(sorted(&bench), expected(&[0..40, 40..90]));
}

fn wait_until(is_so: impl Fn() -> bool) {
    let end = std::time::Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(std::time::Instant::now() < end, "it never is so");
        thread::sleep(Duration::from_millis(5));
    }
}
