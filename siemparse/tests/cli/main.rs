//! The real siemparse on real files and both databases.
//!
//! One binary of tests; one module a topic. [`bench`] holds what they share.

mod bench;
mod content;
mod follow;
mod format;
mod hazard;
mod hostile;
mod journal;
mod later;
mod once;
mod print;
mod restart;
mod spool;
mod stream;
mod utf16;
