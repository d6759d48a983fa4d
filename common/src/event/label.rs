//! Logsource labels of an event, from its own columns alone.
//!
//! A label is `product/category/service`, parts that do not apply left empty. An event may carry
//! several. The table below is the data; one line a dataset or program.
//!
//! What it does *not* know: rules. A rule applies when one label equals every part it names.

use super::Event;
use std::borrow::Cow;

/// (what `event.dataset` starts with, program or "", labels)
const TABLE: &[(&str, &str, &str)] = &[
    ("linux.", "sshd", "linux//auth linux//sshd linux//syslog"),
    ("linux.", "sshd-session", "linux//auth linux//sshd linux//syslog"),
    ("linux.", "sudo", "linux//auth linux//sudo linux//syslog"),
    ("linux.", "su", "linux//auth linux//syslog"),
    ("linux.", "login", "linux//auth linux//syslog"),
    ("linux.", "systemd-logind", "linux//auth linux//syslog"),
    ("linux.", "useradd", "linux//auth linux//syslog"),
    ("linux.", "usermod", "linux//auth linux//syslog"),
    ("linux.", "passwd", "linux//auth linux//syslog"),
    ("linux.", "cron", "linux//cron linux//syslog"),
    ("linux.", "CRON", "linux//cron linux//syslog"),
    ("linux.", "crond", "linux//cron linux//syslog"),
    ("linux.", "crontab", "linux//cron linux//syslog"),
    ("linux.", "vsftpd", "linux//vsftpd linux//syslog"),
    ("linux.", "guacd", "linux//guacamole linux//syslog"),
    ("linux.", "clamd", "linux//clamav linux//syslog"),
    ("linux.", "", "linux//syslog"),
    ("apache.access", "", "apache/webserver/ /webserver/"),
    ("nginx.access", "", "nginx/webserver/ /webserver/"),
    ("web.access", "", "/webserver/"),
];

/// The labels of an event, joined by single spaces; empty when none apply.
#[must_use]
pub fn labels<'a>(event: &Event<'_>) -> Cow<'a, str> {
    let Some(dataset) = event.dataset.as_deref() else { return Cow::Borrowed("") };
    let process = event.process_name.as_deref().unwrap_or_default();
    let line = TABLE.iter().find(|(prefix, program, _)| {
        dataset.starts_with(prefix) && (program.is_empty() || *program == process)
    });
    Cow::Borrowed(line.map_or("", |(_, _, labels)| labels))
}
