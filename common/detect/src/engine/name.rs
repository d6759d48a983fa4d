//! Field names to numbers: a table that is asked for every key of every event.
//!
//! What it does *not* know: events.

use common::field::Column;

/// Names and their numbers.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<Name>,
    /// Number + 1 by hash; 0 is free. Its size is a power of two.
    table: Vec<u16>,
    /// The columns that have numbers. The time is none: it is a text in the source.
    columns: Vec<(Column, u16)>,
}

/// A name; its ends and length tell it where it has at most sixteen bytes.
#[derive(Debug)]
struct Name {
    ends: Ends,
    text: Box<[u8]>,
}

/// The first and the last eight bytes of a text, and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    first: u64,
    last: u64,
    length: usize,
}

/// The most names that have numbers of their own.
const MOST: usize = 60_000;

impl Names {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The columns that have numbers.
    pub(super) fn columns(&self) -> &[(Column, u16)] {
        &self.columns
    }

    /// The number of a name, a new one where it has none; `None` when there are too many.
    pub(super) fn add(&mut self, name: &[u8]) -> Option<u16> {
        if let Some(number) = self.find(name) {
            return Some(number);
        }
        let number =
            u16::try_from(self.names.len()).ok().filter(|number| usize::from(*number) < MOST)?;
        self.names.push(Name { ends: Ends::of(name), text: name.into() });
        let column = std::str::from_utf8(name).ok().and_then(Column::of_ecs);
        self.columns.extend(column.filter(|it| *it != Column::Time).map(|it| (it, number)));
        if self.names.len() * 4 > self.table.len() {
            self.table = vec![0; (self.names.len() * 8).next_power_of_two()];
            for number in 0..self.names.len() {
                self.enter(number);
            }
        } else {
            self.enter(usize::from(number));
        }
        Some(number)
    }

    fn enter(&mut self, number: usize) {
        let mask = self.table.len() - 1;
        let mut at = self.names[number].ends.hash() & mask;
        while self.table[at] != 0 {
            at = (at + 1) & mask;
        }
        self.table[at] = u16::try_from(number + 1).unwrap_or(u16::MAX);
    }

    /// The number of a name.
    pub(super) fn find(&self, name: &[u8]) -> Option<u16> {
        self.found(Ends::of(name), name)
    }

    /// The number of the name that lies in a line.
    #[inline]
    pub(super) fn find_in(&self, line: &[u8], from: usize, until: usize) -> Option<u16> {
        self.found(Ends::within(line, from, until), &line[from..until])
    }

    #[inline]
    fn found(&self, ends: Ends, name: &[u8]) -> Option<u16> {
        let mask = self.table.len().checked_sub(1)?;
        let mut at = ends.hash() & mask;
        loop {
            let number = self.table[at].checked_sub(1)?;
            let have = &self.names[usize::from(number)];
            if have.ends == ends && (ends.length <= 16 || *have.text == *name) {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }
}

impl Ends {
    #[inline]
    fn of(text: &[u8]) -> Ends {
        let length = text.len();
        let (first, last) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => {
                let word = short(text);
                (word, word)
            }
        };
        Ends { first, last, length }
    }

    /// The same without copying, where the line goes on behind the text.
    #[inline]
    fn within(line: &[u8], from: usize, until: usize) -> Ends {
        let word = |at: usize| {
            let bytes = line.get(at..at + 8)?;
            bytes.try_into().ok().map(u64::from_le_bytes)
        };
        let length = until - from;
        let (first, last) = match length {
            0 => return Ends::of(b""),
            1..8 => {
                let part = word(from).map(|word| word & (u64::MAX >> (64 - length * 8)));
                (part, part)
            }
            _ => (word(from), word(until - 8)),
        };
        match (first, last) {
            (Some(first), Some(last)) => Ends { first, last, length },
            _ => Ends::of(&line[from..until]),
        }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "a hash")]
    fn hash(self) -> usize {
        let mixed = self.first ^ self.last.rotate_left(29) ^ self.length as u64;
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
    }
}

/// At most seven bytes, the first one lowest, without copying them one by one.
#[inline]
pub(super) fn short(text: &[u8]) -> u64 {
    let length = text.len();
    match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            u64::from(first) | u64::from(last) << ((length - 4) * 8)
        }
        // Of up to three bytes the first, the middle and the last are all.
        _ => [0, length / 2, length.saturating_sub(1)]
            .into_iter()
            .fold(0, |word, at| word | text.get(at).map_or(0, |byte| u64::from(*byte) << (at * 8))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_numbers() {
        let mut names = Names::default();
        let numbers: Vec<Option<u16>> =
            (0..500).map(|number| names.add(format!("Field{number}").as_bytes())).collect();
        for (number, have) in numbers.iter().enumerate() {
            assert_eq!(names.find(format!("Field{number}").as_bytes()), *have);
        }
        assert_eq!(names.add(b"Field7"), Some(7));
        assert_eq!((names.find(b"Field"), names.find(b""), names.len()), (None, None, 500));
    }

    #[test]
    fn a_name_is_found_wherever_it_lies() {
        let mut names = Names::default();
        let text = "abcdefghijklmnopqrstuvwxyz";
        for length in 0..=text.len() {
            names.add(&text.as_bytes()[..length]);
        }
        for length in 0..=text.len() {
            for behind in 0..10 {
                let line = format!("xy{}{}", &text[..length], "!".repeat(behind));
                let number = names.find_in(line.as_bytes(), 2, 2 + length);
                assert_eq!(number.map(usize::from), Some(length));
            }
        }
        // The middle of a long name counts too.
        assert_eq!(names.find(b"abcdefgh?jklmnopqr"), None);
    }
}
