//! Where names stand among the columns of a log, found once for all its rows.
//!
//! A name or a table that lives as long as the program is the same one whenever it has the same
//! address, so that where it stands is remembered by that.
//!
//! [`Places`] are asked for names; a [`Plan`] says beforehand what becomes of each column.
//!
//! What it does *not* know: how rows are divided, what names mean.

use common::event::{Event, Value};
use common::field::Column;
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

/// Rows of a table, and the columns that they name.
type Named = Arc<[(usize, usize)]>;

/// Columns in the order of their names.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    order: Vec<usize>,
    /// The columns' names, and those under which an event keeps their values.
    names: Vec<String>,
    kept: Vec<Cow<'static, str>>,
    /// Columns that the next one has the name of.
    twice: Vec<usize>,
    tables: RefCell<Vec<(usize, Named)>>,
    known: RefCell<Vec<(usize, usize, Option<usize>)>>,
}

impl Places {
    /// The places of names; `kept` says under which name an event keeps one.
    pub(crate) fn new(fields: &[String], kept: impl Fn(&str) -> Cow<'static, str>) -> Places {
        let mut order: Vec<usize> = (0..fields.len()).collect();
        order.sort_by_key(|place| &fields[*place]);
        let names: Vec<String> = order.iter().map(|place| fields[*place].clone()).collect();
        let same = |place: &usize| names[*place] == names[place + 1];
        let twice = (0..names.len().saturating_sub(1)).filter(same).collect();
        let kept = names.iter().map(|name| kept(name)).collect();
        let (tables, known) = (RefCell::default(), RefCell::default());
        Places { order, names, kept, twice, tables, known }
    }

    /// For each column in the order of the names, where it stands in a row.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    /// The names under which events keep the columns' values, in the order of the columns' names.
    pub(crate) fn kept(&self) -> &[Cow<'static, str>] {
        &self.kept
    }

    /// The columns that the next one has the name of.
    pub(crate) fn twice(&self) -> &[usize] {
        &self.twice
    }

    /// The column of a name, the last of those that have it.
    pub(crate) fn of(&self, name: &'static str) -> Option<usize> {
        let (from, length) = (name.as_ptr().addr(), name.len());
        let mut known = self.known.borrow_mut();
        let found = known.iter().find(|(at, width, _)| (*at, *width) == (from, length));
        if let Some((_, _, place)) = found {
            return *place;
        }
        let place = self.find(name);
        known.push((from, length, place));
        place
    }

    /// The rows of a table that name columns, and those columns.
    pub(crate) fn of_table<T>(&self, table: &'static [(&'static str, T)]) -> Named {
        let from = table.as_ptr().addr();
        let mut tables = self.tables.borrow_mut();
        if let Some((_, named)) = tables.iter().find(|(at, _)| *at == from) {
            return Arc::clone(named);
        }
        let rows = table.iter().enumerate();
        let named: Named = rows.filter_map(|(nth, row)| Some((nth, self.find(row.0)?))).collect();
        tables.push((from, Arc::clone(&named)));
        named
    }

    fn find(&self, name: &str) -> Option<usize> {
        let end = self.names.partition_point(|have| have.as_str() <= name);
        end.checked_sub(1).filter(|place| self.names[*place] == name)
    }
}

/// How the text of a column is read; nothing where it says nothing.
pub(crate) type Read = for<'a> fn(&'a str) -> Option<Value<'a>>;

/// What a column gives an event.
#[derive(Clone, Debug)]
pub(crate) enum Gives {
    /// A column of the event.
    Column(Column, Read),
    /// A further field.
    Field(Cow<'static, str>, Read),
}

impl Gives {
    /// The name of a further field; a column comes before all.
    fn name(&self) -> &str {
        match self {
            Gives::Column(..) => "",
            Gives::Field(name, _) => name,
        }
    }
}

/// What the columns of a log give its events.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Where the columns stand that the format itself looks at.
    asked: Vec<Option<usize>>,
    /// Columns and what they give, fields in the order of their names, which spares sorting them.
    cells: Vec<(usize, Gives)>,
    /// The first whose fields come behind those that the format adds itself.
    split: usize,
}

