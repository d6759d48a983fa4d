//! What a file is: its kind, SHA-256, rights and owner.
//!
//! Times are left out: who may write a file may set its times. What it does *not* know: what a file
//! was before.

use sha2::{Digest as _, Sha256};
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

/// What sort of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A file with contents.
    File,
    /// A directory.
    Directory,
    /// A symbolic link; its hash is that of where it points.
    Link,
    /// A device, a socket, a pipe.
    Other,
}

impl Sort {
    const NAMES: [(Sort, &'static str); 4] = [
        (Sort::File, "file"),
        (Sort::Directory, "directory"),
        (Sort::Link, "link"),
        (Sort::Other, "other"),
    ];

    /// Its name in the baseline.
    pub(crate) fn name(self) -> &'static str {
        Sort::NAMES.iter().find(|(sort, _)| *sort == self).map_or("other", |(_, name)| name)
    }

    /// The sort of a name.
    pub(crate) fn named(name: &str) -> Option<Sort> {
        Sort::NAMES.iter().find(|(_, own)| *own == name).map(|(sort, _)| *sort)
    }

    fn of(meta: &Metadata) -> Sort {
        let kind = meta.file_type();
        if kind.is_file() {
            Sort::File
        } else if kind.is_dir() {
            Sort::Directory
        } else if kind.is_symlink() {
            Sort::Link
        } else {
            Sort::Other
        }
    }
}

/// SHA-256.
pub(crate) type Hash = [u8; 32];

/// A file as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// What sort.
    pub(crate) sort: Sort,
    /// Of the contents; `None` where there are none, or they cannot be read.
    pub(crate) hash: Option<Hash>,
    /// The bits that chmod sets.
    pub(crate) mode: u32,
    /// The owner.
    pub(crate) owner: u32,
    /// The group.
    pub(crate) group: u32,
    /// Bytes of a file; 0 for others.
    pub(crate) size: u64,
}

impl State {
    /// Looks at a path without following links. `None` when there is nothing, or `stop` said so.
    pub(crate) fn of(path: &Path, stop: &dyn Fn() -> bool) -> Option<State> {
        let meta = fs::symlink_metadata(path).ok()?;
        let sort = Sort::of(&meta);
        let mut state = State {
            sort,
            hash: None,
            mode: meta.mode() & 0o7777,
            owner: meta.uid(),
            group: meta.gid(),
            size: if sort == Sort::File { meta.len() } else { 0 },
        };
        match sort {
            Sort::File => match contents(path, stop) {
                Ok(Some((hash, size))) => (state.hash, state.size) = (Some(hash), size),
                Ok(None) => return None,
                // It went in the meantime, or may not be read: the latter is a state as well.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
                Err(_) => {}
            },
            Sort::Link => {
                let target = fs::read_link(path).ok()?;
                state.hash = Some(Sha256::digest(target.as_os_str().as_bytes()).into());
            }
            Sort::Directory | Sort::Other => {}
        }
        Some(state)
    }

    /// Whether it has contents that could not be read.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.sort == Sort::File && self.hash.is_none()
    }
}

/// Hash and size of a file's contents.
fn contents(path: &Path, stop: &dyn Fn() -> bool) -> io::Result<Option<(Hash, u64)>> {
    // Should a pipe have taken the file's place, opening it must not wait for a writer.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let mut file = File::options().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut buffer = vec![0; 128 << 10];
    loop {
        let read = match file.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if read == 0 {
            return Ok(Some((hash.finalize().into(), size)));
        }
        if stop() {
            return Ok(None);
        }
        hash.update(&buffer[..read]);
        size += u64::try_from(read).unwrap_or(0);
    }
}

/// A hash in hexadecimal digits.
pub(crate) fn digits(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of 64 hexadecimal digits.
pub(crate) fn hash(digits: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_its_contents_rights_and_owner() {
        let folder = testkit::temp_dir();
        let path = folder.path().join("a");
        fs::write(&path, "abc").expect("a file");
        let state = State::of(&path, &|| false).expect("a state");
        assert_eq!((state.sort, state.size), (Sort::File, 3));
        let text = digits(&state.hash.expect("a hash"));
        // The example of FIPS 180-2, appendix B.1.
        assert_eq!(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hash(&text), state.hash);
        assert!(hash("ba78").is_none() && hash(&"zz".repeat(32)).is_none());
        assert_eq!(State::of(&path, &|| true), None, "told to stop");
        assert_eq!(State::of(&folder.path().join("b"), &|| false), None);
        std::os::unix::fs::symlink("abc", folder.path().join("b")).expect("a link");
        let link = State::of(&folder.path().join("b"), &|| false).expect("a state");
        assert_eq!((link.sort, link.hash, link.size), (Sort::Link, state.hash, 0));
    }
}
