//! The crowdsec hub's tests: each folder a log and what an independent parser found in it.
//!
//! ```text
//!  folder ─► log ─► parser ─► events ─┐
//!         └► assertions ─► link ──────┴─► compare ─► misses by set and subject
//! ```
//!
//! What it does *not* know: which sets count as supported; [`super::report`] does.

use super::assertion::{Assertion, read};
use super::vocabulary::{Subject, subject};
use super::{compare, link, source};
use common::event::Event;
use parse::helper::Helpers;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

/// One folder's result.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// The folder's name.
    pub name: String,
    /// (asserted, equal) by subject.
    pub counts: BTreeMap<Subject, (usize, usize)>,
    /// What was not equal.
    pub misses: Vec<Miss>,
    /// Assertions whose line was not found.
    pub unlinked: usize,
    /// Lines of the log.
    pub lines: usize,
    /// Lines that a format or a helper understood.
    pub understood: usize,
}

/// A value that our event does not have.
#[derive(Clone, Debug)]
pub struct Miss {
    /// The line, from 1.
    pub line: usize,
    /// What it is about.
    pub subject: Subject,
    /// Space and name of the field.
    pub key: String,
    /// The asserted value.
    pub wanted: String,
    /// What we have.
    pub have: String,
}

impl Set {
    /// (asserted, equal) over the subjects of the goal, or over all.
    #[must_use]
    pub fn total(&self, goal: bool) -> (usize, usize) {
        let counted = self.counts.iter().filter(|(subject, _)| !goal || subject.is_goal());
        counted.fold((0, 0), |sum, (_, count)| (sum.0 + count.0, sum.1 + count.1))
    }
}

/// Measures every folder, in the order of their names.
///
/// # Errors
/// A folder cannot be read.
pub fn measure(folder: &Path, helpers: &Arc<Helpers>) -> io::Result<Vec<Set>> {
    let mut folders: Vec<_> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    folders.sort();
    folders.iter().map(|folder| one(folder, helpers)).collect()
}

fn one(folder: &Path, helpers: &Arc<Helpers>) -> io::Result<Set> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let config = fs::read_to_string(folder.join("config.yaml"))?;
    let key = |key: &str| {
        let value = config.lines().find_map(|line| line.strip_prefix(key))?;
        Some(value.trim().trim_matches(['"', '\'']))
    };
    let bytes = fs::read(folder.join(key("log_file:").unwrap_or_default()))?;
    let asserted = read(&fs::read_to_string(folder.join("parser.assert"))?);
    let program = key("log_type:").filter(|name| !matches!(*name, "syslog" | "cef"));
    // The hub is told which program writes a file; so are we.
    let events = source::events(&bytes, program, helpers);
    let mut set = Set { name, lines: events.len(), ..Set::default() };
    let is_unparsed = |event: &Event<'_>| event.tags.iter().any(|tag| tag == "unparsed");
    set.understood = events.iter().filter(|event| !is_unparsed(event)).count();
    let text = String::from_utf8_lossy(&bytes);
    let numbered: Vec<&str> = text.lines().collect();
    for (line, fields) in link::link(&numbered, &asserted) {
        let event = line.and_then(|line| events.iter().find(|event| at(event) == line + 1));
        for one in fields.values() {
            count(&mut set, one, line, event, &fields);
        }
    }
    Ok(set)
}

fn at(event: &Event<'_>) -> usize {
    usize::try_from(event.id.seq).unwrap_or(0)
}

fn count(
    set: &mut Set,
    one: &Assertion,
    line: Option<usize>,
    event: Option<&Event<'_>>,
    fields: &link::Asserted,
) {
    let Some(subject) = subject(&one.key).filter(|subject| is_measured(*subject, one, fields))
    else {
        return;
    };
    let Some((line, event)) = line.zip(event) else {
        set.unlinked += 1;
        return;
    };
    let count = set.counts.entry(subject).or_default();
    count.0 += 1;
    match compare::miss(subject, one, event) {
        None => count.1 += 1,
        Some(have) => {
            let key = format!("{}.{}", one.space, one.key);
            let wanted = one.value.clone();
            set.misses.push(Miss { line: line + 1, subject, key, wanted, have });
        }
    }
}

/// A source's own stamp is measured only where no normalised one is asserted for the line; the
/// names that the hub gives to kinds of input are no hosts.
fn is_measured(subject: Subject, one: &Assertion, fields: &link::Asserted) -> bool {
    let normal = |one: &Assertion| one.space == "Enriched" && one.key == "MarshaledTime";
    match subject {
        Subject::Timestamp => normal(one) || !fields.values().any(normal),
        Subject::Host => !matches!(one.value.as_str(), "syslog" | "cef" | ""),
        _ => true,
    }
}
