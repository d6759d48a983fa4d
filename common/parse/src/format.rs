//! The list of log formats: one line here and one file beside this one for each.
//!
//! A format reads a text into an event: a line, what stands after another format's header
//! (a *payload*), or the fields of a JSON object. It either understands the text and fills the
//! event, or *misses* and leaves the event as it was, saying at which column and what it looked for.
//! Written by hand, they cost a twentieth of a regular expression with captures.
//!
//! The order of the list is the order in which formats are tried on a line of a source whose
//! format is not known yet; no line that one of them takes is meant for a later one. A format
//! says which bytes its texts begin with, so that a list of many costs no more than one of few.
//!
//! What it does *not* know: which format a source has ([`crate::parser`] remembers it), helpers.

mod access;
mod agent;
mod appliance;
mod apt;
mod auditd;
mod aws;
mod cef;
pub(crate) mod cisco;
mod compose;
mod dmesg;
mod docker;
mod elb;
mod envoy;
mod error;
mod eve;
mod filterlog;
mod gitlab;
mod haproxy;
mod iso;
mod journald;
mod json;
mod json_cut;
mod klog;
mod kubernetes;
mod laurel;
mod leef;
mod logfmt;
mod macos;
mod modsecurity;
mod modsecurity_native;
mod mysql;
mod mysql_general;
mod name;
mod netfilter;
mod nps;
mod otel;
mod paloalto;
mod postgres;
mod priority;
mod rfc3164;
mod rfc5424;
mod s3;
mod samba;
mod servicing;
mod set;
mod snort;
mod spec;
mod squid;
mod squidguard;
mod ssl_request;
mod stamped;
mod tcpdump;
mod uwsgi;
mod vpcflow;
mod w3c;
mod web_json;
mod windhcp;
mod windns;
mod windows;
mod windows_event;
mod windows_text;
mod windows_xml;
mod zeek;

pub(crate) use json::object;
pub(crate) use logfmt::inside as pairs_inside;
pub use name::UnknownFormat;
pub(crate) use set::Candidates;
pub use spec::Miss;
pub(crate) use spec::{Found, Next, Reads, Spec};

macro_rules! formats {
    ($(#[doc = $doc:literal] $variant:ident $name:literal $spec:path;)*) => {
        /// A log format.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Format { $(#[doc = $doc] $variant),* }

        impl Format {
            /// Every format, in the order in which they are tried.
            pub const ALL: &'static [Format] = &[$(Format::$variant),*];

            /// The name, as `-F` takes it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Format::$variant => $name),* }
            }

            /// What it is, in one line.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Format::$variant => $doc.trim_ascii()),* }
            }
        }

        /// How each format is read, in the same order.
        const LIST: [Spec; COUNT] = [$($spec),*];
    };
}

