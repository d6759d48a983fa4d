//! Formats from a file to rows: what only the whole way shows.

use crate::bench::{Bench, bare, on_each};
use common::event::{Event, Value};
use std::time::Duration;

/// What became of the only source's lines and bytes.
fn account(bench: &Bench) -> store::Account {
    let mut accounts = bench.accounts();
    assert_eq!(accounts.len(), 1);
    accounts.remove(0)
}

fn text<'e>(event: &'e Event<'_>, name: &str) -> Option<&'e str> {
    match event.ext.get(name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

const ALERT: &str = r#"{"timestamp":"2026-06-14T15:16:01.563778+0200","flow_id":7,"in_iface":"eth0","event_type":"alert","src_ip":"192.0.2.15","src_port":49222,"dest_ip":"2001:db8::7","dest_port":80,"proto":"TCP","alert":{"action":"blocked","signature_id":2100498,"signature":"id check returned root","category":"Potentially Bad Traffic","severity":2},"http":{"hostname":"www.example.com","url":"/uid?q=1","http_method":"GET","status":200}}"#;
const STATS: &str =
    r#"{"timestamp":"2026-06-14T15:16:02.000000+0200","event_type":"stats","stats":{"uptime":8}}"#;

#[test]
fn eve_becomes_rows_and_its_statistics_are_filtered() {
    on_each(|bench| {
        let whole = format!("{STATS}\n{ALERT}\n{STATS}\n");
        let path = bench.write("eve.json", &whole);
        let output = bench.siemparse().arg("--once").arg(&path).run().success();
        assert!(output.stderr.contains("3 lines read"), "{}", output.stderr);
        assert!(output.stderr.contains("1 stored, 0 unparsed, 0 rejected, 2 filtered"));
        let events = bench.events();
        let [event] = &events[..] else { panic!("one event") };
        assert_eq!(event.time.to_string(), "2026-06-14T13:16:01.563778Z");
        assert_eq!(event.dataset.as_deref(), Some("suricata.eve"));
        assert_eq!(event.event_category.as_deref(), Some("intrusion_detection"));
        assert_eq!(event.event_action.as_deref(), Some("blocked"));
        assert_eq!(event.event_outcome.as_deref(), Some("failure"));
        assert_eq!(event.source_ip, "192.0.2.15".parse().ok());
        assert_eq!(event.source_port, Some(49222));
        assert_eq!(event.destination_ip, "2001:db8::7".parse().ok());
        assert_eq!(event.destination_port, Some(80));
        assert_eq!(event.network_transport.as_deref(), Some("tcp"));
        assert_eq!(event.message, "id check returned root");
        assert_eq!(text(event, "rule.name"), Some("id check returned root"));
        assert_eq!(text(event, "url.path"), Some("/uid"));
        assert_eq!(event.line(), format!("{ALERT}\n").as_bytes());
        let account = account(bench);
        assert_eq!((account.filtered.lines, account.stored.lines), (2, 1));
        assert_eq!(account.filtered.bytes, 2 * (STATS.len() as i64 + 1));
        assert_eq!(account.open(), store::Share::default());

        let path = bench.write("all.json", &whole);
        let output = bench.siemparse().args(["--once", "--statistics"]).arg(&path).run().success();
        assert!(output.stderr.contains("3 stored"), "{}", output.stderr);
        assert_eq!(bench.events().len(), 1 + 3);
    });
}

#[test]
fn audit_records_become_one_row_each_event() {
    on_each(|bench| {
        let whole = "type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=7 auid=1000 uid=0 comm=\"ls\" exe=\"/bin/ls\" key=\"x\"\n\
            type=USER_LOGIN msg=audit(1364481364.001:24290): pid=8 uid=0 auid=1000 ses=1 msg='op=login acct=\"root\" exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 terminal=ssh res=failed'\n\
            type=EXECVE msg=audit(1364481363.243:24287): argc=2 a0=\"ls\" a1=2D6C61\n\
            type=PROCTITLE msg=audit(1364481363.243:24287): proctitle=6C73002D6C61\n";
        bench.once(bench.write("audit.log", whole));
        let events = bench.events();
        assert_eq!(events.len(), 2);
        let call = events.iter().find(|event| event.process_pid == Some(7)).expect("the call");
        assert_eq!(call.time.to_string(), "2013-03-28T14:36:03.243000Z");
        assert_eq!(call.process_executable.as_deref(), Some("/bin/ls"));
        assert_eq!(call.process_command_line.as_deref(), Some("ls -la"));
        assert_eq!(call.extent().0, 3);
        let login = events.iter().find(|event| event.process_pid == Some(8)).expect("the login");
        assert_eq!(login.source_ip, "192.0.2.7".parse().ok());
        assert_eq!(login.event_outcome.as_deref(), Some("failure"));
        let account = account(bench);
        assert_eq!(account.stored.bytes, whole.len() as i64);
        assert_eq!(account.open(), store::Share::default());
    });
}

#[test]
fn each_flow_of_azure_is_an_event() {
    let record = |hour: u8| {
        format!(
            r#"{{"time":"2026-11-14T{hour}:00:01.123Z","category":"NetworkSecurityGroupFlowEvent","properties":{{"Version":2,"flows":[{{"rule":"allow","flows":[{{"mac":"000D3AF87856","flowTuples":["1794650402,192.0.2.1,10.0.0.5,54322,23,T,I,A,E,1,66,2,132","1794650403,192.0.2.2,10.0.0.5,5,53,U,I,A,B,,,,"]}}]}},{{"rule":"deny","flows":[{{"mac":"000D3AF87856","flowTuples":["1794650404,192.0.2.3,10.0.0.5,6,22,T,I,D,B,,,,"]}}]}}]}}}}"#
        )
    };
    on_each(|bench| {
        let file = format!("{{\"records\":[\n{},\n{}]}}", record(10), record(11));
        bench.once(bench.write("PT1H.json", file));
        let events = bench.events();
        let of = |event: &Event<'_>| {
            let rule = text(event, "rule.name").unwrap_or_default().to_owned();
            let ip = event.source_ip.map(|ip| ip.to_string()).unwrap_or_default();
            (ip, rule, event.event_outcome.as_deref().unwrap_or_default().to_owned())
        };
        let expected = [
            ("192.0.2.1", "allow", "success"),
            ("192.0.2.2", "allow", "success"),
            ("192.0.2.3", "deny", "failure"),
        ];
        let expected = expected.map(|(ip, rule, outcome)| (ip.into(), rule.into(), outcome.into()));
        let found: Vec<_> = events.iter().map(of).collect();
        assert_eq!(found, [expected.clone(), expected].concat());
        bench.once(bench.path("PT1H.json"));
        assert_eq!(bench.events().len(), 6);
    });
}

#[test]
fn a_payload_that_is_named_is_found_behind_a_header() {
    let line = "1781450161.250    287 192.0.2.7 TCP_MISS/200 1835 GET http://example.com/ - DIRECT/192.0.2.8 -";
    let lines =
        format!("{line}\n<13>Jun 14 15:16:01 fw squid: {line}\nJun 14 15:16:01 fw squid: other\n");
    let output = bare().args(["-F", "squid", "-o", "jsonl", "-q"]).stdin(lines).run().success();
    let events: Vec<Event> =
        output.stdout.lines().map(|line| Event::read_json(line).expect("an event")).collect();
    assert_eq!(events.len(), 3);
    for event in &events[..2] {
        assert_eq!(event.dataset.as_deref(), Some("squid.access"));
        assert_eq!(event.source_ip, "192.0.2.7".parse().ok());
    }
    assert_eq!((events[1].host_name.as_ref(), events[2].host_name.as_ref()), ("fw", "fw"));
    assert_eq!((events[1].tags.len(), &events[2].tags[..]), (0, &["unparsed".into()][..]));
}

/// A bomb's one long line.
const BOMB: usize = 128 << 20;
/// What the program may take to read it; a little more than it takes to read anything.
const ROOM: u64 = 64 << 10;

/// The peak memory of a process in KiB, as far as it was seen.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn packed<W: std::io::Write>(mut packer: W) -> W {
    let block = vec![b'x'; 1 << 20];
    for _ in 0..BOMB / block.len() {
        packer.write_all(&block).expect("packs");
    }
    packer.write_all(b"\nafter\n").expect("packs");
    packer
}

