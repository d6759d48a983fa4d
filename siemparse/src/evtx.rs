//! EVTX, the file of the Windows event log, as lines: each record as JSON.
//!
//! In: a file or its bytes. Out: a reader of lines in the shape of `Event.System` and
//! `Event.EventData`, in the order of the file. A record that cannot be read is a line that says
//! so. A thread of its own unpacks, four pieces ahead at most, so that memory stays bounded.
//!
//! What it does *not* know: what events mean.

use evtx::{EvtxParser, ParserSettings};
use std::io::{self, Read, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// What such a file begins with.
pub(crate) const MAGIC: &[u8] = b"ElfFile\0";

/// How many bytes a piece has before it is given.
const PIECE: usize = 256 << 10;
/// How many pieces wait.
const WAITING: usize = 4;
/// The largest file that is read where its bytes come from no plain file, as it is kept whole.
pub(crate) const LARGEST: u64 = 1 << 30;

/// Reads the lines of a file.
pub(crate) struct Lines {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    given: usize,
}

impl Lines {
    pub(crate) fn new(input: impl Read + Seek + Send + 'static) -> io::Result<Lines> {
        let (sender, pieces) = sync_channel(WAITING);
        let unpack = move || {
            let safe = std::panic::AssertUnwindSafe(|| unpack(input, &sender));
            if std::panic::catch_unwind(safe).is_err() {
                let _ = sender.send(Err(io::Error::other("the file is damaged")));
            }
        };
        thread::Builder::new().name("evtx".to_owned()).spawn(unpack)?;
        Ok(Lines { pieces, piece: Vec::new(), given: 0 })
    }
}

fn unpack(input: impl Read + Seek, pieces: &SyncSender<io::Result<Vec<u8>>>) {
    let settings = ParserSettings::new().num_threads(1).indent(false);
    let mut parser = match EvtxParser::from_read_seek(input) {
        Ok(parser) => parser.with_configuration(settings),
        Err(error) => {
            let _ = pieces.send(Err(io::Error::other(error.to_string())));
            return;
        }
    };
    let mut piece = Vec::new();
    for record in parser.records_json_bytes() {
        match record {
            Ok(record) => {
                let line = record.data.trim_ascii();
                piece.extend(line.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }));
            }
            Err(error) => {
                let text = format!("evtx: {error}").replace(['\n', '\r'], " ");
                piece.extend_from_slice(text.as_bytes());
            }
        }
        piece.push(b'\n');
        if piece.len() >= PIECE && pieces.send(Ok(std::mem::take(&mut piece))).is_err() {
            return;
        }
    }
    let _ = pieces.send(Ok(piece));
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.piece.len() {
            match self.pieces.recv() {
                Ok(piece) => (self.piece, self.given) = (piece?, 0),
                Err(_) => return Ok(0),
            }
        }
        let count = buffer.len().min(self.piece.len() - self.given);
        buffer[..count].copy_from_slice(&self.piece[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}
