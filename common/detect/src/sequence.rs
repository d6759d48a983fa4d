//! Hits in the order that a correlation asks for: rules in their order, each an event of its own,
//! times never falling; not all of the rules need occur.
//!
//! The number at a time t is the largest number of rules that do so in (t − W, t]. Forward over the
//! hits it is kept how late, at best, a chain of so many rules that ends with a certain one can have
//! begun. Hits of equal time stand in any order; of them each serves at most one rule, which a
//! matching decides.
//!
//! What it does *not* know: buckets, groups.

use crate::tree::{Entry, Key};
use std::collections::BTreeMap;

/// The hits of one group.
#[derive(Debug)]
pub(crate) struct Sequence {
    /// How many rules there are, and how many must occur for an instant.
    parts: usize,
    needed: usize,
    window: i64,
    hits: BTreeMap<Key, (Entry, u64)>,
}

/// What a window holds that ends with a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) time: i64,
    /// How many rules occur in their order.
    pub(crate) number: usize,
    /// How many hits there are.
    pub(crate) hits: i64,
    pub(crate) is_armed: bool,
}

impl Sequence {
    pub(crate) fn new(parts: usize, needed: usize, window: i64) -> Sequence {
        Sequence { parts, needed, window, hits: BTreeMap::new() }
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
        let most = all.iter().map(|moment| moment.hits).max()?;
        Some((all.first()?.time, all.last()?.time, most))
    }

    /// Marks as fired the armed hits at instants in [from, until); returns those that were not.
    pub(crate) fn fire(&mut self, from: i64, until: i64) -> Vec<Key> {
        let mut fired = Vec::new();
        for Moment { time, .. } in self.instants(from, until) {
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

    /// The armed times in [from, until) at which enough rules occur in their order.
    fn instants(&self, from: i64, until: i64) -> Vec<Moment> {
        let mut moments = self.moments(from, until);
        moments.retain(|moment| moment.is_armed && moment.number >= self.needed);
        moments
    }

    /// What the windows hold that end with the hits in [from, until).
    pub(crate) fn moments(&self, from: i64, until: i64) -> Vec<Moment> {
        let first = from.saturating_sub(self.window) + 1;
        let mut best = Chains::new(self.parts);
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
            best = best.after(time, &few(masks, self.parts));
            if time >= from {
                while seen[left] <= time - self.window {
                    left += 1;
                }
                let number = best.longest(time - self.window);
                let hits = i64::try_from(seen.len() - left).unwrap_or(i64::MAX);
                found.push(Moment { time, number, hits, is_armed });
            }
        }
        found
    }
}

/// How late chains can have begun: by their length, less one, and the rule that they end with.
#[derive(Clone, Debug)]
struct Chains {
    parts: usize,
    begun: Vec<Option<i64>>,
}

impl Chains {
    fn new(parts: usize) -> Chains {
        Chains { parts, begun: vec![None; parts * parts] }
    }

    /// The same after the hits of one time, which can add to the chains before.
    fn after(&self, time: i64, masks: &[u64]) -> Chains {
        let mut after = self.clone();
        after.add(None, (0, time), masks);
        for length in 1..self.parts {
            for last in length - 1..self.parts {
                if let Some(begun) = self.begun[(length - 1) * self.parts + last] {
                    after.add(Some(last), (length, begun), masks);
                }
            }
        }
        after
    }

    /// Adds what a chain becomes with rules that come after its last one.
    fn add(&mut self, last: Option<usize>, (length, begun): (usize, i64), masks: &[u64]) {
        let mut used: Vec<Option<usize>> = vec![None; masks.len()];
        let mut most = 0;
        for next in last.map_or(0, |last| last + 1)..self.parts {
            if !masks.iter().any(|mask| mask & (1 << next) != 0) {
                continue;
            }
            // Where all hits serve others, one of these can be left out for this rule.
            most += usize::from(serve(next, masks, &mut used, &mut vec![false; masks.len()]));
            for more in 1..=most {
                let slot = &mut self.begun[(length + more - 1) * self.parts + next];
                *slot = (*slot).max(Some(begun));
            }
        }
    }

    /// The length of the longest chain that began after a time.
    fn longest(&self, time: i64) -> usize {
        let lengths = self.begun.chunks(self.parts.max(1)).enumerate().rev();
        let mut long = lengths.filter(|(_, ends)| ends.iter().flatten().any(|it| *it > time));
        long.next().map_or(0, |(length, _)| length + 1)
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
