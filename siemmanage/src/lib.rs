//! siemmanage: schema, sections, helpers, rules, retention, status, configuration.
//!
//! ```text
//!  args ─► legacy ─► database ─┬─► init  section  set  clear  status  retain  seal  verify …  one file a verb
//!                              └─► item ─► import  export  list  show  switch  delete  test
//!                                   └─ helper, rule: what differs between the two nouns
//! ```
//!
//! Each verb takes its arguments and a store and writes its answer to standard output. A change
//! is one transaction: everything is checked before anything is written.
//!
//! # Constraints
//!
//! * No SQL and no driver: `store` is the door.
//! * What a file says is never executed, only parsed; names are bound, never spliced.

mod args;
mod page;
mod config;
mod database;
mod legacy;
mod diff;
mod item;
mod rule;
mod set;
mod clear;
mod section;
mod init;
mod status;
mod doctor;
mod metrics;
mod archive;
mod retain;
mod relabel;
mod forget;
mod seal;
mod verify;

use args::{Args, HelperVerb, Legacy, Verb};
use common::cli::{Exit, Failure, Kind};
use std::process::ExitCode;

/// Runs the tool with the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    common::cli::run(|args: &Args| args.generate, run)
}

fn run(args: Args) -> anyhow::Result<Exit> {
    let Args { shared, verb, legacy, .. } = args;
    let verb = match verb {
        Some(_) if legacy != Legacy::default() => return Err(two_verbs().into()),
        Some(verb) => verb,
        None => legacy::verb(legacy)?.ok_or_else(nothing_to_do)?,
    };
    let config = shared.config()?;
    match verb {
        Verb::Config(args) => config::run(&args, &config),
        Verb::Init => init::run(&config),
        Verb::Helpers(args) => match args.verb {
            HelperVerb::Import(args) => {
                let section = args.section.map(|name| database::new_section(&name)).transpose()?;
                item::import::run(&item::Helpers { section }, &args.import, false, &config)
            }
            HelperVerb::List(args) => item::list::run(&item::Helpers::default(), &args, &config),
            HelperVerb::Test(args) => item::test::run(&args, &config),
            HelperVerb::Other(verb) => item::run(&item::Helpers::default(), verb, &config),
        },
        Verb::Rules(args) => rule::run(args.verb, &config),
        Verb::Set(args) => set::run(args.verb, &config),
        Verb::Section(args) => section::run(args.verb, &config),
        Verb::Clear(args) => clear::run(&args, &config),
        Verb::Status(args) => status::run(&args, &config),
        Verb::Retain(args) => retain::run(&args, &config),
        Verb::Relabel(args) => relabel::run(&args, &config),
        Verb::Forget(args) => forget::run(&args, &config),
        Verb::Doctor(args) => doctor::run(&args, &config),
        Verb::Metrics => metrics::run(&config),
        Verb::Seal => seal::run(&config),
        Verb::Verify(args) => verify::run(&args, &config),
    }
}

fn two_verbs() -> Failure {
    Failure::new(Kind::Usage, "a verb and one of siemstress's flags: only one of them can be done")
        .hint("flags of a verb come after it, as in siemmanage clear --force")
}

fn nothing_to_do() -> Failure {
    Failure::new(Kind::Usage, "no verb").hint("siemmanage --help lists them; most wanted: status")
}
