//! Room for very many files: only some are open at a time; and letting go of all of them.
//!
//! What it does *not* know: which of them change; the roster sees that.

use super::Reading;
use crate::tail::Tail;
use std::time::{Duration, Instant};

/// How many files a run to the end has open at once.
const OPEN: usize = 32;
/// How many a run has open that follows them, at most.
const FOLLOWED: usize = 256;
/// How many packed files are unpacked beside one another: each takes megabytes.
const UNPACKED: usize = 2;
/// How many descriptors are left to everything else.
const RESERVED: usize = 32;

/// How many files may be open.
pub(super) fn most(is_once: bool) -> usize {
    let most = if is_once { OPEN } else { FOLLOWED };
    most.min(descriptors())
}

/// How long what waits is left waiting for more room.
const HOLD: Duration = Duration::from_secs(1);

impl Reading {
    /// How many of those that wait are opened now. Where all files do not fit, some are opened
    /// together: each time costs a look at the host's cursors.
    pub(super) fn free(&mut self) -> usize {
        let free = self.room.saturating_sub(self.tails.len());
        let is_worth_it = free >= self.roster.waiting().min(self.room / 4);
        if !is_worth_it && self.opened.elapsed() < HOLD {
            return 0;
        }
        self.opened = Instant::now();
        free
    }

    /// Whether a source has its turn: of packed files only some are unpacked beside one another, the
    /// others begin when those have ended.
    pub(super) fn may_unpack(&self, place: usize) -> bool {
        let is_unpacking = |tail: &Tail| tail.input.unpacks() == Some(true);
        self.tails[place].input.unpacks() != Some(false)
            || self.tails.iter().filter(|tail| is_unpacking(tail)).count() < UNPACKED
    }

    /// Lets go of all files; those that are still there are opened anew, where they were left.
    pub(super) fn close_files(&mut self) {
        for place in 0..self.tails.len() {
            let tail = &mut self.tails[place];
            if tail.input.can_grow() && !tail.is_leaving {
                tail.finish();
                self.send(place);
            }
        }
        self.roster.forget();
    }

    /// Closes the files that have been quiet longest while others wait for their turn. A closed one
    /// is opened again when it changes.
    pub(super) fn make_room(&mut self) {
        let missing = (self.tails.len() + self.roster.waiting()).saturating_sub(self.room);
        if missing == 0 || self.mode.is_once {
            return;
        }
        let is_quiet = |tail: &&mut Tail| {
            tail.is_idle && tail.outstanding == 0 && tail.pending.is_empty() && !tail.is_leaving
        };
        let mut quiet: Vec<&mut Tail> = self.tails.iter_mut().filter(is_quiet).collect();
        quiet.retain(|tail| tail.input.can_grow() && !tail.is_finished);
        quiet.sort_by_key(|tail| tail.grown);
        quiet.into_iter().take(missing).for_each(Tail::finish);
        self.retire();
    }
}

/// How many files the system lets a run have open.
fn descriptors() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    soft.unwrap_or(usize::MAX).saturating_sub(RESERVED).max(1)
}
