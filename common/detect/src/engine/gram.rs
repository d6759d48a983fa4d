//! Texts searched for in values as they stand in JSON: undecoded, four bytes at a time.
//!
//! Bytes are compared with their 0x20 bit set, which makes letters of either case equal (and some
//! other characters too: too many candidates do no harm). A literal of seven bytes or more holds a
//! window of four at every alignment: it is entered with four windows, and a value is looked at
//! every fourth byte. Shorter ones are looked for at every byte.
//!
//! What it does *not* know: fields; how a literal is written in JSON.

use super::map::Map;
use super::rarity;
use std::collections::HashMap;

/// The shortest literal that is found at every alignment.
const LONG: usize = 7;

/// A literal and the rules that look for it.
#[derive(Debug)]
struct Literal {
    bytes: Box<[u8]>,
    rules: Vec<u32>,
}

/// A window of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    literal: u32,
    /// Where in the literal the window begins.
    offset: u16,
    /// How far from the window's beginning four more of its bytes are, and these; 0 where the
    /// literal has no more. Most literals that share a window are told apart by them.
    beside: i16,
    word: u32,
}

/// The entries of a window: `begin` to `end`; none where both are equal.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    gram: u32,
    begin: u32,
    end: u32,
}

/// Windows of literals.
#[derive(Debug, Default)]
struct Windows {
    bits: Vec<u64>,
    shift: u32,
    /// While literals are added.
    added: Map<u32, Vec<Entry>>,
    /// Afterwards: a table by hash, at most half full, and what its slots point to.
    slots: Vec<Slot>,
    entries: Vec<Entry>,
}

/// Literals that are searched for anywhere in a value.
#[derive(Debug, Default)]
pub(super) struct Grams {
    literals: Vec<Literal>,
    known: HashMap<Box<[u8]>, u32>,
    /// Entered at four alignments, looked for at every fourth byte.
    long: Windows,
    /// Entered once, looked for at every byte.
    short: Windows,
    /// Two bytes, looked for at every byte.
    pairs: Windows,
    shortest: usize,
}

/// Whether two texts are equal but for 0x20 bits.
pub(super) fn same(text: &[u8], literal: &[u8]) -> bool {
    text.len() == literal.len() && text.iter().zip(literal).all(|(a, b)| a | 0x20 == b | 0x20)
}

fn gram(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | 0x2020_2020
}

fn pair(bytes: &[u8]) -> u32 {
    u32::from(u16::from_le_bytes([bytes[0], bytes[1]]) | 0x2020)
}

impl Windows {
    fn enter(&mut self, key: u32, bytes: &[u8], literal: u32, at: usize) {
        let (beside, word) = match (bytes.get(at + 4..at + 8), at.checked_sub(4)) {
            (Some(next), _) => (4, gram(next)),
            (None, Some(before)) => (-4, gram(&bytes[before..])),
            (None, None) => (0, 0),
        };
        let offset = u16::try_from(at).unwrap_or(u16::MAX);
        let entry = Entry { literal, offset, beside, word };
        let entries = self.added.entry(key).or_default();
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }

    /// Makes the bitmap, sixteen bits or more a window.
    fn finish(&mut self) {
        let added = std::mem::take(&mut self.added);
        if added.is_empty() {
            return;
        }
        let size = (added.len() * 16).next_power_of_two().clamp(1 << 10, 1 << 20);
        self.shift = 32 - size.trailing_zeros();
        self.bits = vec![0; size / 64];
        self.slots = vec![Slot::default(); (added.len() * 2).next_power_of_two()];
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        for (gram, entries) in added {
            let bit = place(gram, self.shift);
            self.bits[bit / 64] |= 1 << (bit % 64);
            let begin = number(self.entries.len());
            self.entries.extend(entries);
            let at = self.slot(gram);
            self.slots[at] = Slot { gram, begin, end: number(self.entries.len()) };
        }
    }

    /// Where the slot of a window is, or would be.
    fn slot(&self, gram: u32) -> usize {
        let mask = self.slots.len() - 1;
        // The bitmap is asked by the upper bits.
        let mut at = gram.wrapping_mul(0x9e37_79b1) as usize >> 8 & mask;
        while self.slots[at].begin != self.slots[at].end && self.slots[at].gram != gram {
            at = (at + 1) & mask;
        }
        at
    }

    fn entries(&self, gram: u32) -> &[Entry] {
        let Slot { begin, end, .. } = self.slots[self.slot(gram)];
        &self.entries[begin as usize..end as usize]
    }

