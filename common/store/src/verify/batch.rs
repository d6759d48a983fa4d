//! One batch: its link in the chain, its leaves, and where they differ, its events.
//!
//! What does not match is narrowed down by the digest that still does:
//!
//! ```text
//!  link over stored leaves right ─► row and leaves are as written: the events are not
//!  link over events found  right ─► row and events are as written: a leaf's row is not
//!  neither                       ─► the row was changed; columns that can be derived are tried
//! ```
//!
//! What it does *not* know: other batches, beside the end of the chain before.

use super::Finding;
use crate::seal::leaf::{Form, Leaf, Sealed, changed_columns, events};
use crate::seal::{BatchRecord, End, GAPS, REJECTS, day, link, note_leaf};
use crate::{BatchRow, LeafRow, Result, Store, relabel};
use common::clock::Timestamp;
use common::event::{Event, EventId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// What a check of a batch gave.
#[derive(Default)]
pub(super) struct Check {
    pub(super) events: u64,
    pub(super) findings: Vec<Finding>,
}

/// A batch's events as they are, by day.
#[derive(Default)]
struct Found {
    leaves: BTreeMap<i32, Sealed>,
    /// The days of each seq.
    days: BTreeMap<i32, BTreeSet<i32>>,
    time: Option<(Timestamp, Timestamp)>,
    sections: BTreeSet<String>,
    count: i64,
    /// Events whose labels are not those of their last record.
    mislabelled: Vec<i32>,
}

/// Checks a batch, and takes its events out of the counts.
pub(super) fn check(
    store: &mut dyn Store,
    row: &BatchRow,
    end: &End,
    counts: &mut BTreeMap<(i64, i32), i64>,
) -> Result<Check> {
    let mut check = Check::default();
    let stored = store.leaves(row.batch)?;
    let found = read_either(store, row, &stored, counts)?;
    let previous = row.previous.as_deref().unwrap_or_default();
    let chained = previous == end.digest;
    let is_linked = |leaves: &[(i32, i64, Vec<u8>)]| linked(row, leaves);
    let as_stored: Vec<_> =
        stored.iter().map(|leaf| (leaf.day, leaf.event_count, leaf.digest.clone())).collect();
    let as_found = present(&stored, &found);
    if is_linked(&as_stored) {
        differences(row.batch, &stored, &found, &mut check);
    } else if is_linked(&as_found) {
        let columns = vec!["leaf".to_owned()];
        check.findings.push(Finding::ChangedBatch { batch: row.batch, columns });
    } else {
        let columns = guess(row, end, &as_stored, &found);
        let is_row = !columns.is_empty() || as_stored == as_found;
        if is_row {
            check.findings.push(Finding::ChangedBatch { batch: row.batch, columns });
        }
        differences(row.batch, &stored, &found, &mut check);
        if check.findings.is_empty() {
            check.findings.push(Finding::ChangedBatch { batch: row.batch, columns: Vec::new() });
        }
    }
    if !chained && check.findings.is_empty() {
        check.findings.push(if end.batches > 1 && previous == end.before {
            Finding::AddedBatch { batch: end.batch }
        } else {
            Finding::MissingBatch { source: row.source, after: end.batch, before: row.batch }
        });
    }
    mislabelled(row.batch, &found, &mut check);
    if found.count != row.event_count && check.findings.is_empty() {
        let columns = vec!["event_count".to_owned()];
        check.findings.push(Finding::ChangedBatch { batch: row.batch, columns });
    }
    let covered = found.leaves.iter().filter(|(day, _)| is_day(**day));
    check.events = covered.map(|(_, leaf)| leaf.event_count.unsigned_abs()).sum();
    Ok(check)
}

/// Reads a batch into leaves of the form that its leaves have. A proof that was changed may look
/// like one of the other form: where only that makes the batch's digest right, it is the form.
fn read_either(
    store: &mut dyn Store,
    row: &BatchRow,
    stored: &[LeafRow],
    counts: &mut BTreeMap<(i64, i32), i64>,
) -> Result<Found> {
    let batch = row.batch;
    let range = (batch, i32::MIN)..=(batch, i32::MAX);
    let counted: Vec<i32> = counts.range(range).map(|((_, day), _)| *day).collect();
    for day in &counted {
        counts.remove(&(batch, *day));
    }
    let is_there = |leaf: &&LeafRow| is_day(leaf.day) && leaf.retention.is_none();
    let form = stored.iter().find(is_there).map_or(Form::Short, |leaf| Form::of(&leaf.proof));
    let found = read(store, batch, stored, &counted, form)?;
    if !linked(row, &present(stored, &found)) {
        let other = read(store, batch, stored, &counted, form.other())?;
        if linked(row, &present(stored, &other)) {
            return Ok(other);
        }
    }
    Ok(found)
}

/// Reads a batch's events, rejected lines and gaps into leaves.
fn read(
    store: &mut dyn Store,
    batch: i64,
    stored: &[LeafRow],
    counted: &[i32],
    form: Form,
) -> Result<Found> {
    let days: Vec<i32> = stored.iter().map(|leaf| leaf.day).filter(|day| is_day(*day)).collect();
    let all = days.iter().chain(counted);
    let span = all.clone().min().copied().zip(all.max().copied());
    let mut found = Found {
        leaves: BTreeMap::new(),
        days: BTreeMap::new(),
        time: None,
        sections: BTreeSet::new(),
        count: 0,
        mislabelled: Vec::new(),
    };
    let mut open: BTreeMap<i32, Leaf> = BTreeMap::new();
    if !counted.is_empty() {
        let relabelled = relabel::known(&store.batch_relabels(batch)?);
        let mut see = |mut event: Event<'static>| {
            let day = day(event.time);
            // Digests cover the labels that events were stored with.
            if let Some((first, last)) = relabelled.get(&event.id.seq) {
                found.mislabelled.extend((event.labels != *last).then_some(event.id.seq));
                event.labels = first.clone().into();
            }
            open.entry(day).or_insert_with(|| Leaf::new(day, form)).event(event.id.seq, &event);
            found.days.entry(event.id.seq).or_default().insert(day);
            found.sections.insert(event.section.into_owned());
            let (first, last) = found.time.unwrap_or((event.time, event.time));
            found.time = Some((first.min(event.time), last.max(event.time)));
            found.count += 1;
            ControlFlow::Continue(())
        };
        store.whole_batch(batch, span, &mut see)?;
    }
    found.leaves = open.into_iter().map(|(day, mut leaf)| (day, leaf.seal())).collect();
    let mut notes: BTreeMap<i32, Vec<Vec<u8>>> = BTreeMap::new();
    for (day, bytes) in store.notes(batch)? {
        notes.entry(day).or_default().push(bytes);
    }
    found.leaves.extend(notes.into_iter().filter_map(|(day, rows)| note_leaf(day, rows)));
    Ok(found)
}

