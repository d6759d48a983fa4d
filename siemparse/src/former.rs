//! Rotation that nobody watched: the files that a path was before, and what of them is unread.
//!
//! They lie beside the path under names that go on after its own (`auth.log.1`,
//! `auth.log-20261120.gz`, `auth-20261120.log`). One that belongs to a cursor is read on from
//! there. One that belongs to none is a generation that came and went unseen, if it was written to
//! after those that are known; older ones were there before their path was followed.
//!
//! What it does *not* know: how files are read.

use crate::content::{Content, Inode};
use crate::identity::{self, COMPLETE, Known};
use crate::name::{is_beside, is_rotated, plain_name};
use crate::roster::{Found, Roster};
use crate::tail::Tail;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use store::Cursor;

/// A file beside a path.
struct Sibling {
    path: PathBuf,
    inode: Inode,
    changed: Option<SystemTime>,
}

/// Looks beside a path for the files that it was before, and puts them on the list. Gives the
/// cursors of those that have none: they are known from now on, also after a crash.
pub(crate) fn find(
    found: &Found,
    known: &Known<'_>,
    tails: &[Tail],
    roster: &mut Roster,
) -> Vec<Cursor> {
    let section = &found.source.section;
    let name = found.name.to_string_lossy();
    let of_path = tails.iter().filter(|tail| tail.path == found.path && !tail.is_replaced);
    let mut newest = of_path.filter_map(|tail| tail.input.content()?.state().ok()?.1).max();
    let mut unseen = Vec::new();
    for sibling in siblings(&found.path) {
        if tails.iter().any(|tail| tail.inode() == Some(sibling.inode)) {
            newest = newest.max(sibling.changed);
            continue;
        }
        let Ok(content) = Content::open(&sibling.path) else { continue };
        match known.choose(section, &name, &content, &HashSet::new()) {
            Some(cursor) => {
                newest = newest.max(sibling.changed);
                if has_more(cursor, &content) {
                    roster.add_former(found, sibling.path, sibling.inode);
                }
            }
            None if tails.iter().any(|tail| tail.holds(&content)) => {
                newest = newest.max(sibling.changed);
            }
            None if known.is_copy(&content, |name| is_rotated(name, &sibling.path)) => {}
            None => unseen.push((sibling, content)),
        }
    }
    unseen.retain(|(sibling, _)| second(sibling.changed) >= second(newest));
    unseen.retain(|(sibling, _)| is_rotated(&found.path, &sibling.path));
    let begin = |(sibling, content): (Sibling, Content)| {
        roster.add_former(found, sibling.path, sibling.inode);
        let (name, section) = (name.clone().into_owned(), section.clone());
        identity::begin(Cursor { name, section, ..Cursor::default() }, &content)
    };
    unseen.into_iter().map(begin).collect()
}

/// A time in whole seconds: bzip2 keeps no more of a file's.
fn second(time: Option<SystemTime>) -> Option<u64> {
    Some(time?.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// Whether a file holds something that its cursor has not passed.
fn has_more(cursor: &Cursor, content: &Content) -> bool {
    match content.packing {
        Some(_) => cursor.kind != "archive" || cursor.token != COMPLETE,
        None => content.state().is_ok_and(|(size, _)| size > cursor.position),
    }
}

/// The files beside a path whose names begin like its own.
fn siblings(path: &Path) -> Vec<Sibling> {
    let (Some(stem), Some(folder)) = (path.file_stem(), path.parent()) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let stem = stem.to_string_lossy();
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<Sibling> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(stem.as_ref()))
        .map(|entry| entry.path())
        .filter(|other| other != path && is_beside(path, other))
        .filter_map(|path| {
            let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
            Some(Sibling { path, inode: Inode::of(&metadata), changed: metadata.modified().ok() })
        })
        .collect();
    // A packed file beside its plain one is still being written.
    let plain: HashSet<PathBuf> = found.iter().map(|sibling| sibling.path.clone()).collect();
    found.retain(|sibling| plain_name(&sibling.path).is_none_or(|name| !plain.contains(&name)));
    found.sort_by(|one, other| (one.changed, &one.path).cmp(&(other.changed, &other.path)));
    found
}
