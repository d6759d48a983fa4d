//! Hits in the order that a correlation asks for: rule 1, then rule 2, …, each an event of its own,
//! times never falling.
//!
//! Forward over the hits it is kept how late, at best, a chain of the first k rules can have begun.
//! At time t the condition holds when a whole chain began after t − W. Hits of equal time stand in
//! any order; of them each serves at most one rule, which a matching decides.
//!
//! What it does *not* know: buckets, groups.

use crate::tree::{Entry, Key};
use std::collections::BTreeMap;

/// The hits of one group.
#[derive(Debug)]
pub(crate) struct Sequence {
    /// How many rules there are.
    parts: usize,
    window: i64,
    hits: BTreeMap<Key, (Entry, u64)>,
}

/// A time at which the condition holds, and the hits of its window.
type Instant = (i64, i64);

impl Sequence {
    pub(crate) fn new(parts: usize, window: i64) -> Sequence {
        Sequence { parts, window, hits: BTreeMap::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.hits.len()
    }

    pub(crate) fn contains(&self, key: &Key) -> bool {
        self.hits.contains_key(key)
    }

    /// Adds a hit; `keys` are the numbers of the rules that it matched.
    pub(crate) fn insert(&mut self, entry: Entry, keys: &[String]) {
        let bits = keys.iter().filter_map(|key| key.parse::<u32>().ok());
        let mask = bits.filter(|bit| *bit < 64).fold(0, |mask, bit| mask | 1 << bit);
        self.hits.insert(entry.key.clone(), (entry, mask));
    }

    /// The first and the last armed instant in [from, until), and the most hits of one's window.
    pub(crate) fn firing(&self, from: i64, until: i64) -> Option<(i64, i64, i64)> {
        let all = self.instants(from, until);
        let most = all.iter().map(|(_, count)| *count).max()?;
        Some((all.first()?.0, all.last()?.0, most))
    }

    /// Marks as fired the armed hits at instants in [from, until); returns those that were not.
    pub(crate) fn fire(&mut self, from: i64, until: i64) -> Vec<Key> {
        let mut fired = Vec::new();
        for (time, _) in self.instants(from, until) {
            for (key, (entry, _)) in self.hits.range_mut(at(time)..at(time + 1)) {
                if entry.is_armed && !entry.is_fired {
                    entry.is_fired = true;
                    fired.push(key.clone());
                }
            }
        }
        fired
    }

    /// Shows hits in [from, until) in order until `see` says `false`.
    pub(crate) fn hits(&self, from: i64, until: i64, see: &mut dyn FnMut(&Entry) -> bool) {
        for (_, (entry, _)) in self.hits.range(at(from)..at(until)) {
            if !see(entry) {
                return;
            }
        }
    }

    /// The armed times in [from, until) at which a whole chain lies in the window.
    fn instants(&self, from: i64, until: i64) -> Vec<Instant> {
        let first = from.saturating_sub(self.window) + 1;
        let mut best: Vec<Option<i64>> = vec![None; self.parts + 1];
        let mut found = Vec::new();
        let mut seen: Vec<i64> = Vec::new();
        let mut left = 0;
        let mut hits = self.hits.range(at(first)..at(until)).peekable();
        while let Some((key, _)) = hits.peek() {
            let time = key.time;
            let (mut masks, mut is_armed) = (Vec::new(), false);
            while let Some((_, (entry, mask))) = hits.next_if(|(key, _)| key.time == time) {
                masks.push(*mask);
                is_armed |= entry.is_armed;
                seen.push(time);
            }
            best = advance(&best, time, &few(masks, self.parts));
            let begun = best.last().copied().flatten();
            if time >= from && is_armed && begun.is_some_and(|begun| begun > time - self.window) {
                while seen[left] <= time - self.window {
                    left += 1;
                }
                found.push((time, i64::try_from(seen.len() - left).unwrap_or(i64::MAX)));
            }
        }
        found
    }
}

/// The place before all hits of a time.
fn at(time: i64) -> Key {
    Key { time, matched: None }
}

/// No more hits of one kind than there are rules: more cannot be of use at one time.
fn few(mut masks: Vec<u64>, parts: usize) -> Vec<u64> {
    masks.sort_unstable();
    let mut kept: Vec<u64> = Vec::new();
    for mask in masks {
        if kept.len() < parts || kept[kept.len() - parts] != mask {
            kept.push(mask);
        }
    }
    kept
}

/// How late chains can have begun after the hits of one time.
fn advance(before: &[Option<i64>], time: i64, masks: &[u64]) -> Vec<Option<i64>> {
    let mut after = before.to_vec();
    for done in 0..before.len() - 1 {
        let Some(begun) = (if done == 0 { Some(time) } else { before[done] }) else { continue };
        let mut used: Vec<Option<usize>> = vec![None; masks.len()];
        for next in done..before.len() - 1 {
            if !serve(next, masks, &mut used, &mut vec![false; masks.len()]) {
                break;
            }
            after[next + 1] = after[next + 1].max(Some(begun));
        }
    }
    after
}

/// Finds a hit for a rule, moving others to other hits where that helps.
fn serve(rule: usize, masks: &[u64], used: &mut [Option<usize>], tried: &mut Vec<bool>) -> bool {
    for place in 0..masks.len() {
        if masks[place] & (1 << rule) == 0 || tried[place] {
            continue;
        }
        tried[place] = true;
        let is_free = match used[place] {
            None => true,
            Some(other) => serve(other, masks, used, tried),
        };
        if is_free {
            used[place] = Some(rule);
            return true;
        }
    }
    false
}
