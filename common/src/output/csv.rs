//! CSV (RFC 4180, but with LF line ends): a header, then a line a record.
//!
//! Values stand as they are, so that what is read back equals what was logged. A spreadsheet may
//! take a value that begins with `=` for a formula; import such files as text. On a terminal
//! control characters are escaped. What it does *not* know: what the fields mean.

use super::record::{Format, Record};
use super::safe::escape;
use crate::field::Field;
use std::borrow::Cow;
use std::io::{self, Write};

/// Prints comma-separated values.
#[derive(Debug)]
pub struct Csv {
    fields: Vec<Field>,
    escaped: bool,
    begun: bool,
}

impl Csv {
    /// Prints these fields; `escaped` when a terminal reads it.
    #[must_use]
    pub fn new(fields: Vec<Field>, escaped: bool) -> Csv {
        Csv { fields, escaped, begun: false }
    }

    fn header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        line(out, self.fields.iter().map(|field| Cow::Borrowed(field.name())), self.escaped)
    }
}

fn line<'c>(
    out: &mut dyn Write,
    cells: impl Iterator<Item = Cow<'c, str>>,
    escaped: bool,
) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().buffer_capacity(1 << 10).from_writer(out);
    for cell in cells {
        let cell = if escaped { escape(&cell).into_owned() } else { cell.into_owned() };
        writer.write_field(cell).map_err(io::Error::from)?;
    }
    writer.write_record(None::<&[u8]>).map_err(io::Error::from)?;
    writer.flush()
}

impl Format for Csv {
    fn record(&mut self, record: &dyn Record, out: &mut dyn Write) -> io::Result<()> {
        self.header(out)?;
        let cells = self.fields.iter().map(|field| record.text(field).unwrap_or_default());
        line(out, cells, self.escaped)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.header(out)
    }
}
