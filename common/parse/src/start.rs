//! Records of several lines whose first lines are known by a pattern, or by what follows them.
//!
//! * [`Start`]: the user says what a first line looks like; lines that do not are part of the
//!   record before.
//! * [`goes_on`]: what follows a program's own log line: indented text, the lines of a stack trace.
//!
//! What it does *not* know: formats.

use regex::bytes::Regex;
use std::str::FromStr;

/// The pattern of a record's first line; linear in the line's length, whatever the pattern.
#[derive(Clone, Debug)]
pub struct Start(Regex);

/// A pattern that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("pattern of a record's first line: {0}")]
pub struct StartError(#[from] regex::Error);

impl FromStr for Start {
    type Err = StartError;

    fn from_str(pattern: &str) -> Result<Start, StartError> {
        Ok(Start(Regex::new(pattern)?))
    }
}

impl Start {
    /// Whether a line begins a record.
    pub(crate) fn begins(&self, line: &[u8]) -> bool {
        self.0.is_match(line)
    }
}

/// Whether a line goes on with the one before it: it is indented, or a stack trace's.
pub(crate) fn goes_on(line: &[u8]) -> bool {
    const WORDS: [&[u8]; 4] =
        [b"Caused by: ", b"Suppressed: ", b"Traceback (most recent call last)", b"... "];
    match line.first() {
        Some(b' ' | b'\t') => !is_numbered(line),
        Some(_) => WORDS.iter().any(|word| line.starts_with(word)) || names_exception(line),
        None => false,
    }
}

/// Zabbix' `  1234:20261114:151601.250 text`: the process id is indented, not the text.
fn is_numbered(line: &[u8]) -> bool {
    let mut parts = line.trim_ascii_start().splitn(3, |byte| *byte == b':');
    let is_number = |part: Option<&[u8]>, width: usize| {
        part.is_some_and(|part| part.len() <= width && part.iter().all(u8::is_ascii_digit))
    };
    is_number(parts.next(), 10)
        && is_number(parts.next().filter(|date| date.len() == 8), 8)
        && parts.next().is_some_and(|time| matches!(time.get(6), Some(b'.')))
}

/// `java.lang.IllegalStateException: text`, `ValueError: text`.
fn names_exception(line: &[u8]) -> bool {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$');
    let width = line.iter().take(256).take_while(is_name).count();
    let (name, rest) = line.split_at(width);
    let is_exception = name.ends_with(b"Exception") || name.ends_with(b"Error");
    is_exception && name.len() > 5 && matches!(rest, [] | [b':', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_go_on_and_lines_do_not() {
        for line in [
            "\tat com.example.Shop.pay(Shop.java:7)",
            "  File \"shop.py\", line 7, in pay",
            "Caused by: java.io.IOException: x",
            "java.lang.IllegalStateException: x",
            "ValueError: x",
            "com.example.Shop$PayError",
        ] {
            assert!(goes_on(line.as_bytes()), "{line}");
        }
        for line in
            ["", "2026-11-14 x", "Error: x", "An Error: x", "  7:20261114:151601.250 x", "x"]
        {
            assert!(!goes_on(line.as_bytes()), "{line}");
        }
    }
}
