//! Sums of values, which tell what changed, and whether two values are equal.
//!
//! What it does *not* know: columns, leaves.

/// Odd numbers without structure.
pub(super) const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
pub(super) const SECOND: u64 = 0xd6e8_feb8_6659_fd93;

/// Both halves of a product, folded into one word.
pub(super) fn fold(value: u64, factor: u64) -> u64 {
    let product = u128::from(value ^ SECOND) * u128::from(factor);
    #[allow(clippy::cast_possible_truncation, reason = "the halves of a product")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high
}

/// Whether two texts are equal. Most are so short that a call costs more than they: up to 32 bytes
/// are two words, which may overlap.
#[inline]
pub(super) fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        0..8 => last_word(one, one) == last_word(other, other),
        8..=16 => ends::<8>(one) == ends::<8>(other),
        17..=32 => ends::<16>(one) == ends::<16>(other),
        _ => one == other,
    }
}

/// The first and the last bytes.
fn ends<const SIZE: usize>(text: &[u8]) -> (Option<&[u8; SIZE]>, Option<&[u8; SIZE]>) {
    (text.first_chunk(), text.last_chunk())
}

/// The sum of a value, 8 bytes at a time; what is left over is filled up with zeros.
pub(super) fn sum(column: usize, value: &[u8]) -> u64 {
    let (words, rest) = value.as_chunks::<8>();
    let add = |state, word: &[u8; 8]| fold(state ^ u64::from_le_bytes(*word), FIRST);
    let state = words.iter().fold(begin(column, value.len()), add);
    fold(state ^ last_word(value, rest), SECOND)
}

/// The same of a value of 8 bytes.
pub(super) fn sum_of_word(column: usize, value: [u8; 8]) -> u64 {
    fold(fold(begin(column, 8) ^ u64::from_le_bytes(value), FIRST), SECOND)
}

fn begin(column: usize, length: usize) -> u64 {
    FIRST ^ ((column as u64) << 56) ^ length as u64
}

/// The last bytes of a value, fewer than 8, as a number. Bytes are not copied one by one, nor by
/// a call: in most columns they are all there is. Longer values are read from their end, and what
/// has been summed is shifted out.
fn last_word(value: &[u8], rest: &[u8]) -> u64 {
    let bits = |count: usize| count * 8;
    if let (Some(end), false) = (value.last_chunk::<8>(), rest.is_empty()) {
        return u64::from_le_bytes(*end) >> bits(8 - rest.len());
    }
    if let (Some(first), Some(end)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        let end = u64::from(u32::from_le_bytes(*end)) << bits(rest.len() - 4);
        return u64::from(u32::from_le_bytes(*first)) | end;
    }
    match *rest {
        [] => 0,
        [a] => u64::from(a),
        [a, b, ref c @ ..] => {
            u64::from_le_bytes([a, b, c.first().copied().unwrap_or(0), 0, 0, 0, 0, 0])
        }
    }
}
