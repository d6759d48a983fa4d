//! The fields of a JSON object, flat: where each value stands in the text, and under which name.
//!
//! ```text
//!  text ──read──► leaves: kind and place of each value, 16 bytes
//!                 shape:  the names of all leaves in their order, one copy for all objects alike
//! ```
//!
//! `{"a":{"b":1}}` has the field `a.b`. A literal key `"a.b"` wins over the nested path, the last
//! of equal keys wins, nulls are absent. A list of scalars is a list; of objects, each path holds
//! the list of its values. Escapes of lone surrogates and of NUL become U+FFFD.
//!
//! Everything is checked while the object is read. Integers and truth values are kept as such,
//! texts as their place; a text with escapes is decoded when it is asked for, and a number with a
//! fraction or an exponent read then. So an object of a shape that was seen before costs one
//! allocation and no sorting, and owning its fields is one copy of the text.
//!
//! What it does *not* know: what names mean; a JSON *format* in `common/parse` does.

mod leaf;
mod name;
mod found;
mod padded;
mod piece;
mod read;
mod rename;
mod scan;
mod shape;
mod template;

use super::fields::Fields;
use super::value::{Value, ValueRef};
use found::Found;
use name::Names;
use padded::Padded;
use read::read;
use shape::Shape;
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};
use template::Templates;

/// Why a text is not a JSON object.
#[derive(Debug, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct JsonError {
    /// The column in the line, from 1.
    pub column: usize,
    /// What was wrong there.
    pub message: String,
}

/// A value, as its place in the text where it has one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Leaf {
    /// A text as it stands there.
    Text(u32, u32),
    /// A text with escapes, and its place among the decoded ones.
    Escaped(u32, u32, u32),
    Int(i64),
    /// A number that is no integer of at most 18 digits.
    Number(u32, u32),
    Bool(bool),
    /// Elements, from and to.
    List(u32, u32),
}

/// The fields of a JSON object, in the order of their names, each name once.
#[derive(Clone, Debug, Default)]
pub struct Object<'a> {
    text: Cow<'a, str>,
    /// The values as they stand in the text, then the elements of all lists.
    leaves: Box<[Leaf]>,
    /// Where the elements begin.
    elements: u32,
    /// The texts with escapes that were asked for.
    decoded: Box<[OnceLock<Box<str>>]>,
    /// `None` where there are no fields.
    shape: Option<Arc<Shape>>,
}

/// What is kept from object to object.
#[derive(Default)]
struct Memory {
    names: Names,
    templates: Templates,
    found: Found,
    /// The text, with room behind it.
    room: Vec<u8>,
}

impl Memory {
    /// Reads a text; its values are in `found` then. The shape, where there are any.
    fn read(&mut self, text: &str) -> Result<Option<Arc<Shape>>, JsonError> {
        let Memory { names, templates, found, room } = self;
        let fail = |(at, what): scan::Bad| JsonError { column: at + 1, message: what.to_owned() };
        let text = Padded::new(text, room).ok_or_else(|| fail((0, "too long")))?;
        if let Some(shape) = templates.read(text, names, found) {
            return Ok(Some(shape));
        }
        read(text, names, found).map_err(fail)?;
        if found.spots.is_empty() {
            return Ok(None);
        }
        let (shape, is_known) = names.shape(&found.spots);
        if is_known {
            templates.learn(text.text, found, &shape);
        }
        Ok(Some(shape))
    }
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

impl<'a> Object<'a> {
    /// Reads a text.
    ///
    /// # Errors
    /// It is not one JSON object, nests deeper than 128, or has 4 GiB.
    pub fn read(text: Cow<'a, str>) -> Result<Object<'a>, JsonError> {
        MEMORY.with_borrow_mut(|memory| Object::read_with(memory, text))
    }

    fn read_with(memory: &mut Memory, text: Cow<'a, str>) -> Result<Object<'a>, JsonError> {
        let shape = memory.read(&text)?;
        let Found { leaves: found, elements: inner, escaped, .. } = &memory.found;
        let mut leaves = Vec::with_capacity(found.len() + inner.len());
        leaves.extend_from_slice(found);
        leaves.extend_from_slice(inner);
        let elements = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let decoded = (0..*escaped).map(|_| OnceLock::new()).collect();
        Ok(Object { text, leaves: leaves.into_boxed_slice(), elements, decoded, shape })
    }

    /// Reads a raw line: as [`Object::read`], but nested Windows events get their fields' own
    /// names.
    ///
    /// # Errors
    /// As there.
    pub fn original(text: Cow<'a, str>) -> Result<Object<'a>, JsonError> {
        const MARK: char = '\u{feff}';
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix(MARK).unwrap_or(text)),
            Cow::Owned(text) if text.starts_with(MARK) => Cow::Owned(text[3..].to_owned()),
            owned => owned,
        };
        Ok(Object::read(text)?.renamed())
    }

    /// Whether a name occurred twice.
    #[must_use]
    pub fn is_twice(&self) -> bool {
        self.shape.as_ref().is_some_and(|shape| shape.is_twice)
    }

    /// Whether there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shape.is_none()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape.as_ref().map_or(0, |shape| shape.names.len())
    }

