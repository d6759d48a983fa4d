//! R27: hours of a log that grows and is rotated, while one siemparse and one siemtrigger stay.
//!
//! What they take is looked at every second, and that of the second sixth of the run held against
//! that of the last one: memory, descriptors, the tables that every batch changes (PostgreSQL), the
//! log before the file (SQLite). The server crashes, or siemparse is told to open its files anew,
//! ten times. At the end every line is stored once.
//!
//! What it does *not* know: what is much; only what grows.

use super::random::Random;
use super::scene::Over;
use super::server::Server;
use super::verdict::verdict;
use super::writer::{ROTATIONS, Writer};
use super::{Plan, Row, init};
use crate::{Running, temp_dir, tool};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant, SystemTime};

/// A second's writes, about: pieces of up to a hundred lines, each after up to this pause.
const PAUSE: usize = 200;
/// After how many pieces the log is rotated.
const ROTATION: usize = 60;
/// How many logs are kept: each is a descriptor, and there have to be as many early on.
const KEPT: usize = 20;
/// How often the fault strikes.
const FAULTS: u16 = 10;
/// How much more memory the end may take, in KiB, and how many more descriptors.
const MORE: (u64, usize) = (5 << 10, 4);

/// One SIEM event every thousand lines or so.
const RULES: &str = r#"{"rules_default": [
  {"name": "each", "severity": 6, "where": "message contains '00 x'", "message": "{message}"}]}"#;

/// Runs for a while on one of the databases; also whether all stayed flat, and no rotated file was
/// missed.
///
/// # Panics
/// A program cannot be run, or ended.
#[must_use]
pub fn soak(seed: u64, span: Duration, is_sqlite: bool) -> (Row, bool) {
    let began = Instant::now();
    let folder = temp_dir();
    let server = (!is_sqlite).then(|| Server::new(""));
    let file = folder.path().join("test.db");
    let sqlite = format!("sqlite:{}", file.display());
    let url = server.as_ref().map_or(sqlite, Server::url);
    let plan = Plan { db: &url, seed, is_full: true };
    init(&plan);
    let log = folder.path().join("app.log");
    let mut writer = Writer::new(&log, seed);
    writer.write(1);
    let target = folder.path().join("app.log*");
    let _ = plan.siemparse().args(["--once", "-q"]).arg(&target).run().success();
    let (reader, trigger) = start(&plan, folder.path(), &target, span);
    let is_over = AtomicBool::new(false);
    let looks = scope(|scope| {
        scope.spawn(|| write(&mut writer, seed, folder.path(), &is_over));
        let see = || Look::new(&reader, &trigger, server.as_ref(), &file);
        // A program that ends lets the writer end too.
        let _over = Over(&is_over);
        watch(span, see, || match &server {
            Some(server) => server.crash(),
            None => reader.signal("HUP"),
        })
    });
    reader.signal("TERM");
    trigger.signal("TERM");
    let reader = reader.wait();
    // In a short run the server may still be starting; what is not stored is read next.
    let reader = if is_sqlite { reader.success() } else { reader };
    let said = reader.stderr + &trigger.wait().success().stderr;
    let _ = plan.siemparse().args(["--once", "-q"]).arg(&target).run().success();
    let (verdict, wrong) = verdict(plan.db, seed, writer.count());
    let (note, is_flat) = compare(&looks, is_sqlite, writer.rotations());
    let row = plan.row("R27", FAULTS.into(), verdict, &note, began);
    let is_calm = !said.contains("log: no such file") && !said.contains(".gz: no such file");
    (row.said(&format!("{said}{wrong}")), is_flat && is_calm)
}

/// The two that stay.
fn start(plan: &Plan<'_>, folder: &Path, target: &Path, span: Duration) -> (Running, Running) {
    let rules = folder.join("rules.json");
    fs::write(&rules, RULES).expect("a file of rules");
    let manage = tool("siemmanage").env("SIEM_DB", plan.db).args(["rules", "import"]);
    let _ = manage.arg(&rules).run().success();
    let limit = span + Duration::from_secs(600);
    let reader = plan.siemparse().arg("--wait-db").arg(target).timeout(limit).spawn();
    let trigger = tool("siemtrigger").env("SIEM_DB", plan.db).timeout(limit).spawn();
    (reader, trigger)
}

