//! Paths to look beside again, since a rotation was at work there: soon at first, then ever more
//! seldom.
//!
//! What it does *not* know: what is looked for.

use super::Found;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The first pause.
const SETTLE: Duration = Duration::from_millis(600);
/// How often it is doubled.
const DOUBLED: u32 = 6;
/// How many are looked beside together, each with its file open.
const TOGETHER: usize = 64;
/// How often a run that is to end looks.
const TIMES: u32 = 4;

/// The paths, and how often each was looked beside.
#[derive(Default)]
pub(super) struct Unsettled {
    waiting: HashMap<PathBuf, (Found, Instant)>,
    times: HashMap<PathBuf, u32>,
}

impl Unsettled {
    pub(super) fn add(&mut self, found: &Found) {
        let times = self.times.get(&found.name).copied().unwrap_or(0);
        let due = Instant::now() + SETTLE * 2u32.pow(times.min(DOUBLED));
        let again = Found { path: found.name.clone(), is_former: false, ..found.again() };
        self.waiting.entry(found.name.clone()).or_insert((again, due));
    }

    /// Takes some of those whose time has come.
    pub(super) fn take(&mut self) -> Vec<Found> {
        let now = Instant::now();
        let due = self.waiting.extract_if(|_, (_, due)| *due <= now).take(TOGETHER);
        let due: Vec<Found> = due.map(|(_, (found, _))| found).collect();
        for found in &due {
            *self.times.entry(found.name.clone()).or_default() += 1;
        }
        due
    }

    /// Forgets how often a path was looked beside, unless it is to be again.
    pub(super) fn settle(&mut self, name: &Path) {
        if !self.waiting.contains_key(name) {
            self.times.remove(name);
        }
    }

    /// Whether there is nothing that a run which is to end should wait for.
    pub(super) fn is_over(&self) -> bool {
        self.waiting.keys().all(|name| self.times.get(name).is_some_and(|&times| times >= TIMES))
    }
}
