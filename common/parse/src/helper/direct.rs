//! A matcher for the patterns that helpers mostly are: anchored, literals and runs of characters.
//!
//! ```text
//!  ^Failed (?<m>[a-z]+) for (?<u>.*) from (?<ip>[0-9.]+)(?: ssh2)?$
//!  Start Literal Save Run Save Literal Save Run Save … Split … End Match
//! ```
//!
//! The general engine finds captures at about 4 ns a byte; comparing literals and scanning runs
//! through a table takes a fraction of that. The matcher explores alternatives in the order that
//! defines leftmost-first matching, so its captures are those of the general engine (a test
//! compares). Where the next byte decides, it keeps no way back:
//!
//! * a run is *possessive* when nothing that can follow it begins with one of its bytes;
//! * of two alternatives, the second is kept only when the next byte allows both.
//!
//! It keeps at most [`search::FRAMES`] ways back and does a bounded amount of work for each byte. Beyond
//! that, and for patterns that it does not know (Unicode classes, loops of more than one
//! character), it gives up and the general engine, which is linear, takes over.
//!
//! What it does *not* know: fields.

mod op;
mod search;

pub(crate) use op::{Outcome, Slots};

use op::{Choice, Op, Run, Set};
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};
use search::Search;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Direct {
    ops: Vec<Op>,
}

impl Direct {
    /// Compiles a pattern; `None` when it is not of the kind described above.
    pub(crate) fn new(hir: &Hir) -> Option<Direct> {
        if !hir.properties().look_set_prefix().contains(Look::Start) {
            return None;
        }
        let mut direct = Direct { ops: Vec::new() };
        direct.emit(hir)?;
        direct.ops.push(Op::Match);
        direct.decide();
        Some(direct)
    }

