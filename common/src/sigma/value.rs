//! A Sigma string to a text pattern: wildcards, escapes, parts.
//!
//! `*` is any run of characters, `?` one. `\*`, `\?` and `\\` are the characters themselves, any
//! other `\` stands for itself.
//!
//! What it does *not* know: fields, modifiers other than those that say where a text stands.

use crate::filter::{Text, TextTest};

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Char(char),
    Run,
    Any,
}

/// Where the pattern stands in the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Whole,
    Start,
    End,
    Inside,
}

/// The pieces of a Sigma string.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        pieces.push(match char {
            '*' => Piece::Run,
            '?' => Piece::Any,
            '\\' => match chars.next_if(|next| matches!(next, '*' | '?' | '\\')) {
                Some(next) => Piece::Char(next),
                None => Piece::Char('\\'),
            },
            char => Piece::Char(char),
        });
    }
    pieces
}

/// The text of pieces without wildcards.
pub(super) fn plain(pieces: &[Piece]) -> Option<String> {
    let char = |piece: &Piece| match piece {
        Piece::Char(char) => Some(*char),
        _ => None,
    };
    pieces.iter().map(char).collect()
}

/// The pattern: the simplest that says it.
pub(super) fn test(mut pieces: Vec<Piece>, stand: Stand, cased: bool) -> TextTest {
    if matches!(stand, Stand::End | Stand::Inside) {
        pieces.insert(0, Piece::Run);
    }
    if matches!(stand, Stand::Start | Stand::Inside) {
        pieces.push(Piece::Run);
    }
    pieces.dedup_by(|later, kept| *later == Piece::Run && *kept == Piece::Run);
    let starts = pieces.first() == Some(&Piece::Run);
    let ends = pieces.last() == Some(&Piece::Run) && pieces.len() > 1;
    let inner = &pieces[usize::from(starts)..pieces.len() - usize::from(ends)];
    let make = if cased { TextTest::cased } else { TextTest::new };
    if let Some(text) = plain(inner) {
        let kind = match (starts, ends) {
            (false, false) => Text::Equals,
            (true, true) => Text::Contains,
            (false, true) => Text::StartsWith,
            (true, false) if pieces.len() > 1 => Text::EndsWith,
            (true, false) => Text::Contains,
        };
        return make(kind, &text);
    }
    let mut glob = String::with_capacity(pieces.len());
    for piece in &pieces {
        match piece {
            Piece::Run => glob.push('*'),
            Piece::Any => glob.push('?'),
            Piece::Char(char) => {
                if matches!(char, '*' | '?' | '\\') {
                    glob.push('\\');
                }
                glob.push(*char);
            }
        }
    }
    make(Text::Glob, &glob)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, stand: Stand) -> (Text, String) {
        let test = test(pieces(text), stand, false);
        (test.kind, test.pattern.to_string())
    }

    #[test]
    fn escapes_as_the_specification_lists_them() {
        let whole = |text: &str| of(text, Stand::Whole);
        assert_eq!(whole(r"C:\Windows\x.exe"), (Text::Equals, r"C:\Windows\x.exe".into()));
        assert_eq!(whole(r"C:\\Windows"), (Text::Equals, r"C:\Windows".into()));
        assert_eq!(whole(r"a\*"), (Text::Equals, "a*".into()));
        assert_eq!(whole(r"a\\*"), (Text::StartsWith, r"a\".into()));
        assert_eq!(whole(r"a\\\*"), (Text::Equals, r"a\*".into()));
        assert_eq!(whole(r"\\\\srv"), (Text::Equals, r"\\srv".into()));
        assert_eq!(whole(r"\\\srv"), (Text::Equals, r"\\srv".into()));
        assert_eq!(whole(r"a\?b?c\d*"), (Text::Glob, r"a\?b?c\\d*".into()));
    }

    #[test]
    fn the_simplest_pattern_is_chosen() {
        assert_eq!(of("*a*", Stand::Whole), (Text::Contains, "a".into()));
        assert_eq!(of("*a", Stand::Whole), (Text::EndsWith, "a".into()));
        assert_eq!(of("*", Stand::Whole), (Text::Contains, String::new()));
        assert_eq!(of("**", Stand::Whole), (Text::Contains, String::new()));
        assert_eq!(of("", Stand::Whole), (Text::Equals, String::new()));
        assert_eq!(of("a", Stand::Inside), (Text::Contains, "a".into()));
        assert_eq!(of("*a", Stand::Start), (Text::Contains, "a".into()));
        assert_eq!(of(r"\", Stand::End), (Text::EndsWith, r"\".into()));
        assert_eq!(of("a*b", Stand::Inside), (Text::Glob, "*a*b*".into()));
    }
}
