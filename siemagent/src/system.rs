//! The system calls that no safe library of ours has: with the files below it the one place of the
//! agent with unsafe code.
//!
//! Each function wraps one call, says why it is sound, and turns failure into [`io::Error`]. What
//! it does *not* know: what the calls are for.
#![allow(
    unsafe_code,
    reason = "calls into libc and one shared mapping; each block says why it is sound"
)]

mod confine;
mod fanotify;
mod inotify;
mod netlink;
mod permission;

pub(crate) use confine::{allow_calls, become_user, keep_capabilities, no_new_privileges};
pub(crate) use fanotify::{Fanotify, Handle};
pub(crate) use inotify::Inotify;
pub(crate) use netlink::Connector;
pub(crate) use permission::{Permission, Question};

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

fn check(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn owned(result: libc::c_long) -> io::Result<OwnedFd> {
    let number = RawFd::try_from(check(result)?).map_err(io::Error::other)?;
    // SAFETY: the kernel just made this descriptor and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// A path as system calls take it.
fn path_text(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other)
}

/// The bytes that wait in a descriptor; none when nothing does.
fn read_waiting<'b>(fd: &OwnedFd, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    let (at, room) = (buffer.as_mut_ptr().cast(), buffer.len());
    // SAFETY: the buffer lives as long as the call and is as large as it says.
    let size = unsafe { libc::read(fd.as_raw_fd(), at, room) };
    match usize::try_from(size) {
        Ok(size) => Ok(&buffer[..size.min(room)]),
        Err(_) => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::WouldBlock => Ok(&[]),
            error => Err(error),
        },
    }
}

/// Waits until a descriptor can be read, or for so many milliseconds.
///
/// # Errors
/// The call fails; an interruption by a signal is no failure.
pub(crate) fn wait(fd: BorrowedFd<'_>, milliseconds: i32) -> io::Result<bool> {
    let mut poll = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one pollfd, which lives as long as the call.
    match check(libc::c_long::from(unsafe { libc::poll(&raw mut poll, 1, milliseconds) })) {
        Ok(ready) => Ok(ready > 0),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(false),
        Err(error) => Err(error),
    }
}

/// Runs a BPF program at a tracepoint, known by its number, until the descriptor is closed.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn attach_tracepoint(id: u64, program: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    const TRACEPOINT: u64 = 2;
    const SET_BPF: libc::c_ulong = 0x4004_2408;
    const ENABLE: libc::c_ulong = 0x2400;
    // struct perf_event_attr in its first version: type and size, config, then zeroes.
    let attributes: [u64; 8] = [TRACEPOINT | 64 << 32, id, 0, 0, 0, 0, 0, 0];
    let (any, first_cpu, no_group, close_on_exec) = (-1, 0, -1, 8_u64);
    // SAFETY: the attributes are of the size that they name.
    let event = owned(unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            attributes.as_ptr(),
            any,
            first_cpu,
            no_group,
            close_on_exec,
        )
    })?;
    // SAFETY: both descriptors are open; these requests take a number.
    unsafe {
        check(libc::ioctl(event.as_raw_fd(), SET_BPF, program.as_raw_fd()).into())?;
        check(libc::ioctl(event.as_raw_fd(), ENABLE, 0).into())?;
    }
    Ok(event)
}

/// The tracing file system, mounted for this process alone and nowhere in the tree.
///
/// # Errors
/// The kernel has none, or refuses (it asks for `CAP_SYS_ADMIN`).
pub(crate) fn private_tracefs() -> io::Result<OwnedFd> {
    const CREATE: libc::c_int = 6;
    let name = CString::new("tracefs").map_err(io::Error::other)?;
    let none = ptr::null::<libc::c_char>();
    // SAFETY: the name ends with NUL; the other pointers are null, as this command wants them.
    unsafe {
        let context = owned(libc::syscall(libc::SYS_fsopen, name.as_ptr(), 1))?;
        check(libc::syscall(libc::SYS_fsconfig, context.as_raw_fd(), CREATE, none, none, 0))?;
        owned(libc::syscall(libc::SYS_fsmount, context.as_raw_fd(), 1, 0))
    }
}

/// Opens a file below a directory for reading.
///
/// # Errors
/// There is none, or it cannot be read.
pub(crate) fn open_below(directory: BorrowedFd<'_>, path: &str) -> io::Result<File> {
    let path = CString::new(path).map_err(io::Error::other)?;
    let flags = libc::O_RDONLY | libc::O_CLOEXEC;
    // SAFETY: the path ends with NUL.
    let fd = unsafe { libc::openat(directory.as_raw_fd(), path.as_ptr(), flags) };
    owned(fd.into()).map(File::from)
}

/// Numbers in memory that the kernel writes and we read.
#[derive(Debug)]
pub(crate) struct Mapping {
    at: *const AtomicU64,
    count: usize,
}

// SAFETY: the memory is only read, by atomic loads, and belongs to the value until it is dropped.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps the first numbers of a BPF array.
    ///
    /// # Errors
    /// The kernel refuses.
    pub(crate) fn new(map: impl AsFd, count: usize) -> io::Result<Mapping> {
        let fd = map.as_fd().as_raw_fd();
        // SAFETY: a new mapping at an address of the kernel's choice.
        let at = unsafe {
            libc::mmap(ptr::null_mut(), count * 8, libc::PROT_READ, libc::MAP_SHARED, fd, 0)
        };
        if at == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Mapping { at: at.cast_const().cast(), count })
    }

    /// The present value of a number; 0 beyond the end.
    pub(crate) fn load(&self, place: usize) -> u64 {
        if place >= self.count {
            return 0;
        }
        // SAFETY: inside the mapping, aligned to its page, and never unmapped before drop.
        unsafe { (*self.at.add(place)).load(Ordering::Relaxed) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: this very mapping; nothing borrows from it.
        unsafe { libc::munmap(self.at.cast_mut().cast(), self.count * 8) };
    }
}

/// How many processors the kernel can ever have: counters have a row for each.
pub(crate) fn processors() -> usize {
    // SAFETY: a call without pointers.
    let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_CONF) };
    usize::try_from(count).unwrap_or(1).max(1)
}

/// The clock of the probes: nanoseconds since boot, suspended time included.
pub(crate) fn boot_time() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure lives as long as the call; the clock exists since Linux 2.6.39.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
    let part = |number: i64| u64::try_from(number).unwrap_or(0);
    part(time.tv_sec) * 1_000_000_000 + part(time.tv_nsec)
}

/// Gives freed memory back to the kernel.
pub(crate) fn trim_memory() {
    // SAFETY: a call without pointers, of the C library that the program is linked with.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
}

/// An errno in words.
pub(crate) fn errno_text(errno: i32) -> String {
    let text = io::Error::from_raw_os_error(errno).to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// The effective user.
pub(crate) fn user() -> u32 {
    // SAFETY: a call without arguments that cannot fail.
    unsafe { libc::geteuid() }
}
