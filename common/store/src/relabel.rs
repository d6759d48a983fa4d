//! Labels of stored events, computed anew, with a record of what they were.
//!
//! ```text
//!  batches in order of commit ─► events ─► labels as they are computed now ─► those that differ
//!                                                                                │
//!            event.labels and a record of before and after, one transaction a batch ◄┘
//! ```
//!
//! A batch's digest covers the labels that its events were stored with, and stays as it is. The
//! records say what those were: verification puts them back before it computes a digest, and holds
//! what an event has now against what its last record says. Records are numbered densely and are
//! links of one chain, so that none of them can be changed, added or left out unseen.
//!
//! What it does *not* know: rules; what was found with other labels stays.

use crate::seal::day;
use crate::{BatchRow, Digest, Result, Store};
use common::clock::Timestamp;
use common::event::{Event, labels};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Batches looked at at a time.
const PAGE: u32 = 500;
/// What computes labels, as records name it.
const ENGINE: &str = concat!("siemtools ", env!("CARGO_PKG_VERSION"));

/// Which events are to get their labels anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relabel {
    /// Events from this time on …
    pub since: Timestamp,
    /// … until before this one.
    pub until: Option<Timestamp>,
    /// Of this section; `None` for all.
    pub section: Option<String>,
    /// Count, and change nothing.
    pub dry_run: bool,
}

/// What became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relabelling {
    /// Events looked at.
    pub events: u64,
    /// Batches of which some event has other labels.
    pub batches: u64,
    /// (labels before, labels now) and how many events; the number of pairs has no bound but the
    /// labels that there are.
    pub changes: BTreeMap<(String, String), u64>,
}

impl Relabelling {
    /// How many events have other labels.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.changes.values().sum()
    }
}

/// An event of a batch with its labels before and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relabelled {
    /// Its place in the batch.
    pub seq: i32,
    /// Its time.
    pub time: Timestamp,
    /// The labels it has.
    pub was: String,
    /// The labels it gets.
    pub now: String,
}

/// A record of changed labels, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelabelRow {
    /// Its number: dense, from 1.
    pub relabel: i64,
    /// The batch of the events.
    pub batch: i64,
    /// What computed the labels.
    pub engine: String,
    /// How many events.
    pub event_count: i64,
    /// `[[before, now, [seq, …]], …]`.
    pub changes: String,
    /// When.
    pub made: Timestamp,
    /// Its link.
    pub digest: Digest,
}

/// What relabelling asks of a database.
pub trait Relabels {
    /// Gives events of a batch other labels and stores a record of it, in one transaction. Events
    /// that are gone, or whose labels are not those named, are left out; says which it were.
    ///
    /// # Errors
    /// The database fails, or the user may not.
    fn put_labels(&mut self, batch: i64, changes: &[Relabelled]) -> Result<BTreeSet<i32>>;

    /// The records of a batch, in order.
    ///
    /// # Errors
    /// The database fails.
    fn batch_relabels(&mut self, batch: i64) -> Result<Vec<RelabelRow>>;

    /// Records after a number, in order, at most `limit`.
    ///
    /// # Errors
    /// The database fails.
    fn relabels(&mut self, after: i64, limit: u32) -> Result<Vec<RelabelRow>>;

    /// The number and the digest of the last record.
    ///
    /// # Errors
    /// The database fails.
    fn relabel_head(&mut self) -> Result<Option<(i64, Digest)>>;
}

/// Computes labels anew, batch by batch; each is a transaction of its own, so that the other tools
/// go on and an interrupted run can be repeated. Events that come meanwhile have them already.
///
/// # Errors
/// The database fails; what was changed until then stays.
pub fn relabel(store: &mut dyn Store, wanted: &Relabel) -> Result<Relabelling> {
    let mut done = Relabelling::default();
    let last = store.last_commit()?.map_or(0, |(commit_no, _)| commit_no);
    let mut seen = 0;
    while seen < last {
        let page = store.batch_rows(seen, PAGE)?;
        let Some(end) = page.last() else { break };
        seen = end.commit_no;
        for row in page.iter().filter(|row| row.event_count > 0) {
            let is_of = |section: &String| *section == row.section;
            if wanted.section.as_ref().is_none_or(is_of) {
                one(store, row, wanted, &mut done)?;
            }
        }
    }
    Ok(done)
}

