//! The names that an audit event's columns are filled from, each found once.
//!
//! What it does *not* know: values, what the columns are.

/// A name, or the name of records of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Account,
    Address,
    /// Of system calls: which machine they are numbered for.
    Architecture,
    AuditUser,
    /// The number of a system call.
    Call,
    /// The name of a system call, written by auditd.
    CallName,
    /// What sudo ran.
    Command,
    EffectiveUser,
    Executable,
    Folder,
    HostName,
    LocalAddress,
    LocalPort,
    /// Whom a login by number was of.
    LoginName,
    Parent,
    Path,
    Process,
    Program,
    RemotePort,
    Result,
    Socket,
    Success,
    Title,
    UserId,
    UserName,
}

impl Key {
    /// How many there are.
    pub(super) const COUNT: usize = Key::UserName as usize + 1;

    /// The key that a name is in records of a type.
    pub(super) fn of(kind: &str, name: &str) -> Option<Key> {
        Some(match name {
            "acct" => Key::Account,
            "addr" => Key::Address,
            "arch" if kind == "SYSCALL" => Key::Architecture,
            "AUID" => Key::AuditUser,
            "syscall" if kind == "SYSCALL" => Key::Call,
            "SYSCALL" => Key::CallName,
            "cmd" if kind == "USER_CMD" => Key::Command,
            "EUID" => Key::EffectiveUser,
            "exe" => Key::Executable,
            "cwd" => Key::Folder,
            "hostname" => Key::HostName,
            "laddr" => Key::LocalAddress,
            "lport" => Key::LocalPort,
            "ID" if kind == "USER_LOGIN" => Key::LoginName,
            "ppid" => Key::Parent,
            "name" if kind == "PATH" => Key::Path,
            "pid" => Key::Process,
            "comm" => Key::Program,
            "rport" => Key::RemotePort,
            "res" => Key::Result,
            "saddr" if kind == "SOCKADDR" => Key::Socket,
            "success" => Key::Success,
            "proctitle" => Key::Title,
            "uid" => Key::UserId,
            "UID" => Key::UserName,
            _ => return None,
        })
    }
}
