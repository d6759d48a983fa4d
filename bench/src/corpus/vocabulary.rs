//! Which fields of the hub mean what, and which of our fields has to hold the same value.
//!
//! The table is the measure, so it is written from the names alone, before any value is looked
//! at. A name that is not here (byte counts, rule texts, parts of a path) is not measured.
//!
//! What it does *not* know: lines, events.

/// What a field of the hub is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The peer's address.
    SourceAddress,
    /// The peer's port.
    SourcePort,
    /// A user's name.
    User,
    /// The program that logged.
    Program,
    /// The status of an HTTP response.
    Status,
    /// The method of an HTTP request.
    Method,
    /// What an HTTP request asks for.
    Path,
    /// A protocol, or a version of HTTP.
    Protocol,
    /// The time of the event.
    Timestamp,
    /// The host that logged.
    Host,
    /// The program's process id.
    Pid,
    /// The address at the other end.
    DestinationAddress,
    /// The port at the other end.
    DestinationPort,
    /// The user agent.
    Agent,
}

impl Subject {
    /// Every subject in the order of the report.
    pub const ALL: &'static [Subject] = &[
        Subject::SourceAddress,
        Subject::SourcePort,
        Subject::User,
        Subject::Program,
        Subject::Status,
        Subject::Method,
        Subject::Path,
        Subject::Protocol,
        Subject::Timestamp,
        Subject::Host,
        Subject::Pid,
        Subject::DestinationAddress,
        Subject::DestinationPort,
        Subject::Agent,
    ];

    /// The name in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Subject::SourceAddress => "source address",
            Subject::SourcePort => "source port",
            Subject::User => "user",
            Subject::Program => "program",
            Subject::Status => "status",
            Subject::Method => "method",
            Subject::Path => "path",
            Subject::Protocol => "protocol",
            Subject::Timestamp => "timestamp",
            Subject::Host => "host",
            Subject::Pid => "process id",
            Subject::DestinationAddress => "destination address",
            Subject::DestinationPort => "destination port",
            Subject::Agent => "user agent",
        }
    }

    /// Whether it belongs to the nine subjects that the goal names.
    #[must_use]
    pub fn is_goal(self) -> bool {
        self <= Subject::Timestamp
    }

    /// Our fields of which one must have the value.
    #[must_use]
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Subject::SourceAddress => &["source.ip"],
            Subject::SourcePort => &["source.port"],
            Subject::User => {
                &["user.name", "user.target.name", "email.from.address", "email.to.address"]
            }
            Subject::Program => &["process.name"],
            Subject::Status => &["http.response.status_code"],
            Subject::Method => &["http.request.method"],
            Subject::Path => &["url.original", "url.path"],
            Subject::Protocol => &["network.transport", "network.protocol", "http.version"],
            Subject::Timestamp => &["@timestamp"],
            Subject::Host => &["host.name"],
            Subject::Pid => &["process.pid"],
            Subject::DestinationAddress => &["destination.ip"],
            Subject::DestinationPort => &["destination.port"],
            Subject::Agent => &["user_agent.original"],
        }
    }
}

/// (names of the hub, what they mean)
const NAMES: &[(&[&str], Subject)] = &[
    (
        &[
            "source_ip",
            "src_ip",
            "remote_addr",
            "remote_ip",
            "client_ip",
            "clientip",
            "sshd_client_ip",
            "dovecot_remote_ip",
            "cas_client_ip",
            "ip_source",
            "sourcehost",
            "amavis_relay_ip",
            "remip",
        ],
        Subject::SourceAddress,
    ),
    (&["source_port", "src_port", "remote_port", "client_port", "clientport"], Subject::SourcePort),
    (
        &[
            "user",
            "username",
            "target_user",
            "source_user",
            "dovecot_user",
            "sshd_invalid_user",
            "cas_invalid_user",
            "pgsql_user",
            "pgsql_target_user",
            "remote_user",
            "auth",
            "login",
            "admin_user",
        ],
        Subject::User,
    ),
    (&["program"], Subject::Program),
    (&["status", "http_status", "http_status_code", "http_code", "response"], Subject::Status),
    (&["verb", "http_verb", "method", "http_method"], Subject::Method),
    (&["request", "http_path", "path", "http_request", "targeturi", "target_uri"], Subject::Path),
    (&["protocol", "proto", "http_version", "httpversion"], Subject::Protocol),
    (
        &["MarshaledTime", "timestamp", "timestamp8601", "time_local", "accept_date"],
        Subject::Timestamp,
    ),
    (&["machine", "logsource"], Subject::Host),
    (&["pid", "PID"], Subject::Pid),
    (&["dst_ip", "dest_ip", "destination_ip", "server_ip"], Subject::DestinationAddress),
    (
        &["dst_port", "dest_port", "destination_port", "server_port", "target_port"],
        Subject::DestinationPort,
    ),
    (&["http_user_agent", "user_agent", "agent"], Subject::Agent),
];

/// What a field of the hub is about, if it is measured.
#[must_use]
pub fn subject(key: &str) -> Option<Subject> {
    NAMES.iter().find(|(names, _)| names.contains(&key)).map(|(_, subject)| *subject)
}
