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
//! The order of an object's fields depends on its paths alone, so it is kept as well, for the last
//! [`SHAPES`] sequences of paths. Such a sequence has a number that no other gets, so that who looks
//! for a name in objects of one shape again and again finds its place at once ([`super::Fields`]).
//!
//! A path also remembers which one was read after it, and the next time that key is compared with
//! the text before it is looked for.
//!
//! What it does *not* know: JSON.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many names are kept.
const NAMES: usize = 4_096;
/// How long they are together, at most.
const BYTES: usize = 256 << 10;
/// How far from its place a name is looked for.
const PROBES: usize = 16;
/// How many sequences have their order kept, and how long they are at most.
const SHAPES: usize = 1_024;
const SHAPE: usize = 512;
/// Paths from here on live for one object only.
const EXTRA: u32 = 1 << 24;

/// A path of keys from the outermost object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path(u32);

/// The outermost object.
pub(super) const ROOT: Path = Path(0);

#[derive(Debug)]
struct Name {
    parent: u32,
    key: &'static str,
    full: &'static str,
    /// Equal for equal full names, in their order.
    rank: u32,
    /// The path that was read after this one, 0 where none was.
    next: u32,
    /// Whether the key stands in a text as it is.
    is_plain: bool,
}

/// The names that were seen.
#[derive(Debug)]
pub(super) struct Names {
    names: Vec<Name>,
    /// Places in `names`, 0 where nothing is.
    table: Vec<u32>,
    /// Places in `names` by full name.
    sorted: Vec<u32>,
    is_ranked: bool,
    bytes: usize,
    extra: Vec<String>,
    extra_found: HashMap<String, u32>,
    shapes: Vec<Shape>,
    /// The path that was read last.
    last: u32,
}

#[derive(Clone, Debug, Default)]
struct Shape {
    paths: Vec<Path>,
    order: Vec<u16>,
    number: u32,
}

/// The number of the next shape; 0 is that of none.
static NUMBER: AtomicU32 = AtomicU32::new(1);

impl Names {
    pub(super) fn new() -> Names {
        Names {
            names: vec![Name { parent: 0, key: "", full: "", rank: 0, next: 0, is_plain: false }],
            table: vec![0; NAMES * 4],
            sorted: Vec::new(),
            is_ranked: true,
            bytes: 0,
            extra: Vec::new(),
            extra_found: HashMap::new(),
            shapes: vec![Shape::default(); SHAPES],
            last: 0,
        }
    }

    /// Forgets what lived for the last object only.
    pub(super) fn begin(&mut self) {
        self.last = 0;
        if !self.extra.is_empty() {
            self.extra.clear();
            self.extra_found.clear();
        }
    }

    /// The path that was read after the last one before, and the key that a text must begin with.
    pub(super) fn guess(&self, parent: Path) -> Option<(Path, &'static str)> {
        let next = self.names[self.last as usize].next;
        let name = &self.names[next as usize];
        (name.is_plain && name.parent == parent.0).then_some((Path(next), name.key))
    }

    /// Notes which path was read.
    pub(super) fn note(&mut self, path: Path) {
        if path.0 < EXTRA {
            self.names[self.last as usize].next = path.0;
            self.last = path.0;
        }
    }

    /// Notes that a guess was right.
    pub(super) fn go_on(&mut self, path: Path) {
        self.last = path.0;
    }

    /// The path of a key in the object at a path.
    pub(super) fn join(&mut self, parent: Path, key: &str) -> Path {
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
            let name = &self.names[found as usize];
            if name.parent == parent.0 && name.key == key {
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
        let is_plain = key.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
        self.names.push(Name { parent: parent.0, key, full, rank: 0, next: 0, is_plain });
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
            Ok(prefix) => [prefix, ".", key].concat(),
            Err(prefix) => [prefix, ".", key].concat(),
        }
    }

    /// A path's full name, for the life of the program or of one object.
    pub(super) fn full(&self, path: Path) -> Result<&'static str, &str> {
        match path.0.checked_sub(EXTRA) {
            None => Ok(self.names[path.0 as usize].full),
            Some(extra) => Err(&self.extra[extra as usize]),
        }
    }

    /// The order of fields with these paths by name, when it is known that all names differ, and
    /// the number of this shape.
    pub(super) fn known_order(&self, paths: &[Path]) -> Option<(&[u16], u32)> {
        let shape = &self.shapes[place(paths)];
        (shape.paths == paths && !paths.is_empty()).then_some((&shape.order, shape.number))
    }

    /// Keeps an order.
    pub(super) fn keep_order(&mut self, paths: &[Path], order: &[usize]) {
        if paths.len() <= SHAPE && paths.iter().all(|path| path.0 < EXTRA) {
            let order = order.iter().map(|&at| u16::try_from(at).unwrap_or(0)).collect();
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            self.shapes[place(paths)] = Shape { paths: paths.to_vec(), order, number };
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
}

const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

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

#[allow(clippy::cast_possible_truncation, reason = "a hash")]
fn place(paths: &[Path]) -> usize {
    let mut sum = paths.len() as u64;
    for path in paths {
        sum = (sum.rotate_left(11) ^ u64::from(path.0)).wrapping_mul(MIX);
    }
    (sum >> 40) as usize & (SHAPES - 1)
}
