//! `clear`: removes events, SIEM events, rules or helpers, and only with `--force`.
//!
//! Tables keep their shape: siemstress dropped them, here their rows go. What it does *not* know:
//! which rows belong to what.

use crate::args::Clear as Args;
use crate::item::{self, Noun};
use crate::{database, page};
use common::cli::{Exit, Failure, Kind};
use common::config::{Backfill, Config};
use common::section::{self, Table};
use store::{Clear, Store};

/// Removes what the arguments name.
pub(crate) fn run(args: &Args, config: &Config) -> anyhow::Result<Exit> {
    if !args.force {
        let what = "clear removes rows for good; nothing was removed";
        return Err(Failure::new(Kind::Usage, what).hint("use --force to do it").into());
    }
    let mut store = database::open(config)?;
    let mut named = Vec::new();
    for table in &args.table {
        let section = database::section(&mut *store, table)?;
        let table =
            section::table(table).map_err(|error| Failure::new(Kind::Usage, error.to_string()))?;
        named.push((section, table.1));
    }
    for (section, table) in &named {
        match table {
            Table::Event => rows(&mut *store, Clear::Event, Some(section))?,
            Table::Siem => rows(&mut *store, Clear::Siem, Some(section))?,
            Table::Helper => rows(&mut *store, Clear::Helper, Some(section))?,
            Table::Rule => rules(&mut *store, section)?,
        }
    }
    let section = match &args.section {
        Some(name) => Some(database::section(&mut *store, name)?),
        None => None,
    };
    if named.is_empty() {
        rows(&mut *store, Clear::Event, section.as_deref())?;
        rows(&mut *store, Clear::Siem, section.as_deref())?;
    }
    if args.positions {
        match named.is_empty() {
            true => rows(&mut *store, Clear::Position, section.as_deref())?,
            false => {
                for (section, _) in named.iter().filter(|(_, table)| *table == Table::Event) {
                    rows(&mut *store, Clear::Position, Some(section))?;
                }
            }
        }
    }
    Ok(Exit::Done)
}

fn rows(store: &mut dyn Store, what: Clear, section: Option<&str>) -> anyhow::Result<()> {
    let count = store.clear(what, section).map_err(Failure::from)?;
    let word = match what {
        Clear::Event => "event",
        Clear::Siem => "SIEM event",
        Clear::Helper => "helper",
        Clear::Position => "position",
    };
    let place = section.map(|section| format!(" of {section}")).unwrap_or_default();
    page::say(&format!("removed {}{place}", page::counted(count, word)))?;
    Ok(())
}

fn rules(store: &mut dyn Store, section: &str) -> anyhow::Result<()> {
    let noun = item::Rules::stored(Backfill::None);
    let mut rules = noun.stored(store)?;
    rules.retain(|rule| rule.section == section);
    noun.delete(store, &rules)?;
    let count = u64::try_from(rules.len()).unwrap_or(u64::MAX);
    page::say(&format!("removed {} of {section}", page::counted(count, "rule")))?;
    Ok(())
}
