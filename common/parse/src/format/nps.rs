//! The accounting files of Microsoft's Network Policy Server (IAS), in their three forms.
//!
//! ```text
//! <Event><Timestamp data_type="4">06/14/2026 15:16:01.123</Timestamp><Computer-Name data_type="1">NPS1</Computer-Name>…</Event>
//! "NPS1","IAS",06/14/2026,15:16:01,1,"anna","CORP\anna","198.51.100.1","192.0.2.7",…
//! 192.0.2.1,anna,06/14/2026,15:16:01,IAS,NPS1,4,192.0.2.1,31,192.0.2.7,4108,192.0.2.1,…
//! ```
//!
//! The second has its values in the order of a database's columns, the third pairs of an attribute's number and its
//! value. Attributes without a meaning of their own are `nps.NAME`. Times are the server's own.
//!
//! What it does *not* know: attributes of vendors.

use super::{Found, Miss, Spec, windows_xml};
use crate::columns::{self, add, cut};
use crate::memory::Memory;
use crate::stamp::{self, Stamp};
use common::clock::{DAY, day_number};
use common::event::{Event, Value, address};
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::payload(read).first(b"<\"0123456789");

/// The columns of the second form; empty ones have no meaning here.
const COLUMNS: [&str; 26] = [
    "Computer-Name",
    "",
    "",
    "",
    "Packet-Type",
    "User-Name",
    "Fully-Qualifed-User-Name",
    "Called-Station-Id",
    "Calling-Station-Id",
    "Callback-Number",
    "Framed-IP-Address",
    "NAS-Identifier",
    "NAS-IP-Address",
    "NAS-Port",
    "Client-Vendor",
    "Client-IP-Address",
    "Client-Friendly-Name",
    "",
    "",
    "NAS-Port-Type",
    "Connect-Info",
    "",
    "Service-Type",
    "Authentication-Type",
    "NP-Policy-Name",
    "Reason-Code",
];

/// The attributes of the third form.
const NUMBERS: &[(&str, &str)] = &[
    ("4", "NAS-IP-Address"),
    ("5", "NAS-Port"),
    ("8", "Framed-IP-Address"),
    ("30", "Called-Station-Id"),
    ("31", "Calling-Station-Id"),
    ("32", "NAS-Identifier"),
    ("61", "NAS-Port-Type"),
    ("4108", "Client-IP-Address"),
    ("4127", "Authentication-Type"),
    ("4128", "Client-Friendly-Name"),
    ("4129", "SAM-Account-Name"),
    ("4130", "Fully-Qualifed-User-Name"),
    ("4136", "Packet-Type"),
    ("4142", "Reason-Code"),
    ("4149", "NP-Policy-Name"),
];

fn read<'a>(text: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let at = match text.as_bytes().first() {
        Some(b'<') => xml(text, event),
        Some(b'"') => table(text, event),
        _ => numbered(text, event),
    };
    let Some(at) = at else {
        return Miss::at(0, "a record of the Network Policy Server");
    };
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("windows.nps".into());
    event.event_category = Some("authentication".into());
    event.ext.push("network.protocol", Value::Text("radius".into()));
    if event.message.is_empty() {
        event.message = Cow::Borrowed(text);
    }
    Ok(Found::ALL)
}

fn xml<'a>(text: &'a str, event: &mut Event<'a>) -> Option<Stamp> {
    let rest = text.strip_prefix("<Event><Timestamp data_type=")?;
    let (_, stamp) = rest.split_once('>')?;
    let (stamp, rest) = cut(stamp, b"</Timestamp>")?;
    let (date, time) = stamp.split_once(' ')?;
    let at = instant(date, time)?;
    let mut rest = rest;
    while let Some((name, after)) =
        rest.strip_prefix('<').and_then(|rest| cut(rest, b" data_type="))
    {
        let (_, after) = after.split_once('>')?;
        let (value, after) = cut(after, b"</")?;
        let (closed, after) = after.split_once('>')?;
        if closed != name {
            return None;
        }
        attribute(name, windows_xml::unescaped(value), event);
        rest = after;
    }
    (rest.trim_end() == "</Event>").then_some(at)
}

