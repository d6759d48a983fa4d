//! The arguments of what is done with everything that was stored: `retain`, `relabel`,
//! `forget`, `verify`.
//!
//! What it does *not* know: what the verbs do with them.

use super::{Output, days};
use clap::Args as Flags;
use common::clock::span::Span;
use std::path::PathBuf;

/// `retain`.
#[derive(Debug, Flags)]
pub(crate) struct Retain {
    /// Remove events older than this: 90d, 12w
    #[arg(long, value_name = "SPAN", value_parser = days)]
    pub(crate) older_than: Span,

    /// Remove SIEM events older than this; they are kept without it
    #[arg(long, value_name = "SPAN", value_parser = days)]
    pub(crate) siem_older_than: Option<Span>,

    /// Of this section only
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Option<String>,

    /// Write events into files in this folder before they are removed
    ///
    /// There is a file for each section and day, SECTION.DAY.FIRST-LAST.ndjson.zst, named with the
    /// first and the last of its batches. It is JSON in lines packed with zstd: a header, and for
    /// each batch its row with its digests, then its events with all their columns. Files are
    /// readable by their owner alone, and on disk and read back before anything is removed; where
    /// events are not what their digests say, nothing is. What was stored meanwhile stays until
    /// the next time. After an interruption the same command goes on: what a file holds is not
    /// written again, and no file is replaced. `verify --archive` checks them later.
    ///
    /// The database remembers which events are in archives, in records that `verify` covers. Hits
    /// are removed without being archived. Rejected lines, which are as old as the batch that was
    /// read with them, stay until `retain` runs without this, perhaps right afterwards. Events
    /// whose removal without it was interrupted go without being archived.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,

    /// Count what would go, and remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `relabel`.
#[derive(Debug, Flags)]
pub(crate) struct Relabel {
    /// Events from this time on: -90d, yesterday, 2026-08-01
    #[arg(short = 'S', long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) since: String,

    /// Events before this time
    #[arg(short = 'U', long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) until: Option<String>,

    /// Of this section only
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Option<String>,

    /// Count what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}

/// `forget`.
#[derive(Debug, Flags)]
pub(crate) struct Forget {
    /// Those of which nothing was stored for this long: 30d, 12w
    #[arg(long, value_name = "SPAN", default_value = "30d", value_parser = days)]
    pub(crate) older_than: Span,

    /// Count what would be forgotten, and forget nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `verify`.
#[derive(Debug, Flags)]
pub(crate) struct Verify {
    /// What `seal` printed; - for standard input; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) head: Vec<PathBuf>,

    /// Check files that `retain --archive` wrote, instead of what is in the database
    ///
    /// The digests of their events are computed again and held against those that the database
    /// keeps. With all files of a day given, a batch that was archived and is in none of them is
    /// found too; with a folder, which stands for all archives in it, any that was ever archived.
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "head")]
    pub(crate) archive: Vec<PathBuf>,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}
