//! A number over the hits of a window that moves forward.
//!
//! Whole numbers are summed without loss; where a fraction is in the window, its numbers are added
//! anew in their order. A percentile is the value of nearest rank.
//!
//! What it does *not* know: times; its caller says which hits come and go.

use crate::part::{Number, number};
use common::hit::Match;
use common::rule::Function;
use std::collections::{HashMap, VecDeque};

/// The hits of a window.
#[derive(Debug)]
pub(crate) struct Aggregate<'h> {
    function: Function,
    /// Distinct things, and how many hits of the window have each.
    distinct: HashMap<String, usize>,
    values: VecDeque<Number>,
    whole: i128,
    fractions: usize,
    sorted: Vec<f64>,
    hits: VecDeque<(&'h Match, &'h [String])>,
}

impl<'h> Aggregate<'h> {
    pub(crate) fn new(function: Function) -> Aggregate<'h> {
        Aggregate {
            function,
            distinct: HashMap::new(),
            values: VecDeque::new(),
            whole: 0,
            fractions: 0,
            sorted: Vec::new(),
            hits: VecDeque::new(),
        }
    }

    /// How many hits the window has.
    pub(crate) fn len(&self) -> usize {
        self.hits.len()
    }

    /// A hit comes into the window, after all others.
    pub(crate) fn push(&mut self, matched: &'h Match, keys: &'h [String]) {
        self.hits.push_back((matched, keys));
        if !self.function.is_numeric() {
            for thing in things(self.function, matched, keys) {
                *self.distinct.entry(thing).or_default() += 1;
            }
            return;
        }
        let Some(value) = keys.first().and_then(|text| number(text)) else { return };
        self.values.push_back(value);
        match value {
            Number::Whole(number) => self.whole += i128::from(number),
            Number::Real(_) => self.fractions += 1,
        }
        if matches!(self.function, Function::Percentile(_)) {
            let place = self.sorted.partition_point(|have| *have < value.real());
            self.sorted.insert(place, value.real());
        }
    }

    /// The first hit goes out of the window.
    pub(crate) fn pop(&mut self) {
        let Some((matched, keys)) = self.hits.pop_front() else { return };
        if !self.function.is_numeric() {
            for thing in things(self.function, matched, keys) {
                if let Some(count) = self.distinct.get_mut(&thing) {
                    *count -= 1;
                    if *count == 0 {
                        self.distinct.remove(&thing);
                    }
                }
            }
            return;
        }
        if keys.first().and_then(|text| number(text)).is_none() {
            return;
        }
        let Some(value) = self.values.pop_front() else { return };
        match value {
            Number::Whole(number) => self.whole -= i128::from(number),
            Number::Real(_) => self.fractions -= 1,
        }
        if matches!(self.function, Function::Percentile(_)) {
            let place = self.sorted.partition_point(|have| *have < value.real());
            if place < self.sorted.len() {
                self.sorted.remove(place);
            }
        }
    }

    /// The number; `None` where there is nothing to compute it of.
    #[allow(clippy::cast_precision_loss, reason = "comparison is in double precision")]
    pub(crate) fn value(&self) -> Option<f64> {
        match self.function {
            Function::EventCount
            | Function::ValueCount
            | Function::Temporal
            | Function::TemporalOrdered => Some(self.distinct.len() as f64),
            _ if self.values.is_empty() => None,
            Function::Sum => Some(self.sum()),
            Function::Average => Some(self.sum() / self.values.len() as f64),
            Function::Percentile(percentile) => {
                let rank = (percentile / 100.0 * self.sorted.len() as f64).ceil();
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 1 and the number of values"
                )]
                let place = (rank.max(1.0) as usize).min(self.sorted.len()) - 1;
                self.sorted.get(place).copied()
            }
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "comparison is in double precision")]
    fn sum(&self) -> f64 {
        match self.fractions {
            0 => self.whole as f64,
            _ => self.values.iter().map(|value| value.real()).sum(),
        }
    }
}

/// What of a hit counts once.
fn things(function: Function, matched: &Match, keys: &[String]) -> Vec<String> {
    match function {
        Function::EventCount => vec![matched.to_string()],
        _ => keys.to_vec(),
    }
}