impl Plan {
    /// A plan for columns of these names; `give` tells what one of them gives. The format adds most
    /// fields of its own that come in the order of names where `split` would stand.
    pub(crate) fn new(
        names: &[&str],
        asked: &[&str],
        split: &str,
        give: impl Fn(&str, &mut dyn FnMut(Gives)),
    ) -> Plan {
        let mut cells = Vec::new();
        for (at, name) in names.iter().enumerate() {
            give(name, &mut |gives| cells.push((at, gives)));
        }
        cells.sort_by(|(_, one), (_, next)| one.name().cmp(next.name()));
        let split = cells.partition_point(|(_, gives)| gives.name() < split);
        let place = |wanted| names.iter().position(|name| *name == wanted);
        Plan { asked: asked.iter().copied().map(place).collect(), cells, split }
    }

    /// Where a column stands that the format asked for, the first of its name.
    pub(crate) fn place(&self, nth: usize) -> Option<usize> {
        *self.asked.get(nth)?
    }

    /// What stands there in a row.
    pub(crate) fn asked<'a>(&self, nth: usize, row: &[&'a str]) -> Option<&'a str> {
        present(row, self.place(nth)?)
    }

    /// Fills what a row's columns give; `own` adds the format's own fields at their place.
    pub(crate) fn fill<'a>(
        &self,
        row: &[&'a str],
        event: &mut Event<'a>,
        own: impl FnOnce(&mut Event<'a>),
    ) {
        // The format adds eight of its own at most.
        event.ext.reserve(self.cells.len() + 8);
        let (front, back) = self.cells.split_at(self.split);
        give(front, row, event);
        own(event);
        give(back, row, event);
    }
}

fn give<'a>(cells: &[(usize, Gives)], row: &[&'a str], event: &mut Event<'a>) {
    for (at, gives) in cells {
        let Some(text) = present(row, *at) else { continue };
        match gives {
            Gives::Field(name, read) => {
                if let Some(value) = read(text) {
                    event.ext.push(name.clone(), value);
                }
            }
            Gives::Column(column, read) => {
                if let Some(value) = read(text) {
                    // What does not fit stays among the source's own fields.
                    let _ = event.set_column(*column, value);
                }
            }
        }
    }
}

/// A column's value, unless it is absent.
fn present<'a>(row: &[&'a str], at: usize) -> Option<&'a str> {
    row.get(at).copied().filter(|value| !matches!(*value, "-" | ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tables_are_found_among_columns() {
        const TABLE: &[(&str, u8)] = &[("x", 1), ("a", 2), ("b", 3), ("", 4)];
        let fields = ["b", "c", "a", "b"].map(str::to_owned);
        let places = Places::new(&fields, |name| Cow::Owned(format!("o.{name}")));
        assert_eq!((places.order(), places.twice()), (&[2, 0, 3, 1][..], &[1][..]));
        assert_eq!(places.kept(), ["o.a", "o.b", "o.b", "o.c"]);
        for _ in 0..2 {
            assert_eq!((places.of("b"), places.of("c"), places.of("d")), (Some(2), Some(3), None));
            assert_eq!(*places.of_table(TABLE), [(1, 0), (2, 2)]);
        }
        assert_eq!(Places::new(&[], |_| "".into()).of("a"), None);
    }

    #[test]
    fn columns_give_fields_in_the_order_of_names() {
        let plain: Read = |value| Some(Value::Text(Cow::Borrowed(value)));
        let number: Read = |value| value.parse().ok().map(Value::Int);
        let plan =
            Plan::new(&["z", "ip", "a", "z", "n"], &["z", "none"], "m", |name, give| match name {
                "ip" => give(Gives::Column(Column::SourceIp, plain)),
                "n" => give(Gives::Field("n".into(), number)),
                _ => give(Gives::Field(name.to_owned().into(), plain)),
            });
        let fields = |row: &[&'static str]| {
            let mut event = Event::default();
            plan.fill(row, &mut event, |event| event.ext.push("m", Value::Int(0)));
            let fields: Vec<String> =
                event.ext.iter().map(|(name, value)| format!("{name}={value}")).collect();
            (fields.join(" "), event.source_ip)
        };
        let ip = "192.0.2.7".parse().ok();
        assert_eq!(fields(&["1", "192.0.2.7", "2", "3", "4"]), ("a=2 m=0 n=4 z=1 z=3".into(), ip));
        assert_eq!(fields(&["-", "none", "", "3", "x"]), ("m=0 z=3".into(), None));
        assert_eq!(fields(&["1"]), ("m=0 z=1".into(), None));
        assert_eq!((plan.place(0), plan.place(1), plan.place(2)), (Some(0), None, None));
        assert_eq!((plan.asked(0, &["7"]), plan.asked(0, &["-"])), (Some("7"), None));
    }
}
