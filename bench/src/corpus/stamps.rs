//! lnav's test files: every stamp that a line has against another library's reading of it.
//!
//! The table below says for each family of files where its lines have their stamp and how it is
//! written. It is read with `jiff`, which the parser uses for no stamp of a line. Files without
//! stamps, with a time of day only, or whose stamp belongs to another line are left out.
//!
//! What it does *not* know: anything else of the lines.

use super::source;
use jiff::fmt::strtime;
use parse::helper::Helpers;
use regex::Regex;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

/// One file's result.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Lines with a stamp.
    pub all: usize,
    /// Lines whose event has that time.
    pub equal: usize,
    /// What is not equal: line, wanted, have.
    pub misses: Vec<(usize, String, String)>,
}

/// How stamps are written: in strftime notation, with the zone of those that name none, or epochs.
#[derive(Clone, Copy, Debug)]
enum Written {
    /// A full stamp.
    Full(&'static str),
    /// A full stamp in a zone that the line names by letters: hours ahead of UTC.
    Zoned(&'static str, i64),
    /// Without a year.
    Yearless(&'static str),
    /// Units in a second.
    Epoch(f64),
}

use Written::{Epoch, Full, Yearless, Zoned};

/// (beginnings of file names, where the stamp is, how it is written); the first that fits.
const FAMILIES: &[(&[&str], &str, Written)] = &[
    (
        &["access_log", "bad_access_log", "shop_access_log", "regexp_access_log"],
        r"\[(\d\d/\w{3}/\d{4}:[\d:]{8} [+-]\d{4})\]",
        Full("%d/%b/%Y:%H:%M:%S %z"),
    ),
    (
        &[
            "bad_syslog",
            "blued",
            "dst",
            "filter.0",
            "for_join",
            "partitions",
            "pretty",
            "rollover.1",
            "rollover.2",
            "syslog.",
            "syslog_with",
        ],
        r"^(\w{3} [ \d]\d [\d:]{8}) ",
        Yearless("%b %e %H:%M:%S"),
    ),
    (&["cxx"], r"^(\w{3} [ \d]\d [\d:]{8}\.\d+) ", Yearless("%b %e %H:%M:%S%.f")),
    (&["glog"], r"^[IWEF](\d{4} [\d:]{8}\.\d+) ", Yearless("%m%d %H:%M:%S%.f")),
    (&["block.1"], r"^\w{3} (\w{3} +\d+ [\d:]{8}) EST (\d{4}) ", Zoned("%b %e %H:%M:%S %Y", -5)),
    (&["block.2"], r"^\w{3} (\w{3} +\d+ [\d:]{8}) UTC (\d{4}) ", Zoned("%b %e %H:%M:%S %Y", 0)),
    (&["bro_"], r"^(\d{10}\.\d+)\t", Epoch(1.0)),
    (&["epoch.0"], r"^(\d{13}) ", Epoch(1e3)),
    // HAProxy's lines are of the time when the request came, not of that when syslog wrote them.
    (&["haproxy"], r"\[(\d\d/\w{3}/\d{4}:[\d:]{8}\.\d{3})\]", Full("%d/%b/%Y:%H:%M:%S%.f")),
    (&["strace_log.1"], r"^\d+ (\d{10}\.\d+) ", Epoch(1.0)),
    (&["pino"], r#""time":(\d{13})"#, Epoch(1e3)),
    (&["caddy_log"], r#"\{.*?"ts":(\d{10}\.\d+)"#, Epoch(1.0)),
    (&["journald"], r#""__REALTIME_TIMESTAMP" : "(\d{16})""#, Epoch(1e6)),
    (&["json3"], r#""started_at": (\d{13})"#, Epoch(1e3)),
    (&["cloudflare.1"], r#""EdgeStartTimestamp":(\d{19})"#, Epoch(1e9)),
    (&["otel"], r#""timeUnixNano":"(\d{19})""#, Epoch(1e9)),
    (&["ansi.0"], r"^(\d{4}-\d\d-\d\dT[\d:]{8}) ", Full("%Y-%m-%dT%H:%M:%S")),
    (
        &["bunyan", "rust_tracing", "ecs_log", "nextcloud", "muxed_syslog"],
        r#""(?:@timestamp|timestamp|time)":"(\d{4}[^"]+)""#,
        Full("iso"),
    ),
    (
        &["json", "invalid_json", "mixed_json", "nested_json"],
        r#""ts": ?"(\d{4}[^"]+)""#,
        Full("iso"),
    ),
    (&["mongodb"], r#""\$date":"(\d{4}[^"]+)""#, Full("iso")),
    (&["logfmt"], r#"^time="(\d{4}[^"]+)""#, Full("iso")),
    (&["grafana"], r"\bt=(\d{4}\S+)", Full("iso")),
    (&["spark"], r"^(\d\d/\d\d/\d\d [\d:]{8}) ", Full("%y/%m/%d %H:%M:%S")),
    (&["generic.3"], r"^(\d{8}\.\d{6}),(\d{3})", Full("%Y%m%d.%H%M%S %3f")),
    (&["yday"], r"^(\d{4}-\d{3}T[\d:]{8}),(\d{3})", Full("%Y-%jT%H:%M:%S %3f")),
    (&["uwsgi"], r"\[\w{3} (\w{3} +\d+ [\d:]{8} \d{4})\]", Full("%b %e %H:%M:%S %Y")),
    (&["postgres.0"], r"^(\d{4}-\d\d-\d\d [\d:.]+) PDT ", Zoned("%Y-%m-%d %H:%M:%S%.f", -7)),
    (&["postgres"], r"^(\d{4}-\d\d-\d\d [\d:.]+) CEST ", Zoned("%Y-%m-%d %H:%M:%S%.f", 2)),
    (&["docker_compose_with_ts"], r"\| (\d{4}-\d\d-\d\dT\S+) ", Full("iso")),
    (&["mysql_slow"], r"^# Time: (\d{4}\S+)", Full("iso")),
    (
        &["w3c.0", "w3c.3", "w3c.5", "w3c.6", "w3c_big"],
        r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ",
        Full("%Y-%m-%d %H:%M:%S%.f"),
    ),
    (&["w3c.4"], r#"^"(\d{4}-\d\d-\d\d)" "([\d:]{8})""#, Full("%Y-%m-%d %H:%M:%S")),
    (&["openam"], r#"^"(\d{4}-\d\d-\d\d [\d:]{8})""#, Full("iso")),
    (&["vdsm"], r"::(\d{4}-\d\d-\d\d [\d:,]{12})::", Full("iso")),
    (
        &[
            "crlf",
            "epoch.1",
            "generic",
            "java",
            "laravel",
            "leveltest",
            "multiline",
            "mux_",
            "mysql_error",
            "mysql_gen",
            "invalid_tz",
            "invalid_utf8",
            "ts_value",
            "vami",
            "vmw_log",
            "vpxd",
            "with_zones",
            "xml_msg",
            "zap_console",
        ],
        r"^\[?(\d{4}-\d\d-\d\d[T ][\d:]{8}(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)",
        Full("iso"),
    ),
];

/// Measures every file of a folder that a family is for.
///
/// # Errors
/// A file cannot be read.
pub fn measure(folder: &Path, helpers: &Arc<Helpers>) -> io::Result<Vec<File>> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(bare) = name.strip_prefix("logfile_") else { continue };
        let family =
            FAMILIES.iter().find(|(names, ..)| names.iter().any(|has| bare.starts_with(has)));
        if let Some((_, place, written)) = family {
            let place = Regex::new(place).map_err(io::Error::other)?;
            files.push(one(name, &fs::read(&path)?, &place, *written, helpers));
        }
    }
    Ok(files)
}

fn one(
    name: String,
    bytes: &[u8],
    place: &Regex,
    written: Written,
    helpers: &Arc<Helpers>,
) -> File {
    let mut file = File { name, ..File::default() };
    for event in source::events(bytes, None, helpers) {
        let raw = event.raw_line().into_owned();
        let line = String::from_utf8_lossy(&raw);
        let Some(found) = place.captures(&line) else { continue };
        let parts: Vec<&str> = found.iter().skip(1).flatten().map(|part| part.as_str()).collect();
        let wanted = wanted(&parts.join(" "), written);
        let have = event.time.to_string();
        // A line's stamp is at best one's own idea of nanoseconds; the year of those without one
        // is the calendar's.
        let from = if matches!(written, Yearless(_)) { 4 } else { 0 };
        file.all += 1;
        match wanted {
            Some(wanted) if wanted.get(from..26) == have.get(from..26) => file.equal += 1,
            wanted => {
                let wanted = wanted.unwrap_or_else(|| "a stamp".to_owned());
                file.misses.push((usize::try_from(event.id.seq).unwrap_or(0), wanted, have));
            }
        }
    }
    file
}

/// The instant in our spelling, by jiff.
fn wanted(text: &str, written: Written) -> Option<String> {
    let micros = match written {
        #[allow(clippy::cast_possible_truncation, reason = "epochs of this century")]
        Epoch(unit) => (text.parse::<f64>().ok()? * (1e6 / unit)).round() as i64,
        Full("iso") => iso(text)?,
        Full(format) if format.contains("%z") => civil(text, format)?,
        Full(format) => civil(&format!("{text} +0000"), &format!("{format} %z"))?,
        Zoned(format, hours) => {
            civil(&format!("{text} +0000"), &format!("{format} %z"))? - hours * 3_600_000_000
        }
        Yearless(format) => civil(&format!("2024 {text} +0000"), &format!("%Y {format} %z"))?,
    };
    Some(common::clock::Timestamp(micros).to_string())
}

fn civil(text: &str, format: &str) -> Option<i64> {
    Some(strtime::parse(format, text).ok()?.to_timestamp().ok()?.as_microsecond())
}

/// ISO 8601 in jiff's reading; a comma for the fraction's point, UTC where no offset is named.
fn iso(text: &str) -> Option<i64> {
    let text = text.replace(',', ".").replacen(' ', "T", 1);
    let zoned = text.parse::<jiff::Timestamp>().or_else(|_| format!("{text}Z").parse());
    Some(zoned.ok()?.as_microsecond())
}