/// Writes until it is over, a few hundred lines a second, and removes old logs.
fn write(writer: &mut Writer, seed: u64, folder: &Path, is_over: &AtomicBool) {
    let mut random = Random::new(seed ^ 1);
    while !is_over.load(Ordering::Relaxed) {
        writer.write(1 + random.below(100));
        if random.once_in(ROTATION) {
            writer.rotate(&ROTATIONS);
            prune(folder);
        }
        sleep(random.pause(0, PAUSE));
    }
}

/// Removes the oldest logs.
fn prune(folder: &Path) {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut logs: Vec<(SystemTime, _)> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("app.log"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    logs.sort();
    let surplus = logs.len().saturating_sub(KEPT);
    for (_, path) in &logs[..surplus] {
        fs::remove_file(path).expect("an old log to remove");
    }
}

/// Looks every second, and lets the fault strike now and then.
fn watch(span: Duration, see: impl Fn() -> Look, strike: impl Fn()) -> Vec<Look> {
    let (began, mut struck, mut looks) = (Instant::now(), 0, Vec::new());
    while began.elapsed() < span {
        sleep(Duration::from_secs(1).min(span / 60));
        if struck < FAULTS && began.elapsed() > span * u32::from(struck + 1) / u32::from(FAULTS + 1)
        {
            strike();
            struck += 1;
        }
        looks.push(see());
    }
    looks
}

/// What is taken at one moment.
#[derive(Clone, Copy, Default)]
struct Look {
    /// KiB of siemparse's memory.
    memory: u64,
    descriptors: usize,
    /// KiB of siemtrigger's memory.
    trigger: u64,
    /// KiB of the tables, or of the log, that every batch changes.
    store: u64,
}

impl Look {
    fn new(reader: &Running, trigger: &Running, server: Option<&Server>, file: &Path) -> Look {
        assert!(reader.is_alive() && trigger.is_alive(), "one has ended");
        let open = Path::new("/proc").join(reader.pid().to_string()).join("fd");
        let size = "SELECT pg_total_relation_size('cursor') + pg_total_relation_size('counter')";
        let store = match server {
            Some(server) => server.sql(size).trim().parse().unwrap_or(0),
            None => {
                let log = file.with_extension("db-wal");
                fs::metadata(log).map_or(0, |metadata| metadata.len())
            }
        };
        Look {
            memory: resident(reader.pid()),
            descriptors: fs::read_dir(open).map_or(0, Iterator::count),
            trigger: resident(trigger.pid()),
            store: store >> 10,
        }
    }

    /// The most of each.
    fn most(looks: &[Look]) -> Look {
        looks.iter().fold(Look::default(), |most, look| Look {
            memory: most.memory.max(look.memory),
            descriptors: most.descriptors.max(look.descriptors),
            trigger: most.trigger.max(look.trigger),
            store: most.store.max(look.store),
        })
    }
}

/// How the last sixth is beside the second, and whether that is flat.
fn compare(looks: &[Look], is_sqlite: bool, rotations: usize) -> (String, bool) {
    let sixth = looks.len() / 6;
    let (early, late) = (&looks[sixth..2 * sixth], &looks[looks.len() - sixth..]);
    let (early, late) = (Look::most(early), Look::most(late));
    let (tables, room) =
        if is_sqlite { ("the write-ahead log", 64 << 10) } else { ("cursor and counter", 5 << 10) };
    let is_flat = late.memory <= early.memory + MORE.0
        && late.trigger <= early.trigger + MORE.0
        && late.descriptors <= early.descriptors + MORE.1
        && late.store <= early.store + room;
    let mib = |from: u64, to: u64| format!("{} → {} MiB", from >> 10, to >> 10);
    let note = format!(
        "{rotations} rotations; siemparse {}, {} → {} descriptors; siemtrigger {}; {tables} {} → {} KiB",
        mib(early.memory, late.memory),
        early.descriptors,
        late.descriptors,
        mib(early.trigger, late.trigger),
        early.store,
        late.store,
    );
    (note, is_flat)
}

/// How much memory a process has now, in KiB.
fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
