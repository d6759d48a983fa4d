//! Which rules are meant: those of the database or of files, of all sections or of some.
//!
//! What it does *not* know: what the rules do.

use crate::args::Args;
use crate::files;
use crate::outbox;
use common::cli::{Failure, Kind};
use common::clock::span::{MINUTE, Span};
use common::config::{Action, Backfill, Config};
use common::rule::{self, Rule};
use common::section::{self, Table};
use store::{Activation, Origin, Store};

/// The rules that a run is about.
pub(crate) struct Choice {
    /// Rules from files; `None` means those of the database.
    files: Option<Vec<Rule>>,
    /// Sections whose rules are meant; empty means all.
    sections: Vec<String>,
    /// How far back new rules from files look.
    pub(crate) backfill: Backfill,
    /// How long dead rules wait for late events.
    pub(crate) lateness: Span,
    /// What is run for SIEM events.
    pub(crate) actions: Vec<Action>,
}

impl Choice {
    pub(crate) fn new(args: &Args, config: &Config) -> anyhow::Result<Choice> {
        let mut sections = Vec::new();
        for name in &args.table {
            match section::table(name) {
                Ok((section, Table::Rule)) => sections.push(section),
                Ok((section, _)) => {
                    let failure =
                        Failure::new(Kind::Usage, format!("\"{name}\" is no table of rules"));
                    return Err(failure.hint(format!("write --table rules_{section}")).into());
                }
                Err(error) => return Err(Failure::new(Kind::Usage, error.to_string()).into()),
            }
        }
        if let Some(name) = &args.section {
            section::check(name).map_err(|error| Failure::new(Kind::Usage, error.to_string()))?;
            sections.push(name.clone());
        }
        let backfill = match args.backfill.as_deref() {
            None => config.siemtrigger.backfill,
            Some("all") => Backfill::All,
            Some("none") => Backfill::None,
            Some(text) => Backfill::Span(
                Span::parse(text, 24 * 60 * MINUTE)
                    .map_err(|error| Failure::new(Kind::Usage, format!("--backfill: {error}")))?,
            ),
        };
        let files = match args.rules.as_slice() {
            [] => None,
            paths => Some(files::read(paths, args.section.as_deref())?),
        };
        let actions = outbox::actions(args.exec.as_deref(), config)?;
        Ok(Choice { files, sections, backfill, lateness: config.siemtrigger.lateness, actions })
    }

    /// Refuses sections that the database does not have.
    pub(crate) fn check_sections(&self, store: &mut dyn Store) -> anyhow::Result<()> {
        let known = store.sections().map_err(Failure::from)?;
        let known: Vec<String> = known.into_iter().map(|section| section.name).collect();
        let in_files =
            |name: &String| self.files.iter().flatten().any(|rule| rule.section == *name);
        match self.sections.iter().find(|name| !known.contains(name) && !in_files(name)) {
            Some(name) => {
                let name = name.clone();
                Err(Failure::from(store::Error::Section { name, known }).into())
            }
            None => Ok(()),
        }
    }

    /// The rules from files, if they are meant.
    pub(crate) fn files(&self) -> Option<Vec<Rule>> {
        let files = self.files.as_ref()?;
        Some(files.iter().filter(|rule| self.covers(rule)).cloned().collect())
    }

    fn covers(&self, rule: &Rule) -> bool {
        self.sections.is_empty() || self.sections.contains(&rule.section)
    }

    /// Whether an interval belongs to these rules, of whatever section: rules over SIEM events see
    /// those of such intervals and wait for them. Intervals that a run over other files left
    /// behind stand still, and nobody may wait for them.
    pub(crate) fn knows(&self, activation: &Activation) -> bool {
        match &self.files {
            None => activation.origin == Origin::Database,
            Some(files) => files
                .iter()
                .any(|rule| rule.id() == activation.rule.id() && rule.version() == activation.hash),
        }
    }

    /// Whether an interval is of a rule that is meant.
    pub(crate) fn holds(&self, activation: &Activation) -> bool {
        self.knows(activation) && self.covers(&activation.rule)
    }

    /// The enabled rules that are meant, without a database: the shipped ones unless from files.
    pub(crate) fn without_store(&self) -> anyhow::Result<Vec<Rule>> {
        let rules = match self.files() {
            Some(rules) => rules,
            None => rule::shipped().map_err(files::failure)?,
        };
        self.enabled(rules)
    }

    /// The enabled rules that are meant.
    pub(crate) fn rules(&self, store: &mut dyn Store) -> anyhow::Result<Vec<Rule>> {
        let rules = match self.files() {
            Some(rules) => rules,
            None => store.rules().map_err(Failure::from)?,
        };
        self.enabled(rules)
    }

    fn enabled(&self, rules: Vec<Rule>) -> anyhow::Result<Vec<Rule>> {
        let rules: Vec<Rule> =
            rules.into_iter().filter(|rule| rule.runs() && self.covers(rule)).collect();
        check_order(&rules.iter().collect::<Vec<_>>())?;
        Ok(rules)
    }
}

/// The depths of rules; rules that see their own SIEM events are refused.
pub(crate) fn check_order(rules: &[&Rule]) -> anyhow::Result<Vec<usize>> {
    rule::order(rules).map_err(|cycle| {
        let hint = "name the rules it counts, for example: rule.name = other_rule";
        Failure::new(Kind::Config, cycle.to_string()).hint(hint).into()
    })
}
