//! Field names to numbers: a table that is asked for every key of every event.
//!
//! What it does *not* know: events.

/// Names and their numbers.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<String>,
    /// Number + 1 by hash; 0 is free. Its size is a power of two.
    table: Vec<u16>,
}

impl Names {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The number of a name, a new one where it has none. There are fewer than 65,000 names: the
    /// last one stands for the rest, which then find too many candidates and no wrong verdict.
    pub(super) fn add(&mut self, name: &str) -> Option<u16> {
        if let Some(number) = self.find(name.as_bytes()) {
            return Some(number);
        }
        let number = u16::try_from(self.names.len()).ok().filter(|number| *number < 60_000)?;
        self.names.push(name.to_owned());
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
        let mut at = hash(self.names[number].as_bytes()) & mask;
        while self.table[at] != 0 {
            at = (at + 1) & mask;
        }
        self.table[at] = u16::try_from(number + 1).unwrap_or(u16::MAX);
    }

    /// The number of a name.
    pub(super) fn find(&self, name: &[u8]) -> Option<u16> {
        let mask = self.table.len().checked_sub(1)?;
        let mut at = hash(name) & mask;
        loop {
            let number = self.table[at].checked_sub(1)?;
            if self.names[usize::from(number)].as_bytes() == name {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }
}

/// A hash of a short text's length, beginning and end.
#[allow(clippy::cast_possible_truncation, reason = "a hash")]
fn hash(text: &[u8]) -> usize {
    let word = |bytes: &[u8]| {
        let mut word = [0u8; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    };
    let first = word(&text[..text.len().min(8)]);
    let last = word(&text[text.len().saturating_sub(8)..]);
    let mixed =
        (first ^ last.rotate_left(29) ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_numbers() {
        let mut names = Names::default();
        let numbers: Vec<Option<u16>> =
            (0..500).map(|number| names.add(&format!("Field{number}"))).collect();
        for (number, have) in numbers.iter().enumerate() {
            assert_eq!(names.find(format!("Field{number}").as_bytes()), *have);
        }
        assert_eq!(names.add("Field7"), Some(7));
        assert_eq!((names.find(b"Field"), names.find(b""), names.len()), (None, None, 500));
    }
}
