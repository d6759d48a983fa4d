//! A flat JSON object, member by member, without decoding or allocating.
//!
//! Only the plain form is read: no nested values but lists of scalars, no escapes in keys, whole
//! numbers of 64 bits. Whatever else a line is, the exact reader of events decides.
//!
//! What it does *not* know: which keys matter.

use super::mark::Marks;

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
    /// Several scalars, between their brackets.
    List,
}

/// A stretch of the line: from and until.
pub(super) type Stretch = (usize, usize);

/// Shows each member: where its key lies, where its value lies, and what that is. `None` when the
/// line is not in the plain form or `see` wants no more. `marks` are the line's.
pub(super) fn scan(
    line: &[u8],
    marks: &Marks,
    mut see: impl FnMut(Stretch, Stretch, Token) -> Option<()>,
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
        let end = marks.next(at + 1)?;
        if line.get(end) != Some(&b'"') {
            return None;
        }
        let key = (at + 1, end);
        at = blank(line, end + 1);
        if line.get(at) != Some(&b':') {
            return None;
        }
        at = blank(line, at + 1);
        let (stretch, token, next) = value(line, marks, at)?;
        see(key, stretch, token)?;
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
fn value(line: &[u8], marks: &Marks, at: usize) -> Option<(Stretch, Token, usize)> {
    let word = |text: &[u8], token: Token| {
        let end = at + text.len();
        line[at..].starts_with(text).then_some(((at, end), token, end))
    };
    match *line.get(at)? {
        b'"' => {
            let (mut end, mut escaped, mut odd) = (at + 1, false, false);
            loop {
                end = marks.next(end)?;
                if line.get(end) == Some(&b'"') {
                    return Some(((at + 1, end), Token::Text { escaped, odd }, end + 1));
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
        b'[' => list(line, marks, at),
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
            (is_whole && !is_zero && !goes_on).then_some(((at, end), Token::Number, end))
        }
    }
}

/// A list of scalars.
fn list(line: &[u8], marks: &Marks, from: usize) -> Option<(Stretch, Token, usize)> {
    let mut at = blank(line, from + 1);
    if line.get(at) == Some(&b']') {
        return Some(((from, at + 1), Token::List, at + 1));
    }
    loop {
        if line.get(at) == Some(&b'[') {
            return None;
        }
        at = blank(line, value(line, marks, at)?.2);
        match line.get(at) {
            Some(b',') => at = blank(line, at + 1),
            Some(b']') => return Some(((from, at + 1), Token::List, at + 1)),
            _ => return None,
        }
    }
}

/// Shows the scalars of a list that [`scan`] came upon.
pub(super) fn items(
    line: &[u8],
    marks: &Marks,
    (from, until): Stretch,
    mut see: impl FnMut(Stretch, Token),
) {
    let mut at = blank(line, from + 1);
    while at + 1 < until {
        let Some((stretch, token, next)) = value(line, marks, at) else { return };
        see(stretch, token);
        // Behind the comma or the bracket.
        at = blank(line, blank(line, next) + 1);
    }
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
        let mut marks = Marks::default();
        marks.read(line.as_bytes());
        scan(line.as_bytes(), &marks, |key, value, token| {
            let text = |(from, until)| line[from..until].to_owned();
            members.push((text(key), text(value), token));
            Some(())
        })?;
        Some(members)
    }

    #[test]
    fn plain_objects_are_read() {
        let line = r#" {"a": "x\\y\"", "b":-12,"c" :true,"d":null,"e":[1, "]"],"f":[ ],"long":"0123456789012345678901234567890123456789\u0041"} "#;
        let members = all(line).expect("a plain object");
        let tokens: Vec<Token> = members.iter().map(|member| member.2).collect();
        assert_eq!(
            tokens,
            [
                Token::Text { escaped: true, odd: false },
                Token::Number,
                Token::True,
                Token::Null,
                Token::List,
                Token::List,
                Token::Text { escaped: true, odd: true },
            ]
        );
        assert_eq!(members[0].1, r#"x\\y\""#);
    }

    #[test]
    fn lists_give_their_scalars() {
        let line = br#"{"a": [ 1,"x]\\" , true,null ],"b":[ ],"c":["y"]}"#;
        let mut marks = Marks::default();
        marks.read(line);
        let mut lists = Vec::new();
        scan(line, &marks, |_, stretch, _| {
            let mut list = Vec::new();
            items(line, &marks, stretch, |(from, until), token| {
                list.push((String::from_utf8_lossy(&line[from..until]).into_owned(), token));
            });
            lists.push(list);
            Some(())
        });
        let text = |escaped| Token::Text { escaped, odd: false };
        let item = |text: &str, token| (text.to_owned(), token);
        let first = vec![
            item("1", Token::Number),
            item(r"x]\\", text(true)),
            item("true", Token::True),
            item("null", Token::Null),
        ];
        assert_eq!(lists, [first, vec![], vec![item("y", text(false))]]);
    }

    #[test]
    fn whatever_else_is_left_to_the_exact_reader() {
        for line in [
            "",
            "[]",
            "{}",
            r#"{"a":{}}"#,
            r#"{"a":[[1]]}"#,
            r#"{"a":[{}]}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[1"#,
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
