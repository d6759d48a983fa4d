//! The command line of siemquery; this page is its manual.
//!
//! What it does *not* know: what the options do; [`crate::request`] resolves them.

mod matching;

use clap::{Parser, ValueEnum};
use common::cli::{Generate, Shared};
use common::output::Color;
pub(crate) use matching::{With, Without};
use std::path::PathBuf;

/// Read events and SIEM events from the database
///
/// Without options: the newest 1,000 events as a table on a terminal, every event as JSON lines
/// otherwise. Options select (repeated: any of them; different ones: all of them), other options
/// say what is made of the selection: a list, a count, a histogram.
///
/// Match options are exact and ignore case; % stands for any text and _ for any character. Their
/// r… counterparts exclude; an event without the field is never excluded.
///
/// Times are shown in the local zone (--utc, --tz); machine formats are in UTC. The exit code is
/// 0 when something was selected, 1 when nothing was, 2 for a wrong command line, 3 for a wrong
/// configuration, 4 for a database that fails.
#[derive(Parser, Clone, Debug)]
#[command(name = "siemquery", version, max_term_width = 100, after_long_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) shared: Shared,

    /// This section; siem_NAME: its SIEM events
    #[arg(short, long, value_name = "SECTION", help_heading = "Select")]
    pub(crate) section: Vec<String>,

    /// The same by table name, in the manner of siemstress
    #[arg(long, value_name = "TABLE", help_heading = "Select", hide_short_help = true)]
    pub(crate) table: Vec<String>,

    /// What must hold: 'user.name = root and pid > 99'
    ///
    /// For example 'process.name = sshd and source.ip in 10.0.0.0/8 and not user.name = root'.
    /// Operators: = != (any case) == !== (exact) < <= > >= ~ !~ (regex) contains startswith
    /// endswith like (wildcards * and ?) in (a, b, 10.0.0.0/8) exists, "is true"; keyword "text"
    /// looks at the whole line; and, or, not and parentheses join. A value with spaces is quoted.
    /// Given more than once, all must hold.
    #[arg(short = 'w', long = "where", value_name = "FILTER", help_heading = "Select")]
    pub(crate) filter: Vec<String>,

    /// Events that a rule of this file matches (repeatable)
    ///
    /// The database chooses candidates by time, section, labels and columns; the verdict is the
    /// one that siemtrigger gives. Correlations select the events that they count.
    #[arg(long, value_name = "FILE", help_heading = "Select")]
    pub(crate) sigma: Vec<PathBuf>,

    /// From then on: 2h, yesterday, monday, 2026-08-01
    ///
    /// Accepted are 2h, -2h, "2h ago", "2 days ago", "3 months ago", now, today, yesterday, weekday
    /// names (the latest one), 10:00, 2026-08-01, "2026-08-01 10:00[:SS[.fraction]]", RFC 3339,
    /// @epoch and siemstress stamps (20260801, 20260801103000, 260801103000).
    #[arg(
        short = 'S',
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Select"
    )]
    pub(crate) since: Option<String>,

    /// Up to, not including, this time
    #[arg(
        short = 'U',
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Select"
    )]
    pub(crate) until: Option<String>,

    /// Since so long ago: 90s, 10m, 24h, 7d, 1w
    #[arg(long, value_name = "SPAN", conflicts_with_all = ["since", "range"], help_heading = "Select")]
    pub(crate) last: Option<String>,

    /// From stamp A to stamp B, both included
    ///
    /// 20260801-20260803 are three days, 2608011000-2608011059 an hour; FROM..TO takes any times.
    #[arg(long, value_name = "A-B", hide_short_help = true, conflicts_with_all = ["since", "until"], help_heading = "Select")]
    pub(crate) range: Option<String>,

    /// The event or SIEM event with this id
    #[arg(long, value_name = "ID", hide_short_help = true, help_heading = "Select")]
    pub(crate) id: Vec<String>,

    #[command(flatten)]
    pub(crate) with: With,

    #[command(flatten)]
    pub(crate) without: Without,

    /// SIEM events: the worst first, repeats folded
    ///
    /// Machine formats have every SIEM event, in order of time.
    #[arg(long, help_heading = "Instead of a list of events")]
    pub(crate) siem: bool,

    /// The events behind this SIEM event
    #[arg(long, value_name = "ID", conflicts_with_all = ["siem", "around", "rule", "made", "reverse", "id"],
          help_heading = "Instead of a list of events")]
    pub(crate) sources: Option<String>,

    /// Which commits each version of this rule has seen
    ///
    /// Lists the stretches of commits that a version saw, has not seen yet, or saw only to warm
    /// up, and those for which no version was in force (none). Exit status 1 when any is unseen.
    #[arg(long, value_name = "RULE", hide_short_help = true, conflicts_with_all = ["sources", "siem", "around", "rule", "made", "reverse", "id", "raw", "follow", "cursor_file"],
          help_heading = "Instead of a list of events")]
    pub(crate) coverage: Option<String>,

    /// What happened before and after this event
    ///
    /// Takes the id of an event or of a SIEM event.
    #[arg(long, value_name = "ID", conflicts_with_all = ["siem", "rule", "made", "reverse", "id"],
          help_heading = "Instead of a list of events")]
    pub(crate) around: Option<String>,

    /// How far --around looks to either side
    #[arg(
        long,
        value_name = "SPAN",
        default_value = "10m",
        requires = "around",
        hide_short_help = true,
        help_heading = "Instead of a list of events"
    )]
    pub(crate) span: String,

    /// Only events that have these fields in common with the one of --around
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        requires = "around",
        hide_short_help = true,
        help_heading = "Instead of a list of events"
    )]
    pub(crate) same: Vec<String>,

    /// Rules and helpers
    ///
    /// With --table rules_NAME or helpers_NAME: rules, or helpers, of one section.
    #[arg(long, conflicts_with_all = ["siem", "made", "reverse", "id"], help_heading = "Instead of a list of events")]
    pub(crate) rule: bool,

    /// How many there are
    #[arg(long, group = "made", help_heading = "Instead of a list of events")]
    pub(crate) count: bool,

    /// How many of each value, most frequent first
    ///
    /// A name that is nearly one of a column is refused as a slip, here, with --fields and with
    /// --same; backquotes insist on it.
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        group = "made",
        help_heading = "Instead of a list of events"
    )]
    pub(crate) count_by: Vec<String>,

    /// Only the N largest counts (0: all)
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20,
        requires = "count_by",
        hide_short_help = true,
        help_heading = "Instead of a list of events"
    )]
    pub(crate) top: u64,

    /// How many over time; SPAN is a slot's length
    ///
    /// Without SPAN a length that gives some forty slots. Slots are aligned to UTC.
    #[arg(long, value_name = "SPAN", num_args = 0..=1, default_missing_value = "", group = "made",
          help_heading = "Instead of a list of events")]
    pub(crate) histogram: Option<String>,

    /// table, json, jsonl, csv, tsv or raw
    ///
    /// A table on a terminal, JSON lines otherwise.
    #[arg(
        short,
        long,
        value_enum,
        hide_possible_values = true,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) output: Option<Form>,

    /// What to print: time,host,user.name,message
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', help_heading = "Output")]
    pub(crate) fields: Vec<String>,

    /// The source's bytes, in their order
    ///
    /// Refused by a terminal without --force.
    #[arg(long, conflicts_with_all = ["output", "json", "fields", "siem", "rule", "around", "made", "reverse"],
          help_heading = "Output")]
    pub(crate) raw: bool,

    /// Let --raw write to a terminal
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub(crate) force: bool,

    /// Also write a JSON array to FILE; - is standard output
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Output",
        conflicts_with = "made",
        hide_short_help = true
    )]
    pub(crate) json: Option<PathBuf>,

    /// The newest N (0: no limit)
    #[arg(short = 'n', long = "lines", value_name = "N", help_heading = "Output")]
    pub(crate) lines: Option<u64>,

    /// The newest first
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub(crate) reverse: bool,

    /// The newest 10 (or -n), then new ones as they come
    ///
    /// With --siem a SIEM event that is amended comes again, at most once a second.
    #[arg(short, long, conflicts_with_all = ["reverse", "raw", "made", "sources", "around", "rule", "until"],
          help_heading = "Output")]
    pub(crate) follow: bool,

    /// Each event once: go on where the last run ended
    ///
    /// For cron jobs. Events come in the order in which they were stored; FILE is written after
    /// the output was, so that a run that failed is repeated. With --siem each SIEM event comes
    /// again when it was amended.
    #[arg(long, value_name = "FILE", help_heading = "Output",
          conflicts_with_all = ["lines", "reverse", "raw", "made", "sources", "around", "rule", "id"])]
    pub(crate) cursor_file: Option<PathBuf>,

    /// Show times in UTC
    #[arg(long, conflicts_with = "tz", help_heading = "Output", hide_short_help = true)]
    pub(crate) utc: bool,

    /// Show and read times in this zone: Europe/Berlin, +0530
    #[arg(
        long,
        value_name = "ZONE",
        allow_hyphen_values = true,
        help_heading = "Output",
        hide_short_help = true
    )]
    pub(crate) tz: Option<String>,

    /// auto, always or never
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Output",
        hide_short_help = true
    )]
    pub(crate) color: Color,

    /// Do not page long output ($SIEM_PAGER, $PAGER, less -R)
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub(crate) no_pager: bool,

    /// Print nothing: for the exit code, or for --json FILE alone
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub(crate) silent: bool,

    /// Show the SQL on standard error, too
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub(crate) verbose: bool,

    /// Show the SQL instead of running it
    #[arg(long, help_heading = "Output")]
    pub(crate) explain: bool,

    /// Print this program's man page or completions
    #[arg(long, value_enum, hide = true)]
    pub(crate) generate: Option<Generate>,
}

