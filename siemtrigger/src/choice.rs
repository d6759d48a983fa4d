//! Which rules are meant: those of the database or of files, of all sections or of some.
//!
//! What it does *not* know: what the rules do.

use crate::args::Args;
use crate::files;
use crate::outbox;
use common::cli::{Failure, Kind};
use common::clock::span::{MINUTE, Span};
use common::config::{Action, Backfill, Config};
use common::filter::{Set, Sets};
use common::rule::{self, Rule};
use common::section::{self, Table};
use std::collections::HashMap;
use std::path::PathBuf;
use store::{Activation, Origin, Store};

/// The rules that a run is about.
pub(crate) struct Choice {
    /// Rules from files; `None` means those of the database.
    files: Option<Vec<Rule>>,
    /// What they name, as it was when they were read.
    sets: Sets,
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
        let actions = outbox::actions(args.exec.as_deref(), config)?;
        let lateness = config.siemtrigger.lateness;
        Ok(Choice { files: None, sets: Sets::default(), sections, backfill, lateness, actions })
    }

    /// Reads what files hold: sets, which stand in place of the database's, and rules. Without a
    /// database there are only the sets of files.
    pub(crate) fn read_files(
        mut self,
        args: &Args,
        store: Option<&mut dyn Store>,
    ) -> anyhow::Result<Choice> {
        let is_brief = store.is_none();
        let is_asked = !args.rules.is_empty() || !args.set.is_empty() || !args.diff.is_empty();
        if let Some(store) = store.filter(|_| is_asked) {
            self.sets = store.sets().map_err(Failure::from)?;
        }
        files::add_sets(&args.set, &mut self.sets)?;
        if !args.rules.is_empty() {
            let rules = files::read(&args.rules, args.section.as_deref(), &self.sets, is_brief)?;
            self.files = Some(rules);
        }
        Ok(self)
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

    /// The rules from files, bound to the sets as the database has them now.
    pub(crate) fn current_files(&self, store: &mut dyn Store) -> anyhow::Result<Option<Vec<Rule>>> {
        let Some(mut rules) = self.files() else { return Ok(None) };
        if rules.iter().any(|rule| !rule.sets().is_empty()) {
            let sets = store.sets().map_err(Failure::from)?;
            for rule in &mut rules {
                rule.bind(&sets).map_err(|missing| {
                    let what = format!("rule {}: {missing}", rule.id());
                    Failure::new(Kind::Config, what).hint(missing.hint)
                })?;
            }
        }
        Ok(Some(rules))
    }

    /// Whether a rule is of the sections that are meant.
    pub(crate) fn covers(&self, rule: &Rule) -> bool {
        self.sections.is_empty() || self.sections.contains(&rule.section)
    }

    /// Whether an interval belongs to these rules, of whatever section: rules over SIEM events see
    /// those of such intervals and wait for them. Intervals that a run over other files left
    /// behind stand still, and nobody may wait for them.
    ///
    /// Of rules from files that name sets, those that a set's change superseded finish their
    /// intervals too.
    pub(crate) fn known(&self, mut all: Vec<Activation>) -> Vec<Activation> {
        let Some(files) = &self.files else {
            all.retain(|it| it.origin == Origin::Database);
            return all;
        };
        let versions: HashMap<String, String> =
            files.iter().map(|rule| (rule.id(), unbound(rule))).collect();
        all.retain(|it| versions.get(&it.rule.id()) == Some(&unbound(&it.rule)));
        all
    }

    /// The enabled rules of other files.
    pub(crate) fn rules_of(&self, paths: &[PathBuf], args: &Args) -> anyhow::Result<Vec<Rule>> {
        self.enabled(files::read(paths, args.section.as_deref(), &self.sets, true)?)
    }

    /// The enabled rules that are meant, without a database: the shipped ones unless from files.
    pub(crate) fn without_store(mut self) -> anyhow::Result<Vec<Rule>> {
        let rules = match self.files.take() {
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
        let mut rules = self.enabled(rules)?;
        // Sets of files stand in place of the database's.
        let in_files = |rule: &Rule| rule.sets().keys().any(|name| self.sets.named(name).is_ok());
        for rule in rules.iter_mut().filter(|rule| in_files(rule)) {
            let sets = &self.sets;
            rule.bind(sets).map_err(|missing| {
                Failure::new(Kind::Config, missing.to_string()).hint(missing.hint)
            })?;
        }
        Ok(rules)
    }

    fn enabled(&self, rules: Vec<Rule>) -> anyhow::Result<Vec<Rule>> {
        let rules: Vec<Rule> =
            rules.into_iter().filter(|rule| rule.runs() && self.covers(rule)).collect();
        check_order(&rules.iter().collect::<Vec<_>>())?;
        Ok(rules)
    }
}

/// A rule's version, whatever its sets hold.
fn unbound(rule: &Rule) -> String {
    if rule.sets().is_empty() {
        return rule.version();
    }
    let names: Vec<String> = rule.sets().into_keys().map(str::to_owned).collect();
    let mut rule = rule.clone();
    let sets = names.iter().filter_map(|name| Set::new(name, [String::from("-")]).ok()).collect();
    // Every set that it names is there.
    let _ = rule.bind(&sets);
    rule.version()
}

/// The depths of rules; rules that see their own SIEM events are refused.
pub(crate) fn check_order(rules: &[&Rule]) -> anyhow::Result<Vec<usize>> {
    rule::order(rules).map_err(|cycle| {
        let hint = "name the rules it counts, for example: rule.name = other_rule";
        Failure::new(Kind::Config, cycle.to_string()).hint(hint).into()
    })
}
