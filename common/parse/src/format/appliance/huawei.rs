//! Huawei's and H3C's devices (VRP, Comware; HPE's of that descent): what stands behind `%%`.
//!
//! ```text
//! %%01SSH/5/SSH_USER_LOGIN_SUC(s)[1234]:The SSH user succeeded in logging in. (ServiceType=stelnet, UserName=anna, UserAddress=192.0.2.7, …)
//! %%01POLICY/6/POLICYPERMIT(l)[0]:vsys=public, protocol=6, source-ip=192.0.2.7, source-port=51234, destination-ip=198.51.100.1, …
//! %%10SHELL/5/SHELL_LOGIN: anna logged in from 192.0.2.7.
//! %%10SHELL/6/SHELL_CMD: -Line=vty0-IPAddr=192.0.2.7-User=anna; Command is display version
//! ```
//!
//! A version, a module, a severity, a mnemonic, then a sentence, pairs, or both. Well-known names fill
//! columns, the others are `huawei.NAME`; a sentence's user and peer stand before and behind `from`.
//!
//! What it does *not* know: stamps and hosts, which stand in front.

use super::super::spec::{Found, Miss, Next, Spec};
use crate::columns::{self, To, cut, put};
use crate::mark::{Words, last, once, parts};
use crate::memory::Memory;
use common::event::{Event, Value, address};
use common::field::Column as C;
use std::borrow::Cow;

pub(in crate::format) const SPEC: Spec = Spec::payload(read).first(b"%");

/// Names in small letters, and their meanings.
const TABLE: &[(&str, To)] = &[
    ("application-name", To::Field("network.application")),
    ("command", To::Column(C::ProcessCommandLine)),
    ("destination-ip", To::Column(C::DestinationIp)),
    ("destination-port", To::Column(C::DestinationPort)),
    ("destination-zone", To::Field("observer.egress.zone")),
    ("dstipaddr", To::Column(C::DestinationIp)),
    ("dstport", To::Column(C::DestinationPort)),
    ("ip", To::Column(C::SourceIp)),
    ("ipaddr", To::Column(C::SourceIp)),
    ("ipaddress", To::Column(C::SourceIp)),
    ("localaddress", To::Column(C::DestinationIp)),
    ("policy-name", To::Field("rule.name")),
    ("policyname", To::Field("rule.name")),
    ("rule-name", To::Field("rule.name")),
    ("source-ip", To::Column(C::SourceIp)),
    ("source-port", To::Column(C::SourcePort)),
    ("source-zone", To::Field("observer.ingress.zone")),
    ("srcipaddr", To::Column(C::SourceIp)),
    ("srcport", To::Column(C::SourcePort)),
    ("user", To::Column(C::UserName)),
    ("useraddress", To::Column(C::SourceIp)),
    ("userip", To::Column(C::SourceIp)),
    ("username", To::Column(C::UserName)),
];

/// Words about logins, and about those that failed.
static LOGINS: Words =
    Words::new(&["LOGIN", "LOGON", "AUTHEN", "logged in", "log in", "logging in"]);
static FAILURES: Words = Words::new(&["FAIL", "Failed", "failed", "REJECT", "denied", "wrong"]);

fn read<'a>(text: &'a str, _memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let expected = "%%, a version, MODULE/severity/MNEMONIC:";
    let Some((head, body)) = text.strip_prefix("%%").and_then(|rest| once(rest, ":")) else {
        return Miss::at(0, expected);
    };
    let name = head.trim_start_matches(|char: char| char.is_ascii_digit());
    let levels = once(name, "/")
        .and_then(|(module, rest)| once(rest, "/").map(|(level, rest)| (module, level, rest)));
    let Some((module, level, mnemonic)) = levels else { return Miss::at(2, expected) };
    let mnemonic = parts(mnemonic, [b'(', b'[']).next().unwrap_or(mnemonic);
    let is_word = |word: &str| !word.is_empty() && !word.bytes().any(|byte| byte == b' ');
    let severity = level.parse::<u8>().ok().filter(|level| *level <= 7);
    if !is_word(module) || !is_word(mnemonic) || severity.is_none() {
        return Miss::at(2, expected);
    }
    event.dataset = Some("huawei.device".into());
    event.event_code = Some(mnemonic.into());
    event.log_severity = event.log_severity.or(severity);
    event.ext.reserve(8);
    columns::add("huawei.module", module, event);
    let body = body.trim_ascii_start();
    event.message = Cow::Borrowed(body);
    pairs(body, event);
    sentence(body, event);
    classify(module, mnemonic, body, event);
    Ok(Found { next: Next::Text, ..Found::default() })
}

