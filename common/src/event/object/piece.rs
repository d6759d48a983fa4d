//! A text that is expected at a place of another one, and found there in a few comparisons.
//!
//! What it does *not* know: what it stands for.

/// How many bytes are compared at once, twice.
const WIDTH: usize = 16;
const HEAD: usize = 2 * WIDTH;

/// A text, and its first bytes as they are compared.
#[derive(Debug, PartialEq)]
pub(super) struct Piece {
    /// The first bytes, and which of them count.
    head: [u128; 2],
    mask: [u128; 2],
    whole: Box<[u8]>,
}

impl Default for Piece {
    /// The empty text, which is nowhere: no bytes masked by nothing are these.
    fn default() -> Piece {
        Piece { head: [1; 2], mask: [0; 2], whole: Box::default() }
    }
}

impl Piece {
    pub(super) fn new(text: &[u8]) -> Piece {
        let mut piece = Piece { whole: text.into(), ..Piece::default() };
        if text.is_empty() {
            return piece;
        }
        piece.head = [0; 2];
        for (at, &byte) in text.iter().take(HEAD).enumerate() {
            piece.head[at / WIDTH] |= u128::from(byte) << (at % WIDTH * 8);
            piece.mask[at / WIDTH] |= 0xff << (at % WIDTH * 8);
        }
        piece
    }

    /// Where a text goes on after this one, when it has it at a place; an empty one is nowhere.
    #[inline]
    pub(super) fn end(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let length = self.whole.len();
        let rest = bytes.get(at..)?;
        let Some(first) = rest.first_chunk() else { return self.short_end(rest, at) };
        if u128::from_le_bytes(*first) & self.mask[0] != self.head[0] {
            return None;
        }
        if length > WIDTH {
            let Some(second) = rest[WIDTH..].first_chunk() else {
                return self.short_end(rest, at);
            };
            if u128::from_le_bytes(*second) & self.mask[1] != self.head[1]
                || length > HEAD && !rest[HEAD..].starts_with(&self.whole[HEAD..])
            {
                return None;
            }
        }
        Some(at + length)
    }

    /// The same where fewer bytes are left than are compared at once.
    fn short_end(&self, rest: &[u8], at: usize) -> Option<usize> {
        let is_here = !self.whole.is_empty() && rest.starts_with(&self.whole);
        is_here.then_some(at + self.whole.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_all_lengths_are_found_where_they_stand() {
        let text: Vec<u8> = (0..90).map(|place: u16| (place * 7 % 89) as u8).collect();
        for from in 0..text.len() {
            for to in from..text.len() {
                let piece = Piece::new(&text[from..to]);
                let end = (to > from).then_some(to);
                assert_eq!(piece.end(&text, from), end, "{from} {to}");
                assert_eq!(piece.end(&text[..to], from), end, "{from} {to}");
                assert_eq!(piece.end(&text, from + 1), None, "{from} {to}");
                if to > from {
                    assert_eq!(piece.end(&text[..to - 1], from), None, "{from} {to}");
                    let mut other = text.clone();
                    other[to - 1] ^= 1;
                    assert_eq!(piece.end(&other, from), None, "{from} {to}");
                }
            }
        }
        assert_eq!(Piece::new(b"a").end(b"a", 2), None);
    }
}
