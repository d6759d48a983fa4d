//! Rules as items: siemstress's JSON with filters, to rows of the rule table and back.
//!
//! What it does *not* know: how rules decide.

pub(crate) mod select;
mod signed;

use super::{Found, Item, Noun, shipped, unreadable};
use common::cli::{Failure, Kind};
use common::config::Backfill;
use common::filter::Sets;
use common::rule::{self, ReadError, Rule};
use common::sigma::Refusal;
use pack::File;
use select::Choice;
use std::path::PathBuf;
use store::Store;

/// The noun rule.
pub(crate) struct Rules {
    /// How far back a rule that is new looks.
    pub(crate) backfill: Backfill,
    /// The section whose events Sigma rules look at; all without it.
    pub(crate) section: Option<String>,
    /// Which rules of files are meant.
    pub(crate) choice: Choice,
    /// Who may have signed files; nobody is asked without.
    pub(crate) signers: Option<PathBuf>,
    /// What rules of files may name.
    pub(crate) sets: Sets,
    /// The Sigma filters that stored rules have.
    pub(crate) filters: Vec<String>,
    /// The stored rules, which filters of files may change.
    pub(crate) known: Vec<Rule>,
}

impl Rules {
    /// The rules of a database.
    pub(crate) fn stored(backfill: Backfill) -> Rules {
        Rules {
            backfill,
            section: None,
            choice: Choice::default(),
            signers: None,
            sets: Sets::default(),
            filters: Vec::new(),
            known: Vec::new(),
        }
    }
}

impl Rules {
    /// The rules of files that are meant, stored ones that their filters change, and why others
    /// are refused.
    pub(crate) fn rules(&self, files: &[File]) -> Result<(Vec<Rule>, Vec<String>), Failure> {
        let (section, known) = (self.section.as_deref(), self.known.clone());
        let mut pack = pack::load_with(files, section, &self.sets, &self.filters, known);
        if let Some(allowed) = &self.signers {
            signed::mark(&mut pack, files, allowed, &self.sets)?;
        } else {
            signed::refuse(&mut pack);
        }
        let refusal = |it: &Refusal| match it.id.is_empty() {
            true => it.to_string(),
            false => {
                format!("{}:{}:{}: rule {}: {}", it.file, it.line, it.column, it.id, it.reason)
            }
        };
        let refusals = pack.refusals.iter().map(refusal).collect();
        Ok((self.choice.rules(pack.rules, &pack.changed, &self.known), refusals))
    }
}

impl Noun for Rules {
    fn word(&self) -> &'static str {
        "rule"
    }

    fn files(&self, paths: &[PathBuf]) -> Result<Vec<File>, Failure> {
        pack::rule_files(paths).map_err(unreadable)
    }

    fn shipped(&self) -> Vec<File> {
        rule::SHIPPED.iter().map(|&(name, text)| shipped(name, text)).collect()
    }

    fn read(&self, files: &[File]) -> Result<Found, Failure> {
        let (rules, refusals) = self.rules(files)?;
        Ok(Found { refusals, items: rules.iter().map(item).collect() })
    }

    fn stored(&self, store: &mut dyn Store) -> Result<Vec<Item>, Failure> {
        Ok(store.rules()?.iter().map(item).collect())
    }

    fn check(&self, items: &[Item]) -> Result<(), Failure> {
        let rules = rules(items)?;
        let enabled: Vec<&Rule> = rules.iter().filter(|rule| rule.is_enabled).collect();
        match rule::order(&enabled) {
            Ok(_) => Ok(()),
            Err(cycle) => Err(Failure::new(Kind::Config, cycle.to_string())),
        }
    }

    fn put(&self, store: &mut dyn Store, items: &[Item]) -> Result<(), Failure> {
        let rules = rules(items)?;
        if rules.is_empty() { Ok(()) } else { Ok(store.put_rules(&rules, self.backfill)?) }
    }

    fn delete(&self, store: &mut dyn Store, items: &[Item]) -> Result<(), Failure> {
        let names: Vec<(String, String)> =
            items.iter().map(|item| (item.section.clone(), item.name.clone())).collect();
        Ok(store.delete_rules(&names)?)
    }

    fn switched(&self, item: &Item, on: bool) -> Result<Item, Failure> {
        let mut rules = parsed(&item.text, &item.id())?;
        for rule in &mut rules {
            rule.is_enabled = on;
        }
        rules.first().map(self::item).ok_or_else(|| {
            Failure::new(Kind::Config, format!("stored rule {}: is empty", item.id()))
        })
    }

    fn file(&self, items: &[Item]) -> Result<String, Failure> {
        Ok(rule::write(&rules(items)?))
    }
}

fn parsed(text: &str, file: &str) -> Result<Vec<Rule>, Failure> {
    rule::read(text, file).map_err(failure)
}

fn rules(items: &[Item]) -> Result<Vec<Rule>, Failure> {
    let mut rules = Vec::new();
    for item in items {
        rules.extend(parsed(&item.text, &item.id())?);
    }
    Ok(rules)
}

fn item(rule: &Rule) -> Item {
    Item {
        section: rule.section.clone(),
        name: rule.name.clone(),
        is_enabled: rule.is_enabled,
        summary: rule.description.clone(),
        text: rule::write(std::slice::from_ref(rule)),
        title: rule.sigma.as_ref().map(|sigma| sigma.title.clone()).unwrap_or_default(),
        says_enabled: rule.sigma.is_none(),
    }
}

fn failure(error: ReadError) -> Failure {
    let failure = Failure::new(Kind::Config, error.to_string());
    match error.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
