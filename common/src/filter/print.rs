//! The canonical text of a filter, which [`super::parse`] reads back to an equal filter.
//!
//! Used in rule versions, `--explain` and error messages. What it does *not* know: the grammar's
//! abbreviations; every predicate is written in full.

use super::{Filter, Order, Test, Text};
use crate::field::Field;
use std::fmt;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::All => f.write_str("all"),
            Filter::And(list) => join(f, list, " and ", "all"),
            Filter::Or(list) => join(f, list, " or ", "not all"),
            Filter::Not(inner) => write!(f, "not ({inner})"),
            Filter::Field(field, test) => write!(f, "{} {test}", Subject(field)),
            Filter::Keyword(test) => write!(f, "keyword {test}"),
            Filter::Refer(field, kind, other) => {
                write!(f, "{} {}_field {}", Subject(field), word(*kind), Subject(other))
            }
            Filter::Logsource(logsource) => {
                write!(f, "logsource {}", Quoted(&logsource.to_string()))
            }
        }
    }
}

/// The word of a relation between texts.
pub(super) fn word(kind: Text) -> &'static str {
    match kind {
        Text::Equals => "equals",
        Text::Contains => "contains",
        Text::StartsWith => "startswith",
        Text::EndsWith => "endswith",
        Text::Glob => "like",
    }
}

/// A field as the grammar writes it.
#[must_use]
pub fn field_text(field: &Field) -> String {
    Subject(field).to_string()
}

/// A field: a name, or `own(NAME, …)`.
struct Subject<'f>(&'f Field);

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Field::Own(own) = self.0 else { return Name(self.0.name()).fmt(f) };
        for (place, name) in own.names().iter().enumerate() {
            f.write_str(if place == 0 { "own(" } else { ", " })?;
            Name(name).fmt(f)?;
        }
        f.write_str(")")
    }
}

fn join(f: &mut fmt::Formatter<'_>, list: &[Filter], word: &str, none: &str) -> fmt::Result {
    if list.is_empty() {
        return f.write_str(none);
    }
    for (place, filter) in list.iter().enumerate() {
        if place > 0 {
            f.write_str(word)?;
        }
        match filter {
            Filter::And(_) | Filter::Or(_) => write!(f, "({filter})")?,
            _ => write!(f, "{filter}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Test::Exists => f.write_str("exists"),
            Test::Text(test) => {
                let quoted = Quoted(&test.pattern);
                match (test.kind, test.cased) {
                    (Text::Equals, false) => write!(f, "= {quoted}"),
                    (Text::Equals, true) => write!(f, "== {quoted}"),
                    (kind, false) => write!(f, "{} {quoted}", word(kind)),
                    (kind, true) => write!(f, "{}_cased {quoted}", word(kind)),
                }
            }
            Test::Dash(test) => {
                let cased = if test.cased { "_cased" } else { "" };
                write!(f, "{}{cased}_dash {}", word(test.kind), Quoted(&test.pattern))
            }
            Test::Part(part, order, number) => match order {
                Some(order) => write!(f, "{part} {order} {number}"),
                None => write!(f, "{part} = {number}"),
            },
            Test::Number(number) => write!(f, "= {number}"),
            Test::Bool(truth) => write!(f, "is {truth}"),
            Test::Compare(order, bound) => write!(f, "{order} {bound}"),
            Test::Time(order, bound) => write!(f, "{order} {bound}"),
            Test::Regex(regex) => write!(f, "~ {}", Quoted(regex.pattern())),
            Test::Network(network) => write!(f, "in {network}"),
            Test::Set(test) => test.fmt(f),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Order::Less => "<",
            Order::LessOrEqual => "<=",
            Order::Greater => ">",
            Order::GreaterOrEqual => ">=",
        })
    }
}

/// A text in double quotes, with `\"`, `\\`, `\n`, `\r`, `\t` and `\u{…}` escapes.
pub(super) struct Quoted<'t>(pub(super) &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for char in self.0.chars() {
            match char {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                char if crate::event::is_unprintable(char) => {
                    write!(f, "\\u{{{:x}}}", u32::from(char))?;
                }
                char => write!(f, "{char}")?,
            }
        }
        f.write_str("\"")
    }
}

/// A field name, in backquotes where the grammar's bare names do not cover it.
struct Name<'t>(&'t str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if super::parse::is_bare_name(self.0) {
            f.write_str(self.0)
        } else {
            write!(f, "`{}`", self.0.replace('\\', "\\\\").replace('`', "\\`"))
        }
    }
}
