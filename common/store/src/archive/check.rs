//! An archive's rows against its digests, and its batches against the database.
//!
//! ```text
//!  events of a batch ─► leaf ─► the batch line's leaf ─► its digest ─► the digest in the database
//! ```
//!
//! What was found is told in the order of the file: batch, event, column. A line that is not as
//! one is written ends the check, as nothing behind it can be relied on.
//!
//! What it does *not* know: where lines come from.

use super::line::{End, Header, Line, VERSION};
use super::{date, row_of};
use crate::seal::leaf::{Form, Leaf, Sealed};
use crate::verify::{leaf_differences, linked};
use crate::{BatchRow, Finding, LeafRow, Result, Store};
use common::event::EventId;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read as _};

/// No line is longer.
const LONGEST: u64 = 1 << 30;

/// What was checked and what was found.
#[derive(Debug, Default)]
pub struct Checked {
    header: Header,
    /// Batches.
    pub batches: u64,
    /// Events.
    pub events: u64,
    /// Events from before digests were kept, which nothing covers.
    pub uncovered: u64,
    /// The batches whose events are all there and as they were stored.
    pub whole: BTreeSet<i64>,
    /// All batches that are named.
    named: BTreeSet<i64>,
    /// What is wrong, in the order of lines.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether it is about a section and day.
    #[must_use]
    pub fn is_of(&self, section: &str, day: i32) -> bool {
        self.header.section == section && self.header.day == day
    }

    /// What is wrong but for batches of which a part had been removed before.
    #[must_use]
    pub fn first_fault(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| !matches!(finding, Finding::Partial { .. }))
    }
}

/// Checks the lines of one archive.
///
/// # Errors
/// The database fails; lines that cannot be read are findings.
pub fn check_archive(store: &mut dyn Store, lines: &mut dyn BufRead) -> Result<Checked> {
    let mut reading = Reading::default();
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        reading.line += 1;
        let read = (&mut *lines).take(LONGEST).read_until(b'\n', &mut bytes);
        let line = match read {
            Err(error) => {
                reading.broken(&format!("cannot be read: {error}"));
                break;
            }
            Ok(0) if reading.is_ended => break,
            Ok(0) => {
                reading.broken("missing: the archive is cut");
                break;
            }
            Ok(_) => Line::read(&bytes),
        };
        if !reading.line(store, line)? {
            break;
        }
    }
    Ok(reading.done)
}

/// Batches that should be in one of some archives and are in none: those that records of retention
/// say were archived, and those that were removed after an archive of their section and day was
/// begun. Unless all archives are given, only sections and days are looked at of which one is.
///
/// # Errors
/// The database fails.
pub fn missing_of_archives(
    store: &mut dyn Store,
    archives: &[Checked],
    are_all: bool,
) -> Result<Vec<Finding>> {
    let mut found: BTreeMap<(String, i32), BTreeSet<i64>> = BTreeMap::new();
    let mut miss = |section: &str, day: i32, batch: i64| {
        let mut same = archives.iter().filter(|it| it.is_of(section, day)).peekable();
        if (are_all || same.peek().is_some()) && !same.any(|it| it.named.contains(&batch)) {
            found.entry((section.to_owned(), day)).or_default().insert(batch);
        }
    };
    for row in store.retentions()?.iter().filter(|row| row.is_archived) {
        for (section, batch) in store.removed_batches(row.retention)? {
            miss(&section, row.day, batch);
        }
    }
    for Checked { header, .. } in archives {
        for (batch, commit_no, retention) in store.day_leaves(&header.section, header.day)? {
            let is_later = retention.is_none_or(|number| number > header.retentions);
            if commit_no <= header.commit_no && is_later {
                miss(&header.section, header.day, batch);
            }
        }
    }
    let told = |((section, day), batches): ((String, i32), BTreeSet<i64>)| Finding::NotArchived {
        unit: format!("{section}.{}", date(day)),
        batches: batches.len(),
        first: batches.first().copied().unwrap_or(0),
        last: batches.last().copied().unwrap_or(0),
    };
    Ok(found.into_iter().map(told).collect())
}

/// A batch whose events are being read.
struct Open {
    row: BatchRow,
    leaves: Vec<LeafRow>,
    /// Its leaf in the making; in both forms where no sums tell which it has.
    making: Vec<Leaf>,
    events: u64,
    /// How many findings there were before it.
    before: usize,
}

#[derive(Default)]
struct Reading {
    done: Checked,
    line: u64,
    /// The last event or batch that was read.
    place: String,
    open: Option<Open>,
    is_ended: bool,
}

impl Reading {
    /// A line that cannot be relied on.
    fn broken(&mut self, what: &str) {
        let (line, after) = (self.line, self.place.clone());
        self.done.findings.push(Finding::ArchiveLine { line, after, what: what.to_owned() });
    }

