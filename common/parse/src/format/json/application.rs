//! Platforms for applications whose JSON is known, as data: one entry each.
//!
//! Upsun's forwarded logs, Kubernetes' audit events as its webhook gives them to a Go program. The
//! names are those of the platforms' own sources and documentation.
//!
//! What it does *not* know: how a table is applied ([`super::service`]).

use super::service::{Category, NOTHING, Outcome, Service};
use crate::columns::To;
use crate::format::spec::Next;
use common::event::{Event, Object};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) static SERVICES: &[Service] = &[
    Service {
        dataset: "upsun.log",
        has: &["message", "metadata.environment", "metadata.project"],
        finish: forwarded,
        next: Next::Payload,
        ..NOTHING
    },
    Service {
        dataset: "kubernetes.audit",
        has: &["AuditID", "Verb", "RequestURI", "Stage"],
        time: &["StageTimestamp", "RequestReceivedTimestamp"],
        table: &[
            ("ObjectRef.Name", To::Field("orchestrator.resource.name")),
            ("ObjectRef.Namespace", To::Field("orchestrator.namespace")),
            ("ObjectRef.Resource", To::Field("orchestrator.resource.type")),
            ("RequestURI", To::Field("url.original")),
            ("ResponseStatus.code", To::Field("http.response.status_code")),
            ("SourceIPs", To::Column(C::SourceIp)),
            ("User.username", To::Column(C::UserName)),
            ("UserAgent", To::Field("user_agent.original")),
            ("Verb", To::Column(C::EventAction)),
        ],
        outcome: &[Outcome::Status("ResponseStatus.code")],
        category: Category::One("configuration"),
        ..NOTHING
    },
];

/// Reads `app.0 nginx: text`: an instance of an application, a program, its line.
fn forwarded(_: &Object<'_>, event: &mut Event<'_>) {
    let Some((front, text)) = event.message.split_once(": ") else { return };
    let Some((instance, program)) = front.split_once(' ') else { return };
    let Some((_, number)) = instance.rsplit_once('.') else { return };
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if crate::syslog::number(number).is_none() || !program.bytes().all(is_word) {
        return;
    }
    let at = event.message.len() - text.len();
    event.host_name = Cow::Owned(instance.to_owned());
    event.process_name = Some(Cow::Owned(program.to_owned()));
    event.message = match &event.message {
        Cow::Borrowed(whole) => Cow::Borrowed(&whole[at..]),
        Cow::Owned(whole) => Cow::Owned(whole[at..].to_owned()),
    };
}
