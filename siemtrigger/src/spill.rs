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
const PLACES: usize = 200_000;
/// How many hits and SIEM events are kept in memory before they are written.
const ROWS: usize = 50_000;

/// Hits and SIEM events of windows.
#[derive(Default)]
pub(crate) struct Spill {
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

impl Spill {
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
        let is_much = size > PLACES;
        if is_much || self.file.is_some() || rows > ROWS {
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
