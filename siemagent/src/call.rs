//! The system calls that are watched from beginning to end, as data.
//!
//! One line a call: its name, its number on this machine, the kind of event, what its arguments
//! are, and which values matter. The probes are the same for all of them; they read this table
//! from a map. `lines in [`crate::line`] say what a call means.
//!
//! What it does *not* know: records, lines.

use crate::kind::Kind;

/// The bytes of `struct call` in `bpf/record.h`.
pub(crate) const SIZE: usize = 24;

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A text.
    Text(u8),
    /// A path relative to the working directory.
    Path(u8),
    /// A path relative to the directory of another argument.
    At(u8, u8),
    /// An open file.
    Fd(u8),
}

/// One system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SystemCall {
    /// Its name in tracefs.
    pub(crate) name: &'static str,
    /// Its number on this machine.
    pub(crate) nr: i64,
    /// What it is counted as.
    pub(crate) kind: Kind,
    /// Arguments that are read.
    pub(crate) slots: &'static [Slot],
    /// Failures are reported too.
    pub(crate) failed: bool,
    /// Only where the ids or capabilities changed.
    pub(crate) cred: bool,
    /// The argument that decides, and the values (modulo 64) that matter.
    pub(crate) only: Option<(u8, u64)>,
    /// Not where this argument is the calling process.
    pub(crate) not_self: Option<u8>,
}

const fn call(name: &'static str, nr: i64, kind: Kind, slots: &'static [Slot]) -> SystemCall {
    SystemCall { name, nr, kind, slots, failed: false, cred: false, only: None, not_self: None }
}

const fn cred(name: &'static str, nr: i64) -> SystemCall {
    SystemCall { cred: true, ..call(name, nr, Kind::Privilege, &[]) }
}

const fn tried(call: SystemCall) -> SystemCall {
    SystemCall { failed: true, ..call }
}

const fn only(call: SystemCall, arg: u8, mask: u64) -> SystemCall {
    SystemCall { only: Some((arg, mask)), ..call }
}

const fn signal(name: &'static str, nr: i64, target: Option<u8>, arg: u8) -> SystemCall {
    // HUP, INT, QUIT, ABRT, KILL, SEGV, TERM, STOP.
    let mask = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 9 | 1 << 11 | 1 << 15 | 1 << 19;
    SystemCall { not_self: target, ..only(call(name, nr, Kind::Kill, &[]), arg, mask) }
}

/// The kinds that come from this table.
pub(crate) const KINDS: &[Kind] = &[
    Kind::File,
    Kind::Privilege,
    Kind::Module,
    Kind::Ptrace,
    Kind::Bpf,
    Kind::Memfd,
    Kind::Mount,
    Kind::Kill,
];

use Slot::{At, Fd, Path, Text};

/// The request's low six bits: POKETEXT, POKEDATA and SETREGSET, POKEUSER and SEIZE, SETREGS, ATTACH.
const PTRACE: u64 = 1 << 4 | 1 << 5 | 1 << 6 | 1 << 13 | 1 << 16;
/// `PROG_LOAD`, `PROG_ATTACH`, `RAW_TRACEPOINT_OPEN`, `LINK_CREATE`.
const BPF: u64 = 1 << 5 | 1 << 8 | 1 << 17 | 1 << 28;

