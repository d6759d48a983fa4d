//! macOS: the unified log as `log show` prints it (ndjson, default, compact), and Endpoint Security
//! as `eslogger` does.
//!
//! ```text
//! {"timestamp":"2026-06-14 15:16:01.123456+0200","eventMessage":"…","processImagePath":"/usr/libexec/…","processID":7,"subsystem":"…","messageType":"Error",…}
//! 2026-06-14 15:16:01.123456+0200 0x1a2b     Default     0x0                  123    0    opendirectoryd: (PlistFile) [com.apple.opendirectoryd:auth] text
//! 2026-06-14 15:16:01.123 Df opendirectoryd[123:1a2b] [com.apple.opendirectoryd:auth] text
//! {"schema_version":1,"time":"2026-06-14T13:16:01.123Z","process":{"audit_token":{"pid":7},"executable":{"path":"/bin/zsh"}},"event":{"exec":{"target":{…},"args":["ls","-l"]}},…}
//! ```
//!
//! All fields keep their names.
//!
//! What it does *not* know: the unified log's `syslog` style, which is syslog.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::memory::Memory;
use crate::source::Source as _;
use crate::stamp;
use crate::syslog::number;
use common::event::{Event, Object, Value};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const LOG: Spec = Spec::object(log, &[&["eventMessage"], &["processImagePath"]]);
pub(super) const ESLOGGER: Spec =
    Spec::object(eslogger, &[&["schema_version"], &["process.executable.path"]]);

pub(super) const TEXT: Spec = Spec::line(text).first(b"0123456789");

/// Reads the default style, whose stamps have a zone, or the compact one.
fn text<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let bytes = line.as_bytes();
    let expected = "an entry of the unified log (stamp, thread, type, …, process: text)";
    let is_default = bytes.get(31..34) == Some(b" 0x");
    let is_compact = bytes.get(23) == Some(&b' ') && bytes.get(26) == Some(&b' ');
    let read = match (is_default, is_compact) {
        (true, _) => full(&line[32..]),
        (_, true) if line.is_char_boundary(24) => compact(&line[24..]),
        _ => None,
    };
    let stamp = stamp::iso(bytes, 0).filter(|(_, end)| matches!(end, 23 | 31));
    let Some((entry, (at, end))) = read.zip(stamp) else { return Miss::at(0, expected) };
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("macos.log".into());
    event.process_name = Some(entry.program.into());
    event.process_pid = Some(entry.pid);
    event.log_severity = match entry.level {
        "Fault" | "F" => Some(2),
        "Error" | "E" => Some(3),
        "Info" | "I" => Some(6),
        "Debug" | "Db" => Some(7),
        "Default" | "Df" => Some(5),
        _ => None,
    };
    event.message = entry.text.into();
    let mut body = entry.text;
    if let Some((sender, rest)) = body.strip_prefix('(').and_then(|rest| rest.split_once(") ")) {
        columns::add("macos.sender", sender, event);
        body = rest;
    }
    let place = body.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    if let Some((subsystem, category, rest)) =
        place.and_then(|(place, rest)| place.split_once(':').map(|(one, two)| (one, two, rest)))
    {
        columns::add("subsystem", subsystem, event);
        columns::add("log.logger", category, event);
        body = rest;
    }
    let inner = Some((line.len() - body.len(), line.len()));
    Ok(Found { stamp: (0, end), inner, ..Found::default() })
}

/// What the styles have in common.
struct Entry<'a> {
    level: &'a str,
    pid: i64,
    program: &'a str,
    text: &'a str,
}

/// `0x1a2b  Default  0x0  123  0  program: text`.
fn full(rest: &str) -> Option<Entry<'_>> {
    let mut rest = rest;
    let mut next = || {
        let (word, after) = rest.split_once(' ')?;
        rest = after.trim_ascii_start();
        Some(word)
    };
    let (_, level, activity, pid, _) = (next()?, next()?, next()?, next()?, next()?);
    let (program, text) = rest.split_once(": ")?;
    activity.strip_prefix("0x")?;
    Some(Entry { level, pid: number(pid)?, program, text })
}

/// `Df program[123:1a2b] text`.
fn compact(rest: &str) -> Option<Entry<'_>> {
    let (level, rest) = rest.split_at_checked(2)?;
    let (program, rest) = rest.trim_ascii_start().split_once('[')?;
    let (place, text) = rest.split_once("] ")?;
    let (pid, _) = place.split_once(':')?;
    Some(Entry { level: level.trim_ascii(), pid: number(pid)?, program, text })
}

const LOG_TABLE: &Table = &[
    ("category", To::Field("log.logger")),
    ("eventMessage", To::Column(C::Message)),
    ("processID", To::Column(C::ProcessPid)),
    ("processImagePath", To::Column(C::ProcessExecutable)),
    ("threadID", To::Field("process.thread.id")),
    ("userID", To::Field("user.id")),
];

fn log<'a>(fields: &Object<'a>, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some(Value::Text(_)) = fields.value("eventMessage") else {
        return Miss::at(0, "an entry of the unified log (eventMessage)");
    };
    let time = fields.text("timestamp").filter(|_| fields.has("processImagePath"));
    if !time.is_some_and(|time| columns::iso_time(time, memory, event)) {
        return Miss::at(0, "an entry of the unified log (timestamp, processImagePath)");
    }
    event.dataset = Some("macos.log".into());
    columns::fill(fields, LOG_TABLE, event);
    name_program(event);
    event.log_severity = match fields.text("messageType") {
        Some("Fault") => Some(2),
        Some("Error") => Some(3),
        Some("Info") => Some(6),
        Some("Debug") => Some(7),
        Some("Default") => Some(5),
        _ => None,
    };
    Ok(Found::default())
}

