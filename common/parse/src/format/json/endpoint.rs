//! The protectors of endpoints and of logins whose JSON is known, as data: one entry each.
//!
//! CrowdStrike's streams and raw events, SentinelOne, Carbon Black, Sophos Central, Defender's hunting
//! tables, Duo, Bitdefender, authentik, open-appsec, sudo. The names are those of the services' own documentation.
//!
//! What it does *not* know: how a table is applied ([`super::service`]).

use super::service::{Category, Level, NOTHING, Outcome, Service};
use crate::columns::To;
use crate::source::Source as _;
use common::event::{Event, Object, Value};
use common::field::Column as C;

#[allow(clippy::too_many_lines, reason = "a flat list of services")]
pub(super) static SERVICES: &[Service] = &[
    Service {
        dataset: "authentik.event",
        has: &["action", "auth_via", "client_ip", "event", "logger"],
        table: &[
            ("action", To::Column(C::EventAction)),
            ("context.http_request.method", To::Field("http.request.method")),
            ("context.http_request.path", To::Url),
            ("event", To::Column(C::Message)),
            ("identifier", To::Column(C::UserName)),
        ],
        outcome: &[Outcome::Ends(
            "action",
            &["failed", "invalid_identifier"],
            &["login", "logout", "authorize_application"],
        )],
        category: Category::Begins(
            "action",
            &[
                ("login", "authentication"),
                ("logout", "authentication"),
                ("invalid_identifier", "authentication"),
                ("authorize", "authentication"),
            ],
            "iam",
        ),
        finish: tried,
        ..NOTHING
    },
    Service {
        dataset: "authentik.request",
        has: &["domain_url", "event", "logger", "remote", "runtime"],
        table: &[("event", To::Url)],
        outcome: &[Outcome::Status("status")],
        category: Category::One("web"),
        ..NOTHING
    },
    Service {
        dataset: "openappsec.event",
        has: &["eventAudience", "eventName", "eventData.httpSourceId"],
        table: &[
            ("eventData.httpHostName", To::Field("url.domain")),
            ("eventData.httpMethod", To::Field("http.request.method")),
            ("eventData.httpSourceId", To::Column(C::SourceIp)),
            ("eventData.httpUriPath", To::Url),
            ("eventData.securityAction", To::Lower(C::EventAction)),
            ("eventData.waapIncidentType", To::Field("rule.category")),
            ("eventName", To::Field("rule.name")),
        ],
        level: Level::Letters(
            "eventSeverity",
            &[("Crit", 2), ("High", 3), ("Med", 4), ("Low", 5), ("Info", 6)],
        ),
        outcome: &[Outcome::Ends("eventData.securityAction", &["prevent"], &["detect"])],
        category: Category::One("intrusion_detection"),
        ..NOTHING
    },
    Service {
        dataset: "crowdstrike.detection",
        has: &["metadata.eventType", "event.DetectName"],
        time: &["metadata.eventCreationTime"],
        table: &[
            ("event.CommandLine", To::Column(C::ProcessCommandLine)),
            ("event.ComputerName", To::Column(C::HostName)),
            ("event.DetectName", To::Field("rule.name")),
            ("event.FileName", To::Column(C::ProcessName)),
            ("event.FilePath", To::Field("file.path")),
            ("event.LocalIP", To::Field("host.ip")),
            ("event.MD5String", To::Field("file.hash.md5")),
            ("event.ProcessId", To::Column(C::ProcessPid)),
            ("event.SHA256String", To::Field("file.hash.sha256")),
            ("event.Tactic", To::Field("threat.tactic.name")),
            ("event.Technique", To::Field("threat.technique.name")),
            ("event.UserName", To::Column(C::UserName)),
        ],
        level: Level::Scale("event.Severity", &[(5, 1), (4, 2), (3, 4), (2, 5), (0, 6)]),
        category: Category::One("intrusion_detection"),
        ..NOTHING
    },
    Service {
        dataset: "crowdstrike.audit",
        has: &["metadata.eventType", "event.OperationName", "event.UserId"],
        time: &["metadata.eventCreationTime"],
        table: &[
            ("event.OperationName", To::Column(C::EventAction)),
            ("event.ServiceName", To::Field("event.provider_name")),
            ("event.UserId", To::Column(C::UserName)),
            ("event.UserIp", To::Column(C::SourceIp)),
        ],
        outcome: &[Outcome::Holds("event.Success", "false", "true")],
        category: Category::Begins(
            "metadata.eventType",
            &[("Auth", "authentication")],
            "configuration",
        ),
        ..NOTHING
    },
    Service {
        dataset: "crowdstrike.fdr",
        has: &["event_simpleName", "aid"],
        time: &["ContextTimeStamp", "timestamp"],
        table: &[
            ("CommandLine", To::Column(C::ProcessCommandLine)),
            ("ComputerName", To::Column(C::HostName)),
            ("DomainName", To::Field("dns.question.name")),
            ("ImageFileName", To::Column(C::ProcessExecutable)),
            ("LocalAddressIP4", To::Column(C::SourceIp)),
            ("LocalPort", To::Column(C::SourcePort)),
            ("MD5HashData", To::Field("file.hash.md5")),
            ("ParentBaseFileName", To::Field("process.parent.name")),
            ("RawProcessId", To::Column(C::ProcessPid)),
            ("RemoteAddressIP4", To::Column(C::DestinationIp)),
            ("RemotePort", To::Column(C::DestinationPort)),
            ("SHA256HashData", To::Field("file.hash.sha256")),
            ("UserName", To::Column(C::UserName)),
            ("aip", To::Field("host.nat.ip")),
            ("event_simpleName", To::Column(C::EventAction)),
        ],
        category: Category::Begins(
            "event_simpleName",
            &[
                ("Process", "process"),
                ("SyntheticProcess", "process"),
                ("Network", "network"),
                ("Dns", "network"),
                ("UserLogon", "authentication"),
            ],
            "host",
        ),
        ..NOTHING
    },
    Service {
        dataset: "sudo.accept",
        has: &["sudo.accept.submituser", "sudo.accept.command"],
        table: &[
            ("sudo.accept.command", To::Column(C::ProcessExecutable)),
            ("sudo.accept.runuser", To::Column(C::UserTargetName)),
            ("sudo.accept.submitcwd", To::Field("process.working_directory")),
            ("sudo.accept.submithost", To::Column(C::HostName)),
            ("sudo.accept.submituser", To::Column(C::UserName)),
            ("sudo.accept.ttyname", To::Field("process.tty.name")),
        ],
        outcome: &[Outcome::Success],
        category: Category::One("process"),
        finish: |fields, event| ran(fields, "sudo.accept.runargv", event),
        ..NOTHING
    },
    Service {
        dataset: "sudo.reject",
        has: &["sudo.reject.submituser", "sudo.reject.command"],
        table: &[
            ("sudo.reject.command", To::Column(C::ProcessExecutable)),
            ("sudo.reject.reason", To::Field("event.reason")),
            ("sudo.reject.runuser", To::Column(C::UserTargetName)),
            ("sudo.reject.submitcwd", To::Field("process.working_directory")),
            ("sudo.reject.submithost", To::Column(C::HostName)),
            ("sudo.reject.submituser", To::Column(C::UserName)),
            ("sudo.reject.ttyname", To::Field("process.tty.name")),
        ],
        outcome: &[Outcome::Error("sudo.reject.submituser")],
        category: Category::One("process"),
        finish: |fields, event| ran(fields, "sudo.reject.runargv", event),
        ..NOTHING
    },
    Service {
        dataset: "sentinelone.threat",
        has: &["threatInfo.threatName", "agentRealtimeInfo.agentComputerName"],
        time: &["threatInfo.identifiedAt", "threatInfo.createdAt"],
        table: &[
            ("agentDetectionInfo.agentIpV4", To::Field("host.ip")),
            ("agentRealtimeInfo.agentComputerName", To::Column(C::HostName)),
            ("threatInfo.classification", To::Field("rule.category")),
            ("threatInfo.filePath", To::Field("file.path")),
            ("threatInfo.maliciousProcessArguments", To::Column(C::ProcessCommandLine)),
            ("threatInfo.mitigationStatus", To::Column(C::EventAction)),
            ("threatInfo.processUser", To::Column(C::UserName)),
            ("threatInfo.sha1", To::Field("file.hash.sha1")),
            ("threatInfo.sha256", To::Field("file.hash.sha256")),
            ("threatInfo.threatName", To::Field("rule.name")),
        ],
        category: Category::One("malware"),
        ..NOTHING
    },
    Service {
        dataset: "sentinelone.activity",
        has: &["activityType", "primaryDescription", "accountId"],
        time: &["createdAt"],
        table: &[
            ("activityType", To::Column(C::EventCode)),
            ("data.ipAddress", To::Column(C::SourceIp)),
            ("data.username", To::Column(C::UserName)),
            ("primaryDescription", To::Column(C::Message)),
        ],
        category: Category::One("configuration"),
        ..NOTHING
    },
    Service {
        dataset: "carbon_black.alert",
        has: &["backend_timestamp", "device_name", "reason"],
        time: &["backend_timestamp"],
        table: &[
            ("device_external_ip", To::Field("host.nat.ip")),
            ("device_internal_ip", To::Field("host.ip")),
            ("device_name", To::Column(C::HostName)),
            ("netconn_local_ip", To::Column(C::SourceIp)),
            ("netconn_local_port", To::Column(C::SourcePort)),
            ("netconn_remote_ip", To::Column(C::DestinationIp)),
            ("netconn_remote_port", To::Column(C::DestinationPort)),
            ("process_cmdline", To::Column(C::ProcessCommandLine)),
            ("process_name", To::Column(C::ProcessExecutable)),
            ("process_pid", To::Column(C::ProcessPid)),
            ("process_username", To::Column(C::UserName)),
            ("reason", To::Column(C::Message)),
            ("type", To::Column(C::EventAction)),
        ],
        level: Level::Scale("severity", &[(8, 2), (5, 4), (1, 5)]),
        category: Category::One("intrusion_detection"),
        ..NOTHING
    },
    Service {
        dataset: "sophos.central",
        has: &["endpoint_id", "type", "severity", "location"],
        time: &["when", "created_at"],
        table: &[
            ("location", To::Column(C::HostName)),
            ("name", To::Column(C::Message)),
            ("source", To::Column(C::UserName)),
            ("source_info.ip", To::Column(C::SourceIp)),
            ("threat", To::Field("rule.name")),
            ("type", To::Column(C::EventAction)),
        ],
        level: Level::Letters("severity", &[("h", 2), ("m", 4), ("l", 5), ("n", 6), ("c", 1)]),
        category: Category::Begins(
            "type",
            &[
                ("Event::Endpoint::Threat", "malware"),
                ("Event::Endpoint::CoreDetection", "malware"),
                ("Event::Endpoint::WebControl", "web"),
                ("Event::Firewall", "network"),
            ],
            "host",
        ),
        ..NOTHING
    },
    Service {
        dataset: "microsoft.defender",
        has: &["ActionType", "DeviceName", "Timestamp"],
        time: &["Timestamp"],
        table: &[
            ("AccountName", To::Column(C::UserName)),
            ("ActionType", To::Column(C::EventAction)),
            ("DeviceName", To::Column(C::HostName)),
            ("FileName", To::Column(C::ProcessName)),
            ("FolderPath", To::Field("file.path")),
            ("InitiatingProcessCommandLine", To::Field("process.parent.command_line")),
            ("InitiatingProcessFileName", To::Field("process.parent.name")),
            ("LocalIP", To::Column(C::SourceIp)),
            ("LocalPort", To::Column(C::SourcePort)),
            ("ProcessCommandLine", To::Column(C::ProcessCommandLine)),
            ("ProcessId", To::Column(C::ProcessPid)),
            ("RemoteIP", To::Column(C::DestinationIp)),
            ("RemotePort", To::Column(C::DestinationPort)),
            ("RemoteUrl", To::Field("url.original")),
            ("SHA256", To::Field("file.hash.sha256")),
        ],
        outcome: &[Outcome::Ends("ActionType", &["failed", "blocked"], &["success", "created"])],
        category: Category::Begins(
            "ActionType",
            &[
                ("Process", "process"),
                ("File", "file"),
                ("Registry", "registry"),
                ("Logon", "authentication"),
                ("Connection", "network"),
                ("Antivirus", "malware"),
            ],
            "host",
        ),
        ..NOTHING
    },
    Service {
        dataset: "duo.authentication",
        has: &["factor", "result", "txid", "access_device.ip"],
        time: &["isotimestamp", "timestamp"],
        table: &[
            ("access_device.ip", To::Column(C::SourceIp)),
            ("application.name", To::Field("service.name")),
            ("factor", To::Field("duo.method")),
            ("reason", To::Field("event.reason")),
            ("user.name", To::Column(C::UserName)),
        ],
        outcome: &[Outcome::Ends("result", &["failure", "denied", "fraud"], &["success"])],
        category: Category::One("authentication"),
        ..NOTHING
    },
    Service {
        dataset: "bitdefender.event",
        has: &["module", "computer_name", "computer_ip"],
        time: &["timestamp", "created", "lastUpdate"],
        table: &[
            ("computer_ip", To::Field("host.ip")),
            ("computer_name", To::Column(C::HostName)),
            ("file_path", To::Field("file.path")),
            ("filePath", To::Field("file.path")),
            ("final_status", To::Column(C::EventAction)),
            ("malware_name", To::Field("rule.name")),
            ("module", To::Field("log.logger")),
            ("source_ip", To::Column(C::SourceIp)),
            ("user.name", To::Column(C::UserName)),
            ("userName", To::Column(C::UserName)),
        ],
        category: Category::Begins(
            "module",
            &[("av", "malware"), ("fw", "network"), ("uc", "web"), ("login", "authentication")],
            "intrusion_detection",
        ),
        ..NOTHING
    },
    Service {
        // As GravityZone sends them, one a call: addEvents of JSON-RPC.
        dataset: "bitdefender.event",
        has: &["method", "params.events.module"],
        time: &["params.events.timestamp", "params.events.created", "params.events.lastUpdate"],
        table: &[
            ("params.events.computer_ip", To::Field("host.ip")),
            ("params.events.computer_name", To::Column(C::HostName)),
            ("params.events.file_path", To::Field("file.path")),
            ("params.events.filePath", To::Field("file.path")),
            ("params.events.final_status", To::Column(C::EventAction)),
            ("params.events.malware_name", To::Field("rule.name")),
            ("params.events.module", To::Field("log.logger")),
            ("params.events.source_ip", To::Column(C::SourceIp)),
            ("params.events.user.name", To::Column(C::UserName)),
            ("params.events.userName", To::Column(C::UserName)),
        ],
        category: Category::Begins(
            "params.events.module",
            &[("av", "malware"), ("fw", "network"), ("uc", "web"), ("login", "authentication")],
            "intrusion_detection",
        ),
        ..NOTHING
    },
];

/// What sudo ran, or was asked to.
fn ran(fields: &Object<'_>, name: &'static str, event: &mut Event<'_>) {
    event.event_action = Some("sudo_command".into());
    if let Some(Value::List(words)) = fields.value(name) {
        let words: Vec<String> = words.iter().map(Value::to_string).collect();
        event.process_command_line = Some(words.join(" ").into());
    }
}

/// Whom somebody tried to be at authentik; the event's user is nobody then.
fn tried(fields: &Object<'_>, event: &mut Event<'_>) {
    if let Some(name) = fields.text("context.username").filter(|name| !name.is_empty()) {
        event.user_name = Some(name.to_owned().into());
    }
}
