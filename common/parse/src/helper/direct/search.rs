//! The direct matcher at work: ops and a text in, captures out.
//!
//! What it does *not* know: patterns; ops are made of them in [`super`].

use super::op::{Choice, Op, Outcome, Run, Slots};
use regex_automata::util::primitives::NonMaxUsize;

/// How many ways back are kept.
pub(super) const FRAMES: usize = 24;

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
    frames: [Frame; FRAMES],
    depth: usize,
    budget: usize,
}

/// The next op and place, or that no way is left, or that there were too many.
type Step = Result<(usize, usize), Outcome>;

impl<'s> Search<'s> {
    pub(super) fn new(ops: &'s [Op], text: &'s str, end: usize) -> Search<'s> {
        Search {
            ops,
            text: &text.as_bytes()[..end],
            whole: text.len(),
            end,
            frames: [Frame::Again { op: 0, at: 0 }; FRAMES],
            depth: 0,
            budget: 16 * end + 1024,
        }
    }

    pub(super) fn find(&mut self, slots: &mut Slots) -> Outcome {
        let (mut op, mut at) = (0, 0);
        loop {
            let step = match &self.ops[op] {
                Op::Match => return Outcome::Match,
                Op::Start if at == 0 => Ok((op + 1, at)),
                Op::End if at == self.whole => Ok((op + 1, at)),
                Op::Start | Op::End => self.back(slots),
                Op::Literal(literal) => match self.text[at..].starts_with(literal) {
                    true => Ok((op + 1, at + literal.len())),
                    false => self.back(slots),
                },
                Op::Save(slot) => self.save(*slot, at, slots).map(|()| (op + 1, at)),
                Op::Jump(to) => Ok((*to, at)),
                Op::Run(run) => self.run(op, run, at, slots),
                Op::Split { first, second, bytes } => self.split(*first, *second, bytes, at),
            };
            match step {
                Ok(next) => (op, at) = next,
                Err(outcome) => return outcome,
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

    fn split(&mut self, first: usize, second: usize, bytes: &Choice, at: usize) -> Step {
        match self.text.get(at) {
            Some(&next) if !bytes.first.has(next) => Ok((second, at)),
            Some(&next) if !bytes.second.has(next) => Ok((first, at)),
            _ => {
                self.push(Frame::Again { op: second, at })?;
                Ok((first, at))
            }
        }
    }

    fn run(&mut self, op: usize, run: &Run, at: usize, slots: &mut Slots) -> Step {
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
            return self.back(slots);
        }
        if run.possessive || most == least {
            Ok((op + 1, most))
        } else if run.greedy {
            self.push(Frame::Shorter { op: op + 1, at: most, least })?;
            Ok((op + 1, most))
        } else {
            self.push(Frame::Longer { op: op + 1, at: least, most })?;
            Ok((op + 1, least))
        }
    }

    /// Takes the latest way back.
    fn back(&mut self, slots: &mut Slots) -> Step {
        loop {
            let Some(depth) = self.depth.checked_sub(1) else { return Err(Outcome::NoMatch) };
            self.depth = depth;
            match self.frames[depth] {
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
        let slot = self.frames.get_mut(self.depth).ok_or(Outcome::GaveUp)?;
        *slot = frame;
        self.depth += 1;
        Ok(())
    }

    fn spend(&mut self, work: usize) -> Result<(), Outcome> {
        self.budget = self.budget.checked_sub(work).ok_or(Outcome::GaveUp)?;
        Ok(())
    }
}
