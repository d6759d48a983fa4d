//! Files that are put off: each is looked at again later, ever more seldom while nothing changes.
//!
//! What it does *not* know: why.

use crate::content::Inode;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The first pause of a file that may be a copy, or half of one.
const SOON: Duration = Duration::from_secs(1);
/// How often it is doubled.
const DOUBLED: u32 = 4;
/// When a file is asked for again that another process follows.
const HELD: Duration = Duration::from_secs(10);
/// How often a run to the end looks at a file again.
const TIMES: u32 = 8;

/// Why a file is put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// It may be another's copy.
    Copy,
    /// It is just being made.
    Made,
    /// Its content was replaced while it was read.
    Replaced,
    /// Another process follows it.
    Held,
}

/// A file that is put off.
struct Waiting {
    inode: Inode,
    pause: Pause,
    due: Instant,
    times: u32,
}

/// The files that are put off, by their paths.
#[derive(Default)]
pub(super) struct Later {
    waiting: HashMap<PathBuf, Waiting>,
    /// How often a run to the end looked at each.
    taken: HashMap<Inode, u32>,
}

impl Later {
    pub(super) fn add(&mut self, path: &Path, inode: Inode, pause: Pause) {
        let before = self.waiting.get(path).filter(|waiting| waiting.inode == inode);
        let times = before.map_or(0, |before| before.times + 1);
        let span = match pause {
            Pause::Copy => SOON * 2u32.pow(times.min(DOUBLED)),
            Pause::Made => SOON,
            Pause::Replaced => Duration::ZERO,
            Pause::Held => HELD,
        };
        let due = Instant::now() + span;
        self.waiting.insert(path.to_owned(), Waiting { inode, pause, due, times });
    }

    /// Whether it is too early to look at a file.
    pub(super) fn is_early(&self, path: &Path, inode: Inode) -> bool {
        let waiting = self.waiting.get(path).filter(|waiting| waiting.inode == inode);
        waiting.is_some_and(|waiting| waiting.due > Instant::now())
    }

    /// Forgets files that are gone, or have been opened long since.
    pub(super) fn keep(&mut self, present: &HashSet<Inode>) {
        let now = Instant::now();
        let is_old = |waiting: &Waiting| waiting.due + HELD < now;
        self.waiting.retain(|_, waiting| present.contains(&waiting.inode) && !is_old(waiting));
    }

    /// Takes all that a run to the end should look at again. What another process follows, that one
    /// reads; and a file whose content is replaced without end is left to the next run.
    pub(super) fn take(&mut self) -> HashSet<Inode> {
        let mut taken = HashSet::new();
        for (_, Waiting { inode, pause, .. }) in self.waiting.drain() {
            let times = self.taken.entry(inode).or_default();
            *times += u32::from(pause == Pause::Replaced);
            if pause != Pause::Held && *times <= TIMES {
                taken.insert(inode);
            }
        }
        taken
    }

    /// Whether some are only just being made.
    pub(super) fn has_unfinished(&self) -> bool {
        self.waiting.values().any(|waiting| waiting.pause == Pause::Made)
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }
}
