//! TSV: a header, then a line a record; tab, line feed, carriage return and backslash in a value
//! are written `\t`, `\n`, `\r` and `\\`, so that `cut` and `awk` see one record a line.
//!
//! On a terminal other control characters are escaped too. What it does *not* know: what the
//! fields mean.

use super::record::{Format, Record};
use super::safe::escape;
use crate::field::Field;
use std::io::{self, Write};

/// Prints tab-separated values.
#[derive(Debug)]
pub struct Tsv {
    fields: Vec<Field>,
    escaped: bool,
    begun: bool,
}

impl Tsv {
    /// Prints these fields; `escaped` when a terminal reads it.
    #[must_use]
    pub fn new(fields: Vec<Field>, escaped: bool) -> Tsv {
        Tsv { fields, escaped, begun: false }
    }

    fn line(&self, out: &mut dyn Write, cell: impl Fn(&Field) -> String) -> io::Result<()> {
        let mut line = Vec::new();
        for (place, field) in self.fields.iter().enumerate() {
            if place > 0 {
                line.push(b'\t');
            }
            let text = cell(field);
            for part in text.split_inclusive(['\t', '\n', '\r', '\\']) {
                let plain = part.trim_end_matches(['\t', '\n', '\r', '\\']);
                let shown = if self.escaped { escape(plain) } else { plain.into() };
                line.extend_from_slice(shown.as_bytes());
                line.extend_from_slice(match &part[plain.len()..] {
                    "\t" => b"\\t",
                    "\n" => b"\\n",
                    "\r" => b"\\r",
                    "\\" => b"\\\\",
                    _ => b"",
                });
            }
        }
        line.push(b'\n');
        out.write_all(&line)
    }

    fn header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        self.line(out, |field| field.name().to_owned())
    }
}

impl Format for Tsv {
    fn record(&mut self, record: &dyn Record, out: &mut dyn Write) -> io::Result<()> {
        self.header(out)?;
        self.line(out, |field| record.text(field).unwrap_or_default().into_owned())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.header(out)
    }
}
