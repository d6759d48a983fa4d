//! One item of a selection, `Field|modifiers: values`, to a [`Filter`].
//!
//! Values of a list are an `or`, with `all` an `and`. Numbers are numbers, `null` is absence, a
//! text is a pattern with wildcards. An error is a sentence, and may end with a line `hint: …`;
//! the caller knows the place.
//!
//! What it does *not* know: conditions, documents.

use super::alias::Aliases;
use super::encode::{Encoding, encode, has_too_many_dashes};
use super::modifier::{Modifiers, Relation, split};
use super::placeholder;
use super::value::{Stand, pieces, plain, test};
use crate::field::Field;
use crate::filter::{Filter, Network, Part, Regex, Test, Text};
use crate::yaml::{Node, Value};

type Sentence<T> = Result<T, String>;

/// The predicate of an item with a field.
pub(super) fn field(key: &str, node: &Node, aliases: &Aliases, positive: bool) -> Sentence<Filter> {
    let (name, modifiers) = split(key)?;
    let values = values(&name, node, &modifiers)?;
    let own = aliases.field(&name);
    // A negated item stands under one negation more.
    let shadows = if positive != modifiers.negated { aliases.shadows(&name) } else { Vec::new() };
    let mut list = Vec::new();
    for value in values {
        let main = of_field(&own, value, &modifiers, aliases)?;
        let is_positive = !matches!(main, Filter::Not(_));
        let mut all = vec![main];
        for shadow in shadows.iter().filter(|_| is_positive) {
            all.push(of_field(shadow, value, &modifiers, aliases)?);
        }
        list.push(Filter::any(all));
    }
    Ok(join(list, &modifiers))
}

/// Keywords: of an item without a field, or of a value that stands alone.
pub(super) fn keyword(key: &str, node: &Node) -> Sentence<Filter> {
    let (_, mut modifiers) = split(key)?;
    if modifiers.part.is_some() || modifiers.negated {
        let hint = "a condition with not excludes keywords";
        return Err(format!("a keyword has no field for this modifier\nhint: {hint}"));
    }
    if modifiers.relation == Relation::Plain && modifiers.stand == Stand::Whole {
        modifiers.stand = Stand::Inside;
    }
    let mut list = Vec::new();
    for value in values("keywords", node, &modifiers)? {
        let tests = match &modifiers.relation {
            Relation::Plain => texts(value, &modifiers)?,
            Relation::Regex(flags) => vec![regex(value, flags)?],
            _ => return Err("a keyword has no field for this modifier".to_owned()),
        };
        list.push(Filter::any(tests.into_iter().map(Filter::Keyword).collect()));
    }
    Ok(join(list, &modifiers))
}

fn join(list: Vec<Filter>, modifiers: &Modifiers) -> Filter {
    let filter = if modifiers.all { Filter::all(list) } else { Filter::any(list) };
    if modifiers.negated { filter.not() } else { filter }
}

/// The values of an item: those of a list, or the only one.
fn values<'n>(name: &str, node: &'n Node, modifiers: &Modifiers) -> Sentence<Vec<&'n Node>> {
    let items = match &node.value {
        Value::List(items) if items.is_empty() => return Err(format!("{name}: an empty list")),
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    let is_single = items.len() == 1;
    if is_single && modifiers.all {
        return Err(format!("{name}: all with a single value\nhint: leave all out"));
    }
    if !is_single && modifiers.relation == Relation::Exists {
        return Err(format!("{name}: exists is true or false\nhint: give it one value"));
    }
    for item in &items {
        match &item.value {
            Value::List(_) | Value::Map(_) => {
                return Err(format!("{name}: {} where a value is expected", item.kind()));
            }
            Value::Null if items.len() > 1 || modifiers.relation != Relation::Plain => {
                return Err(format!("{name}: null cannot be part of a list of field values"));
            }
            _ => {}
        }
    }
    Ok(items)
}

