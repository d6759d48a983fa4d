//! Why a document makes no rule, with its place.
//!
//! What it does *not* know: how documents are read.

/// A document, or a whole file, that makes no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {reason}")]
pub struct Refusal {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The rule's id, name or title, as far as it could be read.
    pub id: String,
    /// Why.
    pub reason: String,
}
