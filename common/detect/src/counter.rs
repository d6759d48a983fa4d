//! What a window counts with: numbers in a tree, or the order of rules.
//!
//! What it does *not* know: buckets, SIEM events.

use crate::sequence::Sequence;
use crate::tree::{Entry, Key, Tree};

/// The hits of a window, and where its condition holds.
#[derive(Debug)]
pub(crate) enum Counter {
    /// A number above a limit.
    Tree(Tree),
    /// Rules in their order.
    Sequence(Sequence),
}

impl Counter {
    pub(crate) fn is_sequence(&self) -> bool {
        matches!(self, Counter::Sequence(_))
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Counter::Tree(tree) => tree.len(),
            Counter::Sequence(sequence) => sequence.len(),
        }
    }

    pub(crate) fn contains(&self, key: &Key) -> bool {
        match self {
            Counter::Tree(tree) => tree.contains(key),
            Counter::Sequence(sequence) => sequence.contains(key),
        }
    }

    /// Adds a hit, which raises the number by one in each span.
    pub(crate) fn insert(&mut self, entry: Entry, keys: &[String], spans: &[(i64, i64)]) {
        match self {
            Counter::Tree(tree) => {
                tree.insert(entry);
                for &(from, until) in spans.iter().filter(|(from, until)| from < until) {
                    tree.mark(from);
                    tree.mark(until);
                    tree.raise(from, until);
                }
            }
            Counter::Sequence(sequence) => sequence.insert(entry, keys),
        }
    }

    /// The first and the last armed instant in [from, until), and the largest count of one.
    pub(crate) fn firing(&mut self, from: i64, until: i64, limit: i64) -> Option<(i64, i64, i64)> {
        match self {
            Counter::Tree(tree) => tree.firing(from, until, limit),
            Counter::Sequence(sequence) => sequence.firing(from, until),
        }
    }

    /// Marks as fired the armed hits at instants in [from, until); returns those that were not.
    pub(crate) fn fire(&mut self, from: i64, until: i64, limit: i64) -> Vec<Key> {
        match self {
            Counter::Tree(tree) => tree.fire(from, until, limit),
            Counter::Sequence(sequence) => sequence.fire(from, until),
        }
    }

    /// Shows hits in [from, until) in order until `see` says `false`.
    pub(crate) fn hits(&mut self, from: i64, until: i64, see: &mut dyn FnMut(&Entry) -> bool) {
        match self {
            Counter::Tree(tree) => tree.hits(from, until, see),
            Counter::Sequence(sequence) => sequence.hits(from, until, see),
        }
    }
}
