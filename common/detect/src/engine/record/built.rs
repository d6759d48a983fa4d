//! The fields of an event that was built, as its own names are resolved.
//!
//! What it does *not* know: rules; lines.

use super::Record;
use crate::engine::name::Names;
use crate::engine::source::Place;
use common::event::{Event, ValueRef};

impl Record {
    /// Takes the fields of an event that was built, as [`Event::own`] finds them: the source's own,
    /// then those that were added, then columns, then names that have spaces.
    pub(in crate::engine) fn read_event<'e>(
        &mut self,
        event: &'e Event<'_>,
        names: &Names,
    ) -> Vec<ValueRef<'e>> {
        self.begin();
        let mut values = Vec::with_capacity(32);
        // Most names of rules are absent: the event's own names are looked up, not theirs.
        for name in event.original.names() {
            let field = names.find(name.as_bytes());
            if let Some(field) = field
                && let Some(value) = event.original.get(name)
            {
                self.put_value(field, value, &mut values);
            }
        }
        self.read_added(event, names, &mut values);
        for &(column, field) in names.columns() {
            if let Some(value) = event.column(column) {
                self.put_value(field, value, &mut values);
            }
        }
        self.read_spaced(event, names, &mut values);
        values
    }

    /// Takes the fields that were added; of a name that is there twice the last counts.
    pub(super) fn read_added<'e>(
        &mut self,
        event: &'e Event<'_>,
        names: &Names,
        values: &mut Vec<ValueRef<'e>>,
    ) {
        for (name, value) in event.ext.iter().rev() {
            if let Some(own) = name.strip_prefix("original.")
                && let Some(field) = names.find(own.as_bytes())
            {
                self.put_value(field, value.into(), values);
            }
        }
        for (name, value) in event.ext.iter().rev() {
            if let Some(field) = names.find(name.as_bytes()) {
                self.put_value(field, value.into(), values);
            }
        }
    }

    pub(super) fn read_spaced<'e>(
        &mut self,
        event: &'e Event<'_>,
        names: &Names,
        values: &mut Vec<ValueRef<'e>>,
    ) {
        let of_ext = event.ext.iter().map(|(name, _)| name);
        let is_spaced = |name: &&str| memchr::memchr(b' ', name.as_bytes()).is_some();
        for name in event.original.names().chain(of_ext).filter(is_spaced) {
            let name = name.strip_prefix("original.").unwrap_or(name).replace(' ', "");
            if let Some(field) = names.find(name.as_bytes())
                && let Some(value) = event.own(&name)
            {
                self.put_value(field, value, values);
            }
        }
    }

    /// Keeps a value where the field has none yet.
    pub(super) fn put_value<'e>(
        &mut self,
        field: u16,
        value: ValueRef<'e>,
        values: &mut Vec<ValueRef<'e>>,
    ) {
        if self.slots[usize::from(field)].epoch != self.epoch {
            self.put(field, Place::Value(values.len()));
            values.push(value);
        }
    }
}
