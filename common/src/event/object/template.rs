//! What stands between the values of objects that were read before: keys, colons, brackets, commas.
//!
//! ```text
//!  {"a":  7  ,"b":{"c":  "x"  }}
//!  ─────     ──────────       ──        one step each; the last one has the shape
//! ```
//!
//! A program writes these texts again and again, byte for byte. They are kept as a tree: each step
//! knows those that came after its value. An object whose texts are all known is read by comparing
//! them and reading the values alone; what is equal, byte for byte and from the beginning, means
//! what it meant. Any other object is read in the general way ([`super::read`]), which costs it
//! what was compared in vain: where that happens often, it is tried seldom.
//!
//! Nulls, empty objects and empty lists have no leaf and are part of the texts. A list is read in
//! the general way unless scalars are expected, and its leaves decide which step it was.
//!
//! What it does *not* know: names, and what values mean.

use super::found::{Found, Mark};
use super::name::{Names, Spot};
use super::padded::Padded;
use super::piece::Piece;
use super::read::Reader;
use super::shape::Shape;
use std::sync::Arc;

/// How many steps are kept for each thread, and how long their texts are together.
const STEPS: usize = 4_096;
const BYTES: usize = 256 << 10;
/// How many steps may follow one.
const CHOICES: usize = 16;
/// How many more objects of known texts than of others are counted, and of others than of known.
const MOST: i32 = 32;
const LEAST: i32 = -8;
/// How many objects are read in the general way before a try, where most are not known.
const REST: u32 = 8;

/// The steps that are known; the first one is before all others.
#[derive(Debug)]
pub(super) struct Templates {
    steps: Vec<Step>,
    bytes: usize,
    /// How many more objects were known lately than were not.
    known: i32,
    turn: u32,
}

/// A text, and what comes after it.
#[derive(Debug, Default)]
struct Step {
    piece: Piece,
    then: Then,
    /// The steps that may follow, and the one of them that followed last; 0 where none did.
    next: Vec<u32>,
    likely: u32,
}

#[derive(Debug, Default)]
enum Then {
    /// A number or a truth value.
    #[default]
    Scalar,
    /// A text, whose opening quote is the last byte of the text between.
    Text,
    /// A list of a member, and the spots of its leaves.
    List(Spot, Box<[Spot]>),
    /// Nothing.
    End(Arc<Shape>),
}

impl Default for Templates {
    fn default() -> Templates {
        Templates { steps: vec![Step::default()], bytes: 0, known: MOST, turn: 0 }
    }
}

impl Templates {
    /// Reads a text whose texts between values are known; the shape it has.
    pub(super) fn read(
        &mut self,
        text: Padded<'_>,
        names: &mut Names,
        found: &mut Found,
    ) -> Option<Arc<Shape>> {
        self.turn = self.turn.wrapping_add(1);
        if !self.is_tried() || self.steps.len() == 1 {
            return None;
        }
        let mut reader = Reader::new(text, names, found);
        let shape = self.walk(&mut reader);
        let change = if shape.is_some() { 1 } else { -1 };
        self.known = (self.known + change).clamp(LEAST, MOST);
        shape
    }

    /// Goes from step to step through a whole text.
    fn walk(&mut self, reader: &mut Reader<'_>) -> Option<Arc<Shape>> {
        let (mut step, mut at) = (0, 0);
        loop {
            let likely = self.steps[step].likely;
            let next = &self.steps[likely as usize];
            if let Some(from) = next.piece.end(reader.bytes, at) {
                let end = match &next.then {
                    Then::Text => reader.likely_text(from),
                    Then::Scalar => reader.likely_number(from),
                    Then::List(spot, spots) => likely_list(from, *spot, spots, reader),
                    Then::End(shape) if reader.is_end(from) => return Some(Arc::clone(shape)),
                    Then::End(_) => None,
                };
                if let Some(end) = end {
                    (step, at) = (likely as usize, end);
                    continue;
                }
            }
            let (next, end) = self.choose(step, at, reader)?;
            if let Then::End(shape) = &self.steps[next as usize].then {
                return Some(Arc::clone(shape));
            }
            self.steps[step].likely = next;
            match end {
                Some(end) => (step, at) = (next as usize, end),
                // What is no scalar after all was looked at already.
                None if next == likely => return None,
                None => {}
            }
        }
    }

