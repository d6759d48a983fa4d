//! The detection section of a document to a [`Filter`].
//!
//! A map is an `and` of its items, a list of maps an `or`, a list of texts keywords. The condition
//! says how search identifiers go together. Each identifier is compiled where the condition names
//! it: under an even number of negations fields have shadow values, under an odd number not.
//!
//! What it does *not* know: logsources beyond their aliases; documents.

use super::alias::Aliases;
use super::condition::{Condition, fits};
use super::item::{field, keyword};
use crate::filter::Filter;
use crate::yaml::{Key, Node, Value, YamlError};
use std::cell::Cell;

/// Keys of the section that are no search identifiers.
const OTHER: [&str; 3] = ["condition", "timeframe", "rules"];

/// The most tests that a section's conditions may come to: each identifier is compiled wherever a
/// condition names it, and few lines can name many of them often.
const TESTS: usize = 100_000;

/// A section at work.
pub(super) struct Section<'d> {
    members: &'d [(Key, Node)],
    aliases: Aliases,
    /// Whether the whole stands under an even number of negations.
    positive: bool,
    /// How many tests there may still be.
    room: Cell<usize>,
}

impl<'d> Section<'d> {
    /// Takes a section's members.
    pub(super) fn new(
        node: &'d Node,
        aliases: Aliases,
        positive: bool,
    ) -> Result<Section<'d>, YamlError> {
        match &node.value {
            Value::Map(members) => {
                Ok(Section { members, aliases, positive, room: Cell::new(TESTS) })
            }
            _ => Err(node.fault(format!("detection: {} where a mapping is expected", node.kind()))),
        }
    }

    /// The filter that the section's conditions ask for.
    pub(super) fn filter(&self, place: &Node) -> Result<Filter, YamlError> {
        let found = self.members.iter().find(|(key, _)| key.text == "condition");
        let Some((_, node)) = found else {
            return Err(place.fault("detection without a condition"));
        };
        let texts: Vec<&Node> = match &node.value {
            Value::List(items) => items.iter().collect(),
            _ => vec![node],
        };
        let mut list = Vec::new();
        for node in texts {
            let Some(text) = node.text() else {
                return Err(
                    node.fault(format!("condition: {} where a text is expected", node.kind()))
                );
            };
            let condition = Condition::parse(text)
                .map_err(|message| node.fault(format!("condition: {message}")))?;
            list.push(self.condition(&condition, node, self.positive)?);
        }
        if list.is_empty() {
            return Err(node.fault("condition: an empty list"));
        }
        Ok(Filter::any(list))
    }

    fn condition(
        &self,
        condition: &Condition,
        place: &Node,
        positive: bool,
    ) -> Result<Filter, YamlError> {
        let all = |list: &[Condition]| -> Result<Vec<Filter>, YamlError> {
            list.iter().map(|inner| self.condition(inner, place, positive)).collect()
        };
        Ok(match condition {
            Condition::And(list) => Filter::all(all(list)?),
            Condition::Or(list) => Filter::any(all(list)?),
            Condition::Not(inner) => self.condition(inner, place, !positive)?.not(),
            Condition::Search(name) => {
                let known = self.names().any(|(key, _)| key.text == *name);
                if !known {
                    let what = format!("condition: no search identifier \"{name}\"");
                    return Err(place.fault(what));
                }
                self.search(name, place, positive)?
            }
            Condition::Of { all, pattern } => {
                let fits = |name: &str| match pattern {
                    Some(pattern) => fits(pattern, name),
                    None => !name.starts_with('_'),
                };
                let names = self.names().filter(|(key, _)| fits(&key.text));
                let list: Vec<Filter> = names
                    .map(|(key, _)| self.search(&key.text, place, positive))
                    .collect::<Result<_, _>>()?;
                if list.is_empty() {
                    let pattern = pattern.as_deref().unwrap_or("them");
                    let what = format!("condition: \"{pattern}\" names no search identifier");
                    return Err(place.fault(what));
                }
                if *all { Filter::all(list) } else { Filter::any(list) }
            }
        })
    }

    fn names(&self) -> impl Iterator<Item = &'d (Key, Node)> {
        self.members.iter().filter(|(key, _)| !OTHER.contains(&key.text.as_str()))
    }

    fn search(&self, name: &str, place: &Node, positive: bool) -> Result<Filter, YamlError> {
        let found = self.names().find(|(key, _)| key.text == name);
        let Some((_, node)) = found else { return Ok(Filter::Or(Vec::new())) };
        let filter = self.node(node, positive)?;
        let left = self.room.get().checked_sub(filter.size()).ok_or_else(|| {
            place.fault(format!("condition: it comes to more than {TESTS} tests"))
        })?;
        self.room.set(left);
        Ok(filter)
    }

    /// A search identifier's value, or an element of it.
    fn node(&self, node: &Node, positive: bool) -> Result<Filter, YamlError> {
        match &node.value {
            Value::Map(members) if members.is_empty() => Err(node.fault("an empty mapping")),
            Value::Map(members) => {
                let list: Vec<Filter> = members
                    .iter()
                    .map(|(key, node)| self.item(key, node, positive))
                    .collect::<Result<_, _>>()?;
                Ok(Filter::all(list))
            }
            Value::List(items) if items.is_empty() => Err(node.fault("an empty list")),
            Value::List(items) => {
                let list: Vec<Filter> =
                    items.iter().map(|node| self.node(node, positive)).collect::<Result<_, _>>()?;
                Ok(Filter::any(list))
            }
            _ => keyword("", node).map_err(|message| node.fault(message)),
        }
    }

    fn item(&self, key: &Key, node: &Node, positive: bool) -> Result<Filter, YamlError> {
        let fault = |message: String| YamlError::new(key.line, key.column, message);
        if key.text.is_empty() || key.text.starts_with('|') {
            return keyword(&key.text, node).map_err(fault);
        }
        field(&key.text, node, &self.aliases, positive).map_err(fault)
    }
}
