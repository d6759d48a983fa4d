//! siemtrigger: from stored events to SIEM events.
//!
//! ```text
//!  args, config ─► choice (which rules)
//!                     ├─► ledger: activations × commits ─► step ─► record    --oneshot, daemon
//!                     ├─► replay: events ─► SIEM events                      --stdin, --backtest
//!                     ├─► compare: two sets of rules, replayed                --diff
//!                     ├─► verify: the ledger again, in the shadow (books)    --verify
//!                     └─► explain: one event × one rule
//!  SIEM events ─► print
//!             └─► outbox ─► hook: programs that are run for them
//! ```
//!
//! All ways go through the same evaluators (`detect`); they differ in where hits come from and
//! where SIEM events go.
//!
//! # Constraints
//!
//! * What is found and the position up to which was looked are stored in one transaction.
//! * State in memory can be dropped at any time; tables decide.

mod args;
mod files;
mod hook;
mod outbox;
mod choice;
mod line;
mod print;
mod books;
mod scratch;
mod shadow;
mod ahead;
mod runner;
mod chain;
mod recent;
mod ledger;
mod watch;
mod spill;
mod replay;
mod compare;
mod verify;
mod explain;
#[cfg(test)]
mod schedule;

use crate::args::Args;
use crate::choice::Choice;
use crate::outbox::Courier;
use crate::print::Printer;
use common::cli::Stop;
use common::cli::{Exit, Failure, Kind};
use common::config::Config;
use std::process::ExitCode;
use store::{Create, Store, Url};

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    common::cli::run(|args: &Args| args.generate, |args| run(&args))
}

fn run(args: &Args) -> anyhow::Result<Exit> {
    let config = args.shared.config()?;
    let choice = Choice::new(args, &config)?;
    let stop = Stop::on_signal()?;
    if !args.set.is_empty() && !args.stdin && !args.backtest {
        let what = "--set is for --stdin and --backtest; others know the sets of the database";
        return Err(Failure::new(Kind::Usage, what).hint("siemmanage set import").into());
    }
    if args.stdin {
        let choice = choice.read_files(args, None)?;
        let printer = Printer::new(args.output, true).timeline(args.timeline);
        return replay::stdin(choice.without_store()?, args, printer, &stop);
    }
    let is_reader = args.explain.is_some() || args.backtest || args.verify;
    if !is_reader && args.diff.is_empty() {
        outbox::check(&choice.actions)?;
    }
    let mut store = open(&config, if is_reader { Create::Never } else { Create::IfEmbedded })?;
    let choice = choice.read_files(args, Some(store.as_mut()))?;
    if let (Some(event), Some(rule)) = (&args.explain, &args.rule) {
        return explain::run(store.as_mut(), &choice, event, rule);
    }
    choice.check_sections(store.as_mut())?;
    if args.verify {
        return verify::run(store.as_mut(), &choice, args, &stop);
    }
    if let [old, new] = args.diff.as_slice() {
        return compare::run(store.as_mut(), &choice, args, [old, new]);
    }
    if args.backtest {
        let printer = Printer::new(args.output, true).timeline(args.timeline);
        return replay::backtest(store.as_mut(), &choice, args, printer);
    }
    let printer = Printer::new(args.output, false);
    let _courier = (!args.oneshot).then(|| Courier::start(&config, &choice.actions, &stop));
    watch::run(store, &choice, args, printer, &stop)
}

fn open(config: &Config, create: Create) -> anyhow::Result<Box<dyn Store>> {
    let url = Url::parse(config.db.as_deref()).map_err(Failure::from)?;
    Ok(store::open(&url, create).map_err(Failure::from)?)
}
