//! Where a tail's bytes come from, and whether they are still the same source's.
//!
//! What it does *not* know: lines, batches.

use super::{Turn, length};
use crate::content::{Content, PlainReader, State};
use crate::line::{MARK, Splitter};
use crate::stream::Pieces;
use std::io::{self, Read};
use std::process::Child;
use std::sync::mpsc::TryRecvError;

/// Where a tail's bytes come from.
pub(crate) enum Input {
    /// A file that may grow.
    File(FileInput),
    /// A packed file, which does not.
    Archive(ArchiveInput),
    /// What arrives.
    Stream(Pieces),
    /// What a program prints, and that program.
    Journal(Pieces, Child),
}

/// A plain file.
pub(crate) struct FileInput {
    pub(crate) content: Content,
    reader: PlainReader,
    /// Whether what lies before the place where reading began is what it was.
    is_checked: bool,
    /// The file's state before its end was found.
    seen: Option<State>,
}

/// A packed file.
pub(crate) struct ArchiveInput {
    content: Content,
    /// What unpacks it, while it is read: that can take megabytes.
    pub(super) reader: Option<Box<dyn Read + Send>>,
    /// Its state when it was opened.
    pub(super) opened: State,
}

impl Input {
    /// A file from an offset on.
    pub(crate) fn file(content: Content, offset: i64) -> io::Result<Input> {
        Ok(match content.packing {
            None => {
                let reader = content.plain_reader(offset)?;
                Input::File(FileInput { content, reader, is_checked: false, seen: None })
            }
            Some(_) => {
                let opened = content.state()?;
                Input::Archive(ArchiveInput { content, reader: None, opened })
            }
        })
    }

    pub(crate) fn content(&self) -> Option<&Content> {
        match self {
            Input::File(file) => Some(&file.content),
            Input::Archive(archive) => Some(&archive.content),
            Input::Stream(_) | Input::Journal(..) => None,
        }
    }

    /// Whether more can come after the end.
    pub(crate) fn can_grow(&self) -> bool {
        matches!(self, Input::File(_))
    }

    /// Whether a packed file is being unpacked; nothing for other sources.
    pub(crate) fn unpacks(&self) -> Option<bool> {
        match self {
            Input::Archive(archive) => Some(archive.reader.is_some()),
            Input::File(_) | Input::Stream(_) | Input::Journal(..) => None,
        }
    }

    /// Goes on at an offset.
    pub(super) fn go_to(&mut self, offset: i64) -> io::Result<()> {
        if let Input::File(file) = self {
            file.go_to(offset)?;
            file.seen = None;
        }
        self.close();
        Ok(())
    }

    /// Lets go of what unpacks.
    pub(super) fn close(&mut self) {
        if let Input::Archive(archive) = self {
            archive.reader = None;
        }
    }

    /// Reads once.
    pub(super) fn fill(&mut self, lines: &mut Splitter) -> io::Result<Turn> {
        let count = match self {
            Input::File(file) => {
                let state = file.content.state()?;
                if file.seen == Some(state) {
                    return Ok(Turn::Idle);
                }
                if file.seen.is_some() && lines.rewind_hole() {
                    file.go_to(lines.read_to())?;
                }
                if state.0 < file.read_to(lines) {
                    return Ok(Turn::Replaced);
                }
                let count = lines.fill(&mut file.reader)?;
                if file.was_replaced(lines, count)? {
                    lines.unfill(count);
                    return Ok(Turn::Replaced);
                }
                file.seen = (count == 0).then_some(state);
                count
            }
            Input::Archive(ArchiveInput { content, reader, .. }) => {
                let reader = match reader {
                    Some(reader) => reader,
                    none => none.insert(content.reader(lines.read_to())?),
                };
                lines.fill(reader)?
            }
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
    fn go_to(&mut self, offset: i64) -> io::Result<()> {
        (self.reader, self.is_checked) = (self.content.plain_reader(offset)?, false);
        Ok(())
    }

    /// How much of the file was read, in bytes on disk.
    fn read_to(&self, lines: &Splitter) -> i64 {
        match &self.reader {
            PlainReader::Bytes(_) => lines.read_to(),
            PlainReader::Wide(decoder) => decoder.read_to(),
        }
    }

    /// The file's state when all of it had been read that there was.
    pub(super) fn state_read(&self, lines: &Splitter) -> Option<State> {
        self.seen.filter(|seen| seen.0 == self.read_to(lines))
    }

    /// Whether the bytes before those just read are others now: then the file was cut and has
    /// grown again, and what was just read belongs to its new content. Looked at after reading,
    /// so that there is no moment between.
    fn was_replaced(&mut self, lines: &Splitter, count: usize) -> io::Result<bool> {
        let last = lines.read_before(count);
        let from = lines.read_to() - length(count + last.len());
        let PlainReader::Wide(decoder) = &self.reader else {
            return self.differs(from, last);
        };
        let (end, before) = decoder.before();
        if self.differs(end - length(before.len()), before)? {
            return Ok(true);
        }
        // What was decoded to get there may not be what was read when it was stored.
        let is_checked = std::mem::replace(&mut self.is_checked, true);
        Ok(!is_checked && self.content.read_at(from, last.len())? != last)
    }

    /// Whether the file has other bytes there.
    fn differs(&self, from: i64, bytes: &[u8]) -> io::Result<bool> {
        let mut found = [0; MARK];
        let found = &mut found[..bytes.len()];
        let read = self.content.packed_at(from, found)?;
        Ok(read < bytes.len() || found != bytes)
    }
}
