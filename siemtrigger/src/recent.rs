//! The hits of a step that is not stored yet, found again when later hits make them fire.
//!
//! A late hit can make thousands of hits of the same step firing instants; each of them is found
//! by what it matched, whatever the number of hits in the step. Most steps have no late hits, so
//! nothing is noted before the first one is looked for.
//!
//! What it does *not* know: windows.

use common::clock::Timestamp;
use common::hit::{Group, Hit, Match};
use std::collections::HashMap;

/// Where hits stand in a list that only grows.
#[derive(Default)]
pub(crate) struct Recent {
    places: HashMap<(i64, Match), Vec<usize>>,
    /// How many hits of the list are noted.
    known: usize,
}

impl Recent {
    /// The hit of a version in a list, the same list as ever.
    pub(crate) fn find<'h>(
        &mut self,
        list: &'h mut [(i64, Hit)],
        version: i64,
        (group, matched, time): (&Group, &Match, Timestamp),
    ) -> Option<&'h mut Hit> {
        for (place, (version, hit)) in list.iter().enumerate().skip(self.known) {
            self.places.entry((*version, hit.matched.clone())).or_default().push(place);
        }
        self.known = list.len();
        let is_it = |hit: &Hit| hit.time == time && hit.group == *group;
        let places = self.places.get(&(version, matched.clone()))?;
        let place = places.iter().copied().find(|&place| is_it(&list[place].1))?;
        Some(&mut list[place].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::event::EventId;

    fn hit(seq: i32, group: &str, time: i64) -> Hit {
        Hit {
            group: vec![Some(group.to_owned())],
            time: Timestamp(time),
            matched: Match::Event(EventId { batch: 1, seq }),
            commit_no: 1,
            committed: Timestamp(0),
            is_armed: true,
            fired_commit: None,
            message: String::new(),
            keys: Vec::new(),
        }
    }

    #[test]
    fn a_hit_is_found_among_those_that_came_since() {
        let mut list = vec![(1, hit(1, "a", 5)), (2, hit(1, "a", 5)), (1, hit(1, "b", 5))];
        let mut recent = Recent::default();
        let mut find = |list: &mut Vec<(i64, Hit)>, version, wanted: &Hit| {
            let place = (&wanted.group, &wanted.matched, wanted.time);
            recent.find(list, version, place).map(|hit| hit.fired_commit = Some(9)).is_some()
        };
        assert!(find(&mut list, 1, &hit(1, "b", 5)));
        let fired = |list: &[(i64, Hit)]| -> Vec<bool> {
            list.iter().map(|(_, hit)| hit.fired_commit.is_some()).collect()
        };
        assert_eq!(fired(&list), [false, false, true]);
        assert!(!find(&mut list, 1, &hit(2, "a", 5)) && !find(&mut list, 1, &hit(1, "a", 6)));
        list.push((1, hit(2, "a", 5)));
        assert!(find(&mut list, 1, &hit(2, "a", 5)) && find(&mut list, 2, &hit(1, "a", 5)));
        assert_eq!(fired(&list), [false, true, true, true]);
    }
}
