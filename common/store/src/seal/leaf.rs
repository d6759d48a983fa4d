//! Events of one batch and day as a digest, with sums that tell which event and column changed.
//!
//! ```text
//!  event ─► bytes ─┬─► SHA-256 over all events and the sums  = digest       proves
//!                  └─► sums: 32 bits a column, 32 bits an event = proof     locates
//! ```
//!
//! An event's bytes are: 0xFF, its seq (32 bits), which columns are present and which of these
//! are repeated (32 bits each, the first column lowest), and the values of those that are present
//! and not repeated, in order. A value is repeated when it is the one that the column last had in
//! this leaf; `time`, `message`, `raw`, `log_offset` and `ext` never are. Numbers are 64 bits,
//! addresses texts of 16 bytes; texts are a length and their bytes, the length 8 bits, or 0xFF and 32 bits;
//! tags are joined by spaces, `ext` is its JSON. Everything is little-endian. An event that came
//! back from either database has the same bytes. This is the *short* form; its proof begins with
//! 2 (32 bits).
//!
//! In the *long* form, that of older batches, an event's bytes are: 0xFF, its seq, and for each
//! column that is present its number (8 bits), a length (32 bits) and the value.
//!
//! A sum of an event or column is not cryptographic and need not be: the digest covers the sums,
//! so that nobody can change them unseen; they only say where to look.
//!
//! What it does *not* know: batches, chains, databases.

mod sum;
mod row;
mod long;
mod short;

use common::event::Event;
use sha2::{Digest as _, Sha256};
use short::Runs;

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
/// How long an event's seq and sum are in a proof.
const EVENT: usize = 8;
/// What a proof of the short form begins with.
const SHORT: [u8; 4] = [2, 0, 0, 0];
/// How much is hashed at once.
const PIECE: usize = 16 << 10;

/// How events are written into a leaf.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// Each with all its columns, as older batches have it.
    Long,
    /// What an event has in common with those before it is left out.
    #[default]
    Short,
}

impl Form {
    /// The form of a stored leaf. Its proof has 8 bytes an event, and 124 or 128 before them.
    pub(crate) fn of(proof: &[u8]) -> Form {
        if proof.len() % 8 == HEAD % 8 { Form::Long } else { Form::Short }
    }

    /// The other one.
    pub(crate) fn other(self) -> Form {
        match self {
            Form::Long => Form::Short,
            Form::Short => Form::Long,
        }
    }
}

/// A leaf in the making.
#[derive(Default)]
pub(crate) struct Leaf {
    form: Form,
    hash: Sha256,
    /// Bytes that are not hashed yet.
    bytes: Vec<u8>,
    columns: [u32; COLUMNS.len()],
    /// Seq and sum of each event, 32 bits each.
    events: Vec<u8>,
    json: Vec<u8>,
    runs: Runs,
}

/// A leaf that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) event_count: i64,
    pub(crate) digest: [u8; 32],
    /// The form, the sums of the columns, then seq and sum of each event.
    pub(crate) proof: Vec<u8>,
}

impl Leaf {
    pub(crate) fn new(day: i32, form: Form) -> Leaf {
        let mut leaf = Leaf::default();
        leaf.begin(day, form);
        leaf
    }

    /// Begins anew, whatever was in it.
    pub(crate) fn begin(&mut self, day: i32, form: Form) {
        let name = if form == Form::Long { b"siem leaf 1" } else { b"siem leaf 2" };
        self.hash = Sha256::new_with_prefix(name).chain_update(day.to_le_bytes());
        self.form = form;
        self.bytes.clear();
        self.bytes.shrink_to(2 * PIECE);
        self.events.clear();
        self.columns = [0; COLUMNS.len()];
        self.runs.forget();
    }

    /// Adds an event.
    pub(crate) fn event(&mut self, seq: i32, event: &Event<'_>) {
        #[allow(clippy::cast_sign_loss, reason = "a bit pattern")]
        let seq = seq as u32;
        let mut json = std::mem::take(&mut self.json);
        let sum = match self.form {
            Form::Long => long::write(self, seq, event, &mut json),
            Form::Short => short::write(self, seq, event, &mut json),
        };
        self.json = json;
        self.events.extend_from_slice(&seq.to_le_bytes());
        self.events.extend_from_slice(&sum.to_le_bytes());
        if self.bytes.len() >= PIECE {
            self.hash.update(&self.bytes);
            self.bytes.clear();
        }
    }

