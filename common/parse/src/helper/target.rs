//! Where a helper's value goes: a column, or a further field.
//!
//! What it does *not* know: values.

use crate::kept::kept;
use common::field::{Column, Field};

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Column(Column),
    Ext(&'static str),
}

impl Target {
    pub(crate) fn new(field: &str) -> Target {
        match Field::new(field) {
            Field::Column(column) => Target::Column(column),
            Field::Named(name) => Target::Ext(kept(&name)),
            own @ Field::Own(_) => Target::Ext(kept(own.name())),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Target::Column(column) => column.name(),
            Target::Ext(name) => name,
        }
    }
}
