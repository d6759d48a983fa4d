//! A Sigma correlation: what is asked of the events that several rules match.
//!
//! Each *part* is a referenced rule: its filter, and the fields by which its events are grouped and
//! valued. A part may be another correlation, whose SIEM events it counts.
//!
//! As JSON (`correlation` in the rule's file):
//!
//! ```json
//! { "type": "value_count", "time_int": "10m", "condition": { "gte": 5 }, "percentile": 50,
//!   "parts": [ { "name": "…", "where": "…", "group_by": ["own(User)"], "values": ["own(Image)"],
//!                "sees": "rule id of a correlation" } ] }
//! ```
//!
//! What it does *not* know: YAML, how hits are counted.

use crate::clock::span::{MINUTE, Span};
use crate::field::Field;
use crate::filter::{Filter, Order, field_text, parse_field};
use serde_json::{Value, json};

/// What is computed over a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    /// How many distinct events.
    EventCount,
    /// How many distinct values.
    ValueCount,
    /// How many of the parts occur.
    Temporal,
    /// How many of the parts occur in their order, each in an event of its own.
    TemporalOrdered,
    /// The sum of a value.
    Sum,
    /// Its mean.
    Average,
    /// The value at this percentile, by nearest rank.
    Percentile(f64),
}

/// A bound in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// An order relation.
    Order(Order),
    /// The same number.
    Equal,
    /// Another number.
    NotEqual,
}

/// A referenced rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The referenced rule's name or id.
    pub name: String,
    /// What it matches.
    pub filter: Filter,
    /// The fields of its events that make the group, as many as the rule's `group_by`.
    pub group_by: Vec<Field>,
    /// The fields whose values count.
    pub values: Vec<Field>,
    /// The rule id of the correlation that it is, if it is one.
    pub sees: Option<String>,
}

/// A correlation.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// What is computed.
    pub function: Function,
    /// The referenced rules, in their order.
    pub parts: Vec<Part>,
    /// The window's length.
    pub window: Span,
    /// What the number must satisfy, all of it.
    pub condition: Vec<(Bound, f64)>,
}

const NAMES: [&str; 6] =
    ["event_count", "value_count", "temporal", "temporal_ordered", "value_sum", "value_avg"];
const BOUNDS: [(&str, Bound); 6] = [
    ("gt", Bound::Order(Order::Greater)),
    ("gte", Bound::Order(Order::GreaterOrEqual)),
    ("lt", Bound::Order(Order::Less)),
    ("lte", Bound::Order(Order::LessOrEqual)),
    ("eq", Bound::Equal),
    ("neq", Bound::NotEqual),
];

impl Function {
    /// Sigma's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Function::EventCount => NAMES[0],
            Function::ValueCount => NAMES[1],
            Function::Temporal => NAMES[2],
            Function::TemporalOrdered => NAMES[3],
            Function::Sum => NAMES[4],
            Function::Average => NAMES[5],
            Function::Percentile(_) => "value_percentile",
        }
    }

    /// The function of Sigma's word; `percentile` is for the one that has a parameter.
    #[must_use]
    pub fn named(name: &str, percentile: f64) -> Option<Function> {
        Some(match name {
            "event_count" => Function::EventCount,
            "value_count" => Function::ValueCount,
            "temporal" => Function::Temporal,
            "temporal_ordered" => Function::TemporalOrdered,
            "value_sum" => Function::Sum,
            "value_avg" => Function::Average,
            "value_percentile" => Function::Percentile(percentile),
            _ => return None,
        })
    }

    /// Whether the hits' values are numbers.
    #[must_use]
    pub fn is_numeric(self) -> bool {
        matches!(self, Function::Sum | Function::Average | Function::Percentile(_))
    }
}

impl Bound {
    /// Sigma's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        BOUNDS.iter().find(|(_, bound)| *bound == self).map_or("", |(name, _)| name)
    }

    /// The bound of Sigma's word.
    #[must_use]
    pub fn named(name: &str) -> Option<Bound> {
        BOUNDS.iter().find(|(have, _)| *have == name).map(|(_, bound)| *bound)
    }
}

