//! Files without BPF: what happens below the directories of `--path`.
//!
//! Directories are watched one by one, new ones as they appear. What happened in a new directory
//! before it was watched is missing, and so is who did it where the kernel does not say. What it
//! does *not* know: contents; those are `--fim`'s.

use crate::watch::{Touch, Watch, What};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The watched directories.
#[derive(Debug)]
pub(crate) struct Files(Watch);

impl Files {
    /// Watches some directories and all below them.
    ///
    /// # Errors
    /// The kernel watches no directory for us.
    pub(crate) fn open(directories: &[PathBuf]) -> io::Result<Files> {
        let mut files = Files(Watch::new()?);
        for directory in directories {
            files.0.add(directory)?;
            files.add_below(directory);
        }
        Ok(files)
    }

    /// What watches.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.0.names()
    }

    /// What happened since the last reading.
    ///
    /// # Errors
    /// The kernel's queues cannot be read.
    pub(crate) fn read(&mut self) -> io::Result<Vec<Touch>> {
        let touches = self.0.read()?;
        for touch in touches.iter().filter(|touch| touch.what == What::Came) {
            // One that cannot be watched, or has gone again, is left out.
            if is_directory(&touch.path) && self.0.add(&touch.path).is_ok() {
                self.add_below(&touch.path);
            }
        }
        Ok(touches)
    }

    fn add_below(&mut self, top: &Path) {
        let mut left = vec![top.to_owned()];
        while let Some(directory) = left.pop() {
            let entries = fs::read_dir(&directory).into_iter().flatten().flatten();
            for path in entries.map(|entry| entry.path()).filter(|path| is_directory(path)) {
                if self.0.add(&path).is_ok() {
                    left.push(path);
                }
            }
        }
    }
}

fn is_directory(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}
