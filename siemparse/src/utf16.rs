//! UTF-16 as UTF-8: what Windows' programs and shells write into files.
//!
//! In: a reader of bytes that begin with a byte order mark. Out: a reader of the same text as
//! UTF-8, without the mark. Half a surrogate pair becomes U+FFFD, an odd byte at the end is left
//! out.
//!
//! What it does *not* know: lines.

use std::io::{self, Read};

/// How many bytes are read at once.
const CHUNK: usize = 64 << 10;

/// The order of the two bytes of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// The order that the first bytes tell, when they are the mark of UTF-16 and not of UTF-32.
pub(crate) fn order(first: &[u8]) -> Option<Order> {
    match first {
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, _, _, ..] => Some(Order::Little),
        [0xfe, 0xff, _, _, ..] => Some(Order::Big),
        _ => None,
    }
}

/// Gives text as UTF-8.
pub(crate) struct Decoder<R> {
    input: R,
    order: Order,
    /// Bytes that are no whole character yet.
    rest: Vec<u8>,
    is_begun: bool,
    output: Vec<u8>,
    given: usize,
}

impl<R: Read> Decoder<R> {
    pub(crate) fn new(input: R, order: Order) -> Decoder<R> {
        let (rest, output) = (Vec::new(), Vec::new());
        Decoder { input, order, rest, is_begun: false, output, given: 0 }
    }

    /// Takes the characters that are whole; at the end also half a pair.
    fn take(&mut self, is_end: bool) {
        let unit = |pair: &[u8]| match (self.order, pair) {
            (Order::Little, &[low, high]) => u16::from_le_bytes([low, high]),
            (_, &[high, low]) => u16::from_be_bytes([high, low]),
            _ => 0,
        };
        let mut units: Vec<u16> = self.rest.chunks_exact(2).map(unit).collect();
        if !is_end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        self.rest.drain(..units.len() * 2);
        for char in char::decode_utf16(units) {
            let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
            if !std::mem::replace(&mut self.is_begun, true) && char == '\u{feff}' {
                continue;
            }
            self.output.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() {
            self.output.clear();
            self.given = 0;
            let before = self.rest.len();
            self.rest.resize(before + CHUNK, 0);
            let read = self.input.read(&mut self.rest[before..]);
            self.rest.truncate(before + read.as_ref().map_or(0, |count| *count));
            let count = read?;
            self.take(count == 0);
            if count == 0 && self.output.is_empty() {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.output.len() - self.given);
        buffer[..count].copy_from_slice(&self.output[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time.
    struct Slow<'b>(&'b [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn both_orders_in_pieces_of_any_size() {
        let text = "\u{feff}größe\r\n\u{1f600} x\n";
        for order in [Order::Little, Order::Big] {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| match order {
                    Order::Little => unit.to_le_bytes(),
                    Order::Big => unit.to_be_bytes(),
                })
                .collect();
            assert_eq!(super::order(&bytes), Some(order));
            let mut found = String::new();
            Decoder::new(Slow(&bytes), order).read_to_string(&mut found).expect("text");
            assert_eq!(found, text[3..]);
            let mut cut = Vec::new();
            let end = bytes.len() - 1;
            Decoder::new(&bytes[..end], order).read_to_end(&mut cut).expect("text");
            assert_eq!(cut, &text.as_bytes()[3..text.len() - 1]);
        }
    }

    #[test]
    fn half_a_pair_is_replaced() {
        let mut found = String::new();
        let bytes = b"\xff\xfe\x3d\xd8x\0\x3d\xd8";
        Decoder::new(&bytes[..], Order::Little).read_to_string(&mut found).expect("text");
        assert_eq!(found, "\u{fffd}x\u{fffd}");
    }

    #[test]
    fn other_bytes_are_none() {
        for bytes in [&b"\xff\xfe\0\0a\0\0\0"[..], b"\xff\xfe", b"abcd", b"\xef\xbb\xbfa"] {
            assert_eq!(order(bytes), None);
        }
    }
}
