//! The arguments of `rules`.
//!
//! What it does *not* know: what the verbs do with them.

use super::{Import, ItemVerb, Output, Test};
use clap::{Args as Flags, Subcommand, ValueEnum};
use common::config::Backfill;

/// `rules VERB`.
#[derive(Debug, Flags)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) verb: RuleVerb,
}

/// What can be done with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RuleVerb {
    /// Add rules from files, or change those with the same section and name
    ///
    /// Takes rules in JSON and Sigma rules in YAML: files, folders with all that is in them, and
    /// archives (.zip, .tar, .tar.gz, .tar.zst). Correlations and filters of Sigma find the rules
    /// that they name among those of the same call.
    ///
    /// What makes no rule is refused with file, line, column, reason and id, and then nothing is
    /// imported, unless --keep-going. A rule that is as it was keeps its version and goes on as
    /// if nothing had happened. A Sigma rule that was switched off stays off.
    Import(RuleImport),
    /// List them
    List(RuleList),
    /// Check files, or what is stored
    Test(Test),
    #[command(flatten)]
    Other(ItemVerb),
}

/// `rules import`.
#[derive(Debug, Default, Flags)]
pub(crate) struct RuleImport {
    #[command(flatten)]
    pub(crate) import: Import,

    /// How far back a rule that is new looks: a span such as 7d, all, or none
    #[arg(long, value_name = "SPAN")]
    pub(crate) backfill: Option<Backfill>,

    /// Sigma rules look at the events of this section; of all sections without it
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Option<String>,

    /// Import what can be, although other rules are refused; exit status 5 if any was
    #[arg(long)]
    pub(crate) keep_going: bool,

    #[command(flatten)]
    pub(crate) select: Select,
}

/// `rules list`.
#[derive(Debug, Flags)]
pub(crate) struct RuleList {
    /// Of this section
    #[arg(short, long, value_name = "SECTION")]
    pub(crate) section: Option<String>,

    #[command(flatten)]
    pub(crate) select: Select,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}

/// Which rules are meant.
#[derive(Clone, Debug, Default, Flags)]
pub(crate) struct Select {
    /// Only rules of this level or a worse one
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<Level>,

    /// Only Sigma rules of this status: stable, test, experimental, …; may be repeated
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Vec<String>,

    /// Only rules with this tag, or with one below it: attack.t1059 means attack.t1059.001 too;
    /// may be repeated
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,

    /// Only rules about this product/category/service; parts may be left empty:
    /// windows/process_creation, linux//auditd
    #[arg(long, value_name = "LOGSOURCE")]
    pub(crate) logsource: Option<String>,
}

/// Sigma's levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Severity 6 and 7.
    Informational,
    /// Severity 5.
    Low,
    /// Severity 4.
    Medium,
    /// Severity 2 and 3.
    High,
    /// Severity 0 and 1.
    Critical,
}