fn table<'a>(text: &'a str, event: &mut Event<'a>) -> Option<Stamp> {
    let (_, service) = cut(&text[1..], b"\",\"")?;
    if !service.starts_with("IAS\",") && !service.starts_with("RAS\",") {
        return None;
    }
    let mut values = [""; 64];
    let count = super::paloalto::split(text, &mut values);
    let at = instant(values[2], values[3])?;
    for (name, value) in COLUMNS.into_iter().zip(&values[..count]) {
        if !name.is_empty() {
            attribute(name, Cow::Borrowed(value), event);
        }
    }
    Some(at)
}

fn numbered<'a>(text: &'a str, event: &mut Event<'a>) -> Option<Stamp> {
    let (nas, rest) = text.split_once(',')?;
    address(nas)?;
    let (user, rest) = rest.split_once(',')?;
    let mut parts = rest.split(',');
    let mut next = || parts.next().unwrap_or_default();
    let [date, time, service, computer] = std::array::from_fn(|_| next());
    let at = instant(date, time).filter(|_| matches!(service, "IAS" | "RAS"))?;
    attribute("Computer-Name", computer.into(), event);
    attribute("User-Name", user.into(), event);
    while let (Some(number), Some(value)) = (parts.next(), parts.next()) {
        if let Some((_, name)) = NUMBERS.iter().find(|(known, _)| *known == number) {
            attribute(name, value.into(), event);
        }
    }
    Some(at)
}

/// Reads `06/14/2026` and `15:16:01`.
fn instant(date: &str, time: &str) -> Option<Stamp> {
    let text = date.as_bytes();
    let part = |at| u8::try_from(stamp::digits(text, at, 2)?).ok();
    let shaped = text.len() == 10 && text[2] == b'/' && text[5] == b'/';
    let date = (stamp::digits(text, 6, 4)?, part(0)?, part(3)?);
    let (time, end) = stamp::clock(time.as_bytes(), 0).filter(|(_, end)| *end == time.len())?;
    let wall = day_number(date.0, date.1, date.2) * DAY + time;
    (shaped && stamp::exists(date) && end >= 8).then_some(Stamp { wall, offset: None })
}

fn attribute<'a>(name: &'a str, value: Cow<'a, str>, event: &mut Event<'a>) {
    if value.is_empty() {
        return;
    }
    match name {
        "Computer-Name" => event.host_name = value,
        "User-Name" => event.user_name = Some(value),
        "SAM-Account-Name" if event.user_name.is_none() => event.user_name = Some(value),
        "Calling-Station-Id" => match address(&value) {
            Some(ip) => event.source_ip = Some(ip),
            None => event.ext.push("source.mac", Value::Text(value)),
        },
        "Client-Friendly-Name" => event.ext.push("radius.client", Value::Text(value)),
        "NP-Policy-Name" => event.ext.push("rule.name", Value::Text(value)),
        "Packet-Type" => kind(&value, event),
        "Reason-Code" => {
            add("event.reason", reason(&value), event);
            event.ext.push("nps.Reason-Code", Value::Text(value));
        }
        _ => columns::keep(["nps.", name].concat(), Value::Text(value), event),
    }
}

fn kind(number: &str, event: &mut Event<'_>) {
    let (action, outcome) = match number {
        "1" => ("access-request", ""),
        "2" => ("access-accept", "success"),
        "3" => ("access-reject", "failure"),
        "4" => ("accounting-request", ""),
        "5" => ("accounting-response", ""),
        "11" => ("access-challenge", ""),
        _ => return,
    };
    event.event_action = Some(action.into());
    event.event_outcome = (!outcome.is_empty()).then(|| outcome.into());
}

/// Microsoft's words for the usual reasons.
fn reason(code: &str) -> &'static str {
    match code {
        "1" => "internal error",
        "7" => "domain does not exist",
        "8" => "user account does not exist",
        "16" => "authentication failed",
        "19" => "no CHAP without a reversible password",
        "22" => "EAP type cannot be used",
        "23" => "EAP error",
        "32" => "no access from this station",
        "33" => "password must be changed",
        "34" => "account is disabled",
        "35" => "account has expired",
        "36" => "account is locked out",
        "37" => "outside of logon hours",
        "48" => "no matching network policy",
        "49" => "no matching connection request policy",
        "65" => "dial-in is denied",
        "66" => "authentication method is not allowed",
        _ => "",
    }
}
