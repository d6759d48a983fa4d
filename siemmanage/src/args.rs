//! The arguments of siemmanage; their comments are the manual.
//!
//! What it does *not* know: what the verbs do with them.

mod history;
mod rule;
mod set;

pub(crate) use history::*;
pub(crate) use rule::*;
pub(crate) use set::*;

use clap::{Args as Flags, Parser, Subcommand, ValueEnum};
use common::cli::{Generate, Shared};
use common::clock::DAY;
use common::clock::span::{Span, SpanError};
use std::path::PathBuf;

/// Look after the database: schema, sections, helpers, rules, retention, status
///
/// The other tools make and update an embedded SQLite database by themselves; a PostgreSQL
/// database is made ready with `siemmanage init`. Every change is one transaction: an import that
/// finds a mistake in its last line has changed nothing.
#[derive(Debug, Parser)]
#[command(name = "siemmanage", version, max_term_width = 100)]
#[command(after_help = "Exit status: 0 done, 1 a check failed or nothing matched, 2 wrong usage, \
    3 wrong configuration, rule or helper, 4 database, 5 a file could not be read.")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) shared: Shared,

    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,

    #[command(flatten)]
    pub(crate) legacy: Legacy,

    /// Print a man page or shell completion
    #[arg(long, hide = true, value_name = "PAGE")]
    pub(crate) generate: Option<Generate>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make the schema, or bring it up to date
    ///
    /// Safe to repeat. On PostgreSQL it also makes the roles that the other tools need, as far as
    /// the user may create roles, and the views with siemstress's names in schema `siemstress`.
    #[command(visible_alias = "migrate")]
    Init,
    /// Import, export, list and switch rules
    Rules(Rules),
    /// Import, export, list and test helpers
    Helpers(Helpers),
    /// Import, export, list and delete reference sets
    Set(Set),
    /// List and change sections
    Section(Section),
    /// Remove events, SIEM events, rules or helpers
    Clear(Clear),
    /// Show what was read and stored, how far rules have come, and how large the database is
    Status(Status),
    /// Show the settings that hold
    Config(Config),
    /// Remove old events
    ///
    /// Whole days (UTC) go. What was removed stays accounted for: the digests of its batches are
    /// kept, and a retention record of its own is added, which `verify` checks.
    Retain(Retain),
    /// Compute the logsource labels of stored events anew
    ///
    /// Events are labelled when they are stored: product, category and service, by which rules
    /// find their events. After an update whose labels are others, this writes them into events
    /// that were stored before, and counts them by what changed. It works batch by batch while
    /// the other tools go on, and can be interrupted and repeated; on PostgreSQL it needs the
    /// owner's rights.
    ///
    /// Digests go on covering the labels that events were stored with: these are kept in records,
    /// which are a chain of their own, and `verify` checks both.
    ///
    /// Queries, back-tests and rules that are imported for the first time with --backfill see the
    /// new labels. What siemtrigger has evaluated is not evaluated again, and SIEM events that
    /// exist stay; `siemtrigger --verify` of that time shows what they would be now.
    Relabel(Relabel),
    /// Forget files that are gone for good
    ///
    /// A file is known by its content for as long as it is remembered, so that a rotated one is
    /// never stored twice. This forgets files of this host, and segments of its spools, of which
    /// nothing was stored for some time and nothing is left: of the files in its folder whose names
    /// begin alike (up to the first dot, hyphen or digit) none may be as old as its last line. A
    /// file that comes back later is a new one. Accounts and digests are kept.
    Forget(Forget),
    /// Look for what is wrong: unaccounted lines, stale sources, wrong clocks, rules that cannot fire
    ///
    /// Checks for every source that what it offered is stored, rejected, filtered or known to be
    /// missing; files that are gone or not read; stamps that are whole hours off; shares of lines
    /// in no known format; rules whose fields none of the newest events has, or which are behind;
    /// roles, heads of digests, and events without the partition of their day, which it moves
    /// there. Exit status 1 when something is wrong; notes alone are no error.
    Doctor(Doctor),
    /// Print metrics for Prometheus, as node_exporter's textfile collector reads them
    Metrics,
    /// Print the heads of all sources' digests, to be signed and kept elsewhere
    ///
    /// Each batch carries a digest over its events and over the batch of its source before. What
    /// this prints fixes everything stored until now: keep it where an intruder of the database
    /// cannot change it, and give it to `verify --head` later. Several may stand in one file.
    ///
    ///   siemmanage seal | tee -a seals.txt | ssh-keygen -Y sign -f key -n siem > seal.sig
    Seal,
    /// Compute all digests again and say what is changed, missing or added
    ///
    /// Findings name the batch, the event and the column, earliest commit first; with any the
    /// exit status is 1. Without --head, whoever could write everything could also have made all
    /// digests anew; with it, everything up to that seal is held against it.
    Verify(Verify),
}

/// `helpers VERB`.
#[derive(Debug, Flags)]
pub(crate) struct Helpers {
    #[command(subcommand)]
    pub(crate) verb: HelperVerb,
}

/// What can be done with helpers.
#[derive(Debug, Subcommand)]
pub(crate) enum HelperVerb {
    /// Add helpers from files, or change those with the same section and name
    Import(HelperImport),
    /// List them
    List(List),
    /// Check files, or what is stored, and run the tests they carry
    Test(Test),
    #[command(flatten)]
    Other(ItemVerb),
}

/// `helpers import`.
#[derive(Debug, Flags)]
pub(crate) struct HelperImport {
    #[command(flatten)]
    pub(crate) import: Import,

