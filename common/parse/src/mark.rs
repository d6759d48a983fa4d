//! Marks of ASCII that divide texts: blanks, commas, bars.
//!
//! What stands between the marks of a log line is a few bytes long. Looking through eight bytes at
//! once then costs less than making ready for a search from mark to mark, as those of the standard
//! library do.
//!
//! What it does *not* know: what the parts mean.

use aho_corasick::packed::Searcher;
use std::sync::OnceLock;

/// The places of any of a few marks in a text, in order. No mark is NUL.
#[derive(Clone, Debug)]
pub(crate) struct Marks<'t, const N: usize> {
    bytes: &'t [u8],
    marks: [u64; N],
    /// Where the next eight bytes begin.
    next: usize,
    /// The marks among the last eight bytes that were not given yet: the high bit of each.
    found: u64,
}

/// Where any of a few marks stands in a text.
#[inline]
pub(crate) fn marks<const N: usize>(text: &str, marks: [u8; N]) -> Marks<'_, N> {
    let mut eights = [0; N];
    for (eight, mark) in eights.iter_mut().zip(marks) {
        *eight = u64::from_ne_bytes([mark; 8]);
    }
    Marks { bytes: text.as_bytes(), marks: eights, next: 0, found: 0 }
}

impl<const N: usize> Iterator for Marks<'_, N> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            let eight = eight(self.bytes, self.next)?;
            self.found = self.marks.iter().fold(0, |found, mark| found | noughts(eight ^ mark));
            self.next += 8;
        }
        let at = self.next - 8 + self.found.trailing_zeros() as usize / 8;
        self.found &= self.found - 1;
        Some(at)
    }
}

/// Eight bytes from a place on, the first one lowest; noughts stand behind the end.
#[inline]
fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    Some(match (rest.first_chunk(), bytes.last_chunk()) {
        (Some(first), _) => u64::from_le_bytes(*first),
        (None, Some(last)) => u64::from_le_bytes(*last) >> (8 * (8 - rest.len())),
        (None, None) => rest.iter().rev().fold(0, |eight, byte| eight << 8 | u64::from(*byte)),
    })
}

/// The high bit of each byte that is nought, and of no other.
#[inline]
fn noughts(eight: u64) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    !(((eight & LOW) + LOW) | eight | LOW)
}

/// The parts of a text between marks, as [`str::split`] gives them.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'t, const N: usize> {
    text: &'t str,
    /// Where the next part begins; none behind the last.
    from: Option<usize>,
    marks: Marks<'t, N>,
}

/// What stands between any of a few marks.
#[inline]
pub(crate) fn parts<const N: usize>(text: &str, all: [u8; N]) -> Parts<'_, N> {
    Parts { text, from: Some(0), marks: marks(text, all) }
}

impl<'t, const N: usize> Iterator for Parts<'t, N> {
    type Item = &'t str;

    #[inline]
    fn next(&mut self) -> Option<&'t str> {
        let from = self.from?;
        let to = self.marks.next();
        self.from = to.map(|to| to + 1);
        Some(&self.text[from..to.unwrap_or(self.text.len())])
    }
}

/// Divides a text where a mark first stands, as [`str::split_once`] does: for marks that are near.
#[inline]
pub(crate) fn once<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let (first, bytes) = (*mark.as_bytes().first()?, text.as_bytes());
    let is_there = |at: &usize| bytes[*at..].starts_with(mark.as_bytes());
    let at = marks(text, [first]).find(is_there)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// Divides a text where a mark last stands, as [`str::rsplit_once`] does.
#[inline]
pub(crate) fn last<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let (first, bytes) = (*mark.as_bytes().first()?, text.as_bytes());
    let is_there = |at: &usize| bytes[*at..].starts_with(mark.as_bytes());
    let at = memchr::memrchr_iter(first, bytes).find(is_there)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// A few words, any of which is looked for in one pass.
pub(crate) struct Words {
    words: &'static [&'static str],
    /// None where the processor cannot.
    searcher: OnceLock<Option<Searcher>>,
}

impl Words {
    /// Words that a text may have.
    pub(crate) const fn new(words: &'static [&'static str]) -> Words {
        Words { words, searcher: OnceLock::new() }
    }

    /// Whether a text has one of them.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        match self.searcher.get_or_init(|| Searcher::new(self.words)) {
            Some(searcher) => searcher.find(text).is_some(),
            None => self.words.iter().any(|word| text.contains(word)),
        }
    }
}

/// What stands between marks of several bytes, as [`str::split`] gives it.
pub(crate) fn between<'t>(text: &'t str, mark: &'static str) -> impl Iterator<Item = &'t str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, after) =
            once(text, mark).map_or((text, None), |(part, after)| (part, Some(after)));
        rest = after;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a,,bc,\u{ac}\u{12c}-+,0123456789abcdef, ; ,;; ,,,,,,,x; ,";

    fn texts() -> impl Iterator<Item = &'static str> {
        let is_whole = |at: &usize| TEXT.is_char_boundary(*at);
        let starts = (0..TEXT.len()).filter(is_whole).map(|start| &TEXT[start..]);
        starts.chain((0..=TEXT.len()).filter(is_whole).map(|end| &TEXT[..end]))
    }

    #[test]
    fn parts_are_those_of_a_split() {
        for text in texts() {
            assert!(parts(text, [b',']).eq(text.split(',')), "{text:?}");
            assert!(parts(text, [b' ', b',', b';']).eq(text.split([' ', ',', ';'])), "{text:?}");
            assert!(between(text, "; ").eq(text.split("; ")), "{text:?}");
        }
    }

    #[test]
    fn words_are_in_a_text_that_has_one() {
        static WORDS: Words = Words::new(&["logged in", "LOGIN"]);
        for (text, is_in) in
            [("", false), ("xLOGIN", true), ("anna logged in", true), ("log in", false)]
        {
            assert_eq!(WORDS.are_in(text), is_in, "{text:?}");
        }
    }

    #[test]
    fn a_mark_divides_where_it_first_or_last_stands() {
        for text in texts().chain(["", "]", "] ", "\u{5d00}]] ]", "x ] y"]) {
            for mark in [",", "; ", ",,", "] ", "=", ",0123456789a"] {
                assert_eq!(once(text, mark), text.split_once(mark), "{text:?} {mark:?}");
                assert_eq!(last(text, mark), text.rsplit_once(mark), "{text:?} {mark:?}");
            }
        }
        assert_eq!(once("a", ""), None);
    }
}
