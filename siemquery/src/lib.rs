//! siemquery: what the database holds, as lists, counts and charts.
//!
//! ```text
//!  args ─► request ─┬─► matching, period ─► Selection ─┐
//!                   └─► view: format, columns, sink    ├─► list ─► records ─► Format ─► Sink
//!  store ◄── door ◄─────────────────────────────────── ┼─► count (numbers, histogram)
//!                                                      ├─► follow (new commits, cursor file)
//!                                                      ├─► around (neighbours in time)
//!                                                      └─► siem, rule, coverage
//! ```
//!
//! Everything on the command line is checked before the database is opened. Records stream: no
//! list grows with the result, except the folded SIEM events on a terminal.
//!
//! What it must never do: write to the database, or make one.

mod args;
mod cursor;
mod door;
mod matching;
mod period;
mod request;
mod found;
mod column;
mod view;
mod count;
mod list;
mod follow;
mod rule;
mod coverage;
mod siem;
mod around;
mod run;

use std::process::ExitCode;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    common::cli::run::<args::Args>(|args| args.generate, |args| run::run(&args))
}
