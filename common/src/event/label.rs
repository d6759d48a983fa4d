//! Logsource labels of an event, from its own columns alone.
//!
//! A label is `product/category/service`, parts that do not apply left empty. An event may carry
//! several. The tables below are the data; one line a dataset or program.
//!
//! What it does *not* know: rules. A rule applies when one label equals every part it names.

use super::Event;
use super::value::ValueRef;
use super::windows::WindowsEvent;
use std::borrow::Cow;
use std::sync::LazyLock;

/// (what `event.dataset` is, labels), sorted.
const DATASETS: &[(&str, &str)] = &[
    ("agent.dns_query", "linux/dns_query/"),
    ("agent.driver_load", "linux/driver_load/"),
    ("agent.file_access", "linux/file_access/"),
    ("agent.file_change", "linux/file_change/"),
    ("agent.file_delete", "linux/file_delete/"),
    ("agent.file_event", "linux/file_event/"),
    ("agent.network_connection", "linux/network_connection/"),
    ("agent.process_access", "linux/process_access/"),
    ("agent.process_creation", "linux/process_creation/"),
    ("agent.process_termination", "linux/process_termination/"),
    ("apache.access", "apache/webserver/ /webserver/"),
    ("apache.error", "apache//apache"),
    ("aws.cloudfront", "/webserver/"),
    ("aws.cloudtrail", "aws//cloudtrail"),
    ("aws.elb", "/webserver/"),
    ("aws.vpcflow", "/firewall/"),
    ("caddy.access", "/webserver/"),
    ("cisco.asa", "/firewall/ cisco//syslog"),
    ("cisco.ios", "cisco//aaa cisco//bgp cisco//ldp cisco//syslog"),
    ("envoy.access", "/webserver/"),
    ("fortinet.firewall", "fortigate//event /firewall/"),
    ("haproxy.http", "/webserver/"),
    ("iis.httperr", "/webserver/"),
    ("kubernetes.audit", "kubernetes/application/audit"),
    ("linux.auditd", "linux//auditd"),
    ("linux.netfilter", "/firewall/ linux//syslog"),
    ("modsecurity.audit", "modsecurity/application/"),
    ("nginx.access", "nginx/webserver/ /webserver/"),
    ("nginx.error", "nginx//nginx"),
    ("panw.threat", "paloalto/firewall/ /firewall/"),
    ("panw.traffic", "paloalto/firewall/ /firewall/"),
    ("pf.filterlog", "/firewall/"),
    ("sonicwall.firewall", "/firewall/"),
    ("sophos.firewall", "/firewall/"),
    ("squid.access", "/proxy/"),
    ("squidguard.block", "/proxy/"),
    ("traefik.access", "/webserver/"),
    ("uwsgi.access", "/webserver/"),
    ("w3c.access", "/webserver/ /proxy/"),
    ("web.access", "/webserver/"),
    ("windows.dns_server", "/dns/"),
    ("windows.firewall", "/firewall/"),
    ("zeek.conn", "zeek//conn"),
    ("zeek.dce_rpc", "zeek//dce_rpc"),
    ("zeek.dns", "zeek//dns /dns/"),
    ("zeek.files", "zeek//files"),
    ("zeek.http", "zeek//http"),
    ("zeek.kerberos", "zeek//kerberos"),
    ("zeek.ntlm", "zeek//ntlm"),
    ("zeek.rdp", "zeek//rdp"),
    ("zeek.smb_files", "zeek//smb_files"),
    ("zeek.ssl", "zeek//ssl"),
    ("zeek.x509", "zeek//x509"),
];

