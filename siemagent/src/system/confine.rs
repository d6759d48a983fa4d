//! The calls that give rights away.
//!
//! What it does *not* know: which rights, which calls.
#![allow(unsafe_code, reason = "calls into libc; each block says why it is sound")]

use super::check;
use std::io;
use std::ptr;

/// Becomes a user with one group. Capabilities stay permitted where `keep` says so.
pub(crate) fn become_user(user: u32, group: u32, keep: bool) -> io::Result<()> {
    // SAFETY: calls with numbers, and a list of no groups.
    unsafe {
        check(libc::prctl(libc::PR_SET_KEEPCAPS, libc::c_ulong::from(keep), 0, 0, 0).into())?;
        check(libc::setgroups(0, ptr::null()).into())?;
        check(libc::setresgid(group, group, group).into())?;
        check(libc::setresuid(user, user, user).into())?;
    }
    Ok(())
}

/// Keeps these capabilities, permitted and effective, and no other; none is inherited.
pub(crate) fn keep_capabilities(keep: u64) -> io::Result<()> {
    const VERSION: u32 = 0x2008_0522;
    let header: [u32; 2] = [VERSION, 0];
    let [low, high] = [keep & 0xffff_ffff, keep >> 32].map(|half| u32::try_from(half).unwrap_or(0));
    // Effective, permitted, inheritable: for the low half, then for the high one.
    let sets: [u32; 6] = [low, low, 0, high, high, 0];
    // SAFETY: header and sets are of the sizes that this version names.
    check(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), sets.as_ptr()) })?;
    // SAFETY: a call with numbers.
    let cleared =
        unsafe { libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) };
    check(cleared.into()).map(drop)
}

/// No program that is started from here gains rights.
pub(crate) fn no_new_privileges() -> io::Result<()> {
    // SAFETY: a call with numbers.
    check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }.into()).map(drop)
}

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

/// Allows these system calls, and opening files for reading; all others fail with `EPERM`.
pub(crate) fn allow_calls(calls: &[libc::c_long]) -> io::Result<()> {
    let filter = filter(calls);
    let length = libc::c_ushort::try_from(filter.len()).map_err(io::Error::other)?;
    let program = libc::sock_fprog { len: length, filter: filter.as_ptr().cast_mut() };
    const SET_FILTER: libc::c_uint = 1;
    // SAFETY: the program and its instructions live as long as the call.
    check(unsafe { libc::syscall(libc::SYS_seccomp, SET_FILTER, 0, &raw const program) }).map(drop)
}

/// Classic BPF over `struct seccomp_data`: number at 0, architecture at 4, arguments from 16.
fn filter(calls: &[libc::c_long]) -> Vec<libc::sock_filter> {
    const LOAD: u16 = 0x20;
    const IF_EQUAL: u16 = 0x15;
    const AND: u16 = 0x54;
    const RETURN: u16 = 0x06;
    const ALLOW: u32 = 0x7fff_0000;
    const REFUSE: u32 = 0x0005_0000 | libc::EPERM.cast_unsigned();
    const FLAGS_OF_OPENAT: u32 = 16 + 2 * 8;
    const WRITING: u32 =
        (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC).cast_unsigned();
    let step = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let number = |call: libc::c_long| u32::try_from(call).unwrap_or(u32::MAX);
    let mut filter = vec![
        step(LOAD, 0, 0, 4),
        step(IF_EQUAL, 1, 0, ARCHITECTURE),
        step(RETURN, 0, 0, REFUSE),
        step(LOAD, 0, 0, 0),
    ];
    for &call in calls {
        filter.push(step(IF_EQUAL, 0, 1, number(call)));
        filter.push(step(RETURN, 0, 0, ALLOW));
    }
    filter.extend([
        step(IF_EQUAL, 0, 3, number(libc::SYS_openat)),
        step(LOAD, 0, 0, FLAGS_OF_OPENAT),
        step(AND, 0, 0, WRITING),
        step(IF_EQUAL, 1, 0, 0),
        step(RETURN, 0, 0, REFUSE),
        step(RETURN, 0, 0, ALLOW),
    ]);
    filter
}
