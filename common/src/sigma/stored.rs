//! Rules that are stored, when filters come, change or go, and when correlations count them.
//!
//! ```text
//!  stored rule ─► its document and filters ─┐
//!  filters that come, ids of those that go ─┴─► the rule anew ─► correlations that count it, anew
//!  correlation that comes ─► what it refers to here, which is silent from then on
//! ```
//!
//! A rule that nothing of it concerns is not compiled again. One that is keeps its section, its
//! switch and everything else but what it searches for. A filter of the same id takes the place of
//! an earlier one, also where it no longer names the rule.
//!
//! What it does *not* know: databases; documents of new rules.

use super::correlation::references;
use super::document::Document;
use super::exclusion;
use super::made::Made;
use super::refusal::Refusal;
use crate::filter::{Logsource, Sets};
use crate::rule::{Kind, Rule};
use crate::yaml::{self, YamlError};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Stored Sigma rules, and what happens to filters.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// Sigma rules that are not among the documents.
    pub(super) rules: Vec<Rule>,
    /// Ids of filters that go.
    pub(super) dropped: BTreeSet<String>,
}

impl Stored {
    /// The logsource of a stored detection, by its id or name.
    pub(super) fn logsource(&self, name: &str) -> Option<Logsource> {
        let is_it = |rule: &&Rule| rule.kind == Kind::Plain && is_called(rule, name);
        self.rules.iter().find(is_it)?.filter.logsource().cloned()
    }

    /// The rules that change when these filters come, and why some cannot.
    pub(super) fn changed(
        &self,
        filters: &[&Document],
        sets: Option<&Sets>,
    ) -> (Vec<Rule>, Vec<Refusal>) {
        let (mut changed, mut refusals) = (Vec::new(), Vec::new());
        if filters.is_empty() && self.dropped.is_empty() {
            return (changed, refusals);
        }
        for rule in self.rules.iter().filter(|rule| rule.kind == Kind::Plain) {
            if !self.concerns(rule, filters) {
                continue;
            }
            match self.made(rule, filters, sets) {
                Ok(made) => changed.extend(anew(rule, &made)),
                Err((document, error)) => {
                    let refusal = refusal(document, rule, &error);
                    if !refusals.contains(&refusal) {
                        refusals.push(refusal);
                    }
                }
            }
        }
        (changed, refusals)
    }

    /// The correlations that refer to something that `is_touched` knows by its id or name, with
    /// their documents.
    pub(super) fn counting(
        &self,
        is_touched: &dyn Fn(&str) -> bool,
    ) -> (Vec<(Rule, Document)>, Vec<Refusal>) {
        let (mut found, mut refusals) = (Vec::new(), Vec::new());
        for rule in self.rules.iter().filter(|it| matches!(it.kind, Kind::Correlation(_))) {
            let document = match document(rule) {
                Ok(document) => document,
                Err(error) => {
                    refusals.push(refusal(None, rule, &error));
                    continue;
                }
            };
            let names = references(&document).unwrap_or_default();
            if names.iter().any(|(name, _)| is_touched(name)) {
                found.push((rule.clone(), document));
            }
        }
        (found, refusals)
    }

