//! Filters and selections as SQL: the only place where SQL is made while the program runs.
//!
//! What it does *not* know: connections; what is done with the text.

use crate::Selection;
use common::clock::Timestamp;
use common::event::EventId;
use common::field::{Column, Field, Kind};
use common::filter::Filter;
use std::fmt;

/// A piece of SQL in which `?` stands for the values, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Bound>,
}

/// A value bound to a statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bound {
    Text(String),
    Int(i64),
    Time(Timestamp),
}

/// The SQL dialects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A condition in two readings. A row for which `must` holds is surely selected; one for which
/// `may` does not hold is surely not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Predicate {
    pub(crate) must: Sql,
    pub(crate) may: Sql,
}

impl Predicate {
    /// Whether both readings are the same.
    pub(crate) fn is_exact(&self) -> bool {
        self.must == self.may
    }

    /// The rows about which only the events themselves can tell.
    pub(crate) fn unsure(&self) -> Sql {
        let mut sql = Sql::default();
        sql.append(&self.may).push(" AND (").append(&self.must).push(") IS NOT TRUE");
        sql
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Text(text) => write!(f, "{text:?}"),
            Bound::Int(number) => write!(f, "{number}"),
            Bound::Time(time) => write!(f, "{time}"),
        }
    }
}

impl Sql {
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

    fn new(text: &str, values: Vec<Bound>) -> Sql {
        Sql { text: text.to_owned(), values }
    }

    /// The conjunction of pieces.
    pub(crate) fn conjoin<'s>(list: impl IntoIterator<Item = &'s Sql>) -> Sql {
        let mut all = Sql::default();
        for one in list {
            all.push(if all.text.is_empty() { "" } else { " AND " }).append(one);
        }
        if all.text.is_empty() { Sql::new("TRUE", Vec::new()) } else { all }
    }
}

/// The rows of a selection.
pub(crate) fn selection(selection: &Selection, dialect: Dialect) -> Predicate {
    let mut exact = Vec::new();
    if !selection.sections.is_empty() {
        let marks = vec!["?"; selection.sections.len()].join(", ");
        let names = selection.sections.iter().cloned().map(Bound::Text).collect();
        exact.push(Sql::new(&format!("section IN ({marks})"), names));
    }
    if let Some(since) = selection.since {
        exact.push(Sql::new("time >= ?", vec![Bound::Time(since)]));
    }
    if let Some(until) = selection.until {
        exact.push(Sql::new("time < ?", vec![Bound::Time(until)]));
    }
    if !selection.ids.is_empty() {
        exact.push(ids(&selection.ids, dialect));
    }
    let (mut must, mut may) = (exact.clone(), exact);
    if selection.filter != Filter::All {
        must.push(Sql::new("FALSE", Vec::new()));
        may.push(Sql::new("TRUE", Vec::new()));
    }
    Predicate { must: Sql::conjoin(&must), may: Sql::conjoin(&may) }
}

/// The ids travel as one JSON text, so that their number has no limit.
fn ids(ids: &[EventId], dialect: Dialect) -> Sql {
    match dialect {
        Dialect::Sqlite => {
            let keys: Vec<String> =
                ids.iter().map(|id| (id.batch << 20 | i64::from(id.seq)).to_string()).collect();
            let list = Bound::Text(format!("[{}]", keys.join(",")));
            Sql::new("id IN (SELECT value FROM json_each(?))", vec![list])
        }
        Dialect::Postgres => {
            let keys: Vec<String> = ids.iter().map(EventId::to_string).collect();
            let list = "(batch, seq) IN (SELECT split_part(id, '.', 1)::bigint, \
                split_part(id, '.', 2)::integer FROM unnest(string_to_array(?, ' ')) AS id)";
            Sql::new(list, vec![Bound::Text(keys.join(" "))])
        }
    }
}

/// The rows in which the columns hold the values of these fields.
pub(crate) fn stored(fields: &[Field], dialect: Dialect) -> Sql {
    Sql::conjoin(&fields.iter().map(|field| stored_one(field, dialect)).collect::<Vec<_>>())
}

fn stored_one(field: &Field, dialect: Dialect) -> Sql {
    let (column, name) = match field {
        Field::Column(Column::HostName | Column::Section | Column::Message) => {
            return Sql::new("TRUE", Vec::new());
        }
        Field::Column(column) if matches!(column.kind(), Kind::Text | Kind::Int | Kind::Ip) => {
            (format!("{} IS NOT NULL OR ", column.sql()), column.name())
        }
        Field::Named(name) if dialect == Dialect::Postgres => (String::new(), name.as_str()),
        _ => return Sql::new("FALSE", Vec::new()),
    };
    match dialect {
        Dialect::Sqlite => {
            Sql::new(&format!("({column}raw_kind <> 2 AND ext IS NULL)"), Vec::new())
        }
        Dialect::Postgres => {
            let elsewhere = "raw_kind <> 2 AND jsonb_exists(ext, ?) IS NOT TRUE";
            Sql::new(&format!("({column}{elsewhere})"), vec![Bound::Text(name.to_owned())])
        }
    }
}
