//! The arguments of `set`.
//!
//! What it does *not* know: what the verbs do with them.

use super::Output;
use clap::{Args as Flags, Subcommand};
use std::path::PathBuf;

/// `set VERB`.
#[derive(Debug, Flags)]
pub(crate) struct Set {
    #[command(subcommand)]
    pub(crate) verb: SetVerb,
}

/// What can be done with reference sets.
#[derive(Debug, Subcommand)]
pub(crate) enum SetVerb {
    /// Make a set of the values in a file, or put them in place of what it holds
    ///
    /// Conditions look values up in it: `source.ip in set:NAME`, `contains_set NAME`, and the
    /// placeholder `%NAME%` of Sigma rules with `expand`. Case is ignored; a value that is an
    /// address or a network stands for every address in it.
    ///
    /// A file has one value a line; empty lines and those that begin with # are passed over, \#
    /// begins a value with #. Of a CSV file (.csv, or with --column) one column is taken.
    ///
    /// Rules that name the set get new versions: they work with the new values from now on, and
    /// what they found before stays.
    Import(SetImport),
    /// List them
    List(SetList),
    /// Show what is known of a set: its values' number, earlier contents, the rules that name it
    Show(SetName),
    /// Write the values, one a line
    Export(SetExport),
    /// Delete sets that no rule names
    Delete(SetNames),
}

/// `set import`.
#[derive(Debug, Flags)]
pub(crate) struct SetImport {
    /// Its name: letters, digits, _ . and -, at most 64
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// A file, or - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Of a CSV file, take the column with this heading; the first one otherwise
    #[arg(long, value_name = "HEADING")]
    pub(crate) column: Option<String>,

    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `set list`.
#[derive(Debug, Flags)]
pub(crate) struct SetList {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}

/// `set show`.
#[derive(Debug, Flags)]
pub(crate) struct SetName {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,
}

/// `set export`.
#[derive(Debug, Flags)]
pub(crate) struct SetExport {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Write to a file instead of standard output
    #[arg(short = 'O', long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `set delete`.
#[derive(Debug, Flags)]
pub(crate) struct SetNames {
    /// Their names
    #[arg(required = true, value_name = "NAME")]
    pub(crate) names: Vec<String>,
}
