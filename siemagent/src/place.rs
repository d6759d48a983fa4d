//! Files as the probes know them: inode and the kernel's own device number.
//!
//! What it does *not* know: paths of events.

use std::fs;
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
    let meta = fs::metadata(path)?;
    Ok((meta.ino(), device(meta.dev())))
}

/// The kernel's form of a device number, from the one that stat gives.
fn device(dev: u64) -> u64 {
    u64::from(libc::major(dev)) << 20 | u64::from(libc::minor(dev))
}
