//! Text patterns as SQL.
//!
//! ASCII letters fold with ASCII letters only: `lower(… COLLATE "C")` on PostgreSQL; NOCASE and
//! LIKE on SQLite. A character beyond ASCII in a pattern that ignores case becomes a wildcard for
//! one character, which makes the pattern a superset.
//!
//! What it does *not* know: columns.

use super::Predicate;
use super::sql::{Bound, Dialect, Sql};
use common::filter::{Text, TextTest, fold};

/// Longer patterns are not sent; SQLite's LIKE refuses 50,000 bytes.
pub(super) const LENGTH: usize = 10_000;
/// Patterns with more runs (`*`) are not sent: they are slow, and nobody writes them in earnest.
const RUNS: usize = 16;

/// A pattern held against a text expression.
pub(super) fn test(expression: &str, test: &TextTest, dialect: Dialect) -> Predicate {
    let present = Sql::new(&format!("{expression} IS NOT NULL"), Vec::new());
    let runs = test.pattern.matches('*').count();
    if test.pattern.len() > LENGTH || (test.kind == Text::Glob && runs > RUNS) {
        return Predicate::superset(present);
    }
    if test.pattern.is_empty() && test.kind != Text::Equals && test.kind != Text::Glob {
        return Predicate::exact(present);
    }
    if test.cased {
        return Predicate::exact(cased(expression, test, dialect));
    }
    let folded = fold(&test.pattern);
    if test.kind == Text::Equals && folded.is_ascii() {
        return Predicate::exact(equals(expression, &folded, dialect));
    }
    let like = like(expression, &pattern(test.kind, &folded), dialect);
    if folded.is_ascii() { Predicate::exact(like) } else { Predicate::superset(like) }
}

/// Equality of a text expression with an ASCII text in lower case, case ignored.
pub(super) fn equals(expression: &str, folded: &str, dialect: Dialect) -> Sql {
    let text = match dialect {
        Dialect::Sqlite => format!("{expression} = ? COLLATE NOCASE"),
        Dialect::Postgres => format!("lower({expression} COLLATE \"C\") = ?"),
    };
    Sql::new(&text, vec![Bound::Text(folded.to_owned())])
}

/// A LIKE that ignores the case of ASCII letters; `pattern` is in lower case.
pub(super) fn like(expression: &str, pattern: &str, dialect: Dialect) -> Sql {
    let text = match dialect {
        Dialect::Sqlite => format!("{expression} LIKE ? ESCAPE '\\'"),
        Dialect::Postgres => format!("lower({expression} COLLATE \"C\") LIKE ?"),
    };
    Sql::new(&text, vec![Bound::Text(pattern.to_owned())])
}

/// A text as LIKE takes it literally, characters beyond ASCII as wildcards.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for char in text.chars() {
        if matches!(char, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(if char.is_ascii() { char } else { '_' });
    }
    out
}

fn pattern(kind: Text, folded: &str) -> String {
    match kind {
        Text::Equals => literal(folded),
        Text::Contains => format!("%{}%", literal(folded)),
        Text::StartsWith => format!("{}%", literal(folded)),
        Text::EndsWith => format!("%{}", literal(folded)),
        Text::Glob => glob(folded, |char| match char {
            None => "%".into(),
            Some('?') => "_".into(),
            Some(char) => literal(char.encode_utf8(&mut [0; 4])),
        }),
    }
}

/// Rewrites a glob: a run is `None`, one character `?`, a literal `?` or `*` is escaped before.
fn glob(pattern: &str, element: impl Fn(Option<char>) -> String) -> String {
    let (mut out, mut chars) = (String::new(), pattern.chars().peekable());
    while let Some(char) = chars.next() {
        match char {
            '*' => out.push_str(&element(None)),
            '?' => out.push_str(&element(Some('?'))),
            '\\' if matches!(chars.peek(), Some('*' | '?' | '\\')) => {
                let escaped = chars.next().unwrap_or('\\');
                // A literal question mark or star means nothing to LIKE.
                out.push_str(&if escaped == '\\' { element(Some('\\')) } else { escaped.into() });
            }
            char => out.push_str(&element(Some(char))),
        }
    }
    out
}

fn cased(expression: &str, test: &TextTest, dialect: Dialect) -> Sql {
    let pattern = || Bound::Text(test.pattern.to_string());
    let (text, count) = match (test.kind, dialect) {
        (Text::Equals, _) => (format!("{expression} = ?"), 1),
        (Text::Contains, Dialect::Sqlite) => (format!("instr({expression}, ?) > 0"), 1),
        (Text::Contains, Dialect::Postgres) => (format!("strpos({expression}, ?) > 0"), 1),
        (Text::StartsWith, Dialect::Sqlite) => {
            (format!("substr({expression}, 1, length(?)) = ?"), 2)
        }
        (Text::StartsWith, Dialect::Postgres) => (format!("starts_with({expression}, ?)"), 1),
        (Text::EndsWith, Dialect::Sqlite) => (format!("substr({expression}, -length(?)) = ?"), 2),
        (Text::EndsWith, Dialect::Postgres) => (format!("right({expression}, length(?)) = ?"), 2),
        (Text::Glob, _) => return cased_glob(expression, &test.pattern, dialect),
    };
    Sql::new(&text, (0..count).map(|_| pattern()).collect())
}

fn cased_glob(expression: &str, written: &str, dialect: Dialect) -> Sql {
    let (operator, pattern) = match dialect {
        Dialect::Sqlite => ("GLOB", sqlite_glob(written)),
        Dialect::Postgres => ("LIKE", exact_like(written)),
    };
    Sql::new(&format!("{expression} {operator} ?"), vec![Bound::Text(pattern)])
}

/// The glob in SQLite's notation, where `[x]` takes x literally.
fn sqlite_glob(written: &str) -> String {
    let mut out = String::new();
    let mut chars = written.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' if matches!(chars.peek(), Some('*' | '?')) => {
                let escaped = chars.next().unwrap_or('*');
                out.extend(['[', escaped, ']']);
            }
            '\\' if chars.peek() == Some(&'\\') => {
                chars.next();
                out.push('\\');
            }
            '[' => out.push_str("[[]"),
            char => out.push(char),
        }
    }
    out
}

/// The glob as a LIKE pattern, characters beyond ASCII literally.
fn exact_like(written: &str) -> String {
    glob(written, |char| match char {
        None => "%".into(),
        Some('?') => "_".into(),
        Some(char @ ('%' | '_' | '\\')) => format!("\\{char}"),
        Some(char) => char.into(),
    })
}
