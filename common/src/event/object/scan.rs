//! The small parts of a JSON text: where a string ends, what its escapes mean, the digits of a
//! number.
//!
//! Strict (RFC 8259): no control characters in strings, no escapes but its own, no leading zeros.
//!
//! Bytes are looked at in chunks. A text has NULs behind it ([`super::padded`]), so that there is a
//! chunk wherever something may begin; what has none is read byte by byte.
//!
//! What it does *not* know: objects, names.

use wide::u8x16;

/// Why a text is not one JSON object, and at which byte.
pub(super) type Bad = (usize, &'static str);

/// The first quote, backslash or control character from a place on; the text's end where none is.
#[inline]
pub(super) fn special(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let found = specials(*chunk);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += 16;
    }
    while bytes.get(at).is_some_and(|&byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
}

/// The first special byte as [`special`] finds it, if it is among the next 16; else the place behind
/// them.
#[inline]
pub(super) fn near(bytes: &[u8], at: usize) -> usize {
    let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { return at };
    at + (specials(*chunk) | 1 << 16).trailing_zeros() as usize
}

/// Which of 16 bytes are quotes, backslashes and control characters, a bit each.
#[inline]
fn specials(chunk: [u8; 16]) -> u32 {
    let chunk = u8x16::new(chunk);
    let found = chunk.simd_eq(u8x16::splat(b'"'))
        | chunk.simd_eq(u8x16::splat(b'\\'))
        | chunk.min(u8x16::splat(0x1f)).simd_eq(chunk);
    found.to_bitmask()
}

/// The closing quote of a string whose first special byte is at a place.
pub(super) fn closing(bytes: &[u8], mut at: usize) -> Result<usize, Bad> {
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(at),
            Some(b'\\') => match bytes.get(at + 1) {
                Some(b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'b' | b'f') => at += 2,
                Some(b'u') if unit(bytes, at).is_some() => at += 6,
                _ => return Err((at, "invalid escape")),
            },
            Some(_) => return Err((at, "control character in a string")),
            None => return Err((at, "unterminated string")),
        }
        at = special(bytes, at);
    }
}

/// Undoes the escapes of a string that [`closing`] has read. Half a surrogate pair and NUL, which
/// no text here may hold, become U+FFFD.
pub(super) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[kept..]) {
        let at = kept + found;
        out.push_str(&text[kept..at]);
        kept = escape(bytes, at, &mut out);
    }
    out.push_str(&text[kept..]);
    out
}

/// Undoes the escape at a place; returns the place after it.
fn escape(bytes: &[u8], at: usize, out: &mut String) -> usize {
    let char = match bytes.get(at + 1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => {
            let unit = |at| unit(bytes, at);
            let high = unit(at).unwrap_or(0);
            let low = matches!(high, 0xd800..=0xdbff).then(|| unit(at + 6)).flatten();
            let pair = low.filter(|low| (0xdc00..=0xdfff).contains(low));
            let code = pair.map_or(high, |low| 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            let char = char::from_u32(code).filter(|&char| char != '\0');
            out.push(char.unwrap_or('\u{fffd}'));
            return at + if pair.is_some() { 12 } else { 6 };
        }
        Some(&byte) => char::from(byte),
        None => return bytes.len(),
    };
    out.push(char);
    at + 2
}

/// Reads `\u1234`.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let hex = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    hex.iter().try_fold(0, |sum, &byte| Some(sum * 16 + char::from(byte).to_digit(16)?))
}

/// How many digits stand at a place, and their value where there are at most 18.
#[inline]
pub(super) fn digits(bytes: &[u8], mut at: usize) -> (usize, i64) {
    const TENS: [i64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    let (mut count, mut sum) = (0, 0i64);
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let (more, value) = eight(u64::from_le_bytes(*chunk));
        sum = sum.wrapping_mul(TENS[more]).wrapping_add(value);
        (count, at) = (count + more, at + more);
        if more < 8 {
            return (count, sum);
        }
    }
    while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
        sum = sum.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
        (count, at) = (count + 1, at + 1);
    }
    (count, sum)
}

/// The integer without a sign that stands at a place, and where it ends, if it has at most seven
/// digits and neither a fraction nor an exponent.
#[inline]
pub(super) fn small(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let chunk = u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
    let (count, value) = eight(chunk);
    let is_short = count.wrapping_sub(1) < 7;
    let begins_with_nought = chunk & 0xff == u64::from(b'0') && count > 1;
    let goes_on = || matches!((chunk >> (8 * count)) & 0xff, 0x2e | 0x45 | 0x65);
    (is_short && !begins_with_nought && !goes_on()).then_some((value, at + count))
}

