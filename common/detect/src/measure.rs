//! What a correlation's window holds at one time: for explanations, not for decisions.
//!
//! What it does *not* know: buckets, stored SIEM events.

use crate::aggregate::Aggregate;
use crate::sequence::Sequence;
use crate::tree::{Entry, Key};
use common::clock::Timestamp;
use common::hit::Hit;
use common::rule::{Correlation, Function};

/// The number over the hits of one group up to a time, and whether the condition holds. Of an
/// order the number is how many of its rules occur.
#[must_use]
pub fn measure(correlation: &Correlation, hits: &[Hit], time: Timestamp) -> (Option<f64>, bool) {
    let window = correlation.window.0;
    let inside = |hit: &&Hit| hit.time.0 > time.0 - window && hit.time <= time;
    let mut inside: Vec<&Hit> = hits.iter().filter(inside).collect();
    inside.sort_by(|a, b| (a.time, &a.matched).cmp(&(b.time, &b.matched)));
    let mut number = Aggregate::new(correlation.function);
    for hit in &inside {
        number.push(&hit.matched, &hit.keys);
    }
    let value = number.value();
    if correlation.function != Function::TemporalOrdered {
        return (value, value.is_some_and(|value| correlation.holds(value)));
    }
    let mut sequence = Sequence::new(correlation.parts.len(), window);
    for hit in inside {
        let key = Key { time: hit.time.0, matched: Some(hit.matched.clone()) };
        let entry = Entry { key, message: String::new(), is_armed: true, is_fired: false };
        sequence.insert(entry, &hit.keys);
    }
    (value, sequence.firing(time.0, time.0 + 1).is_some())
}
