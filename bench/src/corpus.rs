//! How much of what others found in their logs our events say as well.
//!
//! ```text
//!  hub:    assertion ─► vocabulary ─► link ─► compare ─┐
//!  loghub: header ─────────────────────────────────────┼─► report
//!  lnav:   stamps, uSIEM: golden ──────────────────────┘
//! ```
//!
//! The corpora are no part of the project; they are read from a folder beside it. What it does
//! *not* know: helpers and formats, which it takes as they are.

pub mod source;
pub mod assertion;
pub mod vocabulary;
pub mod link;
pub mod compare;
pub mod hub;
pub mod header;
pub mod stamps;
pub mod golden;
pub mod report;
