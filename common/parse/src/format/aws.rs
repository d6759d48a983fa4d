//! Amazon's CloudTrail.
//!
//! ```text
//! {"eventVersion":"1.08","userIdentity":{…},"eventTime":"…","eventSource":"iam.amazonaws.com","eventName":"CreateUser",…}
//! ```
//!
//! The fields keep their names. A file of CloudTrail is one object with all records in
//! `Records`; what reads files takes it apart.
//!
//! What it does *not* know: the services.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::memory::Memory;
use crate::source::Source as _;
use common::event::{Event, Object, Value};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const CLOUDTRAIL: Spec =
    Spec::object(cloudtrail, &[&["eventName"], &["eventSource"], &["eventTime"]]);

const TRAIL: &Table = &[
    ("awsRegion", To::Field("cloud.region")),
    ("eventName", To::Column(C::EventAction)),
    ("eventSource", To::Field("event.provider_name")),
    ("recipientAccountId", To::Field("cloud.account.id")),
    ("sourceIPAddress", To::Column(C::SourceIp)),
    ("userAgent", To::Field("user_agent.original")),
    ("userIdentity.arn", To::Field("user.id")),
    ("userIdentity.userName", To::Column(C::UserName)),
    ("requestParameters.userName", To::Column(C::UserTargetName)),
];

fn cloudtrail<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let Some(Value::Text(name)) = fields.value("eventName") else {
        return Miss::at(0, "a CloudTrail record (eventName)");
    };
    let time = fields.text("eventTime").filter(|_| fields.has("eventSource"));
    if !time.is_some_and(|time| columns::iso_time(time, memory, event)) {
        return Miss::at(0, "a CloudTrail record (eventTime, eventSource)");
    }
    event.dataset = Some("aws.cloudtrail".into());
    columns::fill(fields, TRAIL, event);
    if event.user_name.is_none()
        && let Some(Value::Text(kind)) = fields
            .value("userIdentity.type")
            .filter(|kind| matches!(kind, Value::Text(kind) if kind == "Root"))
    {
        event.user_name = Some(columns::lower(kind.clone()));
    }
    if event.user_name.is_none()
        && let Some(role) = fields.value("userIdentity.sessionContext.sessionIssuer.userName")
    {
        columns::put(To::Column(C::UserName), role, event);
    }
    let is_sign_in = name.contains("Login") || name.contains("AssumeRole");
    let service = fields.text("eventSource").unwrap_or_default();
    event.event_category = Some(Cow::Borrowed(match service {
        _ if is_sign_in => "authentication",
        "iam.amazonaws.com" => "iam",
        _ => "configuration",
    }));
    let answer = fields.text("responseElements.ConsoleLogin");
    let failed = fields.has("errorCode") || answer == Some("Failure");
    event.event_outcome = Some(if failed { "failure" } else { "success" }.into());
    if let Some(Value::Text(code)) = fields.value("errorCode") {
        event.ext.push("error.code", Value::Text(code.clone()));
    }
    if let Some(Value::Text(message)) = fields.value("errorMessage") {
        event.message = message.clone();
    }
    Ok(Found::default())
}
