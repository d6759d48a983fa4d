//! New events: to a terminal that stays, and to jobs that come again.

use crate::world::{AUTH, World, empty, world};
use std::collections::BTreeSet;
use std::time::Duration;
use testkit::temp_dir;

fn line(number: usize) -> String {
    format!("2026-08-03T10:00:00+00:00 web1 app[1]: event {number}\n")
}

fn once(world: &World<'_>, cursor: &str, options: &[&str]) -> Vec<String> {
    let output = world
        .query(options)
        .args(["--cursor-file", cursor])
        .args(["-o", "tsv", "--fields", "message"])
        .run();
    assert!(output.code <= 1, "{}", output.stderr);
    output.stdout.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn a_cursor_file_gives_each_event_once() {
    empty(|world| {
        let directory = temp_dir();
        let cursor = directory.path().join("cursor").display().to_string();
        world.store("auth", AUTH);
        assert_eq!(once(world, &cursor, &[]).len(), 5);
        assert_eq!(once(world, &cursor, &[]), Vec::<String>::new());
        for number in 0..5 {
            // Each an older time than the last: order of commits, not of times.
            world.store("auth", line(number).replace("10:00", &format!("0{}:00", 9 - number)));
            if number % 2 == 0 {
                let got = once(world, &cursor, &["-s", "auth"]);
                let want = if number == 0 { 0..1 } else { number - 1..number + 1 };
                assert_eq!(got, want.map(|number| format!("event {number}")).collect::<Vec<_>>());
            }
        }
        let _ = world.query(&["--cursor-file", &cursor]).run().expect_code(1);
    });
}

#[test]
fn a_failed_run_is_repeated_and_a_foreign_cursor_is_refused() {
    world(|world| {
        let directory = temp_dir();
        let cursor = directory.path().join("cursor").display().to_string();
        let failed = world.run(&["--cursor-file", &cursor, "--json", "/nonexistent/x"]);
        assert_eq!(failed.code, 5);
        assert_eq!(once(world, &cursor, &[]).len(), 7, "nothing was skipped");
        std::fs::write(&cursor, "{\"commit_no\":1000000}\n").expect("room");
        let ahead = world.run(&["--cursor-file", &cursor]).expect_code(2);
        assert!(ahead.stderr.contains("belongs to another database"), "{}", ahead.stderr);
        std::fs::write(&cursor, "precious\n").expect("room");
        let _ = world.run(&["--cursor-file", &cursor]).expect_code(5);
        assert_eq!(std::fs::read_to_string(&cursor).expect("the file"), "precious\n");
    });
}

#[test]
fn following_prints_the_newest_and_then_every_new_event_once() {
    empty(|world| {
        world.store("auth", (0..20).map(line).collect::<String>());
        let follow = world.query(&["-f", "-n", "3", "--where", "message contains event"]);
        let running = follow
            .args(["-o", "tsv", "--fields", "message"])
            .timeout(Duration::from_secs(60))
            .spawn();
        std::thread::sleep(Duration::from_millis(1500));
        for number in 20..25 {
            world.store("auth", line(number));
        }
        std::thread::sleep(Duration::from_millis(1500));
        running.signal("TERM");
        let output = running.wait();
        let got: Vec<&str> = output.stdout.lines().skip(1).collect();
        let want: Vec<String> = (17..25).map(|number| format!("event {number}")).collect();
        assert_eq!(got.iter().collect::<BTreeSet<_>>().len(), got.len(), "each once: {got:?}");
        assert_eq!(got, want);
    });
}
