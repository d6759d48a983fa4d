//! The words and signs of a filter's text, each with its place.
//!
//! What it does *not* know: in which order they make sense.

use super::error::ParseError;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::combinator::map;
use nom::{IResult, Parser as _};

/// One word or sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A run of characters without quotes.
    Word(&'t str),
    /// A text in double or single quotes, unescaped.
    Quoted(String),
    /// A name in backquotes, unescaped.
    Name(String),
    /// An operator, a parenthesis or a comma.
    Sign(&'static str),
}

/// A token and where it begins, in bytes.
pub(super) struct Placed<'t> {
    pub(super) token: Token<'t>,
    pub(super) offset: usize,
}

/// Signs, the longer before those that they begin with.
const SIGNS: [&str; 13] = ["!==", "==", "!=", "!~", "<=", ">=", "=", "~", "<", ">", "(", ")", ","];

/// Splits a text.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, ParseError> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let offset = text.len() - rest.len();
        let (after, token) = token(rest).map_err(|_| fault(text, offset))?;
        found.push(Placed { token, offset });
        rest = after.trim_start();
    }
    Ok(found)
}

fn fault(text: &str, offset: usize) -> ParseError {
    let found = text[offset..].chars().next().unwrap_or(' ');
    if "\"'`".contains(found) {
        return ParseError::new(text, offset, format!("the {found} that opens here is not closed"));
    }
    ParseError::new(text, offset, format!("\"{found}\" has no meaning here"))
}

fn token(text: &str) -> IResult<&str, Token<'_>> {
    alt((quoted, sign, map(take_while1(is_bare), Token::Word))).parse(text)
}

/// Whether a character may stand in a word without quotes.
fn is_bare(char: char) -> bool {
    let is_sign = matches!(char, '(' | ')' | '=' | '!' | '<' | '>' | '~' | ',');
    !is_sign && !matches!(char, '"' | '\'' | '`') && !char.is_whitespace()
}

fn sign(text: &str) -> IResult<&str, Token<'_>> {
    if text.starts_with(|char: char| char.is_ascii_alphanumeric()) {
        return refuse(text);
    }
    for sign in SIGNS {
        if let Ok((rest, _)) = tag::<_, _, nom::error::Error<&str>>(sign).parse(text) {
            return Ok((rest, Token::Sign(sign)));
        }
    }
    refuse(text)
}

fn refuse<T>(text: &str) -> IResult<&str, T> {
    Err(nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::Tag)))
}

fn quoted(text: &str) -> IResult<&str, Token<'_>> {
    let mut chars = text.chars();
    let found = match chars.next() {
        Some('"') => escaped(chars.as_str(), '"').map(|(text, rest)| (Token::Quoted(text), rest)),
        Some('`') => escaped(chars.as_str(), '`').map(|(text, rest)| (Token::Name(text), rest)),
        Some('\'') => doubled(chars.as_str()).map(|(text, rest)| (Token::Quoted(text), rest)),
        _ => None,
    };
    match found {
        Some((token, rest)) => Ok((rest, token)),
        None => refuse(text),
    }
}

/// Reads up to the closing quote. In backquotes only the quote and `\` are escaped; in double
/// quotes `\n`, `\r`, `\t` and `\u{…}` too. A `\` before anything else stands for itself.
fn escaped(text: &str, quote: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        // The quote is of ASCII.
        let stop = memchr::memchr2(quote as u8, b'\\', rest.as_bytes())?;
        out.push_str(&rest[..stop]);
        rest = &rest[stop..];
        if rest.starts_with(quote) {
            return Some((out, &rest[1..]));
        }
        let (char, width) = escape(&rest[1..], quote).unwrap_or(('\\', 0));
        out.push(char);
        rest = &rest[1 + width..];
    }
}

/// The character that an escape stands for, and the bytes of it after the backslash.
fn escape(text: &str, quote: char) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    match first {
        '\\' => Some(('\\', 1)),
        char if char == quote => Some((char, 1)),
        _ if quote == '`' => None,
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        'u' => {
            let hex = text.strip_prefix("u{")?.split_once('}')?.0;
            let digits = hex.len() <= 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
            let code = u32::from_str_radix(hex, 16).ok().filter(|_| digits)?;
            Some((char::from_u32(code)?, hex.len() + 3))
        }
        _ => None,
    }
}

/// Reads up to the closing single quote; `''` is one quote.
fn doubled(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('\'')?;
        out.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => {
                out.push('\'');
                rest = more;
            }
            None => return Some((out, after)),
        }
    }
}
