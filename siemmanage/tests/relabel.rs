//! The real `relabel` beside the other programs: what rules and queries find afterwards, and that
//! nothing changes where labels are as they are computed.
//!
//! What it does *not* know: how records are chained (`common/store/tests/body/relabel.rs`).

use common::clock::{SECOND, Timestamp};
use common::event::Event;
use store::{Batch, Create, Cursor, Share, Url};
use testkit::{Output, for_each_db, temp_dir, tool, tool_at};

const RULE: &str = "title: Failed logon
id: 22222222-0000-4000-8000-000000000001
logsource: {product: linux, service: sshd}
detection:
  words: ['Failed password']
  condition: words
";

fn siemmanage(url: &str, args: &[&str]) -> Output {
    tool_at(env!("CARGO_BIN_EXE_siemmanage")).env("SIEM_DB", url).args(args).run()
}

fn run(tool_name: &str, url: &str, args: &[&str]) -> Output {
    tool(tool_name).env("SIEM_DB", url).args(args).run()
}

/// Stores events with labels that an older program gave them.
fn store_aged(url: &str, count: i64) {
    let url = Url::parse(Some(url)).expect("a URL");
    let mut store = store::open(&url, Create::IfEmbedded).expect("a store");
    let new = |_: &[Cursor]| Cursor {
        host: "h".into(),
        kind: "stdin".into(),
        name: "aged".into(),
        section: "auth".into(),
        ..Cursor::default()
    };
    let cursor = store.claim("h", &mut { new }).expect("a cursor");
    let cursor = Cursor { position: cursor.position + 1, ..cursor };
    let event = |number: i64| {
        let mut event = Event {
            time: Timestamp((1_795_168_800 + number) * SECOND),
            section: "auth".into(),
            host_name: "web1".into(),
            dataset: Some("linux.syslog".into()),
            process_name: Some("sshd".into()),
            message: "Failed password for root".into(),
            raw: b"web1 sshd: Failed password for root".as_slice().into(),
            labels: "linux//old".into(),
            ..Event::default()
        };
        event.normalise();
        event
    };
    let events: Vec<Event<'_>> = (0..count).map(event).collect();
    let batch = Batch {
        cursor: &cursor,
        byte_start: cursor.position - 1,
        line_count: count,
        events: &events,
        rejects: &[],
        gaps: &[],
        filtered: Share::default(),
    };
    let _ = store.commit(&[batch]).expect("a commit");
}

#[test]
fn rules_find_what_they_should_after_relabelling() {
    for_each_db(|url| {
        let _ = siemmanage(url, &["init"]).success();
        let _ = siemmanage(url, &["section", "set", "auth"]).success();
        store_aged(url, 12);
        let folder = temp_dir();
        let rule = folder.path().join("rule.yml");
        std::fs::write(&rule, RULE).expect("a file");
        let rule = rule.display().to_string();
        let backtest = ["--backtest", "-q", "-o", "jsonl", "--rules", &rule];
        let query = ["--sigma", &rule, "-o", "jsonl"];
        assert_eq!(run("siemtrigger", url, &backtest).expect_code(1).stdout, "");
        assert_eq!(run("siemquery", url, &query).expect_code(1).stdout, "");

        let sshd = "linux//auth linux//sshd linux//syslog";
        let table = format!("events  labels before  labels now\n    12  linux//old     {sshd}\n");
        let dry = siemmanage(url, &["relabel", "--since", "2026-11-01", "--dry-run"]).success();
        assert_eq!(dry.stdout, format!("{table}would relabel 12 of 12 events\n"));
        assert_eq!(run("siemtrigger", url, &backtest).expect_code(1).stdout, "");
        let done = siemmanage(url, &["relabel", "--since", "2026-11-01", "-s", "auth"]).success();
        assert_eq!(done.stdout, format!("{table}relabelled 12 of 12 events\n"));
        let again = siemmanage(url, &["relabel", "-S", "@0", "-o", "json"]).success().stdout;
        let again: serde_json::Value = serde_json::from_str(&again).expect("JSON");
        let none = serde_json::json!({"dry_run": false, "events": 12, "batches": 0, "changed": 0,
            "changes": []});
        assert_eq!(again, none);

        assert_eq!(run("siemtrigger", url, &backtest).success().stdout.lines().count(), 12);
        assert_eq!(run("siemquery", url, &query).success().stdout.lines().count(), 12);
        let verified = siemmanage(url, &["verify"]).success().stdout;
        assert!(
            verified
                .ends_with(", 12 relabelled under 1 record, against no outside head: 0 findings\n"),
            "{verified}"
        );
        let _ = siemmanage(url, &["relabel"]).expect_code(2);
        let _ = siemmanage(url, &["relabel", "--since", "whenever"]).expect_code(2);
        let _ = siemmanage(url, &["relabel", "--since", "@0", "-s", "atuh"]).expect_code(2);
    });
}

/// Labels are a function of the event as it is stored: of whatever format it came.
#[test]
fn what_was_stored_by_this_version_stays_as_it_is() {
    for_each_db(|url| {
        let _ = siemmanage(url, &["init"]).success();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../common/parse/tests/data");
        let entries = std::fs::read_dir(folder).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut logs: Vec<String> = paths
            .filter(|path| path.extension().is_some_and(|kind| kind == "log"))
            .map(|path| path.display().to_string())
            .collect();
        logs.sort();
        assert!(logs.len() > 30, "{logs:?}");
        let mut args = vec!["--once", "-z", "UTC"];
        args.extend(logs.iter().map(String::as_str));
        let _ = run("siemparse", url, &args).success();
        let output = siemmanage(url, &["relabel", "--since", "1970-01-01"]).success().stdout;
        assert!(output.starts_with("relabelled 0 of "), "{output}");
    });
}
