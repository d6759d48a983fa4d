//! Windows events as JSON: flat or nested, as EVTX dumps, winlogbeat, NXLog, agents and
//! PowerShell write them.
//!
//! The fields keep the names that they have in the event (`EventID`, `Channel`, `Image`,
//! `TargetUserName`, …); nested forms are brought to them before ([`common::event`]).
//!
//! | | from |
//! |---|---|
//! | time | `@timestamp`, `TimeCreated`, `UtcTime`, else `EventTime` (zone assumed), else the time of reading |
//! | host | `Computer`, else `Hostname`; never a collector's `host` |
//! | code | `EventID` |
//! | category, action, outcome | channel and event id, for the events that most rules look at; the audit's keywords |
//!
//! What it does *not* know: which rules are meant for an event; labels say that.

use super::spec::{Found, Miss, Spec};
use super::windows_event::{CHANNELS, Meaning, meaning};
use crate::columns::{self, first};
use crate::memory::Memory;
use crate::source::Source;
use crate::stamp;
use common::clock::Timestamp;
use common::event::{Event, Object, TimeQuality, Value, ValueRef, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::object(read, &[&["EventID"]]);

fn read<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    if fill(fields, memory, event) {
        return Ok(Found::ALL);
    }
    Miss::at(0, "a Windows event (EventID, Channel)")
}

/// Fills an event from the fields of a Windows event; false when they are none.
pub(super) fn fill<'a>(
    fields: &impl Source<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> bool {
    let Some(code) = fields.value("EventID").map(first) else { return false };
    let origin = ["Channel", "Provider_Name", "SourceName", "ProviderName"];
    let Ok(code) = code.into_text() else { return false };
    if !origin.iter().any(|name| fields.has(name)) {
        return false;
    }
    time(fields, memory, event);
    let host = fields.value("Computer").or_else(|| fields.value("Hostname"));
    if let Some(Value::Text(host)) = host {
        event.host_name = host.clone();
    }
    let channel = fields.text("Channel").unwrap_or_default();
    let dataset = CHANNELS.iter().find(|(name, _)| name.eq_ignore_ascii_case(channel));
    let dataset = dataset.map_or("windows.eventlog", |(_, dataset)| dataset);
    event.dataset = Some(dataset.into());
    let meaning = meaning(dataset, &code);
    event.event_code = Some(code);
    if let Some(Meaning { category, action, outcome }) = meaning {
        event.event_category = Some(category.into());
        event.event_action = Some(action.into());
        event.event_outcome = (!outcome.is_empty()).then_some(outcome.into());
        let audited = if dataset == "windows.security" { audited(fields) } else { None };
        if let Some(audited) = audited.filter(|what| outcome.is_empty() || *what == "failure") {
            event.event_outcome = Some(audited.into());
        }
        // Kerberos and NTLM say with a status what came of it.
        if category == "authentication" && outcome.is_empty() {
            event.event_outcome = fields.text("Status").map(|status| {
                let is_good = status.trim_start_matches("0x").bytes().all(|digit| digit == b'0');
                if is_good { "success" } else { "failure" }.into()
            });
        }
    }
    if let Some(Value::Text(message)) = fields.value("Message").or_else(|| fields.value("message"))
    {
        event.message = message.clone();
    }
    process(fields, event);
    people(fields, event);
    network(fields, event);
    true
}

/// What the audit says of an event in its keywords, by bit or by name.
fn audited<'a>(fields: &impl Source<'a>) -> Option<&'static str> {
    const FAILURE: u64 = 1 << 52;
    const SUCCESS: u64 = 1 << 53;
    let keywords = fields.value("Keywords").or_else(|| fields.value("winlog.keywords"));
    let bits = match first(keywords?) {
        Value::Int(bits) => bits.cast_unsigned(),
        Value::Text(text) => match text.as_ref() {
            "Audit Failure" => FAILURE,
            "Audit Success" => SUCCESS,
            text => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()?,
        },
        _ => return None,
    };
    match bits & (FAILURE | SUCCESS) {
        FAILURE => Some("failure"),
        SUCCESS => Some("success"),
        _ => None,
    }
}

