//! A flat list of named values: `ext`, and what is read from lists of pairs.
//!
//! Kept as a vector: events carry few fields, and a linear look at short keys is faster than a
//! hash map, builds without hashing and keeps one allocation an event.
//!
//! On their way to the store they are packed: what is stored and what digests cover is their JSON
//! text, one allocation in place of two a field, which another thread gives back. Packed fields
//! that are asked for one by one are read from it.
//!
//! What it does *not* know: which names exist.

use super::object::flatten;
use super::value::Value;
use std::borrow::Cow;
use std::sync::OnceLock;

/// Named values. In canonical form sorted by name, each name once.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a> {
    entries: Vec<(Cow<'a, str>, Value<'a>)>,
    /// Whether nothing was added since they were brought into canonical form.
    is_canonical: bool,
    /// All of them, once they are packed; then there are no entries.
    packed: Option<Packed>,
}

/// Fields as JSON, and as entries again when somebody asked for them.
#[derive(Clone, Debug)]
struct Packed {
    json: Box<[u8]>,
    fields: OnceLock<Box<Fields<'static>>>,
}

/// More than this is not kept of the memory in which fields are packed.
const BUFFER: usize = 64 << 10;

impl PartialEq for Fields<'_> {
    fn eq(&self, other: &Fields<'_>) -> bool {
        self.entries() == other.entries()
    }
}

impl<'a> Fields<'a> {
    /// No fields.
    #[must_use]
    pub const fn new() -> Fields<'a> {
        Fields { entries: Vec::new(), is_canonical: false, packed: None }
    }

    /// Fields that are in canonical form already.
    pub(super) fn canonical(entries: Vec<(Cow<'a, str>, Value<'a>)>) -> Fields<'a> {
        Fields { entries, is_canonical: true, packed: None }
    }

    /// Canonical fields as the JSON text that is stored. `buffer` is memory to write in: the text
    /// then takes no more than it needs, and is asked for once.
    #[must_use]
    pub fn pack(self, buffer: &mut Vec<u8>) -> Fields<'static> {
        if self.is_empty() || self.packed.is_some() {
            return self.into_owned();
        }
        buffer.clear();
        buffer.shrink_to(BUFFER);
        self.write_json(buffer);
        let packed = Packed { json: buffer.as_slice().into(), fields: OnceLock::new() };
        Fields { entries: Vec::new(), is_canonical: true, packed: Some(packed) }
    }

    /// Their JSON text, where they are packed.
    pub(super) fn packed(&self) -> Option<&[u8]> {
        self.packed.as_ref().map(|packed| &*packed.json)
    }

    #[inline]
    fn entries(&self) -> &[(Cow<'a, str>, Value<'a>)] {
        match &self.packed {
            Some(packed) => &packed.fields().entries,
            None => &self.entries,
        }
    }

    #[inline]
    fn entries_mut(&mut self) -> &mut Vec<(Cow<'a, str>, Value<'a>)> {
        if self.packed.is_some() {
            self.unpack();
        }
        &mut self.entries
    }

    #[cold]
    fn unpack(&mut self) {
        if let Some(packed) = self.packed.take() {
            self.entries = packed.fields().entries.clone();
        }
    }

    /// Makes room for `count` more, where a source is known to add that many.
    pub fn reserve(&mut self, count: usize) {
        self.entries_mut().reserve(count);
    }

    /// Adds a field without looking for an earlier one of that name; [`Fields::normalise`] keeps
    /// the last.
    #[inline]
    pub fn push(&mut self, name: impl Into<Cow<'a, str>>, value: Value<'a>) {
        self.entries_mut().push((name.into(), value));
        self.is_canonical = false;
    }

    /// Says that they were added in the order of their names, each once, and that their values are
    /// those of a JSON object: they are in canonical form, and nothing is left to do.
    pub fn set_canonical(&mut self) {
        debug_assert!(self.entries.is_sorted_by(|a, b| a.0 < b.0), "names are in order");
        self.is_canonical = true;
    }

    /// Takes a field away.
    pub fn remove(&mut self, name: &str) {
        if self.get(name).is_some() {
            self.entries_mut().retain(|(have, _)| have != name);
        }
    }

    /// Adds all fields of another list, as if they had come first.
    pub fn prepend(&mut self, other: Fields<'a>) {
        let mut other = other;
        let first = std::mem::take(other.entries_mut());
        self.entries_mut().splice(0..0, first);
        self.is_canonical = false;
    }

    /// The value of a name, the last one where it was added twice.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        let entries = self.entries();
        if self.is_canonical {
            // Most fields begin with small letters, and most names of sources that are asked for
            // with a capital one.
            let first = |name: &str| name.as_bytes().first().copied();
            if entries.first().is_none_or(|(have, _)| first(have) > first(name)) {
                return None;
            }
            let at = entries.binary_search_by(|(have, _)| have.as_ref().cmp(name)).ok()?;
            return Some(&entries[at].1);
        }
        entries.iter().rev().find(|(have, _)| have == name).map(|(_, value)| value)
    }

    /// The value of `original.NAME`.
    #[must_use]
    pub fn get_original(&self, name: &str) -> Option<&Value<'a>> {
        let own = |have: &str| have.strip_prefix("original.").is_some_and(|have| have == name);
        self.entries().iter().rev().find(|(have, _)| own(have)).map(|(_, value)| value)
    }

    /// The value of a name that has spaces and is this one without them.
    #[must_use]
    pub fn get_spaced(&self, name: &str) -> Option<&Value<'a>> {
        let same = |have: &str| {
            have.contains(' ') && have.chars().filter(|char| *char != ' ').eq(name.chars())
        };
        self.entries().iter().rev().find(|(have, _)| same(have)).map(|(_, value)| value)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.packed.is_none()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// The fields in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Value<'a>)> {
        self.entries().iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The fields in order, to be kept elsewhere.
    pub fn into_entries(mut self) -> impl Iterator<Item = (Cow<'a, str>, Value<'a>)> {
        std::mem::take(self.entries_mut()).into_iter()
    }

    /// Sorts by name, keeps the last value of a name, drops empty lists and cleans texts.
    /// Returns whether a name occurred twice.
    pub fn normalise(&mut self) -> bool {
        self.normalise_as(false)
    }

    /// As [`Fields::normalise`]; `is_clean` says that no borrowed text holds NUL.
    pub(super) fn normalise_as(&mut self, is_clean: bool) -> bool {
        if std::mem::replace(&mut self.is_canonical, true) {
            return false;
        }
        let mut is_empty = false;
        for (name, value) in &mut self.entries {
            if !is_clean || matches!(name, Cow::Owned(_)) {
                super::value::clean(name);
            }
            if !is_clean || !matches!(value, Value::Text(Cow::Borrowed(_))) {
                value.normalise();
                is_empty |= matches!(value, Value::List(list) if list.is_empty());
            }
        }
        if is_empty {
            let is_full =
                |value: &Value<'_>| !matches!(value, Value::List(list) if list.is_empty());
            self.entries.retain(|(_, value)| is_full(value));
        }
        if self.entries.is_sorted_by(|a, b| precedes(&a.0, &b.0)) {
            return false;
        }
        let before = self.entries.len();
        // Most are in order already but for a few at the end, which costs a stable sort little.
        self.entries.sort_by(|a, b| a.0.cmp(&b.0));
        self.entries.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            if is_same {
                std::mem::swap(later, kept);
            }
            is_same
        });
        self.entries.len() < before
    }

    /// The fields with all text owned.
    #[must_use]
    pub fn into_owned(self) -> Fields<'static> {
        let own = |(name, value): (Cow<'a, str>, Value<'a>)| {
            (Cow::Owned(name.into_owned()), value.into_owned())
        };
        Fields {
            entries: self.entries.into_iter().map(own).collect(),
            is_canonical: self.is_canonical,
            packed: self.packed,
        }
    }
}