    fn emit(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => self.ops.push(Op::Literal(literal.0.clone())),
            HirKind::Class(class) => self.run(set(class)?, 1, Some(1), true)?,
            HirKind::Look(Look::Start) => self.ops.push(Op::Start),
            HirKind::Look(Look::End) => self.ops.push(Op::End),
            HirKind::Look(_) => return None,
            HirKind::Repetition(repetition) => self.repetition(repetition)?,
            HirKind::Capture(capture) => {
                let slot = 2 * usize::try_from(capture.index).ok()?;
                self.ops.push(Op::Save(slot));
                self.emit(&capture.sub)?;
                self.ops.push(Op::Save(slot + 1));
            }
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.emit(part))?,
            HirKind::Alternation(branches) => self.alternation(branches)?,
        }
        Some(())
    }

    fn repetition(&mut self, repetition: &Repetition) -> Option<()> {
        let (min, max) = (repetition.min, repetition.max);
        let one = match repetition.sub.kind() {
            HirKind::Class(class) => Some(set(class)?),
            HirKind::Literal(literal) if literal.0.len() == 1 => {
                let mut set = Set::NONE;
                set.0[usize::from(literal.0[0])] = true;
                Some(set)
            }
            _ => None,
        };
        if let Some(set) = one {
            return self.run(set, min, max, repetition.greedy);
        }
        if (min, max) != (0, Some(1)) {
            return None;
        }
        let split = self.split();
        self.emit(&repetition.sub)?;
        let (inside, after) = (split + 1, self.ops.len());
        let (first, second) = if repetition.greedy { (inside, after) } else { (after, inside) };
        self.join(split, first, second);
        Some(())
    }

    fn alternation(&mut self, branches: &[Hir]) -> Option<()> {
        let mut jumps = Vec::new();
        for (nth, branch) in branches.iter().enumerate() {
            let split = (nth + 1 < branches.len()).then(|| self.split());
            self.emit(branch)?;
            if let Some(split) = split {
                jumps.push(self.ops.len());
                self.ops.push(Op::Jump(0));
                self.join(split, split + 1, self.ops.len());
            }
        }
        for jump in jumps {
            self.ops[jump] = Op::Jump(self.ops.len());
        }
        Some(())
    }

    /// A run of bytes stands for a run of characters when its set has all beyond ASCII, and
    /// counting them does not matter.
    fn run(&mut self, set: Set, min: u32, max: Option<u32>, greedy: bool) -> Option<()> {
        if set.is_wide() && (min > 1 || max.is_some()) {
            return None;
        }
        let max = max.map_or(Some(usize::MAX), |max| usize::try_from(max).ok())?;
        let min = usize::try_from(min).ok()?;
        let (stop, set) = (set.stop(), Box::new(set));
        self.ops.push(Op::Run(Run { set, min, max, greedy, possessive: false, stop }));
        Some(())
    }

    fn split(&mut self) -> usize {
        let bytes = Box::new(Choice { first: Set::ALL, second: Set::ALL });
        self.ops.push(Op::Split { first: 0, second: 0, bytes });
        self.ops.len() - 1
    }

    fn join(&mut self, split: usize, one: usize, other: usize) {
        if let Op::Split { first, second, .. } = &mut self.ops[split] {
            (*first, *second) = (one, other);
        }
    }

    /// Finds out where the next byte decides. All jumps go forward, so the last op comes first.
    fn decide(&mut self) {
        for place in (0..self.ops.len()).rev() {
            let follow = match &self.ops[place] {
                Op::Run(_) => vec![self.begins(place + 1)],
                Op::Split { first, second, .. } => vec![self.begins(*first), self.begins(*second)],
                _ => continue,
            };
            match (&mut self.ops[place], follow.as_slice()) {
                (Op::Run(run), [(next, done)]) => {
                    run.possessive = !run.set.meets(next) && (run.greedy || !done);
                }
                (Op::Split { bytes, .. }, [(one, one_done), (other, other_done)]) => {
                    bytes.first = if *one_done { Set::ALL } else { one.clone() };
                    bytes.second = if *other_done { Set::ALL } else { other.clone() };
                }
                _ => {}
            }
        }
    }

    /// The bytes with which a match may go on at an op, and whether it may be complete there.
    fn begins(&self, mut place: usize) -> (Set, bool) {
        let mut begin = Set::NONE;
        loop {
            match &self.ops[place] {
                Op::Match => return (begin, true),
                Op::End | Op::Start => return (begin, false),
                Op::Literal(text) => {
                    begin.0[usize::from(text[0])] = true;
                    return (begin, false);
                }
                Op::Run(run) => {
                    begin.add(&run.set);
                    if run.min > 0 {
                        return (begin, false);
                    }
                    place += 1;
                }
                Op::Split { first, second, .. } => {
                    let (one, one_done) = self.begins(*first);
                    let (other, other_done) = self.begins(*second);
                    begin.add(&one);
                    begin.add(&other);
                    return (begin, one_done || other_done);
                }
                Op::Jump(to) => place = *to,
                Op::Save(_) => place += 1,
            }
        }
    }

    /// Looks for a match in `text[..end]`; `$` holds at the end of `text` alone.
    pub(crate) fn search(&self, text: &str, end: usize, slots: &mut Slots) -> Outcome {
        Search::new(&self.ops, text, end).find(slots)
    }
}

/// The bytes of a class, if it holds all characters beyond ASCII or none of them.
fn set(class: &Class) -> Option<Set> {
    let Class::Unicode(class) = class else { return None };
    let mut set = Set::NONE;
    for range in class.ranges() {
        let (start, end) = (u32::from(range.start()), u32::from(range.end()));
        if end > 0x7f && !(start <= 0x80 && end == u32::from(char::MAX)) {
            return None;
        }
        let last = if end > 0x7f { 0xff } else { end };
        (start..=last).for_each(|byte| set.0[byte as usize] = true);
    }
    Some(set)
}

#[cfg(test)]
mod tests;
