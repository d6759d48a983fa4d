//! The lines of uSIEM's parser benchmark, every field exact, time, host and observer among them.
//!
//! The lines are no part of the project: they are read from `../shared/data/parserbench` where
//! that is there, and otherwise the test says so. The expectations are our own, made from the
//! formats' documentation; five of the eight lines come out wrong of uSIEM.

use common::clock::Timestamp;
use common::event::Original;
use parse::{Line, Parser, Settings};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The event of a line as names and values, without what only the line itself tells.
fn fields(name: &str) -> Option<BTreeMap<String, String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/parserbench");
    let Ok(bytes) = fs::read(folder.join(name)) else {
        let notice = format!("\n*** CORPUS MISSING: parserbench/{name} ***\n");
        std::io::stderr().write_all(notice.as_bytes()).expect("a notice");
        return None;
    };
    let reference = Timestamp::parse("2026-11-20T12:00:00Z").expect("a stamp");
    let settings = Settings { reference, read_at: reference, ..Settings::default() };
    let mut parser = Parser::new(settings, None).expect("a parser");
    let event = parser.parse(Line::new(&bytes, 0, 1));
    let is_prefix =
        event.message.len() > 40 && bytes.trim_ascii_end().ends_with(event.message.as_bytes());
    let mut json = Vec::new();
    event.write_json(&mut json, Original::Omit);
    let json: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&json).expect("JSON");
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let dropped = |name: &str| {
        matches!(name, "event.id" | "section" | "log.offset") || is_prefix && name == "message"
    };
    let all = json.iter().filter(|(name, _)| !dropped(name));
    Some(all.map(|(name, value)| (name.clone(), text(value))).collect())
}

/// Compares all fields with `name=value` lines.
fn check(name: &str, wanted: &str) {
    let Some(found) = fields(name) else { return };
    let found: Vec<String> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut wanted: Vec<&str> =
        wanted.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{name}");
}

#[test]
fn apache2() {
    check(
        "bench_apache2.log",
        "@timestamp=2021-02-23T20:39:35.000000Z
         event.category=web
         event.dataset=web.access
         event.outcome=success
         http.request.bytes=465
         http.request.method=GET
         http.response.bytes=164
         http.response.status_code=304
         http.version=1.1
         source.ip=172.17.0.1
         url.original=/
         url.path=/
         user_agent.original=Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:85.0) Gecko/20100101 Firefox/85.0",
    );
}

#[test]
fn opnsense() {
    check(
        "bench_opnsense.log",
        "@timestamp=2026-08-23T20:30:25.000000Z
         destination.ip=8.8.8.8
         destination.port=53
         event.action=pass
         event.category=network
         event.dataset=pf.filterlog
         event.outcome=success
         event.reason=match
         event.type=allowed
         host.name=OPNsense.localdomain
         log.syslog.facility.code=16
         log.syslog.severity.code=6
         network.bytes=60
         network.direction=outbound
         network.iana_number=17
         network.transport=udp
         network.type=ipv4
         observer.egress.interface.name=igb0
         pf.data_length=40
         pf.flags=DF
         pf.id=25678
         pf.offset=0
         pf.tos=0x0
         pf.tracker=0
         pf.ttl=62
         process.name=filterlog
         process.pid=21853
         rule.id=82
         source.ip=192.168.1.8
         source.port=5074
         time.quality=2",
    );
}

#[test]
fn paloalto() {
    check(
        "bench_paloalto.log",
        "@timestamp=2021-02-05T15:05:55.000000Z
         destination.bytes=0
         destination.ip=192.168.3.2
         destination.packets=0
         destination.port=514
         event.action=deny
         event.category=network
         event.dataset=panw.traffic
         event.duration=0
         event.outcome=failure
         event.reason=policy-deny
         event.type=denied
         host.name=pa-test
         network.application=not-applicable
         network.bytes=102
         network.packets=1
         network.transport=udp
         observer.egress.zone=untrust
         observer.ingress.interface.name=ethernet1
         observer.ingress.zone=untrust
         observer.serial_number=0123456789
         observer.vendor=Palo Alto Networks
         panw.action_source=from-policy
         panw.category=any
         panw.device=pa-test
         panw.flags=0x0
         panw.log_profile=Log Collector
         panw.repeat_count=1
         panw.sequence=3996658540
         panw.session=0
         panw.start=2021/02/08 16:06:59
         panw.subtype=drop
         panw.type=TRAFFIC
         panw.virtual_system=vsys1
         rule.name=intrazone-default
         rule.uuid=aa1d1908-68cd-467a-bc90-68a57096ef3b
         source.bytes=102
         source.ip=192.168.2.1
         source.packets=1
         source.port=35861
         time.quality=1",
    );
}

