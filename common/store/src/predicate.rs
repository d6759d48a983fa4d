//! Filters and selections as SQL: the only place where SQL is made while the program runs.
//!
//! A filter becomes two conditions. `may` holds for every row that the filter holds for: the sound
//! superset that a scan reads and tests again. `must` holds only for such rows: counts take these
//! from the columns alone and look only at the rows between the two. Negation swaps them, so both
//! readings stay sound under any nesting:
//!
//! ```text
//!  must ⊆ matches ⊆ may            not: must' = NOT may, may' = NOT must
//! ```
//!
//! A condition holds for a row iff it IS TRUE; an absent value makes it unknown, which is not true.
//!
//! A predicate is *exact* when the two are the same for each row that keeps the fields in their
//! columns. They may differ for a row whose column is absent while `ext`, or the line itself if it
//! is JSON, could have the field (a value that did not fit the column's type).
//!
//! Values are always bound. What it does *not* know: connections; what is done with the text.

mod column;
mod elsewhere;
mod set;
mod sql;
mod text;
mod witness;

pub(crate) use sql::{Bound, Dialect, Sql};

use crate::Selection;
use common::event::EventId;
use common::field::{Column, Field, Kind, Own};
use common::filter::{Filter, Logsource, Test, Text};

/// More values than this are not bound; SQLite allows 32,766.
const VALUES: usize = 30_000;
/// A filter nested deeper than this is not turned into SQL; SQLite allows a depth of 1,000.
const DEPTH: usize = 100;

/// A condition in two readings (see the module's head).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Predicate {
    /// Holds only for rows that are meant.
    pub(crate) must: Sql,
    /// Holds for every row that is meant.
    pub(crate) may: Sql,
    /// Whether the readings agree on rows that keep the fields in their columns.
    pub(crate) exact: bool,
}

impl Predicate {
    fn exact(sql: Sql) -> Predicate {
        Predicate { must: sql.clone(), may: sql, exact: true }
    }

    /// A superset and nothing certain.
    fn superset(may: Sql) -> Predicate {
        Predicate { must: Sql::no(), may, exact: false }
    }

    fn negate(self) -> Predicate {
        Predicate { must: self.may.negate(), may: self.must.negate(), exact: self.exact }
    }

    fn join(list: Vec<Predicate>, word: &str) -> Predicate {
        let exact = list.iter().all(|one| one.exact);
        let (must, may): (Vec<Sql>, Vec<Sql>) =
            list.into_iter().map(|one| (one.must, one.may)).unzip();
        Predicate { must: Sql::join(&must, word), may: Sql::join(&may, word), exact }
    }

    /// Whether there is no row about which only the event itself can tell.
    pub(crate) fn is_decided(&self) -> bool {
        self.must == self.may
    }

    /// The rows about which only the events themselves can tell.
    pub(crate) fn undecided(&self) -> Sql {
        Sql::conjoin([&self.may, &self.must.negate()])
    }
}

/// The rows of a selection.
pub(crate) fn selection(selection: &Selection, dialect: Dialect) -> Predicate {
    let mut given = Vec::new();
    if !selection.sections.is_empty() {
        let marks = vec!["?"; selection.sections.len()].join(", ");
        let names = selection.sections.iter().cloned().map(Bound::Text).collect();
        given.push(Sql::new(&format!("section IN ({marks})"), names));
    }
    if let Some(since) = selection.since {
        given.push(Sql::new("time >= ?", vec![Bound::Time(since)]));
    }
    if let Some(until) = selection.until {
        given.push(Sql::new("time < ?", vec![Bound::Time(until)]));
    }
    if !selection.ids.is_empty() {
        given.push(ids(&selection.ids, dialect));
    }
    let filter = filter(&selection.filter, dialect);
    Predicate {
        must: Sql::conjoin(given.iter().chain([&filter.must])),
        may: Sql::conjoin(given.iter().chain([&filter.may])),
        exact: filter.exact,
    }
}

/// The ids travel as one JSON text, so that their number has no limit.
fn ids(ids: &[EventId], dialect: Dialect) -> Sql {
    let (text, one): (_, fn(&EventId) -> String) = match dialect {
        Dialect::Sqlite => ("id IN (SELECT value FROM json_each(?))", |id| {
            (id.batch << 20 | i64::from(id.seq)).to_string()
        }),
        Dialect::Postgres => (
            "(batch, seq) IN (SELECT (id->>0)::bigint, (id->>1)::integer \
             FROM jsonb_array_elements(?::jsonb) AS id)",
            |id| format!("[{},{}]", id.batch, id.seq),
        ),
    };
    let list: Vec<String> = ids.iter().map(one).collect();
    Sql::new(text, vec![Bound::Text(format!("[{}]", list.join(",")))])
}

/// The rows of a filter.
pub(crate) fn filter(filter: &Filter, dialect: Dialect) -> Predicate {
    let mut predicate = match nested(filter, dialect, 0) {
        Some(predicate) if predicate.may.values.len() + predicate.must.values.len() <= VALUES => {
            predicate
        }
        _ => Predicate::superset(Sql::yes()),
    };
    if let Some(rows) = witness::rows(filter, dialect) {
        predicate.may = Sql::conjoin([&predicate.may, &rows]);
    }
    predicate
}