formats! {
    /// BSD syslog, RFC 3164, with or without priority, host and tag
    Rfc3164 "rfc3164" rfc3164::SPEC;
    /// the unified log of macOS as text: log show, default and compact
    MacosText "macos-text" macos::TEXT;
    /// the kernel's ring buffer: dmesg; journalctl -o short-monotonic
    Dmesg "dmesg" dmesg::SPEC;
    /// syslog lines with an ISO 8601 stamp
    Iso "iso" iso::SPEC;
    /// the syslog protocol, RFC 5424, with structured data
    Rfc5424 "rfc5424" rfc5424::SPEC;
    /// lines of containers as Kubernetes keeps them (CRI); what they hold is read as well
    Cri "cri" kubernetes::CRI;
    /// lines of containers that Docker keeps in parts, because they are long
    DockerParts "docker-parts" docker::PARTS;
    /// the Linux audit log, records joined by serial
    Auditd "auditd" auditd::SPEC;
    /// access logs of Apache and nginx: common, combined, with virtual host
    Access "access" access::SPEC;
    /// as access, known to be Apache's
    Apache "apache" access::APACHE;
    /// as access, known to be nginx's
    Nginx "nginx" access::NGINX;
    /// Apache's error log
    ApacheError "apache-error" error::APACHE;
    /// nginx's error log
    NginxError "nginx-error" error::NGINX;
    /// Apache's ssl_request_log
    SslRequest "ssl-request" ssl_request::SPEC;
    /// Envoy's access log as text, Istio's too
    Envoy "envoy" envoy::SPEC;
    /// HAProxy's HTTP and TCP logs
    Haproxy "haproxy" haproxy::SPEC;
    /// uWSGI's requests
    Uwsgi "uwsgi" uwsgi::SPEC;
    /// pf's packets as OPNsense and pfSense log them
    Filterlog "filterlog" filterlog::SPEC;
    /// packets of iptables, nftables and ufw
    Netfilter "netfilter" netfilter::SPEC;
    /// Palo Alto PAN-OS, comma-separated
    PaloAlto "paloalto" paloalto::SPEC;
    /// SonicWall's pairs
    SonicWall "sonicwall" appliance::sonicwall::SPEC;
    /// Fortinet: FortiGate, FortiMail, FortiWeb
    Fortinet "fortinet" appliance::fortinet::SPEC;
    /// Sophos XG's and XGS's pairs
    SophosXg "sophos" appliance::sophos::XG;
    /// Sophos UTM
    SophosUtm "sophos-utm" appliance::sophos::UTM;
    /// WatchGuard's firewalls
    WatchGuard "watchguard" appliance::watchguard::SPEC;
    /// Cisco Umbrella's requests of DNS and of the proxy
    Umbrella "umbrella" appliance::umbrella::SPEC;
    /// Zscaler's feeds of pairs divided by tabs: web, firewall, DNS
    Zscaler "zscaler" appliance::zscaler::SPEC;
    /// Stormshield's firewalls
    Stormshield "stormshield" appliance::gateway::STORMSHIELD;
    /// Zyxel's firewalls
    Zyxel "zyxel" appliance::gateway::ZYXEL;
    /// Citrix NetScaler
    NetScaler "netscaler" appliance::netscaler::SPEC;
    /// devices of Huawei and H3C: what stands behind %%
    Huawei "huawei" appliance::huawei::SPEC;
    /// Check Point's log exporter in its plain forms
    CheckPoint "checkpoint" appliance::checkpoint::SPEC;
    /// Barracuda's web application firewall
    Barracuda "barracuda" appliance::barracuda::SPEC;
    /// F5's web application firewall
    F5 "f5-asm" appliance::f5::SPEC;
    /// glog and klog: programs of Kubernetes and of Google's descent
    Klog "klog" klog::SPEC;
    /// messages of Cisco's firewalls, routers and switches
    Cisco "cisco" cisco::SPEC;
    /// ArcSight's Common Event Format
    Cef "cef" cef::SPEC;
    /// QRadar's Log Event Extended Format 1 and 2
    Leef "leef" leef::SPEC;
    /// Squid's access log
    Squid "squid" squid::SPEC;
    /// squidGuard's blocked requests
    SquidGuard "squidguard" squidguard::SPEC;
    /// packets in the Windows DNS server's debug log
    WindowsDns "windns" windns::SPEC;
    /// the audit log of the Windows DHCP server
    WindowsDhcp "windhcp" windhcp::SPEC;
    /// the accounting files of the Network Policy Server: XML, IAS, ODBC
    Nps "nps" nps::SPEC;
    /// Snort's and Suricata's alerts as text, several lines a record in alert_full
    Snort "snort" snort::SPEC;
    /// ModSecurity's native audit log, several lines a record
    ModSecurityNative "modsecurity-native" modsecurity_native::SPEC;
    /// PostgreSQL's log, with continuation lines
    Postgres "postgresql" postgres::SPEC;
    /// MySQL's and MariaDB's slow log, several lines a record
    MysqlSlow "mysql-slow" mysql::SLOW;
    /// MySQL's and MariaDB's error log
    MysqlError "mysql-error" mysql::ERROR;
    /// MySQL's and MariaDB's general log
    MysqlGeneral "mysql-general" mysql_general::SPEC;
    /// apt's history of packages, several lines a run
    Apt "apt" apt::SPEC;
    /// Amazon VPC flow logs, in the columns of version 2 or those that their header names
    VpcFlow "vpcflow" vpcflow::SPEC;
    /// Amazon load balancers: application, network, classic
    Elb "elb" elb::SPEC;
    /// Amazon S3's server access log
    S3Access "s3" s3::SPEC;
    /// Amazon CloudFront's access log, and what it sends in real time
    CloudFront "cloudfront" w3c::CLOUDFRONT;
    /// packets as tcpdump prints them
    Tcpdump "tcpdump" tcpdump::SPEC;
    /// Windows events as XML, Sysmon for Linux among them
    WindowsXml "windows-xml" windows_xml::SPEC;
    /// Windows events as text: Snare, NXLog, WinCollect, EventLog-to-Syslog
    WindowsText "windows-text" windows_text::SPEC;
    /// the W3C extended format with its header: IIS, HTTP.sys, Windows Firewall, Exchange, CloudFront
    W3c "w3c" w3c::SPEC;
    /// Zeek's tab-separated logs with their header
    ZeekTsv "zeek-tsv" zeek::TSV;
    /// the journal's records of several lines: journalctl -o export, -o verbose
    JournalText "journal-text" journald::TEXT;
    /// the journal's export: journalctl -o json
    Journald "journald" journald::SPEC;
    /// Suricata's EVE JSON
    Eve "suricata" eve::SPEC;
    /// Windows events as JSON: EVTX dumps, winlogbeat, NXLog, PowerShell, flat
    Windows "windows" windows::SPEC;
    /// siemagent's lines: what the kernel of a Linux machine saw
    Agent "siemagent" agent::SPEC;
    /// the Linux audit log as LAUREL's JSON
    Laurel "laurel" laurel::SPEC;
    /// Zeek's JSON logs
    Zeek "zeek" zeek::JSON;
    /// Amazon CloudTrail
    CloudTrail "cloudtrail" aws::CLOUDTRAIL;
    /// Kubernetes' audit log
    Kubernetes "kubernetes" kubernetes::AUDIT;
    /// lines of containers as Docker keeps them; what they hold is read as well
    Docker "docker" docker::LINE;
    /// ModSecurity's audit log as JSON, versions 2 and 3
    ModSecurity "modsecurity" modsecurity::SPEC;
    /// Caddy's access log
    Caddy "caddy" web_json::CADDY;
    /// Caddy's access log as its console prints it
    CaddyConsole "caddy-console" web_json::CONSOLE;
    /// Traefik's access log as JSON
    Traefik "traefik" web_json::TRAEFIK;
    /// GitLab's requests: production_json.log
    Gitlab "gitlab" gitlab::SPEC;
    /// Samba's authentication audit as JSON
    SambaJson "samba-json" samba::JSON;
    /// the OpenTelemetry collector's log records
    Otel "otel" otel::SPEC;
    /// the unified log of macOS: log show --style ndjson
    MacosLog "macos" macos::LOG;
    /// Endpoint Security of macOS: eslogger
    Eslogger "eslogger" macos::ESLOGGER;
    /// any JSON, one object a line
    Json "json" json::SPEC;
    /// JSON objects that were cut off
    JsonCut "json-cut" json_cut::SPEC;
    /// a syslog priority and then the text, as appliances send it
    Priority "priority" priority::SPEC;
    /// JSON behind the cookie @cee:
    Cee "cee" priority::CEE;
    /// key=value pairs
    Logfmt "logfmt" logfmt::SPEC;
    /// Windows servicing: CBS.log, dism.log
    Servicing "windows-servicing" servicing::SPEC;
    /// Samba's authentication audit as text
    Samba "samba" samba::SPEC;
    /// what docker compose prints; what it holds is read as well
    Compose "compose" compose::SPEC;
    /// a stamp, a level, a text: the log files of programs that have no other format
    Stamped "stamped" stamped::SPEC;
}

