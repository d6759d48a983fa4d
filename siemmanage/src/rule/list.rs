//! `rules list`: one line a rule.
//!
//! What it does *not* know: how rules decide.

use crate::args::{Output, RuleList};
use crate::database;
use crate::item::select::{Choice, logsources};
use crate::page::{self, Page};
use common::cli::Exit;
use common::config::Config;
use common::rule::{Rule, level};
use serde_json::json;

/// Lists the rules that are meant, by section and name.
pub(crate) fn run(args: &RuleList, config: &Config) -> anyhow::Result<Exit> {
    let choice = Choice::new(&args.select)?;
    let mut store = database::open_reader(config)?;
    let mut rules = store.rules().map_err(common::cli::Failure::from)?;
    if let Some(section) = &args.section {
        let section = database::section(&mut *store, section)?;
        rules.retain(|rule| rule.section == section);
    }
    rules.retain(|rule| choice.holds(rule));
    match args.output {
        Output::Table => table(&rules)?,
        Output::Json => page::json(&rules.iter().map(object).collect())?,
    }
    Ok(if rules.is_empty() { Exit::NoMatch } else { Exit::Done })
}

fn table(rules: &[Rule]) -> std::io::Result<()> {
    let columns = ["section", "name", "enabled", "level", "status", "logsource", "description"];
    let mut page = Page::new(&columns, &[]);
    for rule in rules {
        let enabled = if rule.is_enabled { "yes" } else { "no" };
        let shown = [
            rule.section.clone(),
            rule.name.clone(),
            enabled.to_owned(),
            level(rule.severity).to_owned(),
            rule.sigma.as_ref().map(|sigma| sigma.status.clone()).unwrap_or_default(),
            texts(rule).join(" "),
            summary(rule).to_owned(),
        ];
        page.row(shown);
    }
    page.print()
}

fn object(rule: &Rule) -> serde_json::Value {
    json!({
        "section": rule.section,
        "name": rule.name,
        "title": rule.title(),
        "is_enabled": rule.is_enabled,
        "is_silent": rule.is_silent,
        "kind": rule.kind.name(),
        "severity": rule.severity,
        "level": level(rule.severity),
        "status": rule.sigma.as_ref().map(|sigma| &sigma.status),
        "tags": rule.tags,
        "logsource": texts(rule),
        "description": rule.description,
        "version": rule.version(),
    })
}

/// A Sigma rule's title says what it is; its description is pages long.
fn summary(rule: &Rule) -> &str {
    match &rule.sigma {
        Some(sigma) => &sigma.title,
        None => &rule.description,
    }
}

fn texts(rule: &Rule) -> Vec<String> {
    let mut texts: Vec<String> = logsources(rule).iter().map(ToString::to_string).collect();
    texts.dedup();
    texts
}