    /// The section of helpers that name none; without it they apply to all sections
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Option<String>,
}

/// What can be done with both.
#[derive(Debug, Subcommand)]
pub(crate) enum ItemVerb {
    /// Write them in the form that import reads
    Export(Export),
    /// Show some as they are stored; rules also by title, and Sigma filters
    Show(Names),
    /// Switch on
    Enable(Names),
    /// Switch off
    Disable(Names),
    /// Delete; of rules also their Sigma filters
    Delete(Names),
}

/// `import`.
#[derive(Debug, Default, Flags)]
pub(crate) struct Import {
    /// Files, folders of files, archives of files, or - for standard input
    #[arg(required_unless_present = "shipped", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Import what this version of the programs brings along; a new database has it from the start
    ///
    /// After an update this adds what is new and changes what changed; --dry-run shows it. What
    /// was switched off stays off.
    #[arg(long, conflicts_with = "files")]
    pub(crate) shipped: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `export`.
#[derive(Debug, Flags)]
pub(crate) struct Export {
    /// Only these
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,

    /// Of this section
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Vec<String>,

    /// Write to a file instead of standard output
    #[arg(short = 'O', long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `list`.
#[derive(Debug, Flags)]
pub(crate) struct List {
    /// Of this section
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Option<String>,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}

/// `show`, `enable`, `disable`, `delete`.
#[derive(Debug, Flags)]
pub(crate) struct Names {
    /// Their names
    #[arg(required = true, value_name = "NAME")]
    pub(crate) names: Vec<String>,

    /// Of this section; needed where two sections have one of the name
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Option<String>,
}

/// `test`.
#[derive(Debug, Flags)]
pub(crate) struct Test {
    /// Files or directories of files; without them what is stored is tested
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// `section VERB`.
#[derive(Debug, Flags)]
pub(crate) struct Section {
    #[command(subcommand)]
    pub(crate) verb: SectionVerb,
}

/// What can be done with sections.
#[derive(Debug, Subcommand)]
pub(crate) enum SectionVerb {
    /// List them
    List(SectionList),
    /// Make a section, or change how its sources are read
    Set(SectionSet),
    /// Remove the events, rejected lines and hits of a section
    Clear(SectionClear),
}

/// `section list`.
#[derive(Debug, Flags)]
pub(crate) struct SectionList {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}

/// `section set`.
#[derive(Debug, Flags)]
pub(crate) struct SectionSet {
    /// Its name: a lower-case letter, then letters, digits and _
    #[arg(value_name = "SECTION")]
    pub(crate) name: String,

    /// The format of its sources; an empty text lets siemparse detect it
    #[arg(short = 'F', long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,

    /// The zone of stamps without an offset; an empty text means the default
    #[arg(short = 'z', long, value_name = "TZONE")]
    pub(crate) zone: Option<String>,

    /// The fields that siemquery shows in a table, comma-separated; an empty text: the default
    #[arg(long, value_name = "FIELDS")]
    pub(crate) display: Option<String>,
}

/// `section clear`.
#[derive(Debug, Flags)]
pub(crate) struct SectionClear {
    /// The section
    #[arg(value_name = "SECTION")]
    pub(crate) name: String,

    /// Do it; nothing is removed without
    #[arg(long)]
    pub(crate) force: bool,
}

/// `clear`.
#[derive(Debug, Default, Flags)]
pub(crate) struct Clear {
    /// What to remove, by siemstress's names: auth (events), `siem_auth`, `rules_auth`,
    /// `helpers_auth`; without it all events and SIEM events
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Vec<String>,

    /// The events and SIEM events of this section
    #[arg(short, long, value_name = "SECTION", conflicts_with = "table")]
    pub(crate) section: Option<String>,

    /// Also forget how far sources were read, so that siemparse reads them again
    #[arg(long)]
    pub(crate) positions: bool,

    /// Do it; nothing is removed without
    #[arg(long)]
    pub(crate) force: bool,
}

/// `status`.
#[derive(Debug, Flags)]
pub(crate) struct Status {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}

/// `config`.
#[derive(Debug, Flags)]
pub(crate) struct Config {
    /// Show where each value comes from: a line of a file, a variable, a flag, or the default
    #[arg(long)]
    pub(crate) show_origin: bool,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}

/// `doctor`.
#[derive(Debug, Flags)]
pub(crate) struct Doctor {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}

/// How a verb prints its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Columns for people.
    Table,
    /// One JSON document.
    Json,
}

/// The flags of siemstress's siemmanage.
#[derive(Debug, Default, PartialEq, Eq, Flags)]
#[command(next_help_heading = "As siemstress had them")]
pub(crate) struct Legacy {
    /// Same as: rules import FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) importrules: Option<PathBuf>,

    /// Same as: rules export -O FILE; --table selects sections
    #[arg(long, value_name = "FILE")]
    pub(crate) exportrules: Option<PathBuf>,

    /// Same as: helpers import FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) importhelpers: Option<PathBuf>,

    /// Same as: helpers export -O FILE; --table selects sections
    #[arg(long, value_name = "FILE")]
    pub(crate) exporthelpers: Option<PathBuf>,

    /// Same as: clear
    #[arg(long)]
    pub(crate) clear: bool,

    /// Do what --clear says
    #[arg(long)]
    pub(crate) force: bool,

    /// The tables that --clear or an export means
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Vec<String>,
}

/// A span; a bare number counts days.
fn days(text: &str) -> Result<Span, SpanError> {
    Span::parse(text, DAY)
}
