//! `rules show`: rules of our own as import reads them, Sigma rules and filters as their authors
//! wrote them, rules under what has become of them.
//!
//! What it does *not* know: how rules decide.

use super::filter;
use crate::args::Names;
use crate::item;
use crate::{database, page};
use common::cli::{Exit, Failure};
use common::config::Config;
use common::output::escape;
use common::rule::{Rule, level, write};
use std::fmt::Write as _;

/// Prints rules by name, id or title.
pub(crate) fn run(args: &Names, config: &Config) -> anyhow::Result<Exit> {
    let noun = item::Rules::stored(config.siemtrigger.backfill);
    let mut store = database::open_reader(config)?;
    let stored = store.rules().map_err(Failure::from)?;
    if let [name] = args.names.as_slice()
        && !stored.iter().any(|rule| [&rule.name, rule.title()].contains(&name.as_str()))
        && let Some(text) = filter::named(&stored, name)
    {
        page::print(&escaped(&text))?;
        return Ok(Exit::Done);
    }
    let items = item::named(&noun, &mut *store, &args.names, args.section.as_deref())?;
    let is_named = |rule: &&Rule| {
        items.iter().any(|item| item.section == rule.section && item.name == rule.name)
    };
    let (sigma, own): (Vec<&Rule>, Vec<&Rule>) =
        stored.iter().filter(is_named).partition(|rule| rule.sigma.is_some());
    let own: Vec<Rule> = own.into_iter().cloned().collect();
    let mut texts: Vec<String> = sigma.into_iter().map(document).collect();
    if !own.is_empty() {
        texts.insert(0, write(&own));
    }
    page::print(&texts.join("---\n"))?;
    Ok(Exit::Done)
}

/// A Sigma document behind comments that say what it is here.
fn document(rule: &Rule) -> String {
    let mut text = String::new();
    let on = if rule.is_enabled { "enabled" } else { "disabled" };
    let silent = if rule.is_silent { ", only counted by correlations" } else { "" };
    let (level, kind) = (level(rule.severity), rule.kind.name());
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# {}/{}: {on}{silent}", rule.section, escape(&rule.name));
    let _ = writeln!(text, "# {kind}, {level}, version {}", rule.version());
    let _ = writeln!(text, "# looks at {}", rule.source.table());
    let _ = writeln!(text, "# where {}", escape(&rule.condition));
    let Some(sigma) = &rule.sigma else { return text };
    for filter in &sigma.filters {
        let names = common::sigma::names(filter);
        let _ = writeln!(text, "# filter {}", escape(&names.join(", ")));
    }
    text.push_str(&escaped(&sigma.text));
    text
}

fn escaped(document: &str) -> String {
    document.lines().map(|line| format!("{}\n", escape(line))).collect()
}
