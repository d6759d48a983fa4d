//! Text patterns: equality, parts and globs, folded once.
//!
//! A glob has `*` (any run of characters), `?` (one character) and `\` before either to take it
//! literally. What it does *not* know: fields, lists.

use super::fold::fold;
use std::borrow::Cow;
use std::sync::Arc;

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
pub(crate) const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

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
}
