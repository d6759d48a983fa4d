//! A field's value, owned or borrowed, and its canonical text.
//!
//! What it does *not* know: field names, events.

use super::object::{Leaf, Object};
use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// The value of a field in `ext` or among the original fields.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text without NUL.
    Text(Cow<'a, str>),
    /// An integer; also every integral number that fits.
    Int(i64),
    /// A finite number that is not an integer of 64 bits.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// Several values; never empty, never nested.
    List(Vec<Value<'a>>),
}

/// A value seen through a field name: of a column, of `ext`, or of the original fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'e> {
    /// Text.
    Text(&'e str),
    /// An integer, or a time in microseconds.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// An address in canonical form.
    Ip(IpAddr),
    /// Several values.
    List(List<'e>),
    /// Several texts (tags).
    Texts(&'e [Cow<'e, str>]),
}

/// The elements of a list, as values or as places in the text of a JSON object.
#[derive(Clone, Copy)]
pub struct List<'e>(Elements<'e>);

#[derive(Clone, Copy)]
enum Elements<'e> {
    Values(&'e [Value<'e>]),
    Leaves(&'e Object<'e>, &'e [Leaf]),
}

impl<'e> List<'e> {
    pub(super) fn of_leaves(object: &'e Object<'e>, leaves: &'e [Leaf]) -> List<'e> {
        List(Elements::Leaves(object, leaves))
    }

    /// How many there are: at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a list is never empty")]
    pub fn len(self) -> usize {
        match self.0 {
            Elements::Values(values) => values.len(),
            Elements::Leaves(_, leaves) => leaves.len(),
        }
    }

    /// One of them, counted from 0.
    #[must_use]
    pub fn nth(self, nth: usize) -> Option<ValueRef<'e>> {
        match self.0 {
            Elements::Values(values) => values.get(nth).map(ValueRef::from),
            Elements::Leaves(object, leaves) => leaves.get(nth).map(|leaf| object.element(*leaf)),
        }
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = ValueRef<'e>> {
        (0..self.len()).filter_map(move |nth| self.nth(nth))
    }
}

impl PartialEq for List<'_> {
    fn eq(&self, other: &List<'_>) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> Value<'a> {
    /// A number in canonical form: an integer where it is one.
    #[must_use]
    pub fn number(number: f64) -> Option<Value<'a>> {
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if !number.is_finite() {
            return None;
        }
        #[allow(clippy::cast_possible_truncation, reason = "checked: integral and in range")]
        if number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number) {
            return Some(Value::Int(number as i64));
        }
        Some(Value::Float(number))
    }

    /// The text of a scalar; a list gives itself back.
    ///
    /// # Errors
    /// The value, when it is a list.
    pub fn into_text(self) -> Result<Cow<'a, str>, Value<'a>> {
        match self {
            Value::Text(text) => Ok(text),
            Value::List(_) => Err(self),
            scalar => Ok(Cow::Owned(scalar.to_string())),
        }
    }

    pub(super) fn store_int<N: TryFrom<i64>>(self, slot: &mut Option<N>) -> Result<(), Value<'a>> {
        let number = match &self {
            Value::Int(number) => Some(*number),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        };
        match number.and_then(|number| N::try_from(number).ok()) {
            Some(number) => {
                *slot = Some(number);
                Ok(())
            }
            None => Err(self),
        }
    }

    pub(super) fn store_ip(self, slot: &mut Option<IpAddr>) -> Result<(), Value<'a>> {
        let Value::Text(text) = &self else { return Err(self) };
        match address(text) {
            Some(ip) => {
                *slot = Some(ip);
                Ok(())
            }
            None => Err(self),
        }
    }

    /// The value with all text owned.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Int(number) => Value::Int(number),
            Value::Float(number) => Value::Float(number),
            Value::Bool(truth) => Value::Bool(truth),
            Value::List(list) => Value::List(list.into_iter().map(Value::into_owned).collect()),
        }
    }

    pub(super) fn normalise(&mut self) {
        match self {
            Value::Text(text) => clean(text),
            Value::Float(number) => {
                if let Some(value) = Value::number(*number) {
                    *self = value;
                }
            }
            Value::List(list) => list.iter_mut().for_each(Value::normalise),
            Value::Int(_) | Value::Bool(_) => {}
        }
    }
}

impl<'e> From<&'e Value<'_>> for ValueRef<'e> {
    fn from(value: &'e Value<'_>) -> ValueRef<'e> {
        match value {
            Value::Text(text) => ValueRef::Text(text),
            Value::Int(number) => ValueRef::Int(*number),
            Value::Float(number) => ValueRef::Float(*number),
            Value::Bool(truth) => ValueRef::Bool(*truth),
            Value::List(list) => ValueRef::List(List(Elements::Values(list))),
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ValueRef::from(self).fmt(f)
    }
}