/// `None` when the filter is nested too deep or is too long.
fn nested(filter: &Filter, dialect: Dialect, depth: usize) -> Option<Predicate> {
    if depth > DEPTH {
        return None;
    }
    let all = |list: &[Filter]| {
        if list.len() > VALUES {
            return None;
        }
        list.iter().map(|inner| nested(inner, dialect, depth + 1)).collect::<Option<Vec<_>>>()
    };
    Some(match filter {
        Filter::All => Predicate::exact(Sql::yes()),
        Filter::And(list) => Predicate::join(all(list)?, "AND"),
        Filter::Or(list) => Predicate::join(all(list)?, "OR"),
        Filter::Not(inner) => nested(inner, dialect, depth + 1)?.negate(),
        // No name and no text of an event has a NUL, and PostgreSQL takes none.
        Filter::Field(field, _) if field.name().contains('\0') => Predicate::exact(Sql::no()),
        Filter::Field(_, Test::Text(test)) if test.pattern.contains('\0') => {
            Predicate::exact(Sql::no())
        }
        Filter::Field(Field::Column(column), Test::Dash(_) | Test::Part(..)) => {
            Predicate::superset(column::test(*column, &Test::Exists, dialect).may)
        }
        Filter::Field(Field::Own(own), Test::Dash(_) | Test::Part(..)) => {
            own_field(own, &Test::Exists, dialect)
        }
        Filter::Field(Field::Own(own), test) => own_field(own, test, dialect),
        Filter::Field(Field::Column(column), test) => column::test(*column, test, dialect),
        Filter::Field(Field::Named(name), test) => elsewhere::named(name, test, dialect),
        Filter::Keyword(test) => elsewhere::keyword(test, dialect),
        Filter::Refer(field, _, other) => {
            let both = [field, other].map(|field| {
                nested(&Filter::Field(field.clone(), Test::Exists), dialect, depth + 1)
            });
            let both: Option<Vec<Predicate>> = both.into_iter().collect();
            Predicate::superset(Predicate::join(both?, "AND").may)
        }
        Filter::Logsource(logsource) => labelled(logsource, dialect),
    })
}

/// A field of the source's own: in the line or in `ext`, where its name may have spaces, or in the
/// column that one of its names means. What a name hides from the next is for the event to tell.
fn own_field(own: &Own, test: &Test, dialect: Dialect) -> Predicate {
    let given = |text: &str| Sql::new(text, Vec::new());
    let mut list = vec![given("raw_kind = 2"), given(elsewhere::any(dialect))];
    for name in own.names() {
        let mut columns = Column::ALL.iter().filter(|column| **column != Column::Time);
        let column = columns.find(|column| column.name() == name);
        list.extend(column.map(|column| column::test(*column, test, dialect).may));
    }
    Predicate::superset(Sql::join(&list, "OR"))
}

/// The rows one of whose labels may have every part that is named: labels are searched as text.
fn labelled(logsource: &Logsource, dialect: Dialect) -> Predicate {
    let parts = [&logsource.product, &logsource.category, &logsource.service];
    let like = |part: &&String| {
        text::like("labels", &format!("%{}%", text::literal(&part.to_lowercase())), dialect)
    };
    let list: Vec<Sql> = parts.iter().filter(|part| !part.is_empty()).map(like).collect();
    Predicate::superset(Sql::conjoin(&list))
}

/// Whether a selection, of which a predicate was made, is of one host, so that the index on hosts
/// serves it.
pub(crate) fn names_host(selection: &Selection, predicate: &Predicate) -> bool {
    fn names(filter: &Filter) -> bool {
        match filter {
            Filter::And(list) => list.iter().any(names),
            Filter::Field(Field::Column(Column::HostName), Test::Text(test)) => {
                let short = test.pattern.is_ascii() && test.pattern.len() <= text::LENGTH;
                test.kind == Text::Equals && short
            }
            _ => false,
        }
    }
    names(&selection.filter) && predicate.may.text.contains("host_name")
}

/// The rows in which the columns hold the values of all these fields.
pub(crate) fn stored(fields: &[Field], dialect: Dialect) -> Sql {
    let list: Vec<Sql> = fields.iter().map(|field| stored_one(field, dialect)).collect();
    Sql::conjoin(&list)
}

fn stored_one(field: &Field, dialect: Dialect) -> Sql {
    let Field::Column(column) = field else { return Sql::no() };
    match column.kind() {
        Kind::Time | Kind::List => Sql::no(),
        _ if !column::is_nullable(*column) => Sql::yes(),
        _ => {
            let mut sql = Sql::default();
            let elsewhere = elsewhere::has(column.name(), dialect).negate();
            sql.push(&format!("({} IS NOT NULL OR ", column.sql())).append(&elsewhere).push(")");
            sql
        }
    }
}

#[cfg(test)]
mod tests;
