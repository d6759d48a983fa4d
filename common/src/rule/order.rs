//! Which rules see which: rules over SIEM events after those whose SIEM events they count.
//!
//! A rule over `siem_auth` may see another rule's SIEM events unless its filter cannot hold for
//! them, whatever their group. The filter is read three-valued: what is known of the other rule
//! decides, all else is open. A rule that may see its own SIEM events, directly or through
//! others, is refused.
//!
//! What it does *not* know: SIEM events that exist.

use super::{Rule, Source, identity};
use crate::event::Event;
use crate::field::Field;
use crate::filter::{Filter, Test};

/// Rules that would wait for each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rules see their own SIEM events: {}", .0.join(" → "))]
pub struct Cycle(pub Vec<String>);

/// For each rule the depth at which it is evaluated: 0 over events, one more than the deepest
/// rule that it may see otherwise.
///
/// # Errors
/// Rules see their own SIEM events.
pub fn order(rules: &[&Rule]) -> Result<Vec<usize>, Cycle> {
    let mut depths: Vec<Option<usize>> = vec![None; rules.len()];
    for place in 0..rules.len() {
        depth(rules, place, &mut depths, &mut Vec::new())?;
    }
    Ok(depths.into_iter().map(Option::unwrap_or_default).collect())
}

fn depth(
    rules: &[&Rule],
    place: usize,
    depths: &mut [Option<usize>],
    path: &mut Vec<usize>,
) -> Result<usize, Cycle> {
    if let Some(known) = depths[place] {
        return Ok(known);
    }
    let looped = path.iter().position(|&before| before == place);
    path.push(place);
    if let Some(start) = looped {
        return Err(Cycle(path[start..].iter().map(|&rule| rules[rule].id()).collect()));
    }
    let mut deepest = 0;
    if rules[place].sees_rules() {
        for (other, seen) in rules.iter().enumerate() {
            if rules[place].may_see(seen) {
                deepest = deepest.max(1 + depth(rules, other, depths, path)?);
            }
        }
    }
    path.pop();
    depths[place] = Some(deepest);
    Ok(deepest)
}

/// A rule and those whose SIEM events it counts, directly or through others, all switched on.
#[must_use]
pub fn needed(rule: &Rule, all: &[Rule]) -> Vec<Rule> {
    let on = |rule: &Rule| Rule { is_enabled: true, ..rule.clone() };
    let mut needed = vec![Rule { is_silent: false, ..on(rule) }];
    let mut place = 0;
    while place < needed.len() {
        let seen = all.iter().filter(|other| needed[place].may_see(other));
        let is_new = |other: &&Rule| !needed.iter().any(|have| have.id() == other.id());
        let new: Vec<Rule> = seen.filter(is_new).map(on).collect();
        needed.extend(new);
        place += 1;
    }
    needed
}

impl Rule {
    /// Whether events themselves can match: not so where SIEM events alone are counted.
    #[must_use]
    pub fn sees_events(&self) -> bool {
        match &self.kind {
            super::Kind::Correlation(correlation) => {
                correlation.parts.iter().any(|part| part.sees.is_none())
            }
            _ => !matches!(self.source, Source::SiemEvents(_)),
        }
    }

    /// Whether this rule is one over other rules, and not over events alone.
    #[must_use]
    pub fn sees_rules(&self) -> bool {
        match &self.kind {
            super::Kind::Correlation(correlation) => {
                correlation.parts.iter().any(|part| part.sees.is_some())
            }
            _ => matches!(self.source, Source::SiemEvents(_)),
        }
    }

    /// Whether this rule may see the SIEM events of another one.
    #[must_use]
    pub fn may_see(&self, other: &Rule) -> bool {
        if let super::Kind::Correlation(correlation) = &self.kind {
            let id = other.id();
            return correlation.parts.iter().any(|part| part.sees.as_ref() == Some(&id));
        }
        let Source::SiemEvents(section) = &self.source else { return false };
        *section == other.out && holds(&self.filter, other, &identity(other)).0
    }
}

/// Whether a filter may hold, and whether it may fail, for SIEM events of a rule.
fn holds(filter: &Filter, rule: &Rule, known: &Event<'_>) -> (bool, bool) {
    match filter {
        Filter::All => (true, false),
        Filter::And(list) => list.iter().fold((true, false), |(may, fail), part| {
            let part = holds(part, rule, known);
            (may && part.0, fail || part.1)
        }),
        Filter::Or(list) => list.iter().fold((false, true), |(may, fail), part| {
            let part = holds(part, rule, known);
            (may || part.0, fail && part.1)
        }),
        Filter::Not(inner) => {
            let (may, fail) = holds(inner, rule, known);
            (fail, may)
        }
        Filter::Keyword(_) | Filter::Refer(..) | Filter::Logsource(_) => (true, true),
        // What a set holds changes.
        Filter::Field(_, Test::Set(_)) => (true, true),
        Filter::Field(..) => {
            let open =
                |field: &Field| matches!(field, Field::Own(_)) || rule.group_by.contains(field);
            match filter.fields().into_iter().any(open) {
                true => (true, true),
                false => {
                    let verdict = filter.matches(known);
                    (verdict, !verdict)
                }
            }
        }
    }
}
