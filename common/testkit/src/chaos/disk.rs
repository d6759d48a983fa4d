//! R09, R10: the disk of the database or of a spool is full, and has room again later.
//!
//! A small file system in memory is mounted for it; that needs root, or `unshare -rm` around the
//! test. What it does *not* know: what siemparse does meanwhile.

use super::scene::{Pace, play};
use super::server::Server;
use super::verdict::verdict;
use super::writer::line;
use super::{Plan, Row, init};
use crate::temp_dir;
use std::fs::{self, File};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How large the file system is, and how much of it is taken, in MiB.
const ROOM: u64 = 320;
const TAKEN: u64 = 290;

/// A file system in memory, gone with the value.
struct Small(TempDir);

impl Small {
    /// One of so many MiB.
    fn new(room: u64) -> Small {
        let folder = temp_dir();
        let size = format!("size={room}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path());
        let mounted = mount.status().is_ok_and(|status| status.success());
        assert!(mounted, "no right to mount; run it under `unshare -rm`");
        Small(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file that takes so many MiB of the room away.
    fn ballast(&self, size: u64) -> PathBuf {
        let path = self.path().join("ballast");
        let zeros = vec![0; 1 << 20];
        let mut file = File::create(&path).expect("a file");
        for _ in 0..size {
            std::io::Write::write_all(&mut file, &zeros).expect("there is room");
        }
        path
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

/// The disk is full for a while.
pub(super) fn full(plan: &Plan<'_>) -> Row {
    let small = Small::new(ROOM);
    if plan.db.starts_with("sqlite:") {
        let db = format!("sqlite:{}", small.path().join("test.db").display());
        let plan = Plan { db: &db, ..*plan };
        init(&plan);
        return fill(&plan, &small);
    }
    let server = Server::new("");
    if let Some((user, group)) = server.owner() {
        chown(small.path(), Some(user), Some(group)).expect("a folder given away");
    }
    let folder = small.path().join("space");
    fs::create_dir(&folder).expect("a folder");
    if let Some((user, group)) = server.owner() {
        chown(&folder, Some(user), Some(group)).expect("a folder given away");
    }
    server.move_to(&folder);
    let plan = Plan { db: &server.url(), ..*plan };
    init(&plan);
    let row = fill(&plan, &small);
    drop(server);
    row
}

fn fill(plan: &Plan<'_>, small: &Small) -> Row {
    let times = if plan.is_full { 3 } else { 1 };
    play("R09", plan, Pace { lines: 1_000, pause: 12 }, |scene| {
        let reader = scene.follow();
        for turn in 0..times {
            scene.pass(&reader, Duration::from_secs(1));
            let ballast = small.ballast(TAKEN - 60 * turn);
            // What is left is taken too.
            let rest = small.path().join("rest");
            let _ = Command::new("dd")
                .args(["if=/dev/zero", "bs=64k", "status=none"])
                .arg(format!("of={}", rest.display()))
                .stderr(std::process::Stdio::null())
                .status();
            scene.pass(&reader, Duration::from_secs(4));
            fs::remove_file(rest).expect("a file to remove");
            fs::remove_file(ballast).expect("a file to remove");
            scene.faults += 1;
            scene.pass(&reader, Duration::from_secs(4));
        }
        scene.stop(reader, "TERM");
    })
}

/// The disk of a spool has less room than what comes, and more of it again and again.
pub(super) fn spool(plan: &Plan<'_>) -> Row {
    let began = Instant::now();
    let (times, step, lines) = if plan.is_full { (5, 5, 200_000) } else { (2, 1, 20_000) };
    let small = Small::new(64);
    let ballast = small.ballast(64 - step);
    let text: String = (0..lines).map(|number| line(plan.seed, number)).collect();
    let spool = small.path().join("spool");
    let reader = plan.siemparse().arg("--spool").arg(&spool).stdin(text).spawn();
    for turn in 2..=times {
        sleep(Duration::from_secs(3));
        File::options()
            .write(true)
            .open(&ballast)
            .and_then(|it| it.set_len((64 - turn * step) << 20))
            .expect("a smaller file");
    }
    sleep(Duration::from_secs(3));
    fs::remove_file(ballast).expect("a file to remove");
    let said = reader.wait().success().stderr;
    let faults = said.matches("; trying again").count();
    assert!(faults > 0 && said.matches("works again").count() == faults, "{said}");
    assert!(faults <= usize::try_from(times).unwrap_or(0), "once an outage: {said}");
    let left = fs::read_dir(&spool).expect("a folder").count();
    let (verdict, wrong) = verdict(plan.db, plan.seed, lines);
    let note = format!("the disk of --spool, {left} file left in it");
    plan.row("R10", faults, verdict, &note, began).said(&format!("{said}{wrong}"))
}
