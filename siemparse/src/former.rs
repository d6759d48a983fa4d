//! Rotation that nobody watched: the files that a path was before, and what of them is unread.
//!
//! They lie beside the path under names that go on after its own (`auth.log.1`,
//! `auth.log-20261120.gz`, `auth-20261120.log`). One that belongs to a cursor is read on from
//! there. One that belongs to none is a generation that came and went unseen, if it was written to
//! after the oldest that is known; older ones were there before their path was followed. Nothing is
//! decided about a file that a rotation has touched within the last second: it may still be at work,
//! and what another siemparse has read of it may be on its way.
//!
//! What it does *not* know: how files are read.

use crate::content::{Content, Inode, is_fresh};
use crate::identity::{self, COMPLETE, Known};
use crate::line::HEAD;
use crate::name::{is_beside, is_rotated, plain_name};
use crate::roster::Found;
use crate::tail::Tail;
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use store::Cursor;

/// A file beside a path.
struct Sibling {
    path: PathBuf,
    inode: Inode,
    changed: Option<SystemTime>,
    /// Whether it was made, renamed or written to just now.
    is_fresh: bool,
}

/// What lies beside a path.
#[derive(Default)]
pub(crate) struct Beside {
    /// Files to be read.
    pub(crate) files: Vec<(PathBuf, Inode)>,
    /// The cursors of those among them that have none yet: they are known from now on, also after
    /// a crash.
    pub(crate) cursors: Vec<Cursor>,
    /// Whether it has to be looked at again soon.
    pub(crate) is_unsettled: bool,
}

/// The names in folders, in order, each folder read once: ten thousand files of one folder are
/// looked beside together.
#[derive(Default)]
pub(crate) struct Folders {
    names: HashMap<PathBuf, Vec<OsString>>,
}

impl Folders {
    /// The names in a folder that begin alike.
    fn alike(&mut self, folder: &Path, stem: &OsStr) -> &[OsString] {
        if !self.names.contains_key(folder) {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let mut names: Vec<OsString> = entries.map(|entry| entry.file_name()).collect();
            names.sort_unstable();
            self.names.insert(folder.to_owned(), names);
        }
        let names = &self.names[folder];
        let from = names.partition_point(|name| name.as_os_str() < stem);
        let is_alike =
            |name: &OsString| name.as_encoded_bytes().starts_with(stem.as_encoded_bytes());
        let count = names[from..].partition_point(is_alike);
        &names[from..from + count]
    }
}

/// Looks beside a path for the files that it was before.
pub(crate) fn find(
    found: &Found,
    known: &Known<'_>,
    tails: &[Tail],
    folders: &mut Folders,
) -> Beside {
    let section = &found.source.section;
    let name = found.name.to_string_lossy();
    let of_path = tails.iter().filter(|tail| tail.path == found.path && !tail.is_replaced);
    let mut times: Vec<Option<SystemTime>> =
        of_path.filter_map(|tail| Some(tail.input.content()?.state().ok()?.1)).collect();
    let mut beside = Beside::default();
    let mut unseen = Vec::new();
    for sibling in siblings(&found.path, folders, &mut beside.is_unsettled) {
        if tails.iter().any(|tail| tail.inode() == Some(sibling.inode)) {
            times.push(sibling.changed);
            continue;
        }
        let Ok(content) = Content::open(&sibling.path) else {
            beside.is_unsettled = true;
            continue;
        };
        let head = content.head(HEAD);
        if head.is_empty() {
            beside.is_unsettled |= sibling.is_fresh;
            continue;
        }
        let whole = (&content, head.as_slice());
        if tails.iter().any(|tail| tail.holds(&content, &head)) {
            times.push(sibling.changed);
            beside.is_unsettled = true;
        } else if let Some(cursor) = known.choose(section, &name, whole, &HashSet::new()) {
            times.push(sibling.changed);
            if has_more(cursor, &content) {
                beside.files.push((sibling.path, sibling.inode));
            }
        } else if known.original(section, &sibling.path, whole).is_some() {
            beside.is_unsettled = true;
        } else if is_rotated(&found.path, &sibling.path) {
            unseen.push((sibling, content, head));
        }
    }
    let since = times.iter().copied().min().flatten();
    unseen.retain(|(sibling, ..)| second(sibling.changed) >= second(since));
    for (sibling, content, head) in unseen {
        if sibling.is_fresh {
            beside.is_unsettled = true;
            continue;
        }
        let blank = Cursor { section: section.clone(), ..Cursor::default() };
        beside.cursors.push(identity::claimed(blank, &name, (&content, &head)));
        beside.files.push((sibling.path, sibling.inode));
    }
    beside
}

/// A time in whole seconds: bzip2 keeps no more of a file's.
fn second(time: Option<SystemTime>) -> Option<u64> {
    Some(time?.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// Whether a file holds something that its cursor has not passed.
fn has_more(cursor: &Cursor, content: &Content) -> bool {
    match content.packing {
        Some(_) => cursor.kind != "archive" || cursor.token != COMPLETE,
        None if content.is_wide() => {
            !content.read_at(cursor.position, 1).is_ok_and(|more| more.is_empty())
        }
        None => content.state().is_ok_and(|(size, _)| size > cursor.position),
    }
}

/// The files beside a path whose names begin like its own.
fn siblings(path: &Path, folders: &mut Folders, is_unsettled: &mut bool) -> Vec<Sibling> {
    let (Some(stem), Some(folder)) = (path.file_stem(), path.parent()) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut found: Vec<Sibling> = folders
        .alike(folder, stem)
        .iter()
        .map(|name| folder.join(name))
        .filter(|other| other != path && is_beside(path, other))
        .filter_map(|path| {
            let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
            let (inode, changed) = (Inode::of(&metadata), metadata.modified().ok());
            let is_fresh = is_fresh(&metadata);
            Some(Sibling { path, inode, changed, is_fresh })
        })
        .collect();
    // A packed file beside its plain one is still being written.
    let plain: HashSet<PathBuf> = found.iter().map(|sibling| sibling.path.clone()).collect();
    found.retain(|sibling| {
        let is_packed_too = plain_name(&sibling.path).is_some_and(|name| plain.contains(&name));
        *is_unsettled |= is_packed_too && sibling.is_fresh;
        !is_packed_too
    });
    found.sort_by(|one, other| (one.changed, &one.path).cmp(&(other.changed, &other.path)));
    found
}
