//! What changes below directories, without BPF: by fanotify, else by inotify.
//!
//! ```text
//!  add(directory) ─► mark or watch ─► event by handle and name ─► Touch { path, who, what }
//! ```
//!
//! Each directory is marked by itself, so that what happens elsewhere costs nothing. fanotify says
//! which process it was, where the agent began with `CAP_SYS_ADMIN`; inotify never does. When the
//! kernel's own queue was full, one `Touch` says that anything may have changed.
//!
//! What it does *not* know: what files hold, lines.

use crate::system::{Fanotify, Handle, Inotify};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// What happened to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// It appeared: made, linked, or moved there.
    Came,
    /// It was written and closed.
    Written,
    /// It went: removed, or moved elsewhere.
    Went,
    /// Its rights, owner or times were changed.
    Attributes,
    /// The kernel could not keep up: anything may have happened anywhere.
    Anything,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    /// Where.
    pub(crate) path: PathBuf,
    /// Who, where that is known.
    pub(crate) pid: Option<u32>,
    /// What.
    pub(crate) what: What,
}

/// Watched directories.
#[derive(Debug)]
pub(crate) struct Watch {
    fanotify: Option<Fanotify>,
    inotify: Option<Inotify>,
    handles: HashMap<Handle, PathBuf>,
    watches: HashMap<i32, PathBuf>,
    buffer: Vec<u8>,
}

impl Watch {
    /// Nothing watched yet.
    ///
    /// # Errors
    /// The kernel has neither fanotify nor inotify for us: the errors of both.
    pub(crate) fn new() -> io::Result<Watch> {
        let (fanotify, inotify) = (Fanotify::new(), Inotify::new());
        if let (Err(first), Err(second)) = (&fanotify, &inotify) {
            return Err(io::Error::other(format!("fanotify: {first}; inotify: {second}")));
        }
        Ok(Watch {
            fanotify: fanotify.ok(),
            inotify: inotify.ok(),
            handles: HashMap::new(),
            watches: HashMap::new(),
            buffer: vec![0; 16 << 10],
        })
    }

    /// Watches one directory.
    ///
    /// # Errors
    /// It is gone, cannot be read, or there are too many.
    pub(crate) fn add(&mut self, directory: &Path) -> io::Result<()> {
        if let Some(fanotify) = &self.fanotify
            && let Ok(handle) = fanotify.mark(directory)
        {
            self.handles.insert(handle, directory.to_owned());
            return Ok(());
        }
        // Not every file system has handles.
        let unsupported = || io::Error::from_raw_os_error(libc::EOPNOTSUPP);
        let watch = self.inotify.as_ref().ok_or_else(unsupported)?.watch(directory)?;
        self.watches.insert(watch, directory.to_owned());
        Ok(())
    }

    /// What is in use.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let used = [("fanotify", self.handles.is_empty()), ("inotify", self.watches.is_empty())];
        used.into_iter().filter(|(_, is_empty)| !is_empty).map(|(name, _)| name).collect()
    }

    /// What happened since the last reading.
    ///
    /// # Errors
    /// The kernel's queues cannot be read.
    pub(crate) fn read(&mut self) -> io::Result<Vec<Touch>> {
        let mut found = Vec::new();
        if let Some(fanotify) = &self.fanotify {
            for event in fanotify.read(&mut self.buffer)? {
                let pid = Some(event.pid).filter(|&pid| pid != 0);
                let base = self.handles.get(&event.handle);
                found.extend(touches(base, &event.name, pid, event.mask));
                if event.mask & libc::FAN_DELETE_SELF != 0 {
                    self.handles.remove(&event.handle);
                }
            }
        }
        if let Some(inotify) = &self.inotify {
            for event in inotify.read(&mut self.buffer)? {
                let base = self.watches.get(&event.watch);
                found.extend(touches(base, &event.name, None, event.mask.into()));
                if event.mask & libc::IN_IGNORED != 0 {
                    self.watches.remove(&event.watch);
                }
            }
        }
        Ok(found)
    }
}

/// The bits of fanotify, which are those of inotify, and what they mean; fanotify joins what waits
/// for one name, and tells no order.
const BITS: [(u64, What); 4] = [
    (libc::FAN_CREATE | libc::FAN_MOVED_TO, What::Came),
    (libc::FAN_CLOSE_WRITE, What::Written),
    (libc::FAN_ATTRIB, What::Attributes),
    (libc::FAN_DELETE | libc::FAN_MOVED_FROM | libc::FAN_DELETE_SELF, What::Went),
];

fn touches(base: Option<&PathBuf>, name: &[u8], pid: Option<u32>, mask: u64) -> Vec<Touch> {
    const OVERFLOW: u64 = libc::FAN_Q_OVERFLOW;
    if mask & OVERFLOW != 0 {
        return vec![Touch { path: PathBuf::new(), pid: None, what: What::Anything }];
    }
    let path = match (base, name) {
        (None, _) => return Vec::new(),
        (Some(base), b"" | b".") => base.clone(),
        (Some(base), name) => base.join(OsStr::from_bytes(name)),
    };
    let held = BITS.iter().filter(|(bits, _)| mask & bits != 0);
    held.map(|&(_, what)| Touch { path: path.clone(), pid, what }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    fn story(mut watch: Watch) -> Vec<(String, What)> {
        let folder = testkit::temp_dir();
        watch.add(folder.path()).expect("a watched directory");
        let mut told = Vec::new();
        let mut look = |watch: &mut Watch| {
            for touch in watch.read().expect("events") {
                let path = touch.path.strip_prefix(folder.path()).expect("below").to_owned();
                told.push((path.display().to_string(), touch.what));
            }
        };
        fs::write(folder.path().join("a"), "x").expect("a file");
        look(&mut watch);
        fs::set_permissions(folder.path().join("a"), Permissions::from_mode(0o600)).expect("mode");
        fs::rename(folder.path().join("a"), folder.path().join("b")).expect("a rename");
        look(&mut watch);
        fs::remove_file(folder.path().join("b")).expect("a removal");
        look(&mut watch);
        told
    }

    #[test]
    fn both_ways_tell_the_same() {
        let both = Watch::new().expect("a way");
        assert!(both.inotify.is_some());
        let mut simple = Watch::new().expect("a way");
        simple.fanotify = None;
        // fanotify joins what waits for one name: only the last of each pair is sure.
        let simple = story(simple);
        let names: Vec<&str> = simple.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "a", "a", "a", "b", "b"]);
        let whats: Vec<What> = simple.iter().map(|(_, what)| *what).collect();
        let want =
            [What::Came, What::Written, What::Attributes, What::Went, What::Came, What::Went];
        assert_eq!(whats, want);
        let full = story(both);
        assert!(full.contains(&("a".to_owned(), What::Went)), "{full:?}");
        assert!(full.contains(&("b".to_owned(), What::Went)), "{full:?}");
    }
}
