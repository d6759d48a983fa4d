//! Events of one batch and day as a digest, with sums that tell which event and column changed.
//!
//! ```text
//!  event ─► bytes ─┬─► SHA-256 over all events and the sums  = digest       proves
//!                  └─► sums: 32 bits a column, 32 bits an event = proof     locates
//! ```
//!
//! An event's bytes are: 0xFF, its seq (32 bits), and for each column that is present the
//! column's number (8 bits), a length (32 bits) and the value; numbers are 64 bits, addresses 16
//! bytes, tags joined by spaces, `ext` its JSON. Everything is little-endian. An event that came
//! back from either database has the same bytes.
//!
//! A sum of an event or column is not cryptographic and need not be: the digest covers the sums,
//! so that nobody can change them unseen; they only say where to look.
//!
//! What it does *not* know: batches, chains, databases.

use common::event::Event;
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

/// The names of the columns, in order of their numbers.
pub(crate) const COLUMNS: [&str; 31] = [
    "time",
    "time_quality",
    "section",
    "host_name",
    "labels",
    "dataset",
    "event_category",
    "event_action",
    "event_outcome",
    "event_code",
    "log_facility",
    "log_severity",
    "process_name",
    "process_pid",
    "process_executable",
    "process_command_line",
    "user_name",
    "user_target_name",
    "source_ip",
    "source_port",
    "destination_ip",
    "destination_port",
    "network_transport",
    "message",
    "raw",
    "raw_kind",
    "eol",
    "helper",
    "log_offset",
    "tags",
    "ext",
];
const HEAD: usize = COLUMNS.len() * 4;
/// How much is hashed at once.
const PIECE: usize = 16 << 10;

/// A leaf in the making.
pub(crate) struct Leaf {
    hash: Sha256,
    /// Bytes that are not hashed yet.
    bytes: Vec<u8>,
    columns: [u32; COLUMNS.len()],
    /// (seq, sum) of each event.
    events: Vec<(u32, u32)>,
    json: Vec<u8>,
}

/// A leaf that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) event_count: i64,
    pub(crate) digest: [u8; 32],
    /// The sums: those of the columns, then seq and sum of each event.
    pub(crate) proof: Vec<u8>,
}

impl Leaf {
    pub(crate) fn new(day: i32) -> Leaf {
        let hash = Sha256::new_with_prefix(b"siem leaf 1").chain_update(day.to_le_bytes());
        let columns = [0; COLUMNS.len()];
        Leaf { hash, bytes: Vec::new(), columns, events: Vec::new(), json: Vec::new() }
    }

    /// Adds an event: a flat list of [`COLUMNS`].
    pub(crate) fn event(&mut self, seq: i32, event: &Event<'_>) {
        #[allow(clippy::cast_sign_loss, reason = "a bit pattern")]
        let mut row = Row { leaf: self, seq: seq as u32, column: 0, sum: u64::from(seq as u32) };
        row.leaf.bytes.push(0xff);
        row.leaf.bytes.extend_from_slice(&seq.to_le_bytes());
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
        let (seq, sum) = (row.seq, fold(row.sum, FIRST));
        #[allow(clippy::cast_possible_truncation, reason = "a sum of 32 bits")]
        self.events.push((seq, sum as u32));
        if self.bytes.len() >= PIECE {
            self.hash.update(&self.bytes);
            self.bytes.clear();
        }
    }

    /// Completes the leaf.
    pub(crate) fn seal(mut self) -> Sealed {
        let mut proof = Vec::with_capacity(HEAD + self.events.len() * 8);
        self.columns.iter().for_each(|sum| proof.extend_from_slice(&sum.to_le_bytes()));
        for (seq, sum) in &self.events {
            proof.extend_from_slice(&seq.to_le_bytes());
            proof.extend_from_slice(&sum.to_le_bytes());
        }
        self.hash.update(&self.bytes);
        self.hash.update([0xfe]);
        self.hash.update(&proof);
        let event_count = i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        Sealed { event_count, digest: self.hash.finalize().into(), proof }
    }
}

/// The columns whose sums differ between two proofs.
pub(crate) fn changed_columns(have: &[u8], had: &[u8]) -> Vec<&'static str> {
    let sum = |proof: &[u8], place: usize| proof.get(place * 4..place * 4 + 4).map(<[u8]>::to_vec);
    let differs = |(place, _): &(usize, &&str)| sum(have, *place) != sum(had, *place);
    COLUMNS.iter().enumerate().filter(differs).map(|(_, name)| *name).collect()
}

/// (seq, sum) of the events of a proof.
pub(crate) fn events(proof: &[u8]) -> Vec<(i32, u32)> {
    let word = |bytes: &[u8]| [bytes[0], bytes[1], bytes[2], bytes[3]];
    let pairs = proof.get(HEAD..).unwrap_or_default().chunks_exact(8);
    pairs
        .map(|pair| (i32::from_le_bytes(word(pair)), u32::from_le_bytes(word(&pair[4..]))))
        .collect()
}

/// An event on its way into a leaf.
struct Row<'l> {
    leaf: &'l mut Leaf,
    seq: u32,
    /// The number of the next column.
    column: u8,
    sum: u64,
}

impl Row<'_> {
    fn absent(&mut self) {
        self.column += 1;
    }

    fn field(&mut self, value: &[u8]) {
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        self.leaf.bytes.push(self.column);
        self.leaf.bytes.extend_from_slice(&length.to_le_bytes());
        self.leaf.bytes.extend_from_slice(value);
        let sum = sum(self.column, value);
        self.sum = fold(self.sum ^ sum, SECOND);
        let place = usize::from(self.column);
        let own = fold(sum ^ u64::from(self.seq), FIRST);
        #[allow(clippy::cast_possible_truncation, reason = "a sum of 32 bits")]
        let own = own as u32;
        self.leaf.columns[place] = self.leaf.columns[place].wrapping_add(own);
        self.column += 1;
    }

    fn long(&mut self, value: i64) {
        self.field(&value.to_le_bytes());
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

/// The sum of a value, 8 bytes at a time.
fn sum(column: u8, value: &[u8]) -> u64 {
    let mut state = FIRST ^ (u64::from(column) << 56) ^ value.len() as u64;
    let mut words = value.chunks_exact(8);
    for word in &mut words {
        let word = u64::from_le_bytes([
            word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7],
        ]);
        state = fold(state ^ word, FIRST);
    }
    let mut last = [0; 8];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    fold(state ^ u64::from_le_bytes(last), SECOND)
}
