//! The helpers that one program's events may meet, in order of precedence, behind their literals.
//!
//! ```text
//!  members ─(first use)─► ranks 0..n: patterns by precedence, collectors last
//!                         beginnings: literal ─► ranks, looked up at the body's start
//!                         inside:     literal ─► ranks, for patterns without a beginning, one
//!                                     set for all first bytes that leave the same of them
//!  body ─► hits: a bit for each rank whose literal is there, and for each rank without a literal
//! ```
//!
//! Most patterns begin with a text of their own, so that a look at a few bytes leaves few of them,
//! and of those only the ones whose longest literal is there as well. The scan of the whole body
//! is for the rest, of which the body's first byte leaves few; many programs have none.
//!
//! What it does *not* know: what a pattern does.

use super::gate::{Gate, Marks};
use super::hit::Hits;
use super::pattern::{Entry, Pattern};
use memchr::memmem::Finder;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How many patterns that begin alike are looked at one by one.
const CROWD: usize = 4;

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
    /// Literals with which a body begins.
    beginnings: Gate,
    /// Patterns of which a body's beginning was not enough to tell anything.
    unread: Hits,
    /// For each first byte, its place among the patterns without a beginning.
    by_first: Box<[u8; 256]>,
    inside: Vec<Inside>,
}

/// Patterns without a beginning that may match where a body begins with one of some bytes.
#[derive(Debug)]
struct Inside {
    ranks: Hits,
    scan: OnceLock<(Gate, Hits)>,
}

#[derive(Debug)]
struct Rank {
    entry: usize,
    pattern: usize,
    /// A literal that a body which begins right must also contain.
    besides: Option<Finder<'static>>,
    /// Whether it is looked for by what stands anywhere in a body.
    is_inside: bool,
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
        let mut ranks: Vec<Rank> = order
            .iter()
            .flat_map(|&entry| {
                entries[entry].patterns.iter().enumerate().map(move |(pattern, one)| {
                    // As much of it as is looked for in registers.
                    let besides = one.literals().besides().map(|text| &text[..text.len().min(16)]);
                    let besides = besides.map(|text| Finder::new(text).into_owned());
                    let is_inside = one.literals().beginnings.is_none();
                    Rank { entry, pattern, besides, is_inside }
                })
            })
            .collect();
        let beginnings = crowds(&mut ranks, entries);
        let collectors = ranks.partition_point(|rank| entries[rank.entry].collect.is_none());
        let mut unread = Hits::new(ranks.len());
        let beginnings = Gate::beginning(beginnings).unwrap_or_else(|marks| {
            marks.values().flatten().for_each(|&rank| unread.set(rank));
            Gate::default()
        });
        let (by_first, inside) = by_first(&ranks, entries);
        Ranking { ranks, collectors, beginnings, unread, by_first, inside }
    }

    /// The ranks whose literals are there.
    pub(crate) fn hits(&self, entries: &[Entry], body: &str) -> Hits {
        let (inside, always) = self.inside(entries, body);
        let mut hits = always.clone();
        self.beginnings.note(body, &mut hits);
        inside.note(body, &mut hits);
        hits
    }

    /// Every literal in the body, where it begins, and the entries that it makes candidates, in
    /// order of place.
    pub(crate) fn literals(
        &self,
        entries: &[Entry],
        body: &str,
    ) -> Vec<(Vec<u8>, usize, Vec<usize>)> {
        let mut found = Vec::new();
        let mut note = |literal: &[u8], start, ranks: &[usize]| {
            let entries = ranks.iter().map(|&rank| self.ranks[rank].entry).collect();
            found.push((literal.to_vec(), start, entries));
        };
        self.beginnings.list(body, &mut note);
        self.inside(entries, body).0.list(body, &mut note);
        found.sort_by_key(|(_, start, _)| *start);
        found
    }

    /// What is looked for in all of a body, and the ranks that are candidates whatever is found.
    fn inside(&self, entries: &[Entry], body: &str) -> &(Gate, Hits) {
        let first = body.as_bytes().first();
        let place = first.map_or(0, |&first| self.by_first[usize::from(first)]);
        let inside = &self.inside[usize::from(place)];
        inside.scan.get_or_init(|| {
            let (mut always, mut marks) = (self.unread.clone(), Marks::new());
            for rank in inside.ranks.ones() {
                match &self.ranks[rank].of(entries).literals().required {
                    Some(set) => set.iter().for_each(|literal| {
                        marks.entry(literal.clone()).or_default().push(rank);
                    }),
                    None => always.set(rank),
                }
            }
            let gate = Gate::anywhere(marks).unwrap_or_else(|marks| {
                marks.values().flatten().for_each(|&rank| always.set(rank));
                Gate::default()
            });
            (gate, always)
        })
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

impl Rank {
    fn of<'e>(&self, entries: &'e [Entry]) -> &'e Pattern {
        &entries[self.entry].patterns[self.pattern]
    }
}

/// The beginnings and their ranks. Where many patterns begin alike, each would be looked for by its
/// other literal: all of those are found in one pass.
fn crowds(ranks: &mut [Rank], entries: &[Entry]) -> Marks {
    let mut beginnings = Marks::new();
    for (nth, rank) in ranks.iter().enumerate() {
        for literal in rank.of(entries).literals().beginnings.iter().flatten() {
            beginnings.entry(literal.clone()).or_default().push(nth);
        }
    }
    for alike in beginnings.values().filter(|alike| alike.len() > CROWD) {
        for &nth in alike {
            ranks[nth].is_inside |= ranks[nth].besides.take().is_some();
        }
    }
    beginnings.retain(|_, alike| {
        alike.retain(|&nth| !ranks[nth].is_inside);
        !alike.is_empty()
    });
    beginnings
}

/// For each first byte, which patterns without a beginning may match; the first set is that of a
/// body without one, in which no literal is.
fn by_first(ranks: &[Rank], entries: &[Entry]) -> (Box<[u8; 256]>, Vec<Inside>) {
    let none = Hits::new(ranks.len());
    let mut sets = vec![none.clone(); 256];
    let mut all = none;
    for (nth, rank) in ranks.iter().enumerate() {
        if rank.is_inside {
            all.set(nth);
            let firsts = sets.iter_mut().zip(&rank.of(entries).literals().firsts);
            firsts.filter(|(_, is_first)| **is_first).for_each(|(set, _)| set.set(nth));
        }
    }
    let mut places = BTreeMap::from([(all.clone(), 0)]);
    let mut inside = vec![Inside { ranks: all, scan: OnceLock::new() }];
    let mut by_first = Box::new([0; 256]);
    for (first, set) in by_first.iter_mut().zip(sets) {
        // There are 256 bytes at most that differ: the last of them has the place of all patterns.
        *first = *places.entry(set).or_insert_with_key(|set| {
            let Ok(place) = u8::try_from(inside.len()) else { return 0 };
            inside.push(Inside { ranks: set.clone(), scan: OnceLock::new() });
            place
        });
    }
    (by_first, inside)
}

/// The length of the shortest literal that makes one of the helper's patterns a candidate.
fn selectivity(entry: &Entry) -> usize {
    entry.patterns.iter().map(|pattern| pattern.literals().length()).min().unwrap_or(0)
}