    /// What correlations refer to here, directly or through others: detections compiled anew, with
    /// the filters that they have then, and documents of correlations that are not among those
    /// given.
    pub(super) fn referred(
        &self,
        given: &[&Document],
        filters: &[&Document],
        sets: Option<&Sets>,
    ) -> (Vec<Made>, Vec<Document>, Vec<Refusal>) {
        let (mut made, mut inner, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
        let names = |document: &Document| -> Vec<String> {
            references(document).unwrap_or_default().into_iter().map(|(name, _)| name).collect()
        };
        let mut seen: BTreeSet<&str> = given.iter().map(|it| it.id.as_str()).collect();
        let mut open: Vec<String> = given.iter().flat_map(|it| names(it)).collect();
        while let Some(name) = open.pop() {
            for rule in self.rules.iter().filter(|rule| is_called(rule, &name)) {
                if !seen.insert(&rule.name) {
                    continue;
                }
                match rule.kind {
                    Kind::Plain => match self.made(rule, filters, sets) {
                        Ok(new) => made.push(new),
                        Err((filter, error)) => refusals.push(refusal(filter, rule, &error)),
                    },
                    _ => match document(rule) {
                        Ok(document) => {
                            open.extend(names(&document));
                            inner.push(document);
                        }
                        Err(error) => refusals.push(refusal(None, rule, &error)),
                    },
                }
            }
        }
        (made, inner, refusals)
    }

    /// The rules of these ids that are not silent yet, silent.
    pub(super) fn silent<'s>(
        &'s self,
        ids: &'s HashSet<String>,
    ) -> impl Iterator<Item = Rule> + 's {
        let loud = self.rules.iter().filter(|rule| !rule.is_silent && ids.contains(&rule.name));
        loud.map(|rule| Rule { is_silent: true, ..rule.clone() })
    }

    /// Whether a filter that comes or goes has to do with a rule.
    fn concerns(&self, rule: &Rule, filters: &[&Document]) -> bool {
        let known = |id: &String| {
            self.dropped.contains(id) || filters.iter().any(|filter| filter.id == *id)
        };
        let own = rule.sigma.iter().flat_map(|sigma| &sigma.filters);
        let mut own = own.flat_map(|text| documents(text)).map(|document| document.id);
        let logsource = || rule.filter.logsource();
        own.any(|id| known(&id))
            || filters
                .iter()
                .any(|filter| exclusion::names(filter, &|name| is_called(rule, name), logsource()))
    }

    /// A detection compiled anew, with the filters that it has then.
    fn made<'f>(
        &self,
        rule: &Rule,
        filters: &[&'f Document],
        sets: Option<&Sets>,
    ) -> Result<Made, (Option<&'f Document>, YamlError)> {
        let document = document(rule).map_err(|error| (None, error))?;
        let mut made = Made::of(document, sets).map_err(|error| (None, error))?;
        let own = rule.sigma.iter().flat_map(|sigma| &sigma.filters);
        let own = own.flat_map(|text| documents(text));
        let mut all: BTreeMap<String, (Cow<'_, Document>, Option<&'f Document>)> = own
            .filter(|it| !self.dropped.contains(&it.id))
            .map(|it| (it.id.clone(), (Cow::Owned(it), None)))
            .collect();
        for filter in filters {
            all.insert(filter.id.clone(), (Cow::Borrowed(filter), Some(filter)));
        }
        for (filter, source) in all.into_values() {
            // A filter that comes names other rules as well; it is refused where none is found.
            exclusion::apply(&filter, true, sets, std::slice::from_mut(&mut made), &|_| None)
                .map_err(|error| (source, error))?;
        }
        Ok(made)
    }
}

/// The rule as it is with what was compiled; nothing where that is as it was.
fn anew(rule: &Rule, made: &Made) -> Option<Rule> {
    let mut new = Rule { filter: made.filter.clone(), ..rule.clone() };
    new.condition = new.filter.to_string();
    if let Some(sigma) = &mut new.sigma {
        sigma.filters.clone_from(&made.filters);
    }
    let is_same = new.condition == rule.condition && new.sigma == rule.sigma;
    (!is_same).then_some(new)
}

fn documents(text: &str) -> Vec<Document> {
    let nodes = yaml::read(text).unwrap_or_default();
    let read = |node| Document::read(node, text.to_owned(), "a stored filter").ok();
    nodes.into_iter().filter_map(read).collect()
}

fn document(rule: &Rule) -> Result<Document, YamlError> {
    let text = rule.sigma.as_ref().map(|sigma| sigma.text.clone()).unwrap_or_default();
    match yaml::read(&text)?.into_iter().next() {
        Some(node) => Document::read(node, text, "a stored rule"),
        None => Err(YamlError::new(1, 1, "no document".to_owned())),
    }
}

/// Whether a name is the rule's id, or the name that its document gives it.
pub(super) fn is_called(rule: &Rule, name: &str) -> bool {
    let text = rule.sigma.as_ref().map_or("", |sigma| &sigma.text);
    rule.name == name
        || text.contains(name)
            && document(rule).is_ok_and(|document| document.name.as_deref() == Some(name))
}

pub(super) fn refusal(filter: Option<&Document>, rule: &Rule, error: &YamlError) -> Refusal {
    let (file, id) = match filter {
        Some(filter) => (filter.file.clone(), filter.id.clone()),
        None => ("a stored rule".to_owned(), rule.id()),
    };
    let reason = error.message.clone();
    Refusal { file, line: error.line, column: error.column, id, reason }
}
