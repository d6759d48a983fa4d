//! R11, R15: a line that does not end, and very many files.
//!
//! What it does *not* know: how they are read.

use super::scene::memory;
use super::verdict::{Verdict, verdict};
use super::writer::line;
use super::{Plan, Row};
use crate::{Running, temp_dir, tool};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How much of a line is kept.
const CAP: usize = 1 << 20;

/// A line of a gigabyte between two short ones.
pub(super) fn line_of(plan: &Plan<'_>) -> Row {
    let began = Instant::now();
    let size = if plan.is_full { 1_000 } else { 100 };
    let folder = temp_dir();
    let log = folder.path().join("app.log");
    let mut file = File::create(&log).expect("a file");
    let piece = vec![b'x'; 1_000_000];
    file.write_all(b"before\n").expect("there is room");
    for _ in 0..size {
        file.write_all(&piece).expect("there is room");
    }
    file.write_all(b"\nafter\n").expect("there is room");
    let reader = plan.siemparse().arg("--once").arg(&log).spawn();
    let mut most = 0;
    loop {
        let now = memory(reader.pid());
        if now == 0 && most > 0 {
            break;
        }
        most = most.max(now);
        sleep(Duration::from_millis(5));
    }
    let said = reader.wait().stderr;
    let raw = tool("siemquery").env("SIEM_DB", plan.db).args(["--raw", "-n", "0"]).run().bytes;
    let whole = [b"before\n".as_slice(), &vec![b'x'; CAP], b"\nafter\n"].concat();
    let lost = usize::from(raw != whole);
    let verdict = Verdict { written: 3, lost, ..Verdict::default() };
    let note = format!("a line of {size} MB, {} MiB of memory", most / 1024);
    plan.row("R11", 1, verdict, &note, began).said(&said)
}

/// Ten thousand files, some of them busy, then all rotated at once.
pub(super) fn files(plan: &Plan<'_>) -> Row {
    let began = Instant::now();
    let files = if plan.is_full { 10_000 } else { 600 };
    let folder = temp_dir();
    let mut written = 0;
    let mut append = |number: usize| {
        let path = folder.path().join(format!("f{number}.log"));
        let mut file = OpenOptions::new().append(true).create(true).open(path).expect("a file");
        file.write_all(line(plan.seed, written).as_bytes()).expect("there is room");
        written += 1;
        written
    };
    (0..2 * files).for_each(|number| _ = append(number % files));
    let glob = folder.path().join("f*.log");
    let reader = plan.siemparse().arg(&glob).spawn();
    let mut most = Most::default();
    let first = most.wait_for(&reader, plan, 2 * files);
    for turn in 0..20 {
        (0..100).for_each(|number| _ = append((turn + number * 7) % files));
        most.look(&reader);
        sleep(Duration::from_millis(100));
    }
    for number in 0..files {
        let path = folder.path().join(format!("f{number}.log"));
        fs::rename(&path, path.with_extension("log.1")).expect("a file to rename");
    }
    let total = (0..files).map(&mut append).last().unwrap_or(0);
    let second = most.wait_for(&reader, plan, total);
    reader.signal("TERM");
    let said = reader.wait().stderr;
    let _ = plan.siemparse().args(["--once", "-q"]).arg(&glob).run().success();
    let (verdict, wrong) = verdict(plan.db, plan.seed, total);
    let Most { memory, descriptors } = most;
    let note = format!(
        "{files} files: first read in {first} s, all rotated and read in {second} s; {} MiB of \
         memory, {descriptors} descriptors",
        memory / 1024
    );
    plan.row("R15", files, verdict, &note, began).said(&format!("{said}{wrong}"))
}

/// The most that a reader was seen to use.
#[derive(Default)]
struct Most {
    memory: u64,
    descriptors: usize,
}

impl Most {
    fn look(&mut self, reader: &Running) {
        self.memory = self.memory.max(memory(reader.pid()));
        let open = Path::new("/proc").join(reader.pid().to_string()).join("fd");
        self.descriptors = self.descriptors.max(fs::read_dir(open).map_or(0, Iterator::count));
    }

    /// Waits until so many lines are stored, or none for a minute; how many seconds that took.
    fn wait_for(&mut self, reader: &Running, plan: &Plan<'_>, lines: usize) -> u64 {
        let (began, mut changed, mut count) = (Instant::now(), Instant::now(), 0);
        while changed.elapsed() < Duration::from_secs(60) {
            for _ in 0..10 {
                self.look(reader);
                sleep(Duration::from_millis(50));
            }
            let read = tool("siemquery").env("SIEM_DB", plan.db).args(["--raw", "-n", "0"]);
            let stored = read.timeout(Duration::from_secs(300)).run();
            let now = stored.bytes.iter().filter(|&&byte| byte == b'\n').count();
            if now >= lines {
                break;
            }
            if now > count {
                (changed, count) = (Instant::now(), now);
            }
        }
        began.elapsed().as_secs()
    }
}
