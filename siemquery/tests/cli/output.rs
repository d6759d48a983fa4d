//! How selected events are printed.

use crate::world::{AUTH, empty, world};
use testkit::{temp_dir, tool};

#[test]
fn every_format_prints_the_same_values() {
    world(|world| {
        let options = ["--id", "1.1", "--id", "1.5", "--fields", "time,pid,user.name,message"];
        let printed =
            |form: &str| world.query(&options).args(["-o", form, "--utc"]).run().success().stdout;
        assert_eq!(
            printed("jsonl"),
            "{\"@timestamp\":\"2026-08-01T10:00:00.250000Z\",\"process.pid\":101,\"user.name\":\"root\",\
             \"message\":\"Failed password for root from 203.0.113.5 port 4711 ssh2\"}\n\
             {\"@timestamp\":\"2026-08-02T09:00:00.000000Z\",\"process.pid\":105,\
             \"message\":\"checkpoint starting: time\"}\n"
        );
        let array: serde_json::Value = serde_json::from_str(&printed("json")).expect("JSON");
        let lines: Vec<serde_json::Value> = printed("jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(array, serde_json::Value::Array(lines));
        assert_eq!(
            printed("csv"),
            "@timestamp,process.pid,user.name,message\n\
             2026-08-01T10:00:00.250000Z,101,root,Failed password for root from 203.0.113.5 port 4711 ssh2\n\
             2026-08-02T09:00:00.000000Z,105,,checkpoint starting: time\n"
        );
        assert_eq!(printed("tsv"), printed("csv").replace(',', "\t"));
        assert_eq!(
            printed("table"),
            "@timestamp           process.pid  user.name  message\n\
             2026-08-01 10:00:00          101  root       Failed password for root from 203.0.113.5 port 4711 ssh2\n\
             2026-08-02 09:00:00          105  -          checkpoint starting: time\n"
        );
        assert_eq!(printed("raw"), format!("{}\n{}\n", line(1), line(5)));
    });
}

fn line(number: usize) -> &'static str {
    AUTH.lines().nth(number - 1).unwrap_or_default()
}

#[test]
fn a_whole_event_as_json_has_every_field() {
    world(|world| {
        let output = world.run(&["--id", "1.1"]).success();
        let mut event: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
        let members = event.as_object_mut().expect("an object");
        let ingested = members.remove("event.ingested").expect("when it was stored");
        assert!(ingested.as_str().is_some_and(|text| text.ends_with('Z')));
        for (name, value) in [
            ("@timestamp", serde_json::json!("2026-08-01T10:00:00.250000Z")),
            ("event.id", serde_json::json!("1.1")),
            ("section", serde_json::json!("auth")),
            ("host.name", serde_json::json!("web1")),
            ("process.name", serde_json::json!("sshd")),
            ("process.pid", serde_json::json!(101)),
            ("user.name", serde_json::json!("root")),
            ("source.ip", serde_json::json!("203.0.113.5")),
            ("source.port", serde_json::json!(4711)),
            ("log.offset", serde_json::json!(0)),
        ] {
            assert_eq!(members.get(name), Some(&value), "{name}");
        }
    });
}

#[test]
fn raw_gives_the_source_back_byte_for_byte() {
    empty(|world| {
        let lines = b"Aug  1 10:00:02 h a[1]: late\r\nAug  1 10:00:01 h b: \xff\xfe\0 early\n\n  \nnot syslog \x1b[2J\nno end";
        world.store("auth", lines);
        let output = world.run(&["--raw", "-s", "auth"]).success();
        assert_eq!(output.bytes, lines);
        assert_eq!(world.run(&["--raw", "-n", "1", "--grep", "late"]).bytes, &lines[..30]);
    });
}

#[test]
fn counts_and_charts() {
    world(|world| {
        assert_eq!(world.run(&["--count"]).success().stdout, "7\n");
        assert_eq!(world.run(&["--count", "-o", "jsonl"]).success().stdout, "{\"count\":7}\n");
        assert_eq!(world.run(&["--count", "--grep", "nothing"]).expect_code(1).stdout, "0\n");
        let by =
            |options: &[&str]| world.query(options).args(["-s", "auth"]).run().success().stdout;
        assert_eq!(
            by(&["--count-by", "process,section", "--top", "2"]),
            "{\"process.name\":\"sshd\",\"section\":\"auth\",\"count\":3}\n\
             {\"process.name\":\"CRON\",\"section\":\"auth\",\"count\":1}\n"
        );
        assert!(by(&["--count-by", "pid"]).starts_with("{\"process.pid\":101,\"count\":1}\n"));
        assert_eq!(
            without_bars(&by(&["--count-by", "process", "-o", "table"])),
            "process.name  count  share\n\
             sshd              3  60.0%\n\
             CRON              1  20.0%\n\
             postgres          1  20.0%\n"
        );
        assert_eq!(
            by(&["--histogram", "1h", "--utc", "-o", "csv"]).lines().take(3).collect::<Vec<_>>(),
            ["@timestamp,count", "2026-08-01T10:00:00.000000Z,3", "2026-08-01T11:00:00.000000Z,1"]
        );
        let slots = by(&["--histogram", "1h", "-o", "jsonl"]);
        assert_eq!(slots.lines().count(), 24, "empty slots are there: {slots}");
        assert_eq!(
            without_bars(&by(&["--histogram", "1d", "--utc", "-o", "table"])),
            "time        count\n2026-08-01      4\n2026-08-02      1\n"
        );
    });
}

