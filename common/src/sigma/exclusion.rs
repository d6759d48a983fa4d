//! Sigma filters: what they exclude is added to the rules that they name.
//!
//! A rule's filter becomes `original and not excluded`. The rules are named by id or name, or by
//! the word `any`; the filter's logsource must be a part of each rule's own.
//!
//! What it does *not* know: correlations; a filter is about detections.

use super::alias::Aliases;
use super::detection::Section;
use super::document::Document;
use super::made::{Made, bind};
use crate::filter::{Logsource, Sets};
use crate::yaml::{Node, Value, YamlError};

/// Adds the exclusion of a filter to the rules that it names; to all of them or none. One that was
/// applied earlier is applied to those that are there. `elsewhere` gives the logsource of a rule
/// that is not among them, but known.
pub(super) fn apply(
    document: &Document,
    is_earlier: bool,
    sets: Option<&Sets>,
    made: &mut [Made],
    elsewhere: &dyn Fn(&str) -> Option<Logsource>,
) -> Result<(), YamlError> {
    let logsource = document.logsource()?;
    let section = document.node.member("filter").unwrap_or(&document.node);
    let rules = section.member("rules").ok_or_else(|| section.fault("filter without rules"))?;
    let mut places = Vec::new();
    if is_any(rules) {
        let fitting = made.iter().enumerate().filter(|(_, it)| fits(&logsource, &it.logsource));
        places.extend(fitting.map(|(place, _)| place));
    } else {
        for item in items(rules) {
            match named(item, &logsource, made, elsewhere) {
                Ok(place) => places.extend(place),
                Err(_) if is_earlier => {}
                Err(error) => return Err(error),
            }
        }
    }
    let mut filters = Vec::new();
    for &place in &places {
        // Fields are called as in the rule, whose logsource may be the narrower one.
        let excluded = Section::new(section, Aliases::of(&made[place].logsource), false)?;
        let mut filter = excluded.filter(section)?;
        bind(&mut filter, sets, section)?;
        filters.push(filter);
    }
    for (place, filter) in places.into_iter().zip(filters) {
        let own = &mut made[place];
        own.filter = own.filter.clone().and(filter.not());
        own.filters.push(document.text.clone());
    }
    Ok(())
}

/// Whether a filter may be about a rule of this logsource, whose names `is_called` knows.
pub(super) fn names(
    document: &Document,
    is_called: &dyn Fn(&str) -> bool,
    logsource: Option<&Logsource>,
) -> bool {
    let section = document.node.member("filter").unwrap_or(&document.node);
    let Some(rules) = section.member("rules") else { return false };
    if is_any(rules) {
        let own = document.logsource();
        return own.is_ok_and(|own| logsource.is_some_and(|rule| fits(&own, rule)));
    }
    items(rules).iter().filter_map(|item| item.scalar()).any(|name| is_called(&name))
}

fn is_any(rules: &Node) -> bool {
    rules.text() == Some("any")
}

fn items(rules: &Node) -> Vec<&Node> {
    match &rules.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![rules],
    }
}

/// The place of the rule that a filter names; none where it is elsewhere.
fn named(
    item: &Node,
    logsource: &Logsource,
    made: &[Made],
    elsewhere: &dyn Fn(&str) -> Option<Logsource>,
) -> Result<Option<usize>, YamlError> {
    let Some(name) = item.scalar() else {
        return Err(item.fault(format!("rules: {} where a name is expected", item.kind())));
    };
    let is_it = |it: &Made| it.document.id == *name || it.document.name.as_deref() == Some(&*name);
    let place = made.iter().position(is_it);
    let own = place.map(|place| made[place].logsource.clone());
    match own.or_else(|| elsewhere(&name)) {
        Some(own) if fits(logsource, &own) => Ok(place),
        Some(_) => Err(item.fault(format!("rules: rule \"{name}\" has another logsource"))),
        None => Err(item.fault(format!("rules: no rule \"{}\"", name.escape_debug()))),
    }
}

/// Whether a rule's logsource has every part that a filter's names.
fn fits(filter: &Logsource, rule: &Logsource) -> bool {
    filter.covers_label(&rule.to_string())
}
