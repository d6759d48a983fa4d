//! Helpers to their canonical TOML text.
//!
//! Reading the text gives the helper again, and writing that gives the text again, byte for byte;
//! a property test holds it. Keys stand in the order below, what has its default is left out,
//! texts are literal (`'…'`) where TOML allows it, and no text spans lines, so that the line
//! `[[helper.test]]` always is what it seems.
//!
//! What it does *not* know: comments. They do not survive an import; `description` does.

use super::{Helper, Test};
use crate::event::Value;
use std::fmt::Display;

/// The text of several helpers in the order given.
#[must_use]
pub fn write<'h>(helpers: impl IntoIterator<Item = &'h Helper>) -> String {
    helpers.into_iter().map(helper).collect::<Vec<_>>().join("\n")
}

pub(super) fn helper(helper: &Helper) -> String {
    let mut out = Text(String::from("[[helper]]\n"));
    out.line("name", string(&helper.name));
    if !helper.description.is_empty() {
        out.line("description", string(&helper.description));
    }
    if let Some(section) = &helper.section {
        out.line("section", string(section));
    }
    if !helper.enabled {
        out.line("enabled", false);
    }
    if helper.priority != 0 {
        out.line("priority", helper.priority);
    }
    guard(&mut out, helper);
    match helper.patterns.as_slice() {
        [pattern] => out.line("pattern", string(pattern)),
        patterns => {
            let lines: String =
                patterns.iter().map(|one| format!("    {},\n", string(one))).collect();
            out.line("patterns", format_args!("[\n{lines}]"));
        }
    }
    if let Some(field) = &helper.collect {
        out.line("collect", string(field));
    }
    let types = helper.types.iter().map(|(field, kind)| (field, string(&kind.to_string())));
    out.table("helper.type", types);
    let keys = helper.keys.iter().map(|(key, to)| {
        let kind = to.kind.as_ref().map(|kind| format!(":{kind}")).unwrap_or_default();
        (key, string(&format!("{}{kind}", to.field)))
    });
    out.table("helper.keys", keys);
    out.table("helper.set", helper.set.iter().map(|(field, to)| (field, value(to))));
    for one in &helper.tests {
        test(&mut out, one);
    }
    out.0
}

fn guard(out: &mut Text, helper: &Helper) {
    let lists = [("process", &helper.guard.process), ("dataset", &helper.guard.dataset)];
    let given: Vec<String> = lists
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(key, list)| {
            let texts: Vec<String> = list.iter().map(|text| string(text)).collect();
            format!("{key} = [{}]", texts.join(", "))
        })
        .collect();
    if !given.is_empty() {
        out.line("guard", format_args!("{{ {} }}", given.join(", ")));
    }
}

fn test(out: &mut Text, test: &Test) {
    out.0.push_str("\n[[helper.test]]\n");
    out.line("line", string(&test.line));
    if !test.process.is_empty() {
        out.line("process", string(&test.process));
    }
    if !test.dataset.is_empty() {
        out.line("dataset", string(&test.dataset));
    }
    if !test.matches {
        out.line("match", false);
    }
    out.table("helper.test.fields", test.fields.iter().map(|(field, to)| (field, value(to))));
}

struct Text(String);

impl Text {
    fn line(&mut self, key: &str, value: impl Display) {
        self.0.push_str(&format!("{key} = {value}\n"));
    }

    fn table<'f>(&mut self, name: &str, entries: impl Iterator<Item = (&'f String, String)>) {
        for (nth, (key, value)) in entries.enumerate() {
            if nth == 0 {
                self.0.push_str(&format!("\n[{name}]\n"));
            }
            self.line(&basic(key), value);
        }
    }
}

fn value(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => string(text),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Bool(truth) => truth.to_string(),
        Value::List(list) => {
            format!("[{}]", list.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A literal string where quotes or backslashes make it easier to read, else a basic string.
fn string(text: &str) -> String {
    let literal = text.contains(['"', '\\', '^', '$'])
        && !text.contains(|c: char| c == '\'' || c.is_control());
    if literal { format!("'{text}'") } else { basic(text) }
}

fn basic(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
