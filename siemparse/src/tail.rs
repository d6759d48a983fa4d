//! One source that is being read: its bytes, its place, its parser, its next batch.
//!
//! ```text
//!  input ─► splitter ─► take (parser) ─► pending ─► Job
//! ```
//!
//! What it does *not* know: other sources, the store, when to stop.

mod input;

pub(crate) use self::input::Input;
use crate::batch::{Cut, Delta, Job, Pending};
use crate::content::{Content, Inode, State};
use crate::identity;
use crate::line::{Edge, HEAD, MARK, Splitter};
use crate::source::Source;
use crate::take::Take;
use common::clock::Timestamp;
use parse::Parser;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use store::{Cause, Cursor};

/// How many bytes are read in one turn, so that no source keeps others waiting.
const TURN: usize = 4 << 20;

/// How many bytes tell one log from another: more than a stamp.
const TELLING: usize = 48;

/// What a turn ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The batch is full, or others shall have their turn.
    More,
    /// There is nothing more at the moment.
    Idle,
    /// The file was empty when it was claimed, and is so no more: only with its first bytes known
    /// may any of them be read.
    Begun,
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
    /// Whether it had left its path when it was found: it is read to its end only.
    pub(crate) is_former: bool,
    /// Whether its path is another file's now.
    pub(crate) is_leaving: bool,
    /// Whether the last turn found nothing.
    pub(crate) is_idle: bool,
    /// Lines and bytes that are stored.
    pub(crate) stored: Delta,
    /// Whether its file's content is another source's now.
    pub(crate) is_replaced: bool,
    /// Whether there is nothing more to read.
    pub(crate) is_finished: bool,
    lines: Splitter,
    /// Where the pending batch begins.
    start: i64,
}

impl Tail {
    /// A tail that goes on where a cursor stands; none when the file was written anew since the
    /// cursor was found to be its.
    pub(crate) fn new(
        number: usize,
        source: Rc<Source>,
        path: PathBuf,
        input: Input,
        parser: Parser,
        cursor: Cursor,
    ) -> io::Result<Option<Tail>> {
        let Some(lines) = splitter(input.content(), &cursor)? else { return Ok(None) };
        let start = cursor.position;
        Ok(Some(Tail {
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
            is_former: false,
            is_leaving: false,
            is_idle: false,
            stored: Delta::default(),
            is_replaced: false,
            is_finished: false,
        }))
    }

    /// Goes back, or on, to where a cursor stands; false when the file is not the cursor's.
    pub(crate) fn reset(&mut self, cursor: Cursor, parser: Parser) -> io::Result<bool> {
        if let Some(content) = self.input.content() {
            let Some(lines) = splitter(Some(content), &cursor)? else { return Ok(false) };
            self.lines = lines;
            self.input.go_to(cursor.position)?;
        }
        self.start = cursor.position;
        self.pending = Pending::default();
        self.parser = parser;
        self.cursor = cursor;
        self.epoch += 1;
        self.is_finished = false;
        Ok(true)
    }

    pub(crate) fn inode(&self) -> Option<Inode> {
        self.input.content().map(|content| content.inode)
    }