fn of_field(
    field: &Field,
    value: &Node,
    modifiers: &Modifiers,
    aliases: &Aliases,
) -> Sentence<Filter> {
    let name = field.name();
    let of = |test: Test| Filter::Field(field.clone(), test);
    if let Some(part) = modifiers.part {
        let order = match modifiers.relation {
            Relation::Plain => None,
            Relation::Order(order) => Some(order),
            _ => return Err(format!("{name}: a part of a time is a number")),
        };
        return match value.value {
            Value::Int(number) if part.range().contains(&number) => {
                Ok(of(Test::Part(part, order, number)))
            }
            Value::Int(number) => Err(outside(name, part, number)),
            _ => Err(format!("{name}: {} where a number is expected", value.kind())),
        };
    }
    match &modifiers.relation {
        Relation::Plain => plain_value(field, value, modifiers),
        Relation::Regex(flags) => Ok(of(regex(value, flags)?)),
        Relation::Network => {
            let text = value.text().unwrap_or_default();
            let set = if modifiers.expand { placeholder::test(text, modifiers)? } else { None };
            if let Some(test) = set {
                return Ok(of(test));
            }
            match Network::parse(text) {
                Some(network) => Ok(of(Test::Network(network))),
                None => Err(format!("{name}: \"{}\" is no network", text.escape_debug())),
            }
        }
        Relation::Exists => match value.value {
            Value::Bool(true) => Ok(of(Test::Exists)),
            Value::Bool(false) => Ok(of(Test::Exists).not()),
            _ => Err(format!("{name}: exists is true or false")),
        },
        Relation::Field => {
            let Some(other) = value.text() else {
                return Err(format!("{name}: {} where a field is expected", value.kind()));
            };
            let kind = match modifiers.stand {
                Stand::Whole => Text::Equals,
                Stand::Start => Text::StartsWith,
                Stand::End => Text::EndsWith,
                Stand::Inside => Text::Contains,
            };
            let other = aliases.field(&other.replace(' ', ""));
            Ok(Filter::Refer(field.clone(), kind, other))
        }
        Relation::Order(order) => Ok(of(Test::Compare(*order, number(name, value)?))),
    }
}

/// Why a number is no part of a time.
fn outside(name: &str, part: Part, number: i64) -> String {
    let (first, last) = part.range().into_inner();
    let hint = match (part, number) {
        (Part::Week, 53) => "\nhint: week|gt: 52 is ISO 8601's week 53",
        _ => "",
    };
    format!("{name}: {part} {number} is not between {first} and {last}{hint}")
}

/// Refuses what is no text where a modifier takes texts only.
fn only_text(value: &Node, modifier: &str) -> Sentence<()> {
    match value.value {
        Value::Text(_) | Value::Null => Ok(()),
        _ => Err(format!("{modifier} takes a text, not {}\nhint: put it in quotes", value.kind())),
    }
}

/// A number, or a text that is one.
#[allow(clippy::cast_precision_loss, reason = "comparison is in double precision, as in SQL")]
fn number(name: &str, value: &Node) -> Sentence<f64> {
    let number = match &value.value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    };
    number.ok_or_else(|| format!("{name}: {} where a number is expected", value.kind()))
}

fn plain_value(field: &Field, value: &Node, modifiers: &Modifiers) -> Sentence<Filter> {
    let of = |test: Test| Filter::Field(field.clone(), test);
    let is_text = modifiers.stand != Stand::Whole
        || modifiers.dashed
        || modifiers.cased
        || !modifiers.encodings.is_empty();
    Ok(match &value.value {
        Value::Null if is_text => return Err(format!("{}: null is no text", field.name())),
        Value::Null => of(Test::Exists).not(),
        Value::Bool(truth) if !is_text => of(Test::Bool(*truth)),
        Value::Int(_) | Value::Float(_) if !is_text => {
            of(Test::Number(number(field.name(), value)?))
        }
        _ => Filter::any(texts(value, modifiers)?.into_iter().map(of).collect()),
    })
}

/// The text tests of a value: one, or one an offset of its encoding.
fn texts(value: &Node, modifiers: &Modifiers) -> Sentence<Vec<Test>> {
    if modifiers.dashed {
        only_text(value, "windash")?;
    }
    if !modifiers.encodings.is_empty() {
        only_text(value, "an encoding")?;
    }
    let Some(text) = value.scalar() else { return Err("null where a text is expected".to_owned()) };
    let text = match modifiers.expand {
        true => match placeholder::test(&text, modifiers)? {
            Some(test) => return Ok(vec![test]),
            None => placeholder::without(&text)?.into(),
        },
        false => text,
    };
    if modifiers.encodings.is_empty() {
        let test = test(pieces(&text), modifiers.stand, modifiers.cased);
        return Ok(vec![if modifiers.dashed { Test::Dash(test) } else { Test::Text(test) }]);
    }
    let Some(text) = plain(&pieces(&text)) else {
        return Err(format!("\"{}\": wildcards cannot be encoded", text.escape_debug()));
    };
    if modifiers.encodings.contains(&Encoding::Dashes) && has_too_many_dashes(&text) {
        let hint = "hint: leave out what stands around the options";
        return Err(format!("\"{}\": too many dashes to be encoded\n{hint}", text.escape_debug()));
    }
    let literal = |text: String| {
        let pieces = text.chars().map(super::value::Piece::Char).collect();
        Test::Text(test(pieces, modifiers.stand, modifiers.cased))
    };
    Ok(encode(&text, &modifiers.encodings).into_iter().map(literal).collect())
}

fn regex(value: &Node, flags: &str) -> Sentence<Test> {
    only_text(value, "re")?;
    let Some(text) = value.scalar() else {
        return Err("null where a regex is expected".to_owned());
    };
    let pattern = if flags.is_empty() { text.into_owned() } else { format!("(?{flags}){text}") };
    match Regex::new(&pattern) {
        Ok(regex) => Ok(Test::Regex(regex)),
        Err(error) => Err(format!("no regex: {error}")),
    }
}
