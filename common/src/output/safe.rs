//! Text that is safe for a terminal.
//!
//! Log lines are written by strangers: an escape sequence in one could repaint the screen, set
//! the window's title or answer for the keyboard. Every control character, DEL, C1 and character
//! that changes direction or hides is shown as `\x1b` or `\u{202e}` instead.
//!
//! What it does *not* know: widths, colours; our own colours are added after this.

use crate::event::is_unprintable;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Escapes every character that could move a terminal: `\x1b`, `\u{202e}`. Borrowed when there
/// is none.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    let plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if plain || !text.chars().any(is_unprintable) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_terminal_is_shown() {
        assert_eq!(escape("plain ä 漢"), "plain ä 漢");
        assert_eq!(escape("\u{1b}[31mred\u{7}"), "\\x1b[31mred\\x07");
        assert_eq!(escape("a\nb\r\tc\u{7f}\u{9b}"), "a\\x0ab\\x0d\\x09c\\x7f\\x9b");
        assert_eq!(escape("user\u{202e}gpj.exe"), "user\\u{202e}gpj.exe");
        assert_eq!(escape("\u{2028}\u{feff}\u{200b}"), "\\u{2028}\\u{feff}\\u{200b}");
    }

    #[test]
    fn nothing_unprintable_is_left_of_any_character() {
        for char in '\0'..=char::MAX {
            assert!(!escape(&char.to_string()).chars().any(is_unprintable), "{char:?}");
        }
    }
}
