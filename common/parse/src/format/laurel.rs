//! LAUREL: the Linux audit log as JSON, one object an event.
//!
//! ```text
//! {"ID":"1626611363.720:348501","NODE":"web1","SYSCALL":{"syscall":59,"success":"yes","comm":"ls",…},"EXECVE":{"ARGV":["ls","-l"]},"PROCTITLE":{…}}
//! ```
//!
//! The fields keep LAUREL's names; those that rules for auditd name (`type`, `exe`, `key`, `a0`, …)
//! are added, so that both forms of an event match.
//!
//! What it does *not* know: LAUREL's settings.

use super::auditd::meaning;
use super::spec::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::memory::Memory;
use crate::shape::Shapes;
use crate::source::Source as _;
use common::event::{Event, Object, Value};
use common::field::Column as C;
use std::borrow::Cow;
use std::rc::Rc;

pub(super) const SPEC: Spec = Spec::object(read, &[&["ID"]]);

/// Record types that an event may have.
const TYPES: &[&str] = &[
    "ADD_USER",
    "ANOM_ABEND",
    "AVC",
    "BPRM_FCAPS",
    "CONFIG_CHANGE",
    "CRED_ACQ",
    "CRED_DISP",
    "CWD",
    "DEL_USER",
    "EXECVE",
    "LOGIN",
    "PATH",
    "PROCTITLE",
    "SECCOMP",
    "SERVICE_START",
    "SERVICE_STOP",
    "SOCKADDR",
    "SYSCALL",
    "USER_ACCT",
    "USER_AUTH",
    "USER_CMD",
    "USER_END",
    "USER_LOGIN",
    "USER_START",
];

const COLUMNS: &Table = &[
    ("NODE", To::Column(C::HostName)),
    ("SOCKADDR.SADDR.addr", To::Column(C::DestinationIp)),
    ("SOCKADDR.SADDR.port", To::Column(C::DestinationPort)),
    ("SYSCALL.UID", To::Column(C::UserName)),
    ("SYSCALL.comm", To::Column(C::ProcessName)),
    ("SYSCALL.exe", To::Column(C::ProcessExecutable)),
    ("SYSCALL.pid", To::Column(C::ProcessPid)),
    ("USER_LOGIN.acct", To::Column(C::UserName)),
    ("USER_LOGIN.addr", To::Column(C::SourceIp)),
];

/// Further fields and auditd's names of what a system call's record says, in their order: what
/// comes before the arguments, between them and the types, and last.
const FIRST: &Table = &[("SYSCALL.SYSCALL", To::Field("SYSCALL"))];
const FIELDS: &Table = &[
    ("SYSCALL.auid", To::Field("auid")),
    ("SYSCALL.comm", To::Field("comm")),
    ("SYSCALL.exe", To::Field("exe")),
    ("SYSCALL.key", To::Field("key")),
    ("PATH.name", To::Field("name")),
    ("PARENT_INFO.exe", To::Field("process.parent.executable")),
    ("SYSCALL.ppid", To::Field("process.parent.pid")),
    ("CWD.cwd", To::Field("process.working_directory")),
    ("SYSCALL.success", To::Field("success")),
    ("SYSCALL.syscall", To::Field("syscall")),
];
const LAST: &Table = &[("SYSCALL.uid", To::Field("uid"))];

/// What the record types say: the same for all objects of a shape.
#[derive(Clone, Debug, Default)]
struct Kind {
    types: Rc<[&'static str]>,
    /// Category and action.
    meant: Option<(&'static str, &'static str)>,
}

thread_local! {
    static KINDS: Shapes<Kind> = const { Shapes::new() };
}

fn read<'a>(
    fields: &Object<'a>,
    _calendar: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let Some((micros, serial)) = fields.text("ID").and_then(stamp) else {
        return Miss::at(0, "an audit event (ID)");
    };
    let Kind { types, meant } = KINDS.with(|kinds| kinds.of(fields, || kind(fields)));
    if types.is_empty() {
        return Miss::at(0, "an audit event (SYSCALL, …)");
    }
    columns::epoch(micros, event);
    event.dataset = Some("linux.auditd".into());
    event.ext.reserve(16);
    columns::fill(fields, COLUMNS, event);
    columns::fill(fields, FIRST, event);
    arguments(fields, event);
    event.ext.push("auditd.sequence", Value::Int(serial));
    columns::fill(fields, FIELDS, event);
    let list = types.iter().map(|kind| Value::Text(Cow::Borrowed(*kind)));
    event.ext.push("type", Value::List(list.collect()));
    columns::fill(fields, LAST, event);
    let call = fields.text("SYSCALL.SYSCALL").map(|call| Cow::Owned(call.to_owned()));
    event.event_category = types.contains(&"EXECVE").then_some("process".into());
    event.event_action = call.or_else(|| types.first().map(|kind| kind.to_lowercase().into()));
    if let Some((category, action)) = meant {
        event.event_category = Some(category.into());
        event.event_action = Some(action.into());
    }
    event.event_outcome = match fields.text("SYSCALL.success").or(fields.text("USER_LOGIN.res")) {
        Some("yes" | "success") => Some("success".into()),
        Some("no" | "failed") => Some("failure".into()),
        _ => None,
    };
    Ok(Found::default())
}

fn kind(fields: &Object<'_>) -> Kind {
    let types = types(fields);
    let meant = meaning::meant(&types);
    Kind { types: types.into(), meant }
}

/// The record types of an event: what its names begin with, which come in order.
fn types(fields: &Object<'_>) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    let mut last = "";
    for name in fields.names() {
        let Some((kind, _)) = name.split_once('.') else { continue };
        if kind != last {
            last = kind;
            let known = TYPES.binary_search(&kind).ok().map(|at| TYPES[at]);
            found.extend(known.filter(|kind| found.last() != Some(kind)));
        }
    }
    found
}

/// `1626611363.720:348501` as microseconds and serial.
fn stamp(id: &str) -> Option<(i64, i64)> {
    let (time, serial) = id.split_once(':')?;
    let (seconds, millis) = time.split_once('.')?;
    let (seconds, millis): (i64, i64) = (seconds.parse().ok()?, millis.parse().ok()?);
    let micros = seconds.checked_mul(1_000)?.checked_add(millis)?.checked_mul(1_000)?;
    Some((micros, serial.parse().ok()?))
}

fn arguments<'a>(fields: &Object<'a>, event: &mut Event<'a>) {
    const NAMES: [&str; 10] = ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9"];
    if let Some(Value::List(list)) = fields.value("EXECVE.ARGV") {
        let words: Vec<String> = list.iter().map(Value::to_string).collect();
        event.process_command_line = Some(Cow::Owned(words.join(" ")));
        for (name, value) in NAMES.into_iter().zip(list) {
            event.ext.push(name, value);
        }
    } else if let Some(title) = fields.value("PROCTITLE.ARGV") {
        let words = title.to_string().replace(", ", " ");
        event.process_command_line = Some(Cow::Owned(words));
    }
}
