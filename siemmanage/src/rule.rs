//! The verbs of rules: what only rules have is here, the rest in `item`.
//!
//! What it does *not* know: files.

mod attack;
mod case;
mod filter;
mod list;
mod preview;
mod show;
mod test;
mod trial;

use crate::args::{ItemVerb, RuleVerb};
use crate::item::select::Choice;
use crate::{database, item};
use common::cli::{Exit, Failure, warn};
use common::config::Config;

/// Runs a verb of rules.
pub(crate) fn run(verb: RuleVerb, config: &Config) -> anyhow::Result<Exit> {
    let backfill = config.siemtrigger.backfill;
    let stored = item::Rules::stored(backfill);
    match verb {
        RuleVerb::Import(args) => {
            let is_change = !args.import.dry_run && args.preview.is_none();
            let mut store = database::open_for(config, is_change)?;
            let known = store.rules().map_err(Failure::from)?;
            let filters = if args.forget_filters { Vec::new() } else { filter::texts(&known) };
            let noun = item::Rules {
                filters,
                known,
                backfill: args.backfill.unwrap_or(backfill),
                section: args.section.as_deref().map(database::new_section).transpose()?,
                choice: Choice::new(&args.select)?,
                signers: args.verify.clone(),
                sets: store.sets().map_err(Failure::from)?,
            };
            drop(store);
            match args.preview {
                Some(span) => {
                    let files = item::import::files(&noun, &args.import)?;
                    let (rules, refusals) = noun.rules(&files)?;
                    for refusal in &refusals {
                        warn("siemmanage", refusal);
                    }
                    preview::run(&rules, &noun.known, span, config)
                }
                None => item::import::run(&noun, &args.import, args.keep_going, config),
            }
        }
        RuleVerb::List(args) => list::run(&args, config),
        RuleVerb::Attack(args) => attack::run(&args, config),
        RuleVerb::Test(args) => test::run(&args, config),
        RuleVerb::Other(ItemVerb::Show(args)) => show::run(&args, config),
        RuleVerb::Other(ItemVerb::Delete(args)) => filter::delete(&stored, &args, config),
        RuleVerb::Other(verb) => item::run(&stored, verb, config),
    }
}
