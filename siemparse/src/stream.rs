//! Input that cannot be read again: standard input, pipes, the journal.
//!
//! A thread of its own waits for the bytes, so that nothing else waits for them. In: a reader or
//! a program. Out: pieces of bytes through a channel that holds four, then the thread waits: a
//! slow database slows the sender down.
//!
//! What it does *not* know: lines.

use crate::archive;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// How many bytes a piece has at most.
const PIECE: usize = 64 << 10;
/// How many pieces wait.
const WAITING: usize = 4;

/// Bytes that arrive.
pub(crate) type Pieces = Receiver<io::Result<Vec<u8>>>;

/// Reads standard input, unpacked.
pub(crate) fn stdin(wake: SyncSender<()>) -> io::Result<Pieces> {
    spawn(wake, || archive::unpacked(io::stdin()))
}

/// Reads a pipe that has a path, unpacked.
pub(crate) fn pipe(path: PathBuf, wake: SyncSender<()>) -> io::Result<Pieces> {
    spawn(wake, || archive::unpacked(File::open(path)?))
}

/// Reads the journal as JSON lines, from its beginning or after a cursor.
pub(crate) fn journal(
    matches: &[String],
    start: &JournalStart,
    is_once: bool,
    wake: SyncSender<()>,
) -> io::Result<(Child, Pieces)> {
    let mut command = Command::new("journalctl");
    command.args(["--output=json", "--all", "--quiet", "--no-pager"]);
    match start {
        JournalStart::Beginning if is_once => {}
        JournalStart::Beginning => {
            command.arg("--no-tail");
        }
        JournalStart::End => {
            command.arg("--lines=0");
        }
        JournalStart::After(cursor) => {
            command.arg(format!("--after-cursor={cursor}"));
        }
    }
    if !is_once {
        command.arg("--follow");
    }
    command.arg("--").args(matches);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    Ok((child, spawn(wake, || Ok(Box::new(output)))?))
}

/// Where reading the journal begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JournalStart {
    Beginning,
    End,
    After(String),
}

fn spawn(
    wake: SyncSender<()>,
    open: impl FnOnce() -> io::Result<Box<dyn Read + Send>> + Send + 'static,
) -> io::Result<Pieces> {
    let (pieces, inbox) = sync_channel(WAITING);
    let read_all = move || {
        let mut input = match open() {
            Ok(input) => input,
            Err(error) => {
                let _ = pieces.send(Err(error));
                return;
            }
        };
        loop {
            let mut piece = vec![0; PIECE];
            let read = match input.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => {
                    piece.truncate(count);
                    Ok(piece)
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let is_last = read.is_err();
            if pieces.send(read).is_err() || is_last {
                break;
            }
            let _ = wake.try_send(());
        }
        drop(pieces);
        let _ = wake.try_send(());
    };
    thread::Builder::new().name("stream".to_owned()).spawn(read_all)?;
    Ok(inbox)
}
