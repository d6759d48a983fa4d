//! Which cursor a file belongs to: its content decides.
//!
//! A cursor remembers the SHA-256 of the source's first bytes (up to 1,024, growing with the
//! source) and of the bytes before its position (up to 256), both over unpacked bytes. A file
//! belongs to a cursor when both are found in it; a file that was renamed, compressed or moved
//! keeps its cursor, one that was truncated and written anew, or took over an old inode, does not.
//!
//! Two files that are there at the same time may agree in all those bytes (first lines of new
//! logs often do). Then the inode tells them apart: a cursor whose own file is still there, plain
//! and unchanged, belongs to that one alone. A file that this one holds as a whole, packed or under
//! a name that a rotation gives, is its copy ([`Known::original`]): it waits until the other is cut
//! or gone, and then has its cursor.
//!
//! # Why no content has two cursors, however many read it
//!
//! Readers meet in two places only: a claim, under the host's lock, and a commit, which needs the
//! cursor to be at the revision that was claimed. Between the two a file may be renamed, copied,
//! packed, cut and written anew. What holds all the same:
//!
//! 1. *Nothing is read through a cursor that does not know its first bytes.* A file that is empty
//!    when it is claimed is claimed again when it has some (`Turn::Begun` in `tail`).
//! 2. *What is read begins with what the cursor knows.* The first bytes read are held against the
//!    claimed ones, at whatever place reading begins (`Tail::first`, [`is_at`]); otherwise the file
//!    was written anew since, and is claimed again. Later reads are held against the bytes before
//!    them.
//! 3. So every cursor that has stored something of a log, or may do so, is found by a claim of a
//!    file that holds the log: by its first bytes, and the bytes before its place. The claim takes
//!    that cursor, or waits where the cursor's own file still holds all of it; it makes no new one.
//! 4. Files of one claim do not see each other's new cursors. Of those that begin alike and of which
//!    nothing is stored, a packed form and a rotated copy wait for the next claim (`desk::claim`).
//! 5. Two readers with one cursor, or one that has lost it, cannot both store: the second commit
//!    finds another revision, reads the cursor again, and goes on there or gives the file up.
//!
//! What is left is a copy that is only half there when it is claimed, with the other file gone
//! already: it holds less than the cursor's place. A file that was made just now under a rotated
//! name is therefore left alone for a moment (`follow::open`).
//!
//! What it does *not* know: databases; [`crate::desk`] asks under the store's lock.

use crate::content::Content;
use crate::line::{Edge, HEAD};
use crate::name::{is_rotated, plain_name};
use sha2::{Digest as _, Sha256};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use store::Cursor;

/// The token of an archive's cursor, once all of it was read.
pub(crate) const COMPLETE: &str = "complete";

/// The cursors of a host, ready to be looked through for many files.
pub(crate) struct Known<'c> {
    cursors: &'c [Cursor],
    own: HashMap<(i64, i64), Vec<usize>>,
    /// Cursors by the length and the hash of what they know of their beginning.
    heads: BTreeMap<i64, HashMap<&'c [u8], Vec<usize>>>,
    names: HashMap<&'c str, Vec<usize>>,
    /// Cursors of files that were empty when they were claimed.
    blank: Vec<usize>,
}

