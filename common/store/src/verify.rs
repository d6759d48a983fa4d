//! Recomputes all digests of a database, and names what is changed, missing or added.
//!
//! ```text
//!  batches in order of commit ─► chain of the source ─► leaves ─► events
//!  retention records ──────────► their chain, and the leaves they name
//!  relabel records ────────────► their chain, and labels before and after
//!  heads kept elsewhere ───────► a place in each chain
//! ```
//!
//! Without an outside head, someone who can write everything can also make all digests anew; with
//! one, only what came after it can be. What was found is told in order of commit, the place
//! first: batch, event, column.
//!
//! What it does *not* know: how findings are printed, where heads are kept.

mod batch;
mod finding;
mod head;

pub(crate) use batch::{leaf_differences, linked};
pub use finding::Finding;
pub use head::{HeadError, Sealed};

use crate::seal::{Chain, retention_link};
use crate::{BatchRow, Result, Store};
use std::collections::BTreeMap;

/// Batches read at a time.
const PAGE: u32 = 500;

/// What was verified and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Batches with a digest.
    pub batches: u64,
    /// Events whose digest was computed anew.
    pub events: u64,
    /// Sources.
    pub sources: u64,
    /// Batches from before digests were kept, which nothing covers.
    pub uncovered: u64,
    /// Retention records, and the events they removed.
    pub retentions: u64,
    /// Events that were removed on purpose.
    pub removed: u64,
    /// Records of labels that were computed anew.
    pub relabels: u64,
    /// How many labels of events they are about.
    pub relabelled: u64,
    /// What is wrong, in order of commit.
    pub findings: Vec<Finding>,
}

/// Verifies a database against itself and against heads that were kept elsewhere.
///
/// # Errors
/// The database fails.
pub fn verify(store: &mut dyn Store, sealed: &[Sealed]) -> Result<Verified> {
    let mut walk = Walk {
        counts: store.event_counts()?,
        chain: Chain::default(),
        marks: Marks::new(sealed),
        last: 0,
        done: Verified::default(),
    };
    loop {
        let page = store.batch_rows(walk.last, PAGE)?;
        if page.is_empty() {
            break;
        }
        for row in &page {
            walk.batch(store, row)?;
        }
    }
    walk.end(store)?;
    walk.retentions(store)?;
    walk.relabels(store)?;
    walk.heads();
    for odd in store.odd_events()? {
        let (event, column) = odd.split_once(' ').unwrap_or((&odd, ""));
        let event = event.to_owned();
        if !walk.done.findings.iter().any(|found| found.names(&event)) {
            walk.done.findings.push(Finding::Changed { event, columns: vec![column.to_owned()] });
        }
    }
    walk.done.sources = u64::try_from(walk.chain.ends().count()).unwrap_or(u64::MAX);
    Ok(walk.done)
}

/// Where sealed heads were met on the way.
struct Marks<'s> {
    sealed: &'s [Sealed],
    /// (source, digest, batches) of each head, and whether the chain went through it.
    met: BTreeMap<(i64, Vec<u8>, i64), bool>,
    /// (digest, number) of each retention head.
    retentions: BTreeMap<(Vec<u8>, i64), bool>,
    /// The same of relabelling.
    relabels: BTreeMap<(Vec<u8>, i64), bool>,
}

impl Marks<'_> {
    fn new(sealed: &[Sealed]) -> Marks<'_> {
        let heads = sealed.iter().flat_map(|sealed| &sealed.heads);
        let met = heads.map(|head| ((head.source, head.digest.clone(), head.batches), false));
        let retentions = sealed.iter().filter(|sealed| sealed.retentions > 0);
        let retentions =
            retentions.map(|it| ((it.retention_head.clone(), it.retentions), false)).collect();
        let relabels = sealed.iter().filter(|sealed| sealed.relabels > 0);
        let relabels = relabels.map(|it| ((it.relabel_head.clone(), it.relabels), false)).collect();
        Marks { sealed, met: met.collect(), retentions, relabels }
    }
}

/// The state of a verification.
struct Walk<'s> {
    /// Events that no leaf has accounted for yet, by batch and day.
    counts: BTreeMap<(i64, i32), i64>,
    chain: Chain,
    marks: Marks<'s>,
    /// The last commit that was seen.
    last: i64,
    done: Verified,
}

