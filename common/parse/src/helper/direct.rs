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
//! It keeps at most [`FRAMES`] ways back and does a bounded amount of work for each byte. Beyond
//! that, and for patterns that it does not know (Unicode classes, loops of more than one
//! character), it gives up and the general engine, which is linear, takes over.
//!
//! What it does *not* know: fields.

use regex_automata::util::primitives::NonMaxUsize;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// How many ways back are kept.
const FRAMES: usize = 24;

/// What a search ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Match,
    NoMatch,
    GaveUp,
}

/// Captures as pairs of places.
pub(crate) type Slots = [Option<NonMaxUsize>];

#[derive(Debug)]
enum Op {
    Start,
    End,
    Literal(Box<[u8]>),
    Run(Run),
    Split { first: usize, second: usize, bytes: Box<Choice> },
    Jump(usize),
    Save(usize),
    Match,
}

/// `min` to `max` bytes of a set.
#[derive(Debug)]
struct Run {
    set: Box<Set>,
    min: usize,
    max: usize,
    greedy: bool,
    possessive: bool,
}

/// The bytes with which each branch of a split may go on.
#[derive(Debug)]
struct Choice {
    first: Set,
    second: Set,
}

/// A set of bytes. A set of characters beyond ASCII holds all of them, or none.
#[derive(Clone, Debug, PartialEq)]
struct Set([bool; 256]);

impl Set {
    const NONE: Set = Set([false; 256]);
    const ALL: Set = Set([true; 256]);

    fn add(&mut self, other: &Set) {
        self.0.iter_mut().zip(other.0).for_each(|(have, more)| *have |= more);
    }

    fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    fn meets(&self, other: &Set) -> bool {
        self.0.iter().zip(other.0).any(|(&a, b)| a && b)
    }

    fn is_wide(&self) -> bool {
        self.0[0x80]
    }
}

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Direct {
    ops: Vec<Op>,
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
        self.ops.push(Op::Run(Run { set: Box::new(set), min, max, greedy, possessive: false }));
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
        let mut search = Search {
            ops: &self.ops,
            text: &text.as_bytes()[..end],
            whole: text.len(),
            end,
            frames: [Frame::Again { op: 0, at: 0 }; FRAMES],
            depth: 0,
            budget: 16 * end + 1024,
        };
        search.find(slots)
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

struct Search<'s> {
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

impl Search<'_> {
    fn find(&mut self, slots: &mut Slots) -> Outcome {
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

#[cfg(test)]
mod tests {
    use super::*;
    use common::helper::{expand, read, shipped};
    use regex_automata::meta::Regex;

    /// Both engines on one text.
    fn agree(pattern: &str, direct: &Direct, regex: &Regex, text: &str) -> Outcome {
        let mut own = vec![None; 2 * regex.captures_len()];
        let outcome = direct.search(text, text.len(), &mut own);
        let mut general = vec![None; 2 * regex.captures_len()];
        let found = regex.search_slots(&regex_automata::Input::new(text), &mut general).is_some();
        match outcome {
            Outcome::GaveUp => {}
            Outcome::Match => {
                assert!(found, "{pattern} on {text:?}");
                assert_eq!(own[2..], general[2..], "{pattern} on {text:?}");
            }
            Outcome::NoMatch => assert!(!found, "{pattern} on {text:?}"),
        }
        outcome
    }

    fn both(pattern: &str) -> (Option<Direct>, Regex) {
        let direct = Direct::new(&regex_syntax::parse(pattern).unwrap());
        (direct, Regex::new(pattern).unwrap())
    }

    #[test]
    fn small_patterns_on_all_short_texts() {
        let patterns = [
            "^a*(b*)a", "^(a|ab)(c|bc)?$", "^(.*)a(.*)$", "^(.*?)a(.*)$", "^(?:(a)|b)?(b?)$",
            "^(a{1,2})(a*)b?$", "^([^b]*)(b.*)?$", "^(?:ab?)?(.+?)c?", "^(?:|a)(a)?$", "^a??(.*)$",
            "^(?:a|b|(c))(?:a|)é?", "^(.+)é(.*)$", "^([^a]+?)(b)?$", "^", "^$", "^(?:a(b)?|a(c))$",
        ];
        let letters = ["a", "b", "c", "é"];
        let mut texts = vec![String::new()];
        for length in 0..5 {
            let longer: Vec<String> = texts
                .iter()
                .filter(|text| text.chars().count() == length)
                .flat_map(|text| letters.map(|letter| format!("{text}{letter}")))
                .collect();
            texts.extend(longer);
        }
        for pattern in patterns {
            let (direct, regex) = both(pattern);
            let direct = direct.expect(pattern);
            for text in &texts {
                assert_ne!(agree(pattern, &direct, &regex, text), Outcome::GaveUp);
            }
        }
    }

    /// Every shipped pattern on every shipped test line, whole, cut, doubled and garbled.
    #[test]
    fn shipped_patterns_on_shipped_lines() {
        let helpers: Vec<_> =
            shipped().iter().flat_map(|(file, text)| read(text, file).unwrap()).collect();
        let lines: Vec<&str> =
            helpers.iter().flat_map(|one| one.tests.iter().map(|test| test.line.as_str())).collect();
        let (mut known, mut all) = (0, 0);
        for helper in &helpers {
            for pattern in &helper.patterns {
                let pattern = expand(pattern).unwrap().regex;
                let (direct, regex) = both(&pattern);
                all += 1;
                let Some(direct) = direct else { continue };
                known += 1;
                for line in &lines {
                    agree(&pattern, &direct, &regex, line);
                }
                for line in helper.tests.iter().map(|test| test.line.as_str()) {
                    let half = line.floor_char_boundary(line.len() / 2);
                    agree(&pattern, &direct, &regex, &line[..half]);
                    agree(&pattern, &direct, &regex, &format!("{line}{line}"));
                    agree(&pattern, &direct, &regex, &format!("{line} {line}"));
                    agree(&pattern, &direct, &regex, &format!("{}é{}", &line[..half], &line[half..]));
                    agree(&pattern, &direct, &regex, &line.replace(' ', "  "));
                    agree(&pattern, &direct, &regex, &line.replace(": ", " from 1.2.3.4 port 1 ssh2"));
                }
            }
        }
        assert!(known * 10 > all * 9, "only {known} of {all} patterns are matched directly");
    }

    #[test]
    fn other_patterns_are_left_to_the_general_engine() {
        for pattern in ["a", r"^\d", "^(?:ab)*", r"^a\b", "^(?i)k", "^.{3}", "^[aé]"] {
            assert!(both(pattern).0.is_none(), "{pattern}");
        }
    }

    #[test]
    fn too_much_work_is_given_up() {
        let (direct, regex) = both("^(.*)a(.*)a(.*)a(.*)b$");
        let text = "a".repeat(5_000);
        assert_eq!(agree("", &direct.unwrap(), &regex, &text), Outcome::GaveUp);
    }
}
