//! What siemtrigger asks of a database: rule versions, the ledger, hits and SIEM events.
//!
//! What it does *not* know: how a rule decides.

/// The operations of siemtrigger.
pub trait Detect {}
