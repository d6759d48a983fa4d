//! What an event is to a rule that it matches: its groups, and what a correlation counts of it.
//!
//! An event may match several rules that a correlation refers to, and with aliases it may belong
//! to several groups. An event without a group-by field, or without the value that is counted, is
//! left out and counted as skipped.
//!
//! What it does *not* know: windows.

use crate::group::group;
use common::event::{Event, ValueRef};
use common::field::Field;
use common::hit::{Group, group_text};
use common::rule::{Correlation, Function, Kind, Rule};

/// An event in one group of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The values of the group-by fields.
    pub group: Group,
    /// What a correlation counts.
    pub keys: Vec<String>,
}

/// The groups of an event that the rule's filter holds for, and how many of its rules were
/// skipped. `is_chained`: the event is a firing instant of a SIEM event.
#[must_use]
pub fn found(rule: &Rule, event: &Event<'_>, is_chained: bool) -> (Vec<Found>, u64) {
    let Kind::Correlation(correlation) = &rule.kind else {
        return (vec![Found { group: group(rule, event), keys: Vec::new() }], 0);
    };
    let mut all: Vec<Found> = Vec::new();
    let mut skipped = 0;
    for (place, part) in correlation.parts.iter().enumerate() {
        if part.sees.is_some() != is_chained || !part.filter.matches(event) {
            continue;
        }
        let group: Option<Group> =
            part.group_by.iter().map(|field| text(event, field).map(Some)).collect();
        let keys = keys(correlation, place, &part.values, event);
        match group.zip(keys) {
            Some((group, keys)) => add(&mut all, group, keys, correlation.function),
            None => skipped += 1,
        }
    }
    (all, skipped)
}

/// What is counted of an event that a part matches; `None` where there is no such value.
fn keys(
    correlation: &Correlation,
    place: usize,
    values: &[Field],
    event: &Event<'_>,
) -> Option<Vec<String>> {
    match correlation.function {
        Function::EventCount => Some(Vec::new()),
        Function::Temporal | Function::TemporalOrdered => Some(vec![place.to_string()]),
        Function::ValueCount => {
            let values: Option<Vec<String>> =
                values.iter().map(|field| text(event, field)).collect();
            let mut values = values?;
            match values.len() {
                1 => Some(values),
                _ => Some(vec![group_text(&values.drain(..).map(Some).collect::<Group>())]),
            }
        }
        Function::Sum | Function::Average | Function::Percentile(_) => {
            let text = text(event, values.first()?)?;
            number(&text).map(|_| vec![text])
        }
    }
}

fn add(all: &mut Vec<Found>, group: Group, keys: Vec<String>, function: Function) {
    match all.iter_mut().find(|found| found.group == group) {
        // The event counts once, with the value that the first rule saw.
        Some(_) if function.is_numeric() => {}
        Some(found) => {
            for key in keys {
                if !found.keys.contains(&key) {
                    found.keys.push(key);
                }
            }
        }
        None => all.push(Found { group, keys }),
    }
}

fn text(event: &Event<'_>, field: &Field) -> Option<String> {
    event.field(field).map(|value| match value {
        ValueRef::Text(text) => text.to_owned(),
        value => value.to_string(),
    })
}

/// A decimal number, whole where it is one of 64 bits.
pub(crate) fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all(whole) || !all(fraction) {
        return None;
    }
    match text.parse() {
        Ok(number) => Some(Number::Whole(number)),
        Err(_) => text.parse().ok().map(Number::Real),
    }
}

/// A number that is summed: whole ones without loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Whole(i64),
    Real(f64),
}

impl Number {
    #[allow(clippy::cast_precision_loss, reason = "comparison is in double precision")]
    pub(crate) fn real(self) -> f64 {
        match self {
            Number::Whole(number) => number as f64,
            Number::Real(number) => number,
        }
    }
}
