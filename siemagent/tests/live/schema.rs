//! Lines against doc/siemagent.schema.json: the part of JSON Schema that it uses.
//!
//! What it does *not* know: which fields an event must have beyond those of every line.

use regex::Regex;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../../doc/siemagent.schema.json");

/// The schema, read.
pub(crate) struct Schema {
    schema: Value,
    patterns: Vec<(Regex, Value)>,
}

impl Schema {
    pub(crate) fn read() -> Schema {
        let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        let patterns = schema["patternProperties"].as_object().expect("patterns");
        let compile = |(text, rule): (&String, &Value)| {
            (Regex::new(text).expect("an expression"), rule.clone())
        };
        Schema { patterns: patterns.iter().map(compile).collect(), schema }
    }

    /// Fails when a line is not as the schema says.
    pub(crate) fn assert(&self, line: &Value) {
        let fields = line.as_object().expect("an object");
        for name in self.schema["required"].as_array().expect("a list") {
            assert!(
                fields.contains_key(name.as_str().expect("a name")),
                "{name} is missing: {line}"
            );
        }
        for (name, value) in fields {
            let known = self.schema["properties"].get(name);
            let rule = known.or_else(|| {
                self.patterns
                    .iter()
                    .find(|(pattern, _)| pattern.is_match(name))
                    .map(|(_, rule)| rule)
            });
            let rule = rule.unwrap_or_else(|| panic!("{name} is not in the schema: {line}"));
            assert!(fits(value, rule), "{name} is not as the schema says: {line}");
        }
    }
}

fn fits(value: &Value, rule: &Value) -> bool {
    let of_type = match rule["type"].as_str().expect("a type") {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value
            .as_array()
            .is_some_and(|items| items.iter().all(|item| fits(item, &rule["items"]))),
        other => panic!("a type the test does not know: {other}"),
    };
    let constant = rule.get("const").is_none_or(|only| only == value);
    let listed = rule["enum"].as_array().is_none_or(|list| list.contains(value));
    let pattern = rule["pattern"].as_str().map(|text| Regex::new(text).expect("an expression"));
    let matched =
        pattern.is_none_or(|pattern| value.as_str().is_some_and(|text| pattern.is_match(text)));
    of_type && constant && listed && matched
}