fn one(
    store: &mut dyn Store,
    row: &BatchRow,
    wanted: &Relabel,
    done: &mut Relabelling,
) -> Result<()> {
    let Some((first, last)) = row.time else { return Ok(()) };
    let is_early = |time: Timestamp| wanted.until.is_none_or(|until| time < until);
    let is_meant = |time: Timestamp| time >= wanted.since && is_early(time);
    if last < wanted.since || !is_early(first) {
        return Ok(());
    }
    let mut changes = Vec::new();
    let mut see = |event: Event<'static>| {
        if is_meant(event.time) {
            done.events += 1;
            changes.extend(change(event));
        }
        ControlFlow::Continue(())
    };
    let days = (day(first.max(wanted.since)), day(last.min(wanted.until.unwrap_or(last))));
    store.whole_batch(row.batch, Some(days), &mut see)?;
    if !wanted.dry_run && !changes.is_empty() {
        let made = store.put_labels(row.batch, &changes)?;
        changes.retain(|change| made.contains(&change.seq));
    }
    done.batches += u64::from(!changes.is_empty());
    for change in changes {
        *done.changes.entry((change.was, change.now)).or_default() += 1;
    }
    Ok(())
}

/// What changes of an event; nothing where it has the labels that are computed now.
fn change(event: Event<'static>) -> Option<Relabelled> {
    let now = labels(&event);
    (now != event.labels).then(|| Relabelled {
        seq: event.id.seq,
        time: event.time,
        now: now.into_owned(),
        was: event.labels.into_owned(),
    })
}

impl RelabelRow {
    /// The record of changes that were made, behind the last record's number and digest.
    pub(crate) fn new<'c>(
        last: Option<(i64, Digest)>,
        batch: i64,
        changes: impl Iterator<Item = &'c Relabelled>,
        made: Timestamp,
    ) -> RelabelRow {
        let (number, previous) = last.unwrap_or_default();
        let mut groups: BTreeMap<(&str, &str), Vec<i32>> = BTreeMap::new();
        for change in changes {
            groups.entry((&change.was, &change.now)).or_default().push(change.seq);
        }
        let event_count = groups.values().map(Vec::len).sum::<usize>();
        let list = groups.iter().map(|((was, now), seqs)| json!([was, now, seqs]));
        let mut row = RelabelRow {
            relabel: number + 1,
            batch,
            engine: ENGINE.to_owned(),
            event_count: i64::try_from(event_count).unwrap_or(i64::MAX),
            changes: Value::Array(list.collect()).to_string(),
            made,
            digest: Vec::new(),
        };
        row.digest = row.link(&previous).to_vec();
        row
    }

    /// Its digest, over the one before and all of it.
    pub(crate) fn link(&self, previous: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(b"siem relabel 1");
        hash.update(previous);
        let numbers = [self.relabel, self.batch, self.event_count, self.made.0];
        numbers.iter().for_each(|number| hash.update(number.to_le_bytes()));
        hash.update((self.engine.len() as u64).to_le_bytes());
        hash.update(&self.engine);
        hash.update(&self.changes);
        hash.finalize().into()
    }

    /// (seq, before, now) of its events; nothing where it is not in its form.
    fn entries(&self) -> Vec<(i32, String, String)> {
        let list: Vec<(String, String, Vec<i32>)> =
            serde_json::from_str(&self.changes).unwrap_or_default();
        let all = list.into_iter().flat_map(|(was, now, seqs)| {
            seqs.into_iter().map(move |seq| (seq, was.clone(), now.clone()))
        });
        all.collect()
    }
}

/// What the records of a batch say of its events, by seq: the labels they were stored with, and
/// those they have now.
pub(crate) fn known(rows: &[RelabelRow]) -> BTreeMap<i32, (String, String)> {
    let mut known: BTreeMap<i32, (String, String)> = BTreeMap::new();
    for (seq, was, now) in rows.iter().flat_map(RelabelRow::entries) {
        known.entry(seq).or_insert_with(|| (was, String::new())).1 = now;
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(seq: i32, was: &str, now: &str) -> Relabelled {
        Relabelled { seq, time: Timestamp(0), was: was.to_owned(), now: now.to_owned() }
    }

    #[test]
    fn records_lead_from_the_first_labels_to_the_last() {
        let first = [change(1, "a", "b"), change(3, "", "b"), change(2, "a", "b")];
        let first = RelabelRow::new(None, 7, first.iter(), Timestamp(5));
        assert_eq!(first.changes, r#"[["","b",[3]],["a","b",[1,2]]]"#);
        assert_eq!((first.relabel, first.batch, first.event_count), (1, 7, 3));
        let head = Some((first.relabel, first.digest.clone()));
        let second = RelabelRow::new(head, 7, [change(2, "b", "c")].iter(), Timestamp(6));
        assert_eq!(second.relabel, 2);
        assert_eq!(second.link(&first.digest)[..], second.digest[..]);
        assert_ne!(second.link(&[])[..], second.digest[..]);
        let pair = |was: &str, now: &str| (was.to_owned(), now.to_owned());
        let expected = [(1, pair("a", "b")), (2, pair("a", "c")), (3, pair("", "b"))];
        assert_eq!(known(&[first, second]), expected.into_iter().collect());
    }
}
