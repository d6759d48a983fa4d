//! Tests on a column as SQL, by what the column holds.
//!
//! What it does *not* know: where else a field can be (`elsewhere`).

use super::sql::{Bound, Dialect, Sql};
use super::{Predicate, elsewhere, set, text};
use common::clock::Timestamp;
use common::field::{Column, Kind};
use common::filter::{Network, Order, Test, Text, TextTest, fold};
use std::borrow::Cow;
use std::net::IpAddr;

/// Integers up to here are doubles without loss, so that comparing either way is the same.
const LOSSLESS: f64 = 9_007_199_254_740_992.0;

/// Whether the column can be absent, so that the field may be elsewhere.
pub(super) fn is_nullable(column: Column) -> bool {
    !matches!(
        column,
        Column::Time
            | Column::Section
            | Column::HostName
            | Column::Message
            | Column::LogOffset
            | Column::TimeQuality
    )
}

/// A test on a column.
pub(super) fn test(column: Column, test: &Test, dialect: Dialect) -> Predicate {
    let name = column.sql();
    let present = match (column.kind(), test) {
        (Kind::Time, _) => time(test),
        (_, Test::Time(..)) => Predicate::exact(Sql::no()),
        (Kind::List, _) => list(name, test, dialect),
        (_, Test::Exists) => Predicate::exact(Sql::new(&format!("{name} IS NOT NULL"), vec![])),
        (Kind::Text, _) => of_text(name, test, dialect),
        (Kind::Int, _) => of_int(name, test, dialect),
        (Kind::Ip, _) => of_ip(name, test, dialect),
    };
    if column == Column::HostName {
        return host(present, test, dialect);
    }
    if !is_nullable(column) {
        return present;
    }
    let absent = if column.kind() == Kind::List { "= ''" } else { "IS NULL" };
    let mut may = Sql::default();
    may.push("(").append(&present.may).push(&format!(" OR {name} {absent} AND "));
    may.append(&elsewhere::has(column.name(), dialect)).push(")");
    Predicate { may, ..present }
}

/// A host of `-` is absent, and nowhere else.
fn host(present: Predicate, test: &Test, dialect: Dialect) -> Predicate {
    let both = |sql: &Sql| {
        let mut all = Sql::default();
        all.push("(").append(sql).push(" AND host_name <> '-')");
        all
    };
    match test {
        Test::Text(test) if test.kind == Text::Equals && test.cased && test.pattern.is_ascii() => {
            // The index is on the name without case.
            let indexed = text::equals("host_name", &fold(&test.pattern), dialect);
            let list = [indexed, present.must, Sql::new("host_name <> '-'", Vec::new())];
            Predicate::exact(Sql::join(&list, "AND"))
        }
        Test::Text(test) if test.kind == Text::Equals && *test.pattern != *"-" => present,
        _ => Predicate { must: both(&present.must), may: both(&present.may), ..present },
    }
}

fn time(test: &Test) -> Predicate {
    match test {
        Test::Exists => Predicate::exact(Sql::yes()),
        Test::Time(order, bound) => {
            // Beyond what any event carries, and still a time on PostgreSQL.
            let bound = bound.0.clamp(Timestamp::MIN.0 - 1, Timestamp::MAX.0 + 1);
            let bound = Bound::Time(Timestamp(bound));
            Predicate::exact(Sql::new(&format!("time {order} ?"), vec![bound]))
        }
        Test::Text(_) | Test::Regex(_) | Test::Set(_) => Predicate::superset(Sql::yes()),
        // A stamp is no number, no truth value and no address.
        _ => Predicate::exact(Sql::no()),
    }
}

fn of_text(name: &str, test: &Test, dialect: Dialect) -> Predicate {
    match test {
        Test::Text(test) => text::test(name, test, dialect),
        Test::Set(test) => set::of_text(name, test, dialect),
        Test::Bool(truth) => {
            Predicate::exact(text::equals(name, if *truth { "true" } else { "false" }, dialect))
        }
        Test::Number(number) if number.is_nan() => Predicate::exact(Sql::no()),
        Test::Number(number) if number.is_finite() => of_decimal(name, *number, dialect),
        _ => Predicate::superset(Sql::new(&format!("{name} IS NOT NULL"), Vec::new())),
    }
}

/// A text that is this number: surely when written in the shortest way, perhaps when it reads so.
fn of_decimal(name: &str, number: f64, dialect: Dialect) -> Predicate {
    let shortest = Sql::new(&format!("{name} = ?"), vec![Bound::Text(number.to_string())]);
    let may = match dialect {
        // SQLite reads the longest number that a text begins with, to about 15 digits.
        Dialect::Sqlite => Sql::new(
            &format!("abs(CAST({name} AS REAL) - ?) <= ?"),
            vec![Bound::Real(number), Bound::Real(number.abs() * 1e-12 + 1e-300)],
        ),
        Dialect::Postgres => {
            let shape = Bound::Text("^[+-]{0,1}[0-9]+([.][0-9]+){0,1}$".into());
            Sql::new(&format!("{name} ~ ?"), vec![shape])
        }
    };
    Predicate { must: shortest, may, exact: false }
}

