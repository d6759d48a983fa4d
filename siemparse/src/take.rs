//! What is done with each line: keep its event for the store, print it, count it, explain it.
//!
//! In: lines and their source's parser. Out: the events of complete records, kept or printed.
//!
//! What it does *not* know: where lines come from, where events go.

use crate::batch::Pending;
use crate::explain;
use crate::line::Piece;
use common::event::{Event, Kept, Object, Original, Value};
use parse::Parser;
use std::io::{self, Write as _};

/// Takes lines.
pub(crate) enum Take {
    /// Events are kept and stored.
    Keep(Kept),
    /// Events are dropped once they are counted.
    Count,
    /// Events are printed as JSON lines, numbered over all sources.
    Print(Printer),
    /// How each line is read is printed.
    Explain(Printer),
}

/// Standard output, written in large pieces.
#[derive(Default)]
pub(crate) struct Printer {
    buffer: Vec<u8>,
    number: i32,
}

/// How much is printed at once.
const PRINT: usize = 64 << 10;

impl Take {
    /// Takes a line; keeps the events of records that are complete now, where they are to be kept.
    pub(crate) fn line(
        &mut self,
        parser: &mut Parser,
        piece: Piece<'_>,
        pending: &mut Pending,
    ) -> io::Result<()> {
        pending.count_line(&piece);
        if piece.is_unusual() {
            self.rest(parser, pending)?;
            return self.record(parser, piece, pending);
        }
        let mut result = Ok(());
        parser.join(piece.line, &mut |parser, line| {
            if result.is_ok() {
                result = self.record(parser, Piece::plain(line), pending);
            }
        });
        result
    }

    /// Takes the records that are open: the input rests, or ends.
    pub(crate) fn rest(&mut self, parser: &mut Parser, pending: &mut Pending) -> io::Result<()> {
        let mut result = Ok(());
        parser.drain(&mut |parser, line| {
            if result.is_ok() {
                result = self.record(parser, Piece::plain(line), pending);
            }
        });
        result
    }

    /// Takes a record.
    fn record(
        &mut self,
        parser: &mut Parser,
        piece: Piece<'_>,
        pending: &mut Pending,
    ) -> io::Result<()> {
        if let Take::Explain(printer) = self {
            printer.number += 1;
            explain::explain(parser, &piece, printer.number, &mut printer.buffer);
        }
        let mut event = read(parser, piece);
        if parser.leaves_out(&event) && !matches!(self, Take::Explain(_)) {
            pending.leave_out(&event);
            return Ok(());
        }
        pending.delta.events += 1;
        pending.delta.unparsed += i64::from(event.tags.iter().any(|tag| tag == "unparsed"));
        match self {
            Take::Keep(kept) => {
                // The raw line has them; they are read from there when they are asked for.
                event.original = Object::default();
                pending.keep(event.into_kept(kept));
            }
            Take::Count => {}
            Take::Explain(printer) => printer.flush_full()?,
            Take::Print(printer) => printer.print(event)?,
        }
        Ok(())
    }

    /// Shows what was taken so far: the input pauses.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match self {
            Take::Keep(_) | Take::Count => Ok(()),
            Take::Print(printer) | Take::Explain(printer) => printer.flush(),
        }
    }
}

impl Printer {
    fn print(&mut self, mut event: Event<'_>) -> io::Result<()> {
        self.number = self.number.saturating_add(1);
        event.id.seq = self.number;
        if event.original.is_empty() {
            event.load_original();
        }
        event.write_json(&mut self.buffer, Original::Include);
        self.buffer.push(b'\n');
        self.flush_full()
    }

    fn flush_full(&mut self) -> io::Result<()> {
        if self.buffer.len() >= PRINT { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(&self.buffer)?;
        self.buffer.clear();
        stdout.flush()
    }
}

/// Reads a line, and notes on its event what is unusual about it.
pub(crate) fn read<'a>(parser: &mut Parser, piece: Piece<'a>) -> Event<'a> {
    let mut event = parser.parse(piece.line);
    if piece.is_unterminated {
        event.tag("unterminated");
    }
    if piece.is_continuation {
        event.tag("continuation");
    }
    if let Some((length, digest)) = piece.overlong {
        event.tag("overlong");
        event.ext.push("log.length", Value::Int(length));
        event.ext.push("log.sha256", Value::Text(digest.into()));
        event.ext.normalise();
    }
    event
}
