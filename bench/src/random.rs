//! A small seeded generator of numbers: SplitMix64 (Steele, Lea and Flood, 2014).
//!
//! What it does *not* know: entropy. Equal seeds give equal sequences.

/// A sequence of numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound
    }

    /// One of some items; small places are likelier, as in real logs.
    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        let count = items.len() as u64;
        let place = self.below(count).min(self.below(count));
        &items[usize::try_from(place).unwrap_or(0)]
    }
}
