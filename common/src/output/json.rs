//! JSON: one array of objects, each on a line of its own.
//!
//! What it does *not* know: what the objects hold.

use super::record::{Format, Record, write_json};
use crate::field::Field;
use std::io::{self, Write};

/// Prints an array; `[]` when there is no record.
#[derive(Debug, Default)]
pub struct Json {
    fields: Option<Vec<Field>>,
    line: Vec<u8>,
    begun: bool,
}

impl Json {
    /// Prints these fields, or all of them.
    #[must_use]
    pub fn new(fields: Option<Vec<Field>>) -> Json {
        Json { fields, line: Vec::new(), begun: false }
    }
}

impl Format for Json {
    fn record(&mut self, record: &dyn Record, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        self.line.extend_from_slice(if self.begun { b",\n" } else { b"[\n" });
        self.begun = true;
        write_json(record, self.fields.as_deref(), &mut self.line);
        out.write_all(&self.line)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b"\n]\n" } else { b"[]\n" })
    }
}
