//! `import`: files to database; everything is read and checked before anything is written.
//!
//! What it does *not* know: what is imported.

use super::{Item, Noun};
use crate::args::Import;
use crate::{database, diff, page};
use common::cli::{Exit, Failure, Kind, warn};
use common::config::Config;
use pack::File;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// Imports files, or shows what an import would change.
///
/// What is refused is reported piece by piece; then nothing is imported, unless `keep_going`.
pub(crate) fn run(
    noun: &dyn Noun,
    args: &Import,
    keep_going: bool,
    config: &Config,
) -> anyhow::Result<Exit> {
    let mut found = noun.read(&files(noun, args)?)?;
    for item in &mut found.items {
        item.says_enabled &= !args.shipped;
    }
    for refusal in &found.refusals {
        warn("siemmanage", refusal);
    }
    let refused = u64::try_from(found.refusals.len()).unwrap_or(u64::MAX);
    if refused > 0 && !keep_going {
        let what = format!("{} refused; nothing was imported", page::counted(refused, noun.word()));
        let failure = Failure::new(Kind::Config, what);
        let total = found.items.len();
        return Err(match total {
            0 => failure,
            1 => failure.hint("--keep-going imports the other one"),
            _ => failure.hint(format!("--keep-going imports the {total} others")),
        }
        .into());
    }
    let mut store = database::open_for(config, !args.dry_run)?;
    let stored = noun.stored(&mut *store)?;
    let plan = Plan::new(noun, &stored, found.items)?;
    noun.check(&plan.outcome(&stored))?;
    if args.dry_run {
        page::print(&plan.text())?;
    } else {
        noun.put(&mut *store, &plan.puts())?;
        database::refresh_views(&mut *store)?;
    }
    let refused = if refused > 0 { format!("; {refused} refused") } else { String::new() };
    page::say(&format!("{}{refused}", plan.summary(noun.word(), args.dry_run)))?;
    Ok(if refused.is_empty() { Exit::Done } else { Exit::Partial })
}

/// The files that are meant.
pub(crate) fn files(noun: &dyn Noun, args: &Import) -> Result<Vec<File>, Failure> {
    if args.shipped { Ok(noun.shipped()) } else { noun.files(&args.files) }
}

/// What an item is stored under.
type Key<'i> = (&'i str, &'i str);

fn key(item: &Item) -> Key<'_> {
    (&item.section, &item.name)
}

/// What an import changes.
struct Plan {
    new: Vec<Item>,
    /// (stored, imported)
    changed: Vec<(Item, Item)>,
    unchanged: usize,
}

impl Plan {
    fn new(noun: &dyn Noun, stored: &[Item], items: Vec<Item>) -> Result<Plan, Failure> {
        let mut plan = Plan { new: Vec::new(), changed: Vec::new(), unchanged: 0 };
        let known: HashMap<Key<'_>, &Item> = stored.iter().map(|old| (key(old), old)).collect();
        for mut item in items {
            let old = known.get(&key(&item)).copied();
            if let Some(old) = old.filter(|old| !item.says_enabled && !old.is_enabled) {
                item = noun.switched(&item, old.is_enabled)?;
            }
            match old {
                None => plan.new.push(item),
                Some(old) if old.text == item.text && old.is_enabled == item.is_enabled => {
                    plan.unchanged += 1;
                }
                Some(old) => plan.changed.push((old.clone(), item)),
            }
        }
        Ok(plan)
    }

    fn puts(&self) -> Vec<Item> {
        let changed = self.changed.iter().map(|(_, item)| item);
        changed.chain(&self.new).cloned().collect()
    }

    /// What the database holds afterwards.
    fn outcome(&self, stored: &[Item]) -> Vec<Item> {
        let puts = self.puts();
        let new: HashSet<Key<'_>> = puts.iter().map(key).collect();
        let kept = stored.iter().filter(|old| !new.contains(&key(old)));
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
