//! The names of flat fields: each path of keys is joined once and then found again.
//!
//! ```text
//!  (path of the object, key) ─► path ─► full name, place in the order of all names
//! ```
//!
//! Logs repeat a few hundred names for ever, so the joined names are kept for the life of the
//! program and events borrow them. At most [`NAMES`] names of [`BYTES`] bytes are kept for each
//! thread; what comes after that, or would collide too often, is joined anew for each object.
//!
//! A path also remembers the two that were read after it last. The next time, what such a key looks
//! like, with its quotes and colon, is compared with the text before it is looked for.
//!
//! What it does *not* know: JSON, values.

use super::piece::Piece;
use super::shape::{Shape, Shapes};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// How many names are kept.
const NAMES: usize = 4_096;
/// How long they are together, at most.
const BYTES: usize = 256 << 10;
/// How far from its place a name is looked for.
const PROBES: usize = 16;
/// Paths from here on live for one object only.
const EXTRA: u32 = 1 << 24;

/// A path of keys from the outermost object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path(pub(super) u32);

/// The outermost object.
pub(super) const ROOT: Path = Path(0);

/// What a key looks like in a text, and what came after it.
#[derive(Debug)]
struct Guess {
    /// `"key":`; empty where a text may spell the key in another way.
    piece: Piece,
    parent: u32,
    /// The paths that were read after this one, the last first; 0 where none was.
    next: [u32; 2],
}

#[derive(Debug)]
struct Name {
    key: &'static str,
    full: &'static str,
    /// Equal for equal full names, in their order.
    rank: u32,
}

/// The names that were seen.
#[derive(Debug)]
pub(super) struct Names {
    guesses: Vec<Guess>,
    names: Vec<Name>,
    /// Places in `names`, 0 where nothing is.
    table: Vec<u32>,
    /// Places in `names` by full name.
    sorted: Vec<u32>,
    is_ranked: bool,
    bytes: usize,
    extra: Vec<String>,
    extra_found: HashMap<String, u32>,
    shapes: Shapes,
    /// The path that was read last.
    last: u32,
}

impl Default for Names {
    fn default() -> Names {
        Names {
            guesses: vec![Guess::new(0, "\"")],
            names: vec![Name { key: "", full: "", rank: 0 }],
            table: vec![0; NAMES * 4],
            sorted: Vec::new(),
            is_ranked: true,
            bytes: 0,
            extra: Vec::new(),
            extra_found: HashMap::new(),
            shapes: Shapes::default(),
            last: 0,
        }
    }
}

impl Guess {
    fn new(parent: u32, key: &str) -> Guess {
        let is_plain = key.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
        let whole = if is_plain { ["\"", key, "\":"].concat() } else { String::new() };
        Guess { piece: Piece::new(whole.as_bytes()), parent, next: [0; 2] }
    }
}

impl Names {
    /// Forgets what lived for the last object only.
    pub(super) fn begin(&mut self) {
        self.last = 0;
        if !self.extra.is_empty() {
            self.extra.clear();
            self.extra_found.clear();
        }
    }

    /// The path of the key at a place, and where the text goes on after its colon, when it is one
    /// that came after the last one before.
    #[inline]
    pub(super) fn guess(&mut self, parent: Path, bytes: &[u8], at: usize) -> Option<(Path, usize)> {
        let [next, other] = self.guesses[self.last as usize].next;
        if let Some(end) = self.is_next(next, parent, bytes, at) {
            self.last = next;
            return Some((Path(next), end));
        }
        let end = self.is_next(other, parent, bytes, at)?;
        self.guesses[self.last as usize].next = [other, next];
        self.last = other;
        Some((Path(other), end))
    }

    #[inline]
    fn is_next(&self, next: u32, parent: Path, bytes: &[u8], at: usize) -> Option<usize> {
        let guess = &self.guesses[next as usize];
        if guess.parent != parent.0 {
            return None;
        }
        guess.piece.end(bytes, at)
    }

    /// The path of a key in the object at a path; the next time it is expected here.
    pub(super) fn find(&mut self, parent: Path, key: &str) -> Path {
        let path = self.join(parent, key);
        if path.0 < EXTRA {
            let next = &mut self.guesses[self.last as usize].next;
            if next[0] != path.0 {
                *next = [path.0, next[0]];
            }
            self.last = path.0;
        }
        path
    }

