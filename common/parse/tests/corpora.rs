//! Corpora with ground truth, which are no part of the project: read from `../shared/data` beside
//! the workspace when they are there. When they are not, each test says so loudly and checks the
//! project's own fixtures in their place.

use common::clock::Timestamp;
use common::event::Event;
use parse::{Parser, Settings, lines};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/logs")
}

/// A file of the corpora, or `None` with a notice that the test output shows.
fn corpus(name: &str) -> Option<Vec<u8>> {
    let bytes = fs::read(root().join(name)).ok();
    if bytes.is_none() {
        // Written past the test harness, which would keep the words of a passing test to itself.
        let notice = format!("\n*** CORPUS MISSING: {name}: own fixtures stand in ***\n");
        std::io::stderr().write_all(notice.as_bytes()).expect("a notice");
    }
    bytes
}

fn own(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    fs::read(path).expect("the project's own fixture")
}

fn parser() -> Parser {
    let reference = Timestamp::parse("2026-11-20T12:00:00Z").expect("a stamp");
    let settings = Settings { reference, read_at: reference, ..Settings::default() };
    Parser::new(settings, None).expect("a parser")
}

/// Month, day, time, host, program, process id, message.
type Row = [String; 7];

fn row(event: &Event<'_>) -> Row {
    let (_, month, day) = event.time.date();
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    [
        MONTHS[usize::from(month) - 1].to_owned(),
        day.to_string(),
        event.time.to_string()[11..19].to_owned(),
        event.host_name.to_string(),
        event.process_name.as_deref().unwrap_or_default().to_owned(),
        event.process_pid.map(|pid| pid.to_string()).unwrap_or_default(),
        event.message.trim().to_owned(),
    ]
}

/// Compares every line of a log with the columns of its table; a column that the table does not
/// have is given as a fixed text.
fn compare(log: &[u8], table: &[u8], columns: [Result<&str, &str>; 7]) {
    let mut reader = csv::Reader::from_reader(table);
    let header = reader.headers().expect("a header").clone();
    let mut parser = parser();
    let mut count = 0;
    for (line, record) in lines(log, 0).zip(reader.records()) {
        let record = record.expect("a record");
        let wanted = columns.map(|column| match column {
            Ok(name) => {
                let place = header.iter().position(|have| have == name).expect("a column");
                record[place].trim().to_owned()
            }
            Err(fixed) => fixed.to_owned(),
        });
        let event = parser.parse(line);
        assert_eq!(row(&event), wanted, "line {}", line.number);
        assert!(event.tags.is_empty(), "line {}", line.number);
        let end = line.offset as usize + line.size();
        assert_eq!(event.line(), &log[line.offset as usize..end], "line {}", line.number);
        count += 1;
    }
    assert_eq!(count, lines(log, 0).count());
    assert_eq!(count, 2000);
}

#[test]
fn loghub_openssh_headers_equal_the_table() {
    let (Some(log), Some(table)) = (
        corpus("loghub/OpenSSH/OpenSSH_2k.log"),
        corpus("loghub/OpenSSH/OpenSSH_2k.log_structured.csv"),
    ) else {
        return own_headers();
    };
    let columns =
        [Ok("Date"), Ok("Day"), Ok("Time"), Ok("Component"), Err("sshd"), Ok("Pid"), Ok("Content")];
    compare(&log, &table, columns);
}

#[test]
fn loghub_linux_headers_equal_the_table() {
    let (Some(log), Some(table)) =
        (corpus("loghub/Linux/Linux_2k.log"), corpus("loghub/Linux/Linux_2k.log_structured.csv"))
    else {
        return own_headers();
    };
    let columns = [
        Ok("Month"),
        Ok("Date"),
        Ok("Time"),
        Ok("Level"),
        Ok("Component"),
        Ok("PID"),
        Ok("Content"),
    ];
    compare(&log, &table, columns);
}

