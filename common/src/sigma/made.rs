//! A detection compiled: its filter, and the texts of what excludes events from it.
//!
//! What it does *not* know: other rules.

use super::alias::Aliases;
use super::detection::Section;
use super::document::Document;
use crate::filter::{Filter, Logsource, Sets};
use crate::yaml::{self, Node, YamlError};

/// A detection that was compiled.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) document: Document,
    pub(super) logsource: Logsource,
    pub(super) filter: Filter,
    /// The texts of the filters that exclude something of it.
    pub(super) filters: Vec<String>,
}

impl Made {
    /// A detection compiled, with what its placeholders stand for; its tree is let go.
    pub(super) fn of(mut document: Document, sets: Option<&Sets>) -> Result<Made, YamlError> {
        let (logsource, mut filter) = detection(&document)?;
        let place = document.node.member("detection").unwrap_or(&document.node);
        bind(&mut filter, sets, place)?;
        document.node.value = yaml::Value::Null;
        Ok(Made { document, logsource, filter, filters: Vec::new() })
    }
}

/// The filter of a detection: its logsource and what it searches for.
fn detection(document: &Document) -> Result<(Logsource, Filter), YamlError> {
    let logsource = document.logsource()?;
    let place = document.node.member("detection").unwrap_or(&document.node);
    let section = Section::new(place, Aliases::of(&logsource), true)?;
    let filter = Filter::Logsource(logsource.clone()).and(section.filter(place)?);
    Ok((logsource, filter))
}

/// Gives a filter what its placeholders stand for.
pub(super) fn bind(filter: &mut Filter, sets: Option<&Sets>, node: &Node) -> Result<(), YamlError> {
    let Some(sets) = sets else { return Ok(()) };
    filter.bind(sets).map_err(|missing| {
        let placeholder = format!("%{}%", missing.name);
        let place = node.find(&|text| text.contains(&placeholder)).unwrap_or(node);
        place.fault(format!("{missing}: {}", missing.hint))
    })
}
