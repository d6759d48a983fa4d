//! The command line of siemparse; these comments are its manual.
//!
//! What it does *not* know: what the flags set in motion.

use clap::{CommandFactory as _, Parser, ValueEnum};
use common::cli::{Generate, Shared};

const AFTER: &str = "\
Examples:
  siemparse --once -s auth /var/log/auth.log     store what is new in a file, and stop
  siemparse -s web '/var/log/nginx/*.log'        follow the files of a glob
  zcat old.gz | siemparse -s auth                store a stream (old.gz could be named as well)
  siemparse -o jsonl --once auth.log | jq .message
                                                 no database at all
  siemparse --explain auth.log                   how each line is read, and why

Exit status: 0 all was read, 2 wrong usage, 3 wrong configuration, 4 the database fails, 5 some of
the sources could not be read.";

/// Store log lines as events
///
/// siemparse reads files, streams and the journal of systemd, normalises each line to an event
/// and stores the events in batches. Every complete line of a file is stored exactly once: the
/// place up to which a file is stored is committed together with its events. A file is known by
/// its content, so that rotation, renaming, compression and restarts neither lose nor double a
/// line.
///
/// Without --once files are followed. Without files, siemparse reads standard input unless that is
/// a terminal, else it follows the [[source]] entries of the configuration file.
#[derive(Parser, Debug)]
#[command(name = "siemparse", version, after_help = AFTER)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) shared: Shared,

    /// The files to read: paths, globs in quotes, or - for standard input
    ///
    /// gzip, zstd, xz and bzip2 are recognised by their first bytes, and so are EVTX, JSON lists,
    /// CloudTrail's {"Records": …} and JSON objects over several lines: each record of these is an
    /// event, its raw line the record as one line of JSON; of Azure's flow logs each flow is. The lines of one audit event, and of a
    /// record of several lines, are stored as one event with all their bytes. UTF-16 with a byte order
    /// mark is read, and followed, as the same text in UTF-8 without the mark: that is its raw
    /// line, of which `iconv -f UTF-8 -t UTF-16` makes the file again. A path that
    /// is a pipe is read like standard input.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<String>,

    /// The section that the events belong to; it is made when it does not exist
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Option<String>,

    /// The zone of stamps without an offset: +0200, UTC, local or Europe/Berlin
    ///
    /// The sign is that of ISO 8601: +0200 is ahead of UTC. Without it: the section's zone, `zone`
    /// of the configuration file, the system's zone. The hour that is there twice when clocks go
    /// back is read as the first of the two, until the stamps of a source step back by half an hour
    /// or more within it: from there on as the second.
    #[arg(short = 'z', long = "zone", value_name = "TZONE", allow_hyphen_values = true)]
    pub(crate) zone: Option<String>,

    /// The format of the lines, where it should not be detected
    #[arg(short = 'F', long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,

    /// The program of lines that name none
    ///
    /// Programs rarely name themselves in their own log files. A name that a line gives, as in
    /// syslog, wins over this one.
    #[arg(long, value_name = "NAME")]
    pub(crate) program: Option<String>,

    /// What begins a record of several lines: a regular expression
    ///
    /// Lines that it does not match go on with the record before them, up to 256 KiB or until the
    /// source rests for two seconds. Without it the formats that have such records know them:
    /// audit records, slow queries, stack traces and the like.
    #[arg(long, value_name = "REGEX")]
    pub(crate) start: Option<String>,

    /// Keep statistics as well, which are left out otherwise: Suricata's `stats`
    ///
    /// What is left out is counted as filtered.
    #[arg(long)]
    pub(crate) statistics: bool,

    /// The year of the first stamp that gives none
    #[arg(long, value_name = "YEAR")]
    pub(crate) year: Option<i16>,

    /// Stop at the end of the files
    ///
    /// A last line without a line feed is stored only when its file has not changed for two
    /// seconds; what is appended to it later becomes an event tagged `continuation`.
    #[arg(long)]
    pub(crate) once: bool,

    /// Begin at the end of files that are new
    #[arg(long)]
    pub(crate) from_end: bool,

    /// Wait for the database when it cannot be reached or is not initialised yet
    ///
    /// Without it a database that does not answer at the start ends the program with exit code 4.
    /// One that goes away later is always waited for, by --once for a minute.
    #[arg(long)]
    pub(crate) wait_db: bool,

    /// Bring standard input to disk before it is read
    ///
    /// Without it, standard input is read as fast as the database takes it, its sender waits
    /// meanwhile, and what was read and not yet stored is gone when siemparse is killed; after a
    /// signal the last line stored is named. With it, every byte is written to a file in DIR and
    /// synced, and stored exactly once from there: after a kill, a crash, or while the database is
    /// away. A file in DIR is removed when all of it is stored; what a run leaves there the next
    /// one with the same DIR and section stores first. A full disk makes the sender wait.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["journal", "once", "from_end", "output", "explain", "dry_run"])]
    pub(crate) spool: Option<std::path::PathBuf>,

    /// Read the journal of systemd; FILE arguments are matches such as _SYSTEMD_UNIT=ssh.service
    #[arg(long)]
    pub(crate) journal: bool,

    /// Print events instead of storing them
    ///
    /// Needs no database; helpers are those shipped, or the database's where --db names one. An
    /// event's id is 0.LINE.
    #[arg(short, long, value_name = "FORM")]
    pub(crate) output: Option<Output>,

    /// Print the formats that lines can have, as -F takes them, in the order of detection
    #[arg(long)]
    pub(crate) list_formats: bool,

    /// Read and parse to the end, store nothing, print only the summary
    #[arg(long, conflicts_with_all = ["output", "explain"])]
    pub(crate) dry_run: bool,

    /// Show for each line how it is read: format, spans, helpers, fields with types
    #[arg(long, conflicts_with = "output")]
    pub(crate) explain: bool,

    /// No summary and no progress bar
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Print a generated page
    #[arg(long, value_name = "PAGE", hide = true)]
    pub(crate) generate: Option<Generate>,
}

/// What events are printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// One JSON object a line.
    Jsonl,
}

/// Shows the short help on standard error.
pub(crate) fn show_help() {
    let command = Args::command().arg_required_else_help(true);
    if let Err(help) = command.try_get_matches_from(["siemparse"]) {
        // A closed terminal is no reason to fail differently.
        let _ = help.print();
    }
}
