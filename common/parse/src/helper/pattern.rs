//! One pattern: literals and regex on first use, captures into fields.
//!
//! Most patterns are matched by [`super::direct`]; the others, and lines that it gives up, by
//! `regex-automata`'s meta engine, which is linear whatever the pattern. Captures' places go to the
//! stack, so an ordinary match allocates nothing.
//!
//! What it does *not* know: which of several patterns is tried.

use super::convert::{self, Capture};
use super::direct::{Direct, Outcome, Slots};
use super::literal::Literals;
use super::target::Target;
use crate::kept::kept;
use common::event::{Event, Value};
use common::helper::{Guard, Helper, PATTERN_SIZE, SugarError, expand};
use regex_automata::Input;
use regex_automata::meta::Regex;
use regex_syntax::hir::{Hir, HirKind};
use std::borrow::Cow;
use std::sync::OnceLock;
use thiserror::Error;

/// How many groups, the whole match among them, find room on the stack.
const GROUPS: usize = 24;

/// How many matches a collector appends.
pub const MATCHES: usize = 100;

/// Why helpers cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PrepareError {
    /// A pattern's notation is wrong; reading the helper would have found it.
    #[error("helper {helper}: pattern: {error}")]
    Pattern {
        /// The helper's name.
        helper: String,
        /// What is wrong.
        error: SugarError,
    },
}

/// A helper in the form in which it is applied.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) section: Option<String>,
    pub(crate) guard: Guard,
    pub(crate) priority: i32,
    pub(crate) collect: Option<&'static str>,
    pub(crate) patterns: Vec<Pattern>,
    set: Vec<(Target, Value<'static>)>,
    tags: Vec<&'static str>,
    /// Whether the group alone does not decide that an event is looked at.
    choosy: bool,
}

impl Entry {
    pub(crate) fn new(helper: Helper) -> Result<Entry, PrepareError> {
        let mut patterns = Vec::new();
        for pattern in &helper.patterns {
            let expanded = expand(pattern)
                .map_err(|error| PrepareError::Pattern { helper: helper.name.clone(), error })?;
            let mut captures = Vec::new();
            for (field, kind) in expanded.types.into_iter().chain(helper.types.iter().cloned()) {
                captures.push((field.clone(), Capture::new(&field, Some(kind), &helper.keys)));
            }
            patterns.push(Pattern::new(expanded.regex, captures));
        }
        let (mut set, mut tags) = (Vec::new(), Vec::new());
        for (field, value) in &helper.set {
            match field.as_str() {
                "tags" => tags.extend(texts(value)),
                _ => set.push((Target::new(field), constant(value))),
            }
        }
        let starred = helper.guard.process.iter().any(|name| name.contains('*'));
        let choosy = helper.section.is_some() || !helper.guard.dataset.is_empty() || starred;
        Ok(Entry {
            name: kept(&helper.name),
            section: helper.section,
            guard: helper.guard,
            priority: helper.priority,
            collect: helper.collect.as_deref().map(kept),
            patterns,
            set,
            tags,
            choosy,
        })
    }

    /// The programs that the guard names in full.
    pub(crate) fn exact_processes(&self) -> impl Iterator<Item = &str> {
        self.guard.process.iter().filter(|name| !name.contains('*')).map(String::as_str)
    }

    /// Whether programs that no guard names in full may be looked at.
    pub(crate) fn is_general(&self) -> bool {
        self.guard.process.is_empty() || self.exact_processes().count() < self.guard.process.len()
    }

    /// Whether the event, which is in one of the helper's groups, is looked at.
    pub(crate) fn allows(&self, event: &Event<'_>) -> bool {
        if !self.choosy {
            return true;
        }
        let process = event.process_name.as_deref().unwrap_or_default();
        let dataset = event.dataset.as_deref().unwrap_or_default();
        self.section.as_deref().is_none_or(|section| section == event.section)
            && self.guard.allows(process, dataset)
    }

    fn add_constants(&self, event: &mut Event<'_>) {
        for (target, value) in &self.set {
            convert::store(event, *target, value.clone());
        }
        for tag in &self.tags {
            event.tag(tag);
        }
    }
}

fn texts(value: &Value<'_>) -> Vec<&'static str> {
    match value {
        Value::List(list) => list.iter().flat_map(texts).collect(),
        scalar => vec![kept(&scalar.to_string().replace(char::is_whitespace, "_"))],
    }
}

/// A constant whose text lives as long as the program, so that events borrow it.
fn constant(value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Text(text) => Value::Text(Cow::Borrowed(kept(text))),
        Value::List(list) => Value::List(list.iter().map(constant).collect()),
        other => other.clone().into_owned(),
    }
}

/// A regular expression and where its captures go.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: String,
    typed: Vec<(String, Capture)>,
    literals: OnceLock<Literals>,
    compiled: OnceLock<Option<Compiled>>,
}

/// What is made of a pattern on first use.
#[derive(Debug)]
struct Compiled {
    groups: usize,
    captures: Vec<(usize, Capture)>,
    direct: Option<Direct>,
    /// For patterns, or lines, that the direct matcher leaves.
    general: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(regex: String, typed: Vec<(String, Capture)>) -> Pattern {
        Pattern { regex, typed, literals: OnceLock::new(), compiled: OnceLock::new() }
    }

    /// The regular expression without sugar.
    pub(crate) fn regex(&self) -> &str {
        &self.regex
    }

