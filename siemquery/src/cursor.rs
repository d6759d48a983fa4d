//! The cursor file: how far a cron job has read, as the number of a commit or of a change.
//!
//! One JSON object, `{"commit_no":17}` for events and `{"change_no":17}` for SIEM events. It is replaced in one step after the output was flushed,
//! so that a run that failed is repeated and none is skipped. A lock keeps two runs with the same
//! file from printing the same events: it is held on the file itself, and each replacement is
//! locked before it takes the name.
//!
//! What it does *not* know: events.

use anyhow::{Context as _, Result};
use common::cli::{Failure, Kind};
use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// An open cursor file, locked.
pub(crate) struct Cursor {
    path: PathBuf,
    held: File,
    /// What is counted.
    what: &'static str,
    number: i64,
}

impl Cursor {
    /// Opens the file, or makes an empty one: then nothing was read yet.
    pub(crate) fn open(path: &Path, what: &'static str) -> Result<Cursor> {
        let held = locked(path)?;
        let mut text = String::new();
        (&held).read_to_string(&mut text).with_context(|| path.display().to_string())?;
        let number = if text.trim().is_empty() { Some(0) } else { number(what, &text) };
        let number = number.ok_or_else(|| {
            let message = format!("{}: not a cursor file with a {what}", path.display());
            Failure::new(Kind::Input, message)
                .hint("name a file of its own; an empty or missing one starts from the beginning")
        })?;
        Ok(Cursor { path: path.to_owned(), held, what, number })
    }

    /// Where reading goes on, in a database that has come to `last`. One that has not come that
    /// far is another one.
    pub(crate) fn continued(&self, last: i64) -> Result<i64> {
        if self.number <= last {
            return Ok(self.number);
        }
        let (what, number) = (self.what, self.number);
        let message =
            format!("--cursor-file: it stands at {what} {number}, the database has {last}");
        Err(Failure::new(Kind::Usage, message)
            .hint("it belongs to another database; remove it to start from the beginning")
            .into())
    }

    /// Remembers the last that was read; on return it is on disk.
    pub(crate) fn advance(&mut self, number: i64) -> Result<()> {
        if number == self.number {
            return Ok(());
        }
        self.write(number).with_context(|| self.path.display().to_string())?;
        self.number = number;
        Ok(())
    }

    fn write(&mut self, number: i64) -> std::io::Result<()> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{}", std::process::id()));
        let temporary = PathBuf::from(name);
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.lock()?;
        writeln!(file, "{{\"{}\":{number}}}", self.what)?;
        file.sync_all()?;
        fs::rename(&temporary, &self.path).inspect_err(|_| {
            let _ = fs::remove_file(&temporary);
        })?;
        self.held = file;
        Ok(())
    }
}

/// The file of this name, locked. A file that was replaced while its lock was waited for is
/// opened anew.
fn locked(path: &Path) -> Result<File> {
    loop {
        let open = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path);
        let file = open.with_context(|| path.display().to_string())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("{}: another siemquery reads with this file", path.display());
                return Err(Failure::new(Kind::Input, message).into());
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| path.display().to_string());
            }
        }
        let (own, named) = (file.metadata()?, fs::metadata(path));
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (own.dev(), own.ino())) {
            return Ok(file);
        }
    }
}

fn number(what: &str, text: &str) -> Option<i64> {
    let member = text.trim().strip_prefix("{\"")?.strip_suffix('}')?;
    let number = member.strip_prefix(what)?.strip_prefix("\":")?;
    number.parse().ok().filter(|number| *number >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_kept_and_held_by_one() {
        let directory = testkit::temp_dir();
        let path = directory.path().join("cursor");
        let mut cursor = Cursor::open(&path, "commit_no").expect("a new file");
        assert_eq!(cursor.number, 0);
        cursor.advance(17).expect("room");
        assert!(Cursor::open(&path, "commit_no").is_err(), "held, also after it was replaced");
        drop(cursor);
        assert_eq!(Cursor::open(&path, "commit_no").expect("the file").number, 17);
        let names = fs::read_dir(directory.path()).expect("a directory").count();
        assert_eq!(names, 1, "nothing else is left behind");
    }

    #[test]
    fn another_file_is_refused_and_left_alone() {
        let directory = testkit::temp_dir();
        for text in ["precious", "{\"commit_no\":-1}", "{\"commit_no\":1", "{\"change_no\":1}"] {
            let path = directory.path().join("other");
            fs::write(&path, text).expect("room");
            assert!(Cursor::open(&path, "commit_no").is_err());
            assert_eq!(fs::read_to_string(&path).expect("the file"), text);
        }
    }
}
