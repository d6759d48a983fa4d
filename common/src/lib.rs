//! The nouns of the suite: what crosses a process boundary or a table boundary.
//!
//! ```text
//!  near ─► crash ─► yaml ─► clock ─► section ─► config ─► field ─► event ─► filter ─► helper ─► rule ─► sigma ─► hit ─► siem_event ─► output ─► cli
//! ```
//!
//! The modules stand in flow order, and a module imports only modules above it (a test enforces
//! this). `clock` is the only reader of the wall clock, `output` and `cli` the only writers of the
//! terminal.
//!
//! # Constraints
//!
//! * No SQL, no database driver, no async: `common/store` is the one door to a database.
//! * No I/O beyond the three standard streams and the configuration file.
//! * Parsing of log lines lives in `common/parse`, detection in `common/detect`; both are pure.

pub mod near;
pub mod crash;
pub mod yaml;
pub mod clock;
pub mod section;
pub mod config;
pub mod field;
pub mod event;
pub mod filter;
pub mod helper;
pub mod rule;
pub mod sigma;
pub mod hit;
pub mod siem_event;
pub mod output;
pub mod cli;
