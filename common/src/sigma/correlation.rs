//! The correlation section of a document to a [`Correlation`].
//!
//! What it does *not* know: how references are found; its caller gives the parts.

use super::alias::Aliases;
use super::document::Document;
use crate::clock::SECOND;
use crate::clock::span::Span;
use crate::field::{Field, Own};
use crate::filter::{Filter, Order};
use crate::rule::{Bound, Correlation, Function, Part};
use crate::yaml::{Node, Value, YamlError};

/// The most rules that a correlation refers to.
const PARTS: usize = 64;

/// What a reference was resolved to.
#[derive(Clone, Debug)]
pub(super) enum Referred {
    /// A detection: its filter and the names that its source has for fields.
    Detection(Filter, Aliases),
    /// A correlation, by rule id.
    Correlation(String),
}

/// The names or ids that a correlation refers to, with their places.
pub(super) fn references(document: &Document) -> Result<Vec<(String, &Node)>, YamlError> {
    let section = section(document)?;
    let node = section.member("rules").ok_or_else(|| section.fault("correlation without rules"))?;
    let items: Vec<&Node> = match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    if items.is_empty() || items.len() > PARTS {
        return Err(node.fault(format!("rules: 1 to {PARTS} rules")));
    }
    let name = |item: &Node| {
        let text = item.scalar().map(std::borrow::Cow::into_owned);
        text.ok_or_else(|| item.fault(format!("rules: {} where a name is expected", item.kind())))
    };
    items.into_iter().map(|item| Ok((name(item)?, item))).collect()
}

/// Whether the referenced rules leave SIEM events of their own.
pub(super) fn generates(document: &Document) -> Result<bool, YamlError> {
    let section = section(document)?;
    let node = section.member("generate").or_else(|| document.node.member("generate"));
    match node.map(|node| (&node.value, node)) {
        None => Ok(false),
        Some((Value::Bool(truth), _)) => Ok(*truth),
        Some((_, node)) => Err(node.fault("generate: true or false")),
    }
}

fn section(document: &Document) -> Result<&Node, YamlError> {
    let node = document.node.member("correlation").unwrap_or(&document.node);
    match &node.value {
        Value::Map(_) => Ok(node),
        _ => Err(node.fault(format!("correlation: {} where a mapping is expected", node.kind()))),
    }
}

/// The correlation, and the names of its groups.
pub(super) fn correlation(
    document: &Document,
    referred: &[(String, Referred)],
) -> Result<(Correlation, Vec<Field>), YamlError> {
    let section = section(document)?;
    let (condition, values, percentile) = condition(section)?;
    let kind = section.member("type").and_then(Node::text).unwrap_or_default();
    let function = Function::named(kind, percentile).ok_or_else(|| {
        let place = section.member("type").unwrap_or(section);
        place.fault(format!("correlation: unknown type \"{}\"", kind.escape_debug()))
    })?;
    let groups = texts(section, "group-by")?;
    let renamed = aliases(section)?;
    let field = |part: &(String, Referred), name: &String| -> Field {
        let own = renamed.iter().find(|(alias, rule, _)| alias == name && *rule == part.0);
        let name = own.map_or(name, |(_, _, field)| field);
        match &part.1 {
            Referred::Detection(_, aliases) => aliases.field(name),
            Referred::Correlation(_) => Field::Own(Own::new(name, &[])),
        }
    };
    let part = |part: &(String, Referred)| Part {
        name: part.0.clone(),
        filter: match &part.1 {
            Referred::Detection(filter, _) => filter.clone(),
            Referred::Correlation(id) => Filter::equals(Field::Named("rule.id".into()), id),
        },
        group_by: groups.iter().map(|name| field(part, name)).collect(),
        values: values.iter().map(|name| field(part, name)).collect(),
        sees: match &part.1 {
            Referred::Detection(..) => None,
            Referred::Correlation(id) => Some(id.clone()),
        },
    };
    let parts: Vec<Part> = referred.iter().map(part).collect();
    let needs_value = function == Function::ValueCount || function.is_numeric();
    if needs_value == values.is_empty() {
        let what = if needs_value { "needs a field" } else { "has no field" };
        return Err(section.fault(format!("condition: {kind} {what}")));
    }
    if function.is_numeric() && values.len() > 1 {
        return Err(section.fault(format!("condition: {kind} has one field")));
    }
    let correlation = Correlation {
        condition: bounds(function, condition, parts.len(), section)?,
        function,
        parts,
        window: timespan(section)?,
    };
    let groups = groups.iter().map(|name| Field::Own(Own::new(name, &[]))).collect();
    Ok((correlation, groups))
}