/// Whether a name comes before another; most differ in their first bytes.
fn precedes(one: &str, other: &str) -> bool {
    match (one.as_bytes().first_chunk(), other.as_bytes().first_chunk()) {
        (Some(a), Some(b)) if a != b => u64::from_be_bytes(*a) < u64::from_be_bytes(*b),
        _ => one < other,
    }
}

impl Packed {
    fn fields(&self) -> &Fields<'static> {
        let read = || {
            let read = flatten(&self.json);
            Box::new(read.map_or_else(|_| Fields::new(), |read| read.0.into_owned()))
        };
        self.fields.get_or_init(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_name_wins() {
        let mut fields = Fields::new();
        fields.push("b", Value::Int(1));
        fields.push("a", Value::Int(2));
        fields.push("b", Value::Int(3));
        assert_eq!(fields.get("b"), Some(&Value::Int(3)));
        assert!(fields.normalise());
        let names: Vec<&str> = fields.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(fields.get("b"), Some(&Value::Int(3)));
    }

    #[test]
    fn packed_fields_are_the_same_fields() {
        let json = |fields: &Fields<'_>| {
            let mut out = Vec::new();
            fields.write_json(&mut out);
            String::from_utf8(out).expect("JSON is UTF-8")
        };
        let mut plain = Fields::new();
        plain.push("c.d", Value::List(vec![Value::Int(1), Value::Text("x\n\"".into())]));
        plain.push("a", Value::Float(0.5));
        plain.push("b", Value::Bool(true));
        plain.normalise();
        let mut packed = plain.clone().pack(&mut Vec::new());
        assert_eq!(json(&packed), r#"{"a":0.5,"b":true,"c.d":[1,"x\n\""]}"#);
        assert_eq!((json(&packed), packed.len()), (json(&plain), 3));
        assert!(!packed.is_empty() && packed == plain);
        assert_eq!(packed.clone().pack(&mut Vec::new()), plain);
        assert_eq!(packed.get("b"), Some(&Value::Bool(true)));
        assert_eq!(packed.clone().into_owned(), plain);
        let mut other = Fields::new();
        other.prepend(packed.clone());
        assert_eq!(other, plain);
        for fields in [&mut packed, &mut plain] {
            fields.push("b", Value::Int(2));
            fields.remove("a");
            assert!(fields.normalise());
        }
        assert_eq!((json(&packed), &packed), (r#"{"b":2,"c.d":[1,"x\n\""]}"#.to_owned(), &plain));
        assert!(Fields::new().pack(&mut Vec::new()).is_empty());
    }
}
