//! A flat JSON object, member by member, without decoding or allocating.
//!
//! Only the plain form is read: no nested values, no escapes in keys, whole numbers of 64
//! bits. Whatever else a line is, the exact reader of events decides.
//!
//! What it does *not* know: which keys matter.

/// What a member's value is; texts with where they lie between their quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A text; whether it has escapes, and such that could hide a printable character.
    Text {
        escaped: bool,
        odd: bool,
    },
    /// A whole number.
    Number,
    True,
    False,
    Null,
}

/// Shows each member: key, the value's bytes from and until, and what it is. `None` when the line is not in the plain
/// form or `see` wants no more.
pub(super) fn scan<'l>(
    line: &'l [u8],
    mut see: impl FnMut(&'l [u8], usize, usize, Token) -> Option<()>,
) -> Option<()> {
    let mut at = blank(line, 0);
    if line.get(at) != Some(&b'{') {
        return None;
    }
    at = blank(line, at + 1);
    loop {
        if line.get(at) != Some(&b'"') {
            return None;
        }
        let end = special(line, at + 1)?;
        if line[end] != b'"' {
            return None;
        }
        let key = &line[at + 1..end];
        at = blank(line, end + 1);
        if line.get(at) != Some(&b':') {
            return None;
        }
        at = blank(line, at + 1);
        let (from, until, token, next) = value(line, at)?;
        see(key, from, until, token)?;
        at = blank(line, next);
        match line.get(at) {
            Some(b',') => at = blank(line, at + 1),
            Some(b'}') => return (blank(line, at + 1) == line.len()).then_some(()),
            _ => return None,
        }
    }
}

fn blank(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// A value: where its bytes lie, what it is, and where the text goes on.
fn value(line: &[u8], at: usize) -> Option<(usize, usize, Token, usize)> {
    let word = |text: &[u8], token: Token| {
        line[at..].starts_with(text).then_some((at, at + text.len(), token, at + text.len()))
    };
    match *line.get(at)? {
        b'"' => {
            let (mut end, mut escaped, mut odd) = (at + 1, false, false);
            loop {
                end = special(line, end)?;
                if line[end] == b'"' {
                    return Some((at + 1, end, Token::Text { escaped, odd }, end + 1));
                }
                match line.get(end + 1)? {
                    b'"' | b'\\' | b'n' | b'r' | b't' | b'b' | b'f' => {}
                    b'/' => odd = true,
                    b'u' => {
                        let digits = line.get(end + 2..end + 6)?;
                        if !digits.iter().all(u8::is_ascii_hexdigit) {
                            return None;
                        }
                        odd = true;
                    }
                    _ => return None,
                }
                escaped = true;
                end += 2;
            }
        }
        b't' => word(b"true", Token::True),
        b'f' => word(b"false", Token::False),
        b'n' => word(b"null", Token::Null),
        first => {
            let digits = at + usize::from(first == b'-');
            let mut end = digits;
            while line.get(end).is_some_and(u8::is_ascii_digit) {
                end += 1;
            }
            let is_zero = line.get(digits) == Some(&b'0') && (end - digits > 1 || first == b'-');
            let goes_on = matches!(line.get(end), Some(b'.' | b'e' | b'E'));
            let count = end - digits;
            let fits = || {
                let text = std::str::from_utf8(&line[at..end]);
                text.is_ok_and(|text| text.parse::<i64>().is_ok())
            };
            let is_whole = count > 0 && (count <= 18 || fits());
            (is_whole && !is_zero && !goes_on).then_some((at, end, Token::Number, end))
        }
    }
}

/// The next quote or backslash.
fn special(line: &[u8], from: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut at = from;
    // Most texts are short: eight bytes at a time, then whatever the processor offers.
    while at < from + 32 {
        let Some(bytes) = line.get(at..at + 8) else { break };
        let word = u64::from_le_bytes(bytes.try_into().ok()?);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
        let found = zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c));
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    memchr::memchr2(b'"', b'\\', line.get(at..)?).map(|found| at + found)
}

/// Appends the text that stands between quotes, as events have it: lone surrogates and NUL are
/// U+FFFD.
pub(super) fn decode(escaped: &str, out: &mut String) {
    let mut rest = escaped;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (char, width) = escape(&rest[at..]);
        out.push(if char == '\0' { '\u{fffd}' } else { char });
        rest = &rest[at + width..];
    }
    out.push_str(rest);
}

/// The character of an escape, and the escape's width.
fn escape(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        let hex = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(hex, 16).ok()
    };
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'u') => match (unit(0), unit(6)) {
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                (char::from_u32(code).unwrap_or('\u{fffd}'), 12)
            }
            (Some(code), _) => (char::from_u32(code).unwrap_or('\u{fffd}'), 6),
            (None, _) => ('\u{fffd}', 2),
        },
        Some(&byte) => (char::from(byte), 2),
        None => ('\\', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(line: &str) -> Option<Vec<(String, String, Token)>> {
        let mut members = Vec::new();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        scan(line.as_bytes(), |key, from, until, token| {
            members.push((text(key), text(&line.as_bytes()[from..until]), token));
            Some(())
        })?;
        Some(members)
    }

    #[test]
    fn plain_objects_are_read() {
        let line = r#" {"a": "x\\y\"", "b":-12,"c" :true,"d":null,"long":"0123456789012345678901234567890123456789\u0041"} "#;
        let members = all(line).expect("a plain object");
        let tokens: Vec<Token> = members.iter().map(|member| member.2).collect();
        assert_eq!(
            tokens,
            [
                Token::Text { escaped: true, odd: false },
                Token::Number,
                Token::True,
                Token::Null,
                Token::Text { escaped: true, odd: true },
            ]
        );
        assert_eq!(members[0].1, r#"x\\y\""#);
    }

    #[test]
    fn whatever_else_is_left_to_the_exact_reader() {
        for line in [
            "",
            "[]",
            "{}",
            r#"{"a":{}}"#,
            r#"{"a":[1]}"#,
            r#"{"a":1.5}"#,
            r#"{"a":1e3}"#,
            r#"{"a":01}"#,
            r#"{"a":-0}"#,
            r#"{"a\u0041":1}"#,
            r#"{"a":"x"#,
            r#"{"a":1} x"#,
            r#"{"a":1,}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":12345678901234567890}"#,
            r#"{"a":tru}"#,
        ] {
            assert_eq!(all(line), None, "{line}");
        }
    }

    #[test]
    fn escapes_are_decoded_as_events_have_them() {
        let text = |escaped: &str| {
            let mut out = String::new();
            decode(escaped, &mut out);
            out
        };
        assert_eq!(text(r#"a\\b\"\/\n\u0041\ud83d\ude00"#), "a\\b\"/\nA\u{1f600}");
        assert_eq!(text(r"\ud800x\u0000\udc00"), "\u{fffd}x\u{fffd}\u{fffd}");
    }
}
