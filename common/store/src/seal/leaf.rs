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
/// How long the number and the length before a value are.
const HEADER: usize = 5;
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
        let [a, b, c, d] = seq.to_le_bytes();
        row.leaf.bytes.extend_from_slice(&[0xff, a, b, c, d]);
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
        self.leaf.bytes.extend_from_slice(&head(self.column, value.len()));
        self.leaf.bytes.extend_from_slice(value);
        self.add(sum(self.column, value));
    }

    fn long(&mut self, value: i64) {
        let mut bytes = [0; HEADER + 8];
        bytes[..HEADER].copy_from_slice(&head(self.column, 8));
        bytes[HEADER..].copy_from_slice(&value.to_le_bytes());
        self.leaf.bytes.extend_from_slice(&bytes);
        self.add(sum_of_word(self.column, value.to_le_bytes()));
    }

    /// Adds the sum of the column's value to those of the event and the column.
    fn add(&mut self, sum: u64) {
        self.sum = fold(self.sum ^ sum, SECOND);
        let own = fold(sum ^ u64::from(self.seq), FIRST);
        #[allow(clippy::cast_possible_truncation, reason = "a sum of 32 bits")]
        let own = own as u32;
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

#[cfg(test)]
mod tests {
    use super::*;
    use common::clock::Timestamp;
    use common::event::{Eol, RawKind, TimeQuality, Value};

    /// Events with no column, with all, and with texts of each length up to 40 bytes.
    fn batch() -> Vec<Event<'static>> {
        let text = |length: usize| -> String {
            (0..length).map(|at| char::from(b'!' + u8::try_from(at * 7 % 90).unwrap())).collect()
        };
        let mut all = Event {
            time: Timestamp(1_795_168_800_123_456),
            time_quality: TimeQuality::ZoneAssumed,
            section: "auth".into(),
            host_name: "web1".into(),
            labels: "linux//auth linux//sshd".into(),
            log_facility: Some(10),
            log_severity: Some(6),
            process_pid: Some(-1),
            source_ip: "192.0.2.7".parse().ok(),
            source_port: Some(50_000),
            destination_ip: "2001:db8::1".parse().ok(),
            destination_port: Some(22),
            raw: b"raw \xff\x00".as_slice().into(),
            raw_kind: RawKind::Prefix,
            eol: Eol::CrLf,
            log_offset: 1 << 40,
            tags: vec!["dup_keys".into(), "unparsed".into()],
            ..Event::default()
        };
        all.ext.push("url.path", Value::Text("/ä".into()));
        let texts = [
            &mut all.dataset,
            &mut all.event_category,
            &mut all.event_action,
            &mut all.event_outcome,
            &mut all.event_code,
            &mut all.process_name,
            &mut all.process_executable,
            &mut all.process_command_line,
            &mut all.user_name,
            &mut all.user_target_name,
            &mut all.network_transport,
            &mut all.helper,
        ];
        texts.into_iter().zip(0..).for_each(|(place, at)| *place = Some(text(at).into()));
        let one = |length| Event { message: text(length).into(), ..Event::default() };
        let long = Event { message: text(2 * PIECE).into(), ..Event::default() };
        [Event::default(), all, long].into_iter().chain((0..=40).map(one)).collect()
    }

    /// Digests are history: what is stored has to verify with every later version.
    #[test]
    fn a_leaf_is_what_it_always_was() {
        let mut leaf = Leaf::new(20_777);
        (1..).zip(&batch()).for_each(|(seq, event)| leaf.event(seq, event));
        let sealed = leaf.seal();
        let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect::<String>();
        let proof = Sha256::digest(&sealed.proof);
        assert_eq!((sealed.event_count, sealed.proof.len()), (44, HEAD + 44 * 8));
        assert_eq!(
            hex(&sealed.digest),
            "c34a559f265d308424b67bd7f0766bcb0ba00ff8a926883b6e90356a7b26d555"
        );
        assert_eq!(hex(&proof), "1f5d1a6c87021574528d9ef301427cf6e976133df7db6ad8c62a58252a0c5cf3");
    }
}
