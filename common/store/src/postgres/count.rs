//! Counts: rows about which the columns tell are grouped by the server, the others are counted as
//! events.
//!
//! What it does *not* know: how results are printed.

use super::Postgres;
use super::row::{Address, Time};
use super::walk::Path;
use crate::predicate::{self, Dialect, Predicate, Sql};
use crate::tally::{Key, Tally};
use crate::{Group, Result, Selection};
use common::clock::Timestamp;
use common::event::Event;
use common::field::{Column, Field, Kind};
use postgres::Row;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

impl Postgres {
    pub(super) fn count_rows(&mut self, selection: &Selection) -> Result<u64> {
        let predicate = predicate::selection(selection, Dialect::Postgres);
        let mut sql = Sql::default();
        sql.push("SELECT count(*) FROM event WHERE ").append(&predicate.must);
        let mut count = 0;
        self.rows(&sql, &mut |row| count += number(row, 0))?;
        self.undecided(selection, &predicate, &mut |_| count += 1)?;
        Ok(count)
    }

    pub(super) fn count_slots(
        &mut self,
        selection: &Selection,
        span: i64,
    ) -> Result<Vec<(Timestamp, u64)>> {
        let predicate = predicate::selection(selection, Dialect::Postgres);
        let span = span.max(1);
        let mut slots: BTreeMap<i64, u64> = BTreeMap::new();
        let mut sql = Sql::default();
        sql.push(&format!("SELECT date_bin('{span} microseconds', time, 'epoch'), count(*) "));
        sql.push("FROM event WHERE ").append(&predicate.must).push(" GROUP BY 1");
        let mut add = |time: Timestamp, count| {
            *slots.entry(time.0.div_euclid(span)).or_default() += count;
        };
        self.rows(&sql, &mut |row| add(row.get::<_, Time>(0).0, number(row, 1)))?;
        self.undecided(selection, &predicate, &mut |event| add(event.time, 1))?;
        let slot = |(slot, count): (i64, u64)| (Timestamp(slot.saturating_mul(span)), count);
        Ok(slots.into_iter().map(slot).collect())
    }

    pub(super) fn count_groups(
        &mut self,
        selection: &Selection,
        fields: &[Field],
        top: Option<u64>,
    ) -> Result<Vec<Group>> {
        let mut predicate = predicate::selection(selection, Dialect::Postgres);
        let stored = predicate::stored(fields, Dialect::Postgres);
        predicate.must = Sql::conjoin([&predicate.must, &stored]);
        let mut tally = Tally::new(top);
        let mut key = Key::default();
        let (mut groups, mut is_first) = (grouped(fields, &predicate.must), true);
        while tally.begin() {
            let mut unsure = 0;
            self.undecided(selection, &predicate, &mut |event| {
                key.of(event, fields);
                tally.add(&key, 1);
                unsure += 1;
            })?;
            if let Some(top) = top.filter(|_| is_first && unsure == 0) {
                groups.push(&largest(fields, top));
            }
            is_first = false;
            self.rows(&groups, &mut |row| {
                fill(&mut key, row, fields);
                tally.add(&key, number(row, fields.len()));
            })?;
        }
        Ok(tally.groups())
    }

    /// Shows each row of a statement.
    fn rows(&mut self, sql: &Sql, see: &mut dyn FnMut(&Row)) -> Result<()> {
        let values: Vec<&(dyn ToSql + Sync)> =
            sql.values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let client = self.client()?;
        let read = || {
            let mut rows = client.query_raw(&sql.render(Dialect::Postgres), values)?;
            while let Some(row) = rows.next()? {
                see(&row);
            }
            Ok(())
        };
        read().map_err(|error| self.fault(&error))
    }

    /// Shows the selected events among the rows that the columns alone do not decide.
    fn undecided(
        &mut self,
        selection: &Selection,
        predicate: &Predicate,
        see: &mut dyn FnMut(&Event<'_>),
    ) -> Result<()> {
        if predicate.is_decided() {
            return Ok(());
        }
        let walk = self.walk(selection, &predicate.undecided(), Path::Time)?;
        let mut see = |event: Event<'static>| {
            see(&event);
            ControlFlow::Continue(())
        };
        self.see(walk, &selection.filter, None, &mut see).map(drop)
    }
}

/// The statement that counts rows by the columns of fields.
fn grouped(fields: &[Field], must: &Sql) -> Sql {
    let columns: Vec<String> = fields.iter().map(column).collect();
    let places: Vec<String> = (1..=fields.len()).map(|place| place.to_string()).collect();
    let mut sql = Sql::default();
    sql.push(&format!("SELECT {}, count(*) FROM event WHERE ", columns.join(", ")));
    sql.append(must).push(&format!(" GROUP BY {}", places.join(", ")));
    sql
}

/// Leaves all but the largest groups to the server, ties by value as text. Only where no group
/// has rows that are counted elsewhere.
fn largest(fields: &[Field], top: u64) -> String {
    let text = |field: &Field| match field {
        Field::Column(column) if column.kind() == Kind::Ip => format!("host({})", column.sql()),
        field => format!("({})::text", column(field)),
    };
    let values = fields.iter().map(|field| format!(", {} COLLATE \"C\" NULLS FIRST", text(field)));
    format!(" ORDER BY count(*) DESC{} LIMIT {top}", values.collect::<String>())
}

/// The column of a field as it is counted. Rows of other fields are counted as events.
fn column(field: &Field) -> String {
    match field {
        Field::Column(Column::HostName) => "nullif(host_name, '-')".to_owned(),
        Field::Column(column) if column.kind() == Kind::Int => format!("{}::bigint", column.sql()),
        Field::Column(column) => column.sql().to_owned(),
        Field::Named(_) | Field::Own(_) => "NULL::text".to_owned(),
    }
}

fn fill(key: &mut Key, row: &Row, fields: &[Field]) {
    key.clear();
    for (place, field) in fields.iter().enumerate() {
        let kind = match field {
            Field::Column(column) => column.kind(),
            Field::Named(_) | Field::Own(_) => Kind::Text,
        };
        match kind {
            Kind::Int => {
                let number: Option<i64> = row.get(place);
                key.push(number.map(|number| number.to_string()).as_ref().map(String::as_bytes));
            }
            Kind::Ip => {
                let ip: Option<Address> = row.get(place);
                key.push(ip.map(|ip| ip.0.to_string()).as_ref().map(String::as_bytes));
            }
            Kind::Time => key.push(None),
            Kind::Text | Kind::List => {
                key.push(row.get::<_, Option<&str>>(place).map(str::as_bytes));
            }
        }
    }
}

fn number(row: &Row, place: usize) -> u64 {
    u64::try_from(row.get::<_, i64>(place)).unwrap_or(0)
}
