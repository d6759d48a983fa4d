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
//! [`SHAPES`] sequences of paths.
//!
//! What it does *not* know: JSON.

use std::collections::HashMap;

/// How many names are kept.
const NAMES: usize = 4_096;
/// How long they are together, at most.
const BYTES: usize = 256 << 10;
/// How far from its place a name is looked for.
const PROBES: usize = 16;
/// How many sequences have their order kept, and how long they are at most.
const SHAPES: usize = 256;
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
}

#[derive(Clone, Debug, Default)]
struct Shape {
    paths: Vec<Path>,
    order: Vec<u16>,
}

impl Names {
    pub(super) fn new() -> Names {
        Names {
            names: vec![Name { parent: 0, key: "", full: "", rank: 0 }],
            table: vec![0; NAMES * 4],
            sorted: Vec::new(),
            is_ranked: true,
            bytes: 0,
            extra: Vec::new(),
            extra_found: HashMap::new(),
            shapes: vec![Shape::default(); SHAPES],
        }
    }

    /// Forgets what lived for the last object only.
    pub(super) fn begin(&mut self) {
        if !self.extra.is_empty() {
            self.extra.clear();
            self.extra_found.clear();
        }
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
        self.names.push(Name { parent: parent.0, key, full, rank: 0 });
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

    /// The order of fields with these paths by name, when it is known that all names differ.
    pub(super) fn known_order(&self, paths: &[Path]) -> Option<&[u16]> {
        let shape = &self.shapes[place(paths)];
        (shape.paths == paths && !paths.is_empty()).then_some(&shape.order)
    }

    /// Keeps an order.
    pub(super) fn keep_order(&mut self, paths: &[Path], order: &[usize]) {
        if paths.len() <= SHAPE && paths.iter().all(|path| path.0 < EXTRA) {
            let order = order.iter().map(|&at| u16::try_from(at).unwrap_or(0)).collect();
            self.shapes[place(paths)] = Shape { paths: paths.to_vec(), order };
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
