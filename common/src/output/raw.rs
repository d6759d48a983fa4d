//! Raw: the bytes of the source as they were read, line endings included.
//!
//! What it does *not* know: order; `siemquery --raw` asks for that of the source.

use super::record::{Format, Record};
use std::io::{self, Write};

/// Prints the source's bytes.
#[derive(Debug, Default)]
pub struct Raw;

impl Format for Raw {
    fn record(&mut self, record: &dyn Record, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&record.line())
    }
}
