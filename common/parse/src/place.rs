//! Where names stand among the columns of a log, found once for all its rows.
//!
//! A name or a table that lives as long as the program is the same one whenever it has the same
//! address, so that where it stands is remembered by that.
//!
//! What it does *not* know: rows, what names mean.

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

impl PartialEq for Places {
    fn eq(&self, other: &Places) -> bool {
        (&self.order, &self.names) == (&other.order, &other.names)
    }
}

impl Eq for Places {}

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
}
