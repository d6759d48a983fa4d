//! Giving rights away: what the agent needs to attach, it does not need to read.
//!
//! ```text
//!  attached ─► unprivileged user, no groups ─► no capabilities ─► no new privileges ─► system calls of a list
//! ```
//!
//! The ring, the counters and the links stay usable without any right. What it does *not* know:
//! what was attached.

use crate::system;
use std::fs;
use std::io;

/// What is left when the rights are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The user and group to become; `None` stays who it is.
    pub(crate) ids: Option<(u32, u32)>,
    /// Capabilities that stay, one bit each.
    pub(crate) keep: u64,
    /// System calls that remain beside those that every source needs.
    pub(crate) calls: &'static [libc::c_long],
}

const DAC_READ_SEARCH: u32 = 2;
const SYS_PTRACE: u32 = 19;

/// What it takes to read /proc of any process.
pub(crate) const READ_PROC: u64 = 1 << DAC_READ_SEARCH | 1 << SYS_PTRACE;

/// What it takes to read any file.
pub(crate) const READ_FILES: u64 = 1 << DAC_READ_SEARCH;

/// System calls that watch directories, and write what was found.
pub(crate) const WATCH_FILES: &[libc::c_long] = &[
    libc::SYS_fanotify_mark,
    libc::SYS_inotify_add_watch,
    libc::SYS_name_to_handle_at,
    libc::SYS_statfs,
    libc::SYS_fdatasync,
];

/// Those of some capabilities that this process may have.
pub(crate) fn permitted(wanted: u64) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapPrm:"));
    wanted & line.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok()).unwrap_or(0)
}

/// What it takes to see which program a process runs.
pub(crate) const READ_PROGRAM: u64 = 1 << SYS_PTRACE;

/// The names of capabilities that stay.
pub(crate) fn names(keep: u64) -> Vec<&'static str> {
    let all = [(DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"), (SYS_PTRACE, "CAP_SYS_PTRACE")];
    all.into_iter().filter(|(bit, _)| keep >> bit & 1 == 1).map(|(_, name)| name).collect()
}

/// System calls that remain: reading, writing, memory, time, threads.
const CALLS: &[libc::c_long] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_recvfrom,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_fcntl,
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_tgkill,
    libc::SYS_prctl,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// User and group of a name, or of a number.
pub(crate) fn account(name: &str) -> Option<(u32, u32)> {
    let text = fs::read(PASSWD).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().find_map(|line| {
        let parts: Vec<&str> = line.split(':').collect();
        let is_it = parts.first() == Some(&name) || parts.get(2) == Some(&name);
        is_it.then(|| Some((parts.get(2)?.parse().ok()?, parts.get(3)?.parse().ok()?)))?
    })
}

const PASSWD: &str = "/etc/passwd";

/// Gives the rights away, for good. There must be one thread.
///
/// # Errors
/// The kernel refuses a step; nothing may be read from the ring then.
pub(crate) fn confine(plan: Plan) -> io::Result<()> {
    if let Some((user, group)) = plan.ids {
        system::become_user(user, group, plan.keep != 0)?;
    }
    system::keep_capabilities(plan.keep)?;
    system::no_new_privileges()?;
    system::allow_calls(&[CALLS, plan.calls].concat())
}
