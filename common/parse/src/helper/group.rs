//! The helpers that one program's events may meet, in order of precedence, behind one automaton.
//!
//! ```text
//!  members ─(first use)─► ranks 0..n: patterns by precedence, collectors last
//!                         automaton: literal ─► ranks
//!  body ─► hits: a bit for each rank whose literal occurs, and for each rank without a literal
//! ```
//!
//! What it does *not* know: what a pattern does.

use super::literal::shortest;
use super::pattern::Entry;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Members by their number, and what is made of them on first use.
#[derive(Debug)]
pub(crate) struct Group {
    members: Vec<usize>,
    ranking: OnceLock<Ranking>,
}

/// Patterns by precedence, and which literals make which of them candidates.
#[derive(Debug)]
pub(crate) struct Ranking {
    /// (entry, pattern in it)
    ranks: Vec<(usize, usize)>,
    /// Ranks from here on are collectors.
    collectors: usize,
    automaton: Option<AhoCorasick>,
    literals: Vec<(Vec<u8>, Vec<usize>)>,
    always: Hits,
}

impl Group {
    pub(crate) fn new(members: Vec<usize>) -> Group {
        Group { members, ranking: OnceLock::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn members(&self) -> &[usize] {
        &self.members
    }

    pub(crate) fn ranking(&self, entries: &[Entry]) -> &Ranking {
        self.ranking.get_or_init(|| Ranking::new(&self.members, entries))
    }
}

impl Ranking {
    fn new(members: &[usize], entries: &[Entry]) -> Ranking {
        let mut order: Vec<usize> = members.to_vec();
        order.sort_by_key(|&nth| {
            let entry = &entries[nth];
            let collects = entry.collect.is_some();
            let length = if collects { 0 } else { selectivity(entry) };
            (collects, Reverse(entry.priority), Reverse(length), nth)
        });
        let ranks: Vec<(usize, usize)> = order
            .iter()
            .flat_map(|&nth| (0..entries[nth].patterns.len()).map(move |place| (nth, place)))
            .collect();
        let collectors = ranks.partition_point(|&(nth, _)| entries[nth].collect.is_none());
        let mut always = Hits::new(ranks.len());
        let mut by_literal: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (rank, &(nth, place)) in ranks.iter().enumerate() {
            match entries[nth].patterns[place].literals() {
                Some(set) => {
                    for literal in set {
                        by_literal.entry(literal.clone()).or_default().push(rank);
                    }
                }
                None => always.set(rank),
            }
        }
        let literals: Vec<(Vec<u8>, Vec<usize>)> = by_literal.into_iter().collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(literals.iter().map(|(literal, _)| literal))
            .ok();
        if automaton.is_none() {
            (0..ranks.len()).for_each(|rank| always.set(rank));
        }
        Ranking { ranks, collectors, automaton, literals, always }
    }

    /// The ranks whose patterns may match.
    pub(crate) fn hits(&self, body: &str) -> Hits {
        let mut hits = self.always.clone();
        if let Some(automaton) = self.automaton.as_ref().filter(|_| !self.literals.is_empty()) {
            for found in automaton.find_overlapping_iter(body) {
                for &rank in &self.literals[found.pattern().as_usize()].1 {
                    hits.set(rank);
                }
            }
        }
        hits
    }

    /// Every literal in the body and where it begins, in order of place.
    pub(crate) fn literals(&self, body: &str) -> Vec<(&[u8], usize, &[usize])> {
        let found = self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(body));
        let mut found: Vec<_> = found
            .map(|one| {
                let (literal, ranks) = &self.literals[one.pattern().as_usize()];
                (literal.as_slice(), one.start(), ranks.as_slice())
            })
            .collect();
        found.sort_by_key(|(_, start, _)| *start);
        found
    }

    /// The entry and pattern of a rank.
    pub(crate) fn rank(&self, rank: usize) -> (usize, usize) {
        self.ranks[rank]
    }

    /// Candidates among ordinary helpers, in order of precedence.
    pub(crate) fn candidates(&self, hits: &Hits) -> impl Iterator<Item = (usize, usize)> {
        hits.ones().take_while(|&rank| rank < self.collectors).map(|rank| self.ranks[rank])
    }

    /// Candidates among collectors.
    pub(crate) fn collectors(&self, hits: &Hits) -> impl Iterator<Item = (usize, usize)> {
        hits.ones().skip_while(|&rank| rank < self.collectors).map(|rank| self.ranks[rank])
    }

    pub(crate) fn has_collectors(&self) -> bool {
        self.collectors < self.ranks.len()
    }
}

/// The length of the shortest literal that makes one of the helper's patterns a candidate.
fn selectivity(entry: &Entry) -> usize {
    let lengths = entry.patterns.iter().map(|pattern| pattern.literals().map_or(0, shortest));
    lengths.min().unwrap_or(0)
}

/// A bit for each rank. The first 256 need no allocation, as most groups are smaller.
#[derive(Clone, Debug)]
pub(crate) struct Hits {
    low: [u64; 4],
    high: Vec<u64>,
}

impl Hits {
    fn new(ranks: usize) -> Hits {
        Hits { low: [0; 4], high: vec![0; ranks.div_ceil(64).saturating_sub(4)] }
    }

    fn set(&mut self, rank: usize) {
        let word = rank / 64;
        let word = if word < 4 { &mut self.low[word] } else { &mut self.high[word - 4] };
        *word |= 1 << (rank % 64);
    }

    fn ones(&self) -> impl Iterator<Item = usize> {
        self.low.iter().chain(&self.high).enumerate().flat_map(|(nth, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    nth * 64 + bit
                })
            })
        })
    }
}
