//! A text pattern as it is held against folded text.
//!
//! What it does *not* know: fields, events.

use common::filter::{Text, TextTest};
use memchr::memmem::{self, Finder};
use std::cell::OnceCell;
use std::sync::Arc;

/// A text test as it is held against folded text.
#[derive(Debug)]
pub(super) struct Needle {
    pub(super) kind: Text,
    pub(super) text: Arc<str>,
    pub(super) dashed: bool,
    /// The texts between the stars of a glob.
    pieces: Box<[String]>,
    finder: OnceCell<Box<Finder<'static>>>,
}

impl Needle {
    pub(super) fn new(test: &TextTest, dashed: bool) -> Option<Needle> {
        let text = if dashed { undash(test.folded()).into() } else { test.shared() };
        let pieces = match test.kind {
            Text::Glob if dashed => None,
            Text::Glob => pieces(&text),
            _ => Some(Box::default()),
        };
        let finder = OnceCell::new();
        let needle = |pieces| Needle { kind: test.kind, text, dashed, pieces, finder };
        pieces.filter(|_| !test.cased).map(needle)
    }

    /// Whether a folded text (without dashes, where they count as one) satisfies the test.
    pub(super) fn holds(&self, text: &str) -> bool {
        match self.kind {
            Text::Equals => *text == *self.text,
            Text::StartsWith => text.starts_with(&*self.text),
            Text::EndsWith => text.ends_with(&*self.text),
            // Built once: building it costs as much as a search.
            Text::Contains => self
                .finder
                .get_or_init(|| Box::new(Finder::new(self.text.as_bytes()).into_owned()))
                .find(text.as_bytes())
                .is_some(),
            Text::Glob => in_order(text, &self.pieces),
        }
    }
}

/// The texts between a glob's stars; `None` where it has other wildcards.
fn pieces(glob: &str) -> Option<Box<[String]>> {
    let mut pieces = vec![String::new()];
    let mut chars = glob.chars().peekable();
    while let Some(char) = chars.next() {
        let char = match char {
            '?' => return None,
            '*' => {
                pieces.push(String::new());
                continue;
            }
            '\\' => chars.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or(char),
            char => char,
        };
        pieces.last_mut()?.push(char);
    }
    Some(pieces.into())
}

/// Whether a text begins with the first piece, ends with the last, and has the others between.
fn in_order(text: &str, pieces: &[String]) -> bool {
    let [first, between @ .., last] = pieces else {
        return pieces.first().is_some_and(|whole| whole == text);
    };
    let inside = text.strip_prefix(first.as_str()).and_then(|it| it.strip_suffix(last.as_str()));
    let Some(mut rest) = inside.map(str::as_bytes) else { return false };
    between.iter().all(|piece| match memmem::find(rest, piece.as_bytes()) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

/// A text in which every dash is the ASCII one.
pub(super) fn undash(text: &str) -> String {
    if text.is_ascii() {
        return text.replace('/', "-");
    }
    text.replace(['/', '\u{2013}', '\u{2014}', '\u{2015}'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_without_question_marks_are_pieces_in_order() {
        let texts = ["", "a", "ab", "aab", "abab", "xaby", "a*b", "a\\b", "abcabc", "cab", "aba"];
        for glob in
            ["*", "", "a*", "*b", "a*b", "*a*b*", "ab*ab", "a\\*b", "a\\\\*", "**", "a*a", "*a\\b*"]
        {
            let test = TextTest::new(Text::Glob, glob);
            let needle = Needle::new(&test, false).expect("no question mark");
            for text in texts {
                assert_eq!(needle.holds(text), test.holds(text), "{glob} and {text}");
            }
        }
        assert!(Needle::new(&TextTest::new(Text::Glob, "a?b"), false).is_none());
    }
}
