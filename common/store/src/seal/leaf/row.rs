//! An event's bytes and sums on their way into a leaf; the two forms of bytes are in `leaf`.
//!
//! What it does *not* know: hashes, proofs.

use super::{Form, Leaf};
use common::event::Event;
use std::net::IpAddr;

/// Columns whose value is hardly ever the one before: time, message, raw, log_offset, ext.
const VARIED: u32 = 1 | 1 << 23 | 1 << 24 | 1 << 28 | 1 << 30;
/// In the long form, how long the number and the length before a value are.
const HEADER: usize = 5;

/// The value that a column last had, and its sum.
#[derive(Default)]
pub(super) struct Last {
    is_known: bool,
    number: i64,
    bytes: Vec<u8>,
    sum: u64,
}

/// More than this is not kept when a leaf begins.
const KEPT: usize = 1024;

impl Last {
    /// Forgets the value, not its place in memory.
    pub(super) fn forget(&mut self) {
        self.is_known = false;
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
    }
}

/// Writes an event, a flat list of `COLUMNS`; gives its sum.
pub(super) fn write(leaf: &mut Leaf, seq: u32, event: &Event<'_>) -> u32 {
    let sum = u64::from(seq);
    #[allow(clippy::cast_possible_truncation, reason = "32 bits without structure")]
    let salt = fold(sum, FIRST) as u32 | 1;
    let mut row = Row { leaf, seq, salt, column: 0, sum, present: 0, repeated: 0 };
    let bits = row.begin();
    row.long(event.time.0);
    row.long(event.time_quality as i64);
    row.field(event.section.as_bytes());
    row.field(event.host_name.as_bytes());
    row.field(event.labels.as_bytes());
    row.text(event.dataset.as_deref());
    row.text(event.event_category.as_deref());
    row.text(event.event_action.as_deref());
    row.text(event.event_outcome.as_deref());
    row.text(event.event_code.as_deref());
    row.number(event.log_facility);
    row.number(event.log_severity);
    row.text(event.process_name.as_deref());
    row.number(event.process_pid);
    row.text(event.process_executable.as_deref());
    row.text(event.process_command_line.as_deref());
    row.text(event.user_name.as_deref());
    row.text(event.user_target_name.as_deref());
    row.ip(event.source_ip);
    row.number(event.source_port);
    row.ip(event.destination_ip);
    row.number(event.destination_port);
    row.text(event.network_transport.as_deref());
    row.field(event.message.as_bytes());
    row.field(&event.raw);
    row.long(event.raw_kind as i64);
    row.long(event.eol as i64);
    row.text(event.helper.as_deref());
    row.long(event.log_offset);
    row.tags(event);
    row.ext(event);
    row.end(bits);
    #[allow(clippy::cast_possible_truncation, reason = "a sum of 32 bits")]
    let sum = fold(row.sum, FIRST) as u32;
    sum
}

/// An event on its way into a leaf.
struct Row<'l> {
    leaf: &'l mut Leaf,
    seq: u32,
    /// An odd number made of `seq`.
    salt: u32,
    /// The number of the next column.
    column: u8,
    sum: u64,
    /// The columns that have a value, and those of them that have it again; one bit each.
    present: u32,
    repeated: u32,
}

