//! R01: kill -9 at any moment, while a writer tears its lines and a rotation renames, copies and
//! packs the files.
//!
//! What it does *not* know: why a line is missing; the seed repeats the run's choices.

use super::random::Random;
use super::verdict::verdict;
use super::writer::{ROTATIONS, Writer};
use super::{Plan, Row};
use crate::temp_dir;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// Kills a follower again and again.
#[must_use]
pub(super) fn kill(plan: &Plan<'_>) -> Row {
    let (kills, lines) = if plan.is_full { (100, 50_000) } else { (8, 2_000) };
    let began = Instant::now();
    let folder = temp_dir();
    let log = folder.path().join("app.log");
    let mut writer = Writer::new(&log, plan.seed);
    let mut random = Random::new(plan.seed);
    let is_over = AtomicBool::new(false);
    // A glob sees the rotated files by itself, a path finds them beside itself.
    let is_glob = random.once_in(2);
    let target = if is_glob { folder.path().join("app.log*") } else { log };
    scope(|scope| {
        scope.spawn(|| {
            let mut random = Random::new(plan.seed ^ 1);
            while !is_over.load(Ordering::Relaxed) || writer.count() < lines {
                writer.write(1 + random.below(100));
                if random.once_in(40) {
                    writer.rotate(&ROTATIONS);
                }
                sleep(random.pause(0, 12));
            }
        });
        for _ in 0..kills {
            let running = plan.siemparse().arg(&target).spawn();
            sleep(random.pause(30, 700));
            running.signal("KILL");
            let output = running.wait();
            assert_eq!(output.code, 137, "seed {}: {}", plan.seed, output.stderr);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let running = plan.siemparse().arg("--once").arg(&target);
    let output = running.timeout(Duration::from_secs(120)).run();
    let (verdict, wrong) = verdict(plan.db, plan.seed, writer.count());
    let what =
        format!("{} rotations, {}", writer.rotations(), if is_glob { "glob" } else { "path" });
    plan.row("R01", kills, verdict, &what, began).said(&format!(
        "{}{wrong}{:?}",
        output.stderr,
        writer.history()
    ))
}
