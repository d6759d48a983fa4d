//! References of correlations: by id or name, to detections and to other correlations.
//!
//! What is not there, is there twice, or refers to itself through others is refused.
//!
//! What it does *not* know: what a correlation computes.

use super::alias::Aliases;
use super::correlation::{Referred, correlation, generates, references};
use super::document::Document;
use super::made::Made;
use crate::field::Field;
use crate::rule::Correlation;
use crate::yaml::{Node, YamlError};
use std::collections::HashSet;

/// The documents that can be referred to.
pub(super) struct Linked<'d> {
    made: Vec<&'d Made>,
    correlations: Vec<&'d Document>,
}

impl<'d> Linked<'d> {
    pub(super) fn new(made: Vec<&'d Made>, correlations: Vec<&'d Document>) -> Linked<'d> {
        Linked { made, correlations }
    }

    /// A correlation whose references exist and do not lead back to it.
    pub(super) fn correlation(
        &self,
        document: &Document,
    ) -> Result<(Correlation, Vec<Field>), YamlError> {
        self.check(document, &mut Vec::new(), &mut HashSet::new())?;
        let mut referred = Vec::new();
        for (name, place) in references(document)? {
            referred.push((name.clone(), self.resolve(&name, place)?));
        }
        correlation(document, &referred)
    }

    /// Whether everything that a correlation refers to is there.
    pub(super) fn is_whole(&self, document: &Document) -> bool {
        let all =
            || self.made.iter().map(|made| &made.document).chain(self.correlations.iter().copied());
        let is_there = |name: &str| all().any(|it| it.is_called(name));
        references(document).is_ok_and(|names| names.iter().all(|(name, _)| is_there(name)))
    }

    /// The ids of rules that leave no SIEM events of their own because of a correlation.
    pub(super) fn silenced(&self, document: &Document) -> Vec<String> {
        if generates(document).unwrap_or(false) {
            return Vec::new();
        }
        let names = references(document).unwrap_or_default();
        let id = |name: &str| {
            let made = self.made.iter().map(|made| &made.document);
            let all = made.chain(self.correlations.iter().copied());
            all.filter(move |it| it.is_called(name)).map(|it| it.id.clone()).next()
        };
        names.iter().filter_map(|(name, _)| id(name)).collect()
    }

    fn resolve(&self, name: &str, place: &Node) -> Result<Referred, YamlError> {
        let mut found: Vec<Referred> = Vec::new();
        for made in self.made.iter().filter(|made| made.document.is_called(name)) {
            let aliases = Aliases::of(&made.logsource);
            found.push(Referred::Detection(made.filter.clone(), aliases));
        }
        let correlations = self.correlations.iter().filter(|it| it.is_called(name));
        found.extend(correlations.map(|it| Referred::Correlation(it.id.clone())));
        let what = match found.len() {
            1 => return Ok(found.remove(0)),
            0 => "rules: no rule",
            _ => "rules: more than one rule is called",
        };
        Err(place.fault(format!("{what} \"{}\"", name.escape_debug())))
    }

    /// Follows references through correlations; `path` are those that led here. Whatever a
    /// correlation needs must be sound itself.
    fn check(
        &self,
        document: &Document,
        path: &mut Vec<String>,
        sound: &mut HashSet<String>,
    ) -> Result<(), YamlError> {
        if sound.contains(&document.id) {
            return Ok(());
        }
        if path.contains(&document.id) {
            let what = format!("correlations refer to themselves: {}", path.join(" → "));
            return Err(document.node.fault(what));
        }
        path.push(document.id.clone());
        generates(document)?;
        for (name, place) in references(document)? {
            let inner = self.correlations.iter().find(|it| it.is_called(&name));
            match inner {
                Some(inner) => self.check(inner, path, sound)?,
                None => drop(self.resolve(&name, place)?),
            }
        }
        path.pop();
        sound.insert(document.id.clone());
        Ok(())
    }
}
