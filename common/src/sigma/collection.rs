//! Documents that belong together, and the rules they make.
//!
//! What it does *not* know: files; its caller reads them.

use super::document::{Document, Kind};
use super::exclusion;
use super::made::Made;
use super::reference::Linked;
use super::refusal::Refusal;
use super::stored::{Stored, is_called, refusal};
use crate::filter::{Filter, Sets};
use crate::rule::{self, Rule, Sigma, Source, Template};
use crate::yaml::{self, Node, YamlError};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Documents that are compiled together: correlations and filters refer to others of them.
#[derive(Debug, Default)]
pub struct Collection {
    /// Detections, compiled at once: their trees are large.
    made: Vec<Made>,
    /// Correlations and filters.
    documents: Vec<Document>,
    /// Filters that were applied before: to rules that are there, if they are.
    earlier: Vec<Document>,
    /// Rules that are stored: filters exclude events of theirs, too.
    stored: Stored,
    refusals: Vec<Refusal>,
    ids: HashSet<String>,
    /// What placeholders stand for; without it they are left to [`Filter::bind`].
    sets: Option<Sets>,
    /// Whether rules are only run: then they are without texts.
    is_brief: bool,
}

impl Collection {
    /// No documents. Rules with placeholders are to be bound: see [`Filter::bind`].
    #[must_use]
    pub fn new() -> Collection {
        Collection::default()
    }

    /// No documents; their placeholders stand for these sets, and others are refused.
    #[must_use]
    pub fn with(sets: &Sets) -> Collection {
        Collection { sets: Some(sets.clone()), ..Collection::default() }
    }

    /// Says that the rules are run and not stored: they need not hold their documents, nor their
    /// conditions' texts.
    #[must_use]
    pub fn brief(self) -> Collection {
        Collection { is_brief: true, ..self }
    }

    /// Adds a file's documents. What is no rule is refused when rules are made.
    pub fn add(&mut self, text: &str, file: &str) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let nodes = match yaml::read(text) {
            Ok(nodes) => nodes,
            Err(error) => return self.refuse(file, "", &error),
        };
        for node in nodes {
            let own = if self.is_brief { String::new() } else { lines(text, node.line) };
            self.document(node, own, file);
        }
    }

    /// Adds filters that stored rules have. They exclude what they excluded before, unless the
    /// documents have a filter of the same id.
    pub fn add_earlier(&mut self, filters: &[String]) {
        for text in filters {
            // What cannot be read any more was read once: it is the rule's text that is kept.
            let nodes = yaml::read(text).unwrap_or_default();
            let read = |node: Node| Document::read(node, text.clone(), "a stored filter").ok();
            self.earlier.extend(nodes.into_iter().filter_map(read));
        }
    }

    /// Adds rules that are stored: filters among the documents exclude events of theirs, too, and
    /// those with the ids of `dropped` no longer do; correlations can count what they match. Rules
    /// among the documents stand in place of those with the same id.
    pub fn add_stored(&mut self, rules: Vec<Rule>, dropped: BTreeSet<String>) {
        self.stored = Stored { rules, dropped };
        self.stored.rules.retain(|rule| rule.sigma.is_some());
    }

    fn document(&mut self, node: Node, text: String, file: &str) {
        let id = ["id", "name", "title"].iter().find_map(|key| node.member(key)?.scalar());
        let id = id.unwrap_or_default().into_owned();
        let place = (node.line, node.column);
        match Document::read(node, text, file) {
            Ok(document) if self.ids.insert(document.id.clone()) => self.keep(document),
            Ok(document) => {
                let what = format!("id {} is there twice", document.id.escape_debug());
                self.refuse(file, &id, &YamlError::new(place.0, place.1, what));
            }
            Err(error) => self.refuse(file, &id, &error),
        }
    }

    fn keep(&mut self, document: Document) {
        if document.kind != Kind::Detection {
            return self.documents.push(document);
        }
        let (file, id) = (document.file.clone(), document.id.clone());
        match Made::of(document, self.sets.as_ref()) {
            Ok(made) => self.made.push(made),
            Err(error) => self.refuse(&file, &id, &error),
        }
    }

    fn refuse(&mut self, file: &str, id: &str, error: &YamlError) {
        self.refusals.push(Refusal {
            file: file.to_owned(),
            line: error.line,
            column: error.column,
            id: id.to_owned(),
            reason: error.message.clone(),
        });
    }

    /// The rules of a section, or of all sections' events where none is named, and what was
    /// refused.
    #[must_use]
    pub fn rules(self, section: Option<&str>) -> (Vec<Rule>, Vec<Refusal>) {
        let found = self.found(section);
        (found.rules, found.refusals)
    }

    /// The same, beside the stored rules that filters change.
    #[must_use]
    pub fn found(mut self, section: Option<&str>) -> Found {
        let documents = std::mem::take(&mut self.documents);
        let mut made = std::mem::take(&mut self.made);
        let of = |kind: Kind| documents.iter().filter(move |document| document.kind == kind);
        let mut stored = std::mem::take(&mut self.stored);
        stored.rules.retain(|rule| !self.ids.contains(&rule.name));
        let filters: Vec<&Document> = of(Kind::Filter).collect();
        self.exclude(&filters, &stored, &mut made);
        let (mut changed, refusals) = stored.changed(&filters, self.sets.as_ref());
        self.refuse_all(refusals);
        let correlations: Vec<&Document> = of(Kind::Correlation).collect();
        let is_touched = |name: &str| {
            let of_files = made.iter().map(|made| &made.document);
            of_files.chain(correlations.iter().copied()).any(|it| it.is_called(name))
                || changed.iter().any(|rule| is_called(rule, name))
        };
        let (counting, refusals) = stored.counting(&is_touched);
        self.refuse_all(refusals);
        let own: Vec<&Document> =
            correlations.iter().copied().chain(counting.iter().map(|(_, it)| it)).collect();
        let (elsewhere, inner, refusals) = stored.referred(&own, &filters, self.sets.as_ref());
        self.refuse_all(refusals);
        let linked = Linked::new(
            made.iter().chain(&elsewhere).collect(),
            own.iter().copied().chain(&inner).collect(),
        );
        let (mut correlated, mut silent) = (Vec::new(), HashSet::new());
        for document in &correlations {
            match linked.correlation(document) {
                Ok((correlation, group_by)) => {
                    let plain = rule((*document).clone(), section, Filter::All);
                    correlated.push(counted(Rule { group_by, ..plain }, correlation));
                    silent.extend(linked.silenced(document));
                }
                Err(error) => self.refuse(&document.file, &document.id, &error),
            }
        }
        for (rule, document) in &counting {
            match linked.correlation(document) {
                Ok((correlation, group_by)) => {
                    let new = counted(Rule { group_by, ..rule.clone() }, correlation);
                    changed.extend((new.kind != rule.kind).then_some(new));
                    silent.extend(linked.silenced(document));
                }
                // It counts what is gone, and goes on as it is.
                Err(_) if !linked.is_whole(document) => silent.extend(linked.silenced(document)),
                Err(error) => self.refuse_all(vec![refusal(None, rule, &error)]),
            }
        }
        let detected = made.into_iter().map(|made| detected(made, section));
        self.finished(detected.chain(correlated).collect(), changed, &silent, &stored)
    }

    /// Lets filters exclude events of detections.
    fn exclude(&mut self, own: &[&Document], stored: &Stored, made: &mut [Made]) {
        let earlier = std::mem::take(&mut self.earlier);
        let mut filters: BTreeMap<&str, (&Document, bool)> =
            earlier.iter().map(|it| (it.id.as_str(), (it, true))).collect();
        filters.extend(own.iter().map(|it| (it.id.as_str(), (*it, false))));
        for (document, is_earlier) in filters.into_values() {
            let (sets, elsewhere) = (self.sets.as_ref(), |name: &str| stored.logsource(name));
            if let Err(error) = exclusion::apply(document, is_earlier, sets, made, &elsewhere) {
                self.refuse(&document.file, &document.id, &error);
            }
        }
    }

    /// Silences what only correlations count, and gives conditions their texts.
    fn finished(
        self,
        mut rules: Vec<Rule>,
        mut changed: Vec<Rule>,
        silent: &HashSet<String>,
        stored: &Stored,
    ) -> Found {
        for rule in &mut rules {
            rule.is_silent = silent.contains(&rule.name);
            if !self.is_brief {
                rule.condition = rule.filter.to_string();
            }
        }
        for rule in &mut changed {
            rule.is_silent |= silent.contains(&rule.name);
            rule.condition = rule.filter.to_string();
        }
        let is_there = |new: &Rule| changed.iter().any(|have| have.name == new.name);
        let silenced: Vec<Rule> = stored.silent(silent).filter(|new| !is_there(new)).collect();
        changed.extend(silenced);
        Found { rules, changed, refusals: self.refusals }
    }

    /// Adds refusals, each once.
    fn refuse_all(&mut self, refusals: Vec<Refusal>) {
        for new in refusals {
            if !self.refusals.contains(&new) {
                self.refusals.push(new);
            }
        }
    }
}

