//! JSON lines: one object a line.
//!
//! What it does *not* know: what the objects hold.

use super::record::{Format, Record, write_json};
use crate::field::Field;
use std::io::{self, Write};

/// Prints one JSON object a line.
#[derive(Debug, Default)]
pub struct JsonLines {
    fields: Option<Vec<Field>>,
    line: Vec<u8>,
}

impl JsonLines {
    /// Prints these fields, or all of them.
    #[must_use]
    pub fn new(fields: Option<Vec<Field>>) -> JsonLines {
        JsonLines { fields, line: Vec::new() }
    }
}

impl Format for JsonLines {
    fn record(&mut self, record: &dyn Record, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        write_json(record, self.fields.as_deref(), &mut self.line);
        self.line.push(b'\n');
        out.write_all(&self.line)
    }
}
