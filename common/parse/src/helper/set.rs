//! A set of helpers, and which of them an event meets.
//!
//! What it does *not* know: what a pattern does ([`super::pattern`]), how few of many are looked at
//! ([`super::group`]).

use super::group::{self, Group};
use super::hit::Hits;
use super::pattern::{Entry, PrepareError};
use common::event::Event;
use common::helper::Helper;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// How many bytes of a body helpers look at.
pub const CAP: usize = 16 * 1024;

/// A set of helpers, ready to be applied by any number of threads.
#[derive(Debug)]
pub struct Helpers {
    pub(super) entries: Vec<Entry>,
    pub(super) groups: Vec<Group>,
    by_process: HashMap<String, usize, BuildHasherDefault<Mix>>,
    /// The group of events that a format read to the end.
    pub(super) read: usize,
}

/// Hashes the names of programs. Only helpers' own names are kept, so that no log can fill the table
/// with names that collide.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        for chunk in chunks.iter().chain([&last]) {
            let word = self.0.rotate_left(5) ^ u64::from_le_bytes(*chunk);
            self.0 = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn write_u8(&mut self, end: u8) {
        self.0 ^= u64::from(end);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

impl Default for Helpers {
    /// No helpers.
    fn default() -> Helpers {
        Helpers::build(Vec::new())
    }
}

impl Helpers {
    /// Takes the enabled ones of `helpers`; their order decides between equals.
    ///
    /// # Errors
    /// A pattern's `%{…}` notation is wrong.
    pub fn new(helpers: impl IntoIterator<Item = Helper>) -> Result<Helpers, PrepareError> {
        let enabled = helpers.into_iter().filter(|helper| helper.enabled);
        Ok(Helpers::build(enabled.map(Entry::new).collect::<Result<_, _>>()?))
    }

    /// Group 0 has the helpers that look at any program; each program that a guard names has a
    /// group of its own, with those besides. The last group is that of events that a format read to
    /// the end: helpers without a guard, and those that name datasets.
    fn build(entries: Vec<Entry>) -> Helpers {
        let mut by_process = HashMap::default();
        let mut members: Vec<Vec<usize>> = vec![Vec::new()];
        for entry in &entries {
            for name in entry.exact_processes() {
                by_process.entry(name.to_owned()).or_insert_with(|| {
                    members.push(Vec::new());
                    members.len() - 1
                });
            }
        }
        for (nth, entry) in entries.iter().enumerate() {
            if entry.is_general() {
                members.iter_mut().for_each(|group| group.push(nth));
                continue;
            }
            for name in entry.exact_processes() {
                let group = &mut members[by_process[name]];
                if group.last() != Some(&nth) {
                    group.push(nth);
                }
            }
        }
        let is_asked =
            |entry: &Entry| !entry.guard.dataset.is_empty() || entry.guard.process.is_empty();
        let asked = entries.iter().enumerate().filter(|(_, entry)| is_asked(entry));
        members.push(asked.map(|(nth, _)| nth).collect());
        let read = members.len() - 1;
        let groups = members.into_iter().map(Group::new).collect();
        Helpers { entries, groups, by_process, read }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds the fields that helpers find in the event's message. The event's section, program and
    /// dataset must be set. Returns whether a helper took it.
    pub fn apply(&self, event: &mut Event<'_>) -> bool {
        self.apply_behind(0, event)
    }

    /// As [`Helpers::apply`], for the part of the message that begins at a byte.
    pub(crate) fn apply_behind(&self, start: usize, event: &mut Event<'_>) -> bool {
        let group = self.group(event.process_name.as_deref().unwrap_or_default());
        self.apply_group(group, start, event)
    }

    /// As [`Helpers::apply`], for an event that a format read to the end.
    pub(crate) fn apply_read(&self, event: &mut Event<'_>) -> bool {
        self.apply_group(&self.groups[self.read], 0, event)
    }

    fn apply_group(&self, group: &Group, start: usize, event: &mut Event<'_>) -> bool {
        match event.message {
            Cow::Borrowed(message) => {
                self.fill(group, &message[start..], &|text| Cow::Borrowed(text), event)
            }
            Cow::Owned(_) => {
                let message = std::mem::take(&mut event.message);
                let keep = &|text: &str| Cow::Owned(text.to_owned());
                let taken = self.fill(group, &message[start..], keep, event);
                event.message = message;
                taken
            }
        }
    }

    /// As [`Helpers::apply`], for a body that is not the whole message.
    pub fn apply_to<'a>(&self, body: &'a str, event: &mut Event<'a>) -> bool {
        let group = self.group(event.process_name.as_deref().unwrap_or_default());
        self.fill(group, body, &|text| Cow::Borrowed(text), event)
    }

    fn fill<'t, 'a>(
        &self,
        group: &Group,
        body: &'t str,
        keep: &dyn Fn(&'t str) -> Cow<'a, str>,
        event: &mut Event<'a>,
    ) -> bool {
        if group.is_empty() {
            return false;
        }
        let ranking = group.ranking(&self.entries);
        let end = body.floor_char_boundary(CAP);
        let hits = ranking.hits(&self.entries, &body[..end]);
        let taken = self.first(ranking, &hits, body, end, keep, event);
        if let Some(name) = taken {
            event.helper = Some(Cow::Borrowed(name));
        }
        if !ranking.has_collectors() {
            return taken.is_some();
        }
        let collected = self.collect(ranking, &hits, (body, end), keep, event);
        if taken.is_none()
            && let Some(name) = collected
        {
            event.helper = Some(Cow::Borrowed(name));
        }
        taken.or(collected).is_some()
    }

    /// The first candidate that matches fills the event; its name.
    fn first<'t, 'a>(
        &self,
        ranking: &group::Ranking,
        hits: &Hits,
        body: &'t str,
        end: usize,
        keep: &dyn Fn(&'t str) -> Cow<'a, str>,
        event: &mut Event<'a>,
    ) -> Option<&'static str> {
        for (nth, place) in ranking.candidates(hits, &body[..end]) {
            let entry = &self.entries[nth];
            if entry.allows(event) && entry.patterns[place].fill(entry, body, end, keep, event) {
                return Some(entry.name);
            }
        }
        None
    }

    /// Every collector that finds something appends it; the first one's name.
    fn collect<'t, 'a>(
        &self,
        ranking: &group::Ranking,
        hits: &Hits,
        (body, end): (&'t str, usize),
        keep: &dyn Fn(&'t str) -> Cow<'a, str>,
        event: &mut Event<'a>,
    ) -> Option<&'static str> {
        let mut first = None;
        for (nth, place) in ranking.collectors(hits, &body[..end]) {
            let entry = &self.entries[nth];
            if entry.allows(event) && entry.patterns[place].collect(entry, body, end, keep, event) {
                first = first.or(Some(entry.name));
            }
        }
        first
    }

    /// The helpers that a program's events meet: those for its name, or for that in small letters, as
    /// people name what they run. Where the name is a container's, those of what runs in it, or those
    /// of lines that name no program.
    pub(super) fn group(&self, process: &str) -> &Group {
        let of = |process: &str| self.by_process.get(process).copied();
        let small = || {
            let has_large = process.bytes().any(|byte| byte.is_ascii_uppercase());
            of(&has_large.then(|| process.to_ascii_lowercase())?)
        };
        let group = of(process).or_else(|| of(contained(process)?)).or_else(small);
        &self.groups[group.unwrap_or(0)]
    }
}

/// What runs in a container that stands for a program: `docker/NAME` and `NAME/ID` name it, and the
/// container's number alone, which Docker takes by default, or the monitor of Podman's does not.
fn contained(process: &str) -> Option<&str> {
    let is_id = |text: &str| {
        matches!(text.len(), 12 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    match process.split_once('/') {
        Some(("docker", name)) => Some(if is_id(name) { "" } else { name }),
        Some((name, id)) => is_id(id).then_some(name),
        None => (is_id(process) || process == "conmon").then_some(""),
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod shipped_tests;
