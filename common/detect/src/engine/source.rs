//! What the fields of the event at hand are read from, and where in it a value is.
//!
//! What it does *not* know: rules, fields.

use super::scan::Token;
use common::event::{Event, ValueRef};

/// What an event's values are read from.
pub(super) struct Source<'e> {
    /// The line of a flat event.
    pub(super) line: &'e [u8],
    /// The values of an event that was built.
    pub(super) values: &'e [ValueRef<'e>],
    /// That event.
    pub(super) event: Option<&'e Event<'e>>,
    /// What stands beside the line of a stored event: its columns and the fields that were added.
    pub(super) beside: Option<&'e Event<'e>>,
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the line.
    Line(Token, usize, usize),
    /// Among the items of the line's lists: from and until.
    List(usize, usize),
    /// Among the values.
    Value(usize),
}

/// A value in the line: token, from, until.
pub(super) type Item = (Token, usize, usize);
