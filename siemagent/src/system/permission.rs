//! fanotify's questions: may this program file be started?
//!
//! The kernel holds the process until it has an answer; when the descriptor is closed, everything
//! is allowed (fanotify(7)). What it does *not* know: what is allowed.
#![allow(unsafe_code, reason = "calls into libc; each block says why it is sound")]

use super::{check, owned, path_text, read_waiting};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::path::Path;

/// Where questions come from.
#[derive(Debug)]
pub(crate) struct Permission(OwnedFd);

/// A question: the kernel waits for [`Permission::answer`].
#[derive(Debug)]
pub(crate) struct Question {
    /// The program file, open for reading.
    pub(crate) file: File,
    /// Who wants to start it.
    pub(crate) pid: u32,
}

impl Permission {
    /// Opens a place for questions; nothing is asked yet.
    ///
    /// # Errors
    /// The kernel has none, or refuses (it asks for `CAP_SYS_ADMIN`).
    pub(crate) fn new() -> io::Result<Permission> {
        let flags = libc::FAN_CLOEXEC | libc::FAN_NONBLOCK | libc::FAN_CLASS_CONTENT;
        let files = (libc::O_RDONLY | libc::O_CLOEXEC | libc::O_LARGEFILE).cast_unsigned();
        // SAFETY: a call with numbers.
        owned(unsafe { libc::fanotify_init(flags, files) }.into()).map(Permission)
    }

    /// Asks about every program that is started from the file system of a path.
    ///
    /// # Errors
    /// The kernel asks about no such file system.
    pub(crate) fn ask(&self, path: &Path) -> io::Result<()> {
        let path = path_text(path)?;
        let flags = libc::FAN_MARK_ADD | libc::FAN_MARK_FILESYSTEM;
        let (group, mask) = (self.0.as_raw_fd(), libc::FAN_OPEN_EXEC_PERM);
        // SAFETY: the path ends with NUL and lives as long as the call.
        let marked =
            unsafe { libc::fanotify_mark(group, flags, mask, libc::AT_FDCWD, path.as_ptr()) };
        check(marked.into()).map(drop)
    }

    /// The questions that wait.
    ///
    /// # Errors
    /// The descriptor cannot be read.
    pub(crate) fn read(&self) -> io::Result<Vec<Question>> {
        const SIZE: usize = size_of::<libc::fanotify_event_metadata>();
        let mut bytes = [0_u8; 64 * SIZE];
        let read = read_waiting(&self.0, &mut bytes)?;
        let number = |event: &[u8], at: usize| {
            i32::from_ne_bytes([event[at], event[at + 1], event[at + 2], event[at + 3]])
        };
        let questions = read.chunks_exact(SIZE).filter_map(|event| {
            let (fd, pid) = (number(event, 16), number(event, 20));
            // SAFETY: the kernel opened this descriptor for us, and nothing else owns it.
            (fd >= 0).then(|| Question {
                file: unsafe { File::from_raw_fd(fd) },
                pid: pid.unsigned_abs(),
            })
        });
        Ok(questions.collect())
    }

    /// Answers a question.
    ///
    /// # Errors
    /// The kernel no longer waits.
    pub(crate) fn answer(&self, question: &Question, may: bool) -> io::Result<()> {
        let response = libc::fanotify_response {
            fd: question.file.as_raw_fd(),
            response: if may { libc::FAN_ALLOW } else { libc::FAN_DENY },
        };
        let size = size_of::<libc::fanotify_response>();
        // SAFETY: the response lives as long as the call and is as large as it says.
        let sent = unsafe { libc::write(self.0.as_raw_fd(), (&raw const response).cast(), size) };
        check(i64::try_from(sent).unwrap_or(-1)).map(drop)
    }
}

impl AsFd for Permission {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
