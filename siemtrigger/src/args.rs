//! The command line of siemtrigger; these comments are its manual.
//!
//! What it does *not* know: what the flags set in motion.

use clap::{Parser, ValueEnum};
use common::cli::{Generate, Shared};
use std::path::PathBuf;

const AFTER: &str = "\
Examples:
  siemtrigger                                  watch the database; SIGTERM ends it cleanly
  siemtrigger --oneshot                        catch up and stop, for cron
  siemparse -o jsonl auth.log | siemtrigger --stdin --rules rules/ | jq .message
                                               no database at all
  siemparse -o jsonl *.evtx | siemtrigger --stdin --rules sigma/ --timeline -o csv
                                               what happened on a machine, in order
  siemtrigger --backtest --since 7d --rules new.json
                                               what a rule would have found; writes nothing
  siemtrigger --backtest --since 7d --diff old/ new/
                                               what a change adds and takes away
  siemtrigger --verify                         the stored SIEM events, computed again
  siemtrigger --explain 1234.17 --rule ssh_brute_force
                                               each predicate, the window's count, why not

Exit status: 0 done, 1 nothing found (--backtest), a difference (--diff, --verify) or the rule does
not fire (--explain), 2 wrong usage, 3 wrong configuration or rule, 4 the database fails, 5 input
that could not be read.";

/// Evaluate rules over events and leave SIEM events
///
/// siemtrigger shows each rule version every commit of its interval exactly once, and writes what
/// it finds together with the place up to which it looked. It can be run by cron, as a daemon,
/// several times at once, or be killed at any time: the SIEM events are the same.
///
/// A new rule looks back seven days (--backfill); a changed rule works from now on.
#[derive(Parser, Debug)]
#[command(name = "siemtrigger", version, after_help = AFTER)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) shared: Shared,

    /// Only the rules of this section
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Option<String>,

    /// Only the rules of this table, such as rules_auth; may be repeated
    #[arg(long, value_name = "RULES")]
    pub(crate) table: Vec<String>,

    /// Rules from this file, folder or archive instead of the database; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,

    /// A reference set from a file, in place of the database's; may be repeated
    ///
    /// With --stdin and --backtest. The file is read as siemmanage set import reads it.
    #[arg(long, value_name = "NAME=FILE", value_parser = set)]
    #[arg(conflicts_with_all = ["oneshot", "explain", "exec"])]
    pub(crate) set: Vec<(String, PathBuf)>,

    /// Catch up with the commits there are, then stop
    #[arg(long)]
    pub(crate) oneshot: bool,

    /// Read events as JSON lines from standard input; no database
    ///
    /// SIEM events of rules without a window are printed as they match, those of windows once, at
    /// the end. Without --rules, the shipped rules.
    #[arg(long, conflicts_with_all = ["oneshot", "backtest", "explain"])]
    pub(crate) stdin: bool,

    /// With --stdin, print SIEM events when they arise and again at each revision
    #[arg(long, requires = "stdin")]
    pub(crate) live: bool,

    /// Keep SIEM events until the end of the input and print them by event time
    ///
    /// With --stdin and --backtest. A file of a machine under suspicion becomes its timeline:
    /// siemparse -o jsonl *.evtx | siemtrigger --stdin --rules sigma/ --timeline -o csv
    #[arg(long, conflicts_with_all = ["oneshot", "explain", "live"])]
    pub(crate) timeline: bool,

    /// Show what the rules find in stored events; write nothing
    #[arg(long, group = "over", conflicts_with_all = ["oneshot", "explain"])]
    pub(crate) backtest: bool,

    /// With --backtest, show what the rules of NEW add to those of OLD and what they take away
    ///
    /// SIEM events by day, and examples; both are files, folders or archives of rules. Exit status
    /// 1 when they differ.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], requires = "backtest")]
    #[arg(conflicts_with_all = ["rules", "timeline"])]
    pub(crate) diff: Vec<PathBuf>,

    /// Compare the stored SIEM events with what the same commits give again; write nothing
    ///
    /// Each rule version is shown its commits anew, up to where the ledger stands, and every field
    /// of every SIEM event is compared. Differences are printed, stored (-) and computed (+); there
    /// must be none. With --since and --until, of SIEM events between.
    #[arg(long, group = "over", conflicts_with_all = ["oneshot", "explain", "stdin", "live"])]
    #[arg(conflicts_with_all = ["timeline", "exec", "output", "diff"])]
    pub(crate) verify: bool,

    /// With --backtest and --verify, only since: 2h, yesterday, 2026-08-01, @1700000000
    #[arg(short = 'S', long, value_name = "TIME", requires = "over", allow_hyphen_values = true)]
    pub(crate) since: Option<String>,

    /// With --backtest and --verify, only until
    #[arg(short = 'U', long, value_name = "TIME", requires = "over", allow_hyphen_values = true)]
    pub(crate) until: Option<String>,

    /// Show why a rule fires on an event or does not
    #[arg(long, value_name = "EVENT", requires = "rule")]
    pub(crate) explain: Option<String>,

    /// The rule to explain
    #[arg(long, value_name = "NAME", requires = "explain")]
    pub(crate) rule: Option<String>,

    /// With --rules, how far back rules look that are new: 7d, all or none
    #[arg(long, value_name = "SPAN")]
    pub(crate) backfill: Option<String>,

    /// Run a program for each new SIEM event, beside those of [[action]] in siem.toml
    ///
    /// CMD is a program by its full path, or a name in the system's directories, and arguments
    /// parted by blanks; no shell reads it. The program gets the SIEM event as JSON on standard
    /// input and in its environment nothing but PATH, HOME, LANG, SIEM_ACTION, SIEM_ATTEMPT and
    /// SIEM_KEY, which is the same for each attempt. It has 30 seconds; one that fails is tried 8
    /// times with growing waits. After 30 a minute, one JSON summary stands for all that wait. A
    /// program that is not there is an error at the start.
    #[arg(long, value_name = "CMD", conflicts_with_all = ["stdin", "backtest", "explain"])]
    pub(crate) exec: Option<String>,

    /// Print SIEM events, also those that are stored
    ///
    /// Without it: --stdin and --backtest print JSON lines, or a table on a terminal.
    #[arg(short, long, value_name = "FORM")]
    pub(crate) output: Option<Output>,

    /// No summary
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Print a generated page
    #[arg(long, value_name = "PAGE", hide = true)]
    pub(crate) generate: Option<Generate>,
}

/// What SIEM events are printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values under a header.
    Csv,
    /// A table for people.
    Table,
}

/// Reads `NAME=FILE`.
fn set(text: &str) -> Result<(String, PathBuf), String> {
    let (name, file) = text.split_once('=').ok_or("write NAME=FILE")?;
    Ok((name.to_owned(), file.into()))
}

#[cfg(test)]
impl Args {
    /// A command line without arguments.
    pub(crate) fn none() -> Args {
        Args::parse_from(["siemtrigger"])
    }
}
