//! What was found in a JSON object: its leaves, and where its members stand.
//!
//! What it does *not* know: bytes of JSON, names.

use super::Leaf;
use super::name::Spot;

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// One for each leaf.
    pub(super) spots: Vec<Spot>,
    pub(super) leaves: Vec<Leaf>,
    /// The elements of lists.
    pub(super) elements: Vec<Leaf>,
    /// How many texts have escapes.
    pub(super) escaped: u32,
    /// Where the members with leaves stand, those in lists left out.
    pub(super) marks: Vec<Mark>,
}

/// A member of an object that is a scalar or a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) spot: Spot,
    /// How many leaves there are when it is read; a scalar is one.
    pub(super) leaves: usize,
}

/// A place in a text that has less than 4 GiB.
#[allow(clippy::cast_possible_truncation, reason = "longer texts are refused")]
pub(super) fn place(at: usize) -> u32 {
    at as u32
}

impl Found {
    /// Makes a list of all leaves of one path from `first` on; what those had as elements begins at
    /// `from`.
    pub(super) fn gather(&mut self, first: usize, from: usize) {
        let spot = self.spots[first];
        let is_plain = from == self.elements.len()
            && self.spots[first..].iter().all(|other| other.path() == spot.path());
        if is_plain {
            self.elements.extend(self.leaves.drain(first..));
            self.spots.truncate(first);
            return self.push_list(spot, from);
        }
        let old = self.elements.split_off(from);
        let mut found: Vec<(Spot, Leaf)> =
            self.spots.drain(first..).zip(self.leaves.drain(first..)).collect();
        found.sort_by_key(|(spot, _)| spot.path());
        for group in found.chunk_by(|(one, _), (other, _)| one.path() == other.path()) {
            let begin = self.elements.len();
            for (_, leaf) in group {
                match *leaf {
                    Leaf::List(start, end) => {
                        let inner = old.get(start as usize - from..end as usize - from);
                        self.elements.extend_from_slice(inner.unwrap_or_default());
                    }
                    leaf => self.elements.push(leaf),
                }
            }
            self.push_list(group[0].0, begin);
        }
    }

    pub(super) fn push_list(&mut self, spot: Spot, from: usize) {
        self.spots.push(spot);
        self.push_leaf(from);
    }

    /// Makes a list of the elements from a place on.
    pub(super) fn push_leaf(&mut self, from: usize) {
        self.leaves.push(Leaf::List(place(from), place(self.elements.len())));
    }
}
