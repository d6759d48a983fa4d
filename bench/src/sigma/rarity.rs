//! How often pieces of text occur in events: what `config/sigma/rarity.tsv` holds.
//!
//! A piece is four bytes of a value as JSON writes it, each byte with its 0x20 bit set, which is
//! how the engine's index looks at values. Its share is the number of events, of a thousand, in
//! which some value has it. What is rarer than [`LEAST`] is left out. Equal events give equal bytes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

/// The smallest share that is written down, of a thousand.
const LEAST: f64 = 2.0;

/// Counts pieces over events.
#[derive(Debug, Default)]
pub struct Rarity {
    events: u32,
    counts: HashMap<u32, u32>,
    seen: HashSet<u32>,
}

impl Rarity {
    /// Counts an event: a line of JSON.
    pub fn add(&mut self, line: &str) {
        let Ok(fields) = common::event::flatten(line.as_bytes()) else { return };
        self.events += 1;
        self.seen.clear();
        let mut text = Vec::new();
        for (name, value) in fields.0.iter().filter(|(name, _)| !name.starts_with('_')) {
            debug_assert!(!name.is_empty());
            text.clear();
            common::event::write_string(&mut text, &value.to_string());
            let inside = &text[1..text.len() - 1];
            self.seen.extend(
                inside
                    .windows(4)
                    .map(|it| u32::from_be_bytes([it[0], it[1], it[2], it[3]]) | 0x2020_2020),
            );
        }
        for piece in &self.seen {
            *self.counts.entry(*piece).or_default() += 1;
        }
    }

    /// The table, in order of the pieces.
    #[must_use]
    pub fn table(&self) -> String {
        let share = |count: u32| f64::from(count) * 1000.0 / f64::from(self.events.max(1));
        let sorted: BTreeMap<u32, f64> =
            self.counts.iter().map(|(piece, count)| (*piece, share(*count))).collect();
        let mut out = String::new();
        for (piece, share) in sorted.into_iter().filter(|(_, share)| *share >= LEAST) {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{piece:08x}\t{share:.0}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_counted_once_an_event_whatever_their_case() {
        let mut rarity = Rarity::default();
        rarity.add(r#"{"a":"WxYz wxyz","_b":"hidden"}"#);
        rarity.add(r#"{"a":"\\abc"}"#);
        assert_eq!(rarity.table(), {
            let mut lines: Vec<String> =
                [*b"wxyz", *b"xyz ", *b"yz w", *b"z wx", *b" wxy", *b"||ab", *b"|abc"]
                    .iter()
                    .map(|it| format!("{:08x}\t500\n", u32::from_be_bytes(*it) | 0x2020_2020))
                    .collect();
            lines.sort();
            lines.concat()
        });
    }
}
