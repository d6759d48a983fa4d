//! Counts: rows about which the columns tell are counted from them alone, the others as events.
//!
//! Groups are counted here and not by GROUP BY, which sorts every row; a hash table of what is
//! found costs a fraction. Where only the largest groups are wanted and there are too many to
//! hold, the rows are gone through once for each part of them.
//!
//! What it does *not* know: how results are printed.

use super::Sqlite;
use super::walk::{Access, Path, Walk};
use crate::predicate::{self, Dialect, Predicate, Sql};
use crate::tally::{Key, Tally};
use crate::{Group, Selection};
use common::clock::Timestamp;
use common::event::Event;
use common::field::{Column, Field};
use rusqlite::types::ValueRef;
use rusqlite::{Row, params_from_iter};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

impl Sqlite {
    pub(super) fn count_rows(&mut self, selection: &Selection) -> rusqlite::Result<u64> {
        let predicate = predicate::selection(selection, Dialect::Sqlite);
        let mut sql = Sql::default();
        let access = Access::of(&self.connection, selection, &predicate)?;
        sql.push("SELECT count(*) FROM ").push(access.table()).push(" WHERE ");
        sql.append(&Sql::conjoin([&access.condition(), &predicate.must]));
        let sure: i64 = self
            .connection
            .prepare_cached(&sql.text)?
            .query_row(params_from_iter(&sql.values), |row| row.get(0))?;
        let mut count = u64::try_from(sure).unwrap_or(0);
        self.undecided(selection, &predicate, &mut |_| count += 1)?;
        Ok(count)
    }

    /// Shows the selected events among the rows that the columns alone do not decide.
    fn undecided(
        &mut self,
        selection: &Selection,
        predicate: &Predicate,
        see: &mut dyn FnMut(&Event<'_>),
    ) -> rusqlite::Result<()> {
        if predicate.is_decided() {
            return Ok(());
        }
        let access = Access::of(&self.connection, selection, predicate)?;
        let walk = Walk::new(access, predicate.undecided(), Path::Time);
        let mut see = |event: Event<'static>| {
            see(&event);
            ControlFlow::Continue(())
        };
        self.see(walk, &selection.filter, None, &mut see).map(drop)
    }

    pub(super) fn count_slots(
        &mut self,
        selection: &Selection,
        span: i64,
    ) -> rusqlite::Result<Vec<(Timestamp, u64)>> {
        let predicate = predicate::selection(selection, Dialect::Sqlite);
        let mut slots: BTreeMap<i64, u64> = BTreeMap::new();
        let mut add = |time: i64| *slots.entry(time.div_euclid(span.max(1))).or_default() += 1;
        let access = Access::of(&self.connection, selection, &predicate)?;
        let walk = Walk::new(access, predicate.must.clone(), Path::Time);
        walk.narrow(self, "time", &mut |row| {
            add(row.get(2)?);
            Ok(())
        })?;
        self.undecided(selection, &predicate, &mut |event| add(event.time.0))?;
        let slot = |(slot, count): (i64, u64)| (Timestamp(slot.saturating_mul(span.max(1))), count);
        Ok(slots.into_iter().map(slot).collect())
    }

    pub(super) fn count_groups(
        &mut self,
        selection: &Selection,
        fields: &[Field],
        top: Option<u64>,
    ) -> rusqlite::Result<Vec<Group>> {
        let mut predicate = predicate::selection(selection, Dialect::Sqlite);
        let stored = predicate::stored(fields, Dialect::Sqlite);
        predicate.must = Sql::conjoin([&predicate.must, &stored]);
        let columns: Vec<&str> = fields.iter().map(column).collect();
        let columns = columns.join(", ");
        let access = Access::of(&self.connection, selection, &predicate)?;
        let mut tally = Tally::new(top);
        while tally.begin() {
            let walk = Walk::new(access.clone(), predicate.must.clone(), Path::Time);
            let mut key = Key::default();
            walk.narrow(self, &columns, &mut |row| {
                fill(&mut key, row, fields.len())?;
                tally.add(&key, 1);
                Ok(())
            })?;
            self.undecided(selection, &predicate, &mut |event| {
                key.of(event, fields);
                tally.add(&key, 1);
            })?;
        }
        Ok(tally.groups())
    }
}

/// The column of a field as it is counted. Rows of other fields are counted as events.
fn column(field: &Field) -> &'static str {
    match field {
        Field::Column(Column::HostName) => "nullif(host_name, '-')",
        Field::Column(column) => column.sql(),
        Field::Named(_) | Field::Own(_) => "NULL",
    }
}

fn fill(key: &mut Key, row: &Row<'_>, fields: usize) -> rusqlite::Result<()> {
    key.clear();
    for place in 2..fields + 2 {
        match row.get_ref(place)? {
            ValueRef::Text(text) => key.push(Some(text)),
            ValueRef::Integer(number) => key.push(Some(number.to_string().as_bytes())),
            _ => key.push(None),
        }
    }
    Ok(())
}
