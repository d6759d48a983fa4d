//! The real siemmanage beside the real siemparse: accounts, `doctor`, `metrics`, `verify`.
//!
//! What it does *not* know: how the libraries are built.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};
use testkit::{Output, Tool, database, for_each_db, temp_dir, tool, tool_at};

fn siemmanage(url: &str, args: &[&str]) -> Output {
    tool_at(env!("CARGO_BIN_EXE_siemmanage")).env("SIEM_DB", url).args(args).run()
}

fn siemparse(url: &str, args: &[&str]) -> Tool {
    tool("siemparse").env("SIEM_DB", url).args(["--once", "-s", "auth"]).args(args)
}

/// Runs the body on both databases, initialised.
fn on_each(body: impl Fn(&str)) {
    for_each_db(|url| {
        let _ = siemmanage(url, &["init"]).success();
        body(url);
    });
}

/// A syslog line of now and some hours.
fn line(hours: i64, text: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    let time = i64::try_from(now).expect("seconds") + hours * 3_600;
    let stamp = common::clock::Timestamp(time * 1_000_000).to_string();
    format!("{stamp} web1 sshd[7]: {text}\n")
}

#[test]
fn every_line_and_byte_is_accounted_for() {
    on_each(|url| {
        let directory = temp_dir();
        let long = format!("{}\n", "x".repeat(3 << 19));
        let text =
            [&line(0, "one"), "two\r\n", &long, "nul \0 and \u{e9}\n", "\n", "no end"].concat();
        let path = directory.path().join("odd.log");
        std::fs::write(&path, &text).expect("a file");
        let path = path.display().to_string();
        let _ = siemparse(url, &[&path]).run().success();
        let framed = "11 <34>1 - - -17 <34>1 - - - a - - b";
        let _ = siemparse(url, &["-"]).stdin(format!("{framed}\nplain\n")).run().success();

        let output = siemmanage(url, &["doctor", "-o", "json"]).success();
        let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
        assert_eq!(json["wrong"], 0, "{}", output.stdout);
        assert!(output.stdout.contains("bytes missing; see table gap"), "{}", output.stdout);
        let metrics = metrics(url);
        let of = |name: &str| metrics.get(name).expect("a metric").iter().sum::<f64>();
        let given = text.len() + framed.len() + "\nplain\n".len();
        assert_eq!(of("siem_source_offered_bytes_total"), given as f64);
        assert_eq!(of("siem_source_gap_bytes_total"), f64::from(1 << 19));
        assert_eq!(of("siem_source_open_bytes"), 0.0);
        assert_eq!(of("siem_source_offered_lines_total"), of("siem_source_stored_lines_total"));
        let verified = siemmanage(url, &["verify"]).success().stdout;
        assert!(verified.ends_with(" 0 findings\n"), "{verified}");
    });
}

/// The values of each metric; panics where the text is not what Prometheus reads.
fn metrics(url: &str) -> BTreeMap<String, Vec<f64>> {
    let text = siemmanage(url, &["metrics"]).success().stdout;
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
    };
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut series = BTreeSet::new();
    let (mut helped, mut current) = (BTreeSet::new(), String::new());
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect("a help text");
            assert!(is_name(name) && help.ends_with('.') || help.ends_with("error."), "{line}");
            assert!(helped.insert(name.to_owned()), "told twice: {line}");
            current = name.to_owned();
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let expected = if current.ends_with("_total") { "counter" } else { "gauge" };
            assert_eq!(kind, format!("{current} {expected}"));
        } else {
            let (place, value) = line.rsplit_once(' ').expect("a value");
            assert!(series.insert(place.to_owned()), "twice: {line}");
            let (name, labels) = place.split_once('{').unwrap_or((place, "}"));
            assert_eq!(name, current, "a series stands under its help: {line}");
            let labels = labels.strip_suffix('}').expect("an end of labels");
            assert!(labels.is_empty() || labels.ends_with('"'), "{line}");
            values.entry(name.to_owned()).or_default().push(value.parse().expect("a number"));
        }
    }
    values
}

#[test]
fn utf16_that_was_read_is_not_unread() {
    let database = database();
    let url = database.url();
    let _ = siemmanage(url, &["init"]).success();
    let directory = temp_dir();
    let path = directory.path().join("auth.log");
    let text =
        format!("\u{feff}{}", line(0, "Accepted password for root from 192.0.2.7 port 1 ssh2"));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(&path, wide).expect("a file");
    let _ = siemparse(url, &[&path.display().to_string()]).run().success();
    drop(database.sql("UPDATE cursor SET updated = now() - interval '1 hour'"));
    let told = siemmanage(url, &["doctor"]).success().stdout;
    assert!(!told.contains("unread"), "{told}");
}

