//! Text patterns: equality, parts, globs and regexes, compiled once.
//!
//! A glob has `*` (any run of characters), `?` (one character) and `\` before either to take it
//! literally. What it does *not* know: fields, lists.

use super::fold::fold;
use regex_syntax::hir::{Class, Hir, HirKind};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// How a text pattern is held against a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// The whole value.
    Equals,
    /// Anywhere in the value.
    Contains,
    /// At its beginning.
    StartsWith,
    /// At its end.
    EndsWith,
    /// The whole value, with wildcards.
    Glob,
}

/// A text pattern. Copies of it share its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextTest {
    /// How it is held against the value.
    pub kind: Text,
    /// The pattern as written.
    pub pattern: Arc<str>,
    /// Whether case counts.
    pub cased: bool,
    folded: Arc<str>,
}

impl TextTest {
    /// A pattern that ignores case.
    #[must_use]
    pub fn new(kind: Text, pattern: &str) -> TextTest {
        let written: Arc<str> = pattern.into();
        let folded = match fold(pattern) {
            Cow::Borrowed(same) if same == pattern => Arc::clone(&written),
            folded => folded.as_ref().into(),
        };
        TextTest { kind, pattern: written, cased: false, folded }
    }

    /// A pattern for which case counts.
    #[must_use]
    pub fn cased(kind: Text, pattern: &str) -> TextTest {
        TextTest { cased: true, ..TextTest::new(kind, pattern) }
    }

    /// Whether a text satisfies the pattern.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        if self.cased {
            return compare(self.kind, text, &self.pattern);
        }
        if self.kind == Text::Equals && text.is_ascii() && self.folded.is_ascii() {
            return text.eq_ignore_ascii_case(&self.folded);
        }
        let text: Cow<'_, str> = fold(text);
        compare(self.kind, &text, &self.folded)
    }
}

impl TextTest {
    /// Whether a text satisfies the pattern when `-`, `/` and the dashes U+2013, U+2014 and
    /// U+2015 are one character: what Sigma's `windash` spells out as permutations.
    #[must_use]
    pub fn holds_dashed(&self, text: &str) -> bool {
        let dashed = |text: &str| text.replace(DASHES, "-");
        match self.cased {
            true => compare(self.kind, &dashed(text), &dashed(&self.pattern)),
            false => compare(self.kind, &dashed(&fold(text)), &dashed(&self.folded)),
        }
    }

    /// The pattern as it is compared: folded, unless case counts.
    #[must_use]
    pub fn folded(&self) -> &str {
        if self.cased { &self.pattern } else { &self.folded }
    }

    /// The same, shared.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(if self.cased { &self.pattern } else { &self.folded })
    }
}

/// The characters that begin an option on Windows' command lines.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

fn compare(kind: Text, text: &str, pattern: &str) -> bool {
    match kind {
        Text::Equals => text == pattern,
        Text::Contains => memchr::memmem::find(text.as_bytes(), pattern.as_bytes()).is_some(),
        Text::StartsWith => text.starts_with(pattern),
        Text::EndsWith => text.ends_with(pattern),
        Text::Glob => glob(text, pattern),
    }
}

/// One element of a glob.
enum Element {
    Run,
    Any,
    Char(char),
}

fn element(pattern: &str) -> Option<(Element, &str)> {
    let mut chars = pattern.chars();
    let found = match chars.next()? {
        '*' => Element::Run,
        '?' => Element::Any,
        '\\' => {
            let mut after = chars.clone();
            match after.next() {
                Some(char @ ('*' | '?' | '\\')) => {
                    chars = after;
                    Element::Char(char)
                }
                _ => Element::Char('\\'),
            }
        }
        char => Element::Char(char),
    };
    Some((found, chars.as_str()))
}

