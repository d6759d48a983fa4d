//! A firing instant of a SIEM event, as the event that a rule over SIEM events looks at.
//!
//! It carries what never changes once the SIEM event exists: what is known of its rule, and its
//! group. What it does *not* know: when it is shown.

use common::clock::Timestamp;
use common::event::Event;
use common::hit::{Group, Match};
use common::rule::{Kind, Rule, Source, identity};
use common::siem_event::{Slot, add_group, digest, key};

/// The event, and the match that stands for it: the id of the SIEM event.
#[must_use]
pub fn chained(
    rule: &Rule,
    group: &Group,
    time: Timestamp,
    matched: &Match,
) -> (Event<'static>, Match) {
    chained_as(rule, (&rule.id(), &rule.version()), group, time, matched)
}

fn chained_as(
    rule: &Rule,
    (id, version): (&str, &str),
    group: &Group,
    time: Timestamp,
    matched: &Match,
) -> (Event<'static>, Match) {
    let mut event = identity(rule);
    event.time = time;
    add_group(&mut event, &rule.group_by, group);
    let slot = match rule.kind.window().0 {
        0 => single(matched, time),
        window => Slot::Bucket(crate::shape::bucket(time, window)),
    };
    let id = match (matched, rule.kind.name()) {
        // The instant of a dead rule is the end of its bucket: the SIEM event itself is given.
        (Match::SiemEvent(id), "dead") => id.clone(),
        _ => digest(&key(id, version, group, &slot)),
    };
    (event, Match::SiemEvent(id))
}

/// Which rules see the SIEM events of which: found out when it is first asked.
#[derive(Debug)]
pub(crate) struct Viewers {
    /// The rules that see any.
    seers: Vec<usize>,
    known: Vec<Option<Seen>>,
}

/// A rule, as others see it.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Those that see it.
    pub(crate) places: Vec<usize>,
    id: String,
    version: String,
}

impl Viewers {
    pub(crate) fn new(rules: &[Rule]) -> Viewers {
        let sees = |rule: &Rule| match &rule.kind {
            Kind::Correlation(it) => it.parts.iter().any(|part| part.sees.is_some()),
            _ => matches!(rule.source, Source::SiemEvents(_)),
        };
        let seers = (0..rules.len()).filter(|place| sees(&rules[*place])).collect();
        Viewers { seers, known: rules.iter().map(|_| None).collect() }
    }

    pub(crate) fn of(&mut self, rules: &[Rule], place: usize) -> &Seen {
        let seers = &self.seers;
        self.known[place].get_or_insert_with(|| {
            let (seen, sees) = (&rules[place], |it: &usize| rules[*it].may_see(&rules[place]));
            let places: Vec<usize> = seers.iter().copied().filter(sees).collect();
            // Of rules that nobody sees the version is not asked: it is a hash of all.
            let version = if places.is_empty() { String::new() } else { seen.version() };
            Seen { places, id: seen.id(), version }
        })
    }
}

impl Seen {
    /// As [`chained`], of the rule that this is about.
    pub(crate) fn chained(
        &self,
        rule: &Rule,
        group: &Group,
        time: Timestamp,
        matched: &Match,
    ) -> (Event<'static>, Match) {
        chained_as(rule, (&self.id, &self.version), group, time, matched)
    }
}

/// The slot of a plain rule's SIEM event. A SIEM event is seen at each of its firing instants.
pub(crate) fn single(matched: &Match, time: Timestamp) -> Slot {
    Slot::Event(match matched {
        Match::Event(id) => id.to_string(),
        Match::SiemEvent(id) => format!("{id}@{time}"),
    })
}
