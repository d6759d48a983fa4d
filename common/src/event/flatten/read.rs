//! One pass over the bytes of a JSON object: values out, under the paths of their keys.
//!
//! Strict (RFC 8259): no comments, no trailing commas, no control characters in strings. An
//! integer beyond 64 bits is a float, a number beyond a float is the text that was written.
//!
//! What it does *not* know: the order of fields, which of equal names wins.

use super::name::{Names, Path, ROOT};
use crate::event::value::Value;
use std::borrow::Cow;

/// Objects and lists nest no deeper.
const DEEPEST: u16 = 128;

/// Why a text is not one JSON object, and at which byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bad(pub(super) usize, pub(super) &'static str);

/// A value, its path, and in how many objects and lists it lies: a literal key lies in fewer
/// than the nested path of the same name.
#[derive(Clone, Debug)]
pub(super) struct Leaf<'a> {
    pub(super) value: Value<'a>,
    pub(super) depth: u16,
}

/// Reads a text.
pub(super) struct Reader<'a, 'n> {
    text: &'a str,
    at: usize,
    names: &'n mut Names,
    /// One for each leaf.
    pub(super) paths: Vec<Path>,
    pub(super) leaves: Vec<Leaf<'a>>,
}

impl<'a, 'n> Reader<'a, 'n> {
    pub(super) fn new(text: &'a str, names: &'n mut Names, paths: Vec<Path>) -> Reader<'a, 'n> {
        names.begin();
        let leaves = Vec::with_capacity(paths.capacity().clamp(8, 64));
        Reader { text, at: 0, names, paths, leaves }
    }

    /// Reads the whole text as one object.
    pub(super) fn whole(&mut self) -> Result<(), Bad> {
        self.space();
        if self.peek() != Some(b'{') {
            return Err(Bad(self.at, "expected a JSON object"));
        }
        self.object(ROOT, 0)?;
        self.space();
        if self.at < self.text.len() {
            return Err(Bad(self.at, "trailing characters"));
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Bad> {
        if self.peek() != Some(byte) {
            return Err(Bad(self.at, what));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads an object that begins here.
    fn object(&mut self, path: Path, depth: u16) -> Result<(), Bad> {
        if depth >= DEEPEST {
            return Err(Bad(self.at, "nests too deep"));
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.expect(b'"', "expected a key")?;
            let member = self.key(path)?;
            self.space();
            self.expect(b':', "expected `:`")?;
            self.space();
            self.member(member, depth)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Bad(self.at, "expected `,` or `}`")),
            }
            self.space();
        }
    }

    /// Reads a key up to its closing quote: often the one that came here before.
    fn key(&mut self, parent: Path) -> Result<Path, Bad> {
        if let Some((path, key)) = self.names.guess(parent) {
            let rest = &self.text.as_bytes()[self.at..];
            if rest.get(key.len()) == Some(&b'"') && rest.starts_with(key.as_bytes()) {
                self.at += key.len() + 1;
                self.names.go_on(path);
                return Ok(path);
            }
        }
        let key = self.string()?;
        let path = self.names.join(parent, &key);
        self.names.note(path);
        Ok(path)
    }

    fn member(&mut self, path: Path, depth: u16) -> Result<(), Bad> {
        match self.peek() {
            Some(b'{') => self.object(path, depth + 1),
            Some(b'[') => {
                let mut items = Vec::new();
                let first = self.leaves.len();
                self.list(path, depth + 1, &mut items)?;
                self.gather(first);
                if !items.is_empty() {
                    self.push(path, depth, Value::List(items));
                }
                Ok(())
            }
            _ => {
                if let Some(value) = self.scalar()? {
                    self.push(path, depth, value);
                }
                Ok(())
            }
        }
    }

    fn push(&mut self, path: Path, depth: u16, value: Value<'a>) {
        self.paths.push(path);
        self.leaves.push(Leaf { value, depth });
    }

    /// Reads a list that begins here: scalars into `items`, the members of objects as leaves.
    fn list(&mut self, path: Path, depth: u16, items: &mut Vec<Value<'a>>) -> Result<(), Bad> {
        if depth >= DEEPEST {
            return Err(Bad(self.at, "nests too deep"));
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            match self.peek() {
                Some(b'{') => self.object(path, depth + 1)?,
                Some(b'[') => self.list(path, depth + 1, items)?,
                _ => items.extend(self.scalar()?),
            }
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Bad(self.at, "expected `,` or `]`")),
            }
            self.space();
        }
    }

    /// Joins the leaves of equal paths from `first` on, found in a list's objects, into lists.
    fn gather(&mut self, first: usize) {
        if self.leaves.len() == first {
            return;
        }
        let leaves = self.leaves.drain(first..);
        let mut found: Vec<(Path, Leaf<'a>)> = self.paths.drain(first..).zip(leaves).collect();
        found.sort_by_key(|(path, _)| *path);
        for (path, leaf) in found {
            if self.paths.len() == first || self.paths.last() != Some(&path) {
                self.paths.push(path);
                self.leaves.push(Leaf { value: Value::List(Vec::new()), depth: leaf.depth });
            }
            if let Some(Leaf { value: Value::List(list), .. }) = self.leaves.last_mut() {
                match leaf.value {
                    Value::List(items) => list.extend(items),
                    item => list.push(item),
                }
            }
        }
    }

    /// Reads a scalar; null is nothing.
    fn scalar(&mut self) -> Result<Option<Value<'a>>, Bad> {
        Ok(match self.peek() {
            Some(b'"') => {
                self.at += 1;
                Some(Value::Text(self.string()?))
            }
            Some(b'-' | b'0'..=b'9') => Some(self.number()?),
            Some(b't') => self.word("true", Some(Value::Bool(true)))?,
            Some(b'f') => self.word("false", Some(Value::Bool(false)))?,
            Some(b'n') => self.word("null", None)?,
            _ => return Err(Bad(self.at, "expected a value")),
        })
    }

