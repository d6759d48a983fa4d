//! The agent's events about itself: `start`, `lost`, `stats`, `stop`.
//!
//! They have category `siemagent` and the same `seq` as other lines. What it does *not* know: when
//! they are due.

use crate::count::{Account, Row};
use crate::fim::Scan;
use crate::guard::Counts;
use crate::kind::{Kind, Kinds};
use crate::line::{Machine, Object, SCHEMA};
use crate::probe::Outcome;
use common::clock::Timestamp;
use std::sync::atomic::Ordering;

/// Begins a line about the agent.
pub(crate) fn open<'o>(out: &'o mut Vec<u8>, machine: &Machine, action: &str) -> Object<'o> {
    let mut object = Object::open(out);
    object.text("schema", SCHEMA);
    object.time("time", Timestamp::now());
    object.text("host", &machine.host);
    object.text("boot_id", &machine.boot_id);
    object.text("product", "linux");
    object.text("category", "siemagent");
    object.text("kind", action);
    object.number("ProcessId", std::process::id().into());
    object
}

/// What is watched, and what could not be.
pub(crate) fn start(object: &mut Object<'_>, source: &str, events: Kinds, outcomes: &[Outcome]) {
    object.text("version", env!("CARGO_PKG_VERSION"));
    object.text("kernel", &kernel());
    object.text("source", source);
    object.list("events", events.iter().map(Kind::name));
    let mut good: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| outcome.error.is_none())
        .map(|outcome| outcome.program)
        .collect();
    good.dedup();
    object.list("attached", good);
    let bad = outcomes.iter().filter_map(|outcome| {
        let error = outcome.error.as_ref()?;
        let errno = error.errno.map_or(String::new(), |errno| format!(" (errno {errno})"));
        Some(format!("{} {}: {}{errno}", outcome.program, outcome.hook, error.what))
    });
    object.list("unavailable", bad);
}

/// What looking at every file of `--fim` gave.
pub(crate) fn scan(object: &mut Object<'_>, scan: &Scan) {
    object.count("files", scan.files.try_into().unwrap_or(u64::MAX));
    object.count("changes", scan.changes);
    object.count("new_roots", scan.new_roots);
    object.count("unreadable", scan.unreadable);
    object.count("unwatched", scan.unwatched);
    object.list("watched_by", &scan.by);
}

/// How a policy is enforced, and why not otherwise.
pub(crate) fn policy(
    object: &mut Object<'_>,
    dry_run: bool,
    asks: bool,
    kills: bool,
    refused: Option<&str>,
) {
    let ways = [(asks, "fanotify"), (kills, "kill")];
    object.list("denies_by", ways.into_iter().filter(|(has, _)| *has).map(|(_, name)| name));
    object.optional("fanotify_refused", refused);
    object.mark("dry_run", dry_run);
}

/// What was asked before programs started.
pub(crate) fn guard(object: &mut Object<'_>, counts: &Counts) {
    let numbers = [("asked", &counts.asked), ("late", &counts.late), ("untold", &counts.untold)];
    for (name, number) in numbers {
        object.count(&format!("guard_{name}"), number.load(Ordering::Relaxed));
    }
}

/// The totals, and what was lost of which kind.
pub(crate) fn account(object: &mut Object<'_>, account: &Account, missed: u64) {
    let names = ["seen", "written", "lost", "dropped", "filtered", "suppressed"];
    for (name, number) in names.iter().zip(account.totals()) {
        object.count(name, number);
    }
    object.count("on_the_way", account.on_the_way());
    object.count("missed_runs", missed);
    if account.overflows > 0 {
        object.count("overflows", account.overflows);
    }
    rows(object, "seen", &account.probed.seen);
    rows(object, "lost", &account.probed.lost);
    rows(object, "dropped", &account.dropped);
    rows(object, "suppressed", &account.probed.suppressed);
}

fn rows(object: &mut Object<'_>, name: &str, row: &Row) {
    for (kind, number) in Kind::ALL.iter().zip(row).filter(|(_, number)| **number > 0) {
        object.count(&format!("{name}_{kind}"), *number);
    }
}

fn kernel() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    text.trim().to_owned()
}