/// The table, after a look at the bars: the longest stands on the line of the largest count.
fn without_bars(table: &str) -> String {
    let bar = |line: &str| line.matches('█').count();
    let longest = table.lines().max_by_key(|line| bar(line)).unwrap_or_default();
    assert_eq!(Some(longest), table.lines().nth(1), "{table}");
    let bare =
        |line: &str| line.split(['█', '▏']).next().unwrap_or_default().trim_end().to_owned() + "\n";
    table.lines().map(bare).collect()
}

#[test]
fn a_json_file_beside_or_instead_of_the_list() {
    world(|world| {
        let directory = temp_dir();
        let path = directory.path().join("out.json");
        let name = path.display().to_string();
        let both = world.run(&["--json", &name, "-s", "web"]).success();
        assert_eq!(both.stdout.lines().count(), 2);
        let file: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("the file")).expect("JSON");
        assert_eq!(file[1]["message"], "漢字 started");
        let silent = world.run(&["--json", &name, "--silent", "-s", "auth"]).success();
        assert_eq!(silent.stdout, "");
        let file = std::fs::read_to_string(&path).expect("the file");
        let array: serde_json::Value = serde_json::from_str(&file).expect("JSON");
        assert_eq!(array.as_array().map(Vec::len), Some(5));
        assert_eq!(world.run(&["--json", "-", "-s", "auth"]).success().stdout, file);
        let nowhere = world.run(&["--json", "/nonexistent/x.json"]).expect_code(5);
        assert!(nowhere.stderr.contains("/nonexistent/x.json"), "{}", nowhere.stderr);
    });
}

#[test]
fn the_sql_is_shown_on_request() {
    world(|world| {
        let explained = world.run(&["--explain", "--process", "sshd"]).success();
        assert!(explained.stdout.starts_with("filter: process.name = \"sshd\"\n"));
        assert!(explained.stdout.contains("SELECT"), "{}", explained.stdout);
        let verbose = world.run(&["--verbose", "--process", "sshd", "--count"]).success();
        assert_eq!(verbose.stdout, "3\n", "the result alone is on standard output");
        assert!(verbose.stderr.contains("SELECT"), "{}", verbose.stderr);
        assert_eq!(world.run(&["--silent", "--process", "sshd"]).success().stdout, "");
        assert_eq!(world.run(&["--silent", "--process", "none"]).expect_code(1).stdout, "");
    });
}

#[test]
fn colours_are_for_those_who_want_them() {
    world(|world| {
        let table = ["-s", "auth", "-o", "table"];
        assert!(!world.run(&table).stdout.contains('\u{1b}'));
        let forced = world.query(&table).env("CLICOLOR_FORCE", "1").run().stdout;
        assert!(forced.contains("\u{1b}[1m"), "{forced}");
        let never =
            world.query(&table).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").run().stdout;
        assert!(!never.contains('\u{1b}'));
        assert!(world.query(&table).args(["--color", "always"]).run().stdout.contains('\u{1b}'));
    });
}

#[test]
fn rules_and_helpers_are_listed() {
    world(|world| {
        let helpers = world.run(&["--rule", "-o", "tsv", "--fields", "type,name"]).success().stdout;
        assert!(helpers.lines().any(|line| line.starts_with("helper\tssh")), "{helpers}");
        let table = world.run(&["--table", "helpers_auth", "-o", "table"]).success().stdout;
        assert!(table.starts_with("section"), "{table}");
    });
}

#[test]
fn help_is_short_or_long() {
    let short = tool("siemquery").arg("-h").run().success().stdout;
    assert!(short.lines().count() <= 40, "{} lines", short.lines().count());
    assert!(
        short.lines().all(|line| line.chars().count() <= 80 || line.contains("--db")),
        "{short}"
    );
    let long = tool("siemquery").arg("--help").run().success().stdout;
    assert!(long.contains("Examples:") && long.contains("--rprotocol"), "{long}");
    let man = tool("siemquery").args(["--generate", "man"]).run().success().stdout;
    assert!(man.contains(".TH siemquery"));
    assert!(tool("siemquery").arg("--version").run().success().stdout.starts_with("siemquery "));
}
