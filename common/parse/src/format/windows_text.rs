//! Windows events as text, as Snare, NXLog, WinCollect and EventLog-to-Syslog send them.
//!
//! ```text
//! MSWinEventLog⇥1⇥Security⇥123⇥Fri Nov 20 10:00:01 2026⇥4625⇥Microsoft-Windows-Security-Auditing⇥EX\anna⇥…⇥An account failed to log on. …
//! AgentDevice=WindowsLog⇥…⇥Computer=DC1⇥EventID=4624⇥…⇥Message=An account was successfully logged on. …
//! 4624: AUDIT_SUCCESS An account was successfully logged on. Subject: …      behind the tag Security-Auditing:
//! An account failed to log on. Subject: Security ID: S-1-0-0 … Account For Which Logon Failed: … Account Name: anna …
//! ```
//!
//! A message's labels ([`rendered`]) give the fields the names that they have in the event, and the
//! event is read as one of its JSON. A sentence alone is read behind the name of a Windows provider.
//!
//! What it does *not* know: messages in other languages; of those the head is read.

mod rendered;

use super::spec::{Found, Miss, Next, Spec};
use super::windows;
use crate::columns;
use crate::memory::Memory;
use common::event::{Event, Fields, TimeQuality, Value};

pub(super) const SPEC: Spec = Spec::payload(read).first(b"0123456789AKMSTU");

const EXPECTED: &str = "a Windows event as text (MSWinEventLog, AgentDevice=, 4624: AUDIT_SUCCESS)";

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let mut fields = Fields::new();
    let message = if text.starts_with("MSWinEventLog") {
        snare(text, &mut fields)
    } else if text.starts_with("AgentDevice=") {
        collected(text, event, &mut fields)
    } else {
        provided(text, event, &mut fields)
    };
    let Some(message) = message else { return Miss::at(0, EXPECTED) };
    rendered::labels(message, &mut fields);
    fields.normalise();
    let kept = (event.time, event.time_quality);
    if !windows::fill(&fields, memory, event) {
        return Miss::at(0, EXPECTED);
    }
    if kept.1 != TimeQuality::None {
        (event.time, event.time_quality) = kept;
    }
    event.message = message.into();
    for (name, value) in fields.iter() {
        columns::keep(name.to_owned(), value.clone(), event);
    }
    Ok(Found { next: Next::Nothing, ..Found::default() })
}

/// Divides at tabs, or at what syslog daemons write in their place.
fn columns_of(text: &str) -> Vec<&str> {
    let divider = if text.contains('\t') { "\t" } else { "#011" };
    text.split(divider).take(256).collect()
}

fn add<'a>(fields: &mut Fields<'a>, name: &'static str, text: &'a str) {
    let text = text.trim_ascii();
    if !text.is_empty() && text != "N/A" {
        fields.push(name, Value::Text(text.into()));
    }
}

/// Snare's columns.
fn snare<'a>(text: &'a str, fields: &mut Fields<'a>) -> Option<&'a str> {
    let all = columns_of(text);
    let [_, _, channel, _, _, code, provider, user, _, kind, computer, category, _, message, ..] =
        all[..]
    else {
        return None;
    };
    code.parse::<u32>().ok()?;
    for (name, text) in [
        ("Channel", channel),
        ("EventID", code),
        ("Provider_Name", provider),
        ("User", user),
        ("Keywords", kind),
        ("Computer", computer),
        ("Category", category),
    ] {
        add(fields, name, text);
    }
    Some(message)
}

/// WinCollect's pairs; the message is the last of them.
fn collected<'a>(text: &'a str, event: &mut Event<'a>, fields: &mut Fields<'a>) -> Option<&'a str> {
    let mut message = None;
    for part in columns_of(text) {
        let (name, value) = part.split_once('=')?;
        match name {
            "AgentLogFile" => add(fields, "Channel", value),
            "Computer" => add(fields, "Computer", value),
            "EventIDCode" => add(fields, "EventID", value),
            "Keywords" => add(fields, "Keywords", value),
            "Source" => add(fields, "Provider_Name", value),
            "TimeGenerated" => {
                if let Ok(seconds) = value.parse::<i64>() {
                    columns::epoch(seconds.checked_mul(1_000_000)?, event);
                }
            }
            "Message" => {
                message = Some(&text[text.len() - (text.len() - text.find("Message=")? - 8)..]);
                break;
            }
            _ => {}
        }
    }
    message
}

/// What stands behind the tag of a provider.
fn provided<'a>(text: &'a str, event: &mut Event<'a>, fields: &mut Fields<'a>) -> Option<&'a str> {
    let provider = event.process_name.clone()?;
    let is_security = provider.ends_with("Security-Auditing");
    if !is_security && !provider.starts_with("Microsoft-Windows-") {
        return None;
    }
    let numbered = text.split_once(": ").filter(|(code, _)| code.parse::<u16>().is_ok());
    let (code, message) = match numbered {
        Some((code, rest)) => {
            let verdict = ["AUDIT_SUCCESS ", "AUDIT_FAILURE "];
            let rest = verdict.iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
            (code, rest)
        }
        None => (rendered::code(text)?, text),
    };
    fields.push("EventID", Value::Text(code.into()));
    if is_security {
        fields.push("Channel", Value::Text("Security".into()));
    }
    fields.push("Provider_Name", Value::Text(provider));
    Some(message)
}
