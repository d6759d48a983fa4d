//! Rows on their way out of the database, as lines of JSON that can still be verified.
//!
//! ```text
//!  {"header":{…}}   version, section, day, batches, and what the database had come to
//!  {"batch":{…}}    a batch's row, its leaves, and the sums of this day's leaf
//!  {"event":{…}}    its events of the day, each with all columns that the leaf covers
//!  …
//!  {"end":{…}}      how many batches and events there are
//! ```
//!
//! A file holds the events of one section and day. Each line has exactly one form, so that none
//! can be written otherwise unseen: `check_archive` writes what it has read again and compares. Labels are
//! those that events were stored with, as digests cover them; times are microseconds since 1970.
//!
//! What it does *not* know: files, packing, when rows are dropped.

mod check;
mod line;

pub use check::{Checked, check_archive, missing_of_archives};

use crate::seal::day;
use crate::{BatchRow, Error, Store, relabel};
use common::clock::{DAY, Timestamp};
use common::event::Event;
use line::{BatchLine, End, EventLine, Header, Line};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::ops::ControlFlow;

/// Batches read at a time.
const PAGE: u32 = 500;

/// Why rows could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The database fails.
    #[error(transparent)]
    Store(#[from] Error),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// There are events of a batch that does not exist.
    #[error("events of batch {0}, which does not exist")]
    Strangers(i64),
}

/// The events of one section and day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The section.
    pub section: String,
    /// The day (UTC), counted from 1970.
    pub day: i32,
    /// The commits of its batches, by batch.
    pub batches: BTreeMap<i64, i64>,
}

impl Unit {
    /// The day as `2026-11-20`.
    #[must_use]
    pub fn date(&self) -> String {
        date(self.day)
    }

    /// Leaves batches out that were being removed without an archive when that was interrupted:
    /// what is left of them goes without one too.
    fn leave_out(&mut self, store: &mut dyn Store, records: &BTreeSet<i64>) -> crate::Result<()> {
        for (batch, _, retention) in store.day_leaves(&self.section, self.day)? {
            if retention.is_some_and(|number| records.contains(&number)) {
                self.batches.remove(&batch);
            }
        }
        Ok(())
    }
}

/// What is to be archived, and what the database had come to when that was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units {
    /// The last commit: batches of later ones are not in.
    pub commit_no: i64,
    /// How many retention records there were.
    pub retentions: i64,
    /// By section and day.
    pub units: Vec<Unit>,
}

impl Units {
    /// The events before a time, of a section or of all.
    ///
    /// # Errors
    /// The database fails, or has events that nothing accounts for.
    pub fn before(
        store: &mut dyn Store,
        before: Timestamp,
        section: Option<&str>,
    ) -> Result<Units, ArchiveError> {
        let commit_no = store.last_commit()?.map_or(0, |(commit_no, _)| commit_no);
        let records = store.retentions()?;
        let retentions = records.last().map_or(0, |row| row.retention);
        let given_up = records.iter().filter(|row| !row.is_archived).map(|row| row.retention);
        let given_up: BTreeSet<i64> = given_up.collect();
        let mut days: BTreeMap<i64, BTreeSet<i32>> = BTreeMap::new();
        for (batch, one) in store.event_counts()?.into_keys().filter(|(_, it)| *it < day(before)) {
            days.entry(batch).or_default().insert(one);
        }
        let mut units: BTreeMap<(String, i32), BTreeMap<i64, i64>> = BTreeMap::new();
        let mut seen = 0;
        loop {
            let page = store.batch_rows(seen, PAGE)?;
            let Some(end) = page.last() else { break };
            seen = end.commit_no;
            for row in page {
                let days = days.remove(&row.batch).unwrap_or_default();
                let is_meant = section.is_none_or(|section| section == row.section);
                if is_meant && row.commit_no <= commit_no {
                    for one in days {
                        let batches = units.entry((row.section.clone(), one)).or_default();
                        batches.insert(row.batch, row.commit_no);
                    }
                }
            }
        }
        if let Some(batch) = days.into_keys().next() {
            return Err(ArchiveError::Strangers(batch));
        }
        let unit = |((section, day), batches)| Unit { section, day, batches };
        let mut units: Vec<Unit> = units.into_iter().map(unit).collect();
        for unit in &mut units {
            unit.leave_out(store, &given_up)?;
        }
        units.retain(|unit| !unit.batches.is_empty());
        Ok(Units { commit_no, retentions, units })
    }

    /// Writes a unit; says how many events there were.
    ///
    /// # Errors
    /// The database fails, or `out`.
    pub fn write(
        &self,
        store: &mut dyn Store,
        unit: &Unit,
        out: &mut dyn Write,
    ) -> Result<u64, ArchiveError> {
        let header = Header {
            siem_archive: line::VERSION,
            section: unit.section.clone(),
            day: unit.day,
            first: unit.batches.keys().next().copied().unwrap_or(0),
            last: unit.batches.keys().next_back().copied().unwrap_or(0),
            commit_no: self.commit_no,
            retentions: self.retentions,
        };
        put(out, &Line::Header(header))?;
        let (mut batches, mut events) = (0, 0);
        for (batch, commit_no) in &unit.batches {
            let Some(row) = row_of(store, *commit_no)?.filter(|row| row.batch == *batch) else {
                return Err(ArchiveError::Strangers(*batch));
            };
            batches += 1;
            events += write_batch(store, &row, unit.day, out)?;
        }
        put(out, &Line::End(End { batches, events }))?;
        Ok(events)
    }
}

/// Writes a batch and its events of a day.
fn write_batch(
    store: &mut dyn Store,
    row: &BatchRow,
    of_day: i32,
    out: &mut dyn Write,
) -> Result<u64, ArchiveError> {
    let leaves = store.leaves(row.batch)?;
    put(out, &Line::Batch(Box::new(BatchLine::new(row, &leaves, of_day))))?;
    let relabelled = relabel::known(&store.batch_relabels(row.batch)?);
    let (mut events, mut outcome) = (0, Ok(()));
    let mut see = |mut event: Event<'static>| {
        if day(event.time) == of_day {
            if let Some((first, _)) = relabelled.get(&event.id.seq) {
                event.labels = first.clone().into();
            }
            events += 1;
            outcome = put(out, &Line::Event(Box::new(EventLine::new(&event))));
        }
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    store.whole_batch(row.batch, Some((of_day, of_day)), &mut see)?;
    outcome?;
    Ok(events)
}

fn put(out: &mut dyn Write, line: &Line<'_>) -> io::Result<()> {
    out.write_all(&line.bytes()?)
}

fn date(day: i32) -> String {
    let start = Timestamp(i64::from(day).saturating_mul(DAY));
    start.to_string().chars().take(10).collect()
}

/// The batch of a commit.
fn row_of(store: &mut dyn Store, commit_no: i64) -> crate::Result<Option<BatchRow>> {
    let row = store.batch_rows(commit_no.saturating_sub(1), 1)?.pop();
    Ok(row.filter(|row| row.commit_no == commit_no))
}