/// How many of eight bytes, the lowest first, are digits before another comes; their value.
#[inline]
#[allow(clippy::cast_possible_wrap, reason = "at most eight digits")]
fn eight(chunk: u64) -> (usize, i64) {
    const ONES: u64 = u64::MAX / 255;
    let low = chunk ^ (ONES * 0x30);
    // A byte above nine gets its high bit; what that carries over changes later bytes alone.
    let other = (low.wrapping_add(ONES * 0x76) | low) & (ONES * 0x80);
    let count = (other.trailing_zeros() / 8) as usize;
    if count == 0 {
        return (0, 0);
    }
    let digits = low << (64 - 8 * count);
    let pairs = (digits.wrapping_mul(2_561) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(6_553_601) >> 16) & 0x0000_ffff_0000_ffff;
    let value = fours.wrapping_mul(42_949_672_960_001) >> 32;
    (count, value as i64)
}

/// Reads `.5e-7` after an integer; returns the place after it.
pub(super) fn fraction(bytes: &[u8], mut at: usize) -> Result<usize, Bad> {
    let more = |at: usize| match digits(bytes, at).0 {
        0 => Err((at, "invalid number")),
        count => Ok(at + count),
    };
    if bytes.get(at) == Some(&b'.') {
        at = more(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = more(at + 1 + sign)?;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_counted_and_read_at_every_length() {
        for length in 0..=18 {
            let number = &"987654321012345678"[..length];
            let value = number.parse().unwrap_or(0);
            for end in ["", ",", "}", ".", "/", ":", "é", "        ", "\u{7f}________"] {
                let text = format!("{number}{end}");
                assert_eq!(digits(text.as_bytes(), 0), (length, value), "{text}");
            }
        }
        assert_eq!(digits("1".repeat(100).as_bytes(), 0).0, 100);
    }

    #[test]
    fn small_numbers_are_read_alone() {
        for length in 0..=9 {
            let number = &"987654321"[..length];
            for end in [",", "}", " ", "\u{0}", ".", "e", "E", "/", ":", "]"] {
                let text = format!("{number}{end}\0\0\0\0\0\0\0\0");
                let is_small = (1..8).contains(&length) && !matches!(end, "." | "e" | "E");
                let want = is_small.then(|| (number.parse().unwrap_or(0), length));
                assert_eq!(small(text.as_bytes(), 0), want, "{text}");
            }
        }
        for (text, want) in [("0,      ", Some((0, 1))), ("00,     ", None), ("01,     ", None)] {
            assert_eq!(small(text.as_bytes(), 0), want, "{text}");
        }
        for text in ["-1,     ", "+1,     ", ",       ", "1,"] {
            assert_eq!(small(text.as_bytes(), 0), None, "{text}");
        }
    }

    #[test]
    fn every_special_byte_is_found_at_every_place() {
        for length in 0..70 {
            let text = vec![b'x'; length];
            assert_eq!(special(&text, 0), length);
            let quoted = [&text[..], &[b'"'; 16]].concat();
            assert_eq!(near(&quoted, 0), length.min(16));
            for place in 0..length {
                for byte in [b'"', b'\\', 0, 0x1f, b'\n'] {
                    let mut text = text.clone();
                    text[place] = byte;
                    assert_eq!((special(&text, 0), special(&text, place)), (place, place));
                    assert_eq!(special(&text, place + 1), length);
                    text.resize(length + 16, b'"');
                    assert_eq!(near(&text, 0), place.min(16));
                }
                for byte in [0x20, 0x7f, 0x80, 0xff, b'!', b'#', b'['] {
                    let mut text = text.clone();
                    text[place] = byte;
                    assert_eq!(special(&text, 0), length);
                }
            }
        }
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(
            decode(r#"a\n\"\\\/\u00e9\ud83d\ude00\ud800x\u0000"#),
            "a\n\"\\/é😀\u{fffd}x\u{fffd}"
        );
        for text in [r"\q", r"\u12", r"\u12g4", r"\"] {
            assert!(closing(format!("{text}\"").as_bytes(), 0).is_err(), "{text}");
        }
    }
}