/// The leaves as the rows that are there make them; removed ones as they are stored.
fn present(stored: &[LeafRow], found: &Found) -> Vec<(i32, i64, Vec<u8>)> {
    let mut leaves: BTreeMap<i32, (i64, Vec<u8>)> = found
        .leaves
        .iter()
        .map(|(day, leaf)| (*day, (leaf.event_count, leaf.digest.to_vec())))
        .collect();
    for leaf in stored.iter().filter(|leaf| leaf.retention.is_some()) {
        leaves.insert(leaf.day, (leaf.event_count, leaf.digest.clone()));
    }
    leaves.into_iter().map(|(day, (count, digest))| (day, count, digest)).collect()
}

/// Whether a row and leaves make the row's digest.
pub(crate) fn linked(row: &BatchRow, leaves: &[(i32, i64, Vec<u8>)]) -> bool {
    let record = BatchRecord {
        batch: row.batch,
        source: row.source,
        section: &row.section,
        byte_start: row.byte_start,
        byte_end: row.byte_end,
        line_count: row.line_count,
        time: row.time,
    };
    let record =
        record.digest(leaves.iter().map(|(day, count, digest)| (*day, *count, &digest[..])));
    let previous = row.previous.as_deref().unwrap_or_default();
    let digest = link(previous, &record, row.commit_no, row.committed);
    row.digest.as_deref() == Some(&digest[..])
}

/// Tells leaves that differ from the rows that are there.
fn differences(batch: i64, stored: &[LeafRow], found: &Found, check: &mut Check) {
    let known: BTreeSet<i32> = stored.iter().map(|leaf| leaf.day).collect();
    let seqs = |leaf: &LeafRow| events(&leaf.proof).into_iter().map(|(seq, _)| seq);
    let day = |leaf: &LeafRow| seqs(leaf).map(|seq| (seq, leaf.day)).collect::<Vec<_>>();
    let was: BTreeMap<i32, i32> = stored.iter().flat_map(day).collect();
    for leaf in stored {
        let have = found.leaves.get(&leaf.day);
        match (have, leaf.retention) {
            (None, Some(_)) => {}
            (Some(have), Some(_)) => {
                let count = have.event_count;
                check.findings.push(Finding::Returned { batch, count });
            }
            (Some(have), None) if have.digest[..] == leaf.digest[..] => {
                if have.proof != leaf.proof {
                    let columns = vec!["leaf".to_owned()];
                    check.findings.push(Finding::ChangedBatch { batch, columns });
                }
            }
            (_, None) if !is_day(leaf.day) => check.findings.push(changed_notes(batch, leaf.day)),
            (have, None) => day_differences(batch, leaf, have, found, &was, check),
        }
    }
    for (day, leaf) in found.leaves.iter().filter(|(day, _)| !known.contains(*day)) {
        let added = events(&leaf.proof).into_iter().map(|(seq, _)| seq);
        let added = added.filter(|seq| !has_moved(*seq, *day, found, &was));
        check.findings.extend(added.map(|seq| Finding::Added { event: id(batch, seq) }));
        check.findings.extend((!is_day(*day)).then(|| changed_notes(batch, *day)));
    }
}

