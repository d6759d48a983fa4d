//! What formats ask of a source's own fields, in whichever form they came: a JSON object, or a list
//! of what was read from columns, pairs and elements.
//!
//! What it does *not* know: what names mean.

use common::event::{Fields, Object, Value, ValueRef};

/// A source's own fields.
pub(crate) trait Source<'a> {
    /// The value of a name.
    fn known(&self, name: &'static str) -> Option<ValueRef<'_>>;

    /// The same, borrowed from the line where it can be.
    fn value(&self, name: &'static str) -> Option<Value<'a>>;

    /// Gives the values of those names that there are, in the order of the table: the place in the
    /// table, the value.
    fn values<T>(&self, table: &'static [(&'static str, T)], give: impl FnMut(&T, Value<'a>));

    /// The object, where the fields are one's.
    fn object(&self) -> Option<&Object<'a>> {
        None
    }

    /// Whether there is such a name.
    fn has(&self, name: &'static str) -> bool {
        self.known(name).is_some()
    }

    /// A name's text, where it has one.
    fn text(&self, name: &'static str) -> Option<&str> {
        match self.known(name)? {
            ValueRef::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A name's number, where it has one or spells one.
    fn int(&self, name: &'static str) -> Option<i64> {
        match self.known(name)? {
            ValueRef::Int(number) => Some(number),
            ValueRef::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl<'a> Source<'a> for Fields<'a> {
    fn known(&self, name: &'static str) -> Option<ValueRef<'_>> {
        self.get(name).map(ValueRef::from)
    }

    fn value(&self, name: &'static str) -> Option<Value<'a>> {
        self.get(name).cloned()
    }

    fn values<T>(&self, table: &'static [(&'static str, T)], mut give: impl FnMut(&T, Value<'a>)) {
        for (name, to) in table {
            if let Some(value) = self.get(name) {
                give(to, value.clone());
            }
        }
    }
}

impl<'a> Source<'a> for Object<'a> {
    fn known(&self, name: &'static str) -> Option<ValueRef<'_>> {
        Object::known(self, name)
    }

    fn value(&self, name: &'static str) -> Option<Value<'a>> {
        self.value_at(self.known_place(name)?)
    }

    #[inline]
    fn object(&self) -> Option<&Object<'a>> {
        Some(self)
    }

    #[inline]
    fn values<T>(&self, table: &'static [(&'static str, T)], give: impl FnMut(&T, Value<'a>)) {
        Object::values(self, table, give);
    }
}
