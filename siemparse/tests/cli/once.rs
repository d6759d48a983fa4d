//! `--once`: what is stored, and what a second run adds.

use crate::bench::{bare, lines, numbered, on_each};
use common::clock::Timestamp;
use common::event::{Eol, Event, EventId, RawKind, TimeQuality, Value};
use std::borrow::Cow;

#[test]
fn a_line_becomes_an_event_with_all_its_fields() {
    on_each(|bench| {
        let header = "Jun 14 15:16:01 combo sshd[19939]: ";
        let message = "Failed password for root from 10.0.0.1 port 22 ssh2";
        let path = bench.write("auth.log", format!("{header}{message}\n"));
        let _ = bench
            .siemparse()
            .args(["--once", "-s", "auth", "--year", "2026"])
            .arg(path)
            .run()
            .success();
        let [event] = &bench.events()[..] else { panic!("one event") };
        let mut ext = common::event::Fields::new();
        ext.push("ssh.method", Value::Text("password".into()));
        let expected = Event {
            id: EventId { batch: event.id.batch, seq: 1 },
            time: Timestamp::parse("2026-06-14T15:16:01Z").expect("a stamp"),
            time_quality: TimeQuality::ZoneAssumed,
            ingested: event.ingested,
            section: "auth".into(),
            host_name: "combo".into(),
            labels: "linux//auth linux//sshd linux//syslog".into(),
            dataset: Some("linux.syslog".into()),
            event_category: Some("authentication".into()),
            event_action: Some("ssh_login".into()),
            event_outcome: Some("failure".into()),
            process_name: Some("sshd".into()),
            process_pid: Some(19_939),
            user_name: Some("root".into()),
            source_ip: Some([10, 0, 0, 1].into()),
            source_port: Some(22),
            message: message.into(),
            raw: Cow::Borrowed(header.as_bytes()),
            raw_kind: RawKind::Prefix,
            eol: Eol::Lf,
            helper: Some("sshd-failed".into()),
            ext,
            ..Event::default()
        };
        assert!(event.ingested.is_some());
        assert_eq!(*event, expected);
    });
}

#[test]
fn a_second_run_stores_what_is_new() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..7));
        bench.once(&path);
        bench.once(&path);
        assert_eq!(bench.messages(), numbered(0..7));
        bench.append("a.log", lines(7..9));
        let output = bench.siemparse().arg("--once").arg(&path).run().success();
        assert!(output.stderr.contains("2 lines read"), "{}", output.stderr);
        assert!(output.stderr.contains("2 stored, 0 unparsed, 0 rejected, 0 bytes gap"));
        assert_eq!(bench.messages(), numbered(0..9));
    });
}

#[test]
fn thousands_of_lines_in_several_batches_stay_in_order() {
    on_each(|bench| {
        let text = lines(0..12_345);
        bench.once(bench.write("a.log", &text));
        assert_eq!(bench.raw(), text.as_bytes());
    });
}

#[test]
fn endings_are_kept() {
    on_each(|bench| {
        let text = b"one\r\ntwo\n\r\n\nthree\r";
        let path = bench.write("a.log", text);
        bench.age("a.log");
        bench.once(&path);
        assert_eq!(bench.raw(), text);
        let endings: Vec<Eol> = bench.events().iter().map(|event| event.eol).collect();
        assert_eq!(endings, [Eol::CrLf, Eol::Lf, Eol::CrLf, Eol::Lf, Eol::None]);
    });
}

#[test]
fn an_unterminated_line_is_continued() {
    on_each(|bench| {
        let path = bench.write("a.log", "one\ntw");
        bench.age("a.log");
        bench.once(&path);
        bench.append("a.log", "o\nthree\n");
        bench.once(&path);
        assert_eq!(bench.raw(), b"one\ntwo\nthree\n");
        let tags: Vec<String> = bench.events().iter().map(|event| event.tags.join(" ")).collect();
        let expected = ["unparsed", "unparsed unterminated", "continuation unparsed", "unparsed"];
        assert_eq!(tags, expected);
    });
}

#[test]
fn an_unterminated_line_that_is_being_written_is_waited_for() {
    on_each(|bench| {
        let path = bench.write("a.log", "one\ntw");
        let running = bench.siemparse().arg("--once").arg(&path).spawn();
        std::thread::sleep(std::time::Duration::from_millis(700));
        bench.append("a.log", "o\n");
        let _ = running.wait().success();
        assert_eq!(bench.messages(), ["one", "two"]);
    });
}

#[test]
fn globs_name_many_files_and_sections_are_made() {
    on_each(|bench| {
        for number in 0..20 {
            bench.write(&format!("{number:02}.log"), lines(number..number + 1));
        }
        bench.write("other.txt", "not this one\n");
        let pattern = bench.path("*.log");
        let _ = bench.siemparse().args(["--once", "-s", "siem_web"]).arg(&pattern).run().success();
        let events = bench.events();
        assert_eq!(bench.messages(), numbered(0..20));
        assert!(events.iter().all(|event| event.section == "web"));
        let _ = bench.siemparse().arg("--once").arg(bench.path("*.none")).run().success();
    });
}