    /// The step that follows here; where its value ends if that is a list, which is read.
    fn choose(
        &self,
        step: usize,
        at: usize,
        reader: &mut Reader<'_>,
    ) -> Option<(u32, Option<usize>)> {
        let all = &self.steps[step].next;
        for &next in all {
            let step = &self.steps[next as usize];
            let Some(from) = step.piece.end(reader.bytes, at) else { continue };
            let byte = reader.bytes.get(from).copied().unwrap_or(0);
            match &step.then {
                Then::Text => return Some((next, None)),
                Then::Scalar if !matches!(byte, b'[' | b'{' | b'n') => {
                    return Some((next, None));
                }
                Then::List(spot, _) if byte == b'[' => {
                    let first = reader.found.leaves.len();
                    let end = list(from, *spot, reader)?;
                    let spots = &reader.found.spots[first..];
                    let nth = self.place(all, &step.piece, |then| then.is_list(*spot, spots))?;
                    return Some((all[nth], Some(end)));
                }
                Then::End(_) if reader.is_end(from) => return Some((next, None)),
                Then::Scalar | Then::List(..) | Then::End(_) => {}
            }
        }
        None
    }

    /// Where a step stands among others.
    fn place(&self, all: &[u32], piece: &Piece, is_it: impl Fn(&Then) -> bool) -> Option<usize> {
        let mut steps = all.iter().map(|&next| &self.steps[next as usize]);
        steps.position(|next| next.piece == *piece && is_it(&next.then))
    }

    /// Whether this object is one for which the texts are looked at.
    fn is_tried(&self) -> bool {
        self.known > 0 || self.turn.is_multiple_of(REST)
    }

    /// Keeps the texts of an object that was just read in the general way.
    pub(super) fn learn(&mut self, text: &str, found: &Found, shape: &Arc<Shape>) {
        if !self.is_tried() {
            return;
        }
        let bytes = text.as_bytes();
        let (mut step, mut at, mut leaves) = (0, 0, 0);
        for mark in &found.marks {
            if mark.leaves == leaves {
                continue;
            }
            let then = then(mark, &bytes[mark.from..], &found.spots[leaves..mark.leaves]);
            let until = mark.from + usize::from(matches!(then, Then::Text));
            let Some(next) = self.add(step, &bytes[at..until], then) else { return };
            (step, at, leaves) = (next, mark.to, mark.leaves);
        }
        self.add(step, &bytes[at..], Then::End(Arc::clone(shape)));
    }

    /// The step with a text after another one; a new one where it is not known.
    fn add(&mut self, step: usize, text: &[u8], then: Then) -> Option<usize> {
        let all = &self.steps[step].next;
        let piece = Piece::new(text);
        if let Some(nth) = self.place(all, &piece, |have| have.is_like(&then)) {
            return Some(all[nth] as usize);
        }
        if self.steps.len() >= STEPS || self.bytes + text.len() > BYTES {
            *self = Templates::default();
            return None;
        }
        let number = self.steps.len();
        let next = u32::try_from(number).ok()?;
        self.bytes += text.len();
        self.steps.push(Step { piece, then, ..Step::default() });
        let before = &mut self.steps[step];
        if before.next.len() >= CHOICES {
            before.next.remove(0);
        }
        before.next.push(next);
        before.likely = next;
        Some(number)
    }
}

/// What a member is.
fn then(mark: &Mark, bytes: &[u8], spots: &[Spot]) -> Then {
    match bytes.first() {
        Some(b'[') => Then::List(mark.spot, spots.into()),
        Some(b'"') => Then::Text,
        _ => Then::Scalar,
    }
}

impl Then {
    /// Whether the same is read after both.
    fn is_like(&self, other: &Then) -> bool {
        match (self, other) {
            (Then::Scalar, Then::Scalar)
            | (Then::Text, Then::Text)
            | (Then::End(_), Then::End(_)) => true,
            (_, Then::List(spot, spots)) => self.is_list(*spot, spots),
            _ => false,
        }
    }

    fn is_list(&self, spot: Spot, spots: &[Spot]) -> bool {
        matches!(self, Then::List(own, have) if *own == spot && **have == *spots)
    }
}

/// Reads the list that is expected here, if it has what such lists had.
fn likely_list(at: usize, spot: Spot, spots: &[Spot], reader: &mut Reader<'_>) -> Option<usize> {
    let is_plain = matches!(spots, [only] if *only == spot);
    if is_plain && reader.bytes.get(at) == Some(&b'[') {
        return reader.scalar_list(at);
    }
    None
}

/// Reads a list; the spots of its leaves are the last ones then.
fn list(at: usize, spot: Spot, reader: &mut Reader<'_>) -> Option<usize> {
    let leaves = reader.found.leaves.len();
    reader.found.spots.resize(leaves, spot);
    reader.names.resume(spot.path());
    reader.member_list(at, spot.path(), spot.depth())
}
