//! NUL bytes where a line should begin.
//!
//! A program that does not append leaves a hole when its file is cut; a file system leaves one
//! after a power failure; a program that reserves room ahead leaves one at the end. Once other
//! bytes follow, the hole is left out and counted with the line behind it; until then it may still
//! be written to, and is read again whenever the file has changed.
//!
//! What it does *not* know: files. A few NUL bytes are part of a line like any other.

use super::{HEAD, Splitter};

/// How many NUL bytes are a hole.
const NULS: usize = 64;

/// NUL bytes that are no part of a line.
pub(super) struct Hole {
    length: usize,
    /// The bytes before it.
    pub(super) mark: Vec<u8>,
}

impl Splitter {
    /// How many bytes of a hole lie between the edge and the buffer's start.
    pub(super) fn hole_length(&self) -> usize {
        let length = |hole: &Option<Hole>| hole.as_ref().map_or(0, |hole| hole.length);
        length(&self.hole) + length(&self.left_out)
    }

    /// Goes back to before the NUL bytes at the end.
    pub(crate) fn rewind_hole(&mut self) -> bool {
        let Some(hole) = self.hole.take() else { return false };
        let end = hole.mark.len();
        (self.buffer, self.start, self.scanned, self.end) = (hole.mark, end, end, end);
        true
    }

    /// Skips NUL bytes where a line should begin. False while nothing else follows them.
    pub(super) fn skip_hole(&mut self) -> bool {
        let unread = &self.buffer[self.start..self.end];
        let nuls = unread.iter().take_while(|&&byte| byte == 0).count();
        let mut hole = match self.hole.take() {
            Some(hole) => hole,
            None if nuls < NULS => return true,
            None => Hole { length: 0, mark: self.edge().mark.to_vec() },
        };
        hole.length += nuls;
        self.start += nuls;
        self.scanned = self.start;
        let is_over = self.start < self.end;
        *(if is_over { &mut self.left_out } else { &mut self.hole }) = Some(hole);
        is_over
    }

    /// Moves the edge behind the hole before the line that is about to be given.
    pub(super) fn pass_hole(&mut self) -> i64 {
        let length = self.left_out.take().map_or(0, |hole| hole.length);
        if self.head.len() < HEAD {
            self.head.resize(HEAD.min(self.head.len() + length), 0);
        }
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        self.position += length;
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Piece;

    fn of(piece: &Piece<'_>) -> (Vec<u8>, i64, i64) {
        (piece.line.bytes.to_vec(), piece.line.offset, piece.hole)
    }

    #[test]
    fn a_hole_before_a_line_is_left_out_and_counted_whatever_the_reads() {
        let text = [&b"one\n"[..], &[0; 5_000], b"two\nthree\n", &[0; 10], b"four\n"].concat();
        for size in [1, 7, 64, 4_096, text.len()] {
            let mut splitter = Splitter::new(0, 0, Vec::new(), &[]);
            let mut found = Vec::new();
            for part in text.chunks(size) {
                splitter.push(part);
                while let Some(piece) = splitter.next() {
                    found.push(of(&piece));
                }
            }
            let four = [&[0; 10], &b"four"[..]].concat();
            let expected = [
                (b"one".to_vec(), 0, 0),
                (b"two".to_vec(), 5_004, 5_000),
                (b"three".to_vec(), 5_008, 0),
                (four, 5_014, 0),
            ];
            assert_eq!(found, expected, "{size}");
            let edge = splitter.edge();
            assert_eq!((edge.position, edge.line), (5_029, 4));
            assert_eq!(edge.head, &text[..HEAD], "{size}");
        }
    }

    #[test]
    fn a_hole_at_the_end_keeps_the_edge_before_it_and_is_read_again() {
        let mut splitter = Splitter::new(0, 0, Vec::new(), &[]);
        splitter.push(b"one\n");
        splitter.push(&[0; 3_000]);
        assert!(splitter.next().is_some());
        assert!(splitter.next().is_none() && splitter.next().is_none());
        assert_eq!((splitter.edge().position, splitter.edge().mark), (4, &b"one\n"[..]));
        assert_eq!(splitter.read_to(), 3_004);
        assert!(splitter.rewind_hole() && !splitter.rewind_hole());
        assert_eq!(splitter.read_to(), 4);
        splitter.push(b"two\n\0\0");
        assert_eq!(splitter.next().map(|piece| of(&piece)), Some((b"two".to_vec(), 4, 0)));
    }

    #[test]
    fn the_edge_stays_before_a_hole_until_the_line_behind_it_ends() {
        let mut splitter = Splitter::new(0, 0, Vec::new(), &[]);
        splitter.push(b"one\n");
        assert!(splitter.next().is_some());
        splitter.push(&[&[0; 100], &b"tw"[..]].concat());
        assert!(splitter.next().is_none());
        assert_eq!((splitter.edge().position, splitter.edge().mark), (4, &b"one\n"[..]));
        assert_eq!(splitter.read_to(), 106);
        splitter.push(b"o\n");
        assert_eq!(splitter.next().map(|piece| of(&piece)), Some((b"two".to_vec(), 104, 100)));
        assert_eq!((splitter.edge().position, splitter.read_to()), (108, 108));
    }
}
