//! What windows hold while events are replayed: in memory while it is little, in a temporary SQLite
//! database when it is much, so that memory stays bounded whatever the number of groups.
//!
//! What it does *not* know: how a rule decides.

use anyhow::Context as _;
use common::clock::Timestamp;
use common::hit::{Group, Hit};
use common::siem_event::SiemEvent;
use detect::{Outcome, Vault};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use store::{Create, SiemRow, SiemSelection, Step, Store, Url};
use tempfile::TempDir;

/// How many places windows take in memory before they are dropped.
const PLACES: usize = 50_000;
/// How many hits and SIEM events are kept in memory before they are written.
const ROWS: usize = 20_000;

/// Hits and SIEM events of windows.
pub(crate) struct Spill {
    /// How many places, and how many rows, memory has.
    room: (usize, usize),
    /// What is not written yet.
    step: Step,
    events: BTreeMap<String, SiemRow>,
    file: Option<File>,
}

/// The temporary database.
struct File {
    store: Box<dyn Store>,
    _directory: TempDir,
}

impl Default for Spill {
    fn default() -> Spill {
        Spill::new(PLACES, ROWS)
    }
}

impl Spill {
    fn new(places: usize, rows: usize) -> Spill {
        let (step, events) = (Step::default(), BTreeMap::new());
        Spill { room: (places, rows), step, events, file: None }
    }

    /// Writes what was found, and makes the file where there is none.
    fn write(&mut self) -> anyhow::Result<&mut dyn Store> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(File::new()?),
        };
        let step = Step {
            events: std::mem::take(&mut self.events).into_values().collect(),
            ..std::mem::take(&mut self.step)
        };
        file.store.record(&step).context("keeping what windows hold")?;
        Ok(file.store.as_mut())
    }
}

impl File {
    fn new() -> anyhow::Result<File> {
        let directory = tempfile::Builder::new().prefix("siemtrigger").tempdir();
        let directory = directory.context("a temporary folder for what windows hold")?;
        let path = directory.path().join("windows.db");
        let store = store::open(&Url::Sqlite(path), Create::IfEmbedded)?;
        Ok(File { store, _directory: directory })
    }
}

/// A rule's place as the number of its version.
fn version(rule: usize) -> i64 {
    i64::try_from(rule).unwrap_or(i64::MAX)
}

impl Vault for Spill {
    type Error = anyhow::Error;

    fn keep(&mut self, rule: usize, outcome: &Outcome) {
        let version = version(rule);
        self.step.hits.extend(outcome.hits.iter().map(|hit| (version, hit.clone())));
        let fired = outcome.fired.iter().cloned();
        let fired = fired.map(|(group, matched, time)| (version, group, matched, time, 1));
        self.step.fired.extend(fired);
        for event in &outcome.events {
            let row = SiemRow { version, commit_no: 1, event: event.clone() };
            self.events.insert(event.id.clone(), row);
        }
    }

    fn put(&mut self, rule: usize, event: SiemEvent) -> anyhow::Result<()> {
        let row = SiemRow { version: version(rule), commit_no: 1, event };
        self.events.insert(row.event.id.clone(), row);
        Ok(())
    }

    fn settle(&mut self, size: usize) -> anyhow::Result<bool> {
        let rows = self.step.hits.len() + self.step.fired.len() + self.events.len();
        let is_much = size > self.room.0;
        if is_much || self.file.is_some() || rows > self.room.1 {
            let _ = self.write()?;
        }
        Ok(is_much)
    }

    fn load(
        &mut self,
        rule: usize,
        group: &Group,
        from: Timestamp,
    ) -> anyhow::Result<(Vec<Hit>, Vec<SiemEvent>)> {
        let Some(file) = &mut self.file else { return Ok((Vec::new(), Vec::new())) };
        let hits = file.store.hits(version(rule), Some(group), from)?;
        Ok((hits, file.store.found(version(rule), group, from)?))
    }

    fn found<E: From<anyhow::Error>>(
        &mut self,
        see: &mut dyn FnMut(SiemEvent) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.file.is_none() {
            let events = std::mem::take(&mut self.events).into_values();
            let mut events: Vec<SiemEvent> = events.map(|row| row.event).collect();
            events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
            return events.into_iter().try_for_each(see);
        }
        let store = self.write()?;
        let mut failure = None;
        let mut each = |event: SiemEvent| match see(event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        };
        let shown = store.siem_events(&SiemSelection::default(), &mut each);
        shown.map_err(anyhow::Error::from)?;
        failure.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::feed;
    use common::event::{Event, EventId};
    use common::rule::{Rule, read};
    use detect::Replay;

    fn rules() -> Vec<Rule> {
        let text = r#"{"rules_t": [
          {"name": "many", "severity": 3, "where": "process.name = sshd", "time_int": "1m",
           "group_by": ["user.name", "message"], "event_limit": 2, "message": "{user.name}"},
          {"name": "burst", "severity": 3, "where": "process.name = sshd", "time_int": "20s",
           "group_by": ["user.name"], "event_limit": 2, "message": "{user.name}"},
          {"name": "again", "severity": 2, "where": "rule.name = burst", "time_int": "2m",
           "group_by": ["user.name"], "event_limit": 1, "source_table": "siem_t",
           "message": "again"}]}"#;
        let mut rules = read(text, "rules.json").expect("rules");
        let ordered = r#"{"rules_t": [{"name": "order", "severity": 2, "group_by": ["user.name"],
          "message": "in order", "correlation": {"type": "temporal_ordered", "time_int": "10s",
          "condition": {"gte": 2}, "parts": [
            {"name": "a", "where": "process.name = sshd", "group_by": ["user.name"], "values": []},
            {"name": "b", "where": "process.name = sudo", "group_by": ["user.name"], "values": []}]
          }}]}"#;
        rules.extend(read(ordered, "rules.json").expect("a rule"));
        rules
    }

    /// The SIEM events of a replay that applies each event at once, and of one at the end.
    fn run<V: Vault>(vault: V, is_live: bool, events: &[Event<'static>]) -> Vec<SiemEvent>
    where
        V::Error: std::fmt::Debug,
    {
        let mut replay = Replay::with(rules(), is_live, vault).expect("no cycle");
        let mut found = Vec::new();
        for event in events {
            found.extend(replay.event(event).expect("found"));
            if !is_live {
                found.extend(replay.flush().expect("found"));
            }
        }
        replay
            .end(|event| {
                found.push(event);
                Ok::<(), V::Error>(())
            })
            .expect("the end");
        found
    }

    #[test]
    fn dropping_windows_after_every_event_changes_nothing() {
        let mut events: Vec<Event<'static>> = feed::events(3, 120).into_iter().flatten().collect();
        for (seq, event) in (1..).zip(&mut events) {
            event.id = EventId { batch: 0, seq };
            event.message = format!("event {}", seq % 7).into();
        }
        for is_live in [false, true] {
            let kept = run(detect::Memory::default(), is_live, &events);
            for name in ["many", "burst", "again", "order"] {
                assert!(kept.iter().any(|it| it.rule_name == name), "{name}");
            }
            assert_eq!(run(Spill::new(0, 0), is_live, &events), kept);
        }
    }
}
