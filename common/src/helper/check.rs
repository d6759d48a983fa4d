//! What a helper must satisfy before it is stored.
//!
//! What it does *not* know: files; the caller turns an offset in a pattern into a place.

use super::{Helper, HelperError, Place, Problem, expand};
use crate::field::{Column, Field};

/// How large a compiled pattern may grow, in bytes.
pub const PATTERN_SIZE: usize = 1 << 20;

/// Whether a helper may fill a field. Time, section, message, tags and provenance come from the
/// line itself and the source; changing them would break the promise that raw is never altered.
#[must_use]
pub fn is_settable(field: &str) -> bool {
    let reserved = match Field::new(field) {
        Field::Column(column) => matches!(
            column,
            Column::Time
                | Column::Section
                | Column::Message
                | Column::Helper
                | Column::LogOffset
                | Column::Tags
                | Column::TimeQuality
        ),
        Field::Named(name) => {
            matches!(name.as_str(), "event.id" | "event.ingested" | "labels" | "raw")
                || ["event.original", "original."].iter().any(|start| name.starts_with(start))
        }
        Field::Own(_) => true,
    };
    !reserved
        && !field.is_empty()
        && field.len() <= 200
        && !field.chars().any(|c| c.is_control() || c == ' ')
}

/// Whether a collector may append to a field: any that is not a column, for columns hold one value.
pub(super) fn is_collectable(field: &str) -> bool {
    is_settable(field) && matches!(Field::new(field), Field::Named(_))
}

pub(super) fn is_name(name: &str) -> bool {
    name.len() <= 120
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

pub(super) fn is_section(name: &str) -> bool {
    name.len() <= 41
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !["siem", "rules", "helpers"].iter().any(|start| name.starts_with(start))
}

/// Checks patterns, capture names and types. `at` gives the place of a byte offset in the nth
/// pattern.
pub(super) fn helper(
    helper: &Helper,
    at: &dyn Fn(usize, Option<usize>) -> Place,
) -> Result<(), HelperError> {
    let mut captured = Vec::new();
    for (nth, pattern) in helper.patterns.iter().enumerate() {
        let fail = |offset, problem| HelperError { place: at(nth, offset), problem };
        let expanded =
            expand(pattern).map_err(|error| fail(pattern.find("%{"), Problem::Sugar(error)))?;
        let regex = compile(&expanded.regex).map_err(|(offset, what)| {
            let offset = offset.filter(|_| expanded.regex == *pattern);
            fail(offset, Problem::Pattern(what))
        })?;
        for name in regex.capture_names().flatten() {
            if !is_settable(name) {
                return Err(fail(None, Problem::Field(name.to_owned())));
            }
            captured.push(name.to_owned());
        }
    }
    let untaken = helper.types.iter().find(|(field, _)| !captured.contains(field));
    match untaken {
        Some((field, _)) => {
            let problem = Problem::NoCapture(field.clone());
            Err(HelperError { place: helper.place.clone(), problem })
        }
        None => Ok(()),
    }
}

/// Compiles a pattern; an error is its byte offset, where known, and what is wrong.
pub(super) fn compile(pattern: &str) -> Result<regex::Regex, (Option<usize>, String)> {
    match regex_syntax::Parser::new().parse(pattern) {
        Err(regex_syntax::Error::Parse(error)) => {
            return Err((Some(error.span().start.offset), error.kind().to_string()));
        }
        Err(regex_syntax::Error::Translate(error)) => {
            return Err((Some(error.span().start.offset), error.kind().to_string()));
        }
        Err(other) => return Err((None, one_line(&other.to_string()))),
        Ok(_) => {}
    }
    let built = regex::RegexBuilder::new(pattern).size_limit(PATTERN_SIZE).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => {
            (None, format!("compiles to more than {limit} bytes"))
        }
        other => (None, one_line(&other.to_string())),
    })
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
