//! What a direct pattern consists of, and what a search for it ends with.
//!
//! What it does *not* know: how patterns become ops ([`super`]), how those are searched for.

use regex_automata::util::primitives::NonMaxUsize;

/// What a search ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Match,
    NoMatch,
    GaveUp,
}

/// Captures as pairs of places.
pub(crate) type Slots = [Option<NonMaxUsize>];

/// Its kind has a byte of its own: put into what other fields never hold, it would be worked out at
/// each step.
#[derive(Debug)]
#[repr(u8)]
pub(super) enum Op {
    Start,
    End,
    Literal(Box<[u8]>),
    Run(Run),
    Split { first: usize, second: usize, bytes: Box<Choice> },
    Jump(usize),
    Save(usize),
    Match,
}

/// `min` to `max` bytes of a set.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) set: Box<Set>,
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) greedy: bool,
    pub(super) possessive: bool,
    /// The only byte that is not in the set, where there is but one.
    pub(super) stop: Option<u8>,
}

/// The bytes with which each branch of a split may go on.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) first: Set,
    pub(super) second: Set,
}

/// A set of bytes. A set of characters beyond ASCII holds all of them, or none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set(pub(super) [bool; 256]);

impl Set {
    pub(super) const NONE: Set = Set([false; 256]);
    pub(super) const ALL: Set = Set([true; 256]);

    pub(super) fn add(&mut self, other: &Set) {
        self.0.iter_mut().zip(other.0).for_each(|(have, more)| *have |= more);
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    pub(super) fn meets(&self, other: &Set) -> bool {
        self.0.iter().zip(other.0).any(|(&a, b)| a && b)
    }

    /// The byte that is not in the set, where there is but one.
    pub(super) fn stop(&self) -> Option<u8> {
        let mut others = (0..=u8::MAX).filter(|byte| !self.has(*byte));
        others.next().filter(|_| others.next().is_none())
    }

    pub(super) fn is_wide(&self) -> bool {
        self.0[0x80]
    }
}
