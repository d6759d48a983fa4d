//! Lines that belong together: from lines to records, the stage before the parser.
//!
//! ```text
//!  lines ─► does it begin, continue or end a record? ─► open records ─► complete records
//! ```
//!
//! Two kinds of records have several lines:
//!
//! * *runs*: a line that begins one, and lines that go on (a stack trace, a slow query);
//! * *keyed* ones, whose lines may stand among those of others (the audit records of one serial).
//!
//! A record is complete when its last line is there, when a line comes that ends it, when the
//! source rests ([`Joiner::drain`]), or when it would grow beyond what is kept: [`RECORD`] bytes
//! each, [`OPEN`] records and [`BYTES`] bytes in all, or over more than [`REACH`] bytes of its
//! source. Open records are part of the parser's state, with their raw
//! bytes, so that a restart between two lines changes nothing.
//!
//! What it does *not* know: what a record says, files, the clock.

use crate::line::Line;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use common::event::{Eol, REACH, Run};
use serde::{Deserialize, Serialize};

/// How many records are open at once.
const OPEN: usize = 64;
/// How long a record may become, in bytes.
const RECORD: usize = 256 << 10;
/// How many bytes are kept in all.
const BYTES: usize = 1 << 20;
/// How much later than a keyed record's first line its last one may be, in milliseconds of the
/// source's own time.
const LATE: i64 = 2_000;

/// How the lines of a format belong together.
#[derive(Clone, Copy)]
pub(crate) enum Joint {
    /// Lines that follow one another.
    Run {
        /// Whether a line begins a record.
        begins: fn(&[u8]) -> bool,
        /// Whether a line (the second) goes on with a record (the first).
        goes_on: fn(&[u8], &[u8]) -> bool,
        /// Whether a line ends its record.
        ends: fn(&[u8]) -> bool,
    },
    /// The same, where a record may have values whose length is given: what is in one neither ends
    /// the record nor begins another.
    Counted {
        /// Whether a line begins a record.
        begins: fn(&[u8]) -> bool,
        /// Whether a line (the second) goes on with a record (the first).
        goes_on: fn(&[u8], &[u8]) -> bool,
        /// Whether a line ends its record.
        ends: fn(&[u8]) -> bool,
        /// How far a record was passed, from where it was passed before, and whether it ends inside
        /// of a value.
        pass: fn(&[u8], usize) -> (usize, bool),
    },
    /// Lines with a key.
    Keyed(for<'l> fn(&'l [u8]) -> Option<Keyed<'l>>),
}

impl Joint {
    /// Whether a line begins a record or is a part of one.
    pub(crate) fn takes(self, line: &[u8]) -> bool {
        match self {
            Joint::Run { begins, .. } | Joint::Counted { begins, .. } => begins(line),
            Joint::Keyed(read) => read(line).is_some(),
        }
    }
}

/// A line of a keyed record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keyed<'l> {
    /// What the lines of one record have in common.
    pub(crate) key: &'l [u8],
    /// The source's time, in milliseconds.
    pub(crate) time: i64,
    pub(crate) part: Part,
}

/// Which part of a keyed record a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// Others follow.
    Some,
    /// No other follows but an end mark.
    Last,
    /// The end mark.
    End,
}

/// An open record.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Open {
    key: Vec<u8>,
    bytes: Vec<u8>,
    eol: Eol,
    offset: i64,
    number: i64,
    /// The number of the last line.
    last: i64,
    /// Where runs of adjacent lines begin.
    runs: Vec<Run>,
    time: i64,
    is_complete: bool,
    /// How far values whose length is given were passed: what is known of the bytes, and not saved.
    passed: usize,
    /// Whether no format's records begin with these bytes, as far as it was found out; not saved.
    is_plain: bool,
}

/// An open record as it is saved.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    #[serde(rename = "k", default, skip_serializing_if = "String::is_empty")]
    key: String,
    #[serde(rename = "b")]
    bytes: String,
    #[serde(rename = "e", default, skip_serializing_if = "is_zero")]
    eol: i64,
    #[serde(rename = "o")]
    offset: i64,
    #[serde(rename = "n")]
    number: i64,
    #[serde(rename = "l")]
    last: i64,
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    runs: Vec<Run>,
    #[serde(rename = "t", default, skip_serializing_if = "is_zero")]
    time: i64,
    #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
    complete: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Records that are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Joiner {
    open: Vec<Open>,
}

