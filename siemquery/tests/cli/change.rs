//! SIEM events as they are stored and amended: to a terminal that stays, and to jobs that come
//! again.

use crate::world::{World, empty};
use std::path::Path;
use std::time::Duration;
use testkit::{temp_dir, tool};

const RULES: &str = r#"{ "rules_auth": [
  { "name": "guessing", "severity": 2, "where": "message startswith 'Failed'", "group_by": ["source.ip"],
    "time_int": "1h", "event_limit": 1, "message": "guessing from {source.ip}" }
] }"#;

/// A database with no events, and the file of its rules.
fn armed(body: impl Fn(&World<'_>, &Path)) {
    empty(|world| {
        let directory = temp_dir();
        let rules = directory.path().join("rules.json");
        std::fs::write(&rules, RULES).expect("room");
        body(world, &rules);
    });
}

/// Stores a failed login of a peer in each minute, and evaluates.
fn fail(world: &World<'_>, rules: &Path, peer: u32, minutes: std::ops::Range<u32>) {
    let line = |minute: u32| {
        format!(
            "2026-08-01T10:{minute:02}:00+00:00 web1 sshd[1]: Failed password for root from 203.0.113.{peer} port 4711 ssh2\n"
        )
    };
    world.store("auth", minutes.map(line).collect::<String>());
    let trigger = tool("siemtrigger").args(["--db", world.url, "--oneshot", "--rules"]);
    let _ = trigger.arg(rules).run().success();
}

fn once(world: &World<'_>, cursor: &str, options: &[&str]) -> Vec<String> {
    let fields = "revision,event_count,message";
    let options = [&["--siem", "--cursor-file", cursor][..], options].concat();
    let output = world.query(&options).args(["-o", "csv", "--fields", fields]).run();
    assert!(output.code <= 1, "{}", output.stderr);
    output.stdout.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn a_cursor_file_gives_each_change_of_a_siem_event_once() {
    armed(|world, rules| {
        let directory = temp_dir();
        let cursor = directory.path().join("cursor").display().to_string();
        let from = |peer: u32, revision: u32, count: u32| {
            format!("{revision},{count},guessing from 203.0.113.{peer}")
        };
        assert_eq!(once(world, &cursor, &[]), Vec::<String>::new());
        fail(world, rules, 5, 0..3);
        assert_eq!(once(world, &cursor, &[]), [from(5, 0, 3)]);
        assert_eq!(once(world, &cursor, &[]), Vec::<String>::new());
        fail(world, rules, 6, 3..5);
        fail(world, rules, 5, 5..7);
        fail(world, rules, 7, 9..10);
        assert_eq!(once(world, &cursor, &[]), [from(6, 0, 2), from(5, 1, 5)], "as they changed");
        fail(world, rules, 7, 10..11);
        fail(world, rules, 6, 11..12);
        let other = directory.path().join("other").display().to_string();
        let all = [from(5, 1, 5), from(7, 0, 2), from(6, 1, 3)];
        assert_eq!(once(world, &other, &[]), all, "each as it is now");
        assert_eq!(once(world, &cursor, &["--where", "source.ip = 203.0.113.7"]), all[1..2]);
        assert_eq!(once(world, &cursor, &["-s", "siem_web"]), Vec::<String>::new());

        let refused = world.query(&["--cursor-file", &cursor]).run().expect_code(5);
        assert!(
            refused.stderr.contains("not a cursor file with a commit_no"),
            "{}",
            refused.stderr
        );
        std::fs::write(&cursor, "{\"change_no\":1000000}\n").expect("room");
        let ahead = world.query(&["--siem", "--cursor-file", &cursor]).run().expect_code(2);
        assert!(ahead.stderr.contains("belongs to another database"), "{}", ahead.stderr);
    });
}

#[test]
fn changes_go_with_their_siem_events() {
    armed(|world, rules| {
        let directory = temp_dir();
        let cursor = directory.path().join("cursor").display().to_string();
        fail(world, rules, 5, 0..2);
        let clear = ["clear", "--table", "siem_auth", "--force", "--db", world.url];
        let _ = tool("siemmanage").args(clear).run().success();
        fail(world, rules, 6, 2..4);
        assert_eq!(once(world, &cursor, &[]), ["0,2,guessing from 203.0.113.6"]);
    });
}

#[test]
fn following_prints_the_newest_and_then_every_change() {
    armed(|world, rules| {
        for peer in 1..5 {
            fail(world, rules, peer, peer * 2..peer * 2 + 2);
        }
        let follow = world.query(&["--siem", "-f", "-n", "2"]);
        let running = follow
            .args(["-o", "csv", "--fields", "event_count,message"])
            .timeout(Duration::from_secs(60))
            .spawn();
        std::thread::sleep(Duration::from_millis(1500));
        fail(world, rules, 9, 20..22);
        std::thread::sleep(Duration::from_millis(2500));
        fail(world, rules, 3, 23..24);
        std::thread::sleep(Duration::from_millis(2500));
        running.signal("TERM");
        let output = running.wait();
        let got: Vec<&str> = output.stdout.lines().skip(1).collect();
        let want = [(2, 3), (2, 4), (2, 9), (3, 3)];
        let want = want.map(|(count, peer)| format!("{count},guessing from 203.0.113.{peer}"));
        assert_eq!(got, want);
    });
}
