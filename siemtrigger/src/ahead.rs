//! What rules over other rules match, found while a commit was read for those over events alone.
//!
//! A correlation of SIEM events and events is shown a commit after the rules that it counts. What
//! it matches in the commit's events is found when they are read the first time, and kept until it
//! is asked for: reading a batch costs more than deciding on it.
//!
//! What it does *not* know: how events are matched. What is not kept is read again.

use common::hit::Hit;
use std::collections::BTreeMap;

/// Hits by the place of their version.
pub(crate) type Hits = BTreeMap<usize, Vec<Hit>>;

/// How many commits and how many hits are kept: about those of a step.
const COMMITS: usize = 128;
const HITS: usize = 20_000;

/// Hits of commits that some versions have not been shown yet.
#[derive(Default)]
pub(crate) struct Ahead {
    commits: BTreeMap<i64, Hits>,
    /// How many hits there are.
    count: usize,
}

impl Ahead {
    /// Keeps what all versions of greater depth match in a commit, unless it is too much.
    pub(crate) fn keep(&mut self, commit_no: i64, hits: Hits) {
        self.drop(commit_no);
        let count = hits.values().map(Vec::len).sum::<usize>();
        while self.commits.len() >= COMMITS || !self.commits.is_empty() && self.count + count > HITS
        {
            let Some((first, _)) = self.commits.first_key_value() else { break };
            self.drop(*first);
        }
        if count <= HITS {
            self.count += count;
            self.commits.insert(commit_no, hits);
        }
    }

    /// What these versions match in a commit; `None` where that is not known.
    pub(crate) fn of(&self, commit_no: i64, places: &[usize]) -> Option<Hits> {
        let known = self.commits.get(&commit_no)?;
        let own = places.iter().filter_map(|place| Some((*place, known.get(place)?.clone())));
        Some(own.collect())
    }

    fn drop(&mut self, commit_no: i64) {
        let hits = self.commits.remove(&commit_no).unwrap_or_default();
        self.count -= hits.values().map(Vec::len).sum::<usize>();
    }
}