    /// Takes a line; says whether to go on.
    fn line(&mut self, store: &mut dyn Store, line: Option<Line<'static>>) -> Result<bool> {
        let is_begun = self.line > 1;
        match line {
            Some(Line::Header(header)) if !is_begun && header.siem_archive == VERSION => {
                self.done.header = header;
                return Ok(true);
            }
            Some(Line::Batch(line)) if is_begun && !self.is_ended => {
                self.close(store)?;
                if let Some((row, leaves)) = line.rows(self.done.header.day) {
                    self.begin(row, leaves);
                    return Ok(true);
                }
            }
            Some(Line::Event(line)) if self.open.is_some() => {
                if let Some(event) = line.event() {
                    self.event(line.id(), &event);
                    return Ok(true);
                }
            }
            Some(Line::End(end)) if is_begun && !self.is_ended => {
                self.close(store)?;
                self.end(&end);
                return Ok(true);
            }
            _ => {}
        }
        self.broken("is not what siemmanage retain writes");
        Ok(false)
    }

    fn begin(&mut self, row: BatchRow, leaves: Vec<LeafRow>) {
        self.place = format!("batch {}", row.batch);
        self.done.batches += 1;
        let before = self.done.findings.len();
        if !self.done.named.insert(row.batch) {
            self.done.findings.push(Finding::AddedBatch { batch: row.batch });
        }
        let day = self.done.header.day;
        let proof = leaves.iter().find(|leaf| leaf.day == day).map(|leaf| leaf.proof.as_slice());
        let forms = match proof {
            Some([]) => vec![Form::Short, Form::Long],
            proof => vec![Form::of(proof.unwrap_or_default())],
        };
        let making = forms.into_iter().map(|form| Leaf::new(day, form)).collect();
        self.open = Some(Open { row, leaves, making, events: 0, before });
    }

    fn event(&mut self, id: EventId, event: &common::event::Event<'_>) {
        let Some(open) = &mut self.open else { return };
        self.place = format!("event {id}");
        self.done.events += 1;
        if id.batch == open.row.batch {
            open.making.iter_mut().for_each(|leaf| leaf.event(id.seq, event));
            open.events += 1;
        } else {
            self.done.findings.push(Finding::Added { event: id.to_string() });
        }
    }

    fn end(&mut self, end: &End) {
        let Checked { batches, events, .. } = self.done;
        if *end != (End { batches, events }) {
            self.broken("says other numbers of batches and events than there are");
        }
        self.is_ended = true;
    }

    /// Compares a batch with its digests and with the database.
    fn close(&mut self, store: &mut dyn Store) -> Result<()> {
        let Some(Open { row, leaves, making, events, before }) = self.open.take() else {
            return Ok(());
        };
        let batch = row.batch;
        let stored = row_of(store, row.commit_no)?.filter(|stored| stored.batch == batch);
        let header = &self.done.header;
        let Some(stored) = stored.filter(|_| row.section == header.section) else {
            self.done.findings.push(Finding::AddedBatch { batch });
            return Ok(());
        };
        let columns = differing(&row, &stored);
        let findings = &mut self.done.findings;
        let own = leaves.iter().find(|leaf| leaf.day == header.day);
        if !columns.is_empty() {
            findings.push(Finding::ChangedBatch { batch, columns });
        } else if row.digest.is_none() {
            self.done.uncovered += events;
        } else {
            findings.extend(compared(&row, &leaves, own, making));
        }
        if findings.len() == before {
            self.done.whole.insert(batch);
        }
        Ok(())
    }
}

/// What of a batch's leaves is not as its row's digest and its events make it.
fn compared(
    row: &BatchRow,
    leaves: &[LeafRow],
    own: Option<&LeafRow>,
    mut making: Vec<Leaf>,
) -> Vec<Finding> {
    let batch = row.batch;
    let all: Vec<_> =
        leaves.iter().map(|leaf| (leaf.day, leaf.event_count, leaf.digest.clone())).collect();
    let Some(own) = own.filter(|_| linked(row, &all)) else {
        let columns = vec!["leaves".to_owned()];
        return vec![Finding::ChangedBatch { batch, columns }];
    };
    let made: Vec<Sealed> = making.iter_mut().map(Leaf::seal).collect();
    let same = made.iter().find(|leaf| leaf.digest[..] == own.digest[..]);
    match same.or(made.first()) {
        Some(leaf) if own.retention.is_some() && same.is_none() => {
            vec![Finding::Partial { batch, had: own.event_count, has: leaf.event_count }]
        }
        Some(leaf) => leaf_differences(batch, own, leaf),
        None => Vec::new(),
    }
}

/// The columns of a row that are not those of another; what changes with time is left out.
fn differing(row: &BatchRow, other: &BatchRow) -> Vec<String> {
    let columns = [
        ("source", row.source == other.source),
        ("section", row.section == other.section),
        ("byte_start", row.byte_start == other.byte_start),
        ("byte_end", row.byte_end == other.byte_end),
        ("line_count", row.line_count == other.line_count),
        ("time", row.time == other.time),
        ("previous", row.previous == other.previous),
        ("digest", row.digest == other.digest),
        ("committed", row.committed == other.committed),
    ];
    let changed = columns.iter().filter(|(_, is_same)| !is_same);
    changed.map(|(name, _)| (*name).to_owned()).collect()
}
