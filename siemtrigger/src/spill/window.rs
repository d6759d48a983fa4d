//! What windows hold while they are wanted at once (`--live`): in memory while it is little, in a
//! temporary SQLite database when it is much, from which a group is loaded again when it has a hit.
//!
//! What it does *not* know: how a rule decides.

use crate::scratch;
use anyhow::Context as _;
use common::clock::Timestamp;
use common::hit::{Group, Hit};
use common::siem_event::SiemEvent;
use detect::Outcome;
use std::collections::{BTreeMap, HashSet};
use store::{SiemRow, Step, Store};

/// Hits and SIEM events of windows.
#[derive(Default)]
pub(super) struct Windows {
    /// What is not written yet, and whose it is.
    step: Step,
    events: BTreeMap<String, SiemRow>,
    groups: HashSet<(usize, Group)>,
    /// The temporary database.
    file: Option<Box<dyn Store>>,
}

/// A rule's place as the number of its version.
fn version(rule: usize) -> i64 {
    i64::try_from(rule).unwrap_or(i64::MAX)
}

impl Windows {
    pub(super) fn keep(&mut self, rule: usize, outcome: &Outcome) {
        let version = version(rule);
        let groups = outcome.hits.iter().map(|hit| &hit.group);
        let groups = groups.chain(outcome.fired.iter().map(|(group, ..)| group));
        self.groups.extend(groups.map(|group| (rule, group.clone())));
        self.step.hits.extend(outcome.hits.iter().map(|hit| (version, hit.clone())));
        let fired = outcome.fired.iter().cloned();
        let fired = fired.map(|(group, matched, time)| (version, group, matched, time, 1));
        self.step.fired.extend(fired);
        for event in &outcome.events {
            let row = SiemRow { version, commit_no: 1, event: event.clone() };
            self.events.insert(event.id.clone(), row);
        }
    }

    /// How many rows wait to be written.
    pub(super) fn rows(&self) -> usize {
        self.step.hits.len() + self.step.fired.len() + self.events.len()
    }

    /// Writes what was found, and makes the file where there is none.
    pub(super) fn write(&mut self) -> anyhow::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(scratch::open()?),
        };
        let step = Step {
            events: std::mem::take(&mut self.events).into_values().collect(),
            ..std::mem::take(&mut self.step)
        };
        self.groups.clear();
        file.record(&step).context("keeping what windows hold")?;
        Ok(())
    }

    /// A group's hits from a time on, and its SIEM events whose `time` is not before.
    pub(super) fn load(
        &mut self,
        rule: usize,
        group: &Group,
        from: Timestamp,
    ) -> anyhow::Result<(Vec<Hit>, Vec<SiemEvent>)> {
        if self.groups.contains(&(rule, group.clone())) {
            self.write()?;
        }
        let Some(file) = &mut self.file else { return Ok((Vec::new(), Vec::new())) };
        let hits = file.hits(version(rule), Some(group), from)?;
        Ok((hits, file.found(version(rule), group, from)?))
    }
}
