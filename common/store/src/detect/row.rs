//! The text forms that both databases store: rules, groups, lists.
//!
//! What it does *not* know: SQL.

use crate::{Error, Result};
use common::event::EventId;
use common::hit::{Group, Match, group_text};
use common::rule::{self, ReadError, Rule};
use common::siem_event::digest;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::fmt;

/// A rule as text.
pub(crate) fn rule_text(rule: &Rule) -> String {
    rule::write(std::slice::from_ref(rule))
}

/// The rule of a stored text.
pub(crate) fn stored_rule(place: &str, name: &str, text: &str) -> Result<Rule> {
    only(place, name, rule::read(text, name))
}

/// The same of a rule that is only run: see [`rule::read_brief`].
pub(crate) fn brief_rule(place: &str, name: &str, text: &str) -> Result<Rule> {
    only(place, name, rule::read_brief(text, name))
}

fn only(place: &str, name: &str, rules: std::result::Result<Vec<Rule>, ReadError>) -> Result<Rule> {
    let wrong = |reason: String| Error::Refused { place: place.to_owned(), reason };
    let mut rules = rules.map_err(|error| wrong(error.to_string()))?;
    rules.pop().ok_or_else(|| wrong(format!("rule {name}: empty")))
}

/// What a group is found by: a value may be too long for an index.
pub(crate) fn group_key(group: &Group) -> String {
    digest(&group_text(group))
}

/// The group of a stored text.
pub(crate) fn stored_group(text: &str) -> Group {
    serde_json::from_str(text).unwrap_or_default()
}

/// The texts of a stored list.
pub(crate) fn stored_list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

/// The fields and values of a stored group, in order.
pub(crate) fn stored_fields(text: &str) -> Vec<(String, Option<String>)> {
    serde_json::from_str::<Ordered>(text).map(|fields| fields.0).unwrap_or_default()
}

/// A match as batch, seq and SIEM event.
pub(crate) fn match_columns(matched: &Match) -> (i64, i32, &str) {
    match matched {
        Match::Event(id) => (id.batch, id.seq, ""),
        Match::SiemEvent(id) => (0, 0, id),
    }
}

/// The match of stored columns.
pub(crate) fn stored_match(batch: i64, seq: i32, siem_event: String) -> Match {
    match siem_event.is_empty() {
        true => Match::Event(EventId { batch, seq }),
        false => Match::SiemEvent(siem_event),
    }
}

/// An object's members in their order.
struct Ordered(Vec<(String, Option<String>)>);

impl<'a> Deserialize<'a> for Ordered {
    fn deserialize<D: Deserializer<'a>>(reader: D) -> std::result::Result<Ordered, D::Error> {
        struct Object;
        impl<'a> Visitor<'a> for Object {
            type Value = Ordered;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'a>>(
                self,
                mut map: M,
            ) -> std::result::Result<Ordered, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Ordered(members))
            }
        }
        reader.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_back_in_order() {
        let fields = stored_fields(r#"{"z":"1","a":null}"#);
        assert_eq!(fields, [("z".to_owned(), Some("1".to_owned())), ("a".to_owned(), None)]);
        let group: Group = vec![Some("a\"\u{1b}".into()), None];
        assert_eq!(stored_group(&group_text(&group)), group);
    }
}
