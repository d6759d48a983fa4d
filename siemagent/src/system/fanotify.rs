//! fanotify: what happens to files below marked directories, told by directory handle and name.
//!
//! Records: `struct fanotify_event_metadata` (24 bytes), then pieces, each `{ u8 type, u8 pad, u16
//! size }`; the piece of type 2 is a file system's id (8 bytes), a file handle (`u32 size, i32
//! type, bytes`) of the directory, and a name that ends with NUL (fanotify(7)).
//!
//! What it does *not* know: where a handle's directory is.
#![allow(unsafe_code, reason = "calls into libc; each block says why it is sound")]

use super::{check, owned, path_text, read_waiting};
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;

/// A group of marks, and the events of what they mark.
#[derive(Debug)]
pub(crate) struct Fanotify(OwnedFd);

/// The name of a directory that stays the same wherever it is moved: file system and handle.
pub(crate) type Handle = Vec<u8>;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// What happened: bits of fanotify(7).
    pub(crate) mask: u64,
    /// Who did it; 0 where the kernel does not say.
    pub(crate) pid: u32,
    /// The directory.
    pub(crate) handle: Handle,
    /// The name in it; `.` is the directory itself.
    pub(crate) name: Vec<u8>,
}

const MASK: u64 = libc::FAN_CREATE
    | libc::FAN_CLOSE_WRITE
    | libc::FAN_DELETE
    | libc::FAN_MOVED_FROM
    | libc::FAN_MOVED_TO
    | libc::FAN_ATTRIB
    | libc::FAN_DELETE_SELF
    | libc::FAN_EVENT_ON_CHILD
    | libc::FAN_ONDIR;

/// The largest handle (`MAX_HANDLE_SZ`).
const MOST: usize = 128;

impl Fanotify {
    /// A new group. Without rights it has fewer marks, and does not say who did it.
    ///
    /// # Errors
    /// The kernel has no fanotify, or not for this user.
    pub(crate) fn new() -> io::Result<Fanotify> {
        let base = libc::FAN_CLOEXEC | libc::FAN_NONBLOCK | libc::FAN_REPORT_DFID_NAME;
        let flags = libc::O_RDONLY.cast_unsigned();
        // SAFETY: calls with numbers.
        let open = |extra| owned(unsafe { libc::fanotify_init(base | extra, flags) }.into());
        open(libc::FAN_UNLIMITED_MARKS).or_else(|_| open(0)).map(Fanotify)
    }

    /// Marks a directory; returns its handle, which its events carry.
    ///
    /// # Errors
    /// The directory is gone, may not be read, or its file system has no handles.
    pub(crate) fn mark(&self, directory: &Path) -> io::Result<Handle> {
        let handle = handle(directory)?;
        let path = path_text(directory)?;
        let (group, flags) = (self.0.as_raw_fd(), libc::FAN_MARK_ADD | libc::FAN_MARK_ONLYDIR);
        // SAFETY: the path ends with NUL and lives as long as the call.
        let marked =
            unsafe { libc::fanotify_mark(group, flags, MASK, libc::AT_FDCWD, path.as_ptr()) };
        check(marked.into()).map(|_| handle)
    }

    /// The next events; none when nothing waits.
    ///
    /// # Errors
    /// The descriptor cannot be read.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<Vec<Named>> {
        read_waiting(&self.0, buffer).map(events)
    }
}

fn handle(directory: &Path) -> io::Result<Handle> {
    let path = path_text(directory)?;
    // SAFETY: plain numbers, for which zeroes are a value.
    let mut about: libc::statfs = unsafe { std::mem::zeroed() };
    // struct file_handle: the room for its bytes, its type, the bytes.
    let mut handle = [0_u32; 2 + MOST / 4];
    handle[0] = u32::try_from(MOST).unwrap_or(0);
    let mut mount = 0;
    // SAFETY: the path ends with NUL; the structures are as large as the calls expect.
    unsafe {
        check(libc::statfs(path.as_ptr(), &raw mut about).into())?;
        let at = handle.as_mut_ptr().cast();
        let found = libc::name_to_handle_at(libc::AT_FDCWD, path.as_ptr(), at, &raw mut mount, 0);
        check(found.into())?;
    }
    // SAFETY: two numbers of 32 bits.
    let id: [u8; 8] = unsafe { std::mem::transmute(about.f_fsid) };
    let size = usize::try_from(handle[0]).unwrap_or(0);
    let bytes: Vec<u8> = handle.iter().flat_map(|word| word.to_ne_bytes()).collect();
    Ok([&id, &bytes[..8 + size.min(MOST)]].concat())
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// The events of what was read.
fn events(mut bytes: &[u8]) -> Vec<Named> {
    let mut found = Vec::new();
    while let Some(size) = number(bytes, 0).map(u32::from_ne_bytes) {
        let size = usize::try_from(size).unwrap_or(0);
        let Some(event) = bytes.get(..size).filter(|event| event.len() >= 24) else { break };
        bytes = &bytes[size..];
        found.extend(named(event));
    }
    found
}

fn named(event: &[u8]) -> Option<Named> {
    let mask = number(event, 8).map(u64::from_ne_bytes)?;
    let pid = number(event, 20).map(u32::from_ne_bytes)?;
    let mut named = Named { mask, pid, handle: Vec::new(), name: Vec::new() };
    if mask & libc::FAN_Q_OVERFLOW != 0 {
        return Some(named);
    }
    const HANDLE_AND_NAME: u8 = 2;
    let mut at = usize::from(u16::from_ne_bytes(number(event, 6)?));
    while let Some([kind, _, low, high]) = number(event, at) {
        let size = usize::from(u16::from_ne_bytes([low, high]));
        let piece = event.get(at..at + size).filter(|piece| piece.len() > 4)?;
        if kind == HANDLE_AND_NAME {
            let bytes = usize::try_from(u32::from_ne_bytes(number(piece, 12)?)).ok()?;
            named.handle = piece.get(4..20 + bytes)?.to_vec();
            let name = piece.get(20 + bytes..)?;
            named.name = name.split(|&byte| byte == 0).next()?.to_vec();
            return Some(named);
        }
        at += size;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_are_cut_are_left_out() {
        let mut piece = vec![2, 0, 0, 0];
        piece.extend([7; 8]);
        piece.extend(4_u32.to_ne_bytes());
        piece.extend(1_i32.to_ne_bytes());
        piece.extend(*b"\x01\x02\x03\x04name\0\0\0\0");
        let size = u16::try_from(piece.len()).expect("small");
        piece[2..4].copy_from_slice(&size.to_ne_bytes());
        let mut event = (24 + u32::from(size)).to_ne_bytes().to_vec();
        event.extend([3, 0, 24, 0]);
        event.extend(libc::FAN_CREATE.to_ne_bytes());
        event.extend((-1_i32).to_ne_bytes());
        event.extend(99_u32.to_ne_bytes());
        event.extend(&piece);
        let found = events(&event);
        let handle = piece[4..24].to_vec();
        let want = Named { mask: libc::FAN_CREATE, pid: 99, handle, name: b"name".to_vec() };
        assert_eq!(found, [want]);
        for size in 0..event.len() {
            assert_eq!(events(&event[..size]), [], "cut at {size}");
        }
    }
}
