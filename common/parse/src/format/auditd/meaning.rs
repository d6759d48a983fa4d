//! What audit records mean: which stand alone, and the event's columns.
//!
//! What it does *not* know: how records are written.

use super::key::Key;
use super::pair::decoded;
use super::{Added, Record};
use common::event::{Event, Value, address};
use common::field::Column;
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Types of the kernel whose event has one record, beside those of programs.
const SINGLE: &[&str] = &[
    "LOGIN",
    "DAEMON_START",
    "DAEMON_END",
    "DAEMON_ABORT",
    "DAEMON_CONFIG",
    "DAEMON_ROTATE",
    "DAEMON_ERR",
    "SERVICE_START",
    "SERVICE_STOP",
    "SYSTEM_BOOT",
    "SYSTEM_SHUTDOWN",
    "SYSTEM_RUNLEVEL",
    "DEL_USER",
    "ADD_USER",
    "DEL_GROUP",
    "ADD_GROUP",
    "ACCT_LOCK",
    "ACCT_UNLOCK",
    "CHGRP_ID",
    "CHUSER_ID",
    "GRP_AUTH",
    "GRP_MGMT",
    "ROLE_ASSIGN",
    "ROLE_REMOVE",
    "TRUSTED_APP",
    "SOFTWARE_UPDATE",
    "TEST",
    "UNKNOWN",
];

/// The beginnings of the names of further such types: what programs report.
const SINGLE_PREFIXES: &[&str] =
    &["USER", "CRED_", "CRYPTO_", "ANOM_LOGIN_", "LABEL_", "RESP_", "VIRT_", "DEV_", "FS_RELABEL"];

/// Whether an event of this type has one record.
pub(super) fn is_single(kind: &str) -> bool {
    // Most records are of these.
    !is_common(kind) && is_among_single(kind)
}

fn is_common(kind: &str) -> bool {
    matches!(kind, "SYSCALL" | "EXECVE" | "CWD" | "PATH" | "SOCKADDR" | "PROCTITLE" | "EOE")
}

fn is_among_single(kind: &str) -> bool {
    SINGLE.contains(&kind) || SINGLE_PREFIXES.iter().any(|prefix| kind.starts_with(prefix))
}

/// Types of authentication and of accounts, and their actions, sorted. (type, category, action)
const MEANINGS: &[(&str, &str, &str)] = &[
    ("ACCT_LOCK", "iam", "locked-account"),
    ("ACCT_UNLOCK", "iam", "unlocked-account"),
    ("ADD_GROUP", "iam", "added-group-account"),
    ("ADD_USER", "iam", "added-user-account"),
    ("AVC", "configuration", "violated-selinux-policy"),
    ("CONFIG_CHANGE", "configuration", "changed-audit-configuration"),
    ("CRED_ACQ", "authentication", "acquired-credentials"),
    ("CRED_DISP", "authentication", "disposed-credentials"),
    ("CRED_REFR", "authentication", "refreshed-credentials"),
    ("DEL_GROUP", "iam", "deleted-group-account"),
    ("DEL_USER", "iam", "deleted-user-account"),
    ("GRP_MGMT", "iam", "modified-group-account"),
    ("LOGIN", "authentication", "changed-login-id"),
    ("SERVICE_START", "process", "started-service"),
    ("SERVICE_STOP", "process", "stopped-service"),
    ("SYSTEM_BOOT", "host", "booted-system"),
    ("SYSTEM_SHUTDOWN", "host", "shutdown-system"),
    ("USER_ACCT", "authentication", "was-authorized"),
    ("USER_AUTH", "authentication", "authenticated"),
    ("USER_CHAUTHTOK", "iam", "changed-password"),
    ("USER_CMD", "process", "ran-command"),
    ("USER_END", "session", "ended-session"),
    ("USER_ERR", "authentication", "error"),
    ("USER_LOGIN", "authentication", "logged-in"),
    ("USER_LOGOUT", "authentication", "logged-out"),
    ("USER_MGMT", "iam", "modified-user-account"),
    ("USER_START", "session", "started-session"),
];

/// Category and action of an event with records of these types.
pub(in crate::format) fn meant(types: &[&str]) -> Option<(&'static str, &'static str)> {
    let place = |kind: &&str| MEANINGS.binary_search_by(|(have, ..)| (*have).cmp(kind)).ok();
    let telling = types.iter().filter(|kind| !is_common(kind));
    let (_, category, action) = MEANINGS[telling.filter_map(place).min()?];
    Some((category, action))
}

