//! A sliding window over the hits of one group, and the SIEM events of its buckets.
//!
//! At each hit's time t the window (t − W, t] holds a number of hits; hits of equal time count
//! together, and hits on SIEM events count each SIEM event once. Where the number is above the
//! limit, t is a firing instant. The bucket ⌊t / W⌋ of a firing instant has a SIEM event.
//!
//! What it does *not* know: where hits are stored.

use crate::counter::Counter;
use crate::outcome::Mark;
use crate::sequence::Sequence;
use crate::shape::{Shape, bucket};
use crate::tree::{Entry, Key, Tree};
use common::clock::Timestamp;
use common::hit::{Group, Hit, Match};
use common::rule::{Function, Kind};
use common::siem_event::{SOURCE_IDS, SiemEvent, Slot};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many hits are looked at for a SIEM event's distinct source ids.
const LOOKED_AT: usize = 10_000;

/// The hits of one group.
#[derive(Debug)]
pub(crate) struct Window {
    tree: Counter,
    /// The times of each thing that counts once: a SIEM event, a value, a rule.
    instants: HashMap<String, BTreeSet<i64>>,
    /// Hits from this time on are all here.
    loaded: Option<i64>,
    /// The SIEM events of buckets, as last computed or stored.
    rows: HashMap<i64, SiemEvent>,
}

impl Window {
    /// A window without hits.
    pub(crate) fn new(kind: &Kind) -> Window {
        let sequence = match kind {
            Kind::Correlation(it) if it.function == Function::TemporalOrdered => {
                let needed = usize::try_from(it.event_limit() + 1).unwrap_or(usize::MAX);
                Some(Sequence::new(it.parts.len(), needed, it.window.0))
            }
            _ => None,
        };
        Window {
            tree: sequence.map_or_else(|| Counter::Tree(Tree::default()), Counter::Sequence),
            instants: HashMap::new(),
            loaded: None,
            rows: HashMap::new(),
        }
    }

    /// How many places the window keeps in memory.
    pub(crate) fn len(&self) -> usize {
        self.tree.len()
    }

    /// From when on hits must be loaded before a hit at `time` can be added; `None` if they are.
    pub(crate) fn needs(&self, time: Timestamp, window: i64) -> Option<Timestamp> {
        let from = (bucket(time, window) - 1) * window;
        self.loaded.is_none_or(|loaded| loaded > from).then_some(Timestamp(from))
    }

    /// Takes what is stored from a time on.
    pub(crate) fn load(
        &mut self,
        shape: Shape<'_>,
        from: Timestamp,
        hits: Vec<Hit>,
        rows: Vec<SiemEvent>,
    ) {
        for hit in hits {
            self.add(shape.window, &hit);
        }
        for row in rows {
            self.rows.entry(bucket(row.time, shape.window)).or_insert(row);
        }
        self.loaded = Some(self.loaded.map_or(from.0, |loaded| loaded.min(from.0)));
    }

    /// Adds a hit; `false` when it is there.
    fn add(&mut self, window: i64, hit: &Hit) -> bool {
        let time = hit.time.0;
        let key = Key { time, matched: Some(hit.matched.clone()) };
        if self.tree.contains(&key) {
            return false;
        }
        let spans = match (hit.keys.as_slice(), &hit.matched) {
            (_, _) if self.tree.is_sequence() => Vec::new(),
            ([], Match::Event(_)) => vec![(time, time + window)],
            ([], Match::SiemEvent(id)) => vec![self.uncovered(id, time, window)],
            (keys, _) => keys.iter().map(|key| self.uncovered(key, time, window)).collect(),
        };
        let entry = Entry {
            key,
            message: hit.message.clone(),
            is_armed: hit.is_armed,
            is_fired: hit.fired_commit.is_some(),
        };
        self.tree.insert(entry, &hit.keys, &spans);
        true
    }

    /// The part of [time, time + window) in which a SIEM event is not counted yet.
    fn uncovered(&mut self, id: &str, time: i64, window: i64) -> (i64, i64) {
        let instants = self.instants.entry(id.to_owned()).or_default();
        let before = instants.range(..time).next_back().map_or(time, |before| before + window);
        let after = instants.range(time..).next().copied().unwrap_or(i64::MAX);
        instants.insert(time);
        (before.max(time), after.min(time + window))
    }

