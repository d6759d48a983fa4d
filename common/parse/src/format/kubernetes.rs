//! Kubernetes' audit log, and the lines of containers as its runtimes keep them (CRI).
//!
//! ```text
//! {"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"create","user":{"username":"…"},"sourceIPs":["…"],"objectRef":{…},…}
//! 2016-10-06T00:17:09.669794202Z stdout F text of any format      P for a part, F for the last one
//! ```
//!
//! What a container printed is read as a line of its own; its time is the runtime's unless the
//! line has one. The parts of a long CRI line are one record.
//!
//! What it does *not* know: pods; their names are in the file's path. Docker's own form
//! ([`super::docker`]).

use super::spec::{Found, Miss, Next, Spec};
use crate::columns::{self, Table, To};
use crate::joint::Joint;
use crate::memory::Memory;
use crate::source::Source as _;
use crate::stamp;
use common::event::{Event, Object, Value};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const AUDIT: Spec = Spec::object(audit, &[&["apiVersion"], &["verb"]]);
pub(super) const CRI: Spec = Spec::line(cri)
    .first(b"12")
    .joined(Joint::Run { begins: is_part, goes_on: is_cri, ends })
    .header();

const TABLE: &Table = &[
    ("objectRef.name", To::Field("orchestrator.resource.name")),
    ("objectRef.namespace", To::Field("orchestrator.namespace")),
    ("objectRef.resource", To::Field("orchestrator.resource.type")),
    ("requestURI", To::Field("url.original")),
    ("responseStatus.code", To::Field("http.response.status_code")),
    ("sourceIPs", To::Column(C::SourceIp)),
    ("user.username", To::Column(C::UserName)),
    ("userAgent", To::Field("user_agent.original")),
    ("verb", To::Column(C::EventAction)),
];

fn audit<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let is_audit = fields.text("apiVersion").is_some_and(|api| api.starts_with("audit.k8s.io"));
    if !is_audit || !fields.has("verb") {
        return Miss::at(0, "an audit event (apiVersion audit.k8s.io)");
    }
    let names = ["stageTimestamp", "requestReceivedTimestamp", "metadata.creationTimestamp"];
    let times = names.iter().filter_map(|name| fields.text(name));
    for time in times {
        if columns::iso_time(time, memory, event) {
            break;
        }
    }
    event.dataset = Some("kubernetes.audit".into());
    event.event_category = Some("configuration".into());
    columns::fill(fields, TABLE, event);
    let decision = fields.text("annotations.authorization.k8s.io/decision");
    event.event_outcome = match (fields.int("responseStatus.code"), decision) {
        (Some(400..), _) | (_, Some("forbid")) => Some("failure".into()),
        (Some(_), _) | (_, Some("allow")) => Some("success".into()),
        _ => None,
    };
    Ok(Found::default())
}

/// The stream, whether the line is a part, and where its text begins.
fn head(line: &[u8]) -> Option<(&'static str, bool, stamp::Stamp, usize)> {
    let (at, end) = stamp::iso(line, 0)?;
    let rest = line.get(end..)?;
    let stream = ["stdout", "stderr"].into_iter().find(|stream| {
        rest.get(1..7) == Some(stream.as_bytes()) && rest[0] == b' ' && rest.get(7) == Some(&b' ')
    })?;
    let tag = rest.get(8)?;
    let is_part = match tag {
        b'P' => true,
        b'F' => false,
        _ => return None,
    };
    let closed = matches!(rest.get(9), None | Some(b' '));
    closed.then_some((stream, is_part, at, (end + 10).min(line.len())))
}

fn is_part(line: &[u8]) -> bool {
    head(line).is_some_and(|(_, is_part, ..)| is_part)
}

/// A part is followed by a line of the same stream.
fn is_cri(record: &[u8], line: &[u8]) -> bool {
    let stream = |text| head(text).map(|(stream, ..)| stream);
    stream(line).is_some() && stream(record) == stream(line)
}

fn ends(line: &[u8]) -> bool {
    !is_part(line)
}

fn cri<'a>(record: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let Some((stream, is_part, at, body)) = head(record.as_bytes()) else {
        return Miss::at(0, "a container's line (2016-10-06T00:17:09Z stdout F)");
    };
    (event.time, event.time_quality) = memory.instant(at);
    event.dataset = Some("container.log".into());
    event.message = Cow::Borrowed(&record[body..]);
    if is_part && record.contains('\n') {
        let texts = record.lines().map(|line| match head(line.as_bytes()) {
            Some((.., body)) => &line[body..],
            None => line,
        });
        event.message = Cow::Owned(texts.collect());
    }
    event.ext.push("stream", Value::Text(stream.into()));
    Ok(Found { next: Next::Line, ..Found::default() })
}
