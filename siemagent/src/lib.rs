//! siemagent: from kernel probes to JSON lines.
//!
//! ```text
//!  bpf/agent.bpf.c ─► ring ─► record ─► line (process cache, accounts, groups, names) ─► select ─► queue ─► stdout
//!        │                                                                                          │
//!        └─► counters ─────────────────────► count: seen = written + lost + dropped + filtered + suppressed
//! ```
//!
//! The order of the modules is that of the flow.
//!
//! # Constraints
//!
//! * No database, no network, no async: events leave on standard output alone.
//! * Every event that a probe saw ends in one of the five counts.
//! * Unsafe code lives in `system.rs` and the files below it alone.

mod args;
mod system;
mod kind;
mod call;
mod record;
mod place;
mod policy;
mod probe;
mod watch;
mod fim;
mod process;
mod seed;
mod guard;
mod account;
mod group;
mod downstream;
mod dns;
mod redact;
mod line;
mod machine;
mod select;
mod count;
mod proc;
mod queue;
mod status;
mod confine;
mod recording;
mod files;
mod agent;
mod feed;
mod run;
mod check;
mod option;
mod start;

use crate::args::Args;
use std::process::ExitCode;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    common::cli::run(|args: &Args| args.generate, |args| start::run(&args))
}
