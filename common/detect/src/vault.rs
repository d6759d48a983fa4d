//! Where windows' hits and SIEM events are kept while events are replayed.
//!
//! What it does *not* know: how a rule decides.

use crate::Outcome;
use common::clock::Timestamp;
use common::hit::{Group, Hit};
use common::siem_event::SiemEvent;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// A keeper of hits and SIEM events; rules are known by their place.
pub trait Vault {
    /// Why it fails.
    type Error;

    /// Keeps what a rule's windows found: hits, and which of them are firing instants now.
    fn keep(&mut self, rule: usize, outcome: &Outcome);

    /// Keeps a SIEM event as it stands, for the end.
    ///
    /// # Errors
    /// It cannot be kept.
    fn put(&mut self, rule: usize, event: SiemEvent) -> Result<(), Self::Error>;

    /// Called after each portion of events; `size` is how many places windows take in memory.
    /// Says whether they may be dropped: then everything is kept, and is loaded again.
    ///
    /// # Errors
    /// What was found cannot be kept.
    fn settle(&mut self, size: usize) -> Result<bool, Self::Error>;

    /// A group's hits from a time on, and its SIEM events whose `time` is not before.
    ///
    /// # Errors
    /// They cannot be read.
    fn load(
        &mut self,
        rule: usize,
        group: &Group,
        from: Timestamp,
    ) -> Result<(Vec<Hit>, Vec<SiemEvent>), Self::Error>;

    /// Shows the SIEM events by (time, id).
    ///
    /// # Errors
    /// They cannot be read, or `see` fails.
    fn found<E: From<Self::Error>>(
        &mut self,
        see: &mut dyn FnMut(SiemEvent) -> Result<(), E>,
    ) -> Result<(), E>;
}

/// Everything stays in memory.
#[derive(Debug, Default)]
pub struct Memory {
    events: BTreeMap<String, SiemEvent>,
}

impl Vault for Memory {
    type Error = Infallible;

    fn keep(&mut self, _: usize, _: &Outcome) {}

    fn put(&mut self, _: usize, event: SiemEvent) -> Result<(), Infallible> {
        self.events.insert(event.id.clone(), event);
        Ok(())
    }

    fn settle(&mut self, _: usize) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn load(
        &mut self,
        _: usize,
        _: &Group,
        _: Timestamp,
    ) -> Result<(Vec<Hit>, Vec<SiemEvent>), Infallible> {
        Ok((Vec::new(), Vec::new()))
    }

    fn found<E: From<Infallible>>(
        &mut self,
        see: &mut dyn FnMut(SiemEvent) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut events: Vec<SiemEvent> = std::mem::take(&mut self.events).into_values().collect();
        events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        events.into_iter().try_for_each(see)
    }
}
