//! Why a filter holds for an event or does not: each predicate with the value it met.
//!
//! What it does *not* know: windows; its caller counts.

use common::event::Event;
use common::filter::Filter;

/// A part of a filter and its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How deep it lies in the filter.
    pub depth: usize,
    /// The part, as the filter's grammar writes it; `and`, `or` and `not` stand above their parts.
    pub text: String,
    /// Whether it holds.
    pub holds: bool,
    /// The field's value, where the part is a predicate over one; `None` where absent.
    pub value: Option<Option<String>>,
}

/// The verdict on each part of a filter, the whole first.
#[must_use]
pub fn explain(filter: &Filter, event: &Event<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    part(filter, event, 0, &mut lines);
    lines
}

fn part(filter: &Filter, event: &Event<'_>, depth: usize, lines: &mut Vec<Line>) {
    let (text, value) = match filter {
        Filter::And(_) => ("and".to_owned(), None),
        Filter::Or(_) => ("or".to_owned(), None),
        Filter::Not(_) => ("not".to_owned(), None),
        Filter::Field(field, _) => {
            (filter.to_string(), Some(event.field(field).map(|value| value.to_string())))
        }
        _ => (filter.to_string(), None),
    };
    lines.push(Line { depth, text, holds: filter.matches(event), value });
    match filter {
        Filter::And(list) | Filter::Or(list) => {
            list.iter().for_each(|inner| part(inner, event, depth + 1, lines));
        }
        Filter::Not(inner) => part(inner, event, depth + 1, lines),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_its_verdict() {
        let filter =
            Filter::parse("process.name = sshd and not user.name = root").expect("a filter");
        let event = Event { process_name: Some("sshd".into()), ..Event::default() };
        let lines: Vec<(usize, String, bool, Option<Option<String>>)> = explain(&filter, &event)
            .into_iter()
            .map(|line| (line.depth, line.text, line.holds, line.value))
            .collect();
        assert_eq!(
            lines,
            [
                (0, "and".to_owned(), true, None),
                (1, "process.name = \"sshd\"".to_owned(), true, Some(Some("sshd".to_owned()))),
                (1, "not".to_owned(), true, None),
                (2, "user.name = \"root\"".to_owned(), false, Some(None)),
            ]
        );
    }
}