/// The bounds; all parts must occur where a temporal one gives none.
fn bounds(
    function: Function,
    given: Vec<(Bound, f64)>,
    parts: usize,
    place: &Node,
) -> Result<Vec<(Bound, f64)>, YamlError> {
    #[allow(clippy::cast_precision_loss, reason = "at most 64")]
    let all = vec![(Bound::Order(Order::GreaterOrEqual), parts as f64)];
    let is_all = |list: &[(Bound, f64)]| {
        let bound = |(bound, limit): &(Bound, f64)| match bound {
            Bound::Equal => (Bound::Order(Order::GreaterOrEqual), *limit),
            bound => (*bound, *limit),
        };
        list.iter().map(bound).eq(all.iter().copied())
    };
    match function {
        Function::Temporal if given.is_empty() => Ok(all),
        Function::TemporalOrdered if given.is_empty() || is_all(&given) => Ok(all),
        _ if given.is_empty() => Err(place.fault("correlation without a condition")),
        _ => Ok(given),
    }
}

type Condition = (Vec<(Bound, f64)>, Vec<String>, f64);

#[allow(clippy::cast_precision_loss, reason = "comparison is in double precision")]
fn condition(section: &Node) -> Result<Condition, YamlError> {
    let Some(node) = section.member("condition") else { return Ok((Vec::new(), Vec::new(), 50.0)) };
    let Value::Map(members) = &node.value else {
        return Err(node.fault(format!("condition: {} where a mapping is expected", node.kind())));
    };
    let (mut bounds, mut percentile) = (Vec::new(), 50.0);
    for (key, node) in members {
        let number = match &node.value {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => None,
        };
        match (Bound::named(&key.text), key.text.as_str(), number) {
            (Some(bound), _, Some(number)) => bounds.push((bound, number)),
            (_, "field", _) => {}
            (_, "percentile", Some(number)) if (0.0..=100.0).contains(&number) => {
                percentile = number;
            }
            (Some(_), _, None) | (_, "percentile", _) => {
                return Err(node.fault(format!("{}: no number that it can be", key.text)));
            }
            _ => {
                let what = format!("condition: unknown key \"{}\"", key.text.escape_debug());
                return Err(YamlError::new(key.line, key.column, what));
            }
        }
    }
    Ok((bounds, texts(node, "field")?, percentile))
}

/// A text or a list of texts.
fn texts(node: &Node, name: &str) -> Result<Vec<String>, YamlError> {
    let Some(node) = node.member(name).filter(|node| node.value != Value::Null) else {
        return Ok(Vec::new());
    };
    let items: Vec<&Node> = match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    let text = |item: &Node| match item.scalar().filter(|text| !text.is_empty()) {
        Some(text) => Ok(text.replace(' ', "")),
        None => Err(item.fault(format!("{name}: {} where a field is expected", item.kind()))),
    };
    items.into_iter().map(text).collect()
}

/// Alias, rule, field.
fn aliases(section: &Node) -> Result<Vec<(String, String, String)>, YamlError> {
    let Some(node) = section.member("aliases") else { return Ok(Vec::new()) };
    let map = |node: &Node| match &node.value {
        Value::Map(members) => Ok(members.clone()),
        _ => Err(node.fault(format!("aliases: {} where a mapping is expected", node.kind()))),
    };
    let mut found = Vec::new();
    for (alias, rules) in map(node)? {
        for (rule, field) in map(&rules)? {
            let text = field.text().ok_or_else(|| field.fault("aliases: not a field"))?;
            found.push((alias.text.clone(), rule.text, text.replace(' ', "")));
        }
    }
    Ok(found)
}

fn timespan(section: &Node) -> Result<Span, YamlError> {
    let node =
        section.member("timespan").ok_or_else(|| section.fault("correlation without timespan"))?;
    let text = node.text().unwrap_or_default();
    let unit = match text.chars().last() {
        Some('s') => SECOND,
        Some('m') => 60 * SECOND,
        Some('h') => 3600 * SECOND,
        Some('d') => 86_400 * SECOND,
        _ => 0,
    };
    let digits = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = if all { digits.parse().unwrap_or(0) } else { 0 };
    match number.checked_mul(unit) {
        Some(span) if span > 0 && span <= 366 * 86_400 * SECOND => Ok(Span(span)),
        _ => Err(node.fault("timespan: a number and s, m, h or d, at most a year")),
    }
}