    fn join(&mut self, parent: Path, key: &str) -> Path {
        if parent.0 >= EXTRA {
            return self.join_extra(parent, key);
        }
        let start = hash(parent.0, key.as_bytes());
        for probe in 0..PROBES {
            let place = (start + probe) & (NAMES * 4 - 1);
            let found = self.table[place];
            if found == 0 {
                return self.keep(parent, key, place);
            }
            if self.guesses[found as usize].parent == parent.0
                && self.names[found as usize].key == key
            {
                return Path(found);
            }
        }
        self.join_extra(parent, key)
    }

    fn keep(&mut self, parent: Path, key: &str, place: usize) -> Path {
        let full = self.joined(parent, key);
        if self.names.len() > NAMES || self.bytes + full.len() > BYTES {
            return self.join_extra(parent, key);
        }
        self.bytes += full.len();
        let full: &'static str = Box::leak(full.into_boxed_str());
        let number = u32::try_from(self.names.len()).unwrap_or(0);
        let key = &full[full.len() - key.len()..];
        self.names.push(Name { key, full, rank: 0 });
        self.guesses.push(Guess::new(parent.0, key));
        let at = self.sorted.partition_point(|&other| self.names[other as usize].full < full);
        self.sorted.insert(at, number);
        self.is_ranked = false;
        self.table[place] = number;
        Path(number)
    }

    fn join_extra(&mut self, parent: Path, key: &str) -> Path {
        let full = self.joined(parent, key);
        if let Some(&known) = self.extra_found.get(&full) {
            return Path(known);
        }
        let number = EXTRA + u32::try_from(self.extra.len()).unwrap_or(0);
        self.extra.push(full.clone());
        self.extra_found.insert(full, number);
        Path(number)
    }

    fn joined(&self, parent: Path, key: &str) -> String {
        match self.full(parent) {
            _ if parent == ROOT => key.to_owned(),
            prefix => [prefix.as_ref(), ".", key].concat(),
        }
    }

    /// A path's full name.
    pub(super) fn full(&self, path: Path) -> Cow<'static, str> {
        match path.0.checked_sub(EXTRA) {
            None => Cow::Borrowed(self.names[path.0 as usize].full),
            Some(extra) => Cow::Owned(self.extra[extra as usize].clone()),
        }
    }

    /// A number for each path, in the order of the full names; `None` where one is not kept.
    pub(super) fn rank(&mut self, path: Path) -> Option<u32> {
        if !self.is_ranked {
            let mut last = "";
            let mut rank = 0;
            for &number in &self.sorted {
                let name = &mut self.names[number as usize];
                rank += u32::from(name.full != last || rank == 0);
                last = name.full;
                name.rank = rank;
            }
            self.is_ranked = true;
        }
        (path.0 < EXTRA).then(|| self.names[path.0 as usize].rank)
    }

    /// The shape of an object whose values stand at these spots, and whether it was seen before.
    pub(super) fn shape(&mut self, spots: &[Spot]) -> (Arc<Shape>, bool) {
        if let Some(shape) = self.shapes.known(spots) {
            return (shape, true);
        }
        let shape = Arc::new(Shape::new(self, spots));
        if spots.iter().all(|spot| spot.path().0 < EXTRA) {
            self.shapes.keep(spots, &shape);
        }
        (shape, false)
    }

    /// Goes on after the key of a path.
    pub(super) fn resume(&mut self, path: Path) {
        self.last = path.0;
    }
}

/// A path, and in how many objects and lists its value lies: a literal key lies in fewer than the
/// nested path of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot(pub(super) u64);

impl Spot {
    pub(super) fn new(path: Path, depth: u32) -> Spot {
        Spot(u64::from(depth) << 32 | u64::from(path.0))
    }

    pub(super) fn path(self) -> Path {
        Path(self.0 as u32)
    }

    pub(super) fn depth(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

pub(super) const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

#[allow(clippy::cast_possible_truncation, reason = "a hash")]
fn hash(parent: u32, key: &[u8]) -> usize {
    let mut sum = u64::from(parent).wrapping_mul(MIX) ^ key.len() as u64;
    let mut chunks = key.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        sum = (sum.rotate_left(23) ^ word).wrapping_mul(MIX);
    }
    for &byte in chunks.remainder() {
        sum = (sum.rotate_left(8) ^ u64::from(byte)).wrapping_mul(MIX);
    }
    (sum >> 32) as usize
}
