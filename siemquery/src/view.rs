//! How records are shown: format, columns, destination; and the one place they are written from.
//!
//! What it does *not* know: what is selected.

use crate::args::{Args, Form};
use crate::found;
use crate::request::{self, Request, Subject};
use anyhow::Result;
use common::cli::{Failure, Kind};
use common::clock::zone::Zone;
use common::field::Field;
use common::output::{
    Csv, Format, Json, JsonLines, Raw, Record, Shown, Sink, Table, Terminal, Tsv,
};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The choices of a command line about output.
pub(crate) struct View {
    pub(crate) form: Form,
    pub(crate) terminal: Terminal,
    pub(crate) zone: Zone,
    pub(crate) fields: Option<Vec<Field>>,
    /// Whether a terminal gets all there is without asking: not by default.
    lines: Option<u64>,
    file: Option<PathBuf>,
    paged: bool,
    silent: bool,
    chosen: bool,
}

impl View {
    pub(crate) fn new(args: &Args, request: &Request) -> Result<View> {
        let terminal = Terminal::stdout(args.color);
        let to_stdout = args.json.as_deref() == Some(Path::new("-"));
        let form = match args.output {
            _ if args.raw => Form::Raw,
            Some(form) => form,
            None if to_stdout => Form::Json,
            None if terminal.size.is_some() => Form::Table,
            None => Form::Jsonl,
        };
        if form == Form::Raw && terminal.size.is_some() && !args.force && !args.silent {
            let message = "raw bytes from logs could control the terminal";
            return Err(Failure::new(Kind::Usage, message)
                .hint("send them into a pipe or file, or insist with --force")
                .into());
        }
        let named = match request.subject {
            Subject::SiemEvents => found::wanted,
            Subject::Rules | Subject::Helpers | Subject::RulesAndHelpers => as_given,
            Subject::Events => request::field,
        };
        let fields = args.fields.iter().map(|name| named("--fields", name));
        let fields: Vec<Field> = fields.collect::<Result<_>>()?;
        Ok(View {
            form,
            terminal,
            zone: request.zone.clone(),
            fields: (!fields.is_empty()).then_some(fields),
            lines: args.lines,
            file: args.json.clone().filter(|_| !to_stdout),
            paged: !args.no_pager && !args.follow && form != Form::Raw,
            silent: args.silent,
            chosen: args.output.is_some() || args.json.is_some(),
        })
    }

    /// The most records that are shown; `otherwise` on a terminal when nobody said.
    pub(crate) fn limit(&self, otherwise: u64) -> Option<u64> {
        match self.lines {
            Some(0) => None,
            Some(limit) => Some(limit),
            None => self.is_cut().then_some(otherwise),
        }
    }

    /// Whether a default limit holds.
    pub(crate) fn is_cut(&self) -> bool {
        let whole = self.form == Form::Raw || self.file.is_some() || self.silent;
        self.lines.is_none() && self.terminal.size.is_some() && !whole
    }

    /// Whether people read it.
    pub(crate) fn is_table(&self) -> bool {
        self.form == Form::Table
    }

    /// Whether the format was asked for.
    pub(crate) fn is_chosen(&self) -> bool {
        self.chosen
    }

    /// The number of lines asked for, if any was.
    pub(crate) fn lines(&self) -> Option<u64> {
        self.lines
    }

    /// Opens the destination. `columns` are a table's, `fields` those of CSV and TSV; chosen
    /// fields replace both.
    pub(crate) fn open(&self, columns: Vec<Shown>, fields: Vec<Field>) -> Result<Printer> {
        let file =
            self.file.as_deref().map(|name| Sink::file(name).map_err(|error| named(name, &error)));
        let format = self.format(columns, fields);
        Ok(Printer {
            format: (!self.silent).then_some(format),
            sink: Sink::stdout(&self.terminal, self.paged),
            file: file.transpose()?.map(|sink| (Json::new(self.fields.clone()), sink)),
            name: self.file.clone().unwrap_or_default(),
            count: 0,
        })
    }

    fn format(&self, columns: Vec<Shown>, fields: Vec<Field>) -> Box<dyn Format> {
        let chosen = || self.fields.clone();
        let on_terminal = self.terminal.size.is_some();
        match self.form {
            Form::Table => {
                let columns = chosen()
                    .map_or(columns, |fields| fields.into_iter().map(with_own_heading).collect());
                Box::new(Table::new(columns, self.zone.clone(), self.terminal))
            }
            Form::Json => Box::new(Json::new(chosen())),
            Form::Jsonl => Box::new(JsonLines::new(chosen())),
            Form::Csv => Box::new(Csv::new(chosen().unwrap_or(fields), on_terminal)),
            Form::Tsv => Box::new(Tsv::new(chosen().unwrap_or(fields), on_terminal)),
            Form::Raw => Box::new(Raw),
        }
    }
}

fn as_given(_: &str, name: &str) -> Result<Field> {
    Ok(Field::Named(name.trim().to_owned()))
}

fn with_own_heading(field: Field) -> Shown {
    let header = field.name().to_owned();
    Shown::new(field, &header)
}

fn named(name: &Path, error: &io::Error) -> Failure {
    Failure::new(Kind::Input, format!("{}: {error}", name.display()))
}

/// Where records go: standard output, and a JSON file beside it.
pub(crate) struct Printer {
    format: Option<Box<dyn Format>>,
    sink: Sink,
    file: Option<(Json, Sink)>,
    name: PathBuf,
    count: u64,
}

impl Printer {
    pub(crate) fn record(&mut self, record: &dyn Record) -> Result<()> {
        self.count += 1;
        if let Some(format) = &mut self.format {
            format.record(record, &mut self.sink)?;
        }
        if let Some((format, sink)) = &mut self.file {
            format.record(record, sink).map_err(|error| named(&self.name, &error))?;
        }
        Ok(())
    }

    /// Bytes that are no record: a drawn table.
    pub(crate) fn text(&mut self, text: &[u8]) -> Result<()> {
        if self.format.is_some() {
            self.sink.write_all(text)?;
        }
        Ok(())
    }

    /// Everything so far reaches its reader.
    pub(crate) fn flush(&mut self) -> Result<()> {
        if let Some(format) = &mut self.format {
            format.flush(&mut self.sink)?;
        }
        Ok(self.sink.flush()?)
    }

    /// Writes what is left; says how many records there were.
    pub(crate) fn finish(mut self) -> Result<u64> {
        // An empty table is no table; other formats have an empty form.
        if let Some(format) = &mut self.format {
            format.end(&mut self.sink)?;
        }
        self.sink.finish()?;
        if let Some((mut format, mut sink)) = self.file {
            let written = format.end(&mut sink).and_then(|()| sink.finish());
            written.map_err(|error| named(&self.name, &error))?;
        }
        Ok(self.count)
    }
}
