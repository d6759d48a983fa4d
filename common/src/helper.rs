//! The noun helper: a data file entry that turns the body of a log line into fields.
//!
//! ```text
//!  config/helpers/*.toml ─┐
//!  siemstress JSON ───────┼─► Helper ─► to_toml ─► database, export
//!  database ──────────────┘      └────► common/parse: guard ─► literal ─► regex ─► fields
//! ```
//!
//! A helper is a guard, one or more regular expressions with named captures, the captures' types,
//! constant fields, and its own test lines:
//!
//! ```toml
//! [[helper]]
//! name = "door-opened"
//! guard = { process = ["doord"] }
//! pattern = '^door (?<door.id>[0-9]+) opened by %{USER:user.name} from %{IP:source.ip}$'
//!
//! [helper.type]
//! "door.id" = "int"
//!
//! [helper.set]
//! "event.action" = "door_opened"
//!
//! [[helper.test]]
//! line = 'door 7 opened by mia from 10.0.0.7'
//!
//! [helper.test.fields]
//! "door.id" = 7
//! "user.name" = "mia"
//! "source.ip" = "10.0.0.7"
//! ```
//!
//! # Meaning
//!
//! * A capture's name is the field it fills: an ECS name, or any other, which goes to `ext`.
//! * Of all helpers whose guard holds, the first whose pattern matches fills the event: higher
//!   `priority` first, then the longer required literal, then the order of the files.
//! * A capture wins over a constant of the same name; both win over what the line's format said.
//! * A value that does not fit its type stays as text in `ext`, and the event is tagged
//!   `bad_value`.
//! * `collect = "NAME"` makes the helper a collector, as siemstress's helpers were: every match
//!   (at most 100) is appended to the list field NAME, and other helpers still run.
//! * Patterns are Rust regular expressions, so matching takes linear time whatever the line says.
//!
//! What it does *not* know: how helpers are applied (`common/parse`), where they are stored.

mod canonical;
mod capture;
mod check;
mod json;
mod read;
mod shipped;
mod sugar;

pub use canonical::write;
pub use capture::{Type, UnknownType};
pub use check::{PATTERN_SIZE, is_settable};
pub use json::import_json;
pub use read::read;
pub use shipped::{ready, shipped, whole};
pub use sugar::{Expanded, SugarError, expand};

use crate::event::Value;
use std::fmt;
use thiserror::Error;

/// Guard, patterns, types, constants and tests under one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Helper {
    /// The unique name, `[A-Za-z0-9][A-Za-z0-9_.-]*`; stored with each event it fills.
    pub name: String,
    /// One sentence for people; may be empty.
    pub description: String,
    /// The section it belongs to; `None` applies to all.
    pub section: Option<String>,
    /// Whether it is applied.
    pub enabled: bool,
    /// Higher is tried first; 0 unless given.
    pub priority: i32,
    /// Which events it looks at.
    pub guard: Guard,
    /// The regular expressions as written, tried in order; never empty.
    pub patterns: Vec<String>,
    /// The list field that a collector appends to; `None` for an ordinary helper.
    pub collect: Option<String>,
    /// Types of captures, by field. Types written inside a pattern are not repeated here.
    pub types: Vec<(String, Type)>,
    /// For captures of type `kv`: the field, and perhaps its type, that a key fills.
    pub keys: Vec<(String, Key)>,
    /// Constant fields.
    pub set: Vec<(String, Value<'static>)>,
    /// Its test lines; empty after [`Helper::load`].
    pub tests: Vec<Test>,
    /// Where it was read.
    pub place: Place,
}

/// Which events a helper looks at. An empty list allows all; both lists must allow an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// Program names; one `*` at the beginning or the end stands for any text, an empty name for
    /// events without a program. Events that a format read to the end (access logs) are for helpers
    /// that name no program, or a dataset.
    pub process: Vec<String>,
    /// Datasets, in the same notation.
    pub dataset: Vec<String>,
}

impl Guard {
    /// Whether an event of this program and dataset is looked at.
    #[must_use]
    pub fn allows(&self, process: &str, dataset: &str) -> bool {
        let any = |list: &[String], text: &str| {
            list.is_empty() || list.iter().any(|pattern| covers(pattern, text))
        };
        any(&self.process, process) && any(&self.dataset, dataset)
    }
}

fn covers(pattern: &str, text: &str) -> bool {
    if let Some(prefix) = pattern.strip_suffix('*') {
        text.starts_with(prefix)
    } else if let Some(suffix) = pattern.strip_prefix('*') {
        text.ends_with(suffix)
    } else {
        pattern == text
    }
}

