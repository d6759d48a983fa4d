//! What is found once for all JSON objects of one shape: of equal names in the same order.
//!
//! A thread remembers it for the last [`SHAPES`] shapes at most; two shapes that share a place take
//! turns. What it does *not* know: what is remembered.

use common::event::Object;
use std::cell::RefCell;

/// For how many shapes something is remembered.
const SHAPES: usize = 512;

/// What is remembered, by the shapes' numbers and tables' addresses; the place of 0, which no shape
/// has, is empty.
#[derive(Debug)]
pub(crate) struct Shapes<T>(RefCell<Vec<(u32, usize, T)>>);

impl<T: Clone + Default> Shapes<T> {
    /// Nothing yet.
    pub(crate) const fn new() -> Shapes<T> {
        Shapes(RefCell::new(Vec::new()))
    }

    /// What belongs to an object's shape; found anew where an earlier object had another one, and
    /// each time where objects come too differently to have one.
    pub(crate) fn of(&self, fields: &Object<'_>, find: impl FnOnce() -> T) -> T {
        self.of_both(fields, 0, find)
    }

    /// As [`Shapes::of`], for what belongs to a shape and a table: one that lives as long as the
    /// program is the same whenever it has the same address.
    pub(crate) fn of_table<R>(
        &self,
        fields: &Object<'_>,
        table: &'static [R],
        find: impl FnOnce() -> T,
    ) -> T {
        self.of_both(fields, table.as_ptr().addr(), find)
    }

    #[inline]
    fn of_both(&self, fields: &Object<'_>, table: usize, find: impl FnOnce() -> T) -> T {
        let shape = fields.shape();
        if shape == 0 {
            return find();
        }
        let mut all = self.0.borrow_mut();
        if all.is_empty() {
            all.resize(SHAPES, (0, 0, T::default()));
        }
        // Shapes and tables are numbers near one another: mixed, so that a pair of tables does not
        // share the places of all shapes.
        let mixed = (shape as usize ^ table.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
        let place = if table == 0 { shape as usize } else { mixed >> 20 };
        let known = &mut all[place % SHAPES];
        if (known.0, known.1) != (shape, table) {
            *known = (shape, table, find());
        }
        known.2.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_is_looked_at_once() {
        let read = |text: String| Object::read(text.into()).expect("an object");
        let shapes = Shapes::new();
        let counted = |object: &Object<'_>, found: &mut usize| {
            shapes.of(object, || {
                *found += 1;
                object.len()
            })
        };
        let mut found = 0;
        for round in 1..4 {
            let object = read(format!(r#"{{"a":{round},"b":"x"}}"#));
            assert_eq!((counted(&object, &mut found), found), (2, 1));
        }
        assert_eq!(counted(&read(r#"{"b":1}"#.to_owned()), &mut found), 1);
        assert_eq!(found, 2);
        let empty = read("{}".to_owned());
        assert_eq!((counted(&empty, &mut found), counted(&empty, &mut found), found), (0, 0, 4));
    }
}
