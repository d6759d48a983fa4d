//! The table of names: what each means, and how near it is to ECS.
//!
//! What it does *not* know: values.

use super::{Further, Meaning};
use common::field::Column;

/// The meaning of a name, and its rank among the names of that meaning: 0 is the ECS name.
#[allow(clippy::too_many_lines, reason = "a flat list of names")]
pub(crate) fn meaning(name: &str) -> Option<(Meaning, u8)> {
    use Column as C;
    let column = |column, rank| Some((Meaning::Column(column), rank));
    let further = |field| Some((Meaning::Field(field), 1));
    match name {
        "@timestamp" => Some((Meaning::Time, 0)),
        "timestamp" => Some((Meaning::Time, 1)),
        "time" => Some((Meaning::Time, 2)),
        "ts" => Some((Meaning::Time, 3)),
        "datetime" | "eventTime" | "event_time" | "eventtime" | "t" | "asctime" | "t.$date"
        | "started_at" | "EdgeStartTimestamp" | "timeUnixNano" | "CreationTime" | "published"
        | "time_local" | "time_iso8601" | "TimeGenerated" | "timeGenerated" | "created_at"
        | "date" | "@t" => Some((Meaning::Time, 4)),
        "log.level" | "levelName" | "level_name" => Some((Meaning::Level, 1)),
        "level" => Some((Meaning::Level, 2)),
        "severity" => Some((Meaning::Level, 3)),
        "lvl" | "levelname" => Some((Meaning::Level, 4)),
        "message" => column(C::Message, 0),
        "msg" => column(C::Message, 1),
        "MESSAGE" => column(C::Message, 2),
        "log" | "short_message" | "textPayload" | "displayMessage" | "full_log" | "@m" => {
            column(C::Message, 3)
        }
        "host.name" => column(C::HostName, 0),
        "host.hostname" => column(C::HostName, 1),
        "hostname" => column(C::HostName, 2),
        "host" => column(C::HostName, 3),
        "agent.name" | "sensor" => column(C::HostName, 4),
        "process.name" => column(C::ProcessName, 0),
        "log.syslog.appname" => column(C::ProcessName, 1),
        "program" | "app" | "appname" => column(C::ProcessName, 2),
        "process.pid" => column(C::ProcessPid, 0),
        "pid" => column(C::ProcessPid, 1),
        "process.executable" => column(C::ProcessExecutable, 0),
        "process.command_line" => column(C::ProcessCommandLine, 0),
        "user.name" => column(C::UserName, 0),
        "user" | "username" => column(C::UserName, 1),
        "user_name" | "userName" | "login" | "User" | "uname" | "remote_user" | "user.username" => {
            column(C::UserName, 2)
        }
        "UserId"
        | "actor.alternateId"
        | "attr.principalName"
        | "auth.display_name"
        | "data.dstuser"
        | "protoPayload.authenticationInfo.principalEmail" => column(C::UserName, 3),
        "user.target.name" => column(C::UserTargetName, 0),
        "source.ip" => column(C::SourceIp, 0),
        "src_ip" => column(C::SourceIp, 1),
        "client_ip" | "remote_addr" | "remote_ip" | "clientip" => column(C::SourceIp, 2),
        "remoteAddr" | "remoteAddress" | "remote_address" | "remote" | "clientIp" | "clientIP"
        | "ClientIP" | "client_addr" | "clientAddress" | "ipAddress" | "ip_address" | "ip"
        | "ip_addr" | "fwd" | "remote-addr" | "peer_ip" | "visitor_ip" | "remip" | "client.ip"
        | "client.address" | "request_ip" | "source_ip" | "sourceIp" | "sourceIP" => {
            column(C::SourceIp, 3)
        }
        "attr.client"
        | "attr.remote"
        | "client.ipAddress"
        | "clientRealIp"
        | "data.srcip"
        | "httpRequest.remoteIp"
        | "protoPayload.requestMetadata.callerIp"
        | "req.remoteAddress"
        | "request.remote_address"
        | "ActorIpAddress"
        | "remote_host" => column(C::SourceIp, 4),
        "source.port" => column(C::SourcePort, 0),
        "src_port" => column(C::SourcePort, 1),
        "source_port" | "client_port" | "remote_port" | "client.port" | "clientPort"
        | "data.srcport" | "req.remotePort" => column(C::SourcePort, 2),
        "destination.ip" => column(C::DestinationIp, 0),
        "dst_ip" | "dest_ip" | "destination_ip" => column(C::DestinationIp, 1),
        "destination.port" => column(C::DestinationPort, 0),
        "dst_port" | "dest_port" | "destination_port" => column(C::DestinationPort, 1),
        "network.transport" => column(C::NetworkTransport, 0),
        "proto" => column(C::NetworkTransport, 1),
        "method"
        | "http_method"
        | "request_method"
        | "httpMethod"
        | "req.method"
        | "httpRequest.requestMethod"
        | "ClientRequestMethod" => further(Further::Method),
        "status" | "status_code" | "statusCode" | "http_status" | "httpStatus" | "http_code"
        | "response_status" | "res.statusCode" | "httpRequest.status" | "EdgeResponseStatus" => {
            further(Further::Status)
        }
        "path"
        | "uri"
        | "request_uri"
        | "http_path"
        | "path_info"
        | "target_uri"
        | "req.url"
        | "url"
        | "requestUri"
        | "httpRequest.requestUrl"
        | "ClientRequestURI" => further(Further::Path),
        "user_agent"
        | "userAgent"
        | "ua"
        | "http_user_agent"
        | "request_user_agent"
        | "req.headers.user-agent"
        | "httpRequest.userAgent"
        | "client.userAgent.rawUserAgent"
        | "protoPayload.requestMetadata.callerSuppliedUserAgent"
        | "ClientRequestUserAgent" => further(Further::Agent),
        "request" => further(Further::Request),
        "http_referer" | "request_referer" => further(Further::Referrer),
        "http_host" => further(Further::Domain),
        "body_bytes_sent" | "response_body_size" => further(Further::Bytes),
        "protocol" => further(Further::Protocol),
        "event.dataset" => column(C::Dataset, 0),
        "event.category" => column(C::EventCategory, 0),
        "event.action" => column(C::EventAction, 0),
        "event.outcome" => column(C::EventOutcome, 0),
        "event.code" => column(C::EventCode, 0),
        "log.syslog.facility.code" => column(C::LogFacility, 0),
        "log.syslog.severity.code" => column(C::LogSeverity, 0),
        _ => None,
    }
}