fn of_int(name: &str, test: &Test, dialect: Dialect) -> Predicate {
    match test {
        Test::Text(test) => int_text(name, test, dialect),
        Test::Set(test) => set::of_int(name, test, dialect),
        Test::Number(number) if number.fract() != 0.0 || number.is_nan() => {
            Predicate::exact(Sql::no())
        }
        #[allow(clippy::cast_possible_truncation, reason = "integral and within 2^53")]
        Test::Number(number) if number.abs() < LOSSLESS => {
            Predicate::exact(Sql::new(&format!("{name} = ?"), vec![Bound::Int(*number as i64)]))
        }
        #[allow(clippy::cast_possible_truncation, reason = "rounded and within 2^53")]
        Test::Compare(order, bound) if bound.abs() < LOSSLESS => {
            let bound = match order {
                Order::Less | Order::GreaterOrEqual => bound.ceil(),
                Order::LessOrEqual | Order::Greater => bound.floor(),
            };
            Predicate::exact(Sql::new(&format!("{name} {order} ?"), vec![Bound::Int(bound as i64)]))
        }
        Test::Number(_) | Test::Compare(..) | Test::Regex(_) => {
            Predicate::superset(Sql::new(&format!("{name} IS NOT NULL"), Vec::new()))
        }
        // An integer is no truth value and no address.
        _ => Predicate::exact(Sql::no()),
    }
}

fn int_text(name: &str, test: &TextTest, dialect: Dialect) -> Predicate {
    if test.kind != Text::Equals {
        return text::test(&format!("CAST({name} AS text)"), test, dialect);
    }
    let number = test.pattern.parse::<i64>().ok();
    let number = number.filter(|number| *number.to_string() == *test.pattern);
    Predicate::exact(match number {
        Some(number) => Sql::new(&format!("{name} = ?"), vec![Bound::Int(number)]),
        None => Sql::no(),
    })
}

fn of_ip(name: &str, test: &Test, dialect: Dialect) -> Predicate {
    match test {
        Test::Text(test) => ip_text(name, test, dialect),
        Test::Set(test) => set::of_ip(name, test, dialect),
        Test::Network(network) => match dialect {
            Dialect::Sqlite => network_text(name, network),
            Dialect::Postgres => {
                let network = vec![Bound::Inet(network.to_string())];
                Predicate::exact(Sql::new(&format!("{name} <<= ?"), network))
            }
        },
        Test::Regex(_) => Predicate::superset(Sql::new(&format!("{name} IS NOT NULL"), Vec::new())),
        // An address is no number and no truth value.
        _ => Predicate::exact(Sql::no()),
    }
}

/// A pattern on an address's canonical text.
fn ip_text(name: &str, test: &TextTest, dialect: Dialect) -> Predicate {
    if test.kind == Text::Equals {
        let pattern = if test.cased { Cow::Borrowed(&*test.pattern) } else { fold(&test.pattern) };
        let address = pattern.parse::<IpAddr>().ok().map(|ip| ip.to_canonical().to_string());
        return Predicate::exact(match address.filter(|text| *text == pattern) {
            Some(text) => Sql::new(&format!("{name} = ?"), vec![Bound::Inet(text)]),
            None => Sql::no(),
        });
    }
    if dialect == Dialect::Sqlite {
        return text::test(name, test, dialect);
    }
    // PostgreSQL writes some IPv6 addresses in another way.
    let inner = text::test(&format!("host({name})"), test, dialect);
    let with = |sql: &Sql, family: &str| {
        let mut all = Sql::default();
        all.push("(").append(sql).push(&format!(" {family})"));
        all
    };
    Predicate {
        must: with(&inner.must, &format!("AND family({name}) = 4")),
        may: with(&inner.may, &format!("OR family({name}) = 6")),
        exact: false,
    }
}

/// A network over addresses kept as text: exact for v4 networks of whole octets.
fn network_text(name: &str, network: &Network) -> Predicate {
    let written = network.to_string();
    let (base, prefix) = written.split_once('/').unwrap_or((&written, "0"));
    let (base, prefix) = (base.parse::<IpAddr>().ok(), prefix.parse::<usize>().unwrap_or(0));
    let Some(IpAddr::V4(base)) = base else {
        let v6 = Sql::new(&format!("{name} LIKE '%:%'"), Vec::new());
        return if prefix == 0 { Predicate::exact(v6) } else { Predicate::superset(v6) };
    };
    let octets = base.octets();
    let sql = match prefix / 8 {
        0 => Sql::new(&format!("{name} NOT LIKE '%:%'"), Vec::new()),
        4 => Sql::new(&format!("{name} = ?"), vec![Bound::Inet(base.to_string())]),
        whole => {
            let start: String = octets[..whole].iter().map(|octet| format!("{octet}.")).collect();
            text::like(name, &format!("{start}%"), Dialect::Sqlite)
        }
    };
    if prefix.is_multiple_of(8) { Predicate::exact(sql) } else { Predicate::superset(sql) }
}

/// Tags: words joined by single spaces, so that one with spaces around it is one element.
fn list(name: &str, test: &Test, dialect: Dialect) -> Predicate {
    let present = Sql::new(&format!("{name} <> ''"), Vec::new());
    let word = match test {
        Test::Exists => return Predicate::exact(present),
        Test::Time(..) => return Predicate::exact(Sql::no()),
        Test::Text(test) if !test.cased && test.pattern.is_ascii() && test.pattern.len() < 1000 => {
            (test.kind, fold(&test.pattern))
        }
        _ => return Predicate::superset(present),
    };
    let (kind, folded) = word;
    let literal = text::literal(&folded);
    let padded = format!("(' ' || {name} || ' ')");
    let pattern = match kind {
        Text::Glob => return Predicate::superset(present),
        // No element is empty or has a space.
        _ if folded.contains(' ') => return Predicate::exact(Sql::no()),
        Text::Equals if folded.is_empty() => return Predicate::exact(Sql::no()),
        _ if folded.is_empty() => return Predicate::exact(present),
        Text::Equals => format!("% {literal} %"),
        Text::Contains => format!("%{literal}%"),
        Text::StartsWith => format!("% {literal}%"),
        Text::EndsWith => format!("%{literal} %"),
    };
    Predicate::exact(text::like(&padded, &pattern, dialect))
}
