//! inotify: as fanotify, where the kernel has none or not for this user. It does not say who.
//!
//! Records: `struct inotify_event` (`i32 watch, u32 mask, u32 cookie, u32 size`) and a name padded
//! with NUL (inotify(7)). What it does *not* know: paths.
#![allow(unsafe_code, reason = "calls into libc; each block says why it is sound")]

use super::{check, owned, path_text, read_waiting};
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;

/// A set of watches, and the events of what they watch.
#[derive(Debug)]
pub(crate) struct Inotify(OwnedFd);

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    /// The watch of the directory.
    pub(crate) watch: i32,
    /// What happened: bits of inotify(7).
    pub(crate) mask: u32,
    /// The name in it; empty for the directory itself.
    pub(crate) name: Vec<u8>,
}

const MASK: u32 = libc::IN_CREATE
    | libc::IN_CLOSE_WRITE
    | libc::IN_DELETE
    | libc::IN_MOVED_FROM
    | libc::IN_MOVED_TO
    | libc::IN_ATTRIB
    | libc::IN_DELETE_SELF
    | libc::IN_ONLYDIR;

impl Inotify {
    /// A new set.
    ///
    /// # Errors
    /// The kernel has no inotify, or the user too many sets.
    pub(crate) fn new() -> io::Result<Inotify> {
        // SAFETY: a call with a number.
        let made = unsafe { libc::inotify_init1(libc::IN_NONBLOCK | libc::IN_CLOEXEC) };
        owned(made.into()).map(Inotify)
    }

    /// Watches a directory; returns the number of its watch.
    ///
    /// # Errors
    /// The directory is gone, may not be read, or the user has too many watches.
    pub(crate) fn watch(&self, directory: &Path) -> io::Result<i32> {
        let path = path_text(directory)?;
        // SAFETY: the path ends with NUL and lives as long as the call.
        let watch = unsafe { libc::inotify_add_watch(self.0.as_raw_fd(), path.as_ptr(), MASK) };
        check(watch.into()).map(|_| watch)
    }

    /// The next events; none when nothing waits.
    ///
    /// # Errors
    /// The descriptor cannot be read.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<Vec<Watched>> {
        read_waiting(&self.0, buffer).map(events)
    }
}

fn events(mut bytes: &[u8]) -> Vec<Watched> {
    let mut found = Vec::new();
    while let Some((head, rest)) = bytes.split_at_checked(16) {
        let word = |at: usize| [head[at], head[at + 1], head[at + 2], head[at + 3]];
        let size = usize::try_from(u32::from_ne_bytes(word(12))).unwrap_or(usize::MAX);
        let Some((name, rest)) = rest.split_at_checked(size) else { break };
        bytes = rest;
        found.push(Watched {
            watch: i32::from_ne_bytes(word(0)),
            mask: u32::from_ne_bytes(word(4)),
            name: name.split(|&byte| byte == 0).next().unwrap_or_default().to_vec(),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_with_its_name() {
        let folder = testkit::temp_dir();
        let inotify = Inotify::new().expect("inotify");
        let watch = inotify.watch(folder.path()).expect("a watch");
        std::fs::write(folder.path().join("new"), "x").expect("a file");
        let found = inotify.read(&mut [0; 4096]).expect("events");
        let event = |mask| Watched { watch, mask, name: b"new".to_vec() };
        assert_eq!(found, [event(libc::IN_CREATE), event(libc::IN_CLOSE_WRITE)]);
        assert_eq!(inotify.read(&mut [0; 4096]).expect("none"), []);
    }
}