#[test]
fn loghub_apache_errors_equal_the_table() {
    let (Some(log), Some(table)) = (
        corpus("loghub/Apache/Apache_2k.log"),
        corpus("loghub/Apache/Apache_2k.log_structured.csv"),
    ) else {
        return own_headers();
    };
    let mut parser = parser();
    let mut reader = csv::Reader::from_reader(table.as_slice());
    let mut count = 0;
    for (line, record) in lines(&log, 0).zip(reader.records()) {
        let record = record.expect("a record");
        let event = parser.parse(line);
        assert_eq!(event.dataset.as_deref(), Some("apache.error"), "line {}", line.number);
        let wanted = format!("[{}] {}", &record[2], record[3].trim());
        assert_eq!(event.message.trim(), wanted, "line {}", line.number);
        let severity = if &record[2] == "error" { 3 } else { 5 };
        assert_eq!(event.log_severity, Some(severity), "line {}", line.number);
        let (year, time) = (&record[1][20..], &record[1][11..19]);
        let stamp = event.time.to_string();
        assert_eq!((&stamp[..4], &stamp[11..19]), (year, time), "line {}", line.number);
        assert_eq!(&row(&event)[..2], [&record[1][4..7], record[1][8..10].trim_start_matches('0')]);
        count += 1;
    }
    assert_eq!(count, 2000);
}

/// The stand-in: the first lines of our own syslog fixture.
fn own_headers() {
    let log = own("rfc3164.log");
    let mut parser = parser();
    let rows: Vec<Row> = lines(&log, 0).take(2).map(|line| row(&parser.parse(line))).collect();
    let wanted: [[&str; 7]; 2] = [
        [
            "Jun",
            "14",
            "15:16:01",
            "combo",
            "sshd(pam_unix)",
            "19939",
            "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.4",
        ],
        [
            "Dec",
            "1",
            "06:25:01",
            "web1",
            "sshd",
            "24200",
            "Failed password for invalid user admin from 192.0.2.7 port 38926 ssh2",
        ],
    ];
    assert_eq!(rows, wanted);
}

#[test]
fn files_repeated_many_times_yield_two_years_at_most() {
    let names =
        ["loghub/OpenSSH/OpenSSH_2k.log", "loghub/Linux/Linux_2k.log", "loghub/Mac/Mac_2k.log"];
    let files: Option<Vec<Vec<u8>>> = names.iter().map(|name| corpus(name)).collect();
    let files = files.unwrap_or_else(|| vec![own("rfc3164.log")]);
    let mut parser = parser();
    let mut years = BTreeSet::new();
    for _ in 0..20 {
        for file in &files {
            for line in lines(file, 0) {
                let event = parser.parse(line);
                if event.time_quality == common::event::TimeQuality::YearInferred {
                    years.insert(event.time.date().0);
                }
            }
        }
    }
    years.remove(&2024); // the leap day of our own fixture
    assert!((1..=2).contains(&years.len()), "{years:?}");
}

/// Every file of the corpora: no panic, one event a line, raw bytes as they were.
#[test]
fn every_line_of_every_corpus_is_an_event() {
    let mut files = Vec::new();
    for folder in ["lnav/test", "crowdsec-hub", "loghub", "suricata-sample-data", "otrf"] {
        gather(&root().join(folder), &mut files);
    }
    if files.is_empty() {
        assert!(corpus("lnav").is_none());
        files.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rfc3164.log"));
    }
    for path in files {
        let bytes = fs::read(&path).expect("a file of the corpus");
        let mut parser = parser();
        let mut end = 0;
        for line in lines(&bytes, 0).take(20_000) {
            let event = parser.parse(line);
            let start = end;
            end += line.size();
            assert!(event.line() == bytes[start..end], "{} line {}", path.display(), line.number);
            assert!(!event.section.is_empty() && !event.host_name.is_empty());
        }
    }
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.push(path);
        }
    }
}