/// What a key of a `kv` capture fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The field.
    pub field: String,
    /// Its type, where it is not that of the column.
    pub kind: Option<Type>,
}

/// A line and what the helper makes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The message, without the header of its format.
    pub line: String,
    /// The program; the guard's first when empty.
    pub process: String,
    /// The dataset; the guard's first when empty.
    pub dataset: String,
    /// Whether the helper takes the line at all.
    pub matches: bool,
    /// Every field it fills, constants aside (they are expected as they stand in the helper).
    pub fields: Vec<(String, Value<'static>)>,
    /// Where it was read.
    pub place: Place,
}

/// A place in a file: `FILE:LINE:COLUMN`, each counted from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file's name as the user gave it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column in characters.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a helper file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: {problem}")]
pub struct HelperError {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: Problem,
}

impl HelperError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        self.problem.hint()
    }
}

/// What is wrong with a helper file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// The text is not TOML or JSON.
    #[error("{0}")]
    Syntax(String),
    /// A key that helpers do not have.
    #[error("unknown key \"{key}\"")]
    UnknownKey {
        /// The key.
        key: String,
        /// The key that was perhaps meant.
        near: Option<&'static str>,
    },
    /// A key is missing.
    #[error("{thing} has no \"{key}\"")]
    Missing {
        /// `helper` or `test`.
        thing: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A value of another kind was expected.
    #[error("\"{key}\" must be {expected}")]
    Kind {
        /// The key.
        key: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A helper's name is not one.
    #[error("\"{0}\" is not a helper name")]
    Name(String),
    /// Two helpers have the same name.
    #[error("a second helper named \"{0}\"")]
    Twice(String),
    /// A section's name is not one.
    #[error("\"{0}\" is not a section name")]
    Section(String),
    /// A field that no helper may fill.
    #[error("field \"{0}\" cannot be set by a helper")]
    Field(String),
    /// A type that does not exist.
    #[error("unknown type \"{0}\"")]
    Type(String),
    /// A typed field that no pattern captures.
    #[error("no pattern captures \"{0}\"")]
    NoCapture(String),
    /// The regular expression cannot be used.
    #[error("pattern: {0}")]
    Pattern(String),
    /// The `%{…}` notation in a pattern is wrong.
    #[error("pattern: {0}")]
    Sugar(SugarError),
    /// The file holds another number of helpers than one.
    #[error("{0} helpers where one was expected")]
    Count(usize),
}

impl Problem {
    fn hint(&self) -> Option<String> {
        match self {
            Problem::UnknownKey { near: Some(near), .. } => Some(format!("did you mean \"{near}\"?")),
            Problem::Name(_) => {
                Some("a name begins with a letter or digit and goes on with letters, digits, _ . -".into())
            }
            Problem::Section(_) => Some("a section is named like auth or web_2".into()),
            Problem::Type(_) => Some(format!("types are {}", Type::NAMES.join(", "))),
            Problem::Field(_) => {
                Some("time, section, message and provenance come from the line itself".into())
            }
            Problem::Pattern(what) if what.contains("look-around") || what.contains("backreference") => {
                Some("neither exists here, because both can take exponential time; write the text that follows, or two helpers".into())
            }
            Problem::Sugar(error) => error.hint(),
            _ => None,
        }
    }
}

impl Helper {
    /// Reads and checks a text that holds exactly one helper. `file` names it in errors.
    ///
    /// # Errors
    /// The first problem with its place.
    pub fn parse(text: &str, file: &str) -> Result<Helper, HelperError> {
        let mut helpers = read(text, file)?;
        match (helpers.pop(), helpers.len()) {
            (Some(helper), 0) => Ok(helper),
            (_, more) => Err(HelperError {
                place: Place { file: file.to_owned(), line: 1, column: 1 },
                problem: Problem::Count(more),
            }),
        }
    }

    /// Reads a stored body, which [`Helper::to_toml`] wrote, for use: without its tests and
    /// without compiling its patterns again. Several times as fast as [`Helper::parse`].
    ///
    /// The store keeps `section` and `enabled` in columns of their own; they win over the body's.
    ///
    /// # Errors
    /// The body is not a helper.
    pub fn load(body: &str, name: &str) -> Result<Helper, HelperError> {
        let end = body.find("\n[[helper.test]]").unwrap_or(body.len());
        read::load(&body[..end], name)
    }

    /// The canonical text: reading it gives this helper, and writing that gives this text again.
    #[must_use]
    pub fn to_toml(&self) -> String {
        canonical::helper(self)
    }
}

#[cfg(test)]
mod tests;
