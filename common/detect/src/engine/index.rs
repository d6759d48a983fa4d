//! The index of one field: what values are looked for, and who looks for them.
//!
//! What it does *not* know: who that is, labels, events.

use super::gram::{Grams, same};
use super::map::Map;
use super::name::short;
use super::want::How;
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
    /// A bit for each word that is found, among many: most values have none, which is told without
    /// a look into the map.
    bits: [u64; 16],
    found: Map<u64, Vec<Literal>>,
}

/// The rest of a literal, and the rules that have it.
type Literal = (Box<[u8]>, Vec<u32>);

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
        let word = word(outermost);
        let (place, bit) = bit(word);
        if self.bits[place] & bit == 0 {
            return;
        }
        for (literal, rules) in self.found.get(&word).into_iter().flatten() {
            if fits(literal) {
                rules.iter().for_each(|rule| emit(*rule));
            }
        }
    }
}

fn edge(edges: &mut Vec<Edge>, text: &[u8], rule: u32, cut: impl Fn(&[u8], usize) -> &[u8]) {
    let width = text.len().min(8);
    let place = edges.iter().position(|edge| edge.width == width).unwrap_or_else(|| {
        edges.push(Edge { width, ..Edge::default() });
        edges.len() - 1
    });
    let outermost = word(cut(text, width));
    let (part, bit) = bit(outermost);
    edges[place].bits[part] |= bit;
    let entries = edges[place].found.entry(outermost).or_default();
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
    let word = bytes.first_chunk::<8>().map_or_else(|| short(bytes), |it| u64::from_le_bytes(*it));
    word | 0x2020_2020_2020_2020
}

/// The place of a word among the bits of an edge, and its bit there.
#[allow(clippy::cast_possible_truncation, reason = "ten bits")]
fn bit(word: u64) -> (usize, u64) {
    let hash = word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
    ((hash >> 6) as usize, 1 << (hash & 63))
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