impl fmt::Display for ValueRef<'_> {
    /// The canonical text; list elements are joined by `, `.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn join(
            f: &mut fmt::Formatter<'_>,
            items: impl Iterator<Item = impl fmt::Display>,
        ) -> fmt::Result {
            for (place, item) in items.enumerate() {
                if place > 0 {
                    f.write_str(", ")?;
                }
                write!(f, "{item}")?;
            }
            Ok(())
        }
        match self {
            ValueRef::Text(text) => f.write_str(text),
            ValueRef::Int(number) => write!(f, "{number}"),
            ValueRef::Float(number) => write!(f, "{number}"),
            ValueRef::Bool(truth) => write!(f, "{truth}"),
            ValueRef::Ip(ip) => write!(f, "{ip}"),
            ValueRef::List(list) => join(f, list.iter()),
            ValueRef::Texts(list) => join(f, list.iter()),
        }
    }
}

/// Reads an address in canonical form; brackets and an IPv6 zone (`fe80::1%eth0`) are dropped.
#[must_use]
pub fn address(text: &str) -> Option<IpAddr> {
    if let Some(address) = version4(text.as_bytes()) {
        return Some(IpAddr::V4(address));
    }
    if text.len() > LONGEST || !text.contains([':', '[']) {
        return None;
    }
    let text = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text);
    let text = match text.split_once('%') {
        Some((bare, _zone)) if bare.contains(':') => bare,
        _ => text,
    };
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// The longest spelling of an address, with brackets and a zone.
const LONGEST: usize = 128;

/// Reads an address of version 4: most are, and the general way costs three times as much.
fn version4(text: &[u8]) -> Option<Ipv4Addr> {
    let (first, text) = octet(text)?;
    let (second, text) = octet(text.strip_prefix(b".")?)?;
    let (third, text) = octet(text.strip_prefix(b".")?)?;
    let (fourth, text) = octet(text.strip_prefix(b".")?)?;
    text.is_empty().then(|| Ipv4Addr::new(first, second, third, fourth))
}

/// Reads a number below 256, and gives what follows. As everywhere, a leading zero is refused: some
/// read it as octal.
#[inline]
fn octet(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |byte: u8| byte.wrapping_sub(b'0');
    let (&[one], text) = text.split_first_chunk()?;
    let one = digit(one);
    let Some((&[two], rest)) = text.split_first_chunk().filter(|_| one > 0) else {
        return (one < 10).then_some((one, text));
    };
    let two = digit(two);
    if two > 9 || one > 9 {
        return (one < 10).then_some((one, text));
    }
    let tens = one * 10 + two;
    match rest {
        [three @ b'0'..=b'9', rest @ ..] => {
            Some((tens.checked_mul(10)?.checked_add(digit(*three))?, rest))
        }
        _ => Some((tens, rest)),
    }
}

/// Replaces NUL, which PostgreSQL cannot hold in text, by U+FFFD.
pub(super) fn clean(text: &mut Cow<'_, str>) {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        *text = Cow::Owned(text.replace('\0', "\u{fffd}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integral_numbers_are_integers() {
        assert_eq!(Value::number(1e18), Some(Value::Int(1_000_000_000_000_000_000)));
        assert_eq!(Value::number(1.5), Some(Value::Float(1.5)));
        assert_eq!(Value::number(1e19), Some(Value::Float(1e19)));
        assert_eq!(Value::number(f64::NAN), None);
    }

    #[test]
    fn addresses_are_canonical() {
        assert_eq!(address("::ffff:10.0.0.1"), "10.0.0.1".parse().ok());
        assert_eq!(address("[fe80::1%eth0]"), "fe80::1".parse().ok());
        for text in
            ["10.0.0.256", "10.0.0", "10.0.0.1.", "010.0.0.1", "1.2.3.4.5", "1..2.3", "", "-"]
        {
            assert_eq!(address(text), None, "{text}");
        }
        assert_eq!(address("[192.0.2.7]"), "192.0.2.7".parse().ok());
        assert_eq!(address("0.0.0.0"), "0.0.0.0".parse().ok());
        assert_eq!(address("255.255.255.255"), "255.255.255.255".parse().ok());
        let parts = (0..=300)
            .map(|part| part.to_string())
            .chain(["00", "01", "0255", "1a", "", "/"].map(str::to_owned));
        for part in parts {
            for place in 0..4 {
                let mut all = ["7", "0", "99", "255"];
                all[place] = &part;
                let text = all.join(".");
                let want = text.parse::<Ipv4Addr>().ok().map(IpAddr::V4);
                assert_eq!(address(&text), want, "{text}");
            }
        }
    }
}
