//! SIEM events on standard output.
//!
//! What it does *not* know: where they come from.

use crate::args::Output;
use common::clock::zone::Zone;
use common::field::Field;
use common::output::{Color, Csv, Format, Shown, Table, Terminal};
use common::siem_event::SiemEvent;
use std::io::{self, Write as _};

/// Prints SIEM events, or nothing.
pub(crate) struct Printer {
    form: Form,
    line: Vec<u8>,
    /// SIEM events that wait for the end.
    kept: Option<Vec<SiemEvent>>,
    /// How many were printed.
    pub(crate) count: u64,
}

enum Form {
    Nothing,
    JsonLines,
    Csv(Csv),
    Table(Box<Table>),
}

impl Printer {
    /// A printer in the form asked for. `always`: when none is asked for, JSON lines, or a table
    /// on a terminal.
    pub(crate) fn new(output: Option<Output>, always: bool) -> Printer {
        let terminal = Terminal::stdout(Color::Auto);
        let form = match output {
            Some(Output::Jsonl) => Form::JsonLines,
            Some(Output::Csv) => Form::Csv(Csv::new(fields(), terminal.size.is_some())),
            Some(Output::Table) => Form::Table(Box::new(table(terminal))),
            None if always && terminal.size.is_some() => Form::Table(Box::new(table(terminal))),
            None if always => Form::JsonLines,
            None => Form::Nothing,
        };
        Printer { form, line: Vec::new(), kept: None, count: 0 }
    }

    /// Keeps everything until the end, where it is printed by time.
    pub(crate) fn timeline(mut self, is_timeline: bool) -> Printer {
        self.kept = is_timeline.then(Vec::new);
        self
    }

    /// Prints one SIEM event.
    pub(crate) fn print(&mut self, event: &SiemEvent) -> io::Result<()> {
        self.count += 1;
        match &mut self.kept {
            Some(kept) => {
                kept.push(event.clone());
                Ok(())
            }
            None => self.write(event),
        }
    }

    fn write(&mut self, event: &SiemEvent) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match &mut self.form {
            Form::Nothing => Ok(()),
            Form::JsonLines => {
                self.line.clear();
                event.write_json(&mut self.line);
                self.line.push(b'\n');
                out.write_all(&self.line)
            }
            Form::Csv(csv) => csv.record(&event.to_event(), &mut out),
            Form::Table(table) => table.record(&event.to_event(), &mut out),
        }
    }

    /// Prints what waits for the end.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        let mut kept = self.kept.take().unwrap_or_default();
        kept.sort_by(|a, b| (a.time, &a.rule_id, &a.id).cmp(&(b.time, &b.rule_id, &b.id)));
        kept.iter().try_for_each(|event| self.write(event))?;
        if let Form::Csv(csv) = &mut self.form {
            csv.end(&mut io::stdout().lock())?;
        }
        self.flush()
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

/// What a line of CSV holds.
fn fields() -> Vec<Field> {
    let names = [
        "@timestamp",
        "last_time",
        "level",
        "magnitude",
        "section",
        "rule.id",
        "rule.name",
        "rule.kind",
        "event_count",
        "message",
        "tags",
        "id",
    ];
    names.map(Field::new).to_vec()
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
