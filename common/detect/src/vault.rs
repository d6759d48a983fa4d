//! Where hits and SIEM events are kept while events are replayed.
//!
//! What it does *not* know: how a rule decides.

use crate::outcome::Outcome;
use common::clock::Timestamp;
use common::hit::{Group, Held, Hit};
use common::rule::Kind;
use common::siem_event::SiemEvent;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Hits of one rule and group, in order of time.
#[derive(Debug, Default)]
pub struct Portion {
    /// The rule's place.
    pub rule: usize,
    /// The hits.
    pub hits: Vec<Hit>,
    /// Whether no more hits of the group come.
    pub is_last: bool,
}

/// What a portion led to.
#[derive(Debug, Default)]
pub struct Led {
    /// Hits of rules that see the SIEM events.
    pub hits: Vec<Held>,
    /// SIEM events, each once.
    pub events: Vec<SiemEvent>,
}

/// A keeper of hits and SIEM events; rules are known by their place.
pub trait Vault {
    /// Why it fails.
    type Error;

    /// Whether the hits of rules of a kind wait here for the end: then they are held and shown
    /// again by group, and nothing else is asked of it for them. `is_live`: windows are wanted as
    /// soon as they change.
    fn defers(&self, kind: &Kind, is_live: bool) -> bool;

    /// Takes hits of a rule at a depth, for the end.
    ///
    /// # Errors
    /// They cannot be kept.
    fn hold(&mut self, depth: usize, rule: usize, hits: Vec<Hit>) -> Result<(), Self::Error>;

    /// Shows the held hits of the rules of a depth, by rule and group, and keeps what they lead
    /// to.
    ///
    /// # Errors
    /// They cannot be read, or what they lead to cannot be kept.
    fn held(
        &mut self,
        depth: usize,
        see: &mut dyn FnMut(Portion) -> Led,
    ) -> Result<(), Self::Error>;

    /// How many places the windows of a group may take at the end.
    fn places(&self) -> usize;

    /// Keeps what a rule's windows found: hits, and which of them are firing instants now.
    fn keep(&mut self, rule: usize, outcome: &Outcome);

    /// Keeps a SIEM event as it stands, for the end.
    ///
    /// # Errors
    /// It cannot be kept.
    fn put(&mut self, event: SiemEvent) -> Result<(), Self::Error>;

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

    /// Shows the SIEM events that were put here by (time, id).
    ///
    /// # Errors
    /// They cannot be read, or `see` fails.
    fn found<E: From<Self::Error>>(
        &mut self,
        see: &mut dyn FnMut(SiemEvent) -> Result<(), E>,
    ) -> Result<(), E>;
}

/// Everything stays in memory, and nothing waits.
#[derive(Debug, Default)]
pub struct Memory {
    events: BTreeMap<String, SiemEvent>,
}

impl Vault for Memory {
    type Error = Infallible;

    fn defers(&self, _: &Kind, _: bool) -> bool {
        false
    }

    fn hold(&mut self, _: usize, _: usize, _: Vec<Hit>) -> Result<(), Infallible> {
        Ok(())
    }

    fn held(&mut self, _: usize, _: &mut dyn FnMut(Portion) -> Led) -> Result<(), Infallible> {
        Ok(())
    }

    fn places(&self) -> usize {
        usize::MAX
    }

    fn keep(&mut self, _: usize, _: &Outcome) {}

    fn put(&mut self, event: SiemEvent) -> Result<(), Infallible> {
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
