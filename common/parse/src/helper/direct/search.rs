//! The direct matcher at work: ops and a text in, captures out.
//!
//! What it does *not* know: patterns; ops are made of them in [`super`].

use super::op::{Choice, Op, Outcome, Run, Slots};
use regex_automata::util::primitives::NonMaxUsize;

/// How many ways back are kept, and how many of them without an allocation.
pub(super) const FRAMES: usize = 256;
const FEW: usize = 16;

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
    few: [Frame; FEW],
    more: Vec<Frame>,
    depth: usize,
    budget: usize,
}

impl<'s> Search<'s> {
    pub(super) fn new(ops: &'s [Op], text: &'s str, end: usize) -> Search<'s> {
        Search {
            ops,
            text: &text.as_bytes()[..end],
            whole: text.len(),
            end,
            few: [Frame::Again { op: 0, at: 0 }; FEW],
            more: Vec::new(),
            depth: 0,
            budget: 16 * end + 1024,
        }
    }

    pub(super) fn find(&mut self, slots: &mut Slots) -> Outcome {
        self.walk(slots).err().unwrap_or(Outcome::Match)
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
        if self.depth > 0 {
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
        let length = inside.iter().position(|&byte| !run.set.has(byte)).unwrap_or(inside.len());
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
            match self.pop().ok_or(Outcome::NoMatch)? {
                Frame::Again { op, at } => {
                    self.spend(1)?;
                    return Ok((op, at));
                }
                Frame::Restore { slot, at } => slots[slot] = at,
                Frame::Shorter { op, at, least } => {
                    let at = self.candidate(op, (least..at).rev())?;
                    if let Some(at) = at {
                        if at > least {
                            self.push(Frame::Shorter { op, at, least })?;
                        }
                        return Ok((op, at));
                    }
                }
                Frame::Longer { op, at, most } => {
                    let at = self.candidate(op, at + 1..=most)?;
                    if let Some(at) = at {
                        if at < most {
                            self.push(Frame::Longer { op, at, most })?;
                        }
                        return Ok((op, at));
                    }
                }
            }
        }
    }

    /// The first of the places, each between two characters, where a literal that must follow
    /// begins.
    fn candidate(
        &mut self,
        op: usize,
        places: impl Iterator<Item = usize>,
    ) -> Result<Option<usize>, Outcome> {
        let saves = self.ops[op..].iter().take_while(|next| matches!(next, Op::Save(_))).count();
        let first = match &self.ops[op + saves] {
            Op::Literal(literal) => Some(literal[0]),
            _ => None,
        };
        let mut looked = 0;
        let mut found = None;
        for at in places {
            looked += 1;
            let byte = self.text.get(at).copied();
            let fits = match first {
                Some(_) => byte == first,
                None => byte.is_none_or(|byte| byte & 0xc0 != 0x80),
            };
            if fits {
                found = Some(at);
                break;
            }
        }
        self.spend(looked)?;
        Ok(found)
    }

    fn push(&mut self, frame: Frame) -> Result<(), Outcome> {
        match self.few.get_mut(self.depth) {
            Some(slot) => *slot = frame,
            None if self.depth < FRAMES => self.more.push(frame),
            None => return Err(Outcome::GaveUp),
        }
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) -> Option<Frame> {
        self.depth = self.depth.checked_sub(1)?;
        self.few.get(self.depth).copied().or_else(|| self.more.pop())
    }

    fn spend(&mut self, work: usize) -> Result<(), Outcome> {
        self.budget = self.budget.checked_sub(work).ok_or(Outcome::GaveUp)?;
        Ok(())
    }
}
