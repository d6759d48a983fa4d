//! What the leaves of an object say: values, borrowed from its text where they stand in it.
//!
//! What it does *not* know: names.

use super::{Leaf, Object, scan};
use crate::event::value::{List, Value, ValueRef};
use std::borrow::Cow;

impl<'a> Object<'a> {
    /// The text of a name that the program itself has, without the line breaks at its end; borrowed
    /// as [`Object::value_at`] does, also where those are all that is escaped.
    #[must_use]
    pub fn line(&self, name: &'static str) -> Option<Cow<'a, str>> {
        let leaf = self.leaf(self.known_place(name)?)?;
        if let (Leaf::Escaped(from, to, _), Cow::Borrowed(text)) = (leaf, &self.text) {
            let mut line = part(text, from, to);
            while let Some(rest) = line.strip_suffix("\\n").or_else(|| line.strip_suffix("\\r")) {
                line = rest;
            }
            // What was cut in half is seen as well: the first half is left.
            if memchr::memchr(b'\\', line.as_bytes()).is_none() {
                return Some(Cow::Borrowed(line));
            }
        }
        let Value::Text(text) = self.copy_of(leaf) else { return None };
        let end = text.trim_end_matches(['\n', '\r']).len();
        Some(match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
            Cow::Owned(mut text) => {
                text.truncate(end);
                Cow::Owned(text)
            }
        })
    }

    pub(super) fn value_of(&self, leaf: Leaf) -> ValueRef<'_> {
        match leaf {
            Leaf::Text(from, to) => ValueRef::Text(part(&self.text, from, to)),
            Leaf::Escaped(from, to, nth) => match self.decoded.get(nth as usize) {
                Some(cell) => ValueRef::Text(
                    cell.get_or_init(|| scan::decode(part(&self.text, from, to)).into()),
                ),
                None => ValueRef::Text(""),
            },
            Leaf::Int(number) => ValueRef::Int(number),
            Leaf::Bool(truth) => ValueRef::Bool(truth),
            Leaf::Number(from, to) => number(part(&self.text, from, to)),
            Leaf::List(from, to) => ValueRef::List(List::of_leaves(self, self.list(from, to))),
        }
    }

    /// Once for each value of an event that a table names, so that it is part of the loop.
    #[allow(clippy::inline_always, reason = "a tenth of what filling an event costs")]
    #[inline(always)]
    pub(super) fn copy_of(&self, leaf: Leaf) -> Value<'a> {
        match leaf {
            Leaf::Text(from, to) => Value::Text(self.text(from, to)),
            Leaf::Int(number) => Value::Int(number),
            Leaf::Bool(truth) => Value::Bool(truth),
            leaf => self.made_of(leaf),
        }
    }

    /// A value that is not in the text as it is.
    #[inline(never)]
    fn made_of(&self, leaf: Leaf) -> Value<'a> {
        match leaf {
            Leaf::Escaped(from, to, _) => {
                Value::Text(Cow::Owned(scan::decode(part(&self.text, from, to))))
            }
            Leaf::Number(from, to) => match number(part(&self.text, from, to)) {
                ValueRef::Int(number) => Value::Int(number),
                ValueRef::Float(number) => Value::Float(number),
                _ => Value::Text(self.text(from, to)),
            },
            Leaf::List(from, to) => {
                Value::List(self.list(from, to).iter().map(|leaf| self.copy_of(*leaf)).collect())
            }
            leaf => self.copy_of(leaf),
        }
    }

    #[allow(clippy::inline_always, reason = "as Object::copy_of")]
    #[inline(always)]
    fn text(&self, from: u32, to: u32) -> Cow<'a, str> {
        match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(part(text, from, to)),
            Cow::Owned(text) => owned(part(text, from, to)),
        }
    }

    /// The elements of a list.
    fn list(&self, from: u32, to: u32) -> &[Leaf] {
        let elements = self.leaves.get(self.elements as usize..).unwrap_or_default();
        elements.get(from as usize..to as usize).unwrap_or_default()
    }

    /// An element of a list.
    pub(in crate::event) fn element(&self, leaf: Leaf) -> ValueRef<'_> {
        self.value_of(leaf)
    }
}

/// A copy of a text; never part of a loop over those that are borrowed.
#[inline(never)]
fn owned<'a>(text: &str) -> Cow<'a, str> {
    Cow::Owned(text.to_owned())
}

#[inline]
fn part(text: &str, from: u32, to: u32) -> &str {
    text.get(from as usize..to as usize).unwrap_or_default()
}

/// A number that is no short integer: an integer of 64 bits, else a float, else what was written.
fn number(text: &str) -> ValueRef<'_> {
    // What is not longer than a short integer has a fraction or an exponent.
    if text.len() > 18
        && let Ok(number) = text.parse()
    {
        return ValueRef::Int(number);
    }
    match text.parse().ok().and_then(Value::number) {
        Some(Value::Int(number)) => ValueRef::Int(number),
        Some(Value::Float(number)) => ValueRef::Float(number),
        _ => ValueRef::Text(text),
    }
}
