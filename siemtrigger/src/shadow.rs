//! A database's commits beside tables of our own: what the ledger would have found, had it begun
//! today.
//!
//! Commits and events are read from the database, hits and SIEM events are kept in a temporary
//! one. Nothing is written to the former.
//!
//! What it does *not* know: intervals, comparisons.

use crate::books::Books;
use crate::scratch;
use common::clock::Timestamp;
use common::filter::Filter;
use common::hit::{Group, Hit, Match};
use common::siem_event::SiemEvent;
use std::collections::{BTreeMap, HashMap};
use store::{Commit, Firing, Peek, Result, See, Step, Store};

/// A shadow of a database.
pub(crate) struct Shadow<'s> {
    real: &'s mut dyn Store,
    /// The tables of our own.
    pub(crate) own: Box<dyn Store>,
    /// The section of each version's SIEM events.
    sections: HashMap<i64, String>,
    /// Firing instants by commit, each with its section.
    firings: BTreeMap<i64, Vec<(String, Firing)>>,
}

impl<'s> Shadow<'s> {
    /// A shadow without hits; `sections` are those of the versions' SIEM events.
    pub(crate) fn new(
        real: &'s mut dyn Store,
        sections: HashMap<i64, String>,
    ) -> anyhow::Result<Shadow<'s>> {
        Ok(Shadow { real, own: scratch::open()?, sections, firings: BTreeMap::new() })
    }

    /// Notes the firing instants of a step.
    fn note(&mut self, step: &Step) {
        let hits = step.hits.iter().filter_map(|(version, hit)| {
            let commit = hit.fired_commit?;
            Some((*version, hit.group.clone(), hit.matched.clone(), hit.time, commit))
        });
        let dead = step.events.iter().filter(|row| row.event.rule_kind == "dead").map(|row| {
            let group: Group = row.event.group.iter().map(|(_, value)| value.clone()).collect();
            let matched = Match::SiemEvent(row.event.id.clone());
            (row.version, group, matched, row.event.time, row.commit_no)
        });
        for (version, group, matched, time, commit_no) in
            hits.chain(step.fired.iter().cloned()).chain(dead)
        {
            let Some(section) = self.sections.get(&version).cloned() else { continue };
            let firing = Firing { version, group, time, matched, commit_no };
            self.firings.entry(commit_no).or_default().push((section, firing));
        }
    }
}

impl Books for Shadow<'_> {
    fn commits_after(&mut self, commit_no: i64, limit: u32) -> Result<Vec<Commit>> {
        self.real.commits_after(commit_no, limit)
    }

    fn batch_events(&mut self, batch: i64, filter: &Filter, see: &mut See<'_>) -> Result<()> {
        self.real.batch_events(batch, filter, see)
    }

    fn peek(&mut self, commit: &Commit, see: &mut Peek<'_>) -> Result<()> {
        self.real.peek(commit, see)
    }

    fn commit_time(&mut self, commit_no: i64) -> Result<Option<Timestamp>> {
        self.real.commit_time(commit_no)
    }

    fn hits(&mut self, version: i64, group: Option<&Group>, from: Timestamp) -> Result<Vec<Hit>> {
        self.own.hits(version, group, from)
    }

    fn found(&mut self, version: i64, group: &Group, from: Timestamp) -> Result<Vec<SiemEvent>> {
        self.own.found(version, group, from)
    }

    fn earliest_hit(&mut self, version: i64, committed: Timestamp) -> Result<Option<Timestamp>> {
        self.own.earliest_hit(version, committed)
    }

    fn firings(&mut self, section: &str, after: i64, until: i64) -> Result<Vec<Firing>> {
        if after >= until {
            return Ok(Vec::new());
        }
        let of_commits = self.firings.range(after + 1..=until).flat_map(|(_, list)| list);
        let of_section = of_commits.filter(|(own, _)| own == section);
        Ok(of_section.map(|(_, firing)| firing.clone()).collect())
    }

    fn record(&mut self, step: &Step) -> Result<bool> {
        self.note(step);
        let (advances, actions) = (Vec::new(), Vec::new());
        self.own.record(&Step { advances, actions, ..step.clone() })
    }
}