/// (program, labels), the most frequent first. Programs that are not here have syslog's alone.
const PROGRAMS: &[(&str, &str)] = &[
    ("sshd", SSH),
    ("sshd-session", SSH),
    ("sudo", "linux//auth linux//sudo linux//syslog"),
    ("su", ACCOUNT),
    ("login", ACCOUNT),
    ("systemd-logind", ACCOUNT),
    ("dropbear", ACCOUNT),
    ("polkitd", ACCOUNT),
    ("useradd", ACCOUNT),
    ("usermod", ACCOUNT),
    ("userdel", ACCOUNT),
    ("newusers", ACCOUNT),
    ("groupadd", ACCOUNT),
    ("groupmod", ACCOUNT),
    ("groupdel", ACCOUNT),
    ("gpasswd", ACCOUNT),
    ("passwd", ACCOUNT),
    ("chpasswd", ACCOUNT),
    ("chage", ACCOUNT),
    ("chsh", ACCOUNT),
    ("chfn", ACCOUNT),
    ("vipw", ACCOUNT),
    ("cron", CRON),
    ("CRON", CRON),
    ("crond", CRON),
    ("crontab", CRON),
    ("vsftpd", "linux//vsftpd linux//syslog"),
    ("guacd", "linux//guacamole linux//syslog"),
    ("apache-guacamole", "linux//guacamole linux//syslog"),
    ("clamd", ANTIVIRUS),
    ("clamscan", ANTIVIRUS),
    ("clamav-milter", ANTIVIRUS),
    ("named", DNS),
    ("unbound", DNS),
    ("dnsmasq", DNS),
    ("pihole-FTL", DNS),
    ("pdns_recursor", DNS),
    ("pdns_server", DNS),
];

const SSH: &str = "linux//auth linux//sshd linux//syslog";
const ACCOUNT: &str = "linux//auth linux//syslog";
const CRON: &str = "linux//cron linux//syslog";
const ANTIVIRUS: &str = "/antivirus/ linux//clamav linux//syslog";
const DNS: &str = "/dns/ linux//syslog";

/// For each first byte, the lengths of the programs that begin with it, a bit each.
const LENGTHS: [u32; 256] = {
    let mut lengths = [0; 256];
    let mut nth = 0;
    while nth < PROGRAMS.len() {
        let name = PROGRAMS[nth].0.as_bytes();
        lengths[name[0] as usize] |= 1 << name.len();
        nth += 1;
    }
    lengths
};

/// The labels of a program whose dataset begins with `linux.`: syslog's, whatever wrote it.
fn linux(program: &str) -> &'static str {
    let lengths = program.bytes().next().map_or(0, |first| LENGTHS[usize::from(first)]);
    let length = u32::try_from(program.len()).unwrap_or(u32::MAX);
    let may_be_known = lengths.checked_shr(length).is_some_and(|bits| bits & 1 != 0);
    let mut known = PROGRAMS.iter().filter(|_| may_be_known);
    known.find(|(name, _)| *name == program).map_or("linux//syslog", |(_, labels)| labels)
}

/// The labels of a line of siemagent with this category; empty when none apply.
#[must_use]
pub fn agent_labels(category: &str) -> &'static str {
    let own = |(name, _): &&(&str, &str)| name.strip_prefix("agent.") == Some(category);
    DATASETS.iter().find(own).map_or("", |(_, labels)| labels)
}

/// The program of a process name: `sshd` of `sshd(pam_unix)`, where a module spoke for it.
#[must_use]
pub fn program(process_name: &str) -> &str {
    let Some(inner) = process_name.strip_suffix(')') else { return process_name };
    match inner.bytes().position(|byte| byte == b'(') {
        Some(open) if open > 0 => &process_name[..open],
        _ => process_name,
    }
}

/// How many places the table by a few bytes of its names has, as a power of two.
const BITS: u32 = 10;

/// The table by a few bytes of its names: every event asks for its dataset.
struct Index {
    seed: u32,
    /// Places in [`DATASETS`] from 1; 0 where nothing is.
    places: [u8; 1 << BITS],
}

/// `None` if no seed tells all names apart; a test sees that one does.
static INDEX: LazyLock<Option<Index>> = LazyLock::new(|| (1..1_000).find_map(index));

fn index(seed: u32) -> Option<Index> {
    let mut index = Index { seed, places: [0; 1 << BITS] };
    for (nth, (name, _)) in DATASETS.iter().enumerate() {
        let place = &mut index.places[slot(name, seed)?];
        if *place != 0 {
            return None;
        }
        *place = u8::try_from(nth + 1).ok()?;
    }
    Some(index)
}

