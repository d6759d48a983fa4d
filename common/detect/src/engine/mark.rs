//! Where the quotes and backslashes of a line stand: one bit a byte, found sixteen bytes at a time.
//!
//! What it does *not* know: JSON.

use wide::u8x16;

/// The marks of the line at hand.
#[derive(Debug, Default)]
pub(super) struct Marks {
    words: Vec<u64>,
}

/// What a line's bytes have beside marks.
struct Rest {
    control: u8x16,
    all: u8x16,
}

impl Marks {
    /// Reads a line. Tells whether it is text without control characters.
    pub(super) fn read(&mut self, line: &[u8]) -> bool {
        self.words.clear();
        let mut rest = Rest { control: u8x16::splat(0), all: u8x16::splat(0) };
        let (blocks, end) = line.as_chunks::<64>();
        for block in blocks {
            self.words.push(marks(block, &mut rest));
        }
        if !end.is_empty() {
            let mut block = [b' '; 64];
            block[..end.len()].copy_from_slice(end);
            self.words.push(marks(&block, &mut rest));
        }
        let is_ascii = rest.all.to_bitmask() == 0;
        rest.control.to_bitmask() == 0 && (is_ascii || std::str::from_utf8(line).is_ok())
    }

    /// The first quote or backslash from a place on.
    #[inline]
    pub(super) fn next(&self, at: usize) -> Option<usize> {
        let mut word = at / 64;
        let mut bits = self.words.get(word)? & (u64::MAX << (at % 64));
        while bits == 0 {
            word += 1;
            bits = *self.words.get(word)?;
        }
        Some(word * 64 + bits.trailing_zeros() as usize)
    }
}

#[inline]
fn marks(block: &[u8; 64], rest: &mut Rest) -> u64 {
    let (quote, slash, last) = (u8x16::splat(b'"'), u8x16::splat(b'\\'), u8x16::splat(0x1f));
    let mut word = 0;
    for (number, chunk) in block.as_chunks::<16>().0.iter().enumerate() {
        let bytes = u8x16::new(*chunk);
        rest.control |= bytes.min(last).simd_eq(bytes);
        rest.all |= bytes;
        let found = (bytes.simd_eq(quote) | bytes.simd_eq(slash)).to_bitmask();
        word |= u64::from(found & 0xffff) << (number * 16);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_at_every_place() {
        for length in 0..200 {
            let mut line = vec![b'x'; length];
            let mut marks = Marks::default();
            assert!(marks.read(&line));
            assert_eq!(marks.next(0), None);
            for place in 0..length {
                line[place] = if place % 2 == 0 { b'"' } else { b'\\' };
                assert!(marks.read(&line));
                assert_eq!((marks.next(0), marks.next(place)), (Some(place), Some(place)));
                assert_eq!(marks.next(place + 1), None);
                line[place] = b'x';
            }
        }
    }

    #[test]
    fn only_text_without_control_characters_is_read() {
        let read = |text: &[u8]| Marks::default().read(text);
        assert!(read("é \u{7f}\u{1f600}".as_bytes()) && read(b""));
        for place in 0..70 {
            let mut line = vec![b'x'; 70];
            for byte in [0, 9, 0x1f, 0x80, 0xff] {
                line[place] = byte;
                assert!(!read(&line), "{byte} at {place}");
            }
        }
    }
}
