//! What most scenarios share: a log that is written and rotated while something goes wrong.
//!
//! What it does *not* know: what goes wrong.

use super::random::Random;
use super::verdict::verdict;
use super::writer::{ROTATIONS, Writer};
use super::{Plan, Row};
use crate::{Running, temp_dir, tool};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// A log and its readers.
pub(super) struct Scene<'p> {
    pub(super) plan: Plan<'p>,
    pub(super) random: Random,
    /// What siemparse is given: the log's path, or a glob that sees the rotated files too.
    pub(super) target: PathBuf,
    /// Kills, cuts, crashes.
    pub(super) faults: usize,
    /// The most memory that a reader was seen to have, in KiB.
    pub(super) memory: u64,
    /// The longest that a reader took to end when it was asked to.
    pub(super) end: Duration,
    /// What readers said.
    pub(super) said: String,
}

/// How fast a log is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// The fewest lines in all.
    pub(super) lines: usize,
    /// The longest pause between two pieces, in milliseconds.
    pub(super) pause: usize,
}

/// Writes a log while `faults` happen, reads what is left, and compares.
pub(super) fn play(
    id: &'static str,
    plan: &Plan<'_>,
    pace: Pace,
    faults: impl FnOnce(&mut Scene<'_>),
) -> Row {
    let began = Instant::now();
    let folder = temp_dir();
    let log = folder.path().join("app.log");
    let mut writer = Writer::new(&log, plan.seed);
    let mut random = Random::new(plan.seed);
    let is_glob = random.once_in(2);
    let target = if is_glob { folder.path().join("app.log*") } else { log };
    // What a path was before it was followed for the first time is not promised.
    writer.write(1 + random.below(100));
    let _ = plan.siemparse().args(["--once", "-q"]).arg(&target).run().success();
    let (end, said) = (Duration::ZERO, String::new());
    let mut scene = Scene { plan: *plan, random, target, faults: 0, memory: 0, end, said };
    let is_over = AtomicBool::new(false);
    scope(|scope| {
        scope.spawn(|| {
            let mut random = Random::new(plan.seed ^ 1);
            while !is_over.load(Ordering::Relaxed) || writer.count() < pace.lines {
                writer.write(1 + random.below(100));
                if random.once_in(40) {
                    writer.rotate(&ROTATIONS);
                }
                sleep(random.pause(0, pace.pause));
            }
        });
        // A scenario that fails still lets the writer end.
        let _over = Over(&is_over);
        faults(&mut scene);
    });
    let rest = plan.siemparse().arg("--once").arg(&scene.target).run();
    let (verdict, wrong) = verdict(plan.db, plan.seed, writer.count());
    let way = if is_glob { "glob" } else { "path" };
    let mut note = format!("{} rotations, {way}", writer.rotations());
    if scene.memory > 0 {
        note += &format!(", {} MiB at most", scene.memory / 1024);
    }
    if !scene.end.is_zero() {
        note += &format!(", ends in {:.1} s", scene.end.as_secs_f64());
    }
    let mut said = format!("{}{}{wrong}{:?}", scene.said, rest.stderr, writer.history());
    if !verdict.is_exact() {
        let status = tool("siemmanage").env("SIEM_DB", plan.db).args(["status", "-o", "json"]);
        said += &status.run().stdout;
    }
    plan.row(id, scene.faults, verdict, &note, began).said(&said)
}

/// Says that it is over when it is dropped.
pub(super) struct Over<'o>(pub(super) &'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Scene<'_> {
    /// A reader of the log; a database that is away when it starts is waited for.
    pub(super) fn follow(&self) -> Running {
        self.plan.siemparse().arg("--wait-db").arg(&self.target).spawn()
    }

    /// Lets some time pass, and looks at a reader's memory meanwhile.
    pub(super) fn pass(&mut self, reader: &Running, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.memory = self.memory.max(memory(reader.pid()));
            sleep(Duration::from_millis(20).min(end.saturating_duration_since(Instant::now())));
        }
    }

    /// Ends a reader with a signal that asks for it.
    pub(super) fn stop(&mut self, reader: Running, signal: &str) {
        let began = Instant::now();
        reader.signal(signal);
        let output = reader.wait();
        self.end = self.end.max(began.elapsed());
        self.said += &format!("{}: {}", output.code, output.stderr);
    }

    /// Kills a reader.
    pub(super) fn kill(&mut self, reader: Running) {
        reader.signal("KILL");
        let output = reader.wait();
        assert_eq!(output.code, 137, "seed {}: {}", self.plan.seed, output.stderr);
        self.faults += 1;
    }
}

/// How much memory a process has at the moment, in KiB.
pub(super) fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
