//! What can go wrong at the door of a database.
//!
//! What it does *not* know: drivers; their messages arrive as text.

use common::cli::{Failure, Kind};
use common::near::nearest;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// An error with its place and thing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is of no database this program knows.
    #[error("database \"{0}\": not sqlite:PATH or postgres://…")]
    Url(String),
    /// The database cannot be reached.
    #[error("database {place}: {reason}")]
    Connect {
        /// The database without a password.
        place: String,
        /// The driver's reason.
        reason: String,
    },
    /// There is no schema.
    #[error("database {0}: not initialised")]
    Uninitialised(String),
    /// The schema is of another version.
    #[error("database {place}: schema version {found}, this program needs {needed}")]
    Version {
        /// The database.
        place: String,
        /// The version found.
        found: i32,
        /// The version needed.
        needed: i32,
    },
    /// The cursor moved since it was read: another siemparse reads this source.
    #[error("source {0}: another siemparse has read on")]
    Overtaken(i64),
    /// Another process holds the source.
    #[error("source \"{0}\": another siemparse follows it")]
    Held(String),
    /// A section does not exist.
    #[error("unknown section \"{name}\"")]
    Section {
        /// The name asked for.
        name: String,
        /// The sections there are.
        known: Vec<String>,
    },
    /// The role may not do this.
    #[error("database {place}: permission denied: {reason}")]
    Denied {
        /// The database.
        place: String,
        /// The server's reason.
        reason: String,
    },
    /// The connection is gone; whether the last commit happened is unknown.
    #[error("database {place}: connection lost: {reason}")]
    Lost {
        /// The database.
        place: String,
        /// The driver's reason.
        reason: String,
    },
    /// The database cannot do it now: its disk is full, it is read-only, locked, out of memory.
    /// Nothing was stored; later it may work.
    #[error("database {place}: {reason}")]
    Unable {
        /// The database.
        place: String,
        /// The driver's reason.
        reason: String,
    },
    /// The database refused a value of a row.
    #[error("database {place}: {reason}")]
    Value {
        /// The database.
        place: String,
        /// The driver's reason.
        reason: String,
    },
    /// The database refused a statement.
    #[error("database {place}: {reason}")]
    Refused {
        /// The database.
        place: String,
        /// The driver's reason.
        reason: String,
    },
}

impl From<Error> for Failure {
    /// The exit code and the hint that every tool gives for an error.
    fn from(error: Error) -> Failure {
        let kind = match error {
            Error::Url(_) | Error::Section { .. } => Kind::Usage,
            _ => Kind::Database,
        };
        let failure = Failure::new(kind, error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl Error {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Url(_) => {
                Some("write sqlite:/path/to/siem.db or postgres://user@host/name".into())
            }
            Error::Connect { place, .. } if place.starts_with("sqlite:") => {
                Some("siemparse makes the file; --db, $SIEM_DB or siem.toml names another".into())
            }
            Error::Connect { .. } => {
                Some("is the server running? --db, $SIEM_DB or siem.toml names it".into())
            }
            Error::Uninitialised(_) => Some("siemmanage init makes it ready".into()),
            Error::Version { found, needed, .. } if found < needed => {
                Some("siemmanage migrate brings it up to date".into())
            }
            Error::Version { .. } => Some("a newer siemtools made it; install that one".into()),
            Error::Section { name, known } => match nearest(name, known.iter().map(String::as_str))
            {
                Some(near) => Some(format!("did you mean \"{near}\"?")),
                None if known.is_empty() => None,
                None => Some(format!("there are: {}", known.join(", "))),
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_name_the_way_out() {
        let known = vec!["auth".to_owned(), "web".to_owned()];
        let section = |name: &str| Error::Section { name: name.into(), known: known.clone() };
        assert_eq!(section("atuh").hint().as_deref(), Some("did you mean \"auth\"?"));
        assert_eq!(section("mail").hint().as_deref(), Some("there are: auth, web"));
        let bare = Error::Uninitialised("postgres://h/d".into());
        assert_eq!(bare.hint().as_deref(), Some("siemmanage init makes it ready"));
    }
}