const ES_TABLE: &Table = &[
    ("event.exec.target.audit_token.pid", To::Column(C::ProcessPid)),
    ("event.exec.target.executable.path", To::Column(C::ProcessExecutable)),
    ("event.exec.target.ppid", To::Field("process.parent.pid")),
    ("process.audit_token.euid", To::Field("user.effective.id")),
    ("process.audit_token.ruid", To::Field("user.id")),
];

/// What logins, users and files are called in the events that have them.
const ES_OTHERS: &Table = &[
    ("event.login_login.username", To::Column(C::UserName)),
    ("event.lw_session_login.username", To::Column(C::UserName)),
    ("event.openssh_login.username", To::Column(C::UserName)),
    ("event.openssh_logout.username", To::Column(C::UserName)),
    ("event.screensharing_attach.authentication_username", To::Column(C::UserName)),
    ("event.su.from_username", To::Column(C::UserName)),
    ("event.sudo.from_username", To::Column(C::UserName)),
    ("event.su.to_username", To::Column(C::UserTargetName)),
    ("event.sudo.to_username", To::Column(C::UserTargetName)),
    ("event.openssh_login.source_address", To::Column(C::SourceIp)),
    ("event.openssh_logout.source_address", To::Column(C::SourceIp)),
    ("event.screensharing_attach.source_address", To::Column(C::SourceIp)),
    ("event.sudo.command", To::Column(C::ProcessCommandLine)),
    ("event.close.target.path", To::Field("file.path")),
    ("event.create.destination.existing_file.path", To::Field("file.path")),
    ("event.open.file.path", To::Field("file.path")),
    ("event.rename.source.path", To::Field("file.path")),
    ("event.unlink.target.path", To::Field("file.path")),
    ("event.write.target.path", To::Field("file.path")),
    ("process.audit_token.euid", To::Field("user.effective.id")),
    ("process.audit_token.ruid", To::Field("user.id")),
];

/// Where events say whether they went well.
const ES_SUCCESS: [&str; 7] = [
    "event.authentication.success",
    "event.login_login.success",
    "event.openssh_login.success",
    "event.screensharing_attach.success",
    "event.su.success",
    "event.sudo.success",
    "event.authorization_judgement.return_code",
];

fn eslogger<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let path = "process.executable.path";
    let time = fields.text("time").filter(|_| fields.has("schema_version"));
    let Some(Value::Text(executable)) = fields.value(path).filter(|_| time.is_some()) else {
        return Miss::at(0, "an event of eslogger (schema_version, process.executable.path)");
    };
    if !time.is_some_and(|time| columns::iso_time(time, memory, event)) {
        return Miss::at(0, "an event of eslogger (time)");
    }
    event.dataset = Some("macos.eslogger".into());
    let kind = fields.names().find_map(|name| name.strip_prefix("event.")?.split('.').next());
    let kind = kind.map(|kind| Cow::Owned(kind.to_owned()));
    event.event_category = Some(Cow::Borrowed(match kind.as_deref() {
        Some("exec" | "fork" | "exit" | "signal") => "process",
        Some("open" | "create" | "write" | "unlink" | "rename" | "close") => "file",
        Some(
            "authentication"
            | "login_login"
            | "openssh_login"
            | "screensharing_attach"
            | "su"
            | "sudo",
        ) => "authentication",
        Some("lw_session_login" | "lw_session_logout" | "openssh_logout" | "login_logout") => {
            "session"
        }
        Some("xp_malware_detected" | "xp_malware_remediated") => "malware",
        _ => "host",
    }));
    if kind.as_deref() == Some("exec") {
        columns::fill(fields, ES_TABLE, event);
        event.ext.push("process.parent.executable", Value::Text(executable.clone()));
        if let Some(Value::List(words)) = fields.value("event.exec.args") {
            let words: Vec<String> = words.iter().map(Value::to_string).collect();
            event.process_command_line = Some(Cow::Owned(words.join(" ")));
        }
    } else {
        event.process_executable = Some(executable.clone());
        event.process_pid = fields.int("process.audit_token.pid");
        columns::fill(fields, ES_OTHERS, event);
        event.event_outcome = ES_SUCCESS
            .iter()
            .find_map(|name| match fields.value(name)? {
                Value::Bool(is_good) => Some(is_good),
                Value::Int(code) => Some(code == 0),
                _ => None,
            })
            .map(|is_good| if is_good { "success" } else { "failure" }.into());
    }
    event.event_action = kind;
    name_program(event);
    Ok(Found::default())
}

/// The program's name is the last part of its path.
fn name_program(event: &mut Event<'_>) {
    let name = event.process_executable.as_ref().map(|path| match path {
        Cow::Borrowed(path) => Cow::Borrowed(path.rsplit('/').next().unwrap_or(path)),
        Cow::Owned(path) => Cow::Owned(path.rsplit('/').next().unwrap_or(path).to_owned()),
    });
    event.process_name = name;
}
