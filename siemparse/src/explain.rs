//! `--explain`: how one line is read, as text for people.
//!
//! ```text
//! 1: Jun 14 15:16:01 combo sshd[19939]: Failed password for root from 10.0.0.1 port 22 ssh2
//!   not json: column 1: expected '{'
//!   format: rfc3164
//!   helper: sshd-password; tried before: sshd-accepted
//!   @timestamp     time  1-15   2026-06-14T15:16:01.000000Z
//!   host.name      text  17-21  combo
//! ```
//!
//! Columns count bytes from 1. What comes from the log is escaped. What it does *not* know: how
//! lines are read.

use crate::line::Piece;
use common::event::{Event, ValueRef};
use common::field::{Column, Kind};
use common::output::escape;
use parse::{Explanation, Parser, Span};
use std::fmt::Write as _;

/// How much of a line is shown.
const SHOWN: usize = 2_000;

/// Appends the explanation of a line.
pub(crate) fn explain(parser: &Parser, piece: &Piece<'_>, number: i32, out: &mut Vec<u8>) {
    let found = parser.explain(piece.line);
    let mut text = String::new();
    let line = String::from_utf8_lossy(piece.line.bytes);
    let shown = &line[..line.floor_char_boundary(SHOWN)];
    let rest = if shown.len() < line.len() { " …" } else { "" };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{number}: {}{rest}", escape(shown));
    write_format(&found, &mut text);
    if found.format.is_some() {
        write_helper(&found, &mut text);
    }
    write_fields(&found, &mut text);
    out.extend_from_slice(text.as_bytes());
    out.push(b'\n');
}

fn write_format(found: &Explanation<'_>, text: &mut String) {
    for (format, miss) in &found.misses {
        let _ = writeln!(
            text,
            "  not {format}: column {}: expected {}",
            miss.column + 1,
            miss.expected
        );
    }
    let _ = match found.format {
        Some(format) => writeln!(text, "  format: {format}"),
        None => writeln!(text, "  format: none, the line is stored as it is"),
    };
}

fn write_helper(found: &Explanation<'_>, text: &mut String) {
    let helper = &found.helper;
    let missed: Vec<&str> =
        helper.tried.iter().filter(|tried| !tried.matched).map(|tried| tried.helper).collect();
    let tried = missed.join(", ");
    let _ = match helper.chosen {
        Some(name) if missed.is_empty() => writeln!(text, "  helper: {name}"),
        Some(name) => writeln!(text, "  helper: {name}; tried before: {tried}"),
        None if !missed.is_empty() => writeln!(text, "  helper: none; tried: {tried}"),
        None if helper.guarded.is_empty() => {
            writeln!(text, "  helper: none is for this program and dataset")
        }
        None => {
            let guarded = helper.guarded.join(", ");
            writeln!(text, "  helper: none; the line holds no literal of {guarded}")
        }
    };
}

fn write_fields(found: &Explanation<'_>, text: &mut String) {
    let mut event = found.event.clone();
    event.load_original();
    let rows = rows(&event, found);
    let width = |part: fn(&Row) -> &str| rows.iter().map(|row| part(row).len()).max().unwrap_or(0);
    let (name, kind) = (width(|row| &row.name), width(|row| row.kind));
    let place = width(|row| &row.place);
    for row in &rows {
        let _ = writeln!(
            text,
            "  {:name$}  {:kind$}  {:place$}  {}",
            row.name,
            row.kind,
            row.place,
            escape(&row.value)
        );
    }
}

struct Row {
    name: String,
    kind: &'static str,
    /// The columns of the line that it was read from.
    place: String,
    value: String,
}

fn rows(event: &Event<'_>, found: &Explanation<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for &column in Column::ALL {
        if matches!(column, Column::LogOffset | Column::TimeQuality) {
            continue;
        }
        if let Some(value) = event.column(column) {
            let value = match column {
                Column::Time => event.time.to_string(),
                Column::TimeQuality => format!("{:?}", event.time_quality),
                _ => value.to_string(),
            };
            let place = place(found, column.name());
            rows.push(Row { name: column.name().to_owned(), kind: kind(column), place, value });
        }
    }
    let added = event.ext.iter().map(|(name, value)| (name, ValueRef::from(value)));
    for (name, value) in added.chain(event.original.iter()) {
        let kind = match value {
            ValueRef::Int(_) => "int",
            ValueRef::Float(_) => "float",
            ValueRef::Bool(_) => "bool",
            ValueRef::Ip(_) => "ip",
            ValueRef::List(_) | ValueRef::Texts(_) => "list",
            ValueRef::Text(_) => "text",
        };
        let place = place(found, name);
        rows.push(Row { name: escape(name).into_owned(), kind, place, value: value.to_string() });
    }
    rows
}

fn kind(column: Column) -> &'static str {
    match column.kind() {
        Kind::Text => "text",
        Kind::Int => "int",
        Kind::Ip => "ip",
        Kind::Time => "time",
        Kind::List => "list",
    }
}

/// Where a field stands in the line: what a helper captured, else what the format read.
fn place(found: &Explanation<'_>, name: &str) -> String {
    let message = found.spans.iter().find(|span| span.name == "message");
    let captured = found.helper.fields.iter().find(|filled| filled.field == name);
    if let (Some(filled), Some(message)) = (captured, message)
        && found.body == found.event.message
    {
        return columns(message.range.start + filled.start, message.range.start + filled.end);
    }
    let span = found.spans.iter().find(|span: &&Span| span.name == name);
    span.map_or_else(String::new, |span| columns(span.range.start, span.range.end))
}

fn columns(start: usize, end: usize) -> String {
    format!("{}-{end}", start + 1)
}
