//! The parsers of uSIEM, `syslog_loose` and a generic JSON value on the same lines: lines and
//! megabytes a second of CPU time, one thread, in rounds as siemparse's parser is measured.
//!
//! ```text
//! peers FOLDER       the folder with bench_*.log and *.jsonl
//! ```
//!
//! As the author of uSIEM measures: each line is copied into a record, parsed and dropped. What it does *not* check: whether the fields are right.

#[path = "../src/round.rs"]
mod round;

use std::fs;
use std::hint::black_box;
use std::path::Path;
use usiem::events::SiemLog;
use usiem::events::field::SiemIp;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "../shared/data/parserbench".to_owned());
    let folder = Path::new(&folder);
    println!("{:44} {:>12} {:>8} {:>8}", "peer, file", "lines/s", "MB/s", "spread");
    let usiem = |name: &str, parse: fn(SiemLog) -> bool| {
        measure(folder, name, "uSIEM", &mut |line| {
            parse(SiemLog::new(line.to_owned(), 1_000_000, SiemIp::V4(0)))
        });
    };
    usiem("bench_opnsense.log", |log| usiem_opnsense::parsers::firewall::parse_log(log).map(black_box).is_ok());
    usiem("bench_sonicwall.log", |log| usiem_sonicwall::parsers::parse_log(log).map(black_box).is_ok());
    usiem("bench_paloalto.log", |log| usiem_paloalto::parsers::parse_log(log).map(black_box).is_ok());
    usiem("bench_windns.log", |log| usiem_windns::parsers::parse_log(log).map(black_box).is_ok());
    usiem("bench_squid.log", |log| usiem_squid::squid::parse_log(log).map(black_box).is_ok());
    usiem("bench_squidguard.log", |log| usiem_squid::squidguard::parse_log(log).map(black_box).is_ok());
    usiem("bench_apache2.log", |log| usiem_apache2::parsers::apache2::parse_log_combinedio(log).map(black_box).is_ok());
    usiem("bench_modsecurity.log", |log| usiem_apache2::parsers::modsecurity::parse_log_json(log).map(black_box).is_ok());
    for name in ["bench_modsecurity.log", "synthetic_suricata_eve_alert.jsonl"] {
        measure(folder, name, "serde_json::Value", &mut |line| {
            serde_json::from_str::<serde_json::Value>(line).map(black_box).is_ok()
        });
    }
    measure(folder, "bench_opnsense.log", "syslog_loose", &mut |line| {
        black_box(syslog_loose::parse_message(line, syslog_loose::Variant::RFC3164));
        true
    });
}

fn measure(folder: &Path, name: &str, peer: &str, parse: &mut dyn FnMut(&str) -> bool) {
    let Ok(text) = fs::read_to_string(folder.join(name)) else {
        eprintln!("peers: {}: cannot be read", folder.join(name).display());
        return;
    };
    if !text.lines().all(&mut *parse) {
        eprintln!("peers: {peer} does not parse {name}");
        return;
    }
    let Ok(all) = String::from_utf8(round::repeated(text.as_bytes(), round::SIZE)) else { return };
    let pace = round::pace(&mut || {
        for line in all.lines() {
            black_box(parse(line));
        }
    });
    let rate = all.lines().count() as f64 / pace.seconds;
    let (megabytes, spread) = (all.len() as f64 / pace.seconds / 1e6, pace.spread * 100.0);
    println!("{:44} {rate:>12.0} {megabytes:>8.0} {spread:>6.1} %", format!("{peer}, {name}"));
}
