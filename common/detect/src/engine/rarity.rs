//! How often pieces of text occur in real logs: the table in `config/sigma/rarity.tsv`.
//!
//! It decides which predicate of a rule is looked for; it changes speed, never results. A line
//! holds four bytes in hexadecimal, each with its 0x20 bit set as the index has them, and in how
//! many of a thousand events they occur. What is not in it is rare.
//!
//! What it does *not* know: rules.

use super::map::Map;
use std::sync::LazyLock;

const DATA: &str = include_str!("../../../../config/sigma/rarity.tsv");

/// The share of events that a rare piece occurs in.
const RARE: f32 = 0.0005;

static TABLE: LazyLock<Map<u32, f32>> = LazyLock::new(|| {
    let line = |line: &str| {
        let (gram, share) = line.split_once('\t')?;
        Some((u32::from_str_radix(gram, 16).ok()?, share.parse::<f32>().ok()? / 1000.0))
    };
    DATA.lines().filter_map(line).collect()
});

/// The share of events in which four bytes occur.
pub(super) fn share(gram: [u8; 4]) -> f32 {
    let gram = u32::from_be_bytes(gram) | 0x2020_2020;
    TABLE.get(&gram).copied().unwrap_or(RARE)
}

/// The share of events in which a text occurs: at most that of its rarest piece.
pub(super) fn share_of(text: &[u8]) -> f32 {
    let rarest = text.windows(4).map(|gram| share([gram[0], gram[1], gram[2], gram[3]]));
    let is_odd = |byte: &u8| !byte.is_ascii_alphanumeric() && !b" -./:\\_\"=,".contains(byte);
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric();
    match text.len() {
        1..=3 if text.iter().any(is_odd) => 0.06 / text.len() as f32,
        0 | 1 => 0.9,
        2 if !text.iter().any(is_word) => 0.1,
        2 => 0.6,
        3 => 0.3,
        // Longer texts are rarer than their pieces.
        _ => rarest.fold(1.0, f32::min) * (4.0 / text.len() as f32).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_pieces_are_known() {
        assert!(TABLE.len() > 500, "{} pieces", TABLE.len());
        assert!(share(*b"wind") > share(*b"qzxj"));
        assert!(share_of(br"\\system32\\") > share_of(br"\\mimikatz"));
    }
}
