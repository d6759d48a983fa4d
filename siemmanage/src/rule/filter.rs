//! Sigma filters: they have no rows of their own but stay with the rules that they exclude from.
//!
//! What it does *not* know: what a filter excludes.

use crate::args::Names;
use crate::item::select::counts;
use crate::item::{self, Rules};
use crate::{database, page};
use common::cli::{Exit, Failure, Kind};
use common::config::Config;
use common::rule::Rule;
use common::sigma::{self, Collection};
use std::collections::{BTreeMap, BTreeSet};
use store::Store;

/// The filters that rules have, each once.
pub(super) fn texts(rules: &[Rule]) -> Vec<String> {
    let of_rules = rules.iter().filter_map(|rule| rule.sigma.as_ref());
    let texts: BTreeSet<&String> = of_rules.flat_map(|sigma| &sigma.filters).collect();
    texts.into_iter().cloned().collect()
}

/// The text of the filter with an id, name or title.
pub(super) fn named(rules: &[Rule], name: &str) -> Option<String> {
    texts(rules).into_iter().find(|text| sigma::names(text).iter().any(|it| it == name))
}

/// Deletes rules by name, or filters: their rules find again what they excluded.
pub(super) fn delete(noun: &Rules, args: &Names, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open(config)?;
    let rules = store.rules().map_err(Failure::from)?;
    let is_filter = |name: &&String| {
        let is_rule = |rule: &Rule| [&rule.name, rule.title(), &rule.id()].contains(&name.as_str());
        !rules.iter().any(is_rule) && named(&rules, name).is_some()
    };
    let filters: Vec<&String> = args.names.iter().filter(is_filter).collect();
    if filters.is_empty() {
        drop(store);
        let done = item::delete::run(noun, args, config)?;
        speak(&rules, config)?;
        return Ok(done);
    }
    if filters.len() < args.names.len() {
        let what = format!("\"{}\" is a filter, others are rules", filters[0]);
        return Err(Failure::new(Kind::Usage, what).hint("delete them apart").into());
    }
    forget(&mut *store, rules, &filters)?;
    Ok(Exit::Done)
}

/// Lets Sigma rules speak for themselves again whose last correlation is gone. `before` are the
/// rules as they were.
fn speak(before: &[Rule], config: &Config) -> anyhow::Result<()> {
    let is_silent = |rule: &Rule| rule.is_silent && rule.sigma.is_some();
    if !before.iter().any(is_silent) {
        return Ok(());
    }
    let mut store = database::open(config)?;
    let rules = store.rules().map_err(Failure::from)?;
    let was_counted = |rule: &Rule| before.iter().any(|other| counts(other, rule));
    let is_counted = |rule: &Rule| rules.iter().any(|other| counts(other, rule));
    let freed = rules.iter().filter(|it| is_silent(it) && was_counted(it) && !is_counted(it));
    let freed: Vec<Rule> = freed.map(|it| Rule { is_silent: false, ..it.clone() }).collect();
    if !freed.is_empty() {
        let none = common::config::Backfill::None;
        store.put_rules(&freed, none).map_err(Failure::from)?;
        let what = page::counted(freed.len() as u64, "rule");
        page::say(&format!("{what} that it silenced work for themselves again"))?;
    }
    Ok(())
}

fn forget(store: &mut dyn Store, rules: Vec<Rule>, names: &[&String]) -> anyhow::Result<()> {
    let mut ids: BTreeMap<String, &String> = BTreeMap::new();
    for name in names {
        let text = named(&rules, name).unwrap_or_default();
        ids.extend(sigma::names(&text).into_iter().next().map(|id| (id, *name)));
    }
    let had = |rule: &&Rule, id: &String| {
        let texts = rule.sigma.iter().flat_map(|sigma| &sigma.filters);
        texts.clone().any(|text| sigma::names(text).first() == Some(id))
    };
    let counts: Vec<(String, usize)> = ids
        .iter()
        .map(|(id, name)| ((*name).clone(), rules.iter().filter(|rule| had(rule, id)).count()))
        .collect();
    let sets = store.sets().map_err(Failure::from)?;
    let mut collection = Collection::with(&sets);
    collection.add_stored(rules, ids.into_keys().collect());
    let found = collection.found(None);
    if let Some(refusal) = found.refusals.first() {
        return Err(Failure::new(Kind::Config, refusal.to_string()).into());
    }
    // A rule that changes keeps what it is: it works from now on, as after any change.
    store.put_rules(&found.changed, common::config::Backfill::None).map_err(Failure::from)?;
    for (name, count) in counts {
        let rules = page::counted(count as u64, "rule");
        page::say(&format!("deleted filter {name}, which excluded from {rules}"))?;
    }
    Ok(())
}
