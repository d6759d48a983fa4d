//! SIEM events on standard output.
//!
//! What it does *not* know: where they come from.

use crate::args::Output;
use common::clock::zone::Zone;
use common::field::Field;
use common::output::{Color, Format, Shown, Table, Terminal};
use common::siem_event::SiemEvent;
use std::io::{self, Write as _};

/// Prints SIEM events, or nothing.
pub(crate) struct Printer {
    form: Form,
    line: Vec<u8>,
    /// How many were printed.
    pub(crate) count: u64,
}

enum Form {
    Nothing,
    JsonLines,
    Table(Box<Table>),
}

impl Printer {
    /// A printer in the form asked for. `always`: when none is asked for, JSON lines, or a table
    /// on a terminal.
    pub(crate) fn new(output: Option<Output>, always: bool) -> Printer {
        let terminal = Terminal::stdout(Color::Auto);
        let form = match output {
            Some(Output::Jsonl) => Form::JsonLines,
            Some(Output::Table) => Form::Table(Box::new(table(terminal))),
            None if always && terminal.size.is_some() => Form::Table(Box::new(table(terminal))),
            None if always => Form::JsonLines,
            None => Form::Nothing,
        };
        Printer { form, line: Vec::new(), count: 0 }
    }

    /// Prints one SIEM event.
    pub(crate) fn print(&mut self, event: &SiemEvent) -> io::Result<()> {
        self.count += 1;
        let mut out = io::stdout().lock();
        match &mut self.form {
            Form::Nothing => Ok(()),
            Form::JsonLines => {
                self.line.clear();
                event.write_json(&mut self.line);
                self.line.push(b'\n');
                out.write_all(&self.line)
            }
            Form::Table(table) => table.record(&event.to_event(), &mut out),
        }
    }

    /// Prints what was kept: nothing more comes for a while.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if let Form::Table(table) = &mut self.form {
            table.flush(&mut out)?;
        }
        out.flush()
    }
}

fn table(terminal: Terminal) -> Table {
    let column = |name: &str, header: &str| Shown::new(Field::new(name), header);
    let columns = vec![
        column("@timestamp", "time"),
        column("magnitude", "magnitude").right(),
        column("severity", "severity"),
        column("rule.name", "rule"),
        column("event_count", "count").right(),
        column("message", "message"),
    ];
    Table::new(columns, Zone::local(), terminal)
}
