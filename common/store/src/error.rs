//! What can go wrong at the door of a database.
//!
//! What it does *not* know: drivers; their messages arrive as text.

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
    /// The database refused a statement.
    #[error("database {place}: {reason}")]
    Refused {
        /// The database.
        place: String,
        /// The driver's reason.
        reason: String,
    },
}
