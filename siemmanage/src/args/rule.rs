//! The arguments of `rules`.
//!
//! What it does *not* know: what the verbs do with them.

use super::{Import, ItemVerb, Output, days};
use clap::{Args as Flags, Subcommand, ValueEnum};
use common::clock::span::Span;
use common::config::Backfill;
use std::path::PathBuf;

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
    /// archives (.zip, .tar, .tar.gz, .tar.zst). Sigma's correlations find the rules that they
    /// name among those of the same call and stored ones; a stored rule that one counts is silent
    /// from then on, unless the correlation says `generate: true`, and speaks again when its last
    /// correlation is deleted. A rule imported anew changes the correlations that count it.
    ///
    /// Sigma's filters exclude events from the rules that they name, of the same call and stored
    /// ones; these, and the correlations that count them, become new versions. A filter stays with
    /// its rules until one of its id takes its place, or `rules delete` names it; `rules show`
    /// tells which a rule has.
    ///
    /// What makes no rule is refused with file, line, column, reason and id, and then nothing is
    /// imported, unless --keep-going. A rule that is as it was keeps its version and goes on as
    /// if nothing had happened. A Sigma rule that was switched off stays off.
    Import(RuleImport),
    /// List them
    List(RuleList),
    /// Check files, or what is stored, and run the cases kept beside rules
    ///
    /// The cases of NAME.yml or NAME.json are in NAME.test.yml: documents with the keys `rule`
    /// (the only rule of the file beside it unless given), `match` and `no_match` (lists of
    /// events) and `fire` (runs: `name`, `events`, `siem_events`, how many the rule leaves after
    /// them). An event is a line of a log or a mapping of fields; in a run also {event, times,
    /// every}.
    Test(RuleTest),
    /// Show which of ATT&CK's techniques the enabled rules look for
    ///
    /// A rule looks for the techniques among its tags, and can find only what there are events of:
    /// rules whose logsource none of the newest 200,000 events has are counted, but not among
    /// those with events.
    Attack(Attack),
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

    /// Show what the rules would leave of the stored events of so long until now; import nothing
    ///
    /// SIEM events by rule and day, noisiest first; for the noisiest Sigma rules a filter to begin
    /// with, made of the value that most of their events share.
    #[arg(long, value_name = "SPAN", value_parser = days)]
    pub(crate) preview: Option<Span>,

    /// Import the rules without the Sigma filters that stored rules have
    ///
    /// Without this, a rule that is imported again without its filter keeps it.
    #[arg(long)]
    pub(crate) forget_filters: bool,

    /// Import only what is signed by one of these: OpenSSH's allowed signers, or a minisign key
    ///
    /// Each file or archive has its signature beside it: FILE.sig, made by
    /// `ssh-keygen -Y sign -f KEY -n siem FILE`, or FILE.minisig. Who signed and the SHA-256 of the
    /// rule's text stay with the rule and its SIEM events, as tags `signer.WHO` and `digest.HEX`,
    /// which no other import can give.
    #[arg(long, value_name = "ALLOWED_SIGNERS", conflicts_with = "shipped")]
    pub(crate) verify: Option<PathBuf>,

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

/// `rules test`.
#[derive(Debug, Flags)]
pub(crate) struct RuleTest {
    /// Files, folders or archives; without them what is stored is checked
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: TestOutput,
}

/// `rules attack`.
#[derive(Debug, Flags)]
pub(crate) struct Attack {
    /// Only events since then: -7d, yesterday, 2026-08-01
    #[arg(short = 'S', long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) since: Option<String>,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: AttackOutput,
}

/// How coverage is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AttackOutput {
    /// One line a technique.
    Table,
    /// A layer of ATT&CK Navigator, as JSON.
    Navigator,
}

/// How verdicts on cases are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestOutput {
    /// Failures and a count.
    Text,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// JUnit's XML.
    Junit,
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
