//! Records → JSON lines, with what the process cache, accounts and control groups add.
//!
//! ```text
//!  Record ─► cache (fork, exec, end) ─► common members ─► members of its kind ─► one line
//! ```
//!
//! Names are those of the Sigma taxonomy and Sysmon for Linux, flat. A line is one object; its number in the stream, `seq`, is
//! added when it is known to be printed.
//!
//! What it does *not* know: rings, pipes, filters.

mod call;
mod deny;
mod file;
mod fim;
mod network;
mod object;
mod process;

pub(crate) use deny::Enforced;
pub(crate) use object::Object;

use crate::account::Accounts;
use crate::dns::Answers;
use crate::group::{Groups, container};
use crate::kind::Kind;
use crate::process::{Cache, Key, Program};
use crate::record::{Body, Head, Record};
use crate::redact::Redact;
use common::clock::Timestamp;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The version of the lines' form.
pub(crate) const SCHEMA: &str = "siemagent/1";

/// Bytes of a command line in lines about files: a compiler writes many files, and the command
/// line of each would be three quarters of what is printed. `ProcessGuid` leads to the whole.
const COMMAND_OF_FILE: usize = 256;

/// This machine, and when it was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    /// Its name.
    pub(crate) host: String,
    /// The kernel's id of this boot.
    pub(crate) boot_id: String,
    /// When it was started: wall clock minus time since boot, in microseconds.
    pub(crate) booted: i64,
}

impl Machine {
    /// The instant of a time since boot.
    #[must_use]
    pub(crate) fn instant(&self, boot_ns: u64) -> Timestamp {
        Timestamp(self.booted + i64::try_from(boot_ns / 1000).unwrap_or(i64::MAX))
    }
}

/// What lines are made with.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Where.
    pub(crate) machine: Machine,
    /// Who.
    pub(crate) cache: Cache,
    accounts: Accounts,
    groups: Groups,
    answers: Answers,
    redact: Redact,
    enforced: Enforced,
    /// Directories whose files are told; empty: all.
    prefixes: Vec<PathBuf>,
}

/// A process as a line tells it.
struct Subject {
    key: Key,
    program: Option<Rc<Program>>,
    parent: Option<Key>,
}

impl Lines {
    /// Lines of a machine.
    #[must_use]
    pub(crate) fn new(
        machine: Machine,
        groups: Groups,
        redact: Redact,
        prefixes: Vec<PathBuf>,
    ) -> Lines {
        Lines {
            machine,
            cache: Cache::default(),
            accounts: Accounts::default(),
            groups,
            answers: Answers::default(),
            redact,
            enforced: Enforced::default(),
            prefixes,
        }
    }

    /// Takes note of a policy, whose decisions are to be told.
    pub(crate) fn enforce(&mut self, enforced: Enforced) {
        self.enforced = enforced;
    }

    /// Whether a record is about a file elsewhere. Opened files the probes have looked at.
    fn is_elsewhere(&self, record: &Record<'_>) -> bool {
        let Body::Call(_) = record.body else { return false };
        record.kind == Kind::File
            && !self.prefixes.is_empty()
            && !file::paths(record).iter().any(|path| is_below(path, &self.prefixes))
    }

    /// Takes note of a record, and appends its line without `seq` and closing bracket when one of
    /// these kinds is wanted. Returns whether it did.
    pub(crate) fn write(&mut self, record: &Record<'_>, wanted: bool, out: &mut Vec<u8>) -> bool {
        let head = &record.head;
        let key = Key::new(head.pid, head.start);
        let parent = Key::new(head.ppid, head.pstart);
        let mut subject = Subject { key, program: None, parent: None };
        match record.body {
            Body::Fork { start, pid } => self.cache.fork(key, Key::new(pid, start), head.uid),
            Body::Exec { .. } => {
                let program = Rc::new(process::program(record, &self.redact));
                subject.parent = Some(self.cache.exec(key, program, head.uid, parent));
            }
            Body::Dns { .. } => self.answers.learn(record, key),
            _ => {}
        }
        let wanted = wanted && !self.is_elsewhere(record);
        if wanted {
            self.complete(&mut subject, parent);
            let mut object = Object::open(out);
            self.common(&mut object, record, &subject);
            self.body(&mut object, record, &subject);
        }
        if matches!(record.body, Body::Exit { .. }) {
            self.cache.end(key, head.time);
            self.answers.forget(key);
        }
        wanted
    }

    /// Looks up who a process is.
    fn complete(&mut self, subject: &mut Subject, parent: Key) {
        if let Some(process) = self.cache.find(subject.key) {
            subject.program.clone_from(&process.program);
            subject.parent = subject.parent.or(process.parent);
        }
        subject.parent = subject.parent.or(Some(parent).filter(|key| key.pid != 0));
    }

