//! Why a filter's text was refused: the place under a caret, the reason, and what was meant.
//!
//! What it does *not* know: the grammar.

use crate::event::is_unprintable;
use crate::field::Column;
use std::fmt;
use unicode_width::UnicodeWidthChar as _;

/// A text that is no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The text as given.
    pub text: String,
    /// Where in it, in bytes.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl ParseError {
    pub(super) fn new(text: &str, offset: usize, message: impl Into<String>) -> ParseError {
        ParseError { text: text.to_owned(), offset, message: message.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> ParseError {
        self.hint = Some(hint.into());
        self
    }

    /// The column of the fault, counted in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.text[..self.offset].chars().count() + 1
    }

    /// The text around the fault and, on a second line, a caret under it. Control characters are
    /// escaped; of a long text only the neighbourhood is shown.
    #[must_use]
    pub fn caret(&self) -> String {
        const AROUND: usize = 60;
        let before: Vec<char> = self.text[..self.offset].chars().collect();
        let skipped = before.len().saturating_sub(AROUND);
        let mut line = if skipped > 0 { "…".to_owned() } else { String::new() };
        let mut width = usize::from(skipped > 0);
        for &char in &before[skipped..] {
            width += show(&mut line, char);
        }
        let mut rest = self.text[self.offset..].chars();
        for char in rest.by_ref().take(AROUND) {
            show(&mut line, char);
        }
        if rest.next().is_some() {
            line.push('…');
        }
        format!("{line}\n{}^", " ".repeat(width))
    }
}

/// Appends a character, escaped when it could move a terminal, and returns its width.
fn show(line: &mut String, char: char) -> usize {
    if is_unprintable(char) {
        let escape = char.escape_unicode().to_string();
        line.push_str(&escape);
        return escape.len();
    }
    line.push(char);
    char.width().unwrap_or(0)
}

impl std::error::Error for ParseError {}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: ", self.column())?;
        self.message.chars().try_for_each(|char| match is_unprintable(char) {
            true => write!(f, "{}", char.escape_unicode()),
            false => write!(f, "{char}"),
        })?;
        for line in self.caret().lines() {
            write!(f, "\n  {line}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

/// The column or known name that a bare name was probably meant to be; `None` when the name is
/// one of them or resembles none.
///
/// One slip is forgiven, two in names of 16 characters and more. Short names and names that differ
/// in case alone may well be a source's own (`uid`, `Message`) and are left alone, except that a
/// dotted name is ECS, whose names have no capitals.
#[must_use]
pub fn meant<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    if Column::named(name).is_some() || known.contains(&name) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let columns = Column::ALL.iter().flat_map(|column| [column.name(), column.sql()]);
    let slips = if name.len() >= 16 { 2 } else { 1 };
    columns
        .chain(known.iter().copied())
        .filter_map(|candidate| {
            if lower == candidate.to_ascii_lowercase() {
                return candidate.contains('.').then_some((0, candidate));
            }
            let distance = strsim::damerau_levenshtein(name, candidate);
            (name.len() >= 6 && distance <= slips).then_some((distance, candidate))
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}
