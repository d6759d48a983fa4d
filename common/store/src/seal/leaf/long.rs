//! An event in the long form: each column with all that is in it.
//!
//! What it does *not* know: hashes, proofs.

use super::Leaf;
use super::row::{Columns, show};
use super::sum::{FIRST, SECOND, fold, sum};
use common::event::Event;

/// How long the number and the length before a value are.
const HEADER: usize = 5;

/// An event on its way into a leaf.
struct Long<'l> {
    leaf: &'l mut Leaf,
    seq: u32,
    sum: u64,
}

/// Writes an event; gives its sum.
pub(super) fn write(leaf: &mut Leaf, seq: u32, event: &Event<'_>, json: &mut Vec<u8>) -> u32 {
    leaf.bytes.push(0xff);
    leaf.bytes.extend_from_slice(&seq.to_le_bytes());
    let mut row = Long { leaf, seq, sum: u64::from(seq) };
    show(event, json, &mut row);
    #[allow(clippy::cast_possible_truncation, reason = "a sum of 32 bits")]
    let sum = fold(row.sum, FIRST) as u32;
    sum
}

impl Columns for Long<'_> {
    fn number(&mut self, column: usize, value: Option<i64>) {
        self.text(column, value.map(i64::to_le_bytes).as_ref().map(<[u8; 8]>::as_slice));
    }

    /// Adds the sum of the value to those of the event and the column.
    #[allow(clippy::cast_possible_truncation, reason = "sums of 32 bits")]
    fn text(&mut self, column: usize, value: Option<&[u8]>) {
        let Some(value) = value else { return };
        self.leaf.bytes.extend_from_slice(&head(column, value.len()));
        self.leaf.bytes.extend_from_slice(value);
        let sum = sum(column, value);
        self.sum = fold(self.sum ^ sum, SECOND);
        let own = fold(sum ^ u64::from(self.seq), FIRST) as u32;
        let all = &mut self.leaf.columns[column];
        *all = all.wrapping_add(own);
    }
}

/// What stands before a value: the column's number and the length.
fn head(column: usize, length: usize) -> [u8; HEADER] {
    let [a, b, c, d] = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    [u8::try_from(column).unwrap_or(u8::MAX), a, b, c, d]
}
