//! Regexes: checked when they are read, compiled when they are first held against a text.
//!
//! Only whether a regex is found matters, never where: repetitions at its ends are cut to what must
//! be there, and texts of ASCII, nearly all there are, meet an automaton that knows no other
//! characters.
//!
//! What it does *not* know: fields, lists.

use regex_automata::meta;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};
use std::sync::{Arc, OnceLock};

/// A regex in Rust syntax, size-limited; equal when its text is.
///
/// Most regexes of many rules are never held against a text, and a compiled one takes a hundred
/// times its own.
#[derive(Clone, Debug)]
pub struct Regex(Arc<Lazy>);

#[derive(Debug)]
struct Lazy {
    pattern: String,
    /// For texts of ASCII, and for others. `None` where compiling fails; [`Regex::new`] sees to it
    /// that it does not.
    ascii: OnceLock<Option<meta::Regex>>,
    wide: OnceLock<Option<meta::Regex>>,
}

/// Why a regex was refused.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RegexError(String);

/// How deep groups may be nested.
const NEST: u32 = 100;

impl Regex {
    /// The largest compiled size, in bytes.
    pub const SIZE_LIMIT: usize = 4 << 20;

    /// Checks a pattern: Rust `regex` syntax, case-sensitive, unanchored.
    ///
    /// # Errors
    /// The pattern is no regex, uses look-around or back-references, or grows beyond
    /// [`Regex::SIZE_LIMIT`].
    pub fn new(pattern: &str) -> Result<Regex, RegexError> {
        if !is_small(pattern) {
            let mut builder = regex::RegexBuilder::new(pattern);
            let tried = builder.size_limit(Regex::SIZE_LIMIT).nest_limit(NEST).build();
            tried.map_err(|error| RegexError(reason(&error)))?;
        }
        let (ascii, wide) = (OnceLock::new(), OnceLock::new());
        Ok(Regex(Arc::new(Lazy { pattern: pattern.to_owned(), ascii, wide })))
    }

    /// The pattern's text.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.0.pattern
    }

    /// Whether the pattern is found in a text.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        let is_ascii = text.is_ascii();
        let place = if is_ascii { &self.0.ascii } else { &self.0.wide };
        let compiled = place.get_or_init(|| compile(&self.0.pattern, is_ascii));
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

impl PartialEq for Regex {
    fn eq(&self, other: &Regex) -> bool {
        self.pattern() == other.pattern()
    }
}

fn parse(pattern: &str) -> Option<Hir> {
    regex_syntax::ParserBuilder::new().nest_limit(NEST).build().parse(pattern).ok()
}

fn compile(pattern: &str, is_ascii: bool) -> Option<meta::Regex> {
    let hir = reduced(&parse(pattern)?, Ends { first: true, last: true }, is_ascii);
    let config = meta::Config::new().nfa_size_limit(Some(Regex::SIZE_LIMIT));
    meta::Regex::builder().configure(config).build_from_hir(&hir).ok()
}

/// At which ends of the pattern a part stands.
#[derive(Clone, Copy)]
struct Ends {
    first: bool,
    last: bool,
}

/// A regex that is found in the same texts.
fn reduced(hir: &Hir, ends: Ends, is_ascii: bool) -> Hir {
    let inner = |hir: &Hir| reduced(hir, Ends { first: false, last: false }, is_ascii);
    match hir.kind() {
        HirKind::Literal(literal) if is_ascii && !literal.0.is_ascii() => Hir::fail(),
        HirKind::Look(look) if is_ascii => Hir::look(narrow(*look)),
        HirKind::Class(Class::Unicode(class)) if is_ascii => {
            let mut class = class.clone();
            class.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) | HirKind::Class(_) => hir.clone(),
        HirKind::Capture(capture) => reduced(&capture.sub, ends, is_ascii),
        HirKind::Repetition(repetition) => {
            let Repetition { min, max, greedy, .. } = *repetition;
            // At an end fewer do wherever more do.
            let max = if ends.first || ends.last { Some(min) } else { max };
            let sub = Box::new(inner(&repetition.sub));
            Hir::repetition(Repetition { min, max, greedy, sub })
        }
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|part| reduced(part, ends, is_ascii)).collect())
        }
        HirKind::Concat(parts) => concat(parts, ends, is_ascii),
    }
}

