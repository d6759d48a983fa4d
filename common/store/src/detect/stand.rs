//! Intervals that stand at one place and advance together: the place is stored once for all.
//!
//! With thousands of rules a step would write thousands of rows to say one thing. So the intervals
//! of a step share a *stand*, a row with their position. Its members never change: where some of
//! them are to advance without the others, or rules change, the stand is given up and each member
//! has its own position again. Numbers are never used twice, so that who knows an old stand finds
//! nothing, and reads the ledger anew.
//!
//! What it does *not* know: databases.

use super::Advance;
use std::collections::BTreeMap;

/// The stands that are known, with their members in order.
#[derive(Debug, Default)]
pub(crate) struct Stands {
    known: BTreeMap<i64, Vec<i64>>,
}

impl Stands {
    /// Notes, in order of intervals, that one is a member of a stand.
    pub(crate) fn note(&mut self, stand: i64, activation: i64) {
        self.known.entry(stand).or_default().push(activation);
    }

    /// The stand that has exactly these members.
    pub(crate) fn of(&self, members: &[i64]) -> Option<i64> {
        self.known.iter().find(|(_, known)| *known == members).map(|(stand, _)| *stand)
    }

    /// Learns of a stand that was made: others that had its members are given up.
    pub(crate) fn learn(&mut self, stand: i64, members: &[i64]) {
        self.known.retain(|_, known| known.iter().all(|one| members.binary_search(one).is_err()));
        self.known.insert(stand, members.to_vec());
    }
}

/// Whether intervals share a stand: one alone has its position to itself.
pub(crate) fn is_shared(members: &[i64]) -> bool {
    members.len() > 1
}

/// Intervals that advance alike, from and to, in order.
pub(crate) fn alike(advances: &[Advance]) -> BTreeMap<(i64, i64), Vec<i64>> {
    let mut groups: BTreeMap<(i64, i64), Vec<i64>> = BTreeMap::new();
    for it in advances {
        groups.entry((it.from, it.to)).or_default().push(it.activation);
    }
    groups.values_mut().for_each(|members| members.sort_unstable());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_is_known_by_all_its_members() {
        let mut stands = Stands::default();
        for (stand, activation) in [(7, 1), (7, 3), (8, 4)] {
            stands.note(stand, activation);
        }
        assert_eq!(stands.of(&[1, 3]), Some(7));
        assert_eq!(stands.of(&[4]), Some(8));
        assert_eq!([stands.of(&[1]), stands.of(&[1, 2, 3]), stands.of(&[])], [None; 3]);
        stands.learn(9, &[2, 3]);
        assert_eq!([stands.of(&[1, 3]), stands.of(&[2, 3])], [None, Some(9)]);
        assert_eq!(stands.of(&[4]), Some(8));
    }
}
