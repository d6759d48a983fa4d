//! One source that is being read: its bytes, its place, its parser, its next batch.
//!
//! ```text
//!  input ─► splitter ─► take (parser) ─► pending ─► Job
//! ```
//!
//! What it does *not* know: other sources, the store, when to stop.

use crate::batch::{Cut, Delta, Job, Pending};
use crate::content::{Content, Inode};
use crate::identity;
use crate::line::{Edge, HEAD, MARK, Splitter};
use crate::source::Source;
use crate::stream::Pieces;
use crate::take::Take;
use common::clock::Timestamp;
use parse::Parser;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::Child;
use std::rc::Rc;
use std::sync::mpsc::TryRecvError;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use store::{Cause, Cursor};

/// How many bytes are read in one turn, so that no source keeps others waiting.
const TURN: usize = 4 << 20;

/// Where a tail's bytes come from.
pub(crate) enum Input {
    /// A file that may grow.
    File(FileInput),
    /// A packed file, which does not.
    Archive(Content, Box<dyn Read + Send>),
    /// What arrives.
    Stream(Pieces),
    /// What a program prints, and that program.
    Journal(Pieces, Child),
}

/// A plain file.
pub(crate) struct FileInput {
    pub(crate) content: Content,
    reader: Box<dyn Read + Send>,
    /// When the file had last changed, once its end was reached.
    seen: Option<SystemTime>,
}

/// What a turn ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The batch is full, or others shall have their turn.
    More,
    /// There is nothing more at the moment.
    Idle,
    /// There never is anything more.
    End,
    /// The file was cut or written anew: what was read is no longer its beginning.
    Replaced,
}

/// Why a turn failed.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The source cannot be read.
    Input(io::Error),
    /// What was read cannot be printed.
    Output(io::Error),
}

/// A source that is being read.
pub(crate) struct Tail {
    pub(crate) number: usize,
    pub(crate) source: Rc<Source>,
    pub(crate) path: PathBuf,
    pub(crate) input: Input,
    pub(crate) parser: Parser,
    pub(crate) cursor: Cursor,
    pub(crate) pending: Pending,
    pub(crate) epoch: u32,
    /// How many batches are on their way.
    pub(crate) outstanding: usize,
    /// When the last batch was sent.
    pub(crate) sent: Option<Instant>,
    /// When its last bytes were read.
    pub(crate) grown: Instant,
    /// Whether its path is another file's now.
    pub(crate) is_leaving: bool,
    /// Whether its file's content is another source's now.
    pub(crate) is_replaced: bool,
    /// Whether there is nothing more to read.
    pub(crate) is_finished: bool,
    lines: Splitter,
    /// Where the pending batch begins.
    start: i64,
}

impl Input {
    /// A file from an offset on.
    pub(crate) fn file(content: Content, offset: i64) -> io::Result<Input> {
        let reader = content.reader(offset)?;
        Ok(match content.packing {
            None => Input::File(FileInput { content, reader, seen: None }),
            Some(_) => Input::Archive(content, reader),
        })
    }

    pub(crate) fn content(&self) -> Option<&Content> {
        match self {
            Input::File(file) => Some(&file.content),
            Input::Archive(content, _) => Some(content),
            Input::Stream(_) | Input::Journal(..) => None,
        }
    }

    /// Whether more can come after the end.
    pub(crate) fn can_grow(&self) -> bool {
        matches!(self, Input::File(_))
    }

    /// Reads once.
    fn fill(&mut self, lines: &mut Splitter) -> io::Result<Turn> {
        let count = match self {
            Input::File(file) => {
                if file.was_replaced(lines)? {
                    return Ok(Turn::Replaced);
                }
                let count = lines.fill(&mut file.reader)?;
                file.seen = if count == 0 { Some(file.content.state()?.1) } else { None };
                count
            }
            Input::Archive(_, reader) => lines.fill(reader)?,
            Input::Stream(pieces) | Input::Journal(pieces, _) => match pieces.try_recv() {
                Ok(piece) => {
                    let piece = piece?;
                    lines.push(&piece);
                    piece.len()
                }
                Err(TryRecvError::Empty) => return Ok(Turn::Idle),
                Err(TryRecvError::Disconnected) => 0,
            },
        };
        Ok(match count {
            0 if self.can_grow() => Turn::Idle,
            0 => Turn::End,
            _ => Turn::More,
        })
    }
}

impl FileInput {
    /// Whether the file that had been read to its end is another one now.
    fn was_replaced(&self, lines: &Splitter) -> io::Result<bool> {
        let Some(seen) = self.seen else { return Ok(false) };
        let (size, changed) = self.content.state()?;
        let read_to = lines.read_to();
        if size == read_to && changed == seen {
            return Ok(false);
        }
        let last = lines.last_read();
        let from = read_to - i64::try_from(last.len()).unwrap_or(0);
        Ok(size < read_to || self.content.read_at(from, last.len())? != last)
    }
}

impl Tail {
    /// A tail that goes on where a cursor stands.
    pub(crate) fn new(
        number: usize,
        source: Rc<Source>,
        path: PathBuf,
        input: Input,
        parser: Parser,
        cursor: Cursor,
    ) -> io::Result<Tail> {
        let lines = splitter(input.content(), &cursor)?;
        let start = cursor.position;
        Ok(Tail {
            number,
            source,
            path,
            input,
            parser,
            cursor,
            lines,
            start,
            pending: Pending::default(),
            epoch: 0,
            outstanding: 0,
            sent: None,
            grown: Instant::now(),
            is_leaving: false,
            is_replaced: false,
            is_finished: false,
        })
    }

