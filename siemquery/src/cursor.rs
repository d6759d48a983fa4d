//! The cursor file: how far a cron job has read, as a commit number.
//!
//! One JSON object, `{"commit_no":17}`. It is replaced in one step after the output was flushed,
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
    commit_no: i64,
}

impl Cursor {
    /// Opens the file, or makes an empty one: then nothing was read yet.
    pub(crate) fn open(path: &Path) -> Result<Cursor> {
        let held = locked(path)?;
        let mut text = String::new();
        (&held).read_to_string(&mut text).with_context(|| path.display().to_string())?;
        let commit_no = if text.trim().is_empty() { Some(0) } else { commit_no(&text) };
        let commit_no = commit_no.ok_or_else(|| {
            Failure::new(Kind::Input, format!("{}: not a cursor file", path.display()))
                .hint("name a file of its own; an empty or missing one starts from the beginning")
        })?;
        Ok(Cursor { path: path.to_owned(), held, commit_no })
    }

    /// The last commit that was read.
    pub(crate) fn commit_no(&self) -> i64 {
        self.commit_no
    }

    /// Remembers a commit; on return it is on disk.
    pub(crate) fn advance(&mut self, commit_no: i64) -> Result<()> {
        if commit_no == self.commit_no {
            return Ok(());
        }
        self.write(commit_no).with_context(|| self.path.display().to_string())?;
        self.commit_no = commit_no;
        Ok(())
    }

    fn write(&mut self, commit_no: i64) -> std::io::Result<()> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{}", std::process::id()));
        let temporary = PathBuf::from(name);
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.lock()?;
        writeln!(file, "{{\"commit_no\":{commit_no}}}")?;
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

fn commit_no(text: &str) -> Option<i64> {
    let number = text.trim().strip_prefix("{\"commit_no\":")?.strip_suffix('}')?;
    number.parse().ok().filter(|number| *number >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_kept_and_held_by_one() {
        let directory = testkit::temp_dir();
        let path = directory.path().join("cursor");
        let mut cursor = Cursor::open(&path).expect("a new file");
        assert_eq!(cursor.commit_no(), 0);
        cursor.advance(17).expect("room");
        assert!(Cursor::open(&path).is_err(), "held, also after it was replaced");
        drop(cursor);
        assert_eq!(Cursor::open(&path).expect("the file").commit_no(), 17);
        let names = fs::read_dir(directory.path()).expect("a directory").count();
        assert_eq!(names, 1, "nothing else is left behind");
    }

    #[test]
    fn another_file_is_refused_and_left_alone() {
        let directory = testkit::temp_dir();
        for text in ["precious", "{\"commit_no\":-1}", "{\"commit_no\":1"] {
            let path = directory.path().join("other");
            fs::write(&path, text).expect("room");
            assert!(Cursor::open(&path).is_err());
            assert_eq!(fs::read_to_string(&path).expect("the file"), text);
        }
    }
}