#[test]
fn a_link_to_nothing_under_a_glob_is_said_and_the_rest_is_read() {
    on_each(|bench| {
        bench.write("a.log", lines(0..2));
        let link = bench.path("b.log");
        std::os::unix::fs::symlink(bench.path("gone"), &link).expect("a link");
        let output = bench.siemparse().arg("--once").arg(bench.path("*.log")).run().expect_code(5);
        let said = format!("siemparse: {}: no such file or directory", link.display());
        assert!(output.stderr.contains(&said), "{}", output.stderr);
        assert_eq!(bench.messages(), numbered(0..2));
    });
}

#[test]
fn standard_input_is_a_source_of_its_own_each_time() {
    on_each(|bench| {
        for _ in 0..2 {
            let _ = bench.siemparse().stdin("one\ntwo").run().success();
        }
        let _ = bench.siemparse().args(["-", "-q"]).stdin("three\n").run().success();
        assert_eq!(bench.messages(), ["one", "two", "one", "two", "three"]);
    });
}

#[test]
fn octet_counted_records_on_standard_input() {
    on_each(|bench| {
        let record = "<34>1 2026-06-14T15:16:01Z h app - - - two\nlines";
        let input = format!("{} {record}{} {record}", record.len(), record.len());
        let _ = bench.siemparse().stdin(input).run().success();
        assert_eq!(bench.messages(), ["two\nlines", "two\nlines"]);
    });
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_read() {
    on_each(|bench| {
        let path = bench.write("a.log", "one\n");
        let missing = bench.path("missing.log");
        let output = bench.siemparse().arg("--once").args([&missing, &path]).run().expect_code(5);
        let expected = format!("siemparse: {}: no such file or directory\n", missing.display());
        assert!(output.stderr.starts_with(&expected), "{}", output.stderr);
        assert_eq!(bench.messages(), ["one"]);
        let folder = missing.parent().expect("a folder").to_owned();
        let output = bench.siemparse().arg("--once").arg(&folder).run().expect_code(5);
        assert!(output.stderr.contains("is a directory"), "{}", output.stderr);
    });
}

#[test]
fn new_files_can_begin_at_their_end() {
    on_each(|bench| {
        let path = bench.write("a.log", "old\nold\npart");
        let _ = bench.siemparse().args(["--once", "--from-end"]).arg(&path).run().success();
        bench.append("a.log", "ial\nnew\n");
        bench.once(&path);
        assert_eq!(bench.messages()[..1], ["part"]);
        assert_eq!(bench.raw(), b"partial\nnew\n");
    });
}

#[test]
fn two_at_once_store_every_line_once() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..20_000));
        let both = [0, 1].map(|_| bench.siemparse().arg("--once").arg(&path).spawn());
        // On PostgreSQL who waits for the other one for two seconds gives up and says so.
        let ends = both.map(testkit::Running::wait);
        let gave_up = |it: &testkit::Output| {
            it.code == 5 && it.stderr.contains("another siemparse follows it")
        };
        assert!(ends.iter().all(|it| it.code == 0 || gave_up(it)), "{ends:?}");
        assert!(ends.iter().any(|it| it.code == 0), "{ends:?}");
        assert_eq!(bench.messages(), numbered(0..20_000));
    });
}

#[test]
fn wrong_usage_is_refused() {
    let cases: [(&[&str], &str); 6] = [
        (&["--bogus"], "unexpected argument '--bogus'"),
        (&["-F", "$(reboot)", "x"], "unknown format \"$(reboot)\""),
        (&["-z", "Mars", "x"], "unknown time zone \"Mars\""),
        (&["-s", "a;drop", "x"], "\"a;drop\" is no section name"),
        (&["-o", "xml", "x"], "invalid value 'xml'"),
        (&["a[", "--once"], "a["),
    ];
    for (args, message) in cases {
        let output = bare().args(args).run().expect_code(2);
        assert!(output.stderr.contains(message), "{args:?}: {}", output.stderr);
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn a_database_that_is_not_there_is_one_line() {
    let output = bare().args(["--db", "sqlite:/proc/none/x.db", "--once", "/etc/hostname"]);
    let output = output.run().expect_code(4);
    assert!(output.stderr.starts_with("siemparse: database sqlite:/proc/none/x.db: "));
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    let _ = bare().args(["--db", "mysql://x", "--once", "/etc/hostname"]).run().expect_code(2);
}

#[test]
fn a_wrong_source_in_the_configuration_is_named_with_its_place() {
    let folder = testkit::temp_dir();
    let file = folder.path().join("siem.toml");
    std::fs::write(&file, "[[source]]\npath = \"/x\"\nformat = \"nonsense\"\n").expect("writes");
    let null = std::fs::File::open("/dev/null").expect("opens");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_siemparse"))
        .arg("-c")
        .arg(&file)
        .args(["--db", "sqlite:/proc/none"])
        .stdin(null)
        .output()
        .expect("siemparse runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    let place = format!("siemparse: {}:", file.display());
    assert!(said.starts_with(&place) && said.contains("unknown format \"nonsense\""), "{said}");
}
