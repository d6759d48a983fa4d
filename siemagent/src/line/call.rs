//! What the rarer system calls mean: rights, modules, other processes, BPF, memory files, mounts.
//!
//! What it does *not* know: files; those have a page of their own.

use super::file::paths;
use super::{Lines, Object};
use crate::call::named;
use crate::kind::Kind;
use crate::record::{Call, Record};
use crate::system::errno_text;

impl Lines {
    pub(super) fn call(&mut self, object: &mut Object<'_>, record: &Record<'_>, call: &Call) {
        object.text("syscall", named(call.nr).map_or("", |call| call.name));
        match record.kind {
            Kind::Privilege => self.privilege(object, record, call),
            Kind::Module => module(object, record),
            Kind::Ptrace => self.ptrace(object, call),
            Kind::Bpf => object.text("command", bpf_command(call.args[0])),
            Kind::Memfd => name(object, record),
            Kind::Mount => mount(object, record),
            Kind::Kill => self.kill(object, call),
            _ => {}
        }
        if call.ret < 0 {
            object.text("outcome", "failure");
            let errno = i32::try_from(-call.ret).unwrap_or(0);
            object.text("error", &errno_text(errno));
        }
    }

    fn privilege(&mut self, object: &mut Object<'_>, record: &Record<'_>, call: &Call) {
        let head = &record.head;
        for (name, old, new) in [
            ("OldUid", call.old_uid, head.uid),
            ("OldGid", call.old_gid, head.gid),
            ("OldEuid", call.old_euid, head.euid),
            ("OldEgid", call.old_egid, head.egid),
        ] {
            if old != new {
                object.number(name, old.into());
            }
        }
        if call.old_euid != head.euid {
            object.text("OldUser", &self.accounts.name(call.old_euid));
        }
        if call.old_cap != call.new_cap {
            object.text("OldCapabilities", &format!("{:016x}", call.old_cap));
            object.text("Capabilities", &format!("{:016x}", call.new_cap));
        }
    }

    fn ptrace(&mut self, object: &mut Object<'_>, call: &Call) {
        let syscall = named(call.nr).map_or("", |call| call.name);
        let (request, target) = match syscall {
            "ptrace" => (ptrace_request(call.args[0]), call.args[1]),
            _ => ("write", call.args[0]),
        };
        object.text("request", request);
        self.target(object, low(target));
    }

    fn kill(&mut self, object: &mut Object<'_>, call: &Call) {
        let syscall = named(call.nr).map_or("", |call| call.name);
        let signal = call.args[if syscall == "tgkill" { 2 } else { 1 }];
        object.count("signal", signal);
        object.text("SignalName", signal_name(signal));
        let target = low(call.args[0]).cast_signed();
        match syscall {
            "pidfd_send_signal" => {}
            "kill" if target <= 0 => {
                object.number("TargetProcessGroup", (-i64::from(target)).max(0));
            }
            _ => self.target(object, target.unsigned_abs()),
        }
    }
}

/// The low half of an argument: pids and signals are 32 bits wide.
fn low(argument: u64) -> u32 {
    u32::try_from(argument & 0xffff_ffff).unwrap_or(0)
}

fn module(object: &mut Object<'_>, record: &Record<'_>) {
    if let Some(path) = paths(record).first() {
        let is_file = path.starts_with(b"/");
        object.bytes(if is_file { "ImageLoaded" } else { "ModuleName" }, path);
    }
}

fn name(object: &mut Object<'_>, record: &Record<'_>) {
    if let Some(text) = record.texts().next() {
        object.bytes("name", text.trimmed());
    }
}

fn mount(object: &mut Object<'_>, record: &Record<'_>) {
    let paths = paths(record);
    let names: &[&str] = match paths.len() {
        1 => &["MountPoint"],
        _ => &["MountSource", "MountPoint", "MountType"],
    };
    for (name, path) in names.iter().zip(&paths) {
        object.bytes(name, path);
    }
}

fn ptrace_request(request: u64) -> &'static str {
    match request {
        4 => "poketext",
        5 => "pokedata",
        6 => "pokeuser",
        13 => "setregs",
        16 => "attach",
        0x4205 => "setregset",
        0x4206 => "seize",
        _ => "other",
    }
}

fn bpf_command(command: u64) -> &'static str {
    match command {
        5 => "prog_load",
        8 => "prog_attach",
        17 => "raw_tracepoint_open",
        28 => "link_create",
        _ => "other",
    }
}

fn signal_name(signal: u64) -> &'static str {
    match signal {
        1 => "HUP",
        2 => "INT",
        3 => "QUIT",
        6 => "ABRT",
        9 => "KILL",
        11 => "SEGV",
        15 => "TERM",
        19 => "STOP",
        _ => "other",
    }
}
