//! Control groups by the number that the kernel gives them, and the container that one stands for.
//!
//! The number is the inode of the group's directory, so that the tree under the mount point tells
//! every path. An unknown number makes the tree be read again, at most once a second.
//!
//! What it does *not* know: container engines; a container is told by an id of 64 hexadecimal
//! digits in the path.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Groups that are remembered at most.
const MOST: usize = 8192;

/// The control groups of this machine.
#[derive(Debug)]
pub(crate) struct Groups {
    root: Option<PathBuf>,
    paths: HashMap<u64, String>,
    looked: Option<Instant>,
}

impl Groups {
    /// The groups below a mount point.
    #[must_use]
    pub(crate) fn new(root: Option<PathBuf>) -> Groups {
        Groups { root, paths: HashMap::new(), looked: None }
    }

    /// The path of a group, from the mount point: `/` is the root.
    pub(crate) fn path(&mut self, id: u64) -> Option<&str> {
        let root = self.root.as_deref()?;
        if !self.paths.contains_key(&id)
            && self.looked.is_none_or(|at| at.elapsed() > Duration::from_secs(1))
        {
            self.looked = Some(Instant::now());
            self.paths.clear();
            let mut left = MOST;
            read(root, root, &mut self.paths, &mut left);
        }
        self.paths.get(&id).map(String::as_str)
    }
}

/// The directory of a group by its path from the mount point; the root, which holds every process,
/// has none here.
#[must_use]
pub(crate) fn directory(root: &Path, path: &str) -> Option<PathBuf> {
    let path = path.trim_matches('/');
    let is_inside =
        !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    is_inside.then(|| root.join(path))
}

/// The number that the kernel gives the group of a directory.
///
/// # Errors
/// There is no such directory.
pub(crate) fn number(directory: &Path) -> io::Result<u64> {
    fs::metadata(directory).map(|meta| meta.ino())
}

fn read(root: &Path, folder: &Path, paths: &mut HashMap<u64, String>, left: &mut usize) {
    let Ok(meta) = fs::symlink_metadata(folder) else { return };
    if *left == 0 || !meta.is_dir() {
        return;
    }
    *left -= 1;
    let path = folder.strip_prefix(root).unwrap_or(folder);
    paths.insert(meta.ino(), format!("/{}", path.display()));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            read(root, &entry.path(), paths, left);
        }
    }
}

/// The container of a group's path: the first 12 digits of the last id of 64 in it.
#[must_use]
pub(crate) fn container(path: &str) -> Option<&str> {
    let mut parts = path.split(|char: char| !char.is_ascii_hexdigit());
    parts.rfind(|part| part.len() == 64).map(|id| &id[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_told_by_its_id() {
        let id = "0123456789abcdef".repeat(4);
        for path in [
            format!("/system.slice/docker-{id}.scope"),
            format!("/kubepods.slice/pod1/cri-containerd-{id}.scope/init"),
            format!("/docker/{id}"),
        ] {
            assert_eq!(container(&path), Some("0123456789ab"), "{path}");
        }
        assert_eq!(container("/user.slice/user-1000.slice/session-1.scope"), None);
    }

    #[test]
    fn the_root_and_what_is_outside_are_no_groups() {
        let root = Path::new("/sys/fs/cgroup");
        let want = Some(PathBuf::from("/sys/fs/cgroup/system.slice/a.service"));
        assert_eq!(directory(root, "/system.slice/a.service"), want);
        for path in ["/", "", "/..", "/a/../..", "/./", "//a//b"] {
            assert_eq!(directory(root, path), None, "{path}");
        }
    }

    #[test]
    fn a_group_is_found_by_the_inode_of_its_directory() {
        let tree = testkit::temp_dir();
        let inner = tree.path().join("a.slice/b.scope");
        fs::create_dir_all(&inner).expect("directories");
        let id = fs::metadata(&inner).expect("a directory").ino();
        let mut groups = Groups::new(Some(tree.path().to_owned()));
        assert_eq!(groups.path(id), Some("/a.slice/b.scope"));
        assert_eq!(groups.path(1), None);
        assert_eq!(Groups::new(None).path(id), None);
    }
}
