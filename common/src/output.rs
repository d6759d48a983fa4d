//! Text that is safe for a terminal, and (to come) the output formats.

use crate::event::is_unprintable;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Escapes every character that could move a terminal: `\x1b`, `\u{202e}`. Borrowed when there
/// is none.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match u32::from(char) {
            _ if !is_unprintable(char) => out.push(char),
            code @ 0..=0xff => {
                let _ = write!(out, "\\x{code:02x}");
            }
            code => {
                let _ = write!(out, "\\u{{{code:x}}}");
            }
        }
    }
    Cow::Owned(out)
}
