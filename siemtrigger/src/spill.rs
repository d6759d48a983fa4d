//! What a replay keeps: in memory while it is little, in a temporary file when it is much, so that
//! memory stays bounded whatever the number of groups.
//!
//! Hits of rules with windows wait for the end and are then shown group by group; so do those of
//! rules that decide late. Where windows are wanted at once (`--live`), groups are loaded when they
//! have a hit (`window`).
//!
//! What it does *not* know: how a rule decides.

mod window;

use crate::scratch;
use anyhow::Context as _;
use common::clock::Timestamp;
use common::hit::{Group, Held, Hit};
use common::rule::Kind;
use common::siem_event::SiemEvent;
use detect::{Led, Outcome, Portion, Vault};
use store::Spool;
use window::Windows;

/// How much there may be in memory.
#[derive(Clone, Copy)]
struct Room {
    /// Places of windows, before they are dropped.
    places: usize,
    /// Hits before they are written, and of a group when they are shown.
    hits: usize,
    /// SIEM events before they are written.
    events: usize,
}

const ROOM: Room = Room { places: 50_000, hits: 20_000, events: 5_000 };

/// Hits and SIEM events.
pub(crate) struct Spill {
    room: Room,
    hits: Vec<Held>,
    events: Vec<SiemEvent>,
    /// The temporary file.
    file: Option<Spool>,
    windows: Windows,
}

impl Default for Spill {
    fn default() -> Spill {
        Spill::new(ROOM)
    }
}

impl Spill {
    fn new(room: Room) -> Spill {
        let (hits, events, windows) = (Vec::new(), Vec::new(), Windows::default());
        Spill { room, hits, events, file: None, windows }
    }

    /// Writes what is in memory, and makes the file where there is none.
    fn write(&mut self) -> anyhow::Result<&mut Spool> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(scratch::make(Spool::create)?),
        };
        file.put(&self.hits, &self.events).context("keeping what windows hold")?;
        self.hits.clear();
        self.events.clear();
        Ok(file)
    }

    /// Writes when there is much.
    fn relieve(&mut self) -> anyhow::Result<()> {
        if self.hits.len() > self.room.hits || self.events.len() > self.room.events {
            self.write()?;
        }
        Ok(())
    }

    fn take(&mut self, led: Led) {
        self.hits.extend(led.hits);
        self.events.extend(led.events);
    }

    /// The hits of a depth in memory, taken out.
    fn of_depth(&mut self, depth: usize) -> Vec<Held> {
        let mut hits: Vec<Held> = self.hits.extract_if(.., |held| held.depth == depth).collect();
        let key = |it: &Held| (it.rule, it.hit.group.clone(), it.hit.time, it.hit.matched.clone());
        hits.sort_by_cached_key(key);
        hits
    }
}

/// Hits in order of rule, group and time, parted into portions.
struct Parts<'s> {
    /// The most hits of a portion.
    most: usize,
    portion: Portion,
    see: &'s mut dyn FnMut(Portion) -> Led,
}

impl Parts<'_> {
    /// The next hit. Says what the portion before it led to, where it begins a new one.
    fn next(&mut self, held: Held) -> Option<Led> {
        let is_same = self
            .portion
            .hits
            .last()
            .is_some_and(|last| self.portion.rule == held.rule && last.group == held.hit.group);
        let is_full = self.portion.hits.len() >= self.most;
        let led = if !is_same || is_full { self.show(!is_same) } else { None };
        self.portion.rule = held.rule;
        self.portion.hits.push(held.hit);
        led
    }

    /// Shows the portion at hand.
    fn show(&mut self, is_last: bool) -> Option<Led> {
        let portion = std::mem::take(&mut self.portion);
        (!portion.hits.is_empty()).then(|| (self.see)(Portion { is_last, ..portion }))
    }
}

impl Vault for Spill {
    type Error = anyhow::Error;

    fn defers(&self, kind: &Kind, is_live: bool) -> bool {
        match kind {
            Kind::Plain => false,
            kind => kind.is_closed() || !is_live,
        }
    }