    fn common(&mut self, object: &mut Object<'_>, record: &Record<'_>, subject: &Subject) {
        let head = &record.head;
        let kind = record.kind;
        object.plain("schema", SCHEMA);
        object.time("time", self.machine.instant(head.time));
        object.text("host", &self.machine.host);
        object.text("boot_id", &self.machine.boot_id);
        object.plain("product", "linux");
        let (category, code) = match record.body {
            Body::Call(ref call) if kind == Kind::File => file::category(call),
            _ => (kind.category(), kind.code()),
        };
        object.plain("category", category);
        object.plain("kind", kind.name());
        if code != 0 {
            object.number("EventID", code.into());
        }
        object.number("ProcessId", head.pid.into());
        object.plain("ProcessGuid", &self.guid(subject.key));
        if let Some(program) = subject.program.as_ref().filter(|it| !it.image.is_empty()) {
            object.text("Image", &program.image);
            object.optional("InvokedImage", program.invoked.as_deref());
            if kind != Kind::Exec {
                let most = if kind == Kind::File { COMMAND_OF_FILE } else { usize::MAX };
                let shown = &program.command[..program.command.floor_char_boundary(most)];
                object.text("CommandLine", shown);
                object.mark("CommandLineTruncated", shown.len() < program.command.len());
            }
        }
        self.identity(object, head);
    }

    fn identity(&mut self, object: &mut Object<'_>, head: &Head) {
        object.text("User", &self.accounts.name(head.euid));
        object.number("uid", head.uid.into());
        object.number("euid", head.euid.into());
        object.number("gid", head.gid.into());
        let set = |id: u32| (id != u32::MAX).then_some(id);
        object.number("LogonId", set(head.ses).unwrap_or(0).into());
        if let Some(auid) = set(head.auid) {
            object.number("auid", auid.into());
            object.text("LoginUser", &self.accounts.name(auid));
        }
        if let Some(path) = self.groups.path(head.cgroup) {
            object.optional("ContainerId", container(path));
            object.text("CgroupPath", path);
        }
        object.number("mnt_ns", head.mnt_ns.into());
        let comm = head.comm.split(|&byte| byte == 0).next().unwrap_or_default();
        object.text("comm", &String::from_utf8_lossy(comm));
    }

    fn body(&mut self, object: &mut Object<'_>, record: &Record<'_>, subject: &Subject) {
        let head = &record.head;
        match record.body {
            _ if record.kind == Kind::Deny => self.denial(object, record),
            Body::Exec { .. } => {
                process::exec(object, record, subject.program.as_deref(), &self.redact);
                self.parent(object, subject);
            }
            Body::Exit { code } => process::end(object, code, head),
            Body::Fork { start, pid } => {
                object.number("ChildProcessId", pid.into());
                object.plain("ChildProcessGuid", &self.guid(Key::new(pid, start)));
            }
            Body::Sock { ref ends, protocol, error, .. } => {
                let names = &self.answers;
                let place = network::Place { ends, protocol, error };
                network::connection(object, record, &place, names, subject.key);
            }
            Body::Dns { .. } => network::query(object, record),
            Body::Open { ino, mode, flags, .. } => file::open(object, record, ino, mode, flags),
            Body::Call(ref call) if record.kind == Kind::File => file::call(object, record, call),
            Body::Call(ref call) => self.call(object, record, call),
        }
    }

    /// Who started the process, as far as that is known.
    fn parent(&mut self, object: &mut Object<'_>, subject: &Subject) {
        let Some(key) = subject.parent else { return };
        object.number("ParentProcessId", key.pid.into());
        object.plain("ParentProcessGuid", &self.guid(key));
        let Some(parent) = self.cache.find(key) else { return };
        let uid = parent.uid;
        if let Some(program) = parent.program.clone().filter(|it| !it.image.is_empty()) {
            object.text("ParentImage", &program.image);
            object.optional("ParentInvokedImage", program.invoked.as_deref());
            object.text("ParentCommandLine", &program.command);
        }
        object.text("ParentUser", &self.accounts.name(uid));
    }

    /// The other process of an event, by its pid alone: the newest of that pid.
    fn target(&mut self, object: &mut Object<'_>, pid: u32) {
        object.number("TargetProcessId", pid.into());
        let found = self.cache.newest(pid).and_then(|process| process.program.clone());
        if let Some(program) = found {
            object.text("TargetImage", &program.image);
        }
    }

    /// A name that no other process of any boot has: the boot's id, the pid, the start.
    fn guid(&self, key: Key) -> String {
        let boot = self.machine.boot_id.get(..8);
        let boot = boot.filter(|boot| boot.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let boot = boot.unwrap_or("00000000");
        let (pid, start) = (u64::from(key.pid), key.start);
        let mut text = String::with_capacity(38);
        text.push('{');
        text.push_str(boot);
        for (number, digits) in [(pid >> 16, 4), (pid, 4), (start >> 48, 4), (start, 12)] {
            text.push('-');
            for place in (0..digits).rev() {
                let digit = u32::try_from(number >> (4 * place) & 15).unwrap_or(0);
                text.push(char::from_digit(digit, 16).unwrap_or('0'));
            }
        }
        text.push('}');
        text
    }
}

/// Whether a path is one of these directories or lies below one.
fn is_below(path: &[u8], directories: &[PathBuf]) -> bool {
    let path = Path::new(OsStr::from_bytes(path));
    directories.iter().any(|directory| path.starts_with(directory))
}
