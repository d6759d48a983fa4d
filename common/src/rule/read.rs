//! JSON text to rules, with the place of every mistake.
//!
//! serde finds the pieces, each as a slice of the text; a slice's offset is its place. What it
//! does *not* know: whether a rule's parts fit together; [`super::check`] does.

use super::check::{Draft, Fault, rule};
use super::{Rule, Template};
use crate::clock::span::{MINUTE, Span};
use crate::field::Field;
use crate::filter::{Filter, parse_field};
use crate::section::{self, Table};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Why a file of rules was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ReadError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

/// The members of an object in order, values as slices of the text.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Deserialize<'a> for Members<'a> {
    fn deserialize<D: Deserializer<'a>>(reader: D) -> Result<Members<'a>, D::Error> {
        struct Object;
        impl<'a> Visitor<'a> for Object {
            type Value = Members<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Members<'a>, M::Error> {
                let mut members = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    members.push((Cow::Owned(key), map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        reader.deserialize_map(Object)
    }
}

/// Reads and checks a file of rules. `file` names it in errors.
///
/// # Errors
/// The first fault with its place.
pub fn read(text: &str, file: &str) -> Result<Vec<Rule>, ReadError> {
    placed(&Reader { text, is_brief: false }, file)
}

/// Reads rules to be run: their conditions' texts and their Sigma documents stay where they are.
///
/// # Errors
/// As [`read`].
pub fn read_brief(text: &str, file: &str) -> Result<Vec<Rule>, ReadError> {
    placed(&Reader { text, is_brief: true }, file)
}

fn placed(reader: &Reader<'_>, file: &str) -> Result<Vec<Rule>, ReadError> {
    let text = reader.text;
    reader.tables().map_err(|fault| {
        let before = &text[..floor(text, fault.offset)];
        let line_start = before.rfind('\n').map_or(0, |place| place + 1);
        ReadError {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: fault.message,
            hint: fault.hint,
        }
    })
}

/// The nearest character boundary at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// What is kept of a Sigma document that is only run.
#[derive(Deserialize)]
struct Brief {
    title: String,
    status: String,
}

struct Reader<'t> {
    text: &'t str,
    is_brief: bool,
}

impl<'t> Reader<'t> {
    fn fault(&self, at: &str, message: impl Into<String>) -> Fault {
        let offset = (at.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Fault { offset, message: message.into(), hint: None }
    }

    /// Reads a piece of the text as a type; an error's place is within the piece.
    fn piece<T: Deserialize<'t>>(&self, piece: &'t str, expected: &str) -> Result<T, Fault> {
        serde_json::from_str(piece).map_err(|error| {
            let lines = piece.split_inclusive('\n').take(error.line().saturating_sub(1));
            let offset = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
            let base = self.fault(piece, "").offset;
            let syntax = error.is_syntax() || error.is_eof();
            let text = error.to_string();
            let reason = text.split(" at line ").next().unwrap_or_default();
            match syntax {
                true => Fault { offset: base + offset, message: reason.to_owned(), hint: None },
                false => self.fault(piece, expected),
            }
        })
    }

    fn tables(&self) -> Result<Vec<Rule>, Fault> {
        let tables: Members<'t> = self.piece(
            self.text,
            "not a file of rules: an object keyed by table name, such as {\"rules_auth\": […]}",
        )?;
        let mut rules: Vec<Rule> = Vec::new();
        for (name, list) in tables.0 {
            let Ok((section, Table::Rule)) = section::table(&name) else {
                let name = name.escape_debug();
                let what = format!("\"{name}\" is no table of rules: write rules_SECTION");
                return Err(self.fault(list.get(), what));
            };
            let list: Vec<&'t RawValue> = self.piece(list.get(), "not a list of rules")?;
            for item in list {
                let new = self.rule(&section, item.get())?;
                if rules.iter().any(|have| have.section == new.section && have.name == new.name) {
                    let what = format!("rule \"{}\" is there twice", new.name.escape_debug());
                    return Err(self.fault(item.get(), what));
                }
                rules.push(new);
            }
        }
        Ok(rules)
    }

    fn rule(&self, section: &str, object: &'t str) -> Result<Rule, Fault> {
        let members: Members<'t> = self.piece(object, "not a rule: an object")?;
        let mut draft = Draft::new(section, self.fault(object, "").offset);
        let mut seen: Vec<String> = Vec::new();
        for (key, value) in members.0 {
            let key = match key.as_ref() {
                "rule_name" => "name".to_owned(),
                key => key.to_owned(),
            };
            if seen.contains(&key) {
                return Err(self.fault(value.get(), format!("key \"{key}\" is there twice")));
            }
            self.member(&mut draft, &key, value.get())?;
            seen.push(key);
        }
        rule(draft)
    }

    fn member(&self, draft: &mut Draft, key: &str, value: &'t str) -> Result<(), Fault> {
        let at = self.fault(value, "").offset;
        match key {
            "id" => {}
            "name" => draft.name = Some((self.string(value)?, at)),
            "desc" => draft.description = self.string(value)?,
            "is_enabled" => draft.is_enabled = self.truth(value)?,
            "severity" => draft.severity = Some((self.number(value)?, at)),
            "kind" => draft.kind = Some((self.string(value)?, at)),
            "where" => {
                let condition = self.string(value)?;
                draft.filter = Some(self.filter(value, &condition)?);
                draft.condition = if self.is_brief { String::new() } else { condition };
            }
            "group_by" => draft.group_by = self.fields(value)?,
            "time_int" => draft.window = (self.span(value)?, at),
            "event_limit" => draft.event_limit = Some((self.number(value)?, at)),
            "message" => {
                let text = self.string(value)?;
                let template = Template::parse(&text);
                draft.message = template.map_err(|error| self.fault(value, error.to_string()))?;
            }
            "population" => draft.population = (self.population(value)?, at),
            "source_table" => draft.source = Some((self.string(value)?, at)),
            "out_table" => draft.out = Some((self.string(value)?, at)),
            "tags" => draft.tags = self.piece(value, "not a list of texts")?,
            "is_silent" => draft.is_silent = self.truth(value)?,
            "correlation" => {
                let object: serde_json::Value = self.piece(value, "not an object")?;
                let correlation = super::Correlation::read(&object);
                draft.correlation = Some(correlation.map_err(|what| self.fault(value, what))?);
            }
            "sigma" if self.is_brief => {
                let brief: Brief = self.piece(value, "not an object of title and status")?;
                let (text, filters) = (String::new(), Vec::new());
                let Brief { title, status } = brief;
                draft.sigma = Some(Box::new(super::Sigma { title, status, text, filters }));
            }
            "sigma" => {
                draft.sigma = self.piece(value, "not an object of title, status and text")?;
            }
            "sql_query" => return Err(self.sql(value)),
            _ => {
                let mut fault =
                    self.fault(value, format!("unknown key \"{}\"", key.escape_debug()));
                fault.hint = nearest(key).map(|near| format!("did you mean \"{near}\"?"));
                return Err(fault);
            }
        }
        Ok(())
    }

    fn string(&self, value: &'t str) -> Result<String, Fault> {
        self.piece(value, "not a text")
    }

    fn number(&self, value: &'t str) -> Result<u64, Fault> {
        self.piece(value, "not a whole number")
    }

    fn truth(&self, value: &'t str) -> Result<bool, Fault> {
        match value {
            "1" | "true" => Ok(true),
            "0" | "false" => Ok(false),
            _ => Err(self.fault(value, "not 0, 1, true or false")),
        }
    }

    fn span(&self, value: &'t str) -> Result<Span, Fault> {
        let text = match value.starts_with('"') {
            true => self.string(value)?,
            false => self.number(value)?.to_string(),
        };
        Span::parse(&text, MINUTE).map_err(|error| self.fault(value, error.to_string()))
    }

    fn filter(&self, value: &'t str, text: &str) -> Result<Filter, Fault> {
        Filter::parse(text).map_err(|error| {
            // Where the text has no escapes, the place inside it is a place in the file.
            let plain = value.get(1..value.len() - 1) == Some(text);
            let inside = if plain { 1 + error.offset } else { 0 };
            let mut fault =
                self.fault(value, format!("where: {}\n{}", error.message, error.caret()));
            fault.offset += inside;
            fault.hint = error.hint;
            fault
        })
    }

    fn fields(&self, value: &'t str) -> Result<Vec<Field>, Fault> {
        let names: Vec<String> = match value.starts_with('"') {
            true => vec![self.string(value)?],
            false => self.piece(value, "not a list of field names")?,
        };
        if names.iter().any(|name| name.trim().is_empty()) {
            return Err(self.fault(value, "an empty field name"));
        }
        let field = |name: &String| match name.trim() {
            own if own.starts_with("own(") => {
                parse_field(own).map_err(|error| self.fault(value, error.to_string()))
            }
            name => Ok(Field::new(name)),
        };
        names.iter().map(field).collect()
    }

    fn population(&self, value: &'t str) -> Result<Vec<Vec<String>>, Fault> {
        let members: Vec<&'t RawValue> = self.piece(value, "not a list of groups")?;
        members
            .into_iter()
            .map(|member| match member.get().starts_with('"') {
                true => self.string(member.get()).map(|one| vec![one]),
                false => self.piece(member.get(), "not a list of texts"),
            })
            .collect()
    }

    fn sql(&self, value: &'t str) -> Fault {
        let mut fault = self.fault(value, "rules are not SQL: \"sql_query\" is not run");
        fault.hint = Some(
            "write the condition as a filter, and the window as time_int: \
             \"where\": \"process.name = sshd and message contains \\\"Failed password\\\"\", \
             \"group_by\": [\"source.ip\"], \"time_int\": \"10m\""
                .to_owned(),
        );
        fault
    }
}

const KEYS: [&str; 18] = [
    "name",
    "desc",
    "is_enabled",
    "severity",
    "kind",
    "where",
    "group_by",
    "time_int",
    "event_limit",
    "message",
    "population",
    "source_table",
    "out_table",
    "tags",
    "is_silent",
    "correlation",
    "sigma",
    "id",
];

fn nearest(key: &str) -> Option<&'static str> {
    let far = |name: &&str| strsim::damerau_levenshtein(key, name);
    KEYS.into_iter().min_by_key(far).filter(|name| far(name) <= 2)
}