const COUNT: usize = Format::ALL.len();
static SPECS: [Spec; COUNT] = LIST;

impl Format {
    pub(crate) fn spec(self) -> &'static Spec {
        &SPECS[self as usize]
    }

    /// Whether the format is found by itself; the others only add what the user knows.
    pub(crate) fn is_sniffed(self) -> bool {
        self.spec().is_sniffed
    }

    /// Whether it may stand after a header.
    pub(crate) fn is_payload(self) -> bool {
        self.spec().is_payload
    }

    /// Whether it is a header before something else.
    pub(crate) fn is_header(self) -> bool {
        self.spec().is_header
    }

    /// Whether it is tried after all others, even where the line before was in this format.
    pub(crate) fn is_generic(self) -> bool {
        self.spec().is_generic
    }

    /// A record whose bytes are not all text, as text, and whether that is all of it.
    pub(crate) fn in_lines(record: &[u8]) -> Option<(String, bool)> {
        journald::in_lines(record)
    }

    /// Whether a stamp stands near a line's beginning.
    pub(crate) fn has_stamp(line: &[u8]) -> bool {
        stamped::has_stamp(line)
    }
}

/// Where the text behind a stamp and a level of a program's own begins, and that level.
pub(crate) fn behind_own_stamp(text: &str) -> Option<(usize, Option<u8>)> {
    stamped::own(text)
}
