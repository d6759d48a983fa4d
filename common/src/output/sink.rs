//! Where output goes: standard output, through a pager when it is a terminal and the output is
//! longer than a screen; or a file that appears whole or not at all.
//!
//! The pager is `$SIEM_PAGER`, else `$PAGER`, else `less -R`; empty or `cat` means none. When the
//! pager ends early, writing stops quietly. What it does *not* know: what is written.

use super::terminal::Terminal;
use std::env;
use std::fs::{self, File};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A writer that knows its destination.
#[derive(Debug)]
pub struct Sink(State);

#[derive(Debug)]
enum State {
    Direct(BufWriter<Stdout>),
    /// A terminal, not yet a screen full.
    Waiting {
        text: Vec<u8>,
        lines: usize,
        height: usize,
    },
    Pager(Child),
    /// A file under a temporary name.
    File {
        file: BufWriter<File>,
        temporary: PathBuf,
        name: PathBuf,
    },
}

/// Bytes that are gathered before a write.
const BUFFER: usize = 1 << 16;

impl Sink {
    /// Standard output; `paged` when a pager may be used.
    #[must_use]
    pub fn stdout(terminal: &Terminal, paged: bool) -> Sink {
        match terminal.size {
            Some((_, height)) if paged && pager().is_some() => {
                Sink(State::Waiting { text: Vec::new(), lines: 0, height: height - 1 })
            }
            _ => Sink(direct()),
        }
    }

    /// A file that replaces the one of that name when all is written. Only its owner can read it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn file(name: &Path) -> io::Result<Sink> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut temporary = name.as_os_str().to_owned();
        temporary.push(format!(".{}", std::process::id()));
        let temporary = PathBuf::from(temporary);
        let file = File::options().write(true).create_new(true).mode(0o600).open(&temporary)?;
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(Sink(State::File { file, temporary, name: name.to_owned() }))
    }

    /// Writes what is left, and waits for the pager to end.
    ///
    /// # Errors
    /// The destination fails.
    pub fn finish(mut self) -> io::Result<()> {
        match &mut self.0 {
            State::Direct(out) => out.flush(),
            State::Waiting { text, .. } => {
                let mut out = io::stdout();
                out.write_all(text)?;
                out.flush()
            }
            State::Pager(child) => {
                drop(child.stdin.take());
                child.wait().map(drop)
            }
            State::File { file, temporary, name } => {
                file.flush()?;
                file.get_ref().sync_all()?;
                fs::rename(&*temporary, &*name)?;
                *temporary = PathBuf::new();
                Ok(())
            }
        }
    }

    /// Hands what was held back to the pager, or to the terminal when it cannot be started.
    fn begin_pager(&mut self) -> io::Result<()> {
        let State::Waiting { text, .. } = &mut self.0 else { return Ok(()) };
        let text = std::mem::take(text);
        let child = pager().and_then(|command| {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(command).stdin(Stdio::piped());
            if env::var_os("LESSCHARSET").is_none() {
                shell.env("LESSCHARSET", "utf-8");
            }
            shell.spawn().ok()
        });
        self.0 = child.map_or_else(direct, State::Pager);
        self.write_all(&text)
    }
}

fn direct() -> State {
    State::Direct(BufWriter::with_capacity(BUFFER, io::stdout()))
}

/// The pager's command; `None` when none is wanted.
fn pager() -> Option<String> {
    let set = env::var("SIEM_PAGER").or_else(|_| env::var("PAGER"));
    let command = set.unwrap_or_else(|_| "less -R".to_owned());
    let command = command.trim();
    (!command.is_empty() && command != "cat").then(|| command.to_owned())
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            State::Direct(out) => return out.write(bytes),
            State::File { file, .. } => return file.write(bytes),
            State::Pager(child) => {
                return match &mut child.stdin {
                    Some(pipe) => pipe.write(bytes),
                    None => Err(io::ErrorKind::BrokenPipe.into()),
                };
            }
            State::Waiting { text, lines, height } => {
                text.extend_from_slice(bytes);
                *lines += memchr::memchr_iter(b'\n', bytes).count();
                if *lines <= *height {
                    return Ok(bytes.len());
                }
            }
        }
        self.begin_pager()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            State::Direct(out) => out.flush(),
            State::File { file, .. } => file.flush(),
            State::Pager(_) | State::Waiting { .. } => Ok(()),
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        match &mut self.0 {
            State::File { temporary, .. } if !temporary.as_os_str().is_empty() => {
                let _ = fs::remove_file(temporary);
            }
            State::Pager(child) => {
                drop(child.stdin.take());
                let _ = child.wait();
            }
            _ => {}
        }
    }
}
