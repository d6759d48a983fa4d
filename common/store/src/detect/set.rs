//! Reference sets and the rules that name them.
//!
//! A version of a rule is what it was when it was bound: each version's row names, beside the
//! rule's text, the digests of its sets, and each content that a set ever had is kept. A set that
//! changes makes new versions of the rules that name it.
//!
//! What it does *not* know: SQL.

use super::{Activation, Backfill, Origin};
use crate::{Error, Result};
use common::filter::{Set, Sets};
use common::rule::Rule;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What changes in the tables of rules and sets; all or nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'c> {
    /// Rules to put.
    pub(crate) rules: &'c [Rule],
    /// Rules to delete, by section and name.
    pub(crate) deleted: &'c [(String, String)],
    /// Where the rules come from.
    pub(crate) origin: Origin,
    /// How far back rules look that are new.
    pub(crate) backfill: Backfill,
    /// Sets to put.
    pub(crate) sets: &'c [&'c Set],
    /// Sets to delete.
    pub(crate) deleted_sets: &'c [String],
}

impl Change<'_> {
    /// No change.
    pub(crate) fn none() -> Change<'static> {
        Change {
            rules: &[],
            deleted: &[],
            origin: Origin::Database,
            backfill: Backfill::None,
            sets: &[],
            deleted_sets: &[],
        }
    }

    /// Whether it touches sets, so that stored rules are looked at.
    pub(crate) fn has_sets(&self) -> bool {
        !self.sets.is_empty() || !self.deleted_sets.is_empty()
    }

    /// Whether a rule names a set that changes.
    fn concerns(&self, rule: &Rule) -> bool {
        let names = rule.sets();
        let put = self.sets.iter().map(|set| set.name());
        put.chain(self.deleted_sets.iter().map(String::as_str)).any(|it| names.contains_key(it))
    }

    /// The rules whose versions may change: those that are put, and of the stored ones those that
    /// name a changed set.
    pub(crate) fn touched(&self, stored: Vec<Rule>) -> Vec<Rule> {
        let named = stored.into_iter().filter(|rule| self.concerns(rule));
        named.chain(self.rules.iter().cloned()).collect()
    }
}

fn refused(place: &str, rule: &Rule, name: &str) -> Error {
    let reason = format!("rule {} names set {name}, which does not exist", rule.id());
    Error::Refused { place: place.to_owned(), reason }
}

/// Rules bound to the sets as they are now; `sets` is asked only if a rule names one.
pub(crate) fn bound<E: From<Error>>(
    place: &str,
    mut rules: Vec<Rule>,
    sets: impl FnOnce() -> std::result::Result<Sets, E>,
) -> std::result::Result<Vec<Rule>, E> {
    if rules.iter().any(|rule| !rule.sets().is_empty()) {
        let sets = sets()?;
        for rule in &mut rules {
            rule.bind(&sets).map_err(|missing| refused(place, rule, &missing.name))?;
        }
    }
    Ok(rules)
}

/// Binds versions to the contents that their rows name; `load` reads one by name and digest.
pub(crate) fn bind_versions<E: From<Error>>(
    place: &str,
    versions: Vec<(Activation, String)>,
    mut load: impl FnMut(&str, &str) -> std::result::Result<Set, E>,
) -> std::result::Result<Vec<Activation>, E> {
    let mut loaded: HashMap<String, Arc<Set>> = HashMap::new();
    let mut bound = Vec::with_capacity(versions.len());
    for (mut activation, digests) in versions {
        if digests != "{}" {
            let digests: BTreeMap<String, String> =
                serde_json::from_str(&digests).unwrap_or_default();
            let mut sets = Sets::default();
            for (name, digest) in &digests {
                let key = format!("{name} {digest}");
                let set = match loaded.get(&key) {
                    Some(set) => Arc::clone(set),
                    None => Arc::clone(loaded.entry(key).or_insert(Arc::new(load(name, digest)?))),
                };
                sets.put(set);
            }
            let rule = Arc::make_mut(&mut activation.rule);
            rule.bind(&sets).map_err(|missing| refused(place, rule, &missing.name))?;
        }
        bound.push(activation);
    }
    Ok(bound)
}

/// The digests of a rule's sets, as a version's row has them.
pub(crate) fn known(rule: &Rule) -> String {
    let digests: BTreeMap<&str, &str> =
        rule.sets().into_iter().map(|(name, digest)| (name, digest.unwrap_or_default())).collect();
    serde_json::json!(digests).to_string()
}

/// The set of a stored row.
pub(crate) fn stored_set(place: &str, name: &str, body: &str) -> Result<Set> {
    let wrong = |reason: String| Error::Refused { place: place.to_owned(), reason };
    let values: Vec<String> = serde_json::from_str(body)
        .map_err(|error| wrong(format!("set {name}: cannot be read: {error}")))?;
    Set::new(name, values).map_err(|error| wrong(format!("set {name}: {error}")))
}
