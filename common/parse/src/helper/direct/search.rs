//! The direct matcher at work: ops and a text in, captures out.
//!
//! What it does *not* know: patterns; ops are made of them in [`super`].

use super::op::{Choice, Op, Outcome, Run, Slots};
use regex_automata::util::primitives::NonMaxUsize;
use std::cell::Cell;

/// How many ways back are kept.
pub(super) const FRAMES: usize = 256;

thread_local! {
    /// The memory in which the last search kept its ways back, for the next one.
    static MEMORY: Cell<Vec<Frame>> = const { Cell::new(Vec::new()) };
}

/// A way back.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// Go on there.
    Again { op: usize, at: usize },
    /// A greedy run may end earlier, but not before `least`.
    Shorter { op: usize, at: usize, least: usize },
    /// A lazy run may end later, but not after `most`.
    Longer { op: usize, at: usize, most: usize },
    /// A capture's place before the way was taken.
    Restore { slot: usize, at: Option<NonMaxUsize> },
}

/// One search: where it is, its ways back, and the work it may still do.
pub(super) struct Search<'s> {
    ops: &'s [Op],
    text: &'s [u8],
    whole: usize,
    end: usize,
    frames: Vec<Frame>,
    budget: usize,
}

impl<'s> Search<'s> {
    pub(super) fn new(ops: &'s [Op], text: &'s str, end: usize) -> Search<'s> {
        Search {
            ops,
            text: &text.as_bytes()[..end],
            whole: text.len(),
            end,
            frames: MEMORY.take(),
            budget: 16 * end + 1024,
        }
    }

    pub(super) fn find(mut self, slots: &mut Slots) -> Outcome {
        let outcome = self.walk(slots).err().unwrap_or(Outcome::Match);
        self.frames.clear();
        MEMORY.set(self.frames);
        outcome
    }

    /// Goes from op to op, until all of the pattern has matched.
    fn walk(&mut self, slots: &mut Slots) -> Result<(), Outcome> {
        let (mut op, mut at) = (0, 0);
        loop {
            match &self.ops[op] {
                Op::Match => return Ok(()),
                Op::Save(slot) => {
                    self.save(*slot, at, slots)?;
                    op += 1;
                }
                Op::Literal(literal) if self.text[at..].starts_with(literal) => {
                    (op, at) = (op + 1, at + literal.len());
                }
                Op::Run(run) => match self.run(op, run, at)? {
                    Some(end) => (op, at) = (op + 1, end),
                    None => (op, at) = self.back(slots)?,
                },
                Op::Split { first, second, bytes } => {
                    op = self.split(*first, *second, bytes, at)?;
                }
                Op::Jump(to) => op = *to,
                Op::Start if at == 0 => op += 1,
                Op::End if at == self.whole => op += 1,
                Op::Start | Op::End | Op::Literal(_) => (op, at) = self.back(slots)?,
            }
        }
    }

    fn save(&mut self, slot: usize, at: usize, slots: &mut Slots) -> Result<(), Outcome> {
        if !self.frames.is_empty() {
            self.push(Frame::Restore { slot, at: slots[slot] })?;
        }
        slots[slot] = NonMaxUsize::new(at);
        Ok(())
    }

    /// The op that the next byte decides for; where it decides nothing, the other one is a way back.
    fn split(
        &mut self,
        first: usize,
        second: usize,
        bytes: &Choice,
        at: usize,
    ) -> Result<usize, Outcome> {
        match self.text.get(at) {
            Some(&next) if !bytes.first.has(next) => return Ok(second),
            Some(&next) if !bytes.second.has(next) => {}
            _ => self.push(Frame::Again { op: second, at })?,
        }
        Ok(first)
    }

    /// Where a run ends, if it is long enough.
    fn run(&mut self, op: usize, run: &Run, at: usize) -> Result<Option<usize>, Outcome> {
        let most = at.saturating_add(run.max).min(self.end);
        let inside = &self.text[at..most];
        let length = match run.stop {
            Some(stop) => until(inside, stop),
            None => inside.iter().position(|&byte| !run.set.has(byte)).unwrap_or(inside.len()),
        };
        self.spend(length)?;
        let within = |place: usize| self.text.get(place).is_some_and(|byte| byte & 0xc0 == 0x80);
        let mut least = at + run.min;
        while run.set.is_wide() && within(least) {
            least += 1;
        }
        let most = at + length;
        if most < least {
            return Ok(None);
        }
        if run.possessive || most == least {
            Ok(Some(most))
        } else if run.greedy {
            self.push(Frame::Shorter { op: op + 1, at: most, least })?;
            Ok(Some(most))
        } else {
            self.push(Frame::Longer { op: op + 1, at: least, most })?;
            Ok(Some(least))
        }
    }

    /// Takes the latest way back: the op and place to go on at.
    fn back(&mut self, slots: &mut Slots) -> Result<(usize, usize), Outcome> {
        loop {
            match self.frames.pop().ok_or(Outcome::NoMatch)? {
                Frame::Again { op, at } => {
                    self.spend(1)?;
                    return Ok((op, at));
                }
                Frame::Restore { slot, at } => slots[slot] = at,
                Frame::Shorter { op, at, least } => {
                    let found = match self.literal(op) {
                        Some(literal) => self.last(literal, least, at),
                        None => (least..at).rev().find(|&at| self.is_between(at)),
                    };
                    self.spend(at - found.unwrap_or(least))?;
                    if let Some(at) = found {
                        if at > least {
                            self.push(Frame::Shorter { op, at, least })?;
                        }
                        return Ok((op, at));
                    }
                }
                Frame::Longer { op, at, most } => {
                    let found = match self.literal(op) {
                        Some(literal) => self.first(literal, at + 1, most),
                        None => (at + 1..=most).find(|&at| self.is_between(at)),
                    };
                    self.spend(found.unwrap_or(most) - at)?;
                    if let Some(at) = found {
                        if at < most {
                            self.push(Frame::Longer { op, at, most })?;
                        }
                        return Ok((op, at));
                    }
                }
            }
        }
    }

    /// The literal that must follow at an op.
    fn literal(&self, op: usize) -> Option<&'s [u8]> {
        match self.ops[op..].iter().find(|next| !matches!(next, Op::Save(_)))? {
            Op::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// The first of some places where a literal stands.
    fn first(&self, literal: &[u8], from: usize, to: usize) -> Option<usize> {
        let inside = self.text.get(from..self.text.len().min(to + 1))?;
        let mut places = memchr::memchr_iter(literal[0], inside).map(|at| from + at);
        places.find(|&at| self.text[at..].starts_with(literal))
    }

    /// The last of some places, the last one left out, where a literal stands.
    fn last(&self, literal: &[u8], from: usize, to: usize) -> Option<usize> {
        let inside = self.text.get(from..to)?;
        let mut places = memchr::memrchr_iter(literal[0], inside).map(|at| from + at);
        places.find(|&at| self.text[at..].starts_with(literal))
    }

    /// Whether a place is between two characters.
    fn is_between(&self, at: usize) -> bool {
        self.text.get(at).is_none_or(|byte| byte & 0xc0 != 0x80)
    }

    fn push(&mut self, frame: Frame) -> Result<(), Outcome> {
        if self.frames.len() == FRAMES {
            return Err(Outcome::GaveUp);
        }
        self.frames.push(frame);
        Ok(())
    }

    fn spend(&mut self, work: usize) -> Result<(), Outcome> {
        self.budget = self.budget.checked_sub(work).ok_or(Outcome::GaveUp)?;
        Ok(())
    }
}

/// How many bytes stand before one. Runs are short: eight bytes at once without a call.
fn until(text: &[u8], stop: u8) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let stops = u64::from_ne_bytes([stop; 8]);
    let (chunks, rest) = text.as_chunks();
    for (nth, chunk) in chunks.iter().enumerate() {
        let other = u64::from_le_bytes(*chunk) ^ stops;
        // The lowest high bit is that of the first byte that is nought.
        let found = other.wrapping_sub(ONES) & !other & ONES << 7;
        if found != 0 {
            return nth * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let last = rest.iter().position(|&byte| byte == stop).unwrap_or(rest.len());
    text.len() - rest.len() + last
}