    fn may_have(&self, gram: u32) -> bool {
        let bit = place(gram, self.shift);
        self.bits[bit / 64] & (1 << (bit % 64)) != 0
    }
}

fn place(gram: u32, shift: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> shift) as usize
}

impl Grams {
    /// Adds a literal of at least two bytes for a rule. Its bytes are ASCII.
    pub(super) fn add(&mut self, bytes: &[u8], rule: u32) {
        if let Some(known) = self.known.get(bytes) {
            self.literals[*known as usize].rules.push(rule);
            return;
        }
        let literal = u32::try_from(self.literals.len()).unwrap_or(u32::MAX);
        self.known.insert(bytes.into(), literal);
        self.literals.push(Literal { bytes: bytes.into(), rules: vec![rule] });
        self.shortest =
            if self.shortest == 0 { bytes.len() } else { self.shortest.min(bytes.len()) };
        let share =
            |at: usize| rarity::share([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let best = |places: usize, cost: &dyn Fn(usize) -> f32| {
            (0..places).min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(0)
        };
        if bytes.len() >= LONG {
            let at = best(bytes.len() - LONG + 1, &|at| (at..at + 4).map(share).sum());
            for at in at..at + 4 {
                self.long.enter(gram(&bytes[at..]), bytes, literal, at);
            }
        } else if bytes.len() >= 4 {
            let at = best(bytes.len() - 3, &share);
            self.short.enter(gram(&bytes[at..]), bytes, literal, at);
        } else {
            self.pairs.enter(pair(bytes), bytes, literal, 0);
        }
    }

    /// Makes the index ready to search.
    pub(super) fn finish(&mut self) {
        self.long.finish();
        self.short.finish();
        self.pairs.finish();
        self.known = HashMap::new();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.literals.is_empty()
    }

    /// Emits the rules of the literals that a value holds.
    pub(super) fn search(&self, value: &[u8], emit: &mut impl FnMut(u32)) {
        if value.len() < self.shortest {
            return;
        }
        if !self.long.bits.is_empty() {
            for (number, chunk) in value.chunks_exact(4).enumerate() {
                let gram = gram(chunk);
                if self.long.may_have(gram) {
                    self.check(&self.long, gram, value, number * 4, emit);
                }
            }
        }
        if !self.short.bits.is_empty() {
            for (at, window) in value.windows(4).enumerate() {
                let gram = gram(window);
                if self.short.may_have(gram) {
                    self.check(&self.short, gram, value, at, emit);
                }
            }
        }
        if !self.pairs.bits.is_empty() {
            for (at, window) in value.windows(2).enumerate() {
                let pair = pair(window);
                if self.pairs.may_have(pair) {
                    self.check(&self.pairs, pair, value, at, emit);
                }
            }
        }
    }

    #[inline(never)]
    fn check(
        &self,
        windows: &Windows,
        gram: u32,
        value: &[u8],
        at: usize,
        emit: &mut impl FnMut(u32),
    ) {
        for entry in windows.entries(gram) {
            if entry.beside != 0 {
                let beside = at.checked_add_signed(isize::from(entry.beside));
                let bytes = beside.and_then(|beside| value.get(beside..beside + 4));
                if bytes.is_none_or(|bytes| self::gram(bytes) != entry.word) {
                    continue;
                }
            }
            let literal = &self.literals[entry.literal as usize];
            let Some(start) = at.checked_sub(usize::from(entry.offset)) else { continue };
            let end = start + literal.bytes.len();
            if value.get(start..end).is_some_and(|text| same(text, &literal.bytes)) {
                literal.rules.iter().for_each(|rule| emit(*rule));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_found_at_every_place() {
        let literals = ["ab", "abc", "abcd", "abcdef", "abcdefg", "mimikatz.exe", r"\\temp\\"];
        let mut grams = Grams::default();
        for (rule, literal) in literals.iter().enumerate() {
            grams.add(literal.as_bytes(), u32::try_from(rule).expect("few"));
        }
        grams.finish();
        for (rule, literal) in literals.iter().enumerate() {
            for before in 0..9 {
                for after in 0..5 {
                    let value = format!(
                        "{}{}{}",
                        "-".repeat(before),
                        literal.to_uppercase(),
                        "-".repeat(after)
                    );
                    let mut found = Vec::new();
                    grams.search(value.as_bytes(), &mut |rule| found.push(rule as usize));
                    assert!(found.contains(&rule), "{literal} in {value}");
                }
            }
        }
        let mut found = Vec::new();
        grams.search(b"-a-b-c-d-", &mut |rule| found.push(rule));
        assert_eq!(found, [0_u32; 0]);
    }
}
