//! An event in the short form: what it has in common with those before it is left out.
//!
//! Most columns of most events are as they were in the event before. Of such a run only its
//! beginning and its end cost anything: between them a column is compared, and its sum, which is
//! that of its value times a number of each event, is added for all events of the run at once.
//!
//! What it does *not* know: hashes, proofs.

use super::row::{Columns, show};
use super::sum::{FIRST, fold, is_same, sum, sum_of_word};
use super::{COLUMNS, Leaf};
use common::event::Event;

/// Columns whose value is hardly ever the one before: time, message, raw, log_offset, ext.
const VARIED: u32 = 1 | 1 << 23 | 1 << 24 | 1 << 28 | 1 << 30;
/// More than this is not kept when a leaf begins.
const KEPT: usize = 1024;

/// The value that a column last had.
#[derive(Default)]
struct Last {
    number: i64,
    bytes: Vec<u8>,
    sum: u64,
    /// What `Runs::salts` was when its run began.
    since: u32,
}

/// What the columns last had, a bit each, the first column lowest.
#[derive(Default)]
pub(super) struct Runs {
    last: [Last; COLUMNS.len()],
    /// Those that had a value.
    known: u32,
    /// Those that had it in the last event.
    open: u32,
    /// The sums of their values.
    sum: u64,
    /// The salts of all events, added up.
    salts: u32,
}

impl Runs {
    /// Forgets the values, not their places in memory.
    pub(super) fn forget(&mut self) {
        (self.known, self.open, self.sum, self.salts) = (0, 0, 0, 0);
        for last in &mut self.last {
            last.bytes.clear();
            last.bytes.shrink_to(KEPT);
        }
    }

    /// Ends all runs.
    pub(super) fn end(&mut self, columns: &mut [u32; COLUMNS.len()]) {
        for column in 0..COLUMNS.len() {
            if self.open & 1 << column != 0 {
                self.end_one(column, columns);
            }
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "sums of 32 bits")]
    fn end_one(&mut self, column: usize, columns: &mut [u32; COLUMNS.len()]) {
        let last = &self.last[column];
        let salts = self.salts.wrapping_sub(last.since);
        columns[column] = columns[column].wrapping_add((last.sum as u32).wrapping_mul(salts));
        self.sum = self.sum.wrapping_sub(last.sum);
        self.open &= !(1 << column);
    }
}

/// An event on its way into a leaf.
struct Short<'l> {
    bytes: &'l mut Vec<u8>,
    columns: &'l mut [u32; COLUMNS.len()],
    runs: &'l mut Runs,
    /// An odd number made of its seq.
    salt: u32,
    /// The sums of what is in no run.
    sum: u64,
    /// Columns that have a value which they did not last have; those that are in no run.
    fresh: u32,
    varied: u32,
}

/// Writes an event; gives its sum.
#[allow(clippy::cast_possible_truncation, reason = "32 bits without structure, and a sum")]
pub(super) fn write(leaf: &mut Leaf, seq: u32, event: &Event<'_>, json: &mut Vec<u8>) -> u32 {
    let Leaf { bytes, columns, runs, .. } = leaf;
    let [a, b, c, d] = seq.to_le_bytes();
    bytes.extend_from_slice(&[0xff, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0]);
    let bits = bytes.len() - 8;
    let sum = u64::from(seq);
    let salt = fold(sum, FIRST) as u32 | 1;
    let mut row = Short { bytes, columns, runs, salt, sum, fresh: 0, varied: 0 };
    show(event, json, &mut row);
    let present = row.runs.open | row.varied;
    let repeated = row.runs.open & !row.fresh;
    row.bytes[bits..bits + 4].copy_from_slice(&present.to_le_bytes());
    row.bytes[bits + 4..bits + 8].copy_from_slice(&repeated.to_le_bytes());
    row.runs.salts = row.runs.salts.wrapping_add(salt);
    fold(row.sum.wrapping_add(row.runs.sum), FIRST) as u32
}

impl Columns for Short<'_> {
    #[inline(always)]
    fn number(&mut self, column: usize, value: Option<i64>) {
        let is_open = self.runs.open & 1 << column != 0;
        match value {
            None if is_open => self.runs.end_one(column, self.columns),
            None => {}
            Some(value) if VARIED & 1 << column != 0 => self.varied_number(column, value),
            Some(value) if is_open && self.runs.last[column].number == value => {}
            Some(value) => self.other_number(column, value),
        }
    }

    #[inline(always)]
    fn text(&mut self, column: usize, value: Option<&[u8]>) {
        let is_open = self.runs.open & 1 << column != 0;
        match value {
            None if is_open => self.runs.end_one(column, self.columns),
            None => {}
            Some(value) if VARIED & 1 << column != 0 => self.varied_text(column, value),
            Some(value) if is_open && is_same(&self.runs.last[column].bytes, value) => {}
            Some(value) => self.other_text(column, value),
        }
    }
}

impl Short<'_> {
    #[inline(always)]
    fn varied_number(&mut self, column: usize, value: i64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self.alone(column, sum_of_word(column, value.to_le_bytes()));
    }

    #[inline(always)]
    fn varied_text(&mut self, column: usize, value: &[u8]) {
        put(self.bytes, value);
        self.alone(column, sum(column, value));
    }

    /// Adds the sum of a value that begins no run.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "sums of 32 bits")]
    fn alone(&mut self, column: usize, sum: u64) {
        self.varied |= 1 << column;
        self.sum = self.sum.wrapping_add(sum);
        let all = &mut self.columns[column];
        *all = all.wrapping_add((sum as u32).wrapping_mul(self.salt));
    }

    /// A number that the event before did not have.
    fn other_number(&mut self, column: usize, value: i64) {
        let is_back = self.can_be_back(column) && self.runs.last[column].number == value;
        if !is_back {
            let sum = sum_of_word(column, value.to_le_bytes());
            self.change(column, sum).number = value;
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
        self.begin(column);
    }

    /// A text that the event before did not have.
    fn other_text(&mut self, column: usize, value: &[u8]) {
        let is_back = self.can_be_back(column) && is_same(&self.runs.last[column].bytes, value);
        if !is_back {
            let last = self.change(column, sum(column, value));
            last.bytes.clear();
            last.bytes.extend_from_slice(value);
            put(self.bytes, value);
        }
        self.begin(column);
    }

    /// Whether a column had a value, and none in the event before.
    fn can_be_back(&self, column: usize) -> bool {
        self.runs.known & !self.runs.open & 1 << column != 0
    }

    /// Ends a column's run, if any: its value is another one.
    fn change(&mut self, column: usize, sum: u64) -> &mut Last {
        if self.runs.open & 1 << column != 0 {
            self.runs.end_one(column, self.columns);
        }
        self.fresh |= 1 << column;
        self.runs.known |= 1 << column;
        let last = &mut self.runs.last[column];
        last.sum = sum;
        last
    }

    /// Begins a run of the value that a column last had.
    fn begin(&mut self, column: usize) {
        let last = &mut self.runs.last[column];
        last.since = self.runs.salts;
        self.runs.sum = self.runs.sum.wrapping_add(last.sum);
        self.runs.open |= 1 << column;
    }
}

/// Appends a text.
fn put(bytes: &mut Vec<u8>, value: &[u8]) {
    match u8::try_from(value.len()) {
        Ok(length) if length < u8::MAX => bytes.push(length),
        _ => {
            let length = u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes();
            bytes.extend_from_slice(&[u8::MAX, length[0], length[1], length[2], length[3]]);
        }
    }
    bytes.extend_from_slice(value);
}
