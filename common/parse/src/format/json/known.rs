//! The services whose JSON is known, as data: one entry each.
//!
//! Okta's system log, Microsoft 365's unified audit, Entra ID's sign-ins as diagnostics and from
//! Graph, Google Workspace's activities, GitHub's audit log, GuardDuty, Route 53's resolver, AWS
//! WAF, Falco, Wazuh, osquery, Keycloak, Vault, MongoDB, Elasticsearch's audit log, Envoy,
//! Tetragon, Nextcloud. The names are those of the services' own documentation.
//!
//! What it does *not* know: how a table is applied ([`super::service`]).

use super::service::{Category, Level, NOTHING, Outcome, Service};
use crate::columns::To;
use common::event::Object;
use common::field::Column as C;

/// The service that an object comes from.
pub(super) fn of(fields: &Object<'_>) -> Option<&'static Service> {
    let all = |service: &&Service| service.has.iter().all(|name| fields.place(name).is_some());
    let others = super::application::SERVICES
        .iter()
        .chain(super::bastion::SERVICES)
        .chain(super::cloud::SERVICES)
        .chain(super::endpoint::SERVICES);
    SERVICES.iter().chain(others).find(all)
}

const FAILURES: &[&str] = &["failure", "failed", "fail", "false", "denied", "deny", "error"];
const SUCCESSES: &[&str] = &["success", "succeeded", "true", "allow", "granted"];

#[allow(clippy::too_many_lines, reason = "a flat list of services")]
static SERVICES: &[Service] = &[
    Service {
        dataset: "okta.system",
        has: &["eventType", "actor.alternateId", "outcome.result"],
        table: &[
            ("actor.alternateId", To::Column(C::UserName)),
            ("client.ipAddress", To::Column(C::SourceIp)),
            ("eventType", To::Column(C::EventAction)),
            ("outcome.reason", To::Field("event.reason")),
        ],
        outcome: &[Outcome::Ends("outcome.result", FAILURES, SUCCESSES)],
        category: Category::Begins(
            "eventType",
            &[
                ("user.session", "authentication"),
                ("user.authentication", "authentication"),
                ("user.mfa", "authentication"),
                ("policy.evaluate_sign_on", "authentication"),
            ],
            "iam",
        ),
        ..NOTHING
    },
    Service {
        dataset: "o365.audit",
        has: &["Operation", "RecordType", "Workload"],
        table: &[
            ("Operation", To::Column(C::EventAction)),
            ("UserAgent", To::Field("user_agent.original")),
            ("UserId", To::Column(C::UserName)),
        ],
        peers: ["ClientIP", ""],
        outcome: &[
            Outcome::Ends("Operation", &["loginfailed"], &["userloggedin"]),
            Outcome::Ends("ResultStatus", FAILURES, SUCCESSES),
        ],
        category: Category::Begins(
            "Operation",
            &[("UserLog", "authentication"), ("File", "file")],
            "configuration",
        ),
        ..NOTHING
    },
    Service {
        dataset: "azure.signinlogs",
        has: &["operationName", "resultType", "properties.userPrincipalName"],
        table: &[
            ("callerIpAddress", To::Column(C::SourceIp)),
            ("operationName", To::Column(C::EventAction)),
            ("properties.ipAddress", To::Column(C::SourceIp)),
            ("properties.userPrincipalName", To::Column(C::UserName)),
            ("resultDescription", To::Field("event.reason")),
        ],
        outcome: &[Outcome::Code("resultType", "0")],
        category: Category::One("authentication"),
        ..NOTHING
    },
    Service {
        dataset: "azure.signinlogs",
        has: &["userPrincipalName", "createdDateTime", "status.errorCode"],
        time: &["createdDateTime"],
        table: &[
            ("ipAddress", To::Column(C::SourceIp)),
            ("status.failureReason", To::Field("event.reason")),
            ("userPrincipalName", To::Column(C::UserName)),
        ],
        outcome: &[Outcome::Code("status.errorCode", "0")],
        category: Category::One("authentication"),
        ..NOTHING
    },
    Service {
        dataset: "google_workspace.activity",
        has: &["id.applicationName", "id.time", "actor.email"],
        time: &["id.time"],
        table: &[
            ("actor.email", To::Column(C::UserName)),
            ("events.name", To::Column(C::EventAction)),
            ("ipAddress", To::Column(C::SourceIp)),
        ],
        outcome: &[Outcome::Holds("events.name", "login_failure", "login_success")],
        category: Category::Begins("id.applicationName", &[("login", "authentication")], "iam"),
        ..NOTHING
    },
    Service {
        dataset: "github.audit",
        has: &["action", "actor", "_document_id"],
        table: &[
            ("action", To::Column(C::EventAction)),
            ("actor", To::Column(C::UserName)),
            ("actor_ip", To::Column(C::SourceIp)),
            ("user", To::Column(C::UserTargetName)),
        ],
        category: Category::One("configuration"),
        ..NOTHING
    },
    Service {
        dataset: "aws.guardduty",
        has: &["schemaVersion", "service.action.actionType", "type"],
        time: &["updatedAt", "createdAt"],
        table: &[
            (
                "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4",
                To::Column(C::SourceIp),
            ),
            (
                "service.action.networkConnectionAction.localPortDetails.port",
                To::Column(C::DestinationPort),
            ),
            ("service.action.networkConnectionAction.protocol", To::Lower(C::NetworkTransport)),
            (
                "service.action.networkConnectionAction.remoteIpDetails.ipAddressV4",
                To::Column(C::SourceIp),
            ),
            (
                "service.action.networkConnectionAction.remotePortDetails.port",
                To::Column(C::SourcePort),
            ),
            ("resource.accessKeyDetails.userName", To::Column(C::UserName)),
            ("title", To::Column(C::Message)),
            ("type", To::Field("rule.name")),
        ],
        outward: ("service.action.networkConnectionAction.connectionDirection", "OUTBOUND"),
        level: Level::Scale("severity", &[(7, 2), (4, 4), (1, 5)]),
        category: Category::One("intrusion_detection"),
        ..NOTHING
    },
    Service {
        dataset: "aws.route53_resolver",
        has: &["query_name", "query_timestamp", "srcaddr"],
        time: &["query_timestamp"],
        table: &[
            ("query_name", To::Field("dns.question.name")),
            ("query_type", To::Field("dns.question.type")),
            ("rcode", To::Field("dns.response_code")),
            ("srcaddr", To::Column(C::SourceIp)),
            ("srcport", To::Column(C::SourcePort)),
            ("transport", To::Lower(C::NetworkTransport)),
        ],
        category: Category::One("network"),
        ..NOTHING
    },
    Service {
        dataset: "aws.waf",
        has: &["webaclId", "httpRequest.clientIp", "action"],
        table: &[
            ("action", To::Lower(C::EventAction)),
            ("httpRequest.args", To::Field("url.query")),
            ("httpRequest.clientIp", To::Column(C::SourceIp)),
            ("httpRequest.httpMethod", To::Field("http.request.method")),
            ("httpRequest.uri", To::Field("url.path")),
            ("terminatingRuleId", To::Field("rule.name")),
        ],
        outcome: &[Outcome::Ends("action", &["block"], SUCCESSES)],
        category: Category::One("web"),
        ..NOTHING
    },
    Service {
        dataset: "falco.alert",
        has: &["rule", "priority", "output"],
        table: &[
            ("output", To::Column(C::Message)),
            ("output_fields.fd.cip", To::Column(C::SourceIp)),
            ("output_fields.fd.cport", To::Column(C::SourcePort)),
            ("output_fields.fd.sip", To::Column(C::DestinationIp)),
            ("output_fields.fd.sport", To::Column(C::DestinationPort)),
            ("output_fields.proc.cmdline", To::Column(C::ProcessCommandLine)),
            ("output_fields.proc.exepath", To::Column(C::ProcessExecutable)),
            ("output_fields.proc.name", To::Column(C::ProcessName)),
            ("output_fields.proc.pid", To::Column(C::ProcessPid)),
            ("output_fields.user.name", To::Column(C::UserName)),
            ("rule", To::Field("rule.name")),
        ],
        level: Level::Word("priority"),
        category: Category::One("intrusion_detection"),
        ..NOTHING
    },
    Service {
        dataset: "wazuh.alert",
        has: &["rule.level", "rule.id", "rule.description", "agent.id"],
        table: &[
            ("data.dstip", To::Column(C::DestinationIp)),
            ("data.dstport", To::Column(C::DestinationPort)),
            ("data.srcuser", To::Column(C::UserName)),
            ("data.dstuser", To::Column(C::UserName)),
            ("predecoder.program_name", To::Column(C::ProcessName)),
            ("rule.description", To::Field("rule.name")),
        ],
        level: Level::Scale("rule.level", &[(12, 2), (7, 4), (4, 5), (0, 6)]),
        outcome: &[Outcome::Holds(
            "rule.groups",
            "authentication_failed",
            "authentication_success",
        )],
        category: Category::One("intrusion_detection"),
        ..NOTHING
    },
    Service {
        dataset: "osquery.result",
        has: &["hostIdentifier", "calendarTime", "unixTime", "name"],
        time: &["unixTime"],
        table: &[
            ("action", To::Column(C::EventAction)),
            ("columns.cmdline", To::Column(C::ProcessCommandLine)),
            ("columns.pid", To::Column(C::ProcessPid)),
            ("hostIdentifier", To::Column(C::HostName)),
        ],
        category: Category::One("host"),
        ..NOTHING
    },
    Service {
        dataset: "keycloak.event",
        has: &["type", "realmId", "clientId", "ipAddress"],
        table: &[
            ("details.username", To::Column(C::UserName)),
            ("error", To::Field("event.reason")),
            ("ipAddress", To::Column(C::SourceIp)),
            ("type", To::Column(C::EventAction)),
        ],
        outcome: &[Outcome::Ends("type", &["_error"], &[]), Outcome::Success],
        category: Category::One("authentication"),
        ..NOTHING
    },
    Service {
        dataset: "vault.audit",
        has: &["type", "request.operation", "request.path", "request.id"],
        table: &[
            ("error", To::Field("event.reason")),
            ("request.operation", To::Column(C::EventAction)),
            ("request.remote_address", To::Column(C::SourceIp)),
            ("request.remote_port", To::Column(C::SourcePort)),
        ],
        outcome: &[Outcome::Error("error"), Outcome::Ends("type", &[], &["response"])],
        category: Category::Begins("request.path", &[("auth/", "authentication")], "database"),
        ..NOTHING
    },
    Service {
        dataset: "mongodb.log",
        has: &["t.$date", "s", "c", "ctx", "msg"],
        table: &[("attr.user", To::Column(C::UserName)), ("id", To::Column(C::EventCode))],
        level: Level::Letters("s", &[("F", 2), ("E", 3), ("W", 4), ("I", 6), ("D", 7)]),
        outcome: &[Outcome::Ends(
            "msg",
            &["authentication failed", "checking authorization failed"],
            &["authentication succeeded", "successfully authenticated"],
        )],
        category: Category::Begins(
            "msg",
            &[
                ("Authentication", "authentication"),
                ("Successfully authenticated", "authentication"),
                ("Connection", "network"),
            ],
            "database",
        ),
        ..NOTHING
    },
    Service {
        dataset: "elasticsearch.audit",
        has: &["event.action", "origin.type", "origin.address"],
        table: &[("request.method", To::Field("http.request.method"))],
        peers: ["origin.address", ""],
        outcome: &[Outcome::Ends(
            "event.action",
            &["failed", "denied", "tampered_request"],
            &["success", "granted"],
        )],
        category: Category::Begins(
            "event.action",
            &[("authentication", "authentication"), ("anonymous", "authentication")],
            "database",
        ),
        ..NOTHING
    },
    Service {
        dataset: "envoy.access",
        has: &["response_code", "response_flags", "start_time"],
        time: &["start_time"],
        table: &[
            ("authority", To::Field("url.domain")),
            ("bytes_received", To::Field("http.request.body.bytes")),
            ("bytes_sent", To::Field("http.response.body.bytes")),
            ("path", To::Url),
            ("response_code", To::Field("http.response.status_code")),
        ],
        peers: ["downstream_remote_address", "downstream_local_address"],
        outcome: &[Outcome::Status("response_code")],
        category: Category::One("web"),
        ..NOTHING
    },
    Service {
        dataset: "tetragon.exec",
        has: &["process_exec.process.binary", "node_name"],
        table: &[
            ("node_name", To::Column(C::HostName)),
            ("process_exec.parent.binary", To::Field("process.parent.executable")),
            ("process_exec.parent.pid", To::Field("process.parent.pid")),
            ("process_exec.process.arguments", To::Field("process.args")),
            ("process_exec.process.binary", To::Column(C::ProcessExecutable)),
            ("process_exec.process.cwd", To::Field("process.working_directory")),
            ("process_exec.process.pid", To::Column(C::ProcessPid)),
        ],
        command: ["process_exec.process.binary", "process_exec.process.arguments"],
        category: Category::One("process"),
        ..NOTHING
    },
    Service {
        dataset: "nextcloud.log",
        has: &["reqId", "level", "app", "remoteAddr"],
        level: Level::Scale("level", &[(4, 2), (3, 3), (2, 4), (1, 6), (0, 7)]),
        ..NOTHING
    },
];
