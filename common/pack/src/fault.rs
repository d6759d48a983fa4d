//! Why something that a user named could not be read: one error for files, archives and what they
//! hold.
//!
//! What it does *not* know: who reads, or what.

/// A file or folder that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct PackError {
    /// The path, with the line where there is one.
    pub place: String,
    /// Why.
    pub reason: String,
    /// Whether what was read is wrong, and not the reading.
    pub is_content: bool,
}

impl PackError {
    pub(crate) fn new(place: &str, reason: impl Into<String>) -> PackError {
        PackError { place: place.to_owned(), reason: reason.into(), is_content: false }
    }
}
