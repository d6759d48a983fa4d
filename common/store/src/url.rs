//! Which database: the URL, and where the embedded one lives.
//!
//! What it does *not* know: drivers.

use crate::{Error, Result};
use std::env;
use std::path::PathBuf;

/// A database's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Url {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A libpq connection string or URL.
    Postgres(String),
}

impl Url {
    /// Reads `sqlite:PATH`, a path ending in `.db`, or `postgres://…`; `None` is the embedded
    /// default.
    ///
    /// # Errors
    /// The text names no database this program knows.
    pub fn parse(text: Option<&str>) -> Result<Url> {
        let Some(text) = text else { return Ok(Url::Sqlite(default_path())) };
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Url::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() => Ok(Url::Sqlite(path.into())),
            None if text.ends_with(".db") => Ok(Url::Sqlite(text.into())),
            _ => Err(Error::Url(text.to_owned())),
        }
    }
}

/// The embedded database of this user: `$XDG_DATA_HOME/siem/siem.db`.
#[must_use]
pub fn default_path() -> PathBuf {
    let home = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = home("XDG_DATA_HOME").or_else(|| Some(home("HOME")?.join(".local/share")));
    match data {
        Some(data) => data.join("siem/siem.db"),
        None => system_path(),
    }
}

/// The embedded database of the system, as the systemd units use it.
#[must_use]
pub fn system_path() -> PathBuf {
    PathBuf::from("/var/lib/siem/siem.db")
}
