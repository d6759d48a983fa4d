//! `import`: files to database; everything is read and checked before anything is written.
//!
//! What it does *not* know: what is imported.

use super::{Item, Noun, source};
use crate::args::Import;
use crate::{database, diff, page};
use common::cli::{Exit, Failure, Kind};
use common::config::Config;
use std::fmt::Write as _;

/// Imports files, or shows what an import would change.
pub(crate) fn run(noun: &dyn Noun, args: &Import, config: &Config) -> anyhow::Result<Exit> {
    let files = source::read(&args.files)?;
    let mut items: Vec<Item> = Vec::new();
    for (file, text) in &files {
        for item in noun.read(text, file)? {
            if items.iter().any(|other| other.is_same(&item)) {
                let what = format!("{file}: a second {} named {}", noun.word(), item.id());
                return Err(Failure::new(Kind::Config, what).into());
            }
            items.push(item);
        }
    }
    let mut store = database::open_for(config, !args.dry_run)?;
    let stored = noun.stored(&mut *store)?;
    let plan = Plan::new(&stored, items);
    noun.check(&plan.outcome(&stored))?;
    if args.dry_run {
        page::print(&plan.text())?;
    } else {
        noun.put(&mut *store, &plan.puts())?;
        database::refresh_views(&mut *store)?;
    }
    page::say(&plan.summary(noun.word(), args.dry_run))?;
    Ok(Exit::Done)
}

/// What an import changes.
struct Plan {
    new: Vec<Item>,
    /// (stored, imported)
    changed: Vec<(Item, Item)>,
    unchanged: usize,
}

impl Plan {
    fn new(stored: &[Item], items: Vec<Item>) -> Plan {
        let mut plan = Plan { new: Vec::new(), changed: Vec::new(), unchanged: 0 };
        for item in items {
            match stored.iter().find(|old| old.is_same(&item)) {
                None => plan.new.push(item),
                Some(old) if old.text == item.text && old.is_enabled == item.is_enabled => {
                    plan.unchanged += 1;
                }
                Some(old) => plan.changed.push((old.clone(), item)),
            }
        }
        plan
    }

    fn puts(&self) -> Vec<Item> {
        let changed = self.changed.iter().map(|(_, item)| item);
        changed.chain(&self.new).cloned().collect()
    }

    /// What the database holds afterwards.
    fn outcome(&self, stored: &[Item]) -> Vec<Item> {
        let puts = self.puts();
        let kept = stored.iter().filter(|old| !puts.iter().any(|item| item.is_same(old)));
        kept.cloned().chain(puts.iter().cloned()).collect()
    }

    /// New items by name, changed ones with the lines that change.
    fn text(&self) -> String {
        let mut out = String::new();
        let escape = common::output::escape;
        for item in &self.new {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "+ {}", escape(&item.id()));
        }
        for (old, item) in &self.changed {
            let _ = writeln!(out, "~ {}", escape(&item.id()));
            for line in diff::lines(&old.text, &item.text) {
                let _ = writeln!(out, "    {}", escape(&line));
            }
        }
        out
    }

    fn summary(&self, word: &str, dry_run: bool) -> String {
        let (new, changed) = (self.new.len(), self.changed.len());
        let verb = if dry_run { "would import" } else { "imported" };
        let total = new + changed + self.unchanged;
        let total = page::counted(u64::try_from(total).unwrap_or(u64::MAX), word);
        format!("{verb} {total}: {new} new, {changed} changed, {} unchanged", self.unchanged)
    }
}
