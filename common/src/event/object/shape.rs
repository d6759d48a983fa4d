//! What objects have in common whose values stand at the same paths: the names in their order.
//!
//! The last [`SHAPES`] sequences of paths are kept. A kept shape has a number that no other gets, so
//! that who looks for a name in objects of one shape again and again finds its place at once.
//!
//! What it does *not* know: values.

use super::name::{MIX, Names, Spot};
use super::rename::Renamed;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// How many shapes are kept, and how many values those have at most.
const SHAPES: usize = 1_024;
const LONGEST: usize = 512;

/// How many places of names are remembered for each thread.
const PLACES: usize = 2_048;

/// Where a name stands in a shape: the shape, the name's address and length, its place.
type Known = (u32, usize, usize, Option<u32>);

/// How many tables are remembered for each thread.
const TABLES: usize = 512;

/// Numbers in a table of names, and the leaves that have those names.
type Leaves = Rc<[(u32, u32)]>;

/// Which leaves a table's names have in a shape: the shape, the table's address and length.
type Table = ((u32, usize, usize), Leaves);

thread_local! {
    static FOUND: RefCell<Vec<Option<Table>>> = RefCell::new(vec![None; TABLES]);
    static KNOWN: [Cell<Known>; PLACES] =
        const { [const { Cell::new((0, 0, 0, None)) }; PLACES] };
}

/// The names of an object's fields.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// In their order, each once.
    pub(super) names: Vec<Cow<'static, str>>,
    /// Which leaf each name has.
    pub(super) order: Vec<u32>,
    /// Whether a name occurred twice.
    pub(super) is_twice: bool,
    /// 0 where the shape is not kept.
    pub(super) number: u32,
    /// The names that a nested event's fields have in the event itself.
    pub(super) renamed: OnceLock<Renamed>,
}

/// The number of the next shape.
static NUMBER: AtomicU32 = AtomicU32::new(1);

/// A number for a shape.
pub(super) fn number() -> u32 {
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

impl Shape {
    /// The shape of values at these spots. Of equal names the shallower wins, of equally deep ones
    /// the later.
    pub(super) fn new(names: &mut Names, spots: &[Spot]) -> Shape {
        let ranks: Option<Vec<u32>> = spots.iter().map(|spot| names.rank(spot.path())).collect();
        let mut places: Vec<(usize, Cow<'static, str>)> =
            spots.iter().map(|spot| names.full(spot.path())).enumerate().collect();
        places.sort_by(|(one, a), (other, b)| {
            let by_name = match &ranks {
                Some(ranks) => ranks[*one].cmp(&ranks[*other]),
                None => a.cmp(b),
            };
            by_name.then(one.cmp(other))
        });
        let all = places.len();
        places.dedup_by(|later, kept| {
            let is_same = later.1 == kept.1;
            if is_same && spots[later.0].depth() <= spots[kept.0].depth() {
                kept.0 = later.0;
            }
            is_same
        });
        let is_twice = places.len() < all;
        let is_kept = ranks.is_some() && spots.len() <= LONGEST;
        let mut shape =
            Shape { is_twice, number: if is_kept { number() } else { 0 }, ..Shape::default() };
        for (leaf, name) in places {
            shape.names.push(name);
            shape.order.push(u32::try_from(leaf).unwrap_or(u32::MAX));
        }
        shape
    }

    /// Where a name stands.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        // Most names of sources begin with small letters, and most that are asked for with a
        // capital one.
        let first = |name: &str| name.as_bytes().first().copied();
        if self.names.first().is_none_or(|have| first(have) > first(name)) {
            return None;
        }
        self.names.binary_search_by(|have| have.as_ref().cmp(name)).ok()
    }

    /// As [`Shape::place`], remembered.
    pub(super) fn known_place(&self, name: &'static str) -> Option<usize> {
        if self.number == 0 {
            return self.place(name);
        }
        let (address, length) = (name.as_ptr().addr(), name.len());
        KNOWN.with(|known| {
            let known = &known[remembered(self.number, address) & (PLACES - 1)];
            let (shape, start, size, place) = known.get();
            if (shape, start, size) == (self.number, address, length) {
                return place.map(|place| place as usize);
            }
            let place = self.place(name);
            let small = place.and_then(|place| u32::try_from(place).ok());
            known.set((self.number, address, length, small));
            place
        })
    }

    /// Those names of a table that there are, by their numbers in it, and their leaves; remembered.
    pub(super) fn leaves<T>(&self, table: &'static [(&'static str, T)]) -> Leaves {
        let find = || {
            let found = table.iter().enumerate().filter_map(|(number, (name, _))| {
                let leaf = self.order.get(self.place(name)?)?;
                Some((u32::try_from(number).ok()?, *leaf))
            });
            found.collect::<Leaves>()
        };
        if self.number == 0 {
            return find();
        }
        let key = (self.number, table.as_ptr().addr(), table.len());
        FOUND.with_borrow_mut(|found| {
            let found = &mut found[remembered(key.0, key.1) & (TABLES - 1)];
            match found {
                Some((have, leaves)) if *have == key => Rc::clone(leaves),
                _ => Rc::clone(&found.insert((key, find())).1),
            }
        })
    }

    /// Whether a name begins with a prefix.
    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        let at = self.names.partition_point(|name| name.as_ref() < prefix);
        self.names.get(at).is_some_and(|name| name.starts_with(prefix))
    }
}

/// Where what is found at an address for a shape is remembered.
#[allow(clippy::cast_possible_truncation, reason = "a hash")]
fn remembered(shape: u32, address: usize) -> usize {
    let sum = address as u64 ^ u64::from(shape) << 40;
    (sum.wrapping_mul(MIX) >> 40) as usize
}

/// A shape, and the spots of its values.
type Kept = (Box<[Spot]>, Arc<Shape>);

/// The shapes that are kept.
#[derive(Debug)]
pub(super) struct Shapes {
    kept: Vec<Option<Kept>>,
}

impl Default for Shapes {
    fn default() -> Shapes {
        Shapes { kept: vec![None; SHAPES] }
    }
}

impl Shapes {
    /// The shape of values at these spots.
    pub(super) fn known(&self, spots: &[Spot]) -> Option<Arc<Shape>> {
        let (kept, shape) = self.kept[place(spots)].as_ref()?;
        (**kept == *spots).then(|| Arc::clone(shape))
    }

    /// Keeps a shape that has a number.
    pub(super) fn keep(&mut self, spots: &[Spot], shape: &Arc<Shape>) {
        if shape.number != 0 {
            self.kept[place(spots)] = Some((spots.into(), Arc::clone(shape)));
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a hash")]
fn place(spots: &[Spot]) -> usize {
    let mix = |sum: u64, spot: &Spot| sum.rotate_left(5) ^ spot.0.wrapping_mul(MIX);
    let sum = spots.iter().fold(spots.len() as u64, mix);
    (sum.wrapping_mul(MIX) >> 40) as usize & (SHAPES - 1)
}
