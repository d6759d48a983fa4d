//! Lines of siemagent: flat JSON with the field names of Sigma and Sysmon for Linux.
//!
//! A line is told by `"schema":"siemagent/1"`. Its fields stay the event's own under their names;
//! here the columns are filled, so that the same event answers to ECS names as well. The dataset is
//! `agent.` and the line's category, from which the logsource labels follow.
//!
//! What it does *not* know: how the agent came to know it.

use super::spec::{Found, Miss, Spec};
use crate::columns::{self, Table, To};
use crate::memory::Memory;
use crate::source::Source as _;
use common::event::{Event, Object};
use common::field::Column as C;
use std::borrow::Cow;

pub(super) const SPEC: Spec = Spec::object(read, &[&["schema"], &["time"]]);

/// (category of the line, dataset, ECS category)
const CATEGORIES: &[(&str, &str, &str)] = &[
    ("process_creation", "agent.process_creation", "process"),
    ("process_termination", "agent.process_termination", "process"),
    ("process_fork", "agent.process_fork", "process"),
    ("process_access", "agent.process_access", "process"),
    ("process_signal", "agent.process_signal", "process"),
    ("network_connection", "agent.network_connection", "network"),
    ("network_listen", "agent.network_listen", "network"),
    ("dns_query", "agent.dns_query", "network"),
    ("file_event", "agent.file_event", "file"),
    ("file_delete", "agent.file_delete", "file"),
    ("file_change", "agent.file_change", "file"),
    ("file_access", "agent.file_access", "file"),
    ("privilege_change", "agent.privilege_change", "iam"),
    ("driver_load", "agent.driver_load", "driver"),
    ("bpf_load", "agent.bpf_load", "driver"),
    ("memfd_create", "agent.memfd_create", "process"),
    ("mount", "agent.mount", "configuration"),
    ("enforcement", "agent.enforcement", "intrusion_detection"),
    ("siemagent", "agent.status", "host"),
];

const TABLE: &Table = &[
    ("CommandLine", To::Column(C::ProcessCommandLine)),
    ("ContainerId", To::Field("container.id")),
    ("CurrentDirectory", To::Field("process.working_directory")),
    ("DestinationHostname", To::Field("destination.domain")),
    ("DestinationIp", To::Column(C::DestinationIp)),
    ("DestinationPort", To::Column(C::DestinationPort)),
    ("Image", To::Column(C::ProcessExecutable)),
    ("ParentCommandLine", To::Field("process.parent.command_line")),
    ("ParentImage", To::Field("process.parent.executable")),
    ("ParentProcessGuid", To::Field("process.parent.entity_id")),
    ("ParentProcessId", To::Field("process.parent.pid")),
    ("ProcessGuid", To::Field("process.entity_id")),
    ("ProcessId", To::Column(C::ProcessPid)),
    ("Protocol", To::Column(C::NetworkTransport)),
    ("QueryName", To::Field("dns.question.name")),
    ("QueryStatus", To::Field("dns.response_code")),
    ("QueryType", To::Field("dns.question.type")),
    ("SourceIp", To::Column(C::SourceIp)),
    ("SourcePort", To::Column(C::SourcePort)),
    ("TargetFilename", To::Field("file.path")),
    ("User", To::Column(C::UserName)),
    ("exit_code", To::Field("process.exit_code")),
    ("host", To::Column(C::HostName)),
    ("outcome", To::Column(C::EventOutcome)),
    ("uid", To::Field("user.id")),
];

fn read<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let is_ours = fields.text("schema").is_some_and(|schema| schema.starts_with("siemagent/"));
    let timed =
        is_ours && fields.text("time").is_some_and(|time| columns::iso_time(time, memory, event));
    if !timed {
        return Miss::at(0, "a line of siemagent (schema, time)");
    }
    columns::fill(fields, TABLE, event);
    let category = fields.text("category").unwrap_or_default();
    let known = CATEGORIES.iter().find(|(name, ..)| *name == category);
    let (_, dataset, ecs) = known.copied().unwrap_or(("", "agent.other", "host"));
    event.dataset = Some(Cow::Borrowed(dataset));
    event.event_category = Some(Cow::Borrowed(ecs));
    event.event_action = owned(fields, "action").or_else(|| owned(fields, "kind"));
    event.event_code = fields.value("EventID").and_then(|code| code.into_text().ok());
    event.process_name = match fields.text("Image") {
        Some(image) => Some(Cow::Owned(base(image).to_owned())),
        None => owned(fields, "comm"),
    };
    event.message = Cow::Owned(summary(fields, event));
    Ok(Found::ALL)
}

fn owned<'a>(fields: &Object<'_>, name: &'static str) -> Option<Cow<'a, str>> {
    fields.text(name).map(|text| Cow::Owned(text.to_owned()))
}

/// The last part of a path.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The event in a few words, for people who look at a list.
fn summary(fields: &Object<'_>, event: &Event<'_>) -> String {
    let part = |name: &'static str| fields.known(name).map(|value| value.to_string());
    let action = event.event_action.as_deref().unwrap_or_default();
    let object = match event.event_category.as_deref() {
        Some("file") => part("TargetFilename"),
        Some("network") => part("QueryName").or_else(|| {
            let port = part("DestinationPort")?;
            Some(format!("{} {port}", part("DestinationIp")?))
        }),
        _ => part("TargetImage")
            .or_else(|| part("MountPoint"))
            .or_else(|| part("ImageLoaded"))
            .or_else(|| part("CommandLine"))
            .or_else(|| part("Image")),
    };
    format!("{action} {}", object.unwrap_or_default()).trim_end().to_owned()
}
