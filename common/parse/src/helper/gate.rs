//! Which of many literals stand in a text: at its beginning, or anywhere in it.
//!
//! ```text
//!  beginning: an automaton that goes on as long as some literal does, at most a few bytes
//!  anywhere:  of each literal the four bytes that are rarest in logs; each four bytes of the text
//!             are looked up in a table of those, and where they are found, the literal is compared
//! ```
//!
//! Where there are few literals, the first of them is found many bytes at once.
//!
//! An automaton for literals anywhere would wait at each byte for what it read at the one before, and
//! one for some hundred literals is larger than the processor's nearest memory.
//!
//! What is found are ranks: each literal has those that it makes candidates.
//!
//! What it does *not* know: what a rank is.

use super::hit::Hits;
use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::packed::Searcher;
use aho_corasick::{Anchored, MatchKind, StartKind};
use std::collections::BTreeMap;

/// Literals and the ranks of each, in the literals' order.
pub(super) type Marks = BTreeMap<Vec<u8>, Vec<usize>>;

/// Literals in a form in which they are found.
#[derive(Debug, Default)]
pub(super) struct Gate {
    literals: Vec<Mark>,
    search: Search,
}

#[derive(Debug)]
struct Mark {
    text: Vec<u8>,
    ranks: Vec<usize>,
}

#[derive(Debug, Default)]
enum Search {
    #[default]
    Nothing,
    Beginning(Box<DFA>),
    Anywhere(Box<Windows>),
}

/// Four bytes of each literal, or three where one has no more.
#[derive(Debug)]
struct Windows {
    /// Which bytes of four count.
    mask: u32,
    /// For each hash, the place behind the first window that has it; 0 where none has.
    heads: [u16; 1 << BITS],
    windows: Vec<Window>,
    /// Finds the first literal, where there are at most [`FEW`].
    first: Option<Searcher>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    hash: usize,
    bytes: u32,
    literal: usize,
    /// Where it stands in the literal.
    from: usize,
}

const BITS: u32 = 12;
const FEW: usize = 32;

impl Gate {
    /// Literals with which a text begins. Gives them back where no automaton can be made of them.
    pub(super) fn beginning(marks: Marks) -> Result<Gate, Marks> {
        let mut builder = DFA::builder();
        builder.match_kind(MatchKind::Standard).start_kind(StartKind::Anchored).prefilter(false);
        match builder.build(marks.keys()) {
            _ if marks.is_empty() => Ok(Gate::default()),
            Ok(automaton) => Ok(Gate::new(marks, Search::Beginning(Box::new(automaton)))),
            Err(_) => Err(marks),
        }
    }

    /// Literals of three bytes and more anywhere in a text. Gives them back where they are too many.
    pub(super) fn anywhere(marks: Marks) -> Result<Gate, Marks> {
        match Windows::new(&marks) {
            _ if marks.is_empty() => Ok(Gate::default()),
            Some(windows) => Ok(Gate::new(marks, Search::Anywhere(Box::new(windows)))),
            None => Err(marks),
        }
    }

    fn new(marks: Marks, search: Search) -> Gate {
        let literals = marks.into_iter().map(|(text, ranks)| Mark { text, ranks }).collect();
        Gate { literals, search }
    }

    /// Notes the ranks of all literals that are there.
    pub(super) fn note(&self, text: &str, hits: &mut Hits) {
        self.each(text.as_bytes(), &mut |mark, _| {
            for &rank in &mark.ranks {
                hits.set(rank);
            }
        });
    }

    /// Tells each literal found, where it begins, and its ranks.
    pub(super) fn list(&self, text: &str, found: &mut impl FnMut(&[u8], usize, &[usize])) {
        self.each(text.as_bytes(), &mut |mark, at| found(&mark.text, at, &mark.ranks));
    }

    #[inline]
    fn each(&self, text: &[u8], found: &mut impl FnMut(&Mark, usize)) {
        match &self.search {
            Search::Nothing => {}
            Search::Beginning(automaton) => self.run(automaton, text, found),
            Search::Anywhere(windows) => windows.each(text, |window, at| {
                let literal = &self.literals[window.literal];
                let start = at.wrapping_sub(window.from);
                if text.get(start..).is_some_and(|text| text.starts_with(&literal.text)) {
                    found(literal, start);
                }
            }),
        }
    }

    /// An anchored search ends at the first byte that no literal goes on with.
    fn run(&self, automaton: &DFA, text: &[u8], found: &mut impl FnMut(&Mark, usize)) {
        let Ok(mut state) = automaton.start_state(Anchored::Yes) else { return };
        for (nth, &byte) in text.iter().enumerate() {
            state = automaton.next_state(Anchored::Yes, state, byte);
            if !automaton.is_special(state) {
                continue;
            }
            if automaton.is_dead(state) {
                return;
            }
            if automaton.is_match(state) {
                for one in 0..automaton.match_len(state) {
                    let mark = &self.literals[automaton.match_pattern(state, one).as_usize()];
                    // What ends here may begin later.
                    if mark.text.len() == nth + 1 {
                        found(mark, 0);
                    }
                }
            }
        }
    }
}