    fn word(&mut self, word: &str, value: Option<Value<'a>>) -> Result<Option<Value<'a>>, Bad> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(Bad(self.at, "expected a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value<'a>, Bad> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let negative = bytes[start] == b'-';
        let mut at = start + usize::from(negative);
        let first = at;
        let mut sum: i64 = 0;
        while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            sum = sum.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            at += 1;
        }
        let digits = at - first;
        if digits == 0 || digits > 1 && bytes[first] == b'0' {
            return Err(Bad(at, "invalid number"));
        }
        let plain = !matches!(bytes.get(at), Some(b'.' | b'e' | b'E'));
        if plain && digits <= 18 {
            self.at = at;
            return Ok(Value::Int(if negative { -sum } else { sum }));
        }
        self.at = fraction(bytes, at)?;
        let text = &self.text[start..self.at];
        if plain && let Ok(number) = text.parse() {
            return Ok(Value::Int(number));
        }
        let number = text.parse().ok().and_then(Value::number);
        Ok(number.unwrap_or(Value::Text(Cow::Borrowed(text))))
    }

    /// Reads a string up to its closing quote, borrowed where it has no escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, Bad> {
        let start = self.at;
        let end = special(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        self.escaped(start, end).map(Cow::Owned)
    }

    /// Reads a string whose first special byte is at `end`.
    fn escaped(&mut self, start: usize, mut end: usize) -> Result<String, Bad> {
        let bytes = self.text.as_bytes();
        let close = closing(bytes, end);
        let mut out = String::with_capacity(close - start);
        let mut kept = start;
        loop {
            match bytes.get(end) {
                Some(b'"') => {
                    out.push_str(&self.text[kept..end]);
                    self.at = end + 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    out.push_str(&self.text[kept..end]);
                    kept = escape(bytes, end, &mut out)?;
                }
                Some(_) => return Err(Bad(end, "control character in a string")),
                None => return Err(Bad(end, "unterminated string")),
            }
            end = special(bytes, kept);
        }
    }
}

/// Reads `.5e-7` after an integer; returns the column after it.
fn fraction(bytes: &[u8], mut at: usize) -> Result<usize, Bad> {
    let digits = |mut at: usize| {
        let first = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        if at == first { Err(Bad(at, "invalid number")) } else { Ok(at) }
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(at + 1 + sign)?;
    }
    Ok(at)
}

/// The closing quote of a string, or its text's end.
fn closing(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        if bytes[at + found] == b'"' {
            return at + found;
        }
        at += found + 2;
    }
    bytes.len()
}

/// How long a string is before it is worth looking at many bytes at once.
const LONG: usize = 32;

/// The first quote, backslash or control character from a column on.
fn special(bytes: &[u8], at: usize) -> usize {
    let short = bytes.get(..at + LONG).unwrap_or(bytes);
    let near = special_in(short, at);
    if near < short.len() || short.len() == bytes.len() {
        return near;
    }
    let rest = &bytes[near..];
    let inside = &rest[..memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len())];
    // Without an early end the compiler compares many bytes at once.
    let has_control = inside.iter().fold(false, |has, &byte| has | (byte < 0x20));
    if has_control { special_in(bytes, near) } else { near + inside.len() }
}

fn special_in(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 128;
    while let Some(chunk) = bytes.get(at..at + 8).and_then(|chunk| chunk.try_into().ok()) {
        let word = u64::from_le_bytes(chunk);
        let quote = word ^ (ONES * 0x22);
        let slash = word ^ (ONES * 0x5c);
        // A byte below the limit borrows from its high bit; false alarms come only after a hit.
        let found = (quote.wrapping_sub(ONES) & !quote
            | slash.wrapping_sub(ONES) & !slash
            | word.wrapping_sub(ONES * 0x20) & !word)
            & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
}

/// Undoes the escape at a column; returns the column after it. Half a surrogate pair and NUL, which
/// no text here may hold, become U+FFFD.
fn escape(bytes: &[u8], at: usize, out: &mut String) -> Result<usize, Bad> {
    let char = match bytes.get(at + 1) {
        Some(&byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => {
            let Some(unit) = unit(bytes, at) else { return Err(Bad(at, "invalid escape")) };
            let low = matches!(unit, 0xd800..=0xdbff).then(|| self::unit(bytes, at + 6)).flatten();
            let pair = low.filter(|low| (0xdc00..=0xdfff).contains(low));
            let code = match pair {
                Some(low) => 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00),
                None => unit,
            };
            let char = char::from_u32(code).filter(|&char| char != '\0');
            out.push(char.unwrap_or('\u{fffd}'));
            return Ok(at + if pair.is_some() { 12 } else { 6 });
        }
        _ => return Err(Bad(at, "invalid escape")),
    };
    out.push(char);
    Ok(at + 2)
}

/// Reads `\u1234`.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let hex = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    hex.iter().try_fold(0, |sum, &byte| Some(sum * 16 + char::from(byte).to_digit(16)?))
}
