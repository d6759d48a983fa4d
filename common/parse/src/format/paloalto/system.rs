//! Palo Alto's records that are no sessions: the system's, changes of the configuration, users.
//!
//! | kind | columns |
//! |---|---|
//! | SYSTEM | 8 event, 9 object, 12 module, 13 severity, 14 text |
//! | CONFIG | 7 the administrator's address, 9 command, 10 administrator, 11 client, 12 result, 13 path |
//! | GLOBALPROTECT | 8 event, 9 stage, 10 method, 12 user, 14 machine, 15 and 16 public addresses, 17 and 18 private ones, 25 reason, 28 status, 33 portal |
//! | USERID | 4 event, 8 address, 9 user, 10 source |
//! | AUTHENTICATION | 8 address, 9 user, 12 policy, 18 text, 20 event |
//! | HIPMATCH | 7 user, 9 machine, 10 system, 11 address, 12 match |
//! | DECRYPTION | as TRAFFIC, up to 30 |
//!
//! What it does *not* know: how a record is divided.

use super::{COLUMNS, level, session};
use crate::columns::{add, decide};
use common::event::{Event, Value, address};

pub(super) fn read<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    event.event_category = Some("configuration".into());
    match columns[3] {
        "CONFIG" => changed(columns, event),
        "GLOBALPROTECT" => protect(columns, event),
        "USERID" => mapped(columns, event),
        "AUTHENTICATION" => authenticated(columns, event),
        "HIPMATCH" => matched(columns, event),
        "DECRYPTION" => {
            session(columns, &[], event);
            decide(columns[30], event);
        }
        _ => system(columns, event),
    }
    add("panw.subtype", columns[4], event);
    add("panw.type", columns[3], event);
    add("observer.serial_number", columns[2], event);
    event.ext.push("observer.vendor", Value::Text("Palo Alto Networks".into()));
}

/// Names a user and an address, where the columns have them.
fn who<'a>(user: &'a str, ip: &str, event: &mut Event<'a>) {
    event.user_name = (!user.is_empty()).then_some(user.into());
    event.source_ip = address(ip).filter(|ip| !ip.is_unspecified());
}

fn action<'a>(text: &'a str, event: &mut Event<'a>) {
    event.event_action = (!text.is_empty()).then_some(text.into());
}

/// Whether a word means that something went well.
fn outcome(text: &str, event: &mut Event<'_>) {
    let text = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let outcome = match () {
        () if says(&["fail", "unauthorized", "denied", "reject", "invalid"]) => "failure",
        () if says(&["succe", "submitted", "authenticated for", "logged in"]) => "success",
        () => return,
    };
    event.event_outcome = Some(outcome.into());
}

fn system<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    let text = columns[14];
    action(columns[8], event);
    event.log_severity = level(columns[13]);
    let is_login = matches!(columns[4], "auth" | "globalprotect")
        || ["logged in", "logged out", "authentication"].iter().any(|word| text.contains(word));
    if is_login {
        event.event_category = Some("authentication".into());
        outcome(text, event);
        event.user_name = user(text).map(Into::into);
        event.source_ip = from(text).and_then(address);
    }
    add("panw.module", columns[12], event);
    add("panw.object", columns[9], event);
    add("panw.severity", columns[13], event);
    add("panw.text", text, event);
}

/// Who is named in `failed authentication for user 'anna'.  …` or `User anna logged in via …`.
fn user(text: &str) -> Option<&str> {
    if let Some((_, rest)) = text.split_once("user '") {
        return rest.rfind("'.").or_else(|| rest.find('\'')).map(|end| &rest[..end]);
    }
    let rest = text.strip_prefix("User ")?;
    let end = rest.rfind(" logged ").or_else(|| rest.find(' '))?;
    Some(&rest[..end])
}

/// The last address behind `From: ` or `from `: what stands before may be a user's text.
fn from(text: &str) -> Option<&str> {
    let at = text.rfind("From: ").or_else(|| text.rfind("from "))?;
    let rest = text[at..].split_once(' ')?.1;
    let word = rest.split([' ', ',', '\'']).next()?;
    Some(word.trim_end_matches('.'))
}

fn changed<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    action(columns[9], event);
    who(columns[10], columns[7], event);
    outcome(columns[12], event);
    add("panw.client", columns[11], event);
    add("panw.path", columns[13], event);
    add("panw.result", columns[12], event);
}

fn protect<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    event.event_category = Some("authentication".into());
    action(columns[8], event);
    who(columns[12], columns[15], event);
    event.source_ip = event.source_ip.or(address(columns[16]).filter(|ip| !ip.is_unspecified()));
    outcome(columns[28], event);
    add("event.reason", columns[25], event);
    add("panw.method", columns[10], event);
    add("panw.portal", columns[33], event);
    add("panw.private_ip", columns[17], event);
    add("panw.stage", columns[9], event);
    add("source.domain", columns[14], event);
}

fn mapped<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    event.event_category = Some("session".into());
    action(columns[4], event);
    who(columns[9], columns[8], event);
    add("panw.source", columns[10], event);
}

fn authenticated<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    event.event_category = Some("authentication".into());
    action(columns[20], event);
    who(columns[9], columns[8], event);
    outcome(columns[18], event);
    outcome(columns[20], event);
    add("panw.policy", columns[12], event);
    add("panw.text", columns[18], event);
}

fn matched<'a>(columns: &[&'a str; COLUMNS], event: &mut Event<'a>) {
    event.event_category = Some("host".into());
    action("hip-match", event);
    who(columns[7], columns[11], event);
    add("panw.match", columns[12], event);
    add("source.domain", columns[9], event);
    add("host.os.name", columns[10], event);
}

#[cfg(test)]
mod tests {
    use super::{from, user};

    #[test]
    fn a_name_points_at_nobody_else() {
        let text = "failed authentication for user 'x'. From: 192.0.2.1. y'.  Reason: Invalid username/password. auth profile 'p', server address '198.51.100.5', From: 192.0.2.7.";
        assert_eq!(from(text), Some("192.0.2.7"));
        assert_eq!(user("User anna logged in via Web from 192.0.2.7 using https"), Some("anna"));
        assert_eq!(user("authenticated for user 'anna'.   From: 192.0.2.7."), Some("anna"));
    }
}