impl<'c> Known<'c> {
    pub(crate) fn new(cursors: &'c [Cursor]) -> Known<'c> {
        let (own, heads, names) = (HashMap::new(), BTreeMap::new(), HashMap::new());
        let mut known = Known { cursors, own, heads, names, blank: Vec::new() };
        for (place, cursor) in cursors.iter().enumerate() {
            if !matches!(cursor.kind.as_str(), "file" | "archive") {
                continue;
            }
            known.own.entry((cursor.device, cursor.inode)).or_default().push(place);
            if cursor.head_length > 0 {
                let heads = known.heads.entry(cursor.head_length).or_default();
                heads.entry(cursor.head_hash.as_slice()).or_default().push(place);
                known.names.entry(&cursor.name).or_default().push(place);
            } else if cursor.kind == "file" {
                known.blank.push(place);
            }
        }
        known
    }

    /// The cursor that a file belongs to. Of several that fit, one that has read something of it
    /// is the right one, then its own inode's, then that of the same inode on a device whose number
    /// has changed, then that of its name, then the one that knows most of it.
    pub(crate) fn choose(
        &self,
        section: &str,
        name: &str,
        (content, head): (&Content, &[u8]),
        taken: &HashSet<i64>,
    ) -> Option<&'c Cursor> {
        let own = content.inode.stored();
        let rank = |cursor: &Cursor| {
            let is_own = (cursor.device, cursor.inode) == own;
            let (is_begun, is_same) = (cursor.position > 0, cursor.inode == own.1);
            let is_known = cursor.head_length > 0;
            (is_begun, is_known, is_own, is_same, cursor.name == name, cursor.position)
        };
        let is_free =
            |cursor: &&Cursor| cursor.section == section && !taken.contains(&cursor.source);
        let mut possible: Vec<&Cursor> = self.candidates(own, head).filter(is_free).collect();
        possible.sort_by_key(|cursor| Reverse(rank(cursor)));
        possible.into_iter().find(|cursor| {
            let (_, _, is_own, ..) = rank(cursor);
            let is_done = is_own && cursor.token == COMPLETE && content.packing.is_some();
            is_done || (is_own || !is_elsewhere(cursor)) && fits_mark(cursor, content)
        })
    }

    /// The cursor of another file, still there, which holds all that this one does: this one is its
    /// copy, packed or under the name that a rotation gives a copy. That one is about to be cut or
    /// to go, and then the copy takes its place.
    pub(crate) fn original(
        &self,
        section: &str,
        path: &Path,
        (content, head): (&Content, &[u8]),
    ) -> Option<&'c Cursor> {
        let inode = content.inode.stored();
        let plain = plain_name(path);
        let is_form_of = |cursor: &Cursor| {
            let name = Path::new(&cursor.name);
            is_rotated(name, path) || plain.as_deref() == Some(name)
        };
        let is_original = |cursor: &&Cursor| {
            let is_other = (cursor.device, cursor.inode) != inode && cursor.section == section;
            is_other
                && (content.packing.is_some() || is_form_of(cursor))
                && own_file(cursor, path).is_some_and(|own| is_prefix((content, head), &own))
        };
        let blank = self.blank.iter().map(|&place| &self.cursors[place]);
        let blank = blank.filter(|&cursor| is_form_of(cursor));
        self.candidates(inode, head).chain(blank).find(is_original)
    }

    /// The cursors whose beginning is the file's; of those that know no beginning, only its own.
    fn candidates(&self, own: (i64, i64), head: &[u8]) -> impl Iterator<Item = &'c Cursor> {
        let mut places: Vec<usize> = self.own.get(&own).cloned().unwrap_or_default();
        places.retain(|&place| fits_head(&self.cursors[place], head));
        let mut digest = Sha256::new();
        let mut hashed = 0;
        for (&length, heads) in &self.heads {
            let Some(more) = usize::try_from(length).ok().and_then(|to| head.get(hashed..to))
            else {
                break;
            };
            digest.update(more);
            hashed += more.len();
            places.extend(heads.get(&digest.clone().finalize()[..]).into_iter().flatten());
        }
        places.sort_unstable();
        places.dedup();
        let cursors = self.cursors;
        places.into_iter().map(move |place| &cursors[place])
    }

    /// The cursors of the files that a path was before.
    pub(crate) fn former(&self, section: &str, name: &str, except: i64) -> Vec<&'c Cursor> {
        let places = self.names.get(name).into_iter().flatten();
        let cursors = places.map(|&place| &self.cursors[place]);
        cursors.filter(|cursor| cursor.section == section && cursor.source != except).collect()
    }
}

/// Whether a file holds what the cursor remembers.
pub(crate) fn belongs(cursor: &Cursor, content: &Content) -> bool {
    fits_head(cursor, &content.head(HEAD)) && fits_mark(cursor, content)
}

