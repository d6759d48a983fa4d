//! How much of what others found in their logs our events say as well.
//!
//! ```text
//!  assertion ─► vocabulary ─► link ─► compare ─► hub ─► report
//! ```
//!
//! The corpora are no part of the project; they are read from a folder beside it. What it does
//! *not* know: helpers and formats, which it takes as they are.

pub mod assertion;
pub mod vocabulary;
pub mod link;
pub mod compare;
pub mod hub;
