//! What stands before machines and lets people in, as [`super::known`] has other services: one entry each.
//!
//! Teleport's audit log. The names are those of its own documentation.
//!
//! What it does *not* know: how a table is applied ([`super::service`]).

use super::service::{Category, NOTHING, Outcome, Service};
use crate::columns::To;
use common::field::Column as C;

pub(super) static SERVICES: &[Service] = &[Service {
    dataset: "teleport.audit",
    has: &["ei", "event", "code", "uid"],
    time: &["time"],
    table: &[
        ("code", To::Column(C::EventCode)),
        ("command", To::Column(C::ProcessCommandLine)),
        ("db_name", To::Field("db.name")),
        ("error", To::Field("event.reason")),
        ("event", To::Column(C::EventAction)),
        ("exitCode", To::Field("process.exit_code")),
        ("login", To::Column(C::UserTargetName)),
        ("path", To::Field("file.path")),
        ("pid", To::Column(C::ProcessPid)),
        ("program", To::Column(C::ProcessName)),
        ("server_hostname", To::Column(C::HostName)),
        ("user", To::Column(C::UserName)),
    ],
    peers: ["addr.remote", "addr.local"],
    // A code ends in its level: information, a warning, an error.
    outcome: &[
        Outcome::Holds("success", "false", "true"),
        Outcome::Ends("code", &["e", "w"], &["i"]),
    ],
    category: Category::Begins(
        "event",
        &[
            ("user.login", "authentication"),
            ("auth", "authentication"),
            ("session", "session"),
            ("exec", "process"),
            ("scp", "file"),
            ("sftp", "file"),
            ("db.session", "database"),
            ("app.session", "web"),
            ("windows.desktop.session", "session"),
            ("user.", "iam"),
            ("role.", "iam"),
        ],
        "configuration",
    ),
    ..NOTHING
}];