/// Numbers of system calls on x86-64 whose names rules and people look for.
const CALLS: &[(&str, &str)] = &[
    ("105", "setuid"),
    ("106", "setgid"),
    ("155", "pivot_root"),
    ("161", "chroot"),
    ("165", "mount"),
    ("166", "umount2"),
    ("175", "init_module"),
    ("176", "delete_module"),
    ("2", "open"),
    ("249", "request_key"),
    ("257", "openat"),
    ("258", "mkdirat"),
    ("263", "unlinkat"),
    ("264", "renameat"),
    ("268", "fchmodat"),
    ("275", "splice"),
    ("288", "accept4"),
    ("310", "process_vm_readv"),
    ("311", "process_vm_writev"),
    ("313", "finit_module"),
    ("316", "renameat2"),
    ("319", "memfd_create"),
    ("321", "bpf"),
    ("322", "execveat"),
    ("41", "socket"),
    ("42", "connect"),
    ("43", "accept"),
    ("44", "sendto"),
    ("49", "bind"),
    ("50", "listen"),
    ("56", "clone"),
    ("57", "fork"),
    ("58", "vfork"),
    ("59", "execve"),
    ("62", "kill"),
    ("82", "rename"),
    ("83", "mkdir"),
    ("84", "rmdir"),
    ("85", "creat"),
    ("87", "unlink"),
    ("90", "chmod"),
    ("92", "chown"),
    ("101", "ptrace"),
    ("132", "utime"),
    ("159", "adjtimex"),
    ("164", "settimeofday"),
    ("227", "clock_settime"),
];

/// Fills the columns.
pub(super) fn fill<'a>(record: &Record<'a>, event: &mut Event<'a>, added: &mut Vec<Added<'a>>) {
    let call = call(record);
    event.event_action = call.clone();
    if let Some(call) = &call {
        event.event_category = Some(Cow::Borrowed(category(call)));
        if record.get(Key::CallName).is_none() {
            added.push(("SYSCALL", Value::Text(call.clone())));
        }
    }
    if let Some((category, action)) = meant(&record.types) {
        event.event_category = Some(Cow::Borrowed(category));
        event.event_action = Some(Cow::Borrowed(action));
    }
    if event.event_action.is_none() {
        event.event_action = record.types.first().map(|kind| Cow::Owned(kind.to_ascii_lowercase()));
    }
    let result = record.get(Key::Success).or_else(|| record.get(Key::Result));
    event.event_outcome = match result.map(AsRef::as_ref) {
        Some("yes" | "success" | "1") => Some("success".into()),
        Some("no" | "failed" | "0") => Some("failure".into()),
        // SELinux's own word, where no system call says how it ended.
        None if event.message.starts_with("avc:  denied") => Some("failure".into()),
        _ => None,
    };
    process(record, event, added);
    people(record, event, added);
    peers(record, call.as_deref(), event);
}

/// The name of the system call.
fn call<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    if let Some(name) = record.get(Key::CallName) {
        return Some(name.clone());
    }
    let number = record.get(Key::Call)?;
    let is_known = record.get(Key::Architecture).is_some_and(|arch| arch == "c000003e");
    let name = CALLS.iter().find(|(call, _)| is_known && call == number);
    let is_name = || number.bytes().all(|byte| !byte.is_ascii_digit());
    match name {
        Some((_, name)) => Some(Cow::Borrowed(name)),
        None => is_name().then(|| number.clone()),
    }
}

fn category(call: &str) -> &'static str {
    match call {
        "execve" | "execveat" | "clone" | "fork" | "vfork" | "kill" | "ptrace" => "process",
        "socket" | "connect" | "accept" | "accept4" | "bind" | "listen" | "sendto" => "network",
        "init_module" | "finit_module" | "delete_module" => "driver",
        "open" | "openat" | "creat" | "unlink" | "unlinkat" | "rename" | "renameat"
        | "renameat2" | "mkdir" | "mkdirat" | "rmdir" | "chmod" | "fchmodat" | "chown" => "file",
        _ => "host",
    }
}