impl Windows {
    fn new(marks: &Marks) -> Option<Windows> {
        let shortest = marks.keys().map(Vec::len).min().filter(|shortest| *shortest >= 3)?;
        let mask = if shortest < 4 { 0x00ff_ffff } else { u32::MAX };
        let width = shortest.min(4);
        let mut windows: Vec<Window> = Vec::with_capacity(marks.len());
        for (literal, text) in marks.keys().enumerate() {
            let weight =
                |from: &usize| text[*from..from + width].iter().map(|it| weight(*it)).sum::<u32>();
            let from = (0..=text.len() - width).min_by_key(weight)?;
            let bytes = four(&text[from..]) & mask;
            windows.push(Window { hash: hash(bytes), bytes, literal, from });
        }
        windows.sort_by_key(|window| window.hash);
        let mut heads = [0; 1 << BITS];
        for (nth, window) in windows.iter().enumerate().rev() {
            heads[window.hash] = u16::try_from(nth + 1).ok()?;
        }
        let first = if marks.len() > FEW { None } else { Searcher::new(marks.keys()) };
        Some(Windows { mask, heads, windows, first })
    }

    /// Tells each window that stands in a text, and where.
    #[inline]
    fn each(&self, text: &[u8], mut found: impl FnMut(&Window, usize)) {
        let from = match &self.first {
            Some(first) => match first.find(text) {
                Some(hit) => hit.start(),
                None => return,
            },
            None => 0,
        };
        for (nth, four) in text[from..].array_windows().enumerate() {
            let four = u32::from_le_bytes(*four) & self.mask;
            // Mostly there is nothing, and a look is all that it costs.
            if self.heads[hash(four)] > 0 {
                self.like(four, &mut |window| found(window, from + nth));
            }
        }
        let last = text.len().saturating_sub(3).max(from);
        self.like(four(&text[last..]) & self.mask, &mut |window| found(window, last));
    }

    /// Tells each window that is these bytes.
    #[inline(never)]
    fn like(&self, bytes: u32, found: &mut impl FnMut(&Window)) {
        let hash = hash(bytes);
        let Some(head) = usize::from(self.heads[hash]).checked_sub(1) else { return };
        let like = self.windows[head..].iter().take_while(|window| window.hash == hash);
        like.filter(|window| window.bytes == bytes).for_each(found);
    }
}

/// The first four bytes of a text; noughts where it has no more.
fn four(text: &[u8]) -> u32 {
    let mut four = [0; 4];
    four.iter_mut().zip(text).for_each(|(to, byte)| *to = *byte);
    u32::from_le_bytes(four)
}

fn hash(bytes: u32) -> usize {
    (bytes.wrapping_mul(0x9e37_79b1) >> (u32::BITS - BITS)) as usize
}

/// How frequent a byte is in logs.
fn weight(byte: u8) -> u32 {
    match byte {
        b' ' | b'e' => 10,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 8,
        b'c' | b'd' | b'l' | b'm' | b'p' | b'u' | b'0'..=b'3' => 6,
        b'a'..=b'z' | b'4'..=b'9' | b'.' | b':' | b'-' | b'=' | b'/' => 4,
        b'A'..=b'Z' | b'_' | b'[' | b']' | b'(' | b')' | b'"' | b',' => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found, as text and place, however it is searched for.
    fn found(gate: &Gate, text: &str) -> Vec<(String, usize)> {
        let mut all = Vec::new();
        let mut note = |literal: &[u8], at, ranks: &[usize]| {
            assert_eq!(ranks, [literal.len()]);
            all.push((String::from_utf8_lossy(literal).into_owned(), at));
        };
        gate.list(text, &mut note);
        all.sort();
        all
    }

    fn marks(literals: &[String]) -> Marks {
        literals.iter().map(|text| (text.clone().into_bytes(), vec![text.len()])).collect()
    }

    #[test]
    fn all_literals_are_found_also_where_they_overlap() {
        let text =
            "abcabcdabcxabcabcdeabc, a text long enough for many bytes at once: bcd abcabcab";
        let short = ["abc", "bcd", "cab", "zzz", "c, ", "cab", "abcabcabcab"].map(str::to_owned);
        let long = ["abcd", "bcab", "abcabc", "cabcab", "once: ", "cabcab"].map(str::to_owned);
        let many = (0..5_000).map(|nth| format!("no{nth:04}"));
        let many: Vec<String> = many.chain(long.clone()).collect();
        for literals in [&short[..], &long, &many, &[]] {
            let gate = Gate::anywhere(marks(literals)).expect("a gate");
            let mut want: Vec<(String, usize)> = Vec::new();
            for literal in marks(literals).keys() {
                let literal = String::from_utf8_lossy(literal).into_owned();
                let places = (0..text.len()).filter(|at| text[*at..].starts_with(&literal));
                want.extend(places.map(|at| (literal.clone(), at)));
            }
            want.sort();
            assert_eq!(found(&gate, text), want);
            for end in 0..text.len() {
                let want = want.iter().filter(|(literal, at)| at + literal.len() <= end);
                assert!(found(&gate, &text[..end]).iter().eq(want.clone()), "{end}");
            }
        }
    }

    #[test]
    fn beginnings_are_looked_for_at_the_beginning() {
        let literals = ["abc", "ab", "bc", "abcx"].map(str::to_owned);
        let gate = Gate::beginning(marks(&literals)).expect("a gate");
        assert_eq!(found(&gate, "abcabc"), [("ab".to_owned(), 0), ("abc".to_owned(), 0)]);
        assert_eq!(found(&gate, "xabc"), []);
        assert_eq!(found(&gate, ""), []);
    }
}