/// Tells which events of one leaf differ from those that were found, and in what.
pub(crate) fn leaf_differences(batch: i64, leaf: &LeafRow, have: &Sealed) -> Vec<Finding> {
    if have.digest[..] == leaf.digest[..] {
        let columns = vec!["proof".to_owned()];
        let is_same = have.proof == leaf.proof || leaf.proof.is_empty();
        return if is_same { Vec::new() } else { vec![Finding::ChangedBatch { batch, columns }] };
    }
    let mut check = Check::default();
    day_differences(batch, leaf, Some(have), &Found::default(), &BTreeMap::new(), &mut check);
    if check.findings.is_empty() {
        check.findings.push(Finding::ChangedDay { batch, part: format!("day {}", leaf.day) });
    }
    check.findings
}

/// Tells events whose labels were changed since they were last computed.
fn mislabelled(batch: i64, found: &Found, check: &mut Check) {
    for seq in &found.mislabelled {
        let (event, label) = (id(batch, *seq), || "labels".to_owned());
        let known = check.findings.iter_mut().find_map(|finding| match finding {
            Finding::Changed { event: it, columns } if *it == event => Some(columns),
            _ => None,
        });
        match known {
            Some(columns) => columns.push(label()),
            None => check.findings.push(Finding::Changed { event, columns: vec![label()] }),
        }
    }
}

fn changed_notes(batch: i64, day: i32) -> Finding {
    let part = if day == REJECTS { "rejected lines" } else { "gaps" };
    Finding::ChangedDay { batch, part: part.to_owned() }
}

/// Whether an event of a day is one that was on another day and is gone there.
fn has_moved(seq: i32, day: i32, found: &Found, was: &BTreeMap<i32, i32>) -> bool {
    let is_at = |day: &i32| found.days.get(&seq).is_some_and(|days| days.contains(day));
    was.get(&seq).is_some_and(|home| *home != day && !is_at(home))
}

/// Tells which events of a day differ, and in what.
fn day_differences(
    batch: i64,
    leaf: &LeafRow,
    have: Option<&Sealed>,
    found: &Found,
    was: &BTreeMap<i32, i32>,
    check: &mut Check,
) {
    let before = check.findings.len();
    let proof = have.map(|have| have.proof.as_slice()).unwrap_or_default();
    let had: BTreeMap<i32, u32> = events(&leaf.proof).into_iter().collect();
    let have: BTreeMap<i32, u32> = events(proof).into_iter().collect();
    let is_same_set = had.keys().eq(have.keys());
    let columns = if is_same_set { changed_columns(proof, &leaf.proof) } else { Vec::new() };
    for (seq, sum) in &had {
        let event = id(batch, *seq);
        let is_elsewhere = found.days.contains_key(seq);
        match have.get(seq) {
            Some(now) if now == sum => {}
            Some(_) => {
                let columns = columns.iter().map(|&name| name.to_owned()).collect();
                check.findings.push(Finding::Changed { event, columns });
            }
            None if is_elsewhere => {
                let columns = vec!["time".to_owned()];
                check.findings.push(Finding::Changed { event, columns });
            }
            None => check.findings.push(Finding::Missing { event }),
        }
    }
    let added = have.keys().filter(|seq| !had.contains_key(*seq));
    let added = added.filter(|seq| !has_moved(**seq, leaf.day, found, was));
    check.findings.extend(added.map(|seq| Finding::Added { event: id(batch, *seq) }));
    if check.findings.len() == before && is_same_set {
        check.findings.push(Finding::ChangedDay { batch, part: format!("day {}", leaf.day) });
    }
}

/// The columns of a row that can be derived from elsewhere, and make the digest right when they
/// are put right, one at a time.
fn guess(row: &BatchRow, end: &End, leaves: &[(i32, i64, Vec<u8>)], found: &Found) -> Vec<String> {
    let mut tries = vec![
        ("previous", BatchRow { previous: Some(end.digest.clone()), ..row.clone() }),
        ("time_min, time_max", BatchRow { time: found.time, ..row.clone() }),
        ("byte_start", BatchRow { byte_start: end.byte_end, ..row.clone() }),
        ("commit_no", BatchRow { commit_no: end.commit_no + 1, ..row.clone() }),
    ];
    for section in &found.sections {
        tries.push(("section", BatchRow { section: section.clone(), ..row.clone() }));
    }
    for count in 0..=2 * found.count + 16 {
        tries.push(("line_count", BatchRow { line_count: count, ..row.clone() }));
    }
    let right = tries.into_iter().find(|(_, row)| linked(row, leaves));
    right.map(|(name, _)| name.to_owned()).into_iter().collect()
}

fn is_day(day: i32) -> bool {
    day > GAPS
}

fn id(batch: i64, seq: i32) -> String {
    EventId { batch, seq }.to_string()
}
