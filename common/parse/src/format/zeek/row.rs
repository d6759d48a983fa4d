//! A row of a tab-separated log: its values by the names of its columns.
//!
//! What it does *not* know: what names mean.

use super::typed;
use crate::columns;
use crate::header::Header;
use crate::place::Places;
use crate::source::Source;
use common::event::{Event, Value, ValueRef};

/// How many columns a row is divided into without an allocation.
const FEW: usize = 64;

/// A row's values, in the order of the columns' names.
pub(super) struct Row<'h, 'a> {
    places: &'h Places,
    values: Vec<Option<Value<'a>>>,
}

impl<'h, 'a> Row<'h, 'a> {
    /// Divides a line; `None` where it has fewer values than there are columns.
    pub(super) fn read(text: &'a str, header: &Header, places: &'h Places) -> Option<Row<'h, 'a>> {
        let width = header.fields.len();
        let mut few = [""; FEW];
        let many: Vec<&str>;
        let parts = match header.separator.as_bytes() {
            [mark] if width <= FEW => {
                let count = columns::split(text, *mark, &mut few);
                &few[..count]
            }
            _ => {
                many = text.split(header.separator.as_str()).take(width).collect();
                &many[..]
            }
        };
        if parts.len() < width || header.kinds.len() < width {
            return None;
        }
        let value = |&place: &usize| typed(parts[place], header.kinds[place], header);
        let mut values: Vec<Option<Value<'a>>> = places.order().iter().map(value).collect();
        // Of columns with one name the last that has a value counts.
        for place in places.twice() {
            let earlier = values[*place].take();
            values[place + 1] = values[place + 1].take().or(earlier);
        }
        Some(Row { places, values })
    }

    /// Adds all values to the event under the columns' names.
    pub(super) fn keep(self, event: &mut Event<'a>) {
        for (name, value) in self.places.kept().iter().zip(self.values) {
            if let Some(value) = value {
                event.ext.push(name.clone(), value);
            }
        }
    }
}

impl<'a> Source<'a> for Row<'_, 'a> {
    fn known(&self, name: &'static str) -> Option<ValueRef<'_>> {
        self.values[self.places.of(name)?].as_ref().map(ValueRef::from)
    }

    fn value(&self, name: &'static str) -> Option<Value<'a>> {
        self.values[self.places.of(name)?].clone()
    }

    fn values<T>(&self, table: &'static [(&'static str, T)], mut give: impl FnMut(&T, Value<'a>)) {
        for &(nth, place) in self.places.of_table(table).iter() {
            if let Some(value) = &self.values[place] {
                give(&table[nth].1, value.clone());
            }
        }
    }
}
