//! The helpers that one program's events may meet, in order of precedence, behind their literals.
//!
//! ```text
//!  members ─(first use)─► ranks 0..n: patterns by precedence, collectors last
//!                         beginnings: literal ─► ranks, looked up at the body's start
//!                         inside:     literal ─► ranks, for patterns without a beginning
//!  body ─► hits: a bit for each rank whose literal is there, and for each rank without a literal
//! ```
//!
//! Most patterns begin with a text of their own, so that a look at a few bytes leaves few of them,
//! and of those only the ones whose longest literal is there as well. The scan of the whole body
//! is for the rest; many programs have none.
//!
//! What it does *not* know: what a pattern does.

use super::pattern::Entry;
use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::packed::Searcher;
use aho_corasick::{Anchored, MatchKind, StartKind};
use memchr::memmem::Finder;
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
    ranks: Vec<Rank>,
    /// Ranks from here on are collectors.
    collectors: usize,
    /// Gate with which a body begins.
    beginnings: Gate,
    /// Gate anywhere in a body, of patterns without a beginning.
    inside: Gate,
    /// Patterns without a literal.
    always: Hits,
}

#[derive(Debug)]
struct Rank {
    entry: usize,
    pattern: usize,
    /// A literal that a body which begins right must also contain.
    besides: Option<Finder<'static>>,
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
        let ranks: Vec<Rank> = order
            .iter()
            .flat_map(|&entry| {
                entries[entry].patterns.iter().enumerate().map(move |(pattern, one)| {
                    let besides = one.literals().besides();
                    let besides = besides.map(|text| Finder::new(text).into_owned());
                    Rank { entry, pattern, besides }
                })
            })
            .collect();
        let collectors = ranks.partition_point(|rank| entries[rank.entry].collect.is_none());
        let mut always = Hits::new(ranks.len());
        let (mut beginnings, mut inside) = (BTreeMap::new(), BTreeMap::new());
        for (nth, rank) in ranks.iter().enumerate() {
            let literals = entries[rank.entry].patterns[rank.pattern].literals();
            let (set, by_literal) = match &literals.beginnings {
                Some(set) => (Some(set), &mut beginnings),
                None => (literals.required.as_ref(), &mut inside),
            };
            for literal in set.into_iter().flatten() {
                by_literal.entry(literal.clone()).or_insert_with(Vec::new).push(nth);
            }
            if set.is_none() {
                always.set(nth);
            }
        }
        let beginnings = Gate::new(beginnings, Anchored::Yes, &mut always);
        let inside = Gate::new(inside, Anchored::No, &mut always);
        Ranking { ranks, collectors, beginnings, inside, always }
    }

    /// The ranks whose literals are there.
    pub(crate) fn hits(&self, body: &str) -> Hits {
        let mut hits = self.always.clone();
        let mut note = |_: &[u8], _, ranks: &[usize]| ranks.iter().for_each(|&rank| hits.set(rank));
        self.beginnings.search(body, &mut note);
        self.inside.search(body, &mut note);
        hits
    }

    /// Every literal in the body, where it begins, and the entries that it makes candidates, in
    /// order of place.
    pub(crate) fn literals(&self, body: &str) -> Vec<(Vec<u8>, usize, Vec<usize>)> {
        let mut found = Vec::new();
        let mut note = |literal: &[u8], start, ranks: &[usize]| {
            let entries = ranks.iter().map(|&rank| self.ranks[rank].entry).collect();
            found.push((literal.to_vec(), start, entries));
        };
        self.beginnings.search(body, &mut note);
        self.inside.search(body, &mut note);
        found.sort_by_key(|(_, start, _)| *start);
        found
    }

    /// Candidates among ordinary helpers, entry and pattern, in order of precedence.
    pub(crate) fn candidates(
        &self,
        hits: &Hits,
        body: &str,
    ) -> impl Iterator<Item = (usize, usize)> {
        self.chosen(hits.ones().take_while(|&rank| rank < self.collectors), body)
    }

    /// Candidates among collectors.
    pub(crate) fn collectors(
        &self,
        hits: &Hits,
        body: &str,
    ) -> impl Iterator<Item = (usize, usize)> {
        self.chosen(hits.ones().skip_while(|&rank| rank < self.collectors), body)
    }

    fn chosen(
        &self,
        ranks: impl Iterator<Item = usize>,
        body: &str,
    ) -> impl Iterator<Item = (usize, usize)> {
        ranks.map(|rank| &self.ranks[rank]).filter_map(move |rank| {
            let besides = rank.besides.as_ref();
            let there = besides.is_none_or(|literal| literal.find(body.as_bytes()).is_some());
            there.then_some((rank.entry, rank.pattern))
        })
    }

    pub(crate) fn has_collectors(&self) -> bool {
        self.collectors < self.ranks.len()
    }
}

/// The length of the shortest literal that makes one of the helper's patterns a candidate.
fn selectivity(entry: &Entry) -> usize {
    entry.patterns.iter().map(|pattern| pattern.literals().length()).min().unwrap_or(0)
}

/// Gate, each with its ranks, in one Aho-Corasick automaton.
#[derive(Debug)]
struct Gate {
    automaton: Option<DFA>,
    start: Anchored,
    /// Finds the first literal, many bytes at once, where there are few.
    first: Option<Searcher>,
    literals: Vec<(Vec<u8>, Vec<usize>)>,
}

impl Gate {
    /// Should the automaton fail to build, its ranks are always candidates.
    fn new(literals: BTreeMap<Vec<u8>, Vec<usize>>, start: Anchored, always: &mut Hits) -> Gate {
        let literals: Vec<(Vec<u8>, Vec<usize>)> = literals.into_iter().collect();
        let kind = if start.is_anchored() { StartKind::Anchored } else { StartKind::Unanchored };
        let automaton = DFA::builder()
            .match_kind(MatchKind::Standard)
            .start_kind(kind)
            .prefilter(false)
            .build(literals.iter().map(|(literal, _)| literal))
            .ok();
        if automaton.is_none() {
            literals.iter().flat_map(|(_, ranks)| ranks).for_each(|&rank| always.set(rank));
        }
        let texts = literals.iter().map(|(literal, _)| literal);
        let first = if start.is_anchored() { None } else { Searcher::new(texts) };
        Gate { automaton: automaton.filter(|_| !literals.is_empty()), start, first, literals }
    }

    /// Tells each literal found, where it begins, and its ranks. An anchored search ends at the
    /// first byte that no literal goes on with.
    fn search(&self, body: &str, mut found: impl FnMut(&[u8], usize, &[usize])) {
        let Some(automaton) = &self.automaton else { return };
        let Ok(mut state) = automaton.start_state(self.start) else { return };
        let mut from = 0;
        if let Some(first) = &self.first {
            let Some(found) = first.find(body) else { return };
            from = found.start();
        }
        for (nth, &byte) in body.as_bytes()[from..].iter().enumerate() {
            state = automaton.next_state(self.start, state, byte);
            if !automaton.is_special(state) {
                continue;
            }
            if automaton.is_dead(state) {
                return;
            }
            if automaton.is_match(state) {
                for one in 0..automaton.match_len(state) {
                    let (literal, ranks) =
                        &self.literals[automaton.match_pattern(state, one).as_usize()];
                    found(literal, from + nth + 1 - literal.len(), ranks);
                }
            }
        }
    }
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