/// Whether these first bytes are those that a cursor remembers.
pub(crate) fn fits_head(cursor: &Cursor, head: &[u8]) -> bool {
    let length = usize::try_from(cursor.head_length).unwrap_or(usize::MAX);
    length == 0
        || head.get(..length).is_some_and(|head| Sha256::digest(head)[..] == cursor.head_hash)
}

/// Whether the bytes before a cursor's position are those that it remembers.
pub(crate) fn fits_mark(cursor: &Cursor, content: &Content) -> bool {
    let length = usize::try_from(cursor.mark_length).unwrap_or(0);
    let bytes = content.read_at(cursor.position - cursor.mark_length, length);
    bytes.is_ok_and(|bytes| {
        bytes.len() == length && (length == 0 || Sha256::digest(&bytes)[..] == cursor.mark_hash)
    })
}

/// Whether these are the first bytes of a cursor's file, and those before its position.
pub(crate) fn is_at(cursor: &Cursor, head: &[u8], mark: &[u8]) -> bool {
    let marked = usize::try_from(cursor.mark_length).unwrap_or(0);
    let end = mark.len().checked_sub(marked).map(|from| &mark[from..]);
    fits_head(cursor, head)
        && end.is_some_and(|end| end.is_empty() || Sha256::digest(end)[..] == cursor.mark_hash)
}

/// Whether a file's content is the beginning of another's.
fn is_prefix((content, head): (&Content, &[u8]), of: &Content) -> bool {
    !head.is_empty() && of.head(HEAD).starts_with(head) && content.is_beginning_of(of)
}

/// Whether a file holds what a cursor remembers, and more behind it.
pub(crate) fn goes_on(cursor: &Cursor, content: &Content) -> bool {
    fits_mark(cursor, content)
        && content.read_at(cursor.position, 1).is_ok_and(|more| !more.is_empty())
}

/// A cursor's own plain file: where it was, or where the copy's name leads to, or nowhere.
fn own_file(cursor: &Cursor, copy: &Path) -> Option<Content> {
    let paths = [Some(PathBuf::from(&cursor.name)), plain_name(copy)];
    let open = |path: PathBuf| Content::open(&path).ok();
    let is_own = |content: &Content| content.inode.stored() == (cursor.device, cursor.inode);
    let mut files = paths.into_iter().flatten().filter_map(open);
    files.find(|content| content.packing.is_none() && is_own(content))
}

/// Whether the cursor's own plain file is still where it was, with the same content.
fn is_elsewhere(cursor: &Cursor) -> bool {
    cursor.kind == "file"
        && own_file(cursor, Path::new("")).is_some_and(|own| belongs(cursor, &own))
}

/// A file's cursor: an old one, or a new one. It knows the file again before a line of it is
/// stored.
pub(crate) fn claimed(cursor: Cursor, name: &str, (content, head): (&Content, &[u8])) -> Cursor {
    let (device, inode) = content.inode.stored();
    let (kind, name) = (kind(content).to_owned(), name.to_owned());
    let mut cursor = Cursor { kind, name, device, inode, ..cursor };
    let head = known_head(head);
    if cursor.position == 0 && length(head) > cursor.head_length {
        (cursor.head_length, cursor.head_hash) = (length(head), Sha256::digest(head).to_vec());
    }
    cursor
}

/// The part of a file's first bytes that stays as it is: NUL bytes at the end may be a hole that is
/// still written to.
pub(crate) fn known_head(head: &[u8]) -> &[u8] {
    let end = head.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &head[..end]
}

/// What a cursor calls a file.
fn kind(content: &Content) -> &'static str {
    if content.packing.is_some() { "archive" } else { "file" }
}

/// Writes the place behind the last line, and what identifies it, into a cursor.
pub(crate) fn remember(cursor: &mut Cursor, edge: &Edge<'_>) {
    // What was known when the file was claimed may be more than the first lines.
    if length(edge.head) >= cursor.head_length {
        cursor.head_length = length(edge.head);
        cursor.head_hash = Sha256::digest(edge.head).to_vec();
    }
    cursor.position = edge.position;
    cursor.line = edge.line;
    cursor.mark_length = length(edge.mark);
    cursor.mark_hash = Sha256::digest(edge.mark).to_vec();
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}