fn time<'a>(fields: &impl Source<'a>, memory: &mut Memory, event: &mut Event<'a>) {
    let names = [
        "@timestamp",
        "TimeCreated",
        "TimeCreated_SystemTime",
        "UtcTime",
        "EventTime",
        "TimeGenerated",
    ];
    for name in names {
        let found = match fields.known(name) {
            Some(ValueRef::Text(text)) => instant(text, name == "UtcTime", memory),
            Some(ValueRef::Int(number)) if number > 100_000_000_000 => {
                Some((Timestamp(number.saturating_mul(1_000)), TimeQuality::Offset))
            }
            _ => None,
        };
        if let Some(found) = found {
            (event.time, event.time_quality) = found;
            return;
        }
    }
}

/// An ISO stamp, or `/Date(1612537555563)/` in milliseconds.
fn instant(text: &str, is_utc: bool, memory: &mut Memory) -> Option<(Timestamp, TimeQuality)> {
    if let Some((mut at, _)) = stamp::iso(text.as_bytes(), 0) {
        at.offset = at.offset.or(is_utc.then_some(0));
        return Some(memory.instant(at));
    }
    let millis = text.strip_prefix("/Date(")?.split(')').next()?;
    let millis: i64 = millis.parse().ok()?;
    Some((Timestamp(millis.saturating_mul(1_000)), TimeQuality::Offset))
}

/// A text that says something: `-` and empty stand for nothing in Windows events.
fn said<'a>(fields: &impl Source<'a>, names: &[&'static str]) -> Option<Cow<'a, str>> {
    names.iter().find_map(|name| match fields.value(name)? {
        Value::Text(text) if !text.is_empty() && text != "-" => Some(text),
        _ => None,
    })
}

/// The part of a path or of a user's name after its last separator, borrowed where the text is.
fn last_part<'a>(text: &Cow<'a, str>) -> Cow<'a, str> {
    let from = text.rfind(['\\', '/']).map_or(0, |at| at + 1);
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[from..]),
        Cow::Owned(text) => Cow::Owned(text[from..].to_owned()),
    }
}

fn process<'a>(fields: &impl Source<'a>, event: &mut Event<'a>) {
    if let Some(image) = said(fields, &["Image", "NewProcessName", "SourceImage", "ProcessName"]) {
        event.process_name = Some(last_part(&image));
        event.process_executable = Some(image);
    }
    if let Some(line) = said(fields, &["CommandLine", "ProcessCommandLine"]) {
        event.process_command_line = Some(line);
    }
    let names = ["NewProcessId", "ProcessId", "ProcessID", "SourceProcessId"];
    let id = names.iter().find_map(|name| fields.known(name));
    event.process_pid = match id {
        Some(ValueRef::Int(number)) => Some(number),
        Some(ValueRef::Text(text)) => match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        },
        _ => None,
    };
}

fn people<'a>(fields: &impl Source<'a>, event: &mut Event<'a>) {
    let actor = said(fields, &["SubjectUserName", "User", "AccountName", "SourceUser"]);
    let target = said(fields, &["TargetUserName", "TargetUser", "MemberName", "SamAccountName"]);
    let is_logon = event.event_category.as_deref() == Some("authentication");
    let name = |name: Cow<'a, str>| last_part(&name);
    match (actor, target) {
        (_, Some(target)) if is_logon => event.user_name = Some(name(target)),
        (actor, target) => {
            event.user_name = actor.map(name);
            event.user_target_name = target.map(name);
        }
    }
}

fn network<'a>(fields: &impl Source<'a>, event: &mut Event<'a>) {
    let ip = |names: &[&'static str]| said(fields, names).and_then(|text| address(&text));
    let port = |names: &[&'static str]| {
        let number = names.iter().find_map(|name| fields.int(name))?;
        u16::try_from(number).ok().filter(|&port| port > 0)
    };
    event.source_ip = ip(&["IpAddress", "SourceIp", "SourceAddress", "ClientAddress"]);
    event.source_port = port(&["IpPort", "SourcePort", "ClientPort"]);
    event.destination_ip = ip(&["DestinationIp", "DestAddress"]);
    event.destination_port = port(&["DestinationPort", "DestPort"]);
    event.network_transport = match fields.value("Protocol") {
        Some(Value::Text(name)) => match name.as_ref() {
            "6" => Some("tcp".into()),
            "17" => Some("udp".into()),
            "1" => Some("icmp".into()),
            _ => Some(columns::lower(name)),
        },
        _ => None,
    };
    if let Some(query) = fields.value("QueryName").filter(|query| matches!(query, Value::Text(_))) {
        event.ext.push("dns.question.name", query);
    }
}
