//! Files as the probes know them: inode and the kernel's own device number.
//!
//! What it does *not* know: paths of events.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Inode and device number (major << 20 | minor).
pub(crate) type Place = (u64, u64);

/// The place of a file; links are followed.
///
/// # Errors
/// There is no such file, or it cannot be looked at.
pub(crate) fn of(path: &Path) -> io::Result<Place> {
    fs::metadata(path).map(|meta| of_meta(&meta))
}

/// The place of a file that was looked at.
pub(crate) fn of_meta(meta: &Metadata) -> Place {
    (meta.ino(), device(meta.dev()))
}

/// A name in a directory, as a key of the probes' maps: `struct name` of `bpf/agent.bpf.c`.
pub(crate) fn key((inode, device): Place, name: &str) -> [u8; 64] {
    let mut key = [0; 64];
    key[..8].copy_from_slice(&inode.to_ne_bytes());
    key[8..16].copy_from_slice(&device.to_ne_bytes());
    let take = name.len().min(LONGEST_NAME);
    key[16..16 + take].copy_from_slice(&name.as_bytes()[..take]);
    key
}

/// Bytes of a name that the probes compare.
pub(crate) const LONGEST_NAME: usize = 47;

/// The kernel's form of a device number, from the one that stat gives.
fn device(dev: u64) -> u64 {
    u64::from(libc::major(dev)) << 20 | u64::from(libc::minor(dev))
}
