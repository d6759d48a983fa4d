//! A filter's verdict on an event: the reference semantics of the suite.
//!
//! What it does *not* know: databases. `common/store` is held against this by a property test.

use super::{Filter, Test, Text, TextTest};
use crate::clock::Timestamp;
use crate::event::{Event, ValueRef, address};
use crate::field::{Column, Field};

impl Filter {
    /// Whether the filter holds for an event.
    #[must_use]
    pub fn matches(&self, event: &Event<'_>) -> bool {
        match self {
            Filter::All => true,
            Filter::And(list) => list.iter().all(|filter| filter.matches(event)),
            Filter::Or(list) => list.iter().any(|filter| filter.matches(event)),
            Filter::Not(filter) => !filter.matches(event),
            Filter::Field(field, test) => match event.field(field) {
                Some(value) => test.holds_for(field, value),
                None => false,
            },
            Filter::Keyword(test) => keyword(test, event),
            Filter::Refer(field, kind, other) => match (event.field(field), event.field(other)) {
                (Some(value), Some(other)) => refer(*kind, value, other),
                _ => false,
            },
            Filter::Logsource(logsource) => logsource.covers(&event.labels),
        }
    }
}

/// Whether two values compare; of lists, some element with some element.
pub(super) fn refer(kind: Text, value: ValueRef<'_>, other: ValueRef<'_>) -> bool {
    match other {
        ValueRef::List(list) => list.iter().any(|item| refer(kind, value, item)),
        ValueRef::Texts(list) => list.iter().any(|item| refer(kind, value, ValueRef::Text(item))),
        scalar => Test::Text(TextTest::new(kind, &scalar.to_string())).holds(value),
    }
}

fn keyword(test: &Test, event: &Event<'_>) -> bool {
    if !event.is_structured() {
        return test.holds(ValueRef::Text(&String::from_utf8_lossy(&event.raw_line())));
    }
    if event.original.is_empty() {
        return event.ext.iter().any(|(_, value)| test.holds(value.into()));
    }
    event.original.iter().any(|(_, value)| test.holds(value))
}

impl Test {
    fn holds_for(&self, field: &Field, value: ValueRef<'_>) -> bool {
        let is_time = *field == Field::Column(Column::Time);
        match (self, value) {
            (Test::Exists, _) => true,
            (Test::Time(order, bound), ValueRef::Int(micros)) if is_time => {
                order.holds(&Timestamp(micros), bound)
            }
            // As text, the time is its RFC 3339 form, not the count of microseconds.
            (test, ValueRef::Int(micros)) if is_time => {
                test.holds(ValueRef::Text(&Timestamp(micros).to_string()))
            }
            (test, value) => test.holds(value),
        }
    }

    /// Whether a value satisfies the test; a list does if any element does.
    #[must_use]
    pub fn holds(&self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::List(list) => list.iter().any(|item| self.holds(item)),
            ValueRef::Texts(list) => list.iter().any(|item| self.holds(ValueRef::Text(item))),
            scalar => self.holds_scalar(scalar),
        }
    }

    fn holds_scalar(&self, value: ValueRef<'_>) -> bool {
        match self {
            Test::Exists => true,
            Test::Text(test) => match value {
                ValueRef::Text(text) => test.holds(text),
                other => test.holds(&other.to_string()),
            },
            Test::Dash(test) => match value {
                ValueRef::Text(text) => test.holds_dashed(text),
                other => test.holds_dashed(&other.to_string()),
            },
            Test::Part(part, order, number) => match value {
                ValueRef::Text(text) => part.of(text).is_some_and(|have| match order {
                    Some(order) => order.holds(&have, number),
                    None => have == *number,
                }),
                _ => false,
            },
            Test::Regex(regex) => match value {
                ValueRef::Text(text) => regex.holds(text),
                other => regex.holds(&other.to_string()),
            },
            #[allow(clippy::float_cmp, reason = "equality of decimal numbers is meant")]
            Test::Number(number) => decimal(value) == Some(*number),
            Test::Compare(order, bound) => {
                decimal(value).is_some_and(|number| order.holds(&number, bound))
            }
            Test::Bool(truth) => match value {
                ValueRef::Bool(have) => have == *truth,
                ValueRef::Text(text) => {
                    text.eq_ignore_ascii_case(if *truth { "true" } else { "false" })
                }
                _ => false,
            },
            Test::Network(network) => match value {
                ValueRef::Ip(ip) => network.contains(ip),
                ValueRef::Text(text) => address(text).is_some_and(|ip| network.contains(ip)),
                _ => false,
            },
            Test::Set(test) => test.holds(value),
            Test::Time(..) => false,
        }
    }
}

