//! Where the kernel's tracing files and control groups are.
//!
//! Neither place is taken for granted: tracefs may not be mounted, and the second version of
//! control groups may lie beside the first. What it does *not* know: programs.

use crate::system;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;

/// The tracing file system.
#[derive(Debug)]
pub(super) struct Tracefs(OwnedFd);

impl Tracefs {
    /// Opens it where it is mounted, else mounts it for this process alone.
    pub(super) fn open() -> io::Result<Tracefs> {
        for place in ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"] {
            if fs::metadata(format!("{place}/events/syscalls")).is_ok() {
                return Ok(Tracefs(File::open(place)?.into()));
            }
        }
        system::private_tracefs().map(Tracefs)
    }

    /// The number of a tracepoint such as `syscalls/sys_exit_openat`.
    pub(super) fn id(&self, name: &str) -> io::Result<u64> {
        let mut text = String::new();
        let mut file = system::open_below(self.0.as_fd(), &format!("events/{name}/id"))?;
        file.read_to_string(&mut text)?;
        text.trim().parse().map_err(io::Error::other)
    }
}

/// Where the second version of control groups is mounted.
pub(crate) fn cgroup_path() -> Option<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let line = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
    line.split(' ').nth(4).map(PathBuf::from)
}

pub(super) fn cgroup_root() -> io::Result<File> {
    let missing = || io::Error::from_raw_os_error(libc::ENOENT);
    File::open(cgroup_path().ok_or_else(missing)?)
}