impl Joiner {
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Gives the records that began too long before a line.
    pub(crate) fn leave(&mut self, line: Line<'_>, give: &mut dyn FnMut(Line<'_>)) {
        while let Some(at) = self.open.iter().position(|open| line.offset - open.offset > REACH) {
            give(self.open.remove(at).line());
        }
    }

    /// The bytes of the run that is open.
    pub(crate) fn run(&self) -> Option<&[u8]> {
        self.open.iter().find(|open| open.key.is_empty()).map(|open| open.bytes.as_slice())
    }

    /// The bytes of the run that is open, unless no format's records begin with them.
    pub(crate) fn run_of_format(&self) -> Option<&[u8]> {
        let run = self.open.iter().find(|open| open.key.is_empty()).filter(|run| !run.is_plain);
        run.map(|run| run.bytes.as_slice())
    }

    /// Whether the run ends inside of a value whose length it gives.
    pub(crate) fn is_inside(&mut self, pass: fn(&[u8], usize) -> (usize, bool)) -> bool {
        let run = self.open.iter_mut().find(|open| open.key.is_empty());
        run.is_some_and(|run| {
            let (passed, is_inside) = pass(&run.bytes, run.passed);
            run.passed = passed;
            is_inside
        })
    }

    /// Begins a run.
    pub(crate) fn begin(&mut self, line: Line<'_>) {
        self.open.push(Open::new(line, &[], 0));
    }

    /// Begins a run with a line with which no format's records begin.
    pub(crate) fn begin_plain(&mut self, line: Line<'_>) {
        self.open.push(Open { is_plain: true, ..Open::new(line, &[], 0) });
    }

    /// Adds a line to the run; false when the run has become too long for it.
    pub(crate) fn go_on(&mut self, line: Line<'_>) -> bool {
        let Some(run) = self.open.iter_mut().find(|open| open.key.is_empty()) else { return false };
        run.append(line)
    }

    /// Ends the run.
    pub(crate) fn end(&mut self, give: &mut dyn FnMut(Line<'_>)) {
        if let Some(at) = self.open.iter().position(|open| open.key.is_empty()) {
            give(self.open.remove(at).line());
        }
    }

    /// Takes a line of a keyed record; gives the records that are complete.
    pub(crate) fn keyed(
        &mut self,
        line: Line<'_>,
        keyed: Keyed<'_>,
        give: &mut dyn FnMut(Line<'_>),
    ) {
        let own = self.open.iter().position(|open| open.key == keyed.key);
        let is_late = |open: &Open| open.is_complete || keyed.time - open.time > LATE;
        let mut at = 0;
        let mut own = own.map(|own| self.open.remove(own));
        while at < self.open.len() {
            if !self.open[at].key.is_empty() && is_late(&self.open[at]) {
                give(self.open.remove(at).line());
            } else {
                at += 1;
            }
        }
        if keyed.part == Part::Whole {
            own.into_iter().for_each(|own| give(own.line()));
            give(line);
            return;
        }
        if let Some(record) = &mut own
            && !record.append(line)
        {
            give(record.line());
            own = None;
        }
        let mut record = own.unwrap_or_else(|| Open::new(line, keyed.key, keyed.time));
        if keyed.part == Part::End {
            give(record.line());
            return;
        }
        record.is_complete |= keyed.part == Part::Last;
        self.open.push(record);
        self.shed(give);
    }

    /// Gives the oldest records while there are too many.
    fn shed(&mut self, give: &mut dyn FnMut(Line<'_>)) {
        let weight = |open: &[Open]| open.iter().map(|open| open.bytes.len()).sum::<usize>();
        while self.open.len() > OPEN || self.open.len() > 1 && weight(&self.open) > BYTES {
            give(self.open.remove(0).line());
        }
    }

    /// Gives every record, in the order in which they began.
    pub(crate) fn drain(&mut self, give: &mut dyn FnMut(Line<'_>)) {
        self.open.sort_by_key(|open| open.offset);
        self.open.drain(..).for_each(|open| give(open.line()));
    }

    pub(crate) fn saved(&self) -> Vec<Saved> {
        self.open.iter().map(Open::saved).collect()
    }

    pub(crate) fn restored(saved: Vec<Saved>) -> Option<Joiner> {
        let open: Option<Vec<Open>> = saved.into_iter().map(Open::restored).collect();
        Some(Joiner { open: open? })
    }
}

impl Open {
    fn new(line: Line<'_>, key: &[u8], time: i64) -> Open {
        Open {
            key: key.to_vec(),
            bytes: line.bytes.to_vec(),
            eol: line.eol,
            offset: line.offset,
            number: line.number,
            last: line.number,
            runs: vec![(0, line.offset)],
            time,
            is_complete: false,
            passed: 0,
            is_plain: false,
        }
    }

    /// Adds a line, if there is room.
    fn append(&mut self, line: Line<'_>) -> bool {
        if self.bytes.len() + line.bytes.len() > RECORD {
            return false;
        }
        self.is_plain = false;
        self.bytes.extend_from_slice(self.eol.bytes());
        if line.number != self.last + 1 {
            self.runs.push((self.bytes.len(), line.offset));
        }
        self.last = line.number;
        self.bytes.extend_from_slice(line.bytes);
        self.eol = line.eol;
        true
    }

    fn line(&self) -> Line<'_> {
        Line {
            bytes: &self.bytes,
            eol: self.eol,
            offset: self.offset,
            number: self.number,
            runs: &self.runs,
        }
    }

    fn saved(&self) -> Saved {
        let eol = match self.eol {
            Eol::None => 0,
            Eol::Lf => 1,
            Eol::CrLf => 2,
        };
        Saved {
            key: String::from_utf8_lossy(&self.key).into_owned(),
            bytes: BASE64.encode(&self.bytes),
            eol,
            offset: self.offset,
            number: self.number,
            last: self.last,
            runs: self.runs[1..].to_vec(),
            time: self.time,
            complete: i64::from(self.is_complete),
        }
    }

    fn restored(saved: Saved) -> Option<Open> {
        let eol = match saved.eol {
            1 => Eol::Lf,
            2 => Eol::CrLf,
            _ => Eol::None,
        };
        Some(Open {
            key: saved.key.into_bytes(),
            bytes: BASE64.decode(saved.bytes).ok()?,
            eol,
            offset: saved.offset,
            number: saved.number,
            last: saved.last,
            runs: [vec![(0, saved.offset)], saved.runs].concat(),
            time: saved.time,
            is_complete: saved.complete != 0,
            passed: 0,
            is_plain: false,
        })
    }
}