    /// Completes the leaf, which takes no more events then.
    pub(crate) fn seal(&mut self) -> Sealed {
        self.runs.end(&mut self.columns);
        let mut proof = Vec::with_capacity(SHORT.len() + HEAD + self.events.len());
        proof.extend_from_slice(if self.form == Form::Short { &SHORT } else { &[] });
        self.columns.iter().for_each(|sum| proof.extend_from_slice(&sum.to_le_bytes()));
        proof.extend_from_slice(&self.events);
        self.hash.update(&self.bytes);
        self.hash.update([0xfe]);
        self.hash.update(&proof);
        let event_count = i64::try_from(self.events.len() / EVENT).unwrap_or(i64::MAX);
        Sealed { event_count, digest: self.hash.finalize_reset().into(), proof }
    }
}

/// The columns whose sums differ between two proofs.
pub(crate) fn changed_columns(have: &[u8], had: &[u8]) -> Vec<&'static str> {
    let (have, had) = (sums(have), sums(had));
    let sum = |sums: &[u8], place: usize| sums.get(place * 4..place * 4 + 4).map(<[u8]>::to_vec);
    let differs = |(place, _): &(usize, &&str)| sum(have, *place) != sum(had, *place);
    COLUMNS.iter().enumerate().filter(differs).map(|(_, name)| *name).collect()
}

/// (seq, sum) of the events of a proof.
pub(crate) fn events(proof: &[u8]) -> Vec<(i32, u32)> {
    let word = |bytes: &[u8]| [bytes[0], bytes[1], bytes[2], bytes[3]];
    let pairs = sums(proof).get(HEAD..).unwrap_or_default().chunks_exact(8);
    pairs
        .map(|pair| (i32::from_le_bytes(word(pair)), u32::from_le_bytes(word(&pair[4..]))))
        .collect()
}

/// A proof without its form.
fn sums(proof: &[u8]) -> &[u8] {
    match Form::of(proof) {
        Form::Long => proof,
        Form::Short => proof.get(SHORT.len()..).unwrap_or_default(),
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

    fn sealed(form: Form, events: &[Event<'_>]) -> Sealed {
        let mut leaf = Leaf::new(20_777, form);
        (1..).zip(events).for_each(|(seq, event)| leaf.event(seq, event));
        leaf.seal()
    }

    /// Digests are history: what is stored has to verify with every later version.
    #[test]
    fn a_leaf_is_what_it_always_was() {
        let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect::<String>();
        let mut events = batch();
        let long = sealed(Form::Long, &events);
        assert_eq!((long.event_count, long.proof.len()), (44, HEAD + 44 * 8));
        assert_eq!(
            [hex(&long.digest), hex(&Sha256::digest(&long.proof))],
            [
                "c34a559f265d308424b67bd7f0766bcb0ba00ff8a926883b6e90356a7b26d555",
                "1f5d1a6c87021574528d9ef301427cf6e976133df7db6ad8c62a58252a0c5cf3"
            ]
        );
        events.extend(batch());
        let short = sealed(Form::Short, &events);
        assert_eq!((short.event_count, short.proof.len()), (88, 4 + HEAD + 88 * 8));
        assert_eq!(
            [hex(&short.digest), hex(&Sha256::digest(&short.proof))],
            [
                "b2e8bfa8521b5a2f819d1afdaf825aaf0ed626cf7ed76907b75e2f22175c42cf",
                "ba196b583e59bfa0a9a35afde6477624f2780778758d87904de0a8aabf1e105d"
            ]
        );
    }

    #[test]
    fn a_short_leaf_names_what_changes_in_it() {
        let mut events = batch();
        events.extend(batch());
        let (long, short) = (sealed(Form::Long, &events), sealed(Form::Short, &events));
        assert_eq!((Form::of(&long.proof), Form::of(&short.proof)), (Form::Long, Form::Short));
        assert_eq!((&short.proof[..4], short.proof.len()), (&SHORT[..], long.proof.len() + 4));
        // Values that are repeated, behind and before, and one that was absent.
        for place in 0..events.len() {
            let mut other = events.clone();
            other[place].host_name = "elsewhere".into();
            other[place].log_severity = Some(99);
            let changed = sealed(Form::Short, &other);
            assert_ne!(changed.digest, short.digest);
            let names = ["host_name", "log_severity"];
            assert_eq!(changed_columns(&changed.proof, &short.proof), names);
            let pairs = super::events(&changed.proof).into_iter().zip(super::events(&short.proof));
            let differ: Vec<usize> = (0..)
                .zip(pairs)
                .filter(|(_, (one, other))| one != other)
                .map(|(at, _)| at)
                .collect();
            assert_eq!(differ, [place]);
        }
    }

    /// Where the next value would be taken for the end of this one, digests would be the same.
    #[test]
    fn texts_of_all_lengths_are_told_apart() {
        let long = |length: usize| Event { message: "x".repeat(length).into(), ..Event::default() };
        let digests: std::collections::BTreeSet<_> =
            (0..600).map(|length| sealed(Form::Short, &[long(length)]).digest).collect();
        assert_eq!(digests.len(), 600);
    }
}
