//! What became of every event: the account that always adds up.
//!
//! ```text
//!  seen = written + lost (ring) + dropped (queue) + filtered (probe and agent) + suppressed (rate)
//! ```
//!
//! The probes count what they see, lose, filter and suppress in memory that is mapped here; the
//! agent counts what it reads from the ring. What it does *not* know: records, lines.

use crate::kind::Kind;
use crate::system::Mapping;

/// How many kinds there are.
pub(crate) const KINDS: usize = Kind::ALL.len();

/// One number a kind.
pub(crate) type Row = [u64; KINDS];

/// What the probes counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Probed {
    /// Events.
    pub(crate) seen: Row,
    /// Events for which the ring had no room.
    pub(crate) lost: Row,
    /// Events that a filter of the probes left out.
    pub(crate) filtered: Row,
    /// Events above the rate.
    pub(crate) suppressed: Row,
}

impl Probed {
    /// The present sums over all processors.
    pub(crate) fn read(map: &Mapping) -> Probed {
        let mut sums = Probed::default();
        for row in 0..crate::system::processors() {
            for kind in 0..KINDS {
                let place = (row * KINDS + kind) * 4;
                sums.seen[kind] += map.load(place);
                sums.lost[kind] += map.load(place + 1);
                sums.filtered[kind] += map.load(place + 2);
                sums.suppressed[kind] += map.load(place + 3);
            }
        }
        sums
    }
}

/// The whole account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// What the probes counted.
    pub(crate) probed: Probed,
    /// Records that were read from the ring.
    pub(crate) read: Row,
    /// Events that the agent left out: not asked for, or not matching `--filter`.
    pub(crate) filtered: Row,
    /// Lines that were written.
    pub(crate) written: Row,
    /// Lines for which the queue had no room.
    pub(crate) dropped: Row,
    /// Records that could not be read: of another version's probes. They count as lost.
    pub(crate) unreadable: u64,
    /// How often the kernel's own queue of watched files was full. Each counts as one lost event.
    pub(crate) overflows: u64,
}

impl Account {
    /// One number for everything: seen, written, lost, dropped, filtered, suppressed.
    #[must_use]
    pub(crate) fn totals(&self) -> [u64; 6] {
        let sum = |row: &Row| row.iter().sum::<u64>();
        [
            sum(&self.probed.seen),
            sum(&self.written),
            sum(&self.probed.lost) + self.unreadable + self.overflows,
            sum(&self.dropped),
            sum(&self.probed.filtered) + sum(&self.filtered),
            sum(&self.probed.suppressed),
        ]
    }

    /// Whether anything that should have been written was not.
    #[must_use]
    pub(crate) fn has_loss(&self) -> bool {
        let [_, _, lost, dropped, ..] = self.totals();
        lost + dropped > 0
    }

    /// What was seen and is on its way: 0 once the ring and the queue are empty.
    #[must_use]
    pub(crate) fn on_the_way(&self) -> u64 {
        let [seen, written, lost, dropped, filtered, suppressed] = self.totals();
        seen.saturating_sub(written + lost + dropped + filtered + suppressed)
    }
}

/// Adds one row to another.
pub(crate) fn add(to: &mut Row, from: &Row) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}