/// The rule of a correlation.
fn counted(rule: Rule, correlation: rule::Correlation) -> Rule {
    let filters = correlation.parts.iter().map(|part| part.filter.clone());
    let filter = Filter::any(filters.collect());
    Rule { filter, kind: rule::Kind::Correlation(Box::new(correlation)), ..rule }
}

/// What documents make.
#[derive(Debug, Default)]
pub struct Found {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Stored rules as filters and correlations change them.
    pub changed: Vec<Rule>,
    /// What was refused.
    pub refusals: Vec<Refusal>,
}

/// The rule of a detection.
fn detected(made: Made, section: Option<&str>) -> Rule {
    let mut rule = rule(made.document, section, made.filter);
    if let Some(sigma) = &mut rule.sigma {
        sigma.filters = made.filters;
    }
    rule
}

/// A plain rule with what its document says about itself, but for its condition's text.
fn rule(document: Document, section: Option<&str>, filter: Filter) -> Rule {
    let source = match section {
        Some(section) => Source::Events(section.to_owned()),
        None => Source::AllEvents,
    };
    let section = section.unwrap_or(crate::section::DEFAULT).to_owned();
    Rule {
        out: section.clone(),
        section,
        name: document.id,
        description: document.description.trim().to_owned(),
        is_enabled: !matches!(document.status.as_str(), "deprecated" | "unsupported"),
        severity: document.severity,
        condition: String::new(),
        filter,
        group_by: Vec::new(),
        kind: rule::Kind::Plain,
        message: Template::literal(&document.title),
        source,
        tags: document.tags,
        is_silent: false,
        sigma: Some(Box::new(Sigma {
            title: document.title,
            status: document.status,
            text: document.text,
            filters: Vec::new(),
        })),
    }
}

/// The lines of a document, up to the mark before the next one.
fn lines(text: &str, first: usize) -> String {
    let is_own = |(place, line): &(usize, &str)| *place == 0 || !line.starts_with("---");
    let lines = text.lines().skip(first - 1).enumerate().take_while(is_own);
    lines.map(|(_, line)| format!("{line}\n")).collect()
}