/// Every call. A flat list of like entries.
pub(crate) const CALLS: &[SystemCall] = &[
    #[cfg(target_arch = "x86_64")]
    call("unlink", libc::SYS_unlink, Kind::File, &[Path(0)]),
    call("unlinkat", libc::SYS_unlinkat, Kind::File, &[At(1, 0)]),
    #[cfg(target_arch = "x86_64")]
    call("rmdir", libc::SYS_rmdir, Kind::File, &[Path(0)]),
    #[cfg(target_arch = "x86_64")]
    call("rename", libc::SYS_rename, Kind::File, &[Path(0), Path(1)]),
    #[cfg(target_arch = "x86_64")]
    call("renameat", libc::SYS_renameat, Kind::File, &[At(1, 0), At(3, 2)]),
    call("renameat2", libc::SYS_renameat2, Kind::File, &[At(1, 0), At(3, 2)]),
    #[cfg(target_arch = "x86_64")]
    call("link", libc::SYS_link, Kind::File, &[Path(0), Path(1)]),
    call("linkat", libc::SYS_linkat, Kind::File, &[At(1, 0), At(3, 2)]),
    #[cfg(target_arch = "x86_64")]
    call("symlink", libc::SYS_symlink, Kind::File, &[Text(0), Path(1)]),
    call("symlinkat", libc::SYS_symlinkat, Kind::File, &[Text(0), At(2, 1)]),
    #[cfg(target_arch = "x86_64")]
    call("chmod", libc::SYS_chmod, Kind::File, &[Path(0)]),
    call("fchmod", libc::SYS_fchmod, Kind::File, &[Fd(0)]),
    call("fchmodat", libc::SYS_fchmodat, Kind::File, &[At(1, 0)]),
    call("fchmodat2", 452, Kind::File, &[At(1, 0)]),
    #[cfg(target_arch = "x86_64")]
    call("chown", libc::SYS_chown, Kind::File, &[Path(0)]),
    #[cfg(target_arch = "x86_64")]
    call("lchown", libc::SYS_lchown, Kind::File, &[Path(0)]),
    call("fchown", libc::SYS_fchown, Kind::File, &[Fd(0)]),
    call("fchownat", libc::SYS_fchownat, Kind::File, &[At(1, 0)]),
    call("truncate", libc::SYS_truncate, Kind::File, &[Path(0)]),
    cred("setuid", libc::SYS_setuid),
    cred("setgid", libc::SYS_setgid),
    cred("setreuid", libc::SYS_setreuid),
    cred("setregid", libc::SYS_setregid),
    cred("setresuid", libc::SYS_setresuid),
    cred("setresgid", libc::SYS_setresgid),
    cred("capset", libc::SYS_capset),
    tried(call("init_module", libc::SYS_init_module, Kind::Module, &[])),
    tried(call("finit_module", libc::SYS_finit_module, Kind::Module, &[Fd(0)])),
    tried(call("delete_module", libc::SYS_delete_module, Kind::Module, &[Text(0)])),
    tried(only(call("ptrace", libc::SYS_ptrace, Kind::Ptrace, &[]), 0, PTRACE)),
    call("process_vm_writev", libc::SYS_process_vm_writev, Kind::Ptrace, &[]),
    tried(only(call("bpf", libc::SYS_bpf, Kind::Bpf, &[]), 0, BPF)),
    call("memfd_create", libc::SYS_memfd_create, Kind::Memfd, &[Text(0)]),
    tried(call("mount", libc::SYS_mount, Kind::Mount, &[Text(0), Path(1), Text(2)])),
    tried(call("umount", libc::SYS_umount2, Kind::Mount, &[Path(0)])),
    tried(call("move_mount", libc::SYS_move_mount, Kind::Mount, &[At(1, 0), At(3, 2)])),
    signal("kill", libc::SYS_kill, Some(0), 1),
    signal("tkill", libc::SYS_tkill, Some(0), 1),
    signal("tgkill", libc::SYS_tgkill, Some(0), 2),
    signal("pidfd_send_signal", libc::SYS_pidfd_send_signal, None, 1),
];

/// The call of a number.
#[must_use]
pub(crate) fn named(nr: i64) -> Option<&'static SystemCall> {
    CALLS.iter().find(|call| call.nr == nr)
}

/// The table as the probes read it: numbers and `struct call`.
pub(crate) fn table() -> impl Iterator<Item = (u32, [u8; SIZE])> {
    CALLS.iter().filter_map(|call| Some((u32::try_from(call.nr).ok()?, call.bytes())))
}

impl SystemCall {
    fn bytes(&self) -> [u8; SIZE] {
        const NO_DIRECTORY: u8 = 0xff;
        let mut bytes = [0; SIZE];
        bytes[0] = 1;
        bytes[1] = self.kind as u8;
        bytes[3] = u8::from(self.failed)
            | u8::from(self.cred) << 1
            | u8::from(self.not_self.is_some()) << 2;
        for (slot, place) in self.slots.iter().zip([4, 7, 10]) {
            let (kind, arg, dir) = match *slot {
                Text(arg) => (1, arg, NO_DIRECTORY),
                Path(arg) => (2, arg, NO_DIRECTORY),
                At(arg, dir) => (2, arg, dir),
                Fd(arg) => (3, arg, NO_DIRECTORY),
            };
            bytes[place..place + 3].copy_from_slice(&[kind, arg, dir]);
        }
        let (arg, mask) = self.only.unwrap_or_default();
        (bytes[13], bytes[14]) = (arg, self.not_self.unwrap_or(0));
        bytes[16..].copy_from_slice(&mask.to_ne_bytes());
        bytes
    }
}
