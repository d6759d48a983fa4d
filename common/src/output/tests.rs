//! Tests of the formats, all on the same two events, one of them hostile.

use super::*;
use crate::clock::Timestamp;
use crate::clock::zone::Zone;
use crate::event::{Event, RawKind, Value};
use crate::field::Field;

fn events() -> [Event<'static>; 2] {
    let time = Timestamp::parse("2026-11-20T22:08:00.25Z").expect("a stamp");
    let mut first = Event {
        id: "1.1".parse().expect("an id"),
        time,
        section: "auth".into(),
        host_name: "web1".into(),
        process_name: Some("sshd".into()),
        process_pid: Some(7),
        log_severity: Some(3),
        message: "Failed, \"root\"\t漢字".into(),
        raw: b"Nov 20 web1 sshd[7]: ".as_slice().into(),
        raw_kind: RawKind::Prefix,
        ..Event::default()
    };
    first.ext.push("list", Value::List(vec![Value::Int(1), Value::Text("b".into())]));
    let mut second = Event { host_name: "\u{1b}[2J".into(), log_severity: None, ..first.clone() };
    second.message = "\u{202e}evil\nline".into();
    second.process_pid = None;
    first.normalise();
    second.normalise();
    [first, second]
}

fn printed(mut format: impl Format, records: &[Event<'_>]) -> String {
    let mut out = Vec::new();
    for record in records {
        format.record(record, &mut out).expect("memory");
    }
    format.end(&mut out).expect("memory");
    String::from_utf8(out).expect("text")
}

fn fields(names: &[&str]) -> Vec<Field> {
    names.iter().map(|name| Field::new(name)).collect()
}

#[test]
fn json_is_one_array_also_when_empty() {
    let value: serde_json::Value =
        serde_json::from_str(&printed(Json::new(None), &events())).expect("JSON");
    assert_eq!(value[0]["message"], "Failed, \"root\"\t漢字");
    assert_eq!(value[1]["host.name"], "\u{1b}[2J");
    assert_eq!(value.as_array().map(Vec::len), Some(2));
    assert_eq!(printed(Json::new(None), &[]), "[]\n");
}

#[test]
fn chosen_fields_keep_their_order_and_absent_ones_are_left_out() {
    let wanted = fields(&["message", "pid", "time", "event.id", "list", "nothing"]);
    let text = printed(JsonLines::new(Some(wanted)), &events());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "{\"message\":\"Failed, \\\"root\\\"\\t漢字\",\"process.pid\":7,\
         \"@timestamp\":\"2026-11-20T22:08:00.250000Z\",\"event.id\":\"1.1\",\"list\":[1,\"b\"]}"
    );
    assert!(lines[1].starts_with("{\"message\":\"\\u202eevil\\nline\",\"@timestamp\""));
}

#[test]
fn csv_keeps_values_and_escapes_for_a_terminal_alone() {
    let wanted = fields(&["host", "pid", "message"]);
    assert_eq!(
        printed(Csv::new(wanted.clone(), false), &events()),
        "host.name,process.pid,message\nweb1,7,\"Failed, \"\"root\"\"\t漢字\"\n\
         \u{1b}[2J,,\"\u{202e}evil\nline\"\n"
    );
    let shown = printed(Csv::new(wanted.clone(), true), &events());
    assert!(shown.contains("\\x1b[2J,,\\u{202e}evil\\x0aline\n"), "{shown}");
    assert_eq!(printed(Csv::new(wanted, false), &[]), "host.name,process.pid,message\n");
}

#[test]
fn tsv_is_one_line_a_record() {
    let wanted = fields(&["pid", "message"]);
    assert_eq!(
        printed(Tsv::new(wanted, true), &events()),
        "process.pid\tmessage\n7\tFailed, \"root\"\\t漢字\n\t\\u{202e}evil\\nline\n"
    );
}

#[test]
fn raw_is_the_bytes_of_the_source() {
    let text = printed(Raw, &events()[..1]);
    assert_eq!(text, "Nov 20 web1 sshd[7]: Failed, \"root\"\t漢字\n");
}

#[test]
fn tables_show_times_in_the_zone_and_hostile_text_escaped() {
    let columns = || {
        vec![
            Shown::new(Field::new("time"), "time"),
            Shown::new(Field::new("host"), "host"),
            Shown::new(Field::new("pid"), "pid"),
            Shown::new(Field::new("message"), "message"),
        ]
    };
    let zone: Zone = "Asia/Tokyo".parse().expect("a zone");
    let table = Table::new(columns(), zone.clone(), Terminal::none());
    assert_eq!(
        printed(table, &events()),
        "time                 host     pid  message\n\
         2026-11-21 07:08:00  web1       7  Failed, \"root\"\\x09漢字\n\
         2026-11-21 07:08:00  \\x1b[2J    -  \\u{202e}evil\\x0aline\n"
    );
    let terminal = Terminal { size: Some((55, 24)), color: true, unicode: true };
    let shown = printed(Table::new(columns(), zone, terminal), &events());
    assert!(shown.contains("\u{1b}[31m2026-11-21 07:08:00"), "severity 3 is red: {shown}");
    assert!(shown.contains("Failed, \"root\"\\x09…\u{1b}[0m\n"), "{shown}");
    let escapes = shown.matches('\u{1b}').count();
    assert_eq!(escapes, 4, "our own colours and nothing else: {shown}");
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    use std::io::Write as _;
    let directory = std::env::temp_dir().join(format!("siem-sink-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let name = directory.join("out.json");
    let mut sink = Sink::file(&name).expect("a file");
    sink.write_all(b"half").expect("room");
    drop(sink);
    let count = || std::fs::read_dir(&directory).expect("a directory").count();
    assert_eq!(count(), 0, "nothing is left of an export that failed");
    let mut sink = Sink::file(&name).expect("a file");
    sink.write_all(b"whole").expect("room");
    sink.finish().expect("room");
    assert_eq!(std::fs::read(&name).expect("the file"), b"whole");
    assert_eq!(count(), 1);
    std::fs::remove_dir_all(&directory).expect("clean");
}
