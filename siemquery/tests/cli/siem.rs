//! SIEM events: how they are listed, counted, and followed back to the events behind them.

use crate::world::{World, empty, world};
use testkit::{temp_dir, tool};

const RULES: &str = r#"{ "rules_auth": [
  { "name": "any_login_failure", "severity": 5, "where": "message startswith 'Failed'", "group_by": [],
    "time_int": 0, "event_limit": 0, "message": "a login failed on {host.name}" },
  { "name": "guessing", "severity": 2, "where": "message startswith 'Failed'", "group_by": ["source.ip"],
    "time_int": "10m", "event_limit": 1, "message": "guessing from {source.ip}" },
  { "name": "repeated", "severity": 1, "where": "rule.name = guessing", "group_by": [], "source_table": "siem_auth",
    "time_int": "1h", "event_limit": 0, "message": "guessing again" }
] }"#;

/// Four failures of one peer within an hour, two at a time, one of another; then the rules.
fn detected(body: impl Fn(&World<'_>)) {
    empty(|world| {
        let line = |minute: u32, peer: u32| {
            format!(
                "2026-08-01T10:{minute:02}:00+00:00 web1 sshd[1]: Failed password for root from 203.0.113.{peer} port 4711 ssh2\n"
            )
        };
        let lines: String =
            [(1, 5), (2, 5), (3, 6), (41, 5), (42, 5)].iter().map(|(m, p)| line(*m, *p)).collect();
        world.store("auth", lines);
        let directory = temp_dir();
        let path = directory.path().join("rules.json");
        std::fs::write(&path, RULES).expect("room");
        let trigger =
            |arguments: &[&str]| tool("siemtrigger").args(["--db", world.url]).args(arguments);
        let _ = trigger(&["--oneshot", "--rules"]).arg(&path).run().success();
        let _ = trigger(&["--oneshot", "--rules"]).arg(&path).run();
        body(world);
    });
}

fn lines(world: &World<'_>, options: &[&str]) -> Vec<String> {
    let output = world.run(options).success();
    output.stdout.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn a_table_is_folded_and_the_worst_come_first() {
    detected(|world| {
        let table = lines(
            world,
            &[
                "-s",
                "siem_auth",
                "--where",
                "rule.name in (guessing, any_login_failure)",
                "-o",
                "table",
                "--fields",
                "rule.name,severity,magnitude,times,message",
            ],
        );
        let rows: Vec<Vec<&str>> =
            table[1..].iter().map(|row| row.split_whitespace().take(4).collect()).collect();
        assert_eq!(
            rows,
            [vec!["guessing", "2", "33", "×2"], vec!["any_login_failure", "5", "17", "×5"]],
            "{table:?}"
        );
        assert!(table[1].ends_with("guessing from 203.0.113.5"), "{table:?}");
    });
}

#[test]
fn machine_formats_have_each_in_order_of_time() {
    detected(|world| {
        let guessing = |options: &[&str]| {
            let output = world
                .query(&["--siem", "--where", "rule.name = guessing"])
                .args(options)
                .run()
                .success();
            output.stdout
        };
        assert_eq!(
            guessing(&["-o", "jsonl", "--fields", "time,severity,event_count,group,source_ids"]),
            "{\"time\":\"2026-08-01T10:02:00.000000Z\",\"severity\":2,\"event_count\":2,\
             \"group\":{\"source.ip\":\"203.0.113.5\"},\"source_ids\":[\"1.1\",\"1.2\"]}\n\
             {\"time\":\"2026-08-01T10:42:00.000000Z\",\"severity\":2,\"event_count\":2,\
             \"group\":{\"source.ip\":\"203.0.113.5\"},\"source_ids\":[\"1.4\",\"1.5\"]}\n"
        );
        assert_eq!(
            guessing(&["-o", "csv", "--fields", "time,section,message", "-n", "1"]),
            "time,section,message\n2026-08-01T10:42:00.000000Z,auth,guessing from 203.0.113.5\n"
        );
        let newest: serde_json::Value =
            serde_json::from_str(&guessing(&["-n", "1"])).expect("JSON");
        for name in [
            "id",
            "key",
            "revision",
            "last_time",
            "rule.version",
            "window.start",
            "tags",
            "backfill",
        ] {
            assert!(newest.get(name).is_some(), "{name}: {newest}");
        }
        let array: serde_json::Value =
            serde_json::from_str(&guessing(&["-o", "json"])).expect("JSON");
        assert_eq!(array.as_array().map(Vec::len), Some(2));
    });
}

#[test]
fn siem_events_are_selected_and_counted_like_events() {
    detected(|world| {
        let count =
            |options: &[&str]| world.query(options).args(["--siem", "--count"]).run().stdout;
        assert_eq!(count(&["--where", "rule.name = guessing"]), "2\n");
        assert_eq!(count(&["--where", "source.ip = 203.0.113.5 and severity < 3"]), "2\n");
        assert_eq!(
            count(&["--where", "rule.name = guessing", "-S", "2026-08-01 10:30", "--utc"]),
            "1\n"
        );
        assert_eq!(count(&["--grep", "again"]), count(&["-w", "rule.name = repeated"]));
        assert_eq!(
            lines(
                world,
                &[
                    "--siem",
                    "-w",
                    "rule.name != repeated",
                    "--count-by",
                    "rule.name,severity",
                    "-o",
                    "csv"
                ]
            ),
            ["rule.name,severity,count", "any_login_failure,5,5", "guessing,2,2"]
        );
        assert_eq!(
            lines(
                world,
                &["--siem", "-w", "rule.name = guessing", "--histogram", "30m", "-o", "csv"]
            ),
            ["@timestamp,count", "2026-08-01T10:00:00.000000Z,1", "2026-08-01T10:30:00.000000Z,1"]
        );
    });
}

#[test]
fn from_a_siem_event_to_the_events_behind_it() {
    detected(|world| {
        let ids =
            lines(world, &["--siem", "-w", "rule.name = guessing", "-o", "tsv", "--fields", "id"]);
        let first = ids[1].as_str();
        assert_eq!(world.ids(&["--sources", first]), ["1.1", "1.2"]);
        assert_eq!(world.ids(&["--sources", &first[..12]]), ["1.1", "1.2"]);
        assert_eq!(world.run(&["--siem", "--id", first, "--count"]).success().stdout, "1\n");
        let around = lines(
            world,
            &["--around", first, "--span", "1m", "-o", "tsv", "--fields", "event.id,around"],
        );
        assert_eq!(around[1..], ["1.1\t-1m00s", "1.2\there", "1.3\t+1m00s"]);
        let same = world.ids(&["--around", first, "--span", "1h", "--same", "source.ip"]);
        assert_eq!(same, ["1.1", "1.2", "1.4", "1.5"]);
        let chained =
            lines(world, &["--siem", "-w", "rule.name = repeated", "-o", "tsv", "--fields", "id"]);
        let behind = lines(world, &["--sources", &chained[1], "-o", "jsonl"]);
        assert!(behind[0].contains("\"rule.name\":\"guessing\""), "{behind:?}");
        let _ = world.run(&["--sources", "xyz"]).expect_code(2);
    });
}

#[test]
fn coverage_tells_what_a_rule_has_seen() {
    world(|world| {
        let trigger = |arguments: &[&str]| {
            let _ = tool("siemtrigger").args(["--db", world.url, "-q"]).args(arguments).run();
        };
        let told = |code: i32| {
            let output = world.run(&["--coverage", "auth/ssh_brute_force", "-o", "tsv"]);
            assert_eq!(output.code, code, "{}{}", output.stdout, output.stderr);
            let lines: Vec<String> = output.stdout.lines().skip(1).map(str::to_owned).collect();
            lines
                .iter()
                .map(|line| line.split('\t').skip(1).take(3).collect::<Vec<_>>().join(" "))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(1), ["1-2 2 unseen"]);
        trigger(&["--oneshot"]);
        assert_eq!(told(0), ["1-2 2 seen"]);
        let manage = |verb: &str| {
            let args = ["--db", world.url, "rules", verb, "-s", "auth", "ssh_brute_force"];
            let _ = tool("siemmanage").args(args).run().success();
        };
        manage("disable");
        world.store("web", "2026-08-02T11:00:00+00:00 web1 app[7]: three\n");
        manage("enable");
        world.store("web", "2026-08-02T12:00:00+00:00 web1 app[7]: four\n");
        assert_eq!(told(1).last().map(String::as_str), Some("4-4 1 unseen"));
        trigger(&["--oneshot"]);
        let all = told(0);
        assert!(all.contains(&"3-3 1 none".to_owned()), "{all:?}");
        assert_eq!(all.last().map(String::as_str), Some("4-4 1 seen"));
        let output = world.run(&["--coverage", "auth/ssh_brut_force"]);
        assert_eq!(output.code, 2);
        assert!(output.stderr.contains("did you mean auth/ssh_brute_force?"), "{}", output.stderr);
    });
}