/// How records are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Aligned columns, for people
    Table,
    /// One JSON array
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a header
    Csv,
    /// Tab-separated values with a header
    Tsv,
    /// The source's bytes
    Raw,
}

const EXAMPLES: &str = "\
Examples:
  What happened in the last ten minutes, everywhere:
    siemquery --last 10m

  Failed logins of root from outside, newest first, with the fields that matter:
    siemquery -s auth --where 'event.outcome = failure and user.name = root \\
        and not source.ip in 10.0.0.0/8' --fields time,host,source.ip,message --reverse

  Who knocked most often yesterday, and when:
    siemquery -s auth -S yesterday -U today --count-by source.ip --top 10
    siemquery -s auth -S yesterday -U today --grep 'Failed password' --histogram 1h

  From a SIEM event to the events behind it, and to what else happened there:
    siemquery --siem --last 1d
    siemquery --sources 5f2c9a1b
    siemquery --around 5f2c9a1b --span 5m --same host

  SIEM events as they arise, above a magnitude:
    siemquery --siem --follow -w 'magnitude >= 40'

  New SIEM-relevant events to a script, each exactly once (cron):
    siemquery -s auth -w 'user.name = root' --cursor-file /var/lib/me/root.cursor -o jsonl

  Give the log file back, byte for byte:
    siemquery -s auth --raw > auth.log";
