//! `--fim`: the files of some directories against their baseline.
//!
//! ```text
//!  start: every file is looked at ─► differs from the baseline ─┐
//!  watch: a name was touched ─► the file is looked at ──────────┴─► Change ─► the agent ─► a line
//! ```
//!
//! A thread of its own, since hashing takes time that the ring has not. What counts is what a file
//! is, not what was done to it: when the kernel's queue was full, all files are looked at again, and
//! no change is lost but those that were undone in between. A root that the baseline does not know
//! is taken as it is. Other file systems below a root are not entered.
//!
//! What it does *not* know: lines, counts.

mod baseline;
mod state;

pub(crate) use baseline::Baseline;
pub(crate) use state::{Sort, State, digits};

use crate::watch::{Touch, Watch, What};
use common::clock::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A file that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Which.
    pub(crate) path: PathBuf,
    /// Who touched it last, where that is known.
    pub(crate) pid: Option<u32>,
    /// When it was looked at.
    pub(crate) time: Timestamp,
    /// What it was; `None`: it was not there.
    pub(crate) old: Option<State>,
    /// What it is; `None`: it is gone.
    pub(crate) new: Option<State>,
    /// Whether looking at everything found it, not watching.
    pub(crate) by_scan: bool,
}

/// What looking at everything gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Files, directories and links that are known now.
    pub(crate) files: usize,
    /// Files that could not be read.
    pub(crate) unreadable: u64,
    /// Directories that could not be watched.
    pub(crate) unwatched: u64,
    /// Differences from the baseline.
    pub(crate) changes: u64,
    /// Roots that were new to the baseline.
    pub(crate) new_roots: u64,
    /// What watches.
    pub(crate) by: Vec<&'static str>,
}

/// What the thread says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A change.
    Change(Box<Change>),
    /// Everything has been looked at.
    Scan(Scan),
    /// The baseline or the watch fails, and with it the thread.
    Failed(String),
}

/// The thread.
#[derive(Debug)]
pub(crate) struct Fim {
    told: Receiver<Told>,
    stop: Arc<AtomicBool>,
    /// Whether what was told has been written.
    keep: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// How long names are gathered before their files are looked at.
const GATHER: Duration = Duration::from_millis(50);
/// How long changes wait until they are in the baseline: see there.
const SETTLE: Duration = Duration::from_secs(1);
/// Changes on their way to the agent at most.
const ROOM: usize = 1024;

impl Fim {
    /// Starts the thread.
    ///
    /// # Errors
    /// No thread can be made.
    pub(crate) fn start(roots: Vec<PathBuf>, baseline: Baseline, watch: Watch) -> io::Result<Fim> {
        let (out, told) = sync_channel(ROOM);
        let (stop, keep) = (Arc::default(), Arc::default());
        let work = Work {
            roots,
            baseline,
            watch,
            out,
            stop: Arc::clone(&stop),
            unwatched: 0,
            settled: Instant::now(),
        };
        let keeps = Arc::clone(&keep);
        let builder = std::thread::Builder::new().name("fim".to_owned()).stack_size(512 << 10);
        let thread = builder.spawn(move || work.run(&keeps))?;
        Ok(Fim { told, stop, keep, thread })
    }

    /// The next thing that was told, if there is one.
    pub(crate) fn next(&self) -> Option<Told> {
        self.told.try_recv().ok()
    }

    /// Ends the thread. What it told is in the baseline from now on, if it was written.
    pub(crate) fn stop(self, is_written: bool) {
        self.keep.store(is_written, Ordering::Release);
        self.stop.store(true, Ordering::Release);
        // A thread that waits for room must not wait for us.
        drop(self.told);
        let _ = self.thread.join();
    }
}

/// The roots without those that lie below another one.
pub(crate) fn distinct(mut roots: Vec<PathBuf>) -> Vec<PathBuf> {
    roots.sort();
    roots.dedup_by(|later, earlier| later.starts_with(earlier));
    roots
}

struct Work {
    roots: Vec<PathBuf>,
    baseline: Baseline,
    watch: Watch,
    out: SyncSender<Told>,
    stop: Arc<AtomicBool>,
    unwatched: u64,
    settled: Instant,
}

/// Why the thread ends.
enum End {
    /// The agent has gone, or wants it.
    Wish,
    /// Something fails.
    Error(io::Error),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> End {
        End::Error(error)
    }
}

impl Work {
    fn run(mut self, keep: &AtomicBool) {
        if let Err(End::Error(error)) = self.work() {
            let _ = self.out.send(Told::Failed(error.to_string()));
        }
        if keep.load(Ordering::Acquire) {
            // The agent is about to end and has nobody to tell; the change is found again.
            let _ = self.baseline.flush();
        }
    }

    fn work(&mut self) -> Result<(), End> {
        self.scan_all()?;
        loop {
            let touches = self.watch.read()?;
            if touches.is_empty() {
                std::thread::sleep(GATHER);
            } else {
                std::thread::sleep(GATHER);
                self.take(touches)?;
            }
            self.pause()?;
        }
    }

    /// Between two things: is it time to end, or to write the baseline?
    fn pause(&mut self) -> Result<(), End> {
        if self.stop.load(Ordering::Acquire) {
            return Err(End::Wish);
        }
        if self.settled.elapsed() >= SETTLE {
            self.settled = Instant::now();
            self.baseline.settle()?;
        }
        Ok(())
    }