#[test]
fn doctor_tells_what_is_wrong() {
    let database = database();
    let url = database.url();
    let _ = siemmanage(url, &["init"]).success();
    let directory = temp_dir();
    let path = directory.path().join("auth.log");
    let name = path.display().to_string();
    let mut text = String::new();
    for number in 0..6 {
        text.push_str(&line(
            2,
            &format!("Accepted password for root from 10.0.0.{number} port 1 ssh2"),
        ));
        std::fs::write(&path, &text).expect("a file");
        let _ = siemparse(url, &[&name]).run().success();
    }
    let told = siemmanage(url, &["doctor"]).expect_code(1).stdout;
    let clock = format!("source 1 ({name}): stamps are always 2 h ahead of the clock");
    assert!(told.contains(&clock), "{told}");
    assert!(told.contains(" 1 wrong, "), "{told}");

    let run = |statement: &str| drop(database.sql(statement));
    run("UPDATE cursor SET stored_bytes = stored_bytes - 5, updated = now() - interval '1 hour'");
    run("UPDATE cursor SET head = 'x'");
    run("GRANT SELECT ON rule TO PUBLIC; GRANT SELECT ON event TO siem_ingest");
    run("REVOKE SELECT ON hit FROM siem_query; CREATE TABLE event_20240101 (LIKE event)");
    let _ = write!(text, "{}", line(2, "more"));
    std::fs::write(&path, &text).expect("a file");
    let told = siemmanage(url, &["doctor"]).expect_code(1).stdout;
    for expected in [
        "0 lines and 5 bytes of them are neither stored nor rejected",
        "bytes unread for 60 min; is siemparse running?",
        "its last batch is not the one that it wrote",
        "everybody may select table rule; revoke it from PUBLIC",
        "siem_ingest may select table event; revoke it from siem_ingest",
        "note   siem_query may not select table hit; siemmanage init grants it",
        "table event_20240101 is no part of table event",
        " 7 wrong, ",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    std::fs::remove_file(&path).expect("a file");
    run("DELETE FROM event WHERE batch = (SELECT batch FROM batch WHERE commit_no = 1)");
    let told = siemmanage(url, &["doctor"]).expect_code(1).stdout;
    assert!(told.contains(": the file is gone"), "{told}");
    assert!(!told.contains("rules wait"), "{told}");
    let named = siemmanage(url, &["verify"]).expect_code(1).stdout;
    assert!(named.contains("event 1.1 missing"), "{named}");
    // As on servers that share the events: Citus' catalogue of distributed tables.
    run("SET allow_system_table_mods = on; \
         CREATE TABLE pg_catalog.pg_dist_partition AS SELECT 'public.event'::regclass AS logicalrelid");
    let told = siemmanage(url, &["doctor"]).expect_code(1).stdout;
    assert!(told.contains("rules wait behind commit 0: events of the next are missing"), "{told}");
}

#[test]
fn doctor_moves_events_to_their_days() {
    let database = database();
    let url = database.url();
    let _ = siemmanage(url, &["init"]).success();
    // The parser finds no day to make: its events wait in the default partition.
    let _ = database.sql(
        "CREATE OR REPLACE FUNCTION ensure_day(days date[]) RETURNS date[] \
        LANGUAGE sql SECURITY DEFINER AS 'SELECT ''{}''::date[]'",
    );
    let text = format!("{}{}", line(0, "one"), "1999-01-01T00:00:00Z web1 sshd[7]: two\n");
    let _ = siemparse(url, &["-"]).stdin(text).run().success();
    assert_eq!(database.sql("SELECT count(*) FROM event_default"), "2");
    restore_ensure_day(&database);
    let told = siemmanage(url, &["doctor"]).success().stdout;
    assert!(told.contains("1 event moved to the partitions of their days"), "{told}");
    assert!(told.contains("1 event dated more than two years ago"), "{told}");
    assert_eq!(database.sql("SELECT count(*) FROM event_default"), "1");
    assert_eq!(database.sql("SELECT count(*) FROM event"), "2");
    let _ = siemmanage(url, &["verify"]).success();
}

/// Puts the function back as the first migration made it.
fn restore_ensure_day(database: &testkit::Database) {
    let script = include_str!("../../sql/postgres/0001_event.sql");
    let from = script.find("CREATE FUNCTION ensure_day").expect("the function");
    let until = from + script[from..].find("$$;").expect("its end") + 3;
    let create = script[from..until].replacen("CREATE", "CREATE OR REPLACE", 1);
    let _ = database.sql(&create);
}

#[test]
fn what_is_gone_for_good_is_forgotten_and_stays_accounted_for() {
    on_each(|url| {
        let directory = temp_dir();
        let [auth, web] = ["auth.log", "web.log"].map(|name| directory.path().join(name));
        let names = [&auth, &web].map(|path| path.display().to_string());
        let text = [line(0, "one"), line(0, "two")].concat();
        std::fs::write(&auth, &text).expect("a file");
        std::fs::write(&web, line(0, "three")).expect("a file");
        let _ = siemparse(url, &[&names[0], &names[1]]).run().success();
        let forget = |args: &[&str]| {
            let args = [&["forget", "--older-than", "0d"], args].concat();
            siemmanage(url, &args).success().stdout
        };
        std::fs::rename(&auth, auth.with_extension("log.1")).expect("a file");
        assert_eq!(forget(&["--dry-run"]), "would forget 0 sources\n", "it is there");
        std::fs::remove_file(auth.with_extension("log.1")).expect("a file");
        assert_eq!(forget(&["--dry-run"]), "would forget 1 source\n");
        assert_eq!(siemmanage(url, &["forget"]).success().stdout, "forgot 0 sources\n", "young");
        assert_eq!(forget(&[]), "forgot 1 source\n");
        assert_eq!(forget(&[]), "forgot 0 sources\n");
        let told = siemmanage(url, &["doctor"]).success().stdout;
        assert!(!told.contains("is gone") && told.contains(" 0 wrong, "), "{told}");
        let status = siemmanage(url, &["status", "-o", "json"]).success().stdout;
        assert!(!status.contains(&names[0]) && status.contains(&names[1]), "{status}");
        let offered = || metrics(url)["siem_source_offered_lines_total"].iter().sum::<f64>();
        assert_eq!(offered(), 1.0);
        // It comes back, and is a new one.
        std::fs::write(&auth, &text).expect("a file");
        let _ = siemparse(url, &[&names[0], &names[1]]).run().success();
        assert_eq!(offered(), 3.0);
        let verified = siemmanage(url, &["verify"]).success().stdout;
        assert!(verified.ends_with(" 0 findings\n"), "{verified}");
    });
}