fn process<'a>(record: &Record<'a>, event: &mut Event<'a>, added: &mut Vec<Added<'a>>) {
    event.process_name = record.get(Key::Program).cloned();
    event.process_executable = record.get(Key::Executable).cloned();
    event.process_pid = record.get(Key::Process).and_then(|pid| pid.parse().ok());
    if let Some(parent) = record.get(Key::Parent).and_then(|pid| pid.parse().ok()) {
        added.push(("process.parent.pid", Value::Int(parent)));
    }
    if let Some(folder) = record.get(Key::Folder) {
        added.push(("process.working_directory", Value::Text(folder.clone())));
    }
    let arguments = arguments(record);
    event.process_command_line = match arguments.is_empty() {
        false => Some(Cow::Owned(arguments.join(" "))),
        true => record.get(Key::Title).or_else(|| record.get(Key::Command)).cloned(),
    };
    if let Some(path) = record.get(Key::Path) {
        added.push(("file.path", Value::Text(path.clone())));
    }
}

/// The arguments of a program that was started, in their order.
fn arguments<'r>(record: &'r Record<'_>) -> Vec<&'r str> {
    let number = |name: &str| name.strip_prefix('a')?.parse::<usize>().ok();
    let executed = record.pairs.iter().filter(|pair| pair.kind == "EXECVE");
    let mut arguments: Vec<(usize, &str)> =
        executed.filter_map(|pair| Some((number(pair.name)?, pair.value.as_ref()))).collect();
    arguments.sort_by_key(|(number, _)| *number);
    arguments.into_iter().map(|(_, value)| value).collect()
}

fn people<'a>(record: &Record<'a>, event: &mut Event<'a>, added: &mut Vec<Added<'a>>) {
    // Of a login by number, enriched records name who it is; UID is the server's.
    let id = || record.get(Key::LoginName);
    let named = record.get(Key::Account).or_else(id).or_else(|| record.get(Key::UserName));
    event.user_name = named.cloned();
    if let Some(number) = record.get(Key::UserId) {
        added.push(("user.id", Value::Text(number.clone())));
    }
    if let Some(name) = record.get(Key::EffectiveUser) {
        added.push(("user.effective.name", Value::Text(name.clone())));
    }
    if let Some(name) = record.get(Key::AuditUser) {
        added.push(("user.audit.name", Value::Text(name.clone())));
    }
}

fn peers(record: &Record<'_>, call: Option<&str>, event: &mut Event<'_>) {
    let told = record.get(Key::Address).or_else(|| record.get(Key::HostName));
    event.source_ip = told.and_then(|text| address(text));
    let here = record.get(Key::LocalAddress).and_then(|text| address(text));
    event.destination_ip = here;
    let ports = match here {
        Some(_) => {
            [(Key::RemotePort, Column::SourcePort), (Key::LocalPort, Column::DestinationPort)]
        }
        None => [(Key::LocalPort, Column::SourcePort), (Key::RemotePort, Column::SourcePort)],
    };
    for (key, column) in ports {
        if let Some(port) = record.get(key) {
            let _ = event.set_column(column, Value::Text(Cow::Owned(port.to_string())));
        }
    }
    let socket = record.get(Key::Socket).and_then(|text| decoded(text));
    if let Some((ip, port)) = socket.as_deref().and_then(endpoint) {
        if matches!(call, Some("accept" | "accept4" | "bind")) {
            (event.source_ip, event.source_port) = (Some(ip), Some(port));
        } else {
            (event.destination_ip, event.destination_port) = (Some(ip), Some(port));
        }
    }
}

/// The address and port of a `sockaddr` of the internet families, as little-endian hosts log it.
fn endpoint(socket: &[u8]) -> Option<(IpAddr, u16)> {
    let port = u16::from_be_bytes([*socket.get(2)?, *socket.get(3)?]);
    let ip = match (socket[0], socket[1]) {
        (2, 0) => {
            let ip: [u8; 4] = socket.get(4..8)?.try_into().ok()?;
            IpAddr::V4(Ipv4Addr::from(ip))
        }
        (10, 0) => {
            let ip: [u8; 16] = socket.get(8..24)?.try_into().ok()?;
            IpAddr::V6(Ipv6Addr::from(ip)).to_canonical()
        }
        _ => return None,
    };
    Some((ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_meaning_of_several_types_counts() {
        assert!(MEANINGS.is_sorted_by(|one, other| one.0 < other.0));
        let meant_by = |types: &[&str]| meant(types).map(|(_, action)| action);
        assert_eq!(meant_by(&["SYSCALL", "USER_CMD", "AVC"]), Some("violated-selinux-policy"));
        assert_eq!(meant_by(&["USER_CMD"]), Some("ran-command"));
        assert_eq!(meant_by(&["SYSCALL", "PATH"]), None);
    }
}