/// `Name=value` wherever commas, semicolons, brackets or dashes before a name divide them.
fn pairs<'a>(body: &'a str, event: &mut Event<'a>) {
    for part in parts(body, [b',', b';', b'(', b')', b'\n']) {
        let part = part.trim_ascii();
        match part.strip_prefix('-') {
            // Comware: `-Line=vty0-IPAddr=192.0.2.7-User=anna`.
            Some(dashed) => parts(dashed, [b'-']).for_each(|part| pair(part, event)),
            None => pair(part, event),
        }
    }
    if let Some((_, command)) = cut(body, b"Command is ") {
        event.process_command_line = Some(command.into());
    }
}

fn pair<'a>(part: &'a str, event: &mut Event<'a>) {
    let Some((name, value)) = once(part, "=") else { return };
    let name = parts(name.trim_ascii(), [b' ']).last().unwrap_or_default();
    let value = value.trim_ascii().trim_end_matches('.').trim_matches('"');
    if value.is_empty() || value == "-" || name.is_empty() {
        return;
    }
    let small = columns::lower(Cow::Borrowed(name));
    match small.as_ref() {
        "protocol" => event.network_transport = Some(columns::transport(value)),
        "action" => decided(value, event),
        _ => match TABLE.iter().find(|(known, _)| *known == small) {
            Some((_, to)) => put(*to, Value::Text(value.into()), event),
            None => event.ext.push(["huawei.", &small].concat(), Value::Text(value.into())),
        },
    }
}

fn decided<'a>(action: &'a str, event: &mut Event<'a>) {
    let action = columns::lower(Cow::Borrowed(action));
    columns::decide(&action, event);
    event.event_action = Some(action);
}

/// `User anna from 192.0.2.7 …`, `anna logged in from 192.0.2.7 port 51234.`
fn sentence<'a>(body: &'a str, event: &mut Event<'a>) {
    if event.source_ip.is_none()
        && let Some((_, behind)) = last(body, " from ")
    {
        let mut words = parts(behind, [b' ']);
        let first = words.next().unwrap_or_default().trim_end_matches(['.', ',']);
        event.source_ip = address(first);
        if event.source_ip.is_some() && words.next() == Some("port") {
            let port = words.next().unwrap_or_default().trim_end_matches('.');
            event.source_port = port.parse().ok();
        }
    }
    if event.user_name.is_none() {
        let named = body.strip_prefix("User ").or(Some(body)).filter(|_| {
            body.starts_with("User ")
                || body.contains(" logged in from ")
                || body.contains(" logged out from ")
        });
        let name = named.and_then(|rest| once(rest, " ")).map(|(name, _)| name);
        event.user_name = name.filter(|name| !name.contains('=')).map(Cow::Borrowed);
    }
}

fn classify(module: &str, mnemonic: &str, body: &str, event: &mut Event<'_>) {
    let says = |words: &Words| words.are_in(mnemonic) || words.are_in(body);
    let category = match (module, mnemonic) {
        ("POLICY" | "SECLOG" | "FILTER" | "PACKETFILTER" | "ASPF", _) => "network",
        (_, "POLICYPERMIT" | "POLICYDENY") => "network",
        ("ATTACK" | "ATK" | "IPS" | "AV" | "SEC", _) => "intrusion_detection",
        _ if mnemonic.contains("LOGOUT") => "session",
        _ if says(&LOGINS) => "authentication",
        _ if mnemonic.contains("CMD") => "configuration",
        _ => "host",
    };
    event.event_category = Some(category.into());
    match mnemonic {
        "POLICYPERMIT" => decided("permit", event),
        "POLICYDENY" => decided("deny", event),
        _ => {}
    }
    if category == "authentication" {
        event.event_action = Some("device_login".into());
        let outcome = if says(&FAILURES) { "failure" } else { "success" };
        event.event_outcome = Some(outcome.into());
    }
}
