//! What every tool does the same: shared flags, the error line, exit codes, generated pages.
//!
//! ```text
//!  main() ─► run::<Args>(tool) ─► Ok(Exit) | Err(anyhow) ─► one line on stderr ─► exit code
//! ```
//!
//! Data goes to standard output, everything else to standard error. A closed pipe ends a tool
//! quietly. What it does *not* know: any single tool's verbs.

mod exit;
mod generate;
mod report;
mod stop;

pub use exit::Exit;
pub use generate::Generate;
pub use report::{Failure, Kind, hint, note, warn};
pub use stop::{Reopen, Stop};

use crate::config::Config;
use clap::{Args, Parser};
use std::path::PathBuf;
use std::process::ExitCode;

/// Flags that mean the same in every tool that opens a database.
#[derive(Args, Clone, Debug, Default)]
pub struct Shared {
    /// Read this configuration file instead of the default ones
    ///
    /// Without it: $SIEM_CONFIG, then ~/.config/siem/siem.toml, then /etc/siem/siem.toml; a
    /// missing default file is no error.
    #[arg(short = 'c', long, value_name = "FILE", help_heading = "Database", global = true)]
    pub config: Option<PathBuf>,

    /// Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME
    ///
    /// Without it: $SIEM_DB, then `db` of the configuration file, then an SQLite file in the
    /// user's data directory. A password belongs into ~/.pgpass, never here.
    #[arg(long, value_name = "URL", help_heading = "Database", global = true)]
    pub db: Option<String>,
}

impl Shared {
    /// The configuration: file, environment and these flags.
    ///
    /// # Errors
    /// The file cannot be read or holds something it should not ([`Kind::Config`]).
    pub fn config(&self) -> anyhow::Result<Config> {
        let mut config = Config::load(self.config.as_deref()).map_err(|error| {
            let failure = Failure::new(Kind::Config, error.to_string());
            match error.hint() {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        })?;
        if let Some(db) = &self.db {
            if crate::config::holds_password(db) {
                let what = "--db: a password on the command line is seen by every user";
                return Err(Failure::new(Kind::Usage, what)
                    .hint("write it into ~/.pgpass, or the URL into $SIEM_DB")
                    .into());
            }
            config.override_db(db);
        }
        Ok(config)
    }
}

/// Runs a tool: parses its arguments, calls it, prints its error, gives its exit code.
///
/// `tool` receives the parsed arguments. `generate` tells whether the hidden `--generate` was
/// given; then the page is printed instead.
pub fn run<A: Parser>(
    generate: impl Fn(&A) -> Option<Generate>,
    tool: impl FnOnce(A) -> anyhow::Result<Exit>,
) -> ExitCode {
    let args = match A::try_parse() {
        Ok(args) => args,
        Err(error) => return report::usage(&error),
    };
    let name = A::command().get_name().to_owned();
    report::defects(&name);
    if let Some(page) = generate(&args) {
        return match page.print(A::command()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => report::failure(&name, &error.into()),
        };
    }
    match tool(args) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => report::failure(&name, &error),
    }
}