    /// The literals that a matching body must contain.
    pub(crate) fn literals(&self) -> &Literals {
        self.literals.get_or_init(|| Literals::new(&self.regex))
    }

    /// `None` for a pattern that was never checked and is wrong, which matches nothing.
    fn compiled(&self) -> Option<&Compiled> {
        self.compiled.get_or_init(|| self.compile()).as_ref()
    }

    fn compile(&self) -> Option<Compiled> {
        let hir = regex_syntax::parse(&self.regex).ok()?;
        let mut names = Vec::new();
        name(&hir, &mut names);
        let groups = hir.properties().explicit_captures_len() + 1;
        let captures = names.into_iter().map(|(group, name)| {
            let typed = self.typed.iter().find(|(field, _)| *field == name);
            (group, typed.map_or_else(|| Capture::new(&name, None, &[]), |(_, to)| to.clone()))
        });
        let captures = captures.collect();
        Some(Compiled { groups, captures, direct: Direct::new(&hir), general: OnceLock::new() })
    }

    fn general<'p>(&'p self, compiled: &'p Compiled) -> Option<&'p Regex> {
        let build = || {
            let config = Regex::config()
                .nfa_size_limit(Some(PATTERN_SIZE))
                .onepass_size_limit(Some(PATTERN_SIZE))
                .hybrid_cache_capacity(PATTERN_SIZE / 4);
            Regex::builder().configure(config).build(&self.regex).ok()
        };
        compiled.general.get_or_init(build).as_ref()
    }

    /// Looks for a match and hands its captures to `found`.
    fn search(&self, body: &str, end: usize, found: &mut dyn FnMut(&Compiled, &Slots)) -> bool {
        let Some(compiled) = self.compiled() else { return false };
        let mut few = [None; 2 * GROUPS];
        let mut many = Vec::new();
        let slots = if compiled.groups <= GROUPS {
            &mut few[..2 * compiled.groups]
        } else {
            many.resize(2 * compiled.groups, None);
            &mut many[..]
        };
        let direct = compiled.direct.as_ref().map(|direct| direct.search(body, end, slots));
        let matched = match direct {
            Some(Outcome::Match) => true,
            Some(Outcome::NoMatch) => false,
            Some(Outcome::GaveUp) | None => {
                slots.fill(None);
                let input = Input::new(body).range(..end);
                let regex = self.general(compiled);
                regex.is_some_and(|regex| regex.search_slots(&input, slots).is_some())
            }
        };
        if matched {
            found(compiled, slots);
        }
        matched
    }

    /// Fills the event if the pattern matches: constants, then captures.
    pub(crate) fn fill<'t, 'a>(
        &self,
        entry: &Entry,
        body: &'t str,
        end: usize,
        keep: &dyn Fn(&'t str) -> Cow<'a, str>,
        event: &mut Event<'a>,
    ) -> bool {
        self.search(body, end, &mut |compiled, spans| {
            entry.add_constants(event);
            for (group, capture) in &compiled.captures {
                if let Some((start, end)) = span(spans, *group) {
                    capture.fill(&body[start..end], keep, event);
                }
            }
        })
    }

    /// Appends every match to the collector's list; whether there was one.
    pub(crate) fn collect<'t, 'a>(
        &self,
        entry: &Entry,
        body: &'t str,
        end: usize,
        keep: &dyn Fn(&'t str) -> Cow<'a, str>,
        event: &mut Event<'a>,
    ) -> bool {
        let (Some(compiled), Some(field)) = (self.compiled(), entry.collect) else { return false };
        let Some(regex) = self.general(compiled) else { return false };
        let mut found = Vec::new();
        for captures in regex.captures_iter(Input::new(body).range(..end)).take(MATCHES) {
            let wanted = if compiled.groups > 1 { 1..compiled.groups } else { 0..1 };
            let whole = captures.get_match().is_some_and(|found| !found.is_empty());
            for group in wanted.filter(|_| whole) {
                if let Some(span) = captures.get_group(group) {
                    found.push(Value::Text(keep(&body[span.range()])));
                }
            }
        }
        if found.is_empty() {
            return false;
        }
        entry.add_constants(event);
        if let Some(Value::List(earlier)) = event.ext.get(field) {
            found.splice(0..0, earlier.clone());
        }
        event.ext.push(field, Value::List(found));
        true
    }

    /// The captures of a match, by field and place; `None` when there is no match.
    pub(crate) fn spans(&self, body: &str, end: usize) -> Option<Vec<(Capture, usize, usize)>> {
        let mut found = None;
        self.search(body, end, &mut |compiled, spans| {
            let captures = compiled.captures.iter().filter_map(|(group, capture)| {
                span(spans, *group).map(|(start, end)| (capture.clone(), start, end))
            });
            found = Some(captures.collect());
        });
        found
    }
}

/// The named groups of a pattern, in order.
fn name(hir: &Hir, names: &mut Vec<(usize, String)>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            if let (Some(name), Ok(group)) = (&capture.name, usize::try_from(capture.index)) {
                names.push((group, name.to_string()));
            }
            name(&capture.sub, names);
        }
        HirKind::Repetition(repetition) => name(&repetition.sub, names),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| name(part, names));
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

fn span(slots: &Slots, group: usize) -> Option<(usize, usize)> {
    Some((slots[2 * group]?.get(), slots[2 * group + 1]?.get()))
}
