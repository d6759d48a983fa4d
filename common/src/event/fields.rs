//! A flat list of named values: `ext`, and the fields of a JSON line.
//!
//! Kept as a vector: events carry few fields, and a linear look at short keys is faster than a
//! hash map, builds without hashing and keeps one allocation an event.
//!
//! What it does *not* know: which names exist.

use super::value::Value;
use std::borrow::Cow;
use std::cell::Cell;

/// How many places of names are remembered for each thread.
const PLACES: usize = 2_048;

/// Where a name stands in a shape, as [`Fields::known`] found it: the shape, the name's address and
/// length, its place.
type Found = (u32, usize, usize, Option<u16>);

thread_local! {
    static FOUND: [Cell<Found>; PLACES] =
        const { [const { Cell::new((0, 0, 0, None)) }; PLACES] };
}

/// Named values. In canonical form sorted by name, each name once.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a> {
    entries: Vec<(Cow<'a, str>, Value<'a>)>,
    /// Whether nothing was added since they were brought into canonical form.
    is_canonical: bool,
    /// The number of the sequence of names that these are, 0 where it has none.
    shape: u32,
}

impl PartialEq for Fields<'_> {
    fn eq(&self, other: &Fields<'_>) -> bool {
        self.entries == other.entries
    }
}

impl<'a> Fields<'a> {
    /// No fields.
    #[must_use]
    pub const fn new() -> Fields<'a> {
        Fields { entries: Vec::new(), is_canonical: false, shape: 0 }
    }

    /// Fields that are in canonical form already, and the number of their sequence of names.
    pub(super) fn canonical(entries: Vec<(Cow<'a, str>, Value<'a>)>, shape: u32) -> Fields<'a> {
        Fields { entries, is_canonical: true, shape }
    }

    /// Makes room for `count` more, where a source is known to add that many.
    pub fn reserve(&mut self, count: usize) {
        self.entries.reserve(count);
    }

    /// Adds a field without looking for an earlier one of that name; [`Fields::normalise`] keeps
    /// the last.
    #[inline]
    pub fn push(&mut self, name: impl Into<Cow<'a, str>>, value: Value<'a>) {
        self.entries.push((name.into(), value));
        (self.is_canonical, self.shape) = (false, 0);
    }

    /// Adds all fields of another list, as if they had come first.
    pub fn prepend(&mut self, other: Fields<'a>) {
        self.entries.splice(0..0, other.entries);
        (self.is_canonical, self.shape) = (false, 0);
    }

    /// The value of a name that the program itself has. Where objects of this shape were asked for
    /// it before, its place is known: what lives as long as the program is the same text whenever it
    /// has the same address.
    #[must_use]
    pub fn known(&self, name: &'static str) -> Option<&Value<'a>> {
        if self.shape == 0 {
            return self.get(name);
        }
        let (address, length) = (name.as_ptr().addr(), name.len());
        FOUND.with(|found| {
            let found = &found[place(self.shape, address)];
            let place = match found.get() {
                (shape, start, size, place)
                    if (shape, start, size) == (self.shape, address, length) =>
                {
                    place
                }
                _ => {
                    let place = self.entries.binary_search_by(|(have, _)| have.as_ref().cmp(name));
                    let place = place.ok().and_then(|place| u16::try_from(place).ok());
                    found.set((self.shape, address, length, place));
                    place
                }
            };
            self.entries.get(usize::from(place?)).map(|(_, value)| value)
        })
    }

    /// The value of a name, the last one where it was added twice.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        if self.is_canonical {
            // Most fields begin with small letters, and most names of sources that are asked for
            // with a capital one.
            let first = |name: &str| name.as_bytes().first().copied();
            if self.entries.first().is_none_or(|(have, _)| first(have) > first(name)) {
                return None;
            }
            let at = self.entries.binary_search_by(|(have, _)| have.as_ref().cmp(name)).ok()?;
            return Some(&self.entries[at].1);
        }
        self.entries.iter().rev().find(|(have, _)| have == name).map(|(_, value)| value)
    }

    /// The value of `original.NAME`.
    #[must_use]
    pub fn get_original(&self, name: &str) -> Option<&Value<'a>> {
        let own = |have: &str| have.strip_prefix("original.").is_some_and(|have| have == name);
        self.entries.iter().rev().find(|(have, _)| own(have)).map(|(_, value)| value)
    }

    /// The value of a name that has spaces and is this one without them.
    #[must_use]
    pub fn get_spaced(&self, name: &str) -> Option<&Value<'a>> {
        let same = |have: &str| {
            have.contains(' ') && have.chars().filter(|char| *char != ' ').eq(name.chars())
        };
        self.entries.iter().rev().find(|(have, _)| same(have)).map(|(_, value)| value)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.entries.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Whether a name begins with a prefix that the program itself has; remembered as in
    /// [`Fields::known`].
    #[must_use]
    pub fn known_prefix(&self, prefix: &'static str) -> bool {
        if self.shape == 0 {
            return self.has_prefix(prefix);
        }
        // No name is as long as this, so that no answer is taken for a name's.
        let (address, length) = (prefix.as_ptr().addr(), usize::MAX - prefix.len());
        FOUND.with(|found| {
            let found = &found[place(self.shape, address)];
            match found.get() {
                (shape, start, size, answer)
                    if (shape, start, size) == (self.shape, address, length) =>
                {
                    answer.is_some()
                }
                _ => {
                    let answer = self.has_prefix(prefix);
                    found.set((self.shape, address, length, answer.then_some(0)));
                    answer
                }
            }
        })
    }

    /// Whether a name begins with a prefix.
    #[must_use]
    pub fn has_prefix(&self, prefix: &str) -> bool {
        if !self.is_canonical {
            return self.entries.iter().any(|(name, _)| name.starts_with(prefix));
        }
        let at = self.entries.partition_point(|(name, _)| name.as_ref() < prefix);
        self.entries.get(at).is_some_and(|(name, _)| name.starts_with(prefix))
    }

    /// The fields, taken apart.
    pub(super) fn into_entries(self) -> Vec<(Cow<'a, str>, Value<'a>)> {
        self.entries
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
        if self.entries.is_sorted_by(|a, b| a.0 < b.0) {
            return false;
        }
        let before = self.entries.len();
        self.entries.reverse();
        self.entries.sort_by(|a, b| a.0.cmp(&b.0));
        self.entries.dedup_by(|later, kept| later.0 == kept.0);
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
            shape: self.shape,
        }
    }
}

/// Where the place of a name in a shape is remembered.
#[allow(clippy::cast_possible_truncation, reason = "a hash")]
fn place(shape: u32, address: usize) -> usize {
    let sum = address as u64 ^ u64::from(shape) << 40;
    (sum.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize & (PLACES - 1)
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
    fn known_names_are_found_in_every_shape() {
        let names = ["a", "b.c", "d", "none"];
        let texts = [
            r#"{"a":1,"b":{"c":2},"d":3}"#,
            r#"{"d":3,"a":1,"b":{"c":2}}"#,
            r#"{"a":1,"none":4}"#,
            r#"{"z":1,"a":1,"d":3}"#,
        ];
        for text in texts.iter().cycle().take(12) {
            let (mut fields, _) = super::super::flatten(text.as_bytes()).expect("an object");
            for name in names {
                assert_eq!(fields.known(name), fields.get(name), "{name} of {text}");
            }
            fields.push("d", Value::Int(9));
            assert_eq!(fields.known("d"), Some(&Value::Int(9)));
            assert_eq!(fields.clone().into_owned().known("a"), fields.get("a"));
        }
    }
}