    fn hold(&mut self, depth: usize, rule: usize, hits: Vec<Hit>) -> anyhow::Result<()> {
        self.hits.extend(hits.into_iter().map(|hit| Held { depth, rule, hit }));
        self.relieve()
    }

    fn held(&mut self, depth: usize, see: &mut dyn FnMut(Portion) -> Led) -> anyhow::Result<()> {
        let mut parts = Parts { most: self.room.hits.max(1), portion: Portion::default(), see };
        if self.file.is_some() {
            self.write()?.held(depth, &mut |held| {
                let Led { hits, events } = parts.next(held).unwrap_or_default();
                anyhow::Ok((hits, events))
            })?;
        } else {
            for held in self.of_depth(depth) {
                self.take(parts.next(held).unwrap_or_default());
                self.relieve()?;
            }
        }
        self.take(parts.show(true).unwrap_or_default());
        self.relieve()
    }

    fn places(&self) -> usize {
        self.room.places
    }

    fn keep(&mut self, rule: usize, outcome: &Outcome) {
        self.windows.keep(rule, outcome);
    }

    fn put(&mut self, event: SiemEvent) -> anyhow::Result<()> {
        self.events.push(event);
        self.relieve()
    }

    fn settle(&mut self, size: usize) -> anyhow::Result<bool> {
        let is_much = size > self.room.places;
        if is_much || self.windows.rows() > self.room.hits {
            self.windows.write()?;
        }
        Ok(is_much)
    }

    fn load(
        &mut self,
        rule: usize,
        group: &Group,
        from: Timestamp,
    ) -> anyhow::Result<(Vec<Hit>, Vec<SiemEvent>)> {
        self.windows.load(rule, group, from)
    }

    fn found<E: From<anyhow::Error>>(
        &mut self,
        see: &mut dyn FnMut(SiemEvent) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.file.is_some() {
            let mut failure = None;
            let spool = self.write()?;
            let shown = spool.siem_events(&mut |event| {
                see(event).map_err(|error| {
                    failure = Some(error);
                    anyhow::anyhow!("stopped")
                })
            });
            return match failure {
                Some(error) => Err(error),
                None => Ok(shown?),
            };
        }
        self.events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        std::mem::take(&mut self.events).into_iter().try_for_each(see)
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
          }},
          {"name": "sum", "severity": 2, "group_by": ["user.name"], "message": "sum",
           "correlation": {"type": "value_sum", "time_int": "40s", "condition": {"gt": 3},
           "parts": [{"name": "a", "where": "process.name = sshd", "group_by": ["user.name"],
             "values": ["log.offset"]}]}},
          {"name": "quiet", "kind": "dead", "severity": 2, "event_limit": 1, "time_int": "4s",
           "where": "process.name = sudo", "group_by": ["user.name"], "message": "quiet"},
          {"name": "absent", "kind": "dead", "severity": 2, "event_limit": 1, "time_int": "4s",
           "where": "process.name = sudo", "group_by": ["user.name"], "message": "absent",
           "population": [["eve"], ["nobody"]]}]}"#;
        rules.extend(read(ordered, "rules.json").expect("rules"));
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
        found.sort_by(|a, b| {
            (&a.rule_name, a.time, &a.id, a.revision).cmp(&(
                &b.rule_name,
                b.time,
                &b.id,
                b.revision,
            ))
        });
        found
    }

    #[test]
    fn what_is_put_aside_changes_nothing() {
        let mut events: Vec<Event<'static>> = feed::events(3, 120).into_iter().flatten().collect();
        for (seq, event) in (1..).zip(&mut events) {
            event.id = EventId { batch: 0, seq };
            event.message = format!("event {}", seq % 7).into();
            event.log_offset = i64::from(seq % 3);
        }
        for is_live in [false, true] {
            let kept = run(detect::Memory::default(), is_live, &events);
            for name in ["many", "burst", "again", "order", "sum", "quiet", "absent"] {
                assert!(kept.iter().any(|it| it.rule_name == name), "{name}");
            }
            let few = Room { places: 3, hits: 2, events: 1 };
            let none = Room { places: 0, hits: 0, events: 0 };
            for room in [ROOM, few, none] {
                assert_eq!(run(Spill::new(room), is_live, &events), kept);
            }
        }
    }
}