impl Correlation {
    /// Whether a number satisfies the condition.
    #[must_use]
    #[allow(clippy::float_cmp, reason = "equality with the written number is meant")]
    pub fn holds(&self, number: f64) -> bool {
        self.condition.iter().all(|(bound, limit)| match bound {
            Bound::Order(order) => order.holds(&number, limit),
            Bound::Equal => number == *limit,
            Bound::NotEqual => number != *limit,
        })
    }

    /// Whether more hits can only make it hold, so that it is decided at once and amended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let at_least = |(bound, _): &(Bound, f64)| {
            matches!(bound, Bound::Order(Order::Greater | Order::GreaterOrEqual))
        };
        !self.function.is_numeric() && self.condition.iter().all(at_least)
    }

    /// The number that is not enough yet, of an open one; for others the first bound.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    pub fn event_limit(&self) -> u64 {
        let whole = |number: f64| number.clamp(0.0, 1e15) as u64;
        let below = |(bound, limit): &(Bound, f64)| match bound {
            Bound::Order(Order::Greater) => whole(limit.floor()),
            Bound::Order(Order::GreaterOrEqual) => whole((limit - 1.0).ceil()),
            _ => whole(*limit),
        };
        match self.is_open() {
            true => self.condition.iter().map(below).max().unwrap_or(0),
            false => self.condition.first().map_or(0, below),
        }
    }

    pub(super) fn json(&self) -> Value {
        let fields = |fields: &[Field]| fields.iter().map(field_text).collect::<Vec<_>>();
        let part = |part: &Part| {
            json!({
                "name": part.name,
                "where": part.filter.to_string(),
                "group_by": fields(&part.group_by),
                "values": fields(&part.values),
                "sees": part.sees,
            })
        };
        let condition: serde_json::Map<String, Value> = self
            .condition
            .iter()
            .map(|(bound, limit)| (bound.name().to_owned(), json!(limit)))
            .collect();
        let mut object = json!({
            "type": self.function.name(),
            "time_int": self.window.to_string(),
            "condition": condition,
            "parts": self.parts.iter().map(part).collect::<Vec<_>>(),
        });
        if let Function::Percentile(percentile) = self.function {
            object["percentile"] = json!(percentile);
        }
        object
    }

    /// Reads what [`Correlation::json`] wrote; an error is a sentence.
    pub(super) fn read(value: &Value) -> Result<Correlation, String> {
        let text = |value: &Value, name: &str| {
            let text = value[name].as_str().map(str::to_owned);
            text.ok_or_else(|| format!("correlation without \"{name}\""))
        };
        let fields = |value: &Value| -> Result<Vec<Field>, String> {
            let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            names.map(|name| parse_field(name).map_err(|error| error.to_string())).collect()
        };
        let part = |value: &Value| -> Result<Part, String> {
            let filter = Filter::parse(&text(value, "where")?);
            Ok(Part {
                name: text(value, "name")?,
                filter: filter.map_err(|error| error.to_string())?,
                group_by: fields(&value["group_by"])?,
                values: fields(&value["values"])?,
                sees: value["sees"].as_str().map(str::to_owned),
            })
        };
        let parts = value["parts"].as_array().into_iter().flatten().map(part);
        let mut condition = Vec::new();
        for (name, limit) in value["condition"].as_object().into_iter().flatten() {
            let bound = Bound::named(name).zip(limit.as_f64());
            condition.push(bound.ok_or_else(|| format!("no bound: \"{name}\""))?);
        }
        let percentile = value["percentile"].as_f64().unwrap_or(50.0);
        let window = Span::parse(&text(value, "time_int")?, MINUTE);
        Ok(Correlation {
            function: Function::named(&text(value, "type")?, percentile)
                .ok_or("correlation: unknown type")?,
            parts: parts.collect::<Result<_, _>>()?,
            window: window.map_err(|error| error.to_string())?,
            condition,
        })
    }
}