    /// Reads and takes lines until the batch is full, the input pauses, or others want a turn.
    pub(crate) fn turn(&mut self, take: &mut Take) -> Result<Turn, Trouble> {
        let now = Timestamp::now();
        self.parser.set_read_at(now);
        self.parser.set_reference(self.reference(now));
        let limit = self.lines.read_to() + length(TURN);
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
            let is_first = self.lines.read_to() == 0;
            let mut turn = self.input.fill(&mut self.lines).map_err(Trouble::Input)?;
            if is_first && turn == Turn::More {
                turn = self.first();
            }
            if turn == Turn::More {
                self.grown = Instant::now();
            }
            if turn != Turn::More || self.lines.read_to() >= limit {
                return Ok(turn);
            }
        }
    }

    /// Whether the file's first bytes, which were just read, are those that it was claimed with: the
    /// file may have been cut and written anew since. Then nothing was read.
    fn first(&mut self) -> Turn {
        let head = self.lines.unread();
        let head = &head[..head.len().min(HEAD)];
        let is_short = || length(head.len()) < self.cursor.head_length;
        let turn = match (self.cursor.kind.as_str(), self.cursor.head_length) {
            ("file" | "archive", 0) if !identity::known_head(head).is_empty() => Turn::Begun,
            // Unpacked pieces are of any size, and packed files are not written anew.
            ("archive", _) if is_short() => Turn::More,
            ("file" | "archive", _) if !identity::fits_head(&self.cursor, head) => Turn::Replaced,
            _ => Turn::More,
        };
        if turn != Turn::More {
            self.lines.unfill(self.lines.unread().len());
        }
        turn
    }

    /// The time that stamps without a year are not much later than.
    fn reference(&self, now: Timestamp) -> Timestamp {
        let changed = self.input.content().and_then(|content| content.state().ok());
        changed.and_then(|(_, changed)| changed).map_or(now, timestamp)
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

    /// Whether too little was read of a file that has something to tell it from others.
    pub(crate) fn is_unknown(&self) -> bool {
        let size = self.input.content().and_then(|content| content.state().ok());
        self.lines.read_to() < length(TELLING) && size.is_some_and(|(size, _)| size > 0)
    }

    /// Whether a file, which begins with `head`, has all that was read here: it is this one's copy,
    /// packed perhaps.
    pub(crate) fn holds(&self, content: &Content, head: &[u8]) -> bool {
        let last = self.lines.read_before(0);
        let from = self.lines.read_to() - length(last.len());
        last.len() >= TELLING
            && head.starts_with(self.lines.edge().head)
            && content.read_at(from, last.len()).is_ok_and(|found| found == last)
    }

    /// The file's state when all of it had been read that there was.
    pub(crate) fn state_read(&self) -> Option<State> {
        match &self.input {
            Input::File(file) => file.state_read(&self.lines),
            Input::Archive(archive) => Some(archive.opened),
            Input::Stream(_) | Input::Journal(..) => None,
        }
    }

    /// Whether all was read that there is.
    pub(crate) fn has_all(&self) -> bool {
        let size = self.input.content().and_then(|content| content.state().ok());
        size.is_some_and(|(size, _)| size == self.lines.read_to())
    }

    /// Reads less at once: there are many sources.
    pub(crate) fn read_little(&mut self) {
        self.lines.read_little();
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

    /// Ends: nothing more is read. What reading needed is given back; decoders hold megabytes, and
    /// a file waits here until it is stored.
    pub(crate) fn finish(&mut self) {
        self.is_finished = true;
        self.input.close();
        self.pause();
    }

    /// The place behind the last line that was taken.
    pub(crate) fn position(&self) -> i64 {
        self.lines.edge().position
    }

    /// Forgets what is pending, and ends: the file is another source's now.
    pub(crate) fn give_up(&mut self) {
        self.pending = Pending::default();
        self.start = self.position();
        self.cursor.position = self.start;
        self.is_replaced = true;
        self.finish();
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

/// A splitter that goes on where a cursor stands; none when the bytes there are not the cursor's.
fn splitter(content: Option<&Content>, cursor: &Cursor) -> io::Result<Option<Splitter>> {
    let Cursor { position, line, .. } = *cursor;
    let Some(content) = content else {
        return Ok(Some(Splitter::new(position, line, Vec::new(), &[]).framed()));
    };
    let count = |length: i64| usize::try_from(length).unwrap_or(0);
    let mut head = content.head(HEAD);
    let mark = count(position).min(MARK);
    let mark = content.read_at(position - length(mark), mark)?;
    let is_own = identity::is_at(cursor, &head, &mark);
    head.truncate(count(position));
    Ok(is_own.then(|| Splitter::new(position, line, head, &mark)))
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
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

#[cfg(test)]
mod tests;