    /// Adds the hits of a commit. Returns the new ones, the older ones that became firing
    /// instants, and the SIEM events that are new or changed.
    pub(crate) fn apply(&mut self, shape: Shape<'_>, mark: &Mark, hits: Vec<Hit>) -> Applied {
        let mut applied = Applied::default();
        let mut new: BTreeMap<Key, Hit> = BTreeMap::new();
        let mut touched = BTreeSet::new();
        for hit in hits {
            if self.add(shape.window, &hit) {
                let bucket = bucket(hit.time, shape.window);
                touched.extend([bucket, bucket + 1]);
                new.insert(Key { time: hit.time.0, matched: Some(hit.matched.clone()) }, hit);
            }
        }
        let times: BTreeSet<i64> = new.keys().map(|key| key.time).collect();
        for (from, until) in stretches(&times, shape.window) {
            for key in self.tree.fire(from, until, shape.limit) {
                match new.get_mut(&key) {
                    Some(hit) => hit.fired_commit = Some(mark.commit_no),
                    None => applied.fired.extend(key.matched.map(|it| (it, Timestamp(key.time)))),
                }
            }
        }
        let group = new.values().next().map(|hit| hit.group.clone()).unwrap_or_default();
        for bucket in touched {
            applied.events.extend(self.amend(shape, mark, &group, bucket));
        }
        applied.hits.extend(new.into_values());
        applied
    }

    /// Computes a bucket's SIEM event anew; `None` when there is none or it stays as it is.
    fn amend(
        &mut self,
        shape: Shape<'_>,
        mark: &Mark,
        group: &Group,
        bucket: i64,
    ) -> Option<SiemEvent> {
        let mut event = self.compute(shape, group, bucket)?;
        match self.rows.get(&bucket) {
            Some(have) => {
                event.revision = have.revision;
                event.backfill = have.backfill;
                if *have == event {
                    return None;
                }
                event.revision += 1;
            }
            None => event.backfill = mark.is_backfill,
        }
        self.rows.insert(bucket, event.clone());
        Some(event)
    }

    fn compute(&mut self, shape: Shape<'_>, group: &Group, bucket: i64) -> Option<SiemEvent> {
        let start = bucket * shape.window;
        let (first, last, most) = self.tree.firing(start, start + shape.window, shape.limit)?;
        let mut message = None;
        let mut source_ids: Vec<String> = Vec::new();
        let mut seen = 0;
        // The windows of a bucket's firing instants overlap: together they are (first − W, last].
        self.tree.hits(first - shape.window + 1, last + 1, &mut |entry| {
            seen += 1;
            message.get_or_insert_with(|| entry.message.clone());
            let id = entry.key.matched.as_ref().map(ToString::to_string).unwrap_or_default();
            if !matches!(entry.key.matched, Some(Match::SiemEvent(_))) || !source_ids.contains(&id)
            {
                source_ids.push(id);
            }
            source_ids.len() < SOURCE_IDS && seen < LOOKED_AT
        });
        let mut event = shape.event(group, &Slot::Bucket(bucket));
        event.time = Timestamp(first);
        event.last_time = Timestamp(last);
        event.event_count = u64::try_from(most).unwrap_or(0);
        event.window_start = Timestamp(first - shape.window);
        event.window_end = Timestamp(first);
        event.message = message.unwrap_or_default();
        event.source_ids = source_ids;
        Some(event)
    }
}

/// The stretches of time that hits at these times can change.
fn stretches(times: &BTreeSet<i64>, window: i64) -> Vec<(i64, i64)> {
    let mut all: Vec<(i64, i64)> = Vec::new();
    for &time in times {
        match all.last_mut() {
            Some((_, until)) if time <= *until => *until = time + window,
            _ => all.push((time, time + window)),
        }
    }
    all
}

/// What a commit's hits did to a window.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    pub(crate) hits: Vec<Hit>,
    pub(crate) fired: Vec<(Match, Timestamp)>,
    pub(crate) events: Vec<SiemEvent>,
}