/// Greedy matching with one point of return: the last `*`. Time is at most text × pattern.
fn glob(text: &str, pattern: &str) -> bool {
    let (mut text, mut pattern) = (text, pattern);
    let mut retry: Option<(&str, &str)> = None;
    loop {
        let step = element(pattern);
        if let Some((Element::Run, rest)) = step {
            retry = Some((text, rest));
            pattern = rest;
            continue;
        }
        let mut chars = text.chars();
        let matched = match (step, chars.next()) {
            (None, None) => return true,
            (Some((Element::Any, rest)), Some(_)) => Some(rest),
            (Some((Element::Char(want), rest)), Some(have)) if want == have => Some(rest),
            (_, None) => return false,
            _ => None,
        };
        if let Some(rest) = matched {
            (text, pattern) = (chars.as_str(), rest);
            continue;
        }
        let Some((from, rest)) = retry else { return false };
        let mut skipped = from.chars();
        skipped.next();
        text = skipped.as_str();
        pattern = rest;
        retry = Some((text, rest));
    }
}

/// A regex in Rust syntax, size-limited; equal when its text is.
///
/// It is compiled when it is first held against a text: most regexes of many rules never are, and
/// a compiled one takes a hundred times its text.
#[derive(Clone, Debug)]
pub struct Regex(Arc<Lazy>);

#[derive(Debug)]
struct Lazy {
    pattern: String,
    /// `None` where compiling fails; [`Regex::new`] sees to it that it does not.
    compiled: OnceLock<Option<regex::Regex>>,
}

/// Why a regex was refused.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RegexError(String);

impl Regex {
    /// The largest compiled size, in bytes.
    pub const SIZE_LIMIT: usize = 4 << 20;

    /// Checks a pattern: Rust `regex` syntax, case-sensitive, unanchored.
    ///
    /// # Errors
    /// The pattern is no regex, uses look-around or back-references, or grows beyond
    /// [`Regex::SIZE_LIMIT`].
    pub fn new(pattern: &str) -> Result<Regex, RegexError> {
        let compiled = OnceLock::new();
        if !is_small(pattern) {
            let regex = compile(pattern).map_err(|error| RegexError(reason(&error)))?;
            compiled.get_or_init(|| Some(regex));
        }
        Ok(Regex(Arc::new(Lazy { pattern: pattern.to_owned(), compiled })))
    }

    /// The pattern's text.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.0.pattern
    }

    /// Whether the pattern is found in a text.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        let compiled = self.0.compiled.get_or_init(|| compile(&self.0.pattern).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// How deep groups may be nested.
const NEST: u32 = 100;

fn compile(pattern: &str) -> Result<regex::Regex, regex::Error> {
    let mut builder = regex::RegexBuilder::new(pattern);
    builder.size_limit(Regex::SIZE_LIMIT).nest_limit(NEST).build()
}

/// Whether a pattern is sound and certainly compiles to less than the limit.
fn is_small(pattern: &str) -> bool {
    /// The most bytes that a unit of weight compiles to.
    const UNIT: usize = 64;
    let parsed = regex_syntax::ParserBuilder::new().nest_limit(NEST).build().parse(pattern);
    parsed.is_ok_and(|hir| weight(&hir) < Regex::SIZE_LIMIT / UNIT)
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

impl PartialEq for Regex {
    fn eq(&self, other: &Regex) -> bool {
        self.pattern() == other.pattern()
    }
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
    fn globs() {
        let holds = |pattern: &str, text: &str| TextTest::new(Text::Glob, pattern).holds(text);
        assert!(holds("*.exe", "C:\\a\\B.EXE"));
        assert!(holds("a*b*c", "aXbXbXc"));
        assert!(!holds("a*b*c", "aXbXbX"));
        assert!(holds("a?c", "aßc"));
        assert!(!holds("a?c", "ac"));
        assert!(holds("a\\*c", "a*c"));
        assert!(!holds("a\\*c", "abc"));
        assert!(holds("*", ""));
        assert!(holds("c:\\dir", "C:\\DIR"));
    }

    #[test]
    fn hostile_globs_are_not_exponential() {
        let text = "a".repeat(20_000);
        assert!(!TextTest::new(Text::Glob, &("*a".repeat(30) + "b")).holds(&text));
    }

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
            assert!(compile(&pattern).is_ok(), "{pattern}");
            assert!(Regex::new(&pattern).is_ok_and(|regex| regex.0.compiled.get().is_none()));
        }
    }
}
