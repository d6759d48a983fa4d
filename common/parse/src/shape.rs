//! What is found once for all JSON objects of one shape: of equal names in the same order.
//!
//! A thread remembers it for the last [`SHAPES`] shapes at most; two shapes that share a place take
//! turns. What it does *not* know: what is remembered.

use common::event::Object;
use std::cell::RefCell;

/// For how many shapes something is remembered.
const SHAPES: usize = 256;

/// What is remembered, by the shapes' numbers; the place of 0, which no shape has, is empty.
#[derive(Debug)]
pub(crate) struct Shapes<T>(RefCell<Vec<(u32, T)>>);

impl<T: Clone + Default> Shapes<T> {
    /// Nothing yet.
    pub(crate) const fn new() -> Shapes<T> {
        Shapes(RefCell::new(Vec::new()))
    }

    /// What belongs to an object's shape; found anew where an earlier object had another one, and
    /// each time where objects come too differently to have one.
    pub(crate) fn of(&self, fields: &Object<'_>, find: impl FnOnce() -> T) -> T {
        let shape = fields.shape();
        if shape == 0 {
            return find();
        }
        let mut all = self.0.borrow_mut();
        if all.is_empty() {
            all.resize(SHAPES, (0, T::default()));
        }
        let known = &mut all[shape as usize % SHAPES];
        if known.0 != shape {
            *known = (shape, find());
        }
        known.1.clone()
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
