//! The rules of one set of labels, and the index that finds candidates among them.
//!
//! What it does *not* know: verdicts.

use super::compile::{Compiled, Node, Plain};
use super::gram::{Grams, same};
use super::map::Map;
use super::witness::{How, choose};
use memchr::memchr;

/// Rules by what a field's value must be or have.
#[derive(Debug, Default)]
pub(super) struct FieldIndex {
    present: Vec<u32>,
    /// Those that look for characters beyond ASCII.
    wide: Vec<u32>,
    exact: Map<u64, Vec<u32>>,
    /// The lengths of whole values that are looked for; the last bit stands for all longer ones.
    lengths: [u64; 4],
    numbers: Map<u64, Vec<u32>>,
    /// Single bytes that are looked for.
    bytes: Vec<(u8, Vec<u32>)>,
    starts: Vec<Edge>,
    ends: Vec<Edge>,
    parts: Grams,
}

/// Literals at an edge of the value, by their outermost bytes.
#[derive(Debug, Default)]
struct Edge {
    /// How many bytes, at most eight.
    width: usize,
    found: Map<u64, Vec<Literal>>,
}

/// The rest of a literal, and the rules that have it.
type Literal = (Box<[u8]>, Vec<u32>);

/// The rules that may match events of a section with certain labels.
#[derive(Debug)]
pub(super) struct Partition {
    /// Rules without witnesses: always candidates.
    pub(super) always: Vec<u32>,
    /// The index of each field, by its number; 0 is none.
    places: Vec<u16>,
    fields: Vec<FieldIndex>,
    pub(super) keywords: Grams,
    pub(super) has_keywords: bool,
    /// Whether flat lines tell all that its rules ask for.
    pub(super) plain: Plain,
    /// Which logsources cover the labels.
    pub(super) labels: Vec<bool>,
}

impl Partition {
    pub(super) fn new(compiled: &Compiled, section: &str, labels: &str) -> Partition {
        let holds = compiled.labels.iter().map(|logsource| logsource.covers(labels)).collect();
        let mut partition = Partition {
            places: vec![0; compiled.names.len()],
            plain: Plain::ALL,
            labels: holds,
            always: Vec::new(),
            fields: Vec::new(),
            keywords: Grams::default(),
            has_keywords: false,
        };
        for (number, rule) in compiled.rules.iter().enumerate() {
            if rule.source.covers(section) && may_hold(&rule.tree, &partition.labels) {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                partition.add(compiled, number);
                partition.plain = partition.plain.and(plain(compiled, &rule.tree));
            }
        }
        partition.fields.iter_mut().for_each(FieldIndex::finish);
        partition.keywords.finish();
        partition.has_keywords = !partition.keywords.is_empty();
        partition
    }

    fn add(&mut self, compiled: &Compiled, rule: u32) {
        let tree = &compiled.rules[rule as usize].tree;
        let Some((_, witnesses)) = choose(tree, compiled, &self.labels) else {
            return self.always.push(rule);
        };
        for witness in witnesses {
            if let How::Keyword(text) = &witness.how {
                self.keywords.add(text, rule);
            }
            for field in &witness.fields {
                self.field(*field).add(&witness.how, rule);
            }
        }
    }

    fn field(&mut self, field: u16) -> &mut FieldIndex {
        let place = &mut self.places[usize::from(field)];
        if *place == 0 {
            self.fields.push(FieldIndex::default());
            *place = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        }
        &mut self.fields[usize::from(*place) - 1]
    }

    /// The index of a field, where rules look for something in it.
    pub(super) fn index(&self, field: u16) -> Option<&FieldIndex> {
        let place = self.places[usize::from(field)];
        self.fields.get(usize::from(place).checked_sub(1)?)
    }
}

/// Whether a tree can hold where these logsources do.
fn may_hold(node: &Node, labels: &[bool]) -> bool {
    match node {
        Node::Label(label) => labels[*label as usize],
        Node::And(list) => list.iter().all(|inner| may_hold(inner, labels)),
        Node::Or(list) => list.iter().any(|inner| may_hold(inner, labels)),
        Node::All | Node::Not(_) | Node::Leaf(_) | Node::Any(_) => true,
    }
}

fn plain(compiled: &Compiled, node: &Node) -> Plain {
    match node {
        Node::Leaf(leaf) => compiled.leaves[*leaf as usize].plain,
        Node::And(list) | Node::Or(list) => {
            list.iter().fold(Plain::ALL, |all, inner| all.and(plain(compiled, inner)))
        }
        Node::Not(inner) => plain(compiled, inner),
        Node::Any(any) => {
            let leaves = compiled.anys[*any as usize].leaves.iter();
            leaves.fold(Plain::ALL, |all, leaf| all.and(compiled.leaves[*leaf as usize].plain))
        }
        Node::All | Node::Label(_) => Plain::ALL,
    }
}

