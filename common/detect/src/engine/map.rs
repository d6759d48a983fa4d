//! Maps by numbers, with a hash that costs a multiplication.
//!
//! What it does *not* know: what the numbers stand for.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A hash of a number that is spread already.
#[derive(Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
    fn write_u32(&mut self, number: u32) {
        self.0 = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }
    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }
}

/// A map by numbers.
pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Spread>>;
