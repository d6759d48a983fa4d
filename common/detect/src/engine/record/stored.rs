//! The fields of a stored event whose line is flat JSON: those of the line, then what stands beside
//! it.
//!
//! They are taken in the order in which [`Event::own`] looks for them, and the line is not read
//! into the event.
//!
//! What it does *not* know: rules.

use super::Record;
use crate::engine::key::Role;
use crate::engine::name::Names;
use crate::engine::scan::{Token, scan};
use common::event::{Event, ValueRef};

impl Record {
    /// Reads a stored event's line and what stands beside it; `None` when that needs the whole
    /// event: the line is not in the plain form, or a rule may look into a list.
    pub(in crate::engine) fn read_stored<'e>(
        &mut self,
        event: &'e Event<'_>,
        names: &Names,
    ) -> Option<Vec<ValueRef<'e>>> {
        self.begin();
        self.stored_members(&event.raw, names)?;
        // Without fields of its own an event has others' values for keywords.
        if !self.leaves.iter().any(|(token, ..)| *token != Token::List) {
            return None;
        }
        let mut values = Vec::new();
        if !event.ext.is_empty() {
            self.read_added(event, names, &mut values);
        }
        for &(column, field) in names.columns() {
            if let Some(value) = event.column(column) {
                self.put_value(field, value, &mut values);
            }
        }
        if !event.ext.is_empty() {
            self.read_spaced(event, names, &mut values);
        }
        let is_list =
            |value: &ValueRef<'_>| matches!(value, ValueRef::List(_) | ValueRef::Texts(_));
        (!values.iter().any(is_list)).then_some(values)
    }

    fn stored_members(&mut self, line: &[u8], names: &Names) -> Option<()> {
        let mut marks = std::mem::take(&mut self.marks);
        let read = match marks.read(line) {
            true => scan(line, &marks, |name, stretch, token| {
                let key = self.keys.key(line, name, names);
                match key.role {
                    Role::Refused => None,
                    _ => self.member(key.field, stretch, token),
                }
            }),
            false => None,
        };
        self.marks = marks;
        read
    }
}
