//! What a correlation's window holds at one time: for explanations, not for decisions.
//!
//! What it does *not* know: buckets, stored SIEM events.

use crate::aggregate::Aggregate;
use crate::sequence::Sequence;
use crate::tree::{Entry, Key};
use common::clock::Timestamp;
use common::hit::Hit;
use common::rule::{Correlation, Function};

/// The number over the hits of one group up to a time, and whether the condition holds.
#[must_use]
pub fn measure(correlation: &Correlation, hits: &[Hit], time: Timestamp) -> (Option<f64>, bool) {
    let window = correlation.window.0;
    let inside = |hit: &&Hit| hit.time.0 > time.0 - window && hit.time <= time;
    let mut inside: Vec<&Hit> = hits.iter().filter(inside).collect();
    inside.sort_by(|a, b| (a.time, &a.matched).cmp(&(b.time, &b.matched)));
    let value = match correlation.function {
        Function::TemporalOrdered => {
            let moments = sequence(correlation, &inside).moments(time.0, time.0 + 1);
            moments.last().map(|moment| real(moment.number))
        }
        function => {
            let mut number = Aggregate::new(function);
            for hit in &inside {
                number.push(&hit.matched, &hit.keys);
            }
            number.value()
        }
    };
    (value, value.is_some_and(|value| correlation.holds(value)))
}

/// Hits of one group in the order of a correlation's rules.
pub(crate) fn sequence(correlation: &Correlation, hits: &[&Hit]) -> Sequence {
    let mut sequence = Sequence::new(correlation.parts.len(), 0, correlation.window.0);
    for hit in hits {
        let key = Key { time: hit.time.0, matched: Some(hit.matched.clone()) };
        let (message, is_armed) = (String::new(), hit.is_armed);
        sequence.insert(Entry { key, message, is_armed, is_fired: false }, &hit.keys);
    }
    sequence
}

/// A number of rules.
#[allow(clippy::cast_precision_loss, reason = "at most 64")]
pub(crate) fn real(number: usize) -> f64 {
    number as f64
}