/// The number a value is: a number, or a text of an optional sign, digits and an optional
/// fraction. `0x3e7`, `1e5`, `inf` and the empty text are no numbers.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "comparison is in double precision, as in SQL")]
pub fn decimal(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Int(number) => Some(number as f64),
        ValueRef::Float(number) => Some(number),
        ValueRef::Text(text) => {
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
            let all = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            if all(whole) && all(fraction) { text.parse().ok() } else { None }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Network, Order, Regex};
    use super::*;
    use crate::event::Value;

    fn event() -> Event<'static> {
        let mut event = Event {
            host_name: "web1".into(),
            process_pid: Some(0),
            source_ip: "10.1.2.3".parse().ok(),
            message: "Failed password".into(),
            raw: b"Nov 20 web1 sshd[1]: ".as_slice().into(),
            raw_kind: crate::event::RawKind::Prefix,
            ..Event::default()
        };
        event.ext.push("empty", Value::Text("".into()));
        event.ext.push("hex", Value::Text("0x3e7".into()));
        event.ext.push("n", Value::Text("+1.50".into()));
        event.ext.push("list", Value::List(vec![Value::Int(7), Value::Text("eve".into())]));
        event.normalise();
        event
    }

    fn holds(name: &str, test: Test) -> bool {
        Filter::Field(Field::new(name), test).matches(&event())
    }

    fn text(kind: Text, pattern: &str) -> Test {
        Test::Text(TextTest::new(kind, pattern))
    }

    #[test]
    fn absent_fields_fail_and_negation_holds() {
        let filter = Filter::equals(Field::new("nobody"), "x");
        assert!(!filter.matches(&event()));
        assert!(filter.not().matches(&event()));
        assert!(!holds("nobody", Test::Exists));
        assert!(holds("empty", Test::Exists));
        assert!(holds("empty", text(Text::Equals, "")));
    }

    #[test]
    fn numbers_and_decimal_texts() {
        assert!(holds("process.pid", Test::Number(0.0)));
        assert!(holds("n", Test::Number(1.5)));
        assert!(holds("n", Test::Compare(Order::Less, 2.0)));
        assert!(!holds("hex", Test::Number(999.0)));
        assert!(!holds("hex", Test::Compare(Order::Greater, -1.0)));
    }

    #[test]
    fn lists_hold_if_any_element_does() {
        assert!(holds("list", Test::Number(7.0)));
        assert!(holds("list", text(Text::Equals, "EVE")));
        assert!(!holds("list", text(Text::Equals, "7, eve")));
    }

    #[test]
    fn addresses_and_keywords() {
        let network = Network::parse("10.0.0.0/8").expect("a network");
        assert!(holds("source.ip", Test::Network(network)));
        assert!(!holds("host.name", Test::Network(network)));
        assert!(holds("source.ip", text(Text::StartsWith, "10.1.")));
        assert!(Filter::Keyword(text(Text::Contains, "SSHD[1]: failed")).matches(&event()));
        let regex = Regex::new("^Failed").expect("a regex");
        assert!(holds("message", Test::Regex(regex)));
    }
}
