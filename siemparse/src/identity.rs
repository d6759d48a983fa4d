//! Which cursor a file belongs to: its content decides.
//!
//! A cursor remembers the SHA-256 of the source's first bytes (up to 1,024, growing with the
//! source) and of the bytes before its position (up to 256), both over unpacked bytes. A file
//! belongs to a cursor when both are found in it; a file that was renamed, compressed or moved
//! keeps its cursor, one that was truncated and written anew, or took over an old inode, does not.
//!
//! Two files that are there at the same time may agree in all those bytes (first lines of new
//! logs often do). Then the inode tells them apart: a cursor whose own file is still there, plain
//! and unchanged, belongs to that one alone.
//!
//! What it does *not* know: databases; [`crate::desk`] asks under the store's lock.

use crate::content::Content;
use crate::line::{Edge, HEAD};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use store::Cursor;

/// The cursor that a file belongs to, of those of its host and section.
pub(crate) fn choose<'c>(
    cursors: &'c [Cursor],
    section: &str,
    content: &Content,
) -> Option<&'c Cursor> {
    let own = content.inode.stored();
    let head = content.read_at(0, HEAD).unwrap_or_default();
    let mut best: Option<((bool, i64), &Cursor)> = None;
    for cursor in cursors {
        let is_own = (cursor.device, cursor.inode) == own;
        let is_possible = matches!(cursor.kind.as_str(), "file" | "archive")
            && cursor.section == section
            && (is_own || cursor.position > 0);
        let rank = (is_own, cursor.position);
        if is_possible
            && best.is_none_or(|(have, _)| rank > have)
            && fits_head(cursor, &head)
            && fits_mark(cursor, content)
            && (is_own || content.packing.is_some() || !is_elsewhere(cursor))
        {
            best = Some((rank, cursor));
        }
    }
    best.map(|(_, cursor)| cursor)
}

/// Whether a file holds what the cursor remembers.
pub(crate) fn belongs(cursor: &Cursor, content: &Content) -> bool {
    content.read_at(0, HEAD).is_ok_and(|head| fits_head(cursor, &head))
        && fits_mark(cursor, content)
}

fn fits_head(cursor: &Cursor, head: &[u8]) -> bool {
    let length = usize::try_from(cursor.head_length).unwrap_or(usize::MAX);
    length == 0
        || head.get(..length).is_some_and(|head| Sha256::digest(head)[..] == cursor.head_hash)
}

fn fits_mark(cursor: &Cursor, content: &Content) -> bool {
    let length = usize::try_from(cursor.mark_length).unwrap_or(0);
    let bytes = content.read_at(cursor.position - cursor.mark_length, length);
    bytes.is_ok_and(|bytes| {
        bytes.len() == length && (length == 0 || Sha256::digest(&bytes)[..] == cursor.mark_hash)
    })
}

/// Whether the cursor's own plain file is still where it was, with the same content.
fn is_elsewhere(cursor: &Cursor) -> bool {
    cursor.kind == "file"
        && Content::open(Path::new(&cursor.name)).is_ok_and(|own| {
            own.inode.stored() == (cursor.device, cursor.inode) && belongs(cursor, &own)
        })
}

/// Writes the place behind the last line, and what identifies it, into a cursor.
pub(crate) fn remember(cursor: &mut Cursor, edge: &Edge<'_>) {
    if cursor.head_length != length(edge.head) || cursor.head_hash.is_empty() {
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