impl Row<'_> {
    fn absent(&mut self) {
        self.column += 1;
    }

    /// What stands before the columns; where the bits are to stand.
    fn begin(&mut self) -> usize {
        let [a, b, c, d] = self.seq.to_le_bytes();
        let is_short = self.leaf.form == Form::Short;
        let whole = [0xff, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0];
        let bytes = &mut self.leaf.bytes;
        let bits = bytes.len() + HEADER;
        bytes.extend_from_slice(if is_short { &whole } else { &whole[..HEADER] });
        bits
    }

    /// Writes the bits.
    fn end(&mut self, bits: usize) {
        if self.leaf.form == Form::Short {
            let (present, repeated) = (self.present.to_le_bytes(), self.repeated.to_le_bytes());
            self.leaf.bytes[bits..bits + 4].copy_from_slice(&present);
            self.leaf.bytes[bits + 4..bits + 8].copy_from_slice(&repeated);
        }
    }

    fn field(&mut self, value: &[u8]) {
        if self.leaf.form == Form::Long {
            self.leaf.bytes.extend_from_slice(&head(self.column, value.len()));
            self.leaf.bytes.extend_from_slice(value);
            return self.add(sum(self.column, value));
        }
        let bit = 1 << self.column;
        self.present |= bit;
        let last = &mut self.leaf.last[usize::from(self.column)];
        if last.is_known && is_same(&last.bytes, value) {
            self.repeated |= bit;
            let sum = last.sum;
            return self.add(sum);
        }
        let sum = sum(self.column, value);
        if VARIED & bit == 0 {
            last.bytes.clear();
            last.bytes.extend_from_slice(value);
            (last.is_known, last.sum) = (true, sum);
        }
        put(&mut self.leaf.bytes, value);
        self.add(sum);
    }

    /// A number in the short form.
    fn brief(&mut self, value: i64) {
        let bit = 1 << self.column;
        self.present |= bit;
        let last = &mut self.leaf.last[usize::from(self.column)];
        if last.is_known && last.number == value {
            self.repeated |= bit;
            let sum = last.sum;
            return self.add(sum);
        }
        let sum = sum_of_word(self.column, value.to_le_bytes());
        (last.is_known, last.number, last.sum) = (VARIED & bit == 0, value, sum);
        self.leaf.bytes.extend_from_slice(&value.to_le_bytes());
        self.add(sum);
    }

    fn long(&mut self, value: i64) {
        if self.leaf.form == Form::Short {
            return self.brief(value);
        }
        let mut bytes = [0; HEADER + 8];
        bytes[..HEADER].copy_from_slice(&head(self.column, 8));
        bytes[HEADER..].copy_from_slice(&value.to_le_bytes());
        self.leaf.bytes.extend_from_slice(&bytes);
        self.add(sum_of_word(self.column, value.to_le_bytes()));
    }

    /// Adds the sum of the column's value to those of the event and the column. Sums of the long
    /// form take longer than hashing what is left of an event in the short one.
    #[allow(clippy::cast_possible_truncation, reason = "sums of 32 bits")]
    fn add(&mut self, sum: u64) {
        let own = if self.leaf.form == Form::Long {
            self.sum = fold(self.sum ^ sum, SECOND);
            fold(sum ^ u64::from(self.seq), FIRST) as u32
        } else {
            self.sum = self.sum.wrapping_add(sum);
            (sum as u32).wrapping_mul(self.salt)
        };
        let all = &mut self.leaf.columns[usize::from(self.column)];
        *all = all.wrapping_add(own);
        self.column += 1;
    }

    fn number(&mut self, value: Option<impl Into<i64>>) {
        match value {
            Some(value) => self.long(value.into()),
            None => self.absent(),
        }
    }

    fn text(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.field(value.as_bytes()),
            None => self.absent(),
        }
    }

    fn ip(&mut self, ip: Option<IpAddr>) {
        match ip {
            Some(IpAddr::V4(ip)) => self.field(&ip.to_ipv6_mapped().octets()),
            Some(IpAddr::V6(ip)) => self.field(&ip.octets()),
            None => self.absent(),
        }
    }

    fn tags(&mut self, event: &Event<'_>) {
        match event.tags.as_slice() {
            [] => self.absent(),
            [tag] => self.field(tag.as_bytes()),
            tags => self.field(tags.join(" ").as_bytes()),
        }
    }

    fn ext(&mut self, event: &Event<'_>) {
        if event.ext.is_empty() {
            return self.absent();
        }
        let mut json = std::mem::take(&mut self.leaf.json);
        json.clear();
        event.ext.write_json(&mut json);
        self.field(&json);
        self.leaf.json = json;
    }
}

/// Odd numbers without structure.
const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xd6e8_feb8_6659_fd93;

/// Both halves of a product, folded into one word.
fn fold(value: u64, factor: u64) -> u64 {
    let product = u128::from(value ^ SECOND) * u128::from(factor);
    #[allow(clippy::cast_possible_truncation, reason = "the halves of a product")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high
}

/// Whether two texts are equal. Most are so short that a call costs more than they: up to 16 bytes
/// are two words, which may overlap.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match (one.first_chunk::<8>(), other.first_chunk::<8>()) {
        (Some(first), Some(begin)) => {
            let is_long = one.len() > 16;
            first == begin
                && one.last_chunk::<8>() == other.last_chunk::<8>()
                && (!is_long || one == other)
        }
        _ => last_word(one, one) == last_word(other, other),
    }
}

/// Appends a text in the short form.
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

/// What stands before a value: the column's number and the length.
fn head(column: u8, length: usize) -> [u8; HEADER] {
    let length = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    [column, length[0], length[1], length[2], length[3]]
}

/// The sum of a value, 8 bytes at a time; what is left over is filled up with zeros.
fn sum(column: u8, value: &[u8]) -> u64 {
    let (words, rest) = value.as_chunks::<8>();
    let add = |state, word: &[u8; 8]| fold(state ^ u64::from_le_bytes(*word), FIRST);
    let state = words.iter().fold(begin(column, value.len()), add);
    fold(state ^ last_word(value, rest), SECOND)
}

/// The same of a value of 8 bytes.
fn sum_of_word(column: u8, value: [u8; 8]) -> u64 {
    fold(fold(begin(column, 8) ^ u64::from_le_bytes(value), FIRST), SECOND)
}

fn begin(column: u8, length: usize) -> u64 {
    FIRST ^ (u64::from(column) << 56) ^ length as u64
}

/// The last bytes of a value, fewer than 8, as a number. Bytes are not copied one by one, nor by
/// a call: in most columns they are all there is. Longer values are read from their end, and what
/// has been summed is shifted out.
fn last_word(value: &[u8], rest: &[u8]) -> u64 {
    let bits = |count: usize| count * 8;
    if let (Some(end), false) = (value.last_chunk::<8>(), rest.is_empty()) {
        return u64::from_le_bytes(*end) >> bits(8 - rest.len());
    }
    if let (Some(first), Some(end)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        let end = u64::from(u32::from_le_bytes(*end)) << bits(rest.len() - 4);
        return u64::from(u32::from_le_bytes(*first)) | end;
    }
    match *rest {
        [] => 0,
        [a] => u64::from(a),
        [a, b, ref c @ ..] => {
            u64::from_le_bytes([a, b, c.first().copied().unwrap_or(0), 0, 0, 0, 0, 0])
        }
    }
}
