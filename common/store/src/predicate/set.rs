//! Tests against reference sets as SQL. A set travels as one JSON text, so that its size has no
//! limit.
//!
//! Texts are compared in lower case of ASCII. A value beyond ASCII may equal what the database
//! folds differently: where a set has one, every row with the column is a candidate.
//!
//! What it does *not* know: columns.

use super::Predicate;
use super::sql::{Bound, Dialect, Sql};
use common::filter::{Set, SetTest, Text, fold};

/// A text column against a set.
pub(super) fn of_text(name: &str, test: &SetTest, dialect: Dialect) -> Predicate {
    let Some(set) = whole(test) else { return present(name, test) };
    let is_ascii = set.values().iter().all(|value| value.is_ascii());
    let folded = match dialect {
        Dialect::Sqlite => format!("lower({name})"),
        Dialect::Postgres => format!("lower({name} COLLATE \"C\")"),
    };
    let ascii = set.values().iter().filter(|value| value.is_ascii());
    let must = member(&folded, ascii.map(|value| fold(value).into_owned()), dialect);
    // A text that is an address lies in a network however it is written.
    if is_ascii && set.networks().next().is_none() {
        return Predicate::exact(must);
    }
    Predicate { must, ..present(name, test) }
}

/// A column of integers against a set.
pub(super) fn of_int(name: &str, test: &SetTest, dialect: Dialect) -> Predicate {
    let Some(set) = whole(test) else { return present(name, test) };
    let text = format!("CAST({name} AS text)");
    Predicate::exact(member(&text, set.values().iter().cloned(), dialect))
}

/// A column of addresses against a set.
pub(super) fn of_ip(name: &str, test: &SetTest, dialect: Dialect) -> Predicate {
    let Some(set) = whole(test) else { return present(name, test) };
    let single = set.networks().filter(|it| it.is_single()).map(|it| it.address().to_string());
    let wide: Vec<String> =
        set.networks().filter(|it| !it.is_single()).map(ToString::to_string).collect();
    let must = match dialect {
        Dialect::Sqlite => member(name, single, dialect),
        Dialect::Postgres => {
            let text = format!(
                "{name} IN (SELECT CAST(value AS inet) FROM jsonb_array_elements_text(?::jsonb) \
                 AS of_set (value))"
            );
            Sql::new(&text, vec![json(single)])
        }
    };
    match dialect {
        _ if wide.is_empty() => Predicate::exact(must),
        Dialect::Sqlite => Predicate { must, ..present(name, test) },
        Dialect::Postgres => {
            let text = format!(
                "EXISTS (SELECT FROM jsonb_array_elements_text(?::jsonb) AS of_set (value) \
                 WHERE {name} <<= CAST(value AS inet))"
            );
            let within = Sql::new(&text, vec![json(wide.into_iter())]);
            Predicate::exact(Sql::join(&[must, within], "OR"))
        }
    }
}

/// The set of a test for whole values, case ignored.
fn whole(test: &SetTest) -> Option<&Set> {
    test.set().filter(|_| test.kind == Text::Equals && !test.cased)
}

/// Every row with the column may be meant; none before the test is bound.
fn present(name: &str, test: &SetTest) -> Predicate {
    match test.set() {
        Some(_) => Predicate::superset(Sql::new(&format!("{name} IS NOT NULL"), Vec::new())),
        None => Predicate::exact(Sql::no()),
    }
}

fn member(expression: &str, values: impl Iterator<Item = String>, dialect: Dialect) -> Sql {
    let list = match dialect {
        Dialect::Sqlite => "SELECT value FROM json_each(?)",
        Dialect::Postgres => "SELECT jsonb_array_elements_text(?::jsonb)",
    };
    Sql::new(&format!("{expression} IN ({list})"), vec![json(values)])
}

fn json(values: impl Iterator<Item = String>) -> Bound {
    Bound::Text(serde_json::Value::from_iter(values).to_string())
}