fn concat(mut parts: &[Hir], ends: Ends, is_ascii: bool) -> Hir {
    let is_nothing = |hir: &Hir| matches!(hir.kind(), HirKind::Empty);
    // What comes to nothing at an end leaves the end to its neighbour.
    while let [first, rest @ ..] = parts
        && ends.first
        && is_nothing(&reduced(first, Ends { first: true, last: false }, is_ascii))
    {
        parts = rest;
    }
    while let [rest @ .., last] = parts
        && ends.last
        && is_nothing(&reduced(last, Ends { first: false, last: true }, is_ascii))
    {
        parts = rest;
    }
    let count = parts.len();
    let part = |(place, part): (usize, &Hir)| {
        let first = ends.first && place == 0;
        let last = ends.last && place + 1 == count;
        reduced(part, Ends { first, last }, is_ascii)
    };
    Hir::concat(parts.iter().enumerate().map(part).collect())
}

/// What an assertion about words comes to among ASCII characters.
fn narrow(look: Look) -> Look {
    match look {
        Look::WordUnicode => Look::WordAscii,
        Look::WordUnicodeNegate => Look::WordAsciiNegate,
        Look::WordStartUnicode => Look::WordStartAscii,
        Look::WordEndUnicode => Look::WordEndAscii,
        Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
        Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
        other => other,
    }
}

/// Whether a pattern is sound and certainly compiles to less than the limit.
fn is_small(pattern: &str) -> bool {
    /// The most bytes that a unit of weight compiles to.
    const UNIT: usize = 64;
    parse(pattern).is_some_and(|hir| weight(&hir) < Regex::SIZE_LIMIT / UNIT)
}

/// An upper bound of a regex's states and transitions.
fn weight(hir: &Hir) -> usize {
    let inner = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        // A range of characters is a few sequences of up to four ranges of bytes.
        HirKind::Class(Class::Unicode(class)) if class.is_ascii() => class.ranges().len(),
        HirKind::Class(Class::Unicode(class)) => class.ranges().len().saturating_mul(16),
        HirKind::Capture(capture) => weight(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(repetition.min).max(1);
            let times = usize::try_from(times).unwrap_or(usize::MAX);
            weight(&repetition.sub).saturating_mul(times)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(weight).fold(0, usize::saturating_add)
        }
    };
    inner.saturating_add(2)
}

/// The last line of the library's message: the others draw the pattern again.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regexes_are_limited() {
        assert!(Regex::new("(?=x)").is_err());
        assert!(Regex::new(r"(a)\1").is_err());
        assert!(Regex::new("(a{100}){100}{100}").is_err());
        assert!(Regex::new("^a.c$").is_ok_and(|regex| regex.holds("abc") && !regex.holds("a\nc")));
    }

    /// What is put off until it is needed would have been compiled.
    #[test]
    fn a_small_regex_compiles() {
        let classes =
            [r"\w", r"\W", r"\pL", ".", "(?s:.)", "[^a]", r"(?i)[a-zé\d]", r"\b(x|\s)", "ß"];
        for class in classes {
            let most = (1..=1000).rev().map(|times| format!("({class}){{{times}}}"));
            let pattern = most.into_iter().find(|it| is_small(it)).expect("once is small");
            assert!(compile(&pattern, true).is_some(), "{pattern}");
            assert!(compile(&pattern, false).is_some(), "{pattern}");
        }
    }

    #[test]
    fn a_reduced_regex_is_found_in_the_same_texts() {
        let parts = [
            "a",
            "b?",
            "(?:ab)*",
            "c{2,3}",
            "(a|bc*)",
            r"\b",
            "^",
            "$",
            r"\w",
            "é",
            "[^a]",
            ".+",
            r"\s?",
            "(?:b?c?)*",
            "(|a)",
            "(?i)k",
            r"\B",
            "x{0}",
            "(?:a$)?",
            "(?:^b)*",
        ];
        let texts = [
            "", "a", "b", "ab", "abc", "cc", "bcc", "éa", "aé", "k", "\u{212a}", " a b ",
            "aab ccc", "ca", "\n", "a\nb", "bcbc", "é", "_a", "x",
        ];
        let three = |at: usize| [at % 20, at / 20 % 20, at / 400 % 20].map(|place| parts[place]);
        for at in 0..8000 {
            let pattern = three(at).concat();
            let whole = regex::Regex::new(&pattern).expect("a regex");
            let own = Regex::new(&pattern).expect("a regex");
            for text in texts {
                assert_eq!(own.holds(text), whole.is_match(text), "{pattern} in {text:?}");
            }
        }
    }
}
