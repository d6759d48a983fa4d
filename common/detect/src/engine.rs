//! The fast engine: which of many rules an event matches, at a cost that follows the rules that
//! could match, not the rules that exist.
//!
//! ```text
//!  rules ─► leaf, tree (distinct predicates) ─► witness (what must be in an event) ─┐
//!                                                                                   ▼
//!  JSON line ─► scan ─┐                                   partition: one a set of labels
//!  Event ─────────────┴► record (fields by number) ─► index (values → candidates) ─► verdict
//! ```
//!
//! * Rules are partitioned by the labels that their logsource covers; a partition is built when the
//!   first event with its labels comes.
//! * Each rule has *witnesses*: predicates of which at least one must hold. The index of a
//!   partition finds the rules whose witness an event may have: whole values, beginnings and ends
//!   by hash, parts by four-byte windows. It may find too many rules, never too few.
//! * A candidate's tree is evaluated on values that are decoded and folded once an event; each
//!   distinct predicate is evaluated once an event.
//!
//! A flat Windows event in JSON, a line of siemagent, and one that siemparse wrote of a source that is
//! no JSON, is matched on its line, without an event being built ([`Engine::line`]); a stored event whose
//! line is flat JSON on that line and its columns ([`Engine::stored`]); everything else as an [`Event`].
//! All agree with [`Filter::matches`](common::filter::Filter::matches), which is what a rule means.
//!
//! What it does *not* know: windows, hits, where events come from.

mod compile;
mod gram;
mod header;
mod index;
mod key;
mod kind;
mod literal;
mod map;
mod mark;
mod name;
mod needle;
mod node;
mod own;
mod partition;
mod rarity;
mod record;
mod scan;
mod search;
mod source;
mod verdict;
mod want;
mod witness;

use common::event::{Event, RawKind};
use common::rule::{Rule, Source};
use header::Header;
use kind::Kinds;
use node::Compiled;
use partition::Partition;
use record::Record;
use std::collections::HashMap;
use verdict::Verdict;

/// Rules, ready to be held against events.
#[derive(Debug)]
pub struct Engine {
    compiled: Compiled,
    partitions: Vec<Partition>,
    /// Partitions by section and labels.
    places: HashMap<String, HashMap<String, usize>>,
    record: Record,
    verdict: Verdict,
    found: Vec<usize>,
    /// The partitions of kinds of lines: they are few, looking labels up is not free.
    kinds: Kinds,
    section: String,
}

/// How far a line is taken, where what each stage costs is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Fields are found, and the rules that are about such events.
    Fields,
    /// The rules that could match are found.
    Candidates,
    /// All.
    Verdicts,
}

impl Engine {
    /// An engine for rules over events, which are known by their place; rules over SIEM events are
    /// left out.
    pub fn new<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Engine {
        let rules = rules.into_iter().enumerate();
        let over_events = rules.filter(|(_, rule)| !matches!(rule.source, Source::SiemEvents(_)));
        let compiled = Compiled::new(over_events);
        let (fields, leaves) = (compiled.names.len(), compiled.leaves.len());
        Engine {
            record: Record::new(fields),
            verdict: Verdict::new(leaves, compiled.rules.len()),
            compiled,
            partitions: Vec::new(),
            places: HashMap::new(),
            found: Vec::new(),
            kinds: Kinds::default(),
            section: common::section::DEFAULT.to_owned(),
        }
    }

    /// Says to which section lines belong that name none.
    pub fn set_section(&mut self, section: &str) {
        section.clone_into(&mut self.section);
        self.kinds.clear();
    }

    /// The places of the rules that an event matches, in order.
    pub fn event(&mut self, event: &Event<'_>) -> &[usize] {
        let place = self.place(&event.section, &event.labels);
        let partition = &self.partitions[place];
        let values = self.record.read_event(event, &self.compiled.names);
        let source =
            source::Source { line: b"", values: &values, event: Some(event), beside: None };
        self.verdict.candidates(partition, &mut self.record, &source);
        self.verdict.run(&self.compiled, partition, &mut self.record, &source, &mut self.found);
        &self.found
    }

    /// As [`Engine::event`], for an event whose line was not read: of JSON that is flat the text
    /// and what stands beside it tell enough; into other events the line is read
    /// ([`Event::load_original`]).
    pub fn stored(&mut self, event: &mut Event<'_>) -> &[usize] {
        let is_json = event.raw_kind == RawKind::Json;
        if !is_json || !self.is_told(event) {
            if is_json {
                event.load_original();
            }
            self.event(event);
        }
        &self.found
    }

    /// Finds the rules that an event matches whose line was not read, if its line tells.
    fn is_told(&mut self, event: &Event<'_>) -> bool {
        let place = self.place(&event.section, &event.labels);
        let partition = &self.partitions[place];
        if !partition.plain.stored {
            return false;
        }
        let Some(values) = self.record.read_stored(event, &self.compiled.names) else {
            return false;
        };
        let (line, beside) = (event.raw.as_ref(), Some(event));
        let source = source::Source { line, values: &values, event: None, beside };
        self.verdict.candidates(partition, &mut self.record, &source);
        self.verdict.run(&self.compiled, partition, &mut self.record, &source, &mut self.found);
        !(self.verdict.keyword_held && self.record.has_twins(line))
    }

    /// The places of the rules that a line matches, in order; `None` where the line is no flat
    /// Windows event in plain JSON, none of siemagent and none that siemparse wrote, or some rule needs more than that: then
    /// it is to be read as an event.
    pub fn line(&mut self, line: &[u8]) -> Option<&[usize]> {
        self.line_until(line, Stage::Verdicts)
    }

    /// As [`Engine::line`], up to a stage: before the last nothing is found.
    pub fn line_until(&mut self, line: &[u8], stage: Stage) -> Option<&[usize]> {
        let line = line.trim_ascii_end();
        let header = self.record.read_line(line, &self.compiled.names)?;
        let place = self.kind(line, &header)?;
        let partition = &self.partitions[place];
        let plain = partition.plain;
        let is_plain = match header.is_own() {
            true => plain.own,
            false if header.is_windows() => plain.windows,
            false => plain.agent,
        };
        if !is_plain {
            return None;
        }
        let source = source::Source { line, values: &[], event: None, beside: None };
        if stage == Stage::Fields {
            return Some(&[]);
        }
        self.verdict.candidates(partition, &mut self.record, &source);
        if stage == Stage::Candidates {
            return Some(&[]);
        }
        self.verdict.run(&self.compiled, partition, &mut self.record, &source, &mut self.found);
        // Of a key that is there twice the last value counts, and the first is no keyword's.
        if self.verdict.keyword_held && self.record.has_twins(line) {
            return None;
        }
        Some(&self.found)
    }

    /// The partition of a line; `None` where it does not tell its labels.
    fn kind(&mut self, line: &[u8], header: &Header) -> Option<usize> {
        let kind = header.kind(line);
        if let Some(place) = self.kinds.find(&kind) {
            return Some(place);
        }
        let labels = header.labels(line)?;
        let section = header.section(line).unwrap_or(&self.section).to_owned();
        let place = self.place(&section, labels);
        self.kinds.keep(&kind, place);
        Some(place)
    }

    fn place(&mut self, section: &str, labels: &str) -> usize {
        if let Some(place) = self.places.get(section).and_then(|of| of.get(labels)) {
            return *place;
        }
        let place = self.partitions.len();
        self.partitions.push(Partition::new(&self.compiled, section, labels));
        let of = self.places.entry(section.to_owned()).or_default();
        of.insert(labels.to_owned(), place);
        place
    }
}
