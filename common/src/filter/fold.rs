//! Case folding: ASCII with ASCII, other characters by simple Unicode folding among themselves.
//!
//! The Kelvin sign (U+212A) folds to an ASCII letter in Unicode; here it does not, so that no
//! look-alike can match, or hide from, a rule about ASCII words, and so that SQL's ASCII `lower`
//! agrees on every ASCII pattern.
//!
//! What it does *not* know: locales, full folding (`ß` is not `ss`).

use std::borrow::Cow;

/// Folds one character.
#[must_use]
pub fn fold_char(char: char) -> char {
    if char.is_ascii() {
        return char.to_ascii_lowercase();
    }
    // Through upper case, so that variants of one letter (σ, ς) meet; both steps must be simple.
    let single = |mut chars: Box<dyn Iterator<Item = char>>| match (chars.next(), chars.next()) {
        (Some(only), None) if !only.is_ascii() => Some(only),
        _ => None,
    };
    let upper = single(Box::new(char.to_uppercase())).unwrap_or(char);
    single(Box::new(upper.to_lowercase())).unwrap_or(upper)
}

/// Folds a text; borrowed when it is folded already.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(fold_char).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_folds_with_ascii_only() {
        assert_eq!(fold("SSHd"), "sshd");
        assert_eq!(fold("\u{212a}"), "\u{212a}", "the Kelvin sign stays itself");
        assert_eq!(fold("ſ"), "ſ", "the long s stays itself");
        assert_eq!(fold("ÄΣς"), "äσσ");
        assert_eq!(fold("İ"), "İ", "its lower case is two characters");
    }

    #[test]
    fn folding_twice_is_folding_once() {
        for char in '\0'..=char::MAX {
            assert_eq!(fold_char(fold_char(char)), fold_char(char), "{char:?}");
        }
    }
}
