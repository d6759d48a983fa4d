//! Fields that are in no column: in `ext`, or in the line itself where that is JSON; keywords.
//!
//! JSON is looked at as text, for the key and for letters of the value. That finds every row that
//! has them and some that do not.
//!
//! PostgreSQL has two columns for `ext`: text, and jsonb for events from before migration 14.
//!
//! What it does *not* know: columns.

use super::Predicate;
use super::sql::{Bound, Dialect, Sql};
use super::text;
use common::filter::{Test, Text, TextTest, fold};
use std::borrow::Cow;

/// The rows that may have a field of this name outside of the columns.
pub(super) fn has(name: &str, dialect: Dialect) -> Sql {
    let mut sql = Sql::default();
    sql.push("(").append(&in_ext(name, dialect)).push(" OR raw_kind = 2");
    if is_plain(name) {
        // A nested key ends in the name's last part; an escape could hide it.
        let last = name.rsplit('.').next().unwrap_or_default();
        let find = |bytes: &[u8]| {
            let text = match dialect {
                Dialect::Sqlite => "instr(raw, ?) > 0",
                Dialect::Postgres => "position(? IN raw) > 0",
            };
            Sql::new(text, vec![Bound::Bytes(bytes.to_vec())])
        };
        sql.push(" AND (").append(&find(format!("{last}\"").as_bytes()));
        sql.push(" OR ").append(&find(b"\\u")).push(")");
    }
    sql.push(")");
    sql
}

/// The rows that have the name in `ext`: exact for plain names.
fn in_ext(name: &str, dialect: Dialect) -> Sql {
    if !is_plain(name) {
        return Sql::new(any(dialect), Vec::new());
    }
    // Inside of a string the quotes are escaped, so this is a key and nothing else.
    let key = Bound::Text(format!("\"{name}\":"));
    match dialect {
        Dialect::Postgres => Sql::new(
            "coalesce(strpos(ext, ?) > 0, jsonb_exists(ext_jsonb, ?))",
            vec![key, Bound::Text(name.to_owned())],
        ),
        Dialect::Sqlite => Sql::new("instr(ext, ?) > 0", vec![key]),
    }
}

/// The rows that have an `ext`.
pub(super) fn any(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "(ext IS NOT NULL OR ext_jsonb IS NOT NULL)",
        Dialect::Sqlite => "ext IS NOT NULL",
    }
}

/// Whether JSON has only one way to write the name, Unicode escapes aside.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.@-".contains(&byte))
}

/// A test on a field that is no column. `original.NAME` also means the line's own NAME.
pub(super) fn named(name: &str, test: &Test, dialect: Dialect) -> Predicate {
    if matches!(test, Test::Time(..)) {
        return Predicate::exact(Sql::no());
    }
    let may = has(name, dialect);
    if *test == Test::Exists && is_plain(name) {
        return Predicate { must: in_ext(name, dialect), may, exact: false };
    }
    let Some(letters) = letters(test) else { return Predicate::superset(may) };
    let is_text = dialect == Dialect::Sqlite;
    let ext = if is_text { "ext" } else { "coalesce(ext, CAST(ext_jsonb AS text))" };
    let like = text::like(ext, &format!("%{}%", text::literal(&letters)), dialect);
    let mut both = Sql::default();
    both.push("(").append(&may).push(" AND (raw_kind = 2 OR ").append(&like).push("))");
    Predicate::superset(both)
}

/// Letters that the JSON text of a value must have when a test holds for it: the longest run of
/// characters that JSON never escapes. Without a letter it could be a number, which is written in
/// more than one way.
fn letters(test: &Test) -> Option<String> {
    let Test::Text(test) = test else { return None };
    let folded = fold(&test.pattern);
    let plain = |char: char| char.is_ascii_alphanumeric() || "_-.:@ ".contains(char);
    let run = folded.split(|char| !plain(char)).max_by_key(|run| run.len())?;
    run.bytes().any(|byte| byte.is_ascii_alphabetic()).then(|| run.to_owned())
}

/// A keyword. Of a text source the raw line is searched; of a structured one, whose values can be
/// written in many ways, every row is a candidate.
pub(super) fn keyword(test: &Test, dialect: Dialect) -> Predicate {
    let Test::Text(test) = test else { return Predicate::superset(Sql::yes()) };
    let Some((needle, whole)) = needle(test) else { return Predicate::superset(Sql::yes()) };
    let structured = "(raw_kind = 2 OR raw_kind = 1 AND length(raw) = 0)";
    let line = match dialect {
        Dialect::Sqlite => "CAST(raw AS text) || CASE raw_kind WHEN 0 THEN message ELSE '' END",
        Dialect::Postgres => {
            "encode(raw || CASE raw_kind WHEN 0 THEN convert_to(message, 'UTF8') \
             ELSE ''::bytea END, 'escape')"
        }
    };
    let line = match (test.cased, dialect) {
        (true, _) => line.to_owned(),
        (false, Dialect::Sqlite) => format!("lower({line})"),
        (false, Dialect::Postgres) => format!("lower({line} COLLATE \"C\")"),
    };
    let find = if dialect == Dialect::Sqlite { "instr" } else { "strpos" };
    let found = Sql::new(&format!("{find}({line}, ?) > 0"), vec![Bound::Text(needle.clone())]);
    let mut may = Sql::default();
    may.push(&format!("({structured} OR ")).append(&found).push(")");
    // PostgreSQL writes bytes beyond ASCII as \ooo.
    let digits = needle.bytes().any(|byte| byte.is_ascii_digit());
    if !whole || (dialect == Dialect::Postgres && digits) {
        return Predicate::superset(may);
    }
    let mut must = Sql::default();
    must.push(&format!("(NOT {structured} AND ")).append(&found).push(")");
    Predicate { must, may, exact: false }
}

/// The longest text that a line must hold, and whether that is the whole test.
fn needle(test: &TextTest) -> Option<(String, bool)> {
    let pattern = if test.cased { Cow::Borrowed(&*test.pattern) } else { fold(&test.pattern) };
    let apart = |char: char| !char.is_ascii() || "*?\\\0".contains(char);
    let run = pattern.split(apart).max_by_key(|run| run.len()).filter(|run| !run.is_empty())?;
    Some((run.to_owned(), test.kind == Text::Contains && run.len() == pattern.len()))
}