    fn take(&mut self, mut touches: Vec<Touch>) -> Result<(), End> {
        touches.extend(self.watch.read()?);
        let mut last: BTreeMap<PathBuf, (Option<u32>, bool)> = BTreeMap::new();
        for Touch { path, pid, what } in touches {
            if what == What::Anything {
                return self.scan_all();
            }
            let entry = last.entry(path).or_default();
            *entry = (pid, entry.1 || what == What::Came);
        }
        for (path, (pid, came)) in last {
            self.pause()?;
            if self.roots.iter().any(|root| path.starts_with(root)) {
                self.touched(&path, pid, came)?;
            }
        }
        Ok(())
    }

    fn touched(&mut self, path: &Path, pid: Option<u32>, came: bool) -> Result<(), End> {
        let state = self.state(path)?;
        self.compare(path, state, pid, false)?;
        let is_directory = state.is_some_and(|state| state.sort == Sort::Directory);
        if !is_directory {
            for inner in self.baseline.below(path) {
                self.compare(&inner, state.filter(|_| inner == path), pid, false)?;
            }
        } else if came {
            let device = fs::symlink_metadata(path).map_or(0, |meta| meta.dev());
            let mut found = Found { pid, ..Found::default() };
            self.walk(path, device, &mut found)?;
            self.leave_out(path, &found)?;
        }
        Ok(())
    }

    fn state(&self, path: &Path) -> Result<Option<State>, End> {
        let stop = || self.stop.load(Ordering::Acquire);
        let state = State::of(path, &stop);
        if stop() { Err(End::Wish) } else { Ok(state) }
    }

    /// Tells a difference, and takes it into the baseline.
    fn compare(
        &mut self,
        path: &Path,
        new: Option<State>,
        pid: Option<u32>,
        by_scan: bool,
    ) -> Result<bool, End> {
        let old = self.baseline.state(path);
        if old == new {
            return Ok(false);
        }
        let time = Timestamp::now();
        let change = Change { path: path.to_owned(), pid, time, old, new, by_scan };
        self.out.send(Told::Change(Box::new(change))).map_err(|_| End::Wish)?;
        self.baseline.set(path, new);
        Ok(true)
    }

    /// Looks at everything.
    fn scan_all(&mut self) -> Result<(), End> {
        let (mut all, mut new_roots) = (Found::default(), 0);
        self.unwatched = 0;
        for root in self.roots.clone() {
            let mut found =
                Found { is_new: !self.baseline.covers(&root), by_scan: true, ..Found::default() };
            let device = fs::symlink_metadata(&root).map_or(0, |meta| meta.dev());
            // A root that is a file, or is removed and made again, is seen from above.
            if let Some(folder) = root.parent() {
                self.watch(folder);
            }
            self.look(&root, &mut found)?;
            self.walk(&root, device, &mut found)?;
            self.leave_out(&root, &found)?;
            if found.is_new {
                new_roots += 1;
                self.baseline.add_root(&root);
            }
            all.changes += found.changes;
            all.unreadable += found.unreadable;
        }
        let scan = Scan {
            files: self.baseline.len(),
            unreadable: all.unreadable,
            unwatched: self.unwatched,
            changes: all.changes,
            new_roots,
            by: self.watch.names(),
        };
        self.out.send(Told::Scan(scan)).map_err(|_| End::Wish)
    }

    fn watch(&mut self, directory: &Path) {
        if self.watch.add(directory).is_err() {
            self.unwatched += 1;
        }
    }

    /// Looks at everything below a directory; first it is watched, so that nothing slips between.
    fn walk(&mut self, top: &Path, device: u64, found: &mut Found) -> Result<(), End> {
        let mut left = vec![top.to_owned()];
        while let Some(directory) = left.pop() {
            self.pause()?;
            let here = fs::symlink_metadata(&directory);
            if !here.is_ok_and(|meta| meta.is_dir() && meta.dev() == device) {
                continue;
            }
            self.watch(&directory);
            let entries = fs::read_dir(&directory);
            let mut paths: Vec<PathBuf> =
                entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                self.look(&path, found)?;
                left.push(path);
            }
        }
        Ok(())
    }

    /// Looks at one path on the way.
    fn look(&mut self, path: &Path, found: &mut Found) -> Result<(), End> {
        let state = self.state(path)?;
        found.unreadable += u64::from(state.is_some_and(|state| state.is_unreadable()));
        if state.is_some() {
            found.seen.insert(path.to_owned());
        }
        if found.is_new {
            if self.baseline.state(path) != state {
                self.baseline.set(path, state);
            }
        } else if self.compare(path, state, found.pid, found.by_scan)? {
            found.changes += 1;
        }
        Ok(())
    }

    /// What is known below a path and was not seen is gone.
    fn leave_out(&mut self, top: &Path, found: &Found) -> Result<(), End> {
        for path in self.baseline.below(top) {
            if path != top && !found.seen.contains(&path) {
                self.compare(&path, None, found.pid, found.by_scan)?;
            }
        }
        Ok(())
    }
}

/// What is seen on the way through a directory.
#[derive(Debug, Default)]
struct Found {
    seen: BTreeSet<PathBuf>,
    /// Whether all is taken as it is.
    is_new: bool,
    by_scan: bool,
    pid: Option<u32>,
    changes: u64,
    unreadable: u64,
}
