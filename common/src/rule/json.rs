//! The canonical file of rules: tables by name, rules by name, keys sorted, two spaces.
//!
//! What [`super::read`] reads of it is written again byte for byte. What it does *not* know:
//! files.

use super::{Kind, Rule, Source};
use crate::field::Field;
use crate::filter::field_text;
use serde_json::{Map, Value, json};

/// The canonical text of rules, with a line feed at its end.
#[must_use]
pub fn write(rules: &[Rule]) -> String {
    let mut sorted: Vec<&Rule> = rules.iter().collect();
    sorted.sort_by(|a, b| (&a.section, &a.name).cmp(&(&b.section, &b.name)));
    let mut tables: Map<String, Value> = Map::new();
    for rule in sorted {
        let table = tables.entry(format!("rules_{}", rule.section)).or_insert_with(|| json!([]));
        if let Value::Array(list) = table {
            list.push(object(rule));
        }
    }
    let mut file = Value::Object(tables);
    file.sort_all_objects();
    format!("{file:#}\n")
}

fn object(rule: &Rule) -> Value {
    let name = |field: &Field| match field {
        Field::Own(_) => field_text(field),
        plain => plain.name().to_owned(),
    };
    let fields: Vec<String> = rule.group_by.iter().map(name).collect();
    let window = match rule.kind.window().0 {
        0 => json!(0),
        _ => json!(rule.kind.window().to_string()),
    };
    let mut object = json!({
        "name": rule.name,
        "desc": rule.description,
        "is_enabled": rule.is_enabled,
        "severity": rule.severity,
        "where": rule.condition,
        "group_by": fields,
        "time_int": window,
        "event_limit": rule.kind.event_limit(),
        "message": rule.message.text(),
    });
    if !rule.tags.is_empty() {
        object["tags"] = json!(rule.tags);
    }
    if let Kind::Dead { population, .. } = &rule.kind {
        object["kind"] = json!("dead");
        if !population.is_empty() {
            object["population"] = json!(population);
        }
    }
    if rule.source != Source::Events(rule.section.clone()) {
        object["source_table"] = json!(rule.source.table());
    }
    if let Kind::Correlation(correlation) = &rule.kind {
        object["correlation"] = correlation.json();
    }
    if rule.is_silent {
        object["is_silent"] = json!(true);
    }
    if let Some(sigma) = &rule.sigma {
        object["sigma"] = json!(sigma);
    }
    if rule.out != rule.section {
        object["out_table"] = json!(format!("siem_{}", rule.out));
    }
    object
}