#[test]
fn a_bomb_takes_no_memory_and_is_accounted_for() {
    let folder = testkit::temp_dir();
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zstd = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("a packer");
    let bombs = [
        ("gz", packed(gzip).finish().expect("packs")),
        ("zst", packed(zstd).finish().expect("packs")),
        ("xz", packed(liblzma::write::XzEncoder::new(Vec::new(), 0)).finish().expect("packs")),
        (
            "bz2",
            packed(bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast()))
                .finish()
                .expect("packs"),
        ),
    ];
    for (name, bytes) in bombs {
        assert!(bytes.len() < BOMB / 100, "{name}: {} bytes are no bomb", bytes.len());
        let path = folder.path().join(format!("a.log.{name}"));
        std::fs::write(&path, bytes).expect("writes a file");
        let running = bare().args(["--dry-run"]).arg(&path).spawn();
        let mut most = 0;
        while let Some(now) = peak(running.pid()) {
            most = most.max(now);
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = running.wait().success();
        assert!(most > 0 && most < ROOM, "{name}: {most} KiB");
        let whole = format!("2 lines read ({} bytes)", BOMB + 7);
        let gap = format!("{} bytes gap", BOMB - (1 << 20));
        assert!(
            output.stderr.contains(&whole) && output.stderr.contains(&gap),
            "{}",
            output.stderr
        );
    }
}
