//! `set import|list|show|export|delete`: reference sets.
//!
//! What it does *not* know: how a file of values reads (`pack`), what rules do with sets.

use crate::args::{Output, SetExport, SetImport, SetName, SetNames, SetVerb};
use crate::page::{self, Page};
use crate::{database, item};
use common::cli::{Exit, Failure, Kind};
use common::config::Config;
use common::filter::{Set, Sets};
use common::rule::Rule;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use store::{SetRow, Store};

/// Runs one of the verbs.
pub(crate) fn run(verb: SetVerb, config: &Config) -> anyhow::Result<Exit> {
    match verb {
        SetVerb::Import(args) => import(&args, config),
        SetVerb::List(args) => list(args.output, config),
        SetVerb::Show(args) => show(&args, config),
        SetVerb::Export(args) => export(&args, config),
        SetVerb::Delete(args) => delete(&args, config),
    }
}

/// The set of a file.
pub(crate) fn read(name: &str, file: &Path, column: Option<&str>) -> Result<Set, Failure> {
    let values = pack::values(file, column).map_err(item::unreadable)?;
    let place = file.display();
    Set::new(name, values).map_err(|error| Failure::new(Kind::Config, format!("{place}: {error}")))
}

fn import(args: &SetImport, config: &Config) -> anyhow::Result<Exit> {
    let set = read(&args.name, &args.file, args.column.as_deref())?;
    let mut store = database::open_for(config, !args.dry_run)?;
    let old = store.sets().map_err(Failure::from)?.named(&args.name).ok();
    let is_same = old.as_ref().is_some_and(|old| old.digest() == set.digest());
    let (added, removed) = difference(old.as_deref(), &set);
    if args.dry_run {
        for (sign, value) in
            removed.iter().map(|it| ('-', it)).chain(added.iter().map(|it| ('+', it)))
        {
            page::say(&format!("{sign} {value}"))?;
        }
    } else if !is_same {
        store.put_sets(&[&set]).map_err(Failure::from)?;
    }
    let verb = if args.dry_run { "would import" } else { "imported" };
    let users = if is_same { 0 } else { users(&mut *store, &args.name)?.len() };
    page::say(&format!(
        "{verb} set {}: {}, {} new, {} gone; {} with a new version",
        args.name,
        page::counted(number(set.values().len()), "value"),
        added.len(),
        removed.len(),
        page::counted(number(users), "rule"),
    ))?;
    Ok(Exit::Done)
}

/// The values that only the new set has, and those that only the old one has.
fn difference<'s>(old: Option<&'s Set>, new: &'s Set) -> (Vec<&'s String>, Vec<&'s String>) {
    let values = |set: Option<&'s Set>| -> BTreeSet<&'s String> {
        set.map(|set| set.values().iter().collect()).unwrap_or_default()
    };
    let (old, new) = (values(old), values(Some(new)));
    (new.difference(&old).copied().collect(), old.difference(&new).copied().collect())
}

/// The rules that name a set.
fn users(store: &mut dyn Store, name: &str) -> Result<Vec<Rule>, Failure> {
    let mut rules = store.rules()?;
    rules.retain(|rule| rule.sets().contains_key(name));
    Ok(rules)
}

fn list(output: Output, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let mut rows = store.set_versions().map_err(Failure::from)?;
    rows.retain(|row| row.is_current);
    let rules = store.rules().map_err(Failure::from)?;
    let users = |name: &str| rules.iter().filter(|rule| rule.sets().contains_key(name)).count();
    match output {
        Output::Table => {
            let mut page = Page::new(&["set", "values", "rules", "since"], &["values", "rules"]);
            for row in &rows {
                page.row([
                    row.name.clone(),
                    row.value_count.to_string(),
                    users(&row.name).to_string(),
                    row.updated.to_string(),
                ]);
            }
            page.print()?;
        }
        Output::Json => {
            let list = rows.iter().map(|row| {
                let mut object = object(row);
                object["name"] = json!(row.name);
                object["rules"] = json!(users(&row.name));
                object
            });
            page::json(&list.collect())?;
        }
    }
    Ok(if rows.is_empty() { Exit::NoMatch } else { Exit::Done })
}

fn object(row: &SetRow) -> serde_json::Value {
    json!({ "values": row.value_count, "digest": row.digest, "since": row.updated.to_string() })
}

fn show(args: &SetName, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let set = named(&store.sets().map_err(Failure::from)?, &args.name)?;
    let rules: Vec<String> = users(&mut *store, &args.name)?.iter().map(Rule::id).collect();
    let mut rows = store.set_versions().map_err(Failure::from)?;
    rows.retain(|row| row.name == args.name);
    match args.output {
        Output::Table => {
            page::say(&format!(
                "set {}: {}",
                set.name(),
                page::counted(number(set.values().len()), "value")
            ))?;
            for rule in &rules {
                page::say(&format!("named by {rule}"))?;
            }
            let mut page = Page::new(&["digest", "values", "since", "in force"], &["values"]);
            for row in &rows {
                page.row([
                    row.digest.chars().take(12).collect(),
                    row.value_count.to_string(),
                    row.updated.to_string(),
                    if row.is_current { "yes" } else { "no" }.to_owned(),
                ]);
            }
            page.print()?;
        }
        Output::Json => page::json(&json!({
            "name": set.name(),
            "digest": set.digest(),
            "values": set.values(),
            "rules": rules,
            "versions": rows.iter().map(object).collect::<Vec<_>>(),
        }))?,
    }
    Ok(Exit::Done)
}

fn export(args: &SetExport, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let set = named(&store.sets().map_err(Failure::from)?, &args.name)?;
    let text = pack::write_values(set.values());
    match args.output.as_deref().filter(|path| path.as_os_str() != "-") {
        None => page::print(&text)?,
        Some(path) => std::fs::write(path, text)
            .map_err(|error| Failure::new(Kind::Input, format!("{}: {error}", path.display())))?,
    }
    Ok(Exit::Done)
}

fn delete(args: &SetNames, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open(config)?;
    let sets = store.sets().map_err(Failure::from)?;
    for name in &args.names {
        named(&sets, name)?;
        let rules: Vec<String> = users(&mut *store, name)?.iter().map(Rule::id).collect();
        if !rules.is_empty() {
            let what = format!("set {name} is named by {}", rules.join(", "));
            return Err(Failure::new(Kind::Usage, what)
                .hint("delete or change these first")
                .into());
        }
    }
    store.delete_sets(&args.names).map_err(Failure::from)?;
    for name in &args.names {
        page::say(&format!("deleted {name}"))?;
    }
    Ok(Exit::Done)
}

fn named(sets: &Sets, name: &str) -> Result<Arc<Set>, Failure> {
    sets.named(name).map_err(|missing| {
        Failure::new(Kind::Usage, missing.to_string()).hint(missing.hint.clone())
    })
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
