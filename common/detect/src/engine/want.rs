//! What a value must be or have for a test to hold, so that an index finds it.
//!
//! What it does *not* know: rules; how it is searched for.

use super::literal::literals;
use super::needle::undash;
use super::rarity::share_of;
use common::filter::{Test, Text, TextTest, fold};

/// What a value must be or have, written as JSON writes it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum How {
    /// The whole value.
    Exact(Vec<u8>),
    /// A number, or a text that is one.
    Number(f64),
    Start(Vec<u8>),
    End(Vec<u8>),
    Part(Vec<u8>),
    /// A byte that is no letter.
    Byte(u8),
    /// A character beyond ASCII.
    Wide,
    /// Anything.
    Present,
    /// A part of any value of the event.
    Keyword(Vec<u8>),
}

/// About what share of values have it.
pub(super) fn cost(how: &How) -> f32 {
    match how {
        How::Exact(text) => share_of(text) * 0.5,
        How::Number(_) => 0.02,
        How::Start(text) | How::End(text) => share_of(text) * 0.7,
        How::Part(text) => share_of(text),
        How::Byte(byte) => share_of(&[*byte]),
        How::Wide => 0.01,
        How::Present => 0.9,
        How::Keyword(text) => share_of(text) * 10.0 + 0.05,
    }
}

/// What a value that a test holds for must have, one of these.
pub(super) fn hows(test: &Test) -> Vec<How> {
    match test {
        Test::Text(test) => vec![of_text(test)],
        Test::Dash(test) => {
            let text = undash(test.folded());
            vec![cheaper(part(text.split(['-', '*', '?', '\\'])), &text)]
        }
        Test::Number(number) => vec![How::Number(*number)],
        Test::Regex(regex) => match literals(regex.pattern()) {
            Some(list) => list.iter().map(|text| part([text.as_str()].into_iter())).collect(),
            None => vec![How::Present],
        },
        _ => vec![How::Present],
    }
}

fn of_text(test: &TextTest) -> How {
    let text = fold(&test.pattern);
    let is_plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    match test.kind {
        Text::Equals if is_plain => How::Exact(escape(&text)),
        Text::StartsWith if is_plain && !text.is_empty() => How::Start(escape(&text)),
        Text::EndsWith if is_plain && !text.is_empty() => How::End(escape(&text)),
        // A backslash of a glob may stand for itself or for the next character: neither is needed.
        Text::Glob => cheaper(part(text.split(['*', '?', '\\'])), &text),
        _ => cheaper(part([text.as_ref()].into_iter()), &text),
    }
}

/// The part, or that a character beyond ASCII is there where the text has one: these fold among
/// themselves.
fn cheaper(part: How, text: &str) -> How {
    if !text.is_ascii() && cost(&How::Wide) < cost(&part) { How::Wide } else { part }
}

/// The rarest run of printable ASCII characters in these texts.
fn part<'t>(texts: impl Iterator<Item = &'t str>) -> How {
    let is_apart = |char: char| !(' '..='~').contains(&char);
    let runs = texts.flat_map(|text| text.split(is_apart)).map(escape);
    let runs =
        runs.filter(|run| run.len() >= 2 || run.iter().any(|it| !it.is_ascii_alphanumeric()));
    match runs.min_by(|a, b| share_of(a).total_cmp(&share_of(b))) {
        Some(run) if run.len() == 1 => How::Byte(run[0]),
        Some(run) => How::Part(run),
        None => How::Present,
    }
}

/// A text of printable ASCII as JSON writes it.
fn escape(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 4);
    for byte in text.bytes() {
        if byte == b'\\' || byte == b'"' {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::filter::Regex;

    fn how(test: &Test) -> How {
        hows(test).remove(0)
    }

    fn text(kind: Text, pattern: &str) -> Test {
        Test::Text(TextTest::new(kind, pattern))
    }

    #[test]
    fn witnesses_are_written_as_json_is() {
        assert_eq!(how(&text(Text::Equals, r"C:\X")), How::Exact(br"c:\\x".to_vec()));
        assert_eq!(how(&text(Text::EndsWith, r"\cmd.exe")), How::End(br"\\cmd.exe".to_vec()));
        assert_eq!(how(&text(Text::Contains, "a\u{e9}qzxj")), How::Part(b"qzxj".to_vec()));
        assert_eq!(how(&text(Text::Equals, "\u{e9}")), How::Wide);
        assert_eq!(how(&text(Text::EndsWith, "\u{e9}.exe")), How::Wide);
        assert_eq!(how(&text(Text::Glob, "x*mimikatz?y")), How::Part(b"mimikatz".to_vec()));
        assert_eq!(how(&text(Text::Contains, "")), How::Present);
        assert_eq!(
            how(&Test::Dash(TextTest::new(Text::Contains, " -enc/x"))),
            How::Part(b"enc".to_vec())
        );
        assert_eq!(
            how(&Test::Regex(Regex::new("foo.*(bar|baz)q").expect("a regex"))),
            How::Part(b"barq".to_vec())
        );
        assert_eq!(how(&Test::Exists), How::Present);
    }
}