fn slot(name: &str, seed: u32) -> Option<usize> {
    let bytes = name.as_bytes();
    let first = u32::from_le_bytes(*bytes.first_chunk()?);
    let last = u32::from_le_bytes(*bytes.last_chunk()?);
    let middle = u32::from(bytes[bytes.len() / 2]);
    let sum =
        first.rotate_left(7) ^ last ^ middle.rotate_left(13) ^ u32::try_from(bytes.len()).ok()?;
    let mixed = sum.wrapping_mul(seed.wrapping_mul(0x9e37_79b9) | 1);
    usize::try_from(mixed >> (32 - BITS)).ok()
}

/// The labels of a dataset that the table has.
fn of(dataset: &str) -> Option<&'static str> {
    let Some(index) = INDEX.as_ref() else {
        return DATASETS.iter().find(|(name, _)| *name == dataset).map(|(_, labels)| *labels);
    };
    let place = usize::from(index.places[slot(dataset, index.seed)?]);
    let (name, labels) = DATASETS.get(place.checked_sub(1)?)?;
    (*name == dataset).then_some(labels)
}

/// The labels of an event, joined by single spaces; empty when none apply.
#[must_use]
pub fn labels<'a>(event: &Event<'_>) -> Cow<'a, str> {
    let windows = windows(event);
    if !windows.is_empty() {
        return Cow::Borrowed(windows);
    }
    let Some(dataset) = event.dataset.as_deref() else { return Cow::Borrowed("") };
    Cow::Borrowed(match of(dataset) {
        Some(labels) => labels,
        None if dataset.starts_with("linux.") => {
            linux(program(event.process_name.as_deref().unwrap_or_default()))
        }
        None => "",
    })
}

/// The labels of a Windows event, wherever its header stands.
fn windows(event: &Event<'_>) -> &'static str {
    if event.original.is_empty() && event.ext.is_empty() {
        return "";
    }
    // The names are looked for as they are: this is asked of every event.
    let own = |name: &'static str| {
        event.original.known(name).or_else(|| event.ext.get(name).map(ValueRef::from))
    };
    let id = match own("EventID") {
        Some(ValueRef::Int(id)) => Some(id),
        Some(ValueRef::Text(id)) => id.parse().ok(),
        _ => return "",
    };
    let text = |name: &'static str| match own(name) {
        Some(ValueRef::Text(text)) => Some(text),
        _ => None,
    };
    let provider = text("Provider_Name").or_else(|| text("SourceName"));
    let event_type = text("EventType");
    WindowsEvent { channel: text("Channel"), id, provider, event_type }.labels()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dataset: &'static str, process: &'static str) -> Cow<'static, str> {
        let event = Event {
            dataset: Some(dataset.into()),
            process_name: Some(process.into()),
            ..Event::default()
        };
        labels(&event)
    }

    #[test]
    fn a_module_speaks_for_its_program() {
        assert_eq!(of("linux.syslog", "sshd(pam_unix)"), "linux//auth linux//sshd linux//syslog");
        assert_eq!(of("linux.journald", "CRON"), "linux//cron linux//syslog");
        assert_eq!(of("linux.syslog", "kernel"), "linux//syslog");
        for account in ["gpasswd", "chage", "groupdel", "chpasswd"] {
            assert_eq!(of("linux.syslog", account), "linux//auth linux//syslog", "{account}");
        }
        assert_eq!(of("linux.syslog", "unbound"), "/dns/ linux//syslog");
        assert_eq!(of("cisco.asa", ""), "/firewall/ cisco//syslog");
        assert_eq!((program("(x)"), program("a(b"), program("a(b)")), ("(x)", "a(b", "a"));
    }

    #[test]
    fn each_dataset_is_found_at_once() {
        assert!(INDEX.is_some(), "two names look alike: compare more of their bytes");
        for (name, labels) in DATASETS {
            assert_eq!(super::of(name), Some(*labels), "{name}");
        }
        for name in ["", "aws", "zeek.", "zeek.connection", "zzzz.conn"] {
            assert_eq!(super::of(name), None, "{name}");
        }
    }

    #[test]
    fn other_datasets() {
        assert!(DATASETS.is_sorted_by(|one, next| one.0 < next.0));
        assert_eq!(of("nginx.access", "sshd"), "nginx/webserver/ /webserver/");
        assert_eq!(of("agent.process_creation", "sshd"), "linux/process_creation/");
        assert_eq!(of("something.else", "sshd"), "");
        assert_eq!(labels(&Event::default()), "");
    }
}