    /// A number that all objects with the same names in the same order of values have; 0 where
    /// there is none.
    #[must_use]
    pub fn shape(&self) -> u32 {
        self.shape.as_ref().map_or(0, |shape| shape.number)
    }

    /// Where a name stands among the fields.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.shape.as_ref()?.place(name)
    }

    /// As [`Object::place`], for a name that the program itself has: what lives as long as the
    /// program is the same text whenever it has the same address, so that its place in a shape is
    /// remembered.
    #[must_use]
    pub fn known_place(&self, name: &'static str) -> Option<usize> {
        self.shape.as_ref()?.known_place(name)
    }

    /// The name at a place.
    #[must_use]
    pub fn name_at(&self, place: usize) -> Option<&str> {
        self.shape.as_ref()?.names.get(place).map(AsRef::as_ref)
    }

    /// The value at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<ValueRef<'_>> {
        self.leaf(place).map(|leaf| self.value_of(leaf))
    }

    /// The value at a place, borrowed from the text where the object borrows it.
    #[must_use]
    pub fn value_at(&self, place: usize) -> Option<Value<'a>> {
        self.leaf(place).map(|leaf| self.copy_of(leaf))
    }

    /// Which of the values a name has, as they stand in the text: the same one in all objects of a
    /// shape.
    #[must_use]
    pub fn leaf_of(&self, name: &str) -> Option<u32> {
        self.shape.as_ref()?.order.get(self.place(name)?).copied()
    }

    /// The value that [`Object::leaf_of`] tells, borrowed as [`Object::value_at`] does.
    #[allow(clippy::inline_always, reason = "as Object::copy_of")]
    #[inline(always)]
    #[must_use]
    pub fn value_of_leaf(&self, leaf: u32) -> Option<Value<'a>> {
        self.leaves.get(leaf as usize).map(|leaf| self.copy_of(*leaf))
    }

    fn leaf(&self, place: usize) -> Option<Leaf> {
        let at = *self.shape.as_ref()?.order.get(place)?;
        self.leaves.get(at as usize).copied()
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<ValueRef<'_>> {
        self.at(self.place(name)?)
    }

    /// The value of a name that the program itself has.
    #[must_use]
    pub fn known(&self, name: &'static str) -> Option<ValueRef<'_>> {
        self.at(self.known_place(name)?)
    }

    /// Gives the values of those names of a table that there are, in the table's order, borrowed as
    /// [`Object::value_at`] does. Where they stand is remembered: a table that lives as long as the
    /// program is the same one whenever it has the same address.
    #[inline]
    pub fn values<T>(
        &self,
        table: &'static [(&'static str, T)],
        mut give: impl FnMut(&T, Value<'a>),
    ) {
        let Some(shape) = &self.shape else { return };
        for &(number, leaf) in shape.leaves(table).iter() {
            let row = table.get(number as usize);
            if let (Some((_, to)), Some(leaf)) = (row, self.leaves.get(leaf as usize)) {
                give(to, self.copy_of(*leaf));
            }
        }
    }

    /// The value of a name that has spaces and is this one without them.
    #[must_use]
    pub fn get_spaced(&self, name: &str) -> Option<ValueRef<'_>> {
        let same = |have: &str| {
            have.contains(' ') && have.chars().filter(|char| *char != ' ').eq(name.chars())
        };
        let names = &self.shape.as_ref()?.names;
        self.at(names.iter().rposition(|have| same(have))?)
    }

    /// Whether a name begins with a prefix.
    #[must_use]
    pub fn has_prefix(&self, prefix: &str) -> bool {
        self.shape.as_ref().is_some_and(|shape| shape.has_prefix(prefix))
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shape.iter().flat_map(|shape| shape.names.iter().map(AsRef::as_ref))
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ValueRef<'_>)> {
        let places = self.shape.iter().flat_map(|shape| shape.names.iter().zip(&shape.order));
        places.filter_map(|(name, &at)| {
            self.leaves.get(at as usize).map(|leaf| (name.as_ref(), self.value_of(*leaf)))
        })
    }

    /// The fields as a list of their own.
    #[must_use]
    pub fn fields(&self) -> Fields<'a> {
        let Some(shape) = &self.shape else { return Fields::default() };
        let value = |at: u32| self.leaves.get(at as usize).map(|leaf| self.copy_of(*leaf));
        let pairs = shape.names.iter().zip(&shape.order);
        let entries = pairs.filter_map(|(name, &at)| Some((name.clone(), value(at)?)));
        Fields::canonical(entries.collect())
    }

    /// The object with a text of its own.
    #[must_use]
    pub fn into_owned(self) -> Object<'static> {
        Object {
            text: Cow::Owned(self.text.into_owned()),
            leaves: self.leaves,
            elements: self.elements,
            decoded: self.decoded,
            shape: self.shape,
        }
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Object<'_>) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

/// Flattens a JSON object into fields of their own; also tells whether a path occurred twice.
///
/// # Errors
/// The bytes are not one JSON object, or nest deeper than 128.
pub fn flatten(json: &[u8]) -> Result<(Fields<'_>, bool), JsonError> {
    let object = Object::read(String::from_utf8_lossy(json))?;
    Ok((object.fields(), object.is_twice()))
}

#[cfg(test)]
mod tests;
