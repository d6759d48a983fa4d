//! A piece of SQL with its values, for both dialects.
//!
//! What it does *not* know: filters.

use common::clock::Timestamp;
use std::fmt::{self, Write as _};

/// The SQL dialects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite: times are integers, addresses and JSON are text.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A value bound to a statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bound {
    /// Text.
    Text(String),
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Real(f64),
    /// A time; `timestamptz` on PostgreSQL.
    Time(Timestamp),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An address or a network as text, cast to `inet` on PostgreSQL.
    Inet(String),
}

/// A piece of SQL in which `?` stands for the values, in order; no other `?` occurs in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Bound>,
}

impl Sql {
    /// A piece with its values.
    pub(crate) fn new(text: &str, values: Vec<Bound>) -> Sql {
        Sql { text: text.to_owned(), values }
    }

    /// What always holds.
    pub(crate) fn yes() -> Sql {
        Sql::new("TRUE", Vec::new())
    }

    /// What never holds.
    pub(crate) fn no() -> Sql {
        Sql::new("FALSE", Vec::new())
    }

    /// Appends text.
    pub(crate) fn push(&mut self, text: &str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    /// Appends another piece.
    pub(crate) fn append(&mut self, other: &Sql) -> &mut Sql {
        self.text.push_str(&other.text);
        self.values.extend_from_slice(&other.values);
        self
    }

    /// Appends a value.
    pub(crate) fn bind(&mut self, value: Bound) -> &mut Sql {
        self.text.push('?');
        self.values.push(value);
        self
    }

    /// The conjunction of pieces, without parentheses around it.
    pub(crate) fn conjoin<'s>(list: impl IntoIterator<Item = &'s Sql>) -> Sql {
        let mut all = Sql::default();
        for one in list.into_iter().filter(|one| one.text != "TRUE") {
            all.push(if all.text.is_empty() { "" } else { " AND " }).append(one);
        }
        if all.text.is_empty() { Sql::yes() } else { all }
    }

    /// Joins pieces by a word as a balanced tree: SQLite limits the depth of an expression.
    pub(super) fn join(list: &[Sql], word: &str) -> Sql {
        let (left, right) = match list {
            [] => return if word == "AND" { Sql::yes() } else { Sql::no() },
            [one] => return one.clone(),
            _ => list.split_at(list.len() / 2),
        };
        let mut sql = Sql::default();
        sql.push("(").append(&Sql::join(left, word)).push(&format!(" {word} "));
        sql.append(&Sql::join(right, word)).push(")");
        sql
    }

    /// What holds for the rows for which this does not, absent values included.
    pub(super) fn negate(&self) -> Sql {
        match self.text.as_str() {
            "TRUE" => Sql::no(),
            "FALSE" => Sql::yes(),
            text => Sql::new(&format!("(({text}) IS NOT TRUE)"), self.values.clone()),
        }
    }

    /// The text as the database takes it: on PostgreSQL numbered and typed, `$1::text`.
    pub(crate) fn render(&self, dialect: Dialect) -> String {
        if dialect == Dialect::Sqlite {
            return self.text.clone();
        }
        let mut parts = self.text.split('?');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for (number, (part, value)) in (1..).zip(parts.zip(&self.values)) {
            let cast = match value {
                Bound::Text(_) => "text",
                Bound::Int(_) => "bigint",
                Bound::Real(_) => "float8",
                Bound::Time(_) => "timestamptz",
                Bound::Bytes(_) => "bytea",
                Bound::Inet(_) => "text::inet",
            };
            // Writing to a String cannot fail.
            let _ = write!(text, "${number}::{cast}{part}");
        }
        text
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Text(text) | Bound::Inet(text) => write!(f, "{text:?}"),
            Bound::Int(number) => write!(f, "{number}"),
            Bound::Real(number) => write!(f, "{number}"),
            Bound::Time(time) => write!(f, "{time}"),
            Bound::Bytes(bytes) => write!(f, "{:?}", String::from_utf8_lossy(bytes)),
        }
    }
}