impl Walk<'_> {
    fn batch(&mut self, store: &mut dyn Store, row: &BatchRow) -> Result<()> {
        if row.commit_no != self.last + 1 {
            let (first, last) = (self.last + 1, row.commit_no - 1);
            self.done.findings.push(Finding::MissingCommits { first, last });
        }
        self.last = row.commit_no;
        if row.source == 0 {
            return Ok(());
        }
        let end = self.chain.end(row.source);
        let Some(digest) = &row.digest else {
            if end.batches > 0 {
                let columns = vec!["digest".to_owned()];
                self.done.findings.push(Finding::ChangedBatch { batch: row.batch, columns });
            } else {
                self.done.uncovered += 1;
                self.counts.retain(|(batch, _), _| *batch != row.batch);
            }
            return Ok(());
        };
        let check = batch::check(store, row, &end, &mut self.counts)?;
        self.done.batches += 1;
        self.done.events += check.events;
        self.done.findings.extend(check.findings);
        self.chain.extend(row, digest);
        let end = self.chain.end(row.source);
        if let Some(met) = self.marks.met.get_mut(&(row.source, digest.clone(), end.batches)) {
            *met = true;
        }
        Ok(())
    }

    /// What is beyond the last batch: lost commits, heads of cursors, events of no batch.
    fn end(&mut self, store: &mut dyn Store) -> Result<()> {
        let counted = store.last_commit()?.map_or(0, |(commit_no, _)| commit_no);
        if counted > self.last {
            let (first, last) = (self.last + 1, counted);
            self.done.findings.push(Finding::MissingCommits { first, last });
        }
        for (source, head) in store.cursor_heads()? {
            let end = self.chain.end(source);
            if end.digest != head {
                self.done.findings.push(Finding::CursorHead { source, batch: end.batch });
            }
        }
        let mut strangers: BTreeMap<i64, i64> = BTreeMap::new();
        for ((batch, _), count) in std::mem::take(&mut self.counts) {
            *strangers.entry(batch).or_default() += count;
        }
        for (batch, count) in strangers {
            self.done.findings.push(Finding::Strangers { batch, count });
        }
        Ok(())
    }

    fn retentions(&mut self, store: &mut dyn Store) -> Result<()> {
        let mut previous = Vec::new();
        for (number, row) in (1..).zip(store.retentions()?) {
            if row.retention != number {
                self.done.findings.push(Finding::Retention { retention: number, missing: true });
                return Ok(());
            }
            let leaves = store.removed_leaves(row.retention)?;
            let is_right = retention_link(&previous, &row, &leaves)[..] == row.digest[..]
                && i64::try_from(leaves.len()).is_ok_and(|count| count == row.leaf_count);
            if !is_right {
                self.done.findings.push(Finding::Retention { retention: number, missing: false });
            }
            if let Some(met) = self.marks.retentions.get_mut(&(row.digest.clone(), number)) {
                *met = true;
            }
            self.done.retentions += 1;
            self.done.removed += row.event_count.unsigned_abs();
            previous = row.digest;
        }
        Ok(())
    }

    fn relabels(&mut self, store: &mut dyn Store) -> Result<()> {
        let (mut number, mut previous) = (0, Vec::new());
        loop {
            let page = store.relabels(number, PAGE)?;
            if page.is_empty() {
                return Ok(());
            }
            for row in page {
                number += 1;
                if row.relabel != number {
                    self.done.findings.push(Finding::Relabel { relabel: number, missing: true });
                    return Ok(());
                }
                if row.link(&previous)[..] != row.digest[..] {
                    self.done.findings.push(Finding::Relabel { relabel: number, missing: false });
                }
                if let Some(met) = self.marks.relabels.get_mut(&(row.digest.clone(), number)) {
                    *met = true;
                }
                self.done.relabels += 1;
                self.done.relabelled += row.event_count.unsigned_abs();
                previous = row.digest;
            }
        }
    }

    /// Holds the chains against the heads that were kept elsewhere.
    fn heads(&mut self) {
        let mut lost: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        let mut agreed: BTreeMap<i64, i64> = BTreeMap::new();
        for sealed in self.marks.sealed {
            for head in &sealed.heads {
                let key = (head.source, head.digest.clone(), head.batches);
                if self.marks.met.get(&key).copied().unwrap_or(false) {
                    let agreed = agreed.entry(head.source).or_default();
                    *agreed = head.commit_no.max(*agreed);
                } else {
                    let first = lost.entry(head.source).or_insert((head.commit_no, head.batches));
                    *first = (head.commit_no, head.batches).min(*first);
                }
            }
        }
        for (source, (commit_no, batches)) in lost {
            let has = self.chain.end(source).batches;
            let after = agreed.get(&source).copied().unwrap_or(0);
            self.done.findings.push(match has {
                0 => Finding::MissingSource { source },
                _ => Finding::Rewritten { source, after, until: commit_no, batches, has },
            });
        }
        for ((_, number), met) in &self.marks.retentions {
            if !met {
                let retention = *number;
                self.done.findings.push(Finding::Retention { retention, missing: true });
            }
        }
        for ((_, number), met) in &self.marks.relabels {
            if !met {
                self.done.findings.push(Finding::Relabel { relabel: *number, missing: true });
            }
        }
    }
}
