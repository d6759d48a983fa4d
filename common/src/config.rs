//! The configuration: `siem.toml`, the environment and flags, and where each value came from.
//!
//! ```text
//!  default ◄─ file ◄─ SIEM_* variable ◄─ flag          the later one wins
//! ```
//!
//! The file is the one named by `-c`, else by `$SIEM_CONFIG`, else the first there is of
//! `~/.config/siem/siem.toml` and `/etc/siem/siem.toml`. `config/siem.toml` of the repository
//! documents every key. What it does *not* know: databases; it only names one.

mod action;
mod file;
mod key;
mod secret;

pub use action::{Action, program};
pub use key::{Backfill, keys};
pub use secret::{holds_password, masked};

use crate::clock::span::{MINUTE, Span};
use std::collections::BTreeMap;
use std::fmt;
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
        /// The key that was probably meant.
        meant: Option<String>,
    },
    /// The file holds a password and others may read it.
    #[error("{path}:{line}: holds a password, but its mode {mode:04o} lets others read it")]
    Mode {
        /// The file.
        path: PathBuf,
        /// The line of the password, from 1.
        line: usize,
        /// The permission bits.
        mode: u32,
    },
    /// A variable's value is wrong.
    #[error("${name}: {message}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What is wrong.
        message: String,
    },
}

impl Error {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Text { meant: Some(meant), .. } => Some(format!("did you mean \"{meant}\"?")),
            Error::Mode { path, .. } => Some(format!("chmod 600 {}", path.display())),
            _ => None,
        }
    }
}

/// Where a value came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    #[default]
    Default,
    /// A line of a file.
    File(PathBuf, usize),
    /// An environment variable.
    Variable(&'static str),
    /// A flag on the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
            Origin::Variable(name) => write!(f, "${name}"),
            Origin::Flag(name) => f.write_str(name),
        }
    }
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
    /// The program of lines that name none.
    pub program: Option<String>,
    /// The pattern that begins a record of several lines.
    pub start: Option<String>,
    /// Where the entry stands.
    pub origin: Origin,
}

/// What `[siemtrigger]` sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// How long a closed window waits for late events.
    pub lateness: Span,
    /// How far back a new rule looks.
    pub backfill: Backfill,
}

impl Default for Trigger {
    fn default() -> Trigger {
        Trigger { lateness: Span(10 * MINUTE), backfill: Backfill::default() }
    }
}

/// The settings of all tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The database's URL; `None` means the embedded default.
    pub db: Option<String>,
    /// The identity of the host whose sources are read; `None` means the machine's own.
    pub host: Option<String>,
    /// The zone of stamps without an offset; `None` means the system's own.
    pub zone: Option<String>,
    /// The files that siemparse follows when it is given none.
    pub sources: Vec<Source>,
    /// What siemtrigger runs for SIEM events.
    pub actions: Vec<Action>,
    /// The settings of siemtrigger.
    pub siemtrigger: Trigger,
    /// Where the values that are not defaults came from, by key.
    origins: BTreeMap<&'static str, Origin>,
}

/// A value as `siemmanage config` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key, such as `siemtrigger.lateness`.
    pub key: String,
    /// The value; empty when the default is none.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

impl Config {
    /// The identity of the host whose sources are read: cursors belong to it.
    #[must_use]
    pub fn identity(&self) -> String {
        let read = |path| std::fs::read_to_string(path).ok();
        let machine = || read("/etc/machine-id").or_else(|| read("/proc/sys/kernel/hostname"));
        let id = self.host.clone().or_else(machine).unwrap_or_default();
        if id.trim().is_empty() { "-".to_owned() } else { id.trim().to_owned() }
    }

    /// Reads the file and the environment.
    ///
    /// # Errors
    /// A named file is missing; a file cannot be read, has an unknown key or a wrong value, or
    /// holds a password that others may read.
    pub fn load(file: Option<&Path>) -> Result<Config, Error> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut config = match file::find(file, &variable) {
            Some(path) => file::read(&path)?,
            None => Config::default(),
        };
        config.override_variables(&variable)?;
        Ok(config)
    }

    /// Puts variables above the file.
    fn override_variables(
        &mut self,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), Error> {
        for key in keys() {
            if let Some(value) = variable(key.variable) {
                (key.set)(self, &value)
                    .map_err(|message| Error::Variable { name: key.variable, message })?;
                self.origins.insert(key.name, Origin::Variable(key.variable));
            }
        }
        Ok(())
    }

    /// Puts a flag's database above all others.
    pub fn override_db(&mut self, db: &str) {
        self.db = Some(db.to_owned());
        self.origins.insert("db", Origin::Flag("--db"));
    }

    /// Where the value of a key came from.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or_default()
    }

    /// Every setting in the order of `config/siem.toml`, passwords masked.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        let scalars = keys().iter().map(|key| Setting {
            key: key.name.to_owned(),
            value: masked(&(key.show)(self)).into_owned(),
            origin: self.origin(key.name),
        });
        let sources = self.sources.iter().enumerate().flat_map(|(index, source)| {
            key::source_keys().iter().filter_map(move |key| {
                let value = (key.show)(source)?.to_owned();
                let key = format!("source[{index}].{}", key.name);
                Some(Setting { key, value, origin: source.origin.clone() })
            })
        });
        let actions = self.actions.iter().enumerate().flat_map(|(index, action)| {
            action.shown().into_iter().map(move |(key, value)| Setting {
                key: format!("action[{index}].{key}"),
                value,
                origin: action.origin.clone(),
            })
        });
        scalars.chain(sources).chain(actions).collect()
    }
}

#[cfg(test)]
mod tests;