#[test]
fn sonicwall() {
    check(
        "bench_sonicwall.log",
        "@timestamp=2021-02-05T01:02:03.000000Z
         c=1024
         destination.bytes=392
         destination.ip=10.2.3.4
         destination.mac=5c:61:a0:81:cc:f1
         destination.port=50005
         event.category=network
         event.code=1153
         event.dataset=sonicwall.firewall
         host.name=FWSonicWall
         id=firewall
         log.syslog.facility.code=1
         log.syslog.severity.code=6
         msg=SSL VPN Traffic
         n=1234567890
         network.transport=tcp
         observer.egress.interface.name=X1
         observer.ingress.interface.name=X6-V80
         observer.ip=111.222.111.222
         observer.serial_number=SERIALNUMBER111
         observer.vendor=SonicWall
         rule.name=123 (SSLVPN->NET_RRHH1)
         sess=sslvpnc
         source.ip=10.1.2.3
         source.mac=9d:88:a1:7c:af:1a
         source.port=3080
         user.name=test@usiem.com",
    );
}

#[test]
fn squid() {
    check(
        "bench_squid.log",
        "@timestamp=2021-02-14T00:00:36.628000Z
         destination.ip=142.250.184.4
         event.action=TCP_TUNNEL_ABORTED
         event.category=web
         event.dataset=squid.access
         event.duration=287000000
         event.outcome=success
         http.request.method=CONNECT
         http.response.bytes=18353
         http.response.status_code=200
         source.ip=172.17.0.1
         squid.hierarchy=HIER_DIRECT
         url.domain=www.google.com
         url.original=www.google.com:443
         url.port=443",
    );
}

#[test]
fn squidguard() {
    check(
        "bench_squidguard.log",
        "@timestamp=2021-02-14T00:02:33.000000Z
         event.action=redirect
         event.category=web
         event.dataset=squidguard.block
         event.outcome=failure
         http.request.method=CONNECT
         process.pid=26
         rule.category=porn
         rule.ruleset=default
         source.ip=172.17.0.1
         time.quality=1
         url.category=Pornography
         url.domain=pornpage.com
         url.original=pornpage.com:443
         url.port=443",
    );
}

#[test]
fn windns() {
    check(
        "bench_windns.log",
        "@timestamp=2013-06-05T10:00:32.000000Z
         dns.header_flags=[\"D\"]
         dns.id=5b47
         dns.op_code=QUERY
         dns.question.name=somecomputer.domain.com
         dns.question.type=A
         dns.response_code=NOERROR
         dns.type=query
         event.action=dns-query
         event.category=network
         event.dataset=windows.dns_server
         network.direction=inbound
         network.transport=udp
         process.thread.id=3696
         source.ip=10.161.60.71
         time.quality=1
         windns.flags=0001
         windns.packet=00000000033397A0",
    );
}

/// The fields that come from the line's own are compared with those of any JSON reader.
#[test]
fn modsecurity() {
    let Some(mut found) = fields("bench_modsecurity.log") else { return };
    let own = ["transaction.", "request.", "response.", "audit_data."];
    let names: Vec<String> = found.keys().cloned().collect();
    let own: Vec<&String> =
        names.iter().filter(|name| own.iter().any(|own| name.starts_with(own))).collect();
    assert_eq!(own.len(), 40);
    own.into_iter().for_each(|name| drop(found.remove(name)));
    let found: Vec<String> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let agent = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:85.0) Gecko/20100101 Firefox/85.0";
    let scores = "Inbound Anomaly Score Exceeded (Total Inbound Score: 5 - SQLI=5,XSS=0,RFI=0,LFI=0,\
        RCE=0,PHPI=0,HTTP=0,SESS=0): individual paranoia level scores: 5, 0, 0, 0";
    assert_eq!(
        found,
        [
            "@timestamp=2021-02-21T23:16:17.000000Z",
            "destination.ip=172.17.0.2",
            "destination.port=80",
            "event.action=blocked",
            "event.category=intrusion_detection",
            "event.dataset=modsecurity.audit",
            "event.outcome=failure",
            "event.trace=YDLpwdKBz7is4x7ElBXe@gAAAEA",
            "http.request.method=GET",
            "http.response.status_code=403",
            "http.version=1.1",
            "message=Operator GE matched 5 at TX:anomaly_score.",
            "rule.id=[\"942100\",\"949110\",\"980130\"]",
            &format!(
                "rule.name=[\"SQL Injection Attack Detected via libinjection\",\"Inbound Anomaly Score Exceeded (Total Score: 5)\",\"{scores}\"]"
            ),
            "source.ip=172.17.0.1",
            "source.port=36296",
            "url.domain=localhost",
            "url.original=/xss.html?default=%27OR%201=1--",
            "url.path=/xss.html",
            "url.port=8080",
            "url.query=default=%27OR%201=1--",
            &format!("user_agent.original={agent}"),
        ]
    );
}