impl FieldIndex {
    /// Enters a rule that looks for something.
    pub(super) fn add(&mut self, how: &How, rule: u32) {
        match how {
            How::Exact(text) => {
                let bit = text.len().min(255);
                self.lengths[bit / 64] |= 1 << (bit % 64);
                push(self.exact.entry(hash(text)).or_default(), rule);
            }
            How::Number(number) => push(self.numbers.entry(bits(*number)).or_default(), rule),
            How::Start(text) => edge(&mut self.starts, text, rule, |text, width| &text[..width]),
            How::End(text) => {
                edge(&mut self.ends, text, rule, |text, width| &text[text.len() - width..]);
            }
            How::Part(text) if text.len() >= 2 => self.parts.add(text, rule),
            How::Byte(byte) => {
                let place = self.bytes.iter().position(|(have, _)| have == byte);
                let place = place.unwrap_or_else(|| {
                    self.bytes.push((*byte, Vec::new()));
                    self.bytes.len() - 1
                });
                push(&mut self.bytes[place].1, rule);
            }
            How::Part(_) | How::Present => push(&mut self.present, rule),
            How::Wide => push(&mut self.wide, rule),
            How::Keyword(_) => {}
        }
    }

    /// Emits the rules that a value, as JSON writes it, may be a witness of. `number` is the
    /// number that it is.
    pub(super) fn search(&self, value: &[u8], number: Option<f64>, emit: &mut impl FnMut(u32)) {
        self.present.iter().for_each(|rule| emit(*rule));
        if !self.wide.is_empty() && !value.is_ascii() {
            self.wide.iter().for_each(|rule| emit(*rule));
        }
        let bit = value.len().min(255);
        if self.lengths[bit / 64] & (1 << (bit % 64)) != 0
            && let Some(rules) = self.exact.get(&hash(value))
        {
            rules.iter().for_each(|rule| emit(*rule));
        }
        if let Some(rules) = number.and_then(|number| self.numbers.get(&bits(number))) {
            rules.iter().for_each(|rule| emit(*rule));
        }
        for (_, rules) in self.bytes.iter().filter(|(byte, _)| memchr(*byte, value).is_some()) {
            rules.iter().for_each(|rule| emit(*rule));
        }
        for edge in self.starts.iter().filter(|edge| edge.width <= value.len()) {
            edge.search(&value[..edge.width], emit, |literal| {
                value.get(..literal.len()).is_some_and(|text| same(text, literal))
            });
        }
        for edge in self.ends.iter().filter(|edge| edge.width <= value.len()) {
            edge.search(&value[value.len() - edge.width..], emit, |literal| {
                let start = value.len().checked_sub(literal.len());
                start.is_some_and(|start| same(&value[start..], literal))
            });
        }
        if !self.parts.is_empty() {
            self.parts.search(value, emit);
        }
    }

    /// Makes the index ready to search.
    pub(super) fn finish(&mut self) {
        self.parts.finish();
    }

    /// Whether numbers are looked for.
    pub(super) fn has_numbers(&self) -> bool {
        !self.numbers.is_empty()
    }
}

impl Edge {
    fn search(&self, outermost: &[u8], emit: &mut impl FnMut(u32), fits: impl Fn(&[u8]) -> bool) {
        for (literal, rules) in self.found.get(&word(outermost)).into_iter().flatten() {
            if fits(literal) {
                rules.iter().for_each(|rule| emit(*rule));
            }
        }
    }
}

fn edge(edges: &mut Vec<Edge>, text: &[u8], rule: u32, cut: impl Fn(&[u8], usize) -> &[u8]) {
    let width = text.len().min(8);
    let place = edges.iter().position(|edge| edge.width == width).unwrap_or_else(|| {
        edges.push(Edge { width, found: Map::default() });
        edges.len() - 1
    });
    let entries = edges[place].found.entry(word(cut(text, width))).or_default();
    match entries.iter_mut().find(|(have, _)| **have == *text) {
        Some((_, rules)) => push(rules, rule),
        None => entries.push((text.into(), vec![rule])),
    }
}

fn push(rules: &mut Vec<u32>, rule: u32) {
    if rules.last() != Some(&rule) {
        rules.push(rule);
    }
}

/// At most eight bytes with their 0x20 bits set.
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0u8; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word) | 0x2020_2020_2020_2020
}

/// A hash of a text but for its 0x20 bits.
fn hash(text: &[u8]) -> u64 {
    let mut hash = text.len() as u64;
    for chunk in text.chunks(8) {
        hash = (hash ^ word(chunk)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
    }
    hash
}

/// A number's bits; zero has one form.
fn bits(number: f64) -> u64 {
    if number == 0.0 { 0 } else { number.to_bits() }
}
