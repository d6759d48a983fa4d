//! A text that is expected at a place of another one, and found there in a few comparisons.
//!
//! What it does *not* know: what it stands for.

use wide::u8x16;

/// How many bytes are compared at once, twice.
const WIDTH: usize = 16;
const HEAD: usize = 2 * WIDTH;

/// A text, and its first bytes as they are compared.
#[derive(Debug, PartialEq)]
pub(super) struct Piece {
    /// The first bytes.
    head: [[u8; WIDTH]; 2],
    /// Which of them count, a bit each.
    mask: u32,
    length: u32,
    whole: Box<[u8]>,
}

impl Default for Piece {
    /// The empty text, which is nowhere: no text has this byte.
    fn default() -> Piece {
        Piece { head: [[0xff; WIDTH]; 2], mask: 1, length: 0, whole: Box::default() }
    }
}

impl Piece {
    /// A text of less than 4 GiB, without NUL.
    pub(super) fn new(text: &[u8]) -> Piece {
        let Ok(length @ 1..) = u32::try_from(text.len()) else { return Piece::default() };
        let mut head = [[0; WIDTH]; 2];
        for (at, &byte) in text.iter().take(HEAD).enumerate() {
            head[at / WIDTH][at % WIDTH] = byte;
        }
        let rest = (HEAD as u32).saturating_sub(length);
        Piece { head, mask: u32::MAX >> rest, length, whole: text.into() }
    }

    /// Where a text goes on after this one, when it has it at a place; an empty one is nowhere. The
    /// text has NULs behind it ([`super::padded::PAD`]).
    #[inline]
    pub(super) fn end(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let here = bytes.get(at..)?.first_chunk::<HEAD>()?;
        let same = |part: usize| {
            let mut bytes = [0; WIDTH];
            bytes.copy_from_slice(&here[part * WIDTH..][..WIDTH]);
            u8x16::new(bytes).simd_eq(u8x16::new(self.head[part])).to_bitmask()
        };
        let other = !(same(0) | same(1) << WIDTH);
        if other & self.mask != 0 || self.length as usize > HEAD && !self.is_rest(bytes, at) {
            return None;
        }
        Some(at + self.length as usize)
    }

    /// Whether what is longer than is compared at once goes on rightly.
    #[inline(never)]
    fn is_rest(&self, bytes: &[u8], at: usize) -> bool {
        bytes[at + HEAD..].starts_with(&self.whole[HEAD..])
    }
}

#[cfg(test)]
mod tests {
    use super::super::padded::PAD;
    use super::*;

    #[test]
    fn pieces_of_all_lengths_are_found_where_they_stand() {
        let text: Vec<u8> = (0..90).map(|place: u16| (place * 7 % 89) as u8 + 1).collect();
        let padded = |text: &[u8]| [text, &[0; PAD]].concat();
        let whole = padded(&text);
        for from in 0..text.len() {
            for to in from..text.len() {
                let piece = Piece::new(&text[from..to]);
                let end = (to > from).then_some(to);
                assert_eq!(piece.end(&whole, from), end, "{from} {to}");
                assert_eq!(piece.end(&padded(&text[..to]), from), end, "{from} {to}");
                assert_eq!(piece.end(&whole, from + 1), None, "{from} {to}");
                if to > from {
                    assert_eq!(piece.end(&padded(&text[..to - 1]), from), None, "{from} {to}");
                    let mut other = whole.clone();
                    other[to - 1] ^= 1;
                    assert_eq!(piece.end(&other, from), None, "{from} {to}");
                }
            }
        }
        for at in 2..PAD + 9 {
            assert_eq!(Piece::new(b"a").end(&padded(b"a"), at), None);
        }
    }
}
