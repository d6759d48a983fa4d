//! The modifiers that turn a text into what an encoder would have made of it.
//!
//! What it does *not* know: wildcards; an encoded text has none.

use crate::filter::DASHES;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// An encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Base64,
    /// Wherever the text may stand in what is encoded.
    Base64Offset,
    Utf16Le,
    Utf16Be,
    /// Little-endian after a byte order mark.
    Utf16,
    /// With every dash that an option may begin with in the place of each: `windash`, where an
    /// encoding follows it.
    Dashes,
}

/// Of a text with more dashes than this they are not all tried: each makes five of one.
const MOST_DASHES: usize = 4;

/// Whether a text has too many dashes to be encoded with each of them.
pub(super) fn has_too_many_dashes(text: &str) -> bool {
    text.chars().filter(|char| DASHES.contains(char)).count() > MOST_DASHES
}

impl Encoding {
    pub(super) fn named(name: &str) -> Option<Encoding> {
        Some(match name {
            "base64" => Encoding::Base64,
            "base64offset" => Encoding::Base64Offset,
            "wide" | "utf16le" => Encoding::Utf16Le,
            "utf16be" => Encoding::Utf16Be,
            "utf16" => Encoding::Utf16,
            _ => return None,
        })
    }

    /// Whether it makes UTF-16 of a text.
    pub(super) fn is_wide(self) -> bool {
        matches!(self, Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Utf16)
    }
}

/// What a text becomes under encodings, in their order: one text, or one an offset.
pub(super) fn encode(text: &str, encodings: &[Encoding]) -> Vec<String> {
    let mut all = vec![text.as_bytes().to_vec()];
    for encoding in encodings {
        all = all.iter().flat_map(|bytes| once(bytes, *encoding)).collect();
    }
    // What events hold has no NUL, but the character that stands for it.
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}");
    all.into_iter().map(text).collect()
}

fn once(bytes: &[u8], encoding: Encoding) -> Vec<Vec<u8>> {
    let wide = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        String::from_utf8_lossy(bytes).encode_utf16().flat_map(unit).collect()
    };
    match encoding {
        Encoding::Base64 => vec![BASE64.encode(bytes).into_bytes()],
        Encoding::Base64Offset => (0..3).map(|offset| offset_form(bytes, offset)).collect(),
        Encoding::Utf16Le => vec![wide(u16::to_le_bytes)],
        Encoding::Utf16Be => vec![wide(u16::to_be_bytes)],
        Encoding::Utf16 => vec![[vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat()],
        Encoding::Dashes => dashed(&String::from_utf8_lossy(bytes)),
    }
}

/// A text with each dash in the place of each.
fn dashed(text: &str) -> Vec<Vec<u8>> {
    let mut all = vec![String::new()];
    for char in text.chars() {
        if DASHES.contains(&char) {
            let with = |before: &String| DASHES.map(|dash| format!("{before}{dash}"));
            all = all.iter().flat_map(with).collect();
        } else {
            all.iter_mut().for_each(|text| text.push(char));
        }
    }
    all.into_iter().map(String::into_bytes).collect()
}

/// The characters that do not depend on what stands before (`offset` bytes, modulo 3) or after.
fn offset_form(bytes: &[u8], offset: usize) -> Vec<u8> {
    let padded = [vec![b' '; offset], bytes.to_vec()].concat();
    let text = BASE64.encode(&padded).into_bytes();
    let start = [0, 2, 3][offset];
    let end = text.len() - [0, 3, 2][padded.len() % 3];
    text.get(start..end).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_chain() {
        let one = |text: &str, encodings: &[Encoding]| encode(text, encodings).remove(0);
        assert_eq!(one("foobar", &[Encoding::Base64]), "Zm9vYmFy");
        assert_eq!(one("ab", &[Encoding::Utf16Le]), "a\u{fffd}b\u{fffd}");
        assert_eq!(one("ab", &[Encoding::Utf16Be]), "\u{fffd}a\u{fffd}b");
        assert_eq!(one("ab", &[Encoding::Utf16Le, Encoding::Base64]), "YQBiAA==");
        assert_eq!(one("ab", &[Encoding::Utf16, Encoding::Base64]), "//5hAGIA");
    }

    #[test]
    fn each_dash_stands_for_each() {
        let all = encode("-a /", &[Encoding::Dashes, Encoding::Base64]);
        assert_eq!(all.len(), 25);
        for text in ["-a /", "/a -", "\u{2013}a \u{2015}", "\u{2014}a \u{2014}"] {
            assert!(all.contains(&BASE64.encode(text)), "{text}");
        }
        assert!(has_too_many_dashes("a-b/c-d/e-f") && !has_too_many_dashes("a-b/c-d/ef"));
    }

    #[test]
    fn offsets_are_found_wherever_the_text_stands() {
        for text in ["foobar", "/bin/sh", "http://", "x"] {
            let forms = encode(text, &[Encoding::Base64Offset]);
            for before in 0..6 {
                for after in 0..6 {
                    let whole = format!("{}{text}{}", "~".repeat(before), "~".repeat(after));
                    let encoded = BASE64.encode(whole);
                    assert!(
                        forms.iter().any(|form| encoded.contains(form)),
                        "{text} {before} {after}"
                    );
                    assert!(encoded.contains(&forms[before % 3]), "{text} {before} {after}");
                }
            }
        }
    }
}
