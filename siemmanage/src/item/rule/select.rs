//! Which rules are meant by level, status, tag and logsource.
//!
//! What it does *not* know: where rules come from.

use crate::args::{Level, Select};
use common::cli::{Failure, Kind};
use common::filter::Logsource;
use common::rule::{self, Rule};

/// A rule and its place in a file.
type Placed = (usize, Rule);

/// A selection that was checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    severity: Option<u8>,
    status: Vec<String>,
    tags: Vec<String>,
    logsource: Option<Logsource>,
}

impl Choice {
    /// # Errors
    /// A logsource has more than three parts, or none.
    pub(crate) fn new(select: &Select) -> Result<Choice, Failure> {
        let severity = select.level.map(|level| match level {
            Level::Critical => 1,
            Level::High => 3,
            Level::Medium => 4,
            Level::Low => 5,
            Level::Informational => 7,
        });
        let logsource = select.logsource.as_deref().map(logsource).transpose()?;
        let lower = |list: &[String]| list.iter().map(|it| it.to_lowercase()).collect();
        Ok(Choice { severity, status: lower(&select.status), tags: lower(&select.tag), logsource })
    }

    pub(crate) fn holds(&self, rule: &Rule) -> bool {
        let status = rule.sigma.as_ref().map_or("", |sigma| &sigma.status);
        let tagged = |want: &String| {
            rule.tags.iter().map(|tag| tag.to_lowercase()).any(|tag| {
                tag.strip_prefix(want.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        self.severity.is_none_or(|most| rule.severity <= most)
            && (self.status.is_empty() || self.status.iter().any(|it| it == status))
            && (self.tags.is_empty() || self.tags.iter().any(tagged))
            && self.logsource.as_ref().is_none_or(|want| {
                logsources(rule).iter().any(|have| want.covers_label(&have.to_string()))
            })
    }

    /// The rules that are meant, and stored ones as they change. What only correlations count
    /// stays as long as one of them does; without them it speaks for itself. `stored` are those
    /// that are there.
    pub(crate) fn rules(&self, rules: Vec<Rule>, changed: &[Rule], stored: &[Rule]) -> Vec<Rule> {
        let is_new = |old: &&Rule| !rules.iter().chain(changed).any(|new| new.id() == old.id());
        let others: Vec<Rule> = stored.iter().filter(is_new).cloned().collect();
        let others: Vec<&Rule> = others.iter().chain(changed).collect();
        let mut kept = self.of_files(rules, &others);
        let silences = |rule: &Rule| {
            let all = others.iter().copied().chain(&kept);
            all.filter(|other| other.id() != rule.id()).any(|other| counts(other, rule))
        };
        let mut after = Vec::new();
        for mut rule in changed.iter().cloned() {
            let old = stored.iter().find(|old| old.id() == rule.id());
            if rule.is_silent && old.is_some_and(|old| !old.is_silent) && !silences(&rule) {
                rule.is_silent = false;
            }
            after.extend((old != Some(&rule)).then_some(rule));
        }
        kept.extend(after);
        kept
    }

    fn of_files(&self, rules: Vec<Rule>, others: &[&Rule]) -> Vec<Rule> {
        let (silent, mut kept): (Vec<Placed>, Vec<Placed>) =
            rules.into_iter().enumerate().partition(|(_, rule)| rule.is_silent);
        kept.retain(|(_, rule)| self.holds(rule));
        // A correlation that others count may itself count others: outer ones first.
        let (chained, plain): (Vec<Placed>, Vec<Placed>) = silent
            .into_iter()
            .partition(|(_, rule)| matches!(rule.kind, rule::Kind::Correlation(_)));
        for (place, mut rule) in chained.into_iter().rev().chain(plain) {
            let all = kept.iter().map(|(_, other)| other).chain(others.iter().copied());
            rule.is_silent = all.into_iter().any(|other| counts(other, &rule));
            if rule.is_silent || self.holds(&rule) {
                kept.push((place, rule));
            }
        }
        kept.sort_by_key(|(place, _)| *place);
        kept.into_iter().map(|(_, rule)| rule).collect()
    }
}

/// Whether a correlation counts what another rule matches.
pub(crate) fn counts(rule: &Rule, other: &Rule) -> bool {
    let rule::Kind::Correlation(correlation) = &rule.kind else { return false };
    correlation.parts.iter().any(|part| match &part.sees {
        Some(id) => *id == other.id(),
        None => part.filter == other.filter,
    })
}

/// What a rule is about: its own logsource, or those of the rules that it counts.
pub(crate) fn logsources(rule: &Rule) -> Vec<&Logsource> {
    match &rule.kind {
        rule::Kind::Correlation(it) => {
            it.parts.iter().filter_map(|part| part.filter.logsource()).collect()
        }
        _ => rule.filter.logsource().into_iter().collect(),
    }
}

fn logsource(text: &str) -> Result<Logsource, Failure> {
    let mut parts = text.to_lowercase();
    while parts.matches('/').count() < 2 {
        parts.push('/');
    }
    match Logsource::parse(&parts) {
        Some(logsource) if logsource != Logsource::default() => Ok(logsource),
        _ => {
            let what = format!("--logsource: \"{text}\" is not product/category/service");
            Err(Failure::new(Kind::Usage, what).hint("as in windows/process_creation"))
        }
    }
}