    /// Goes back, or on, to where a cursor stands.
    pub(crate) fn reset(&mut self, cursor: Cursor, parser: Parser) -> io::Result<()> {
        if let Some(content) = self.input.content() {
            let reader = content.reader(cursor.position)?;
            self.lines = splitter(Some(content), &cursor)?;
            match &mut self.input {
                Input::File(file) => (file.reader, file.seen) = (reader, None),
                Input::Archive(_, old) => *old = reader,
                Input::Stream(_) | Input::Journal(..) => {}
            }
        }
        self.start = cursor.position;
        self.pending = Pending::default();
        self.parser = parser;
        self.cursor = cursor;
        self.epoch += 1;
        self.is_finished = false;
        Ok(())
    }

    pub(crate) fn inode(&self) -> Option<Inode> {
        self.input.content().map(|content| content.inode)
    }

    /// Reads and takes lines until the batch is full, the input pauses, or others want a turn.
    pub(crate) fn turn(&mut self, take: &mut Take) -> Result<Turn, Trouble> {
        let now = Timestamp::now();
        self.parser.set_read_at(now);
        self.parser.set_reference(self.reference(now));
        let limit = self.lines.read_to() + i64::try_from(TURN).unwrap_or(0);
        loop {
            while let Some(piece) = self.lines.next() {
                if let Input::Journal(..) = self.input {
                    note_token(piece.line.bytes, &mut self.cursor.token);
                }
                take.line(&mut self.parser, piece, &mut self.pending).map_err(Trouble::Output)?;
                if self.pending.is_full() {
                    return Ok(Turn::More);
                }
            }
            let turn = self.input.fill(&mut self.lines).map_err(Trouble::Input)?;
            if turn == Turn::More {
                self.grown = Instant::now();
            }
            if turn != Turn::More || self.lines.read_to() >= limit {
                return Ok(turn);
            }
        }
    }

    /// The time that stamps without a year are not much later than.
    fn reference(&self, now: Timestamp) -> Timestamp {
        let changed = self.input.content().and_then(|content| content.state().ok());
        changed.map_or(now, |(_, changed)| timestamp(changed))
    }

    /// Takes the last line, which has no line feed, and the records that are open.
    pub(crate) fn take_rest(&mut self, take: &mut Take) -> io::Result<()> {
        if let Some(piece) = self.lines.rest() {
            take.line(&mut self.parser, piece, &mut self.pending)?;
        }
        self.take_open(take)
    }

    /// Takes the records that are open: no more of their lines came for a while.
    pub(crate) fn take_open(&mut self, take: &mut Take) -> io::Result<()> {
        take.rest(&mut self.parser, &mut self.pending)
    }

    /// Gives up the last line: it is gone from the file.
    pub(crate) fn lose_rest(&mut self) {
        let (place, count) = (self.lines.edge().position, self.lines.waiting());
        self.pending.lose(place, count, Cause::Truncated);
    }

    /// Whether there is a last line without a line feed, or a record that is open.
    pub(crate) fn has_rest(&self) -> bool {
        self.lines.waiting() > 0 || self.parser.is_open()
    }

    /// Gives memory back while nothing arrives.
    pub(crate) fn pause(&mut self) {
        self.lines.rest_quietly();
        self.pending.pause();
    }

    /// The place behind the last line that was taken.
    pub(crate) fn position(&self) -> i64 {
        self.lines.edge().position
    }

    /// Forgets what is pending: it is of another source now.
    pub(crate) fn drop_pending(&mut self) {
        self.pending = Pending::default();
        self.start = self.position();
    }

    /// Ends the pending batch.
    pub(crate) fn cut(&mut self) -> Job {
        let Cut { events, gaps, filtered, lost, delta } = self.pending.cut();
        let Edge { position, .. } = self.lines.edge();
        identity::remember(&mut self.cursor, &self.lines.edge());
        self.cursor.state = self.parser.state();
        let start = std::mem::replace(&mut self.start, position);
        self.sent = Some(Instant::now());
        let delta = Delta { bytes: position - start + lost, ..delta };
        let cursor = self.cursor.clone();
        let (tail, epoch) = (self.number, self.epoch);
        let rejects = Vec::new();
        Job { tail, epoch, cursor, start, events, rejects, gaps, filtered, delta }
    }
}

/// A splitter that goes on where a cursor stands.
fn splitter(content: Option<&Content>, cursor: &Cursor) -> io::Result<Splitter> {
    let length = |length: i64| usize::try_from(length).unwrap_or(0);
    let Some(content) = content else {
        return Ok(Splitter::new(cursor.position, cursor.line, Vec::new(), &[]).framed());
    };
    let head = content.read_at(0, length(cursor.position).min(HEAD))?;
    let mark = length(cursor.position).min(MARK);
    let from = cursor.position - i64::try_from(mark).unwrap_or(0);
    let mark = content.read_at(from, mark)?;
    Ok(Splitter::new(cursor.position, cursor.line, head, &mark))
}

fn timestamp(time: SystemTime) -> Timestamp {
    let micros = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    Timestamp(i64::try_from(micros).unwrap_or(i64::MAX))
}

/// Keeps the value of `__CURSOR` of a journal line.
fn note_token(line: &[u8], token: &mut String) {
    const NAME: &[u8] = b"\"__CURSOR\":\"";
    let Some(at) = memchr::memmem::find(line, NAME) else { return };
    let value = &line[at + NAME.len()..];
    if let Some(end) = memchr::memchr(b'"', value)
        && let Ok(value) = std::str::from_utf8(&value[..end])
    {
        value.clone_into(token);
    }
}
