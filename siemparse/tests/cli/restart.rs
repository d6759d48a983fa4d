//! kill -9 at any moment, with a writer that tears its lines: every line is stored once.

use crate::bench::{Bench, bare, killed, lines, numbered, on_each, stop};
use std::thread::sleep;
use std::time::Duration;

/// Kills on each database.
const KILLS: u64 = 10;

#[test]
fn kill_after_kill_every_line_is_stored_once() {
    on_each(|bench| {
        let path = bench.write("a.log", "");
        let written = killed(bench, &path, KILLS, |numbers| lines(numbers).into_bytes());
        bench.once(&path);
        assert_eq!(bench.messages(), numbered(0..written));
    });
}

#[test]
fn a_restart_goes_on_where_the_last_run_ended() {
    on_each(|bench| {
        let path = bench.write("a.log", lines(0..10));
        for turn in 1..4 {
            let running = bench.follow(&path);
            bench.wait_for(turn * 10);
            stop(running);
            bench.append("a.log", lines(turn * 10..turn * 10 + 10));
        }
        bench.once(&path);
        assert_eq!(bench.messages(), numbered(0..40));
    });
}

#[test]
fn the_inferred_year_survives_a_restart() {
    on_each(|bench| {
        let path = bench.write("a.log", "Dec 31 23:59:59 h a: one\n");
        bench.once(&path);
        bench.append("a.log", "Jan  1 00:00:00 h a: two\n");
        bench.once(&path);
        let years: Vec<i64> = bench.events().iter().map(|event| event.time.date().0).collect();
        assert_eq!(years[1], years[0] + 1);
    });
}

#[test]
fn the_hour_that_is_there_twice_survives_a_restart() {
    on_each(|bench| {
        let once = |path: &std::path::Path| {
            let zone = ["-z", "Europe/Berlin", "--once", "--db", bench.url()];
            bare().args(zone).arg(path).run().success()
        };
        let line = |time: &str| format!("2025-10-26 {time} h a[1]: x\n");
        let path = bench.write("a.log", line("02:58:00"));
        for time in ["02:59:00", "02:00:00", "02:30:00", "02:29:00", "03:00:00"] {
            let _ = once(&path);
            bench.append("a.log", line(time));
        }
        let _ = once(&path);
        let times =
            bench.events().into_iter().map(|event| event.time.to_string()[11..16].to_owned());
        let expected = ["00:58", "00:59", "01:00", "01:30", "01:29", "02:00"];
        assert_eq!(times.collect::<Vec<_>>(), expected);
    });
}

#[test]
fn a_lost_connection_neither_loses_nor_doubles() {
    let database = testkit::database();
    let bench = Bench::new(database.url());
    let path = bench.write("a.log", "");
    let running = bench.follow(&path);
    bench.append("a.log", lines(0..1));
    // A connection that is lost before the first is an error: nobody asked to wait for a database.
    bench.wait_for(1);
    for turn in 0..10 {
        bench.append("a.log", lines((turn * 20).max(1)..turn * 20 + 20));
        sleep(Duration::from_millis(50));
        let _ = database.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        bench.reopen();
    }
    assert_eq!(bench.wait_for(200), numbered(0..200));
    stop(running);
}

#[test]
fn a_line_that_the_database_refuses_is_put_aside() {
    let database = testkit::database();
    let bench = Bench::new(database.url());
    let _ = database.sql("ALTER TABLE event ADD CHECK (message <> 'line 7')");
    let output = bench.siemparse().arg("--once").arg(bench.write("a.log", lines(0..20))).run();
    let output = output.success();
    assert!(output.stderr.contains("20 lines read"), "{}", output.stderr);
    assert!(output.stderr.contains("19 stored, 0 unparsed, 1 rejected, 0 bytes gap"));
    assert_eq!(bench.messages(), [numbered(0..7), numbered(8..20)].concat());
    let totals = database.sql("SELECT lines, stored, rejected FROM cursor");
    assert_eq!(totals, "20|19|1");
    assert!(
        database.sql("SELECT convert_from(raw, 'UTF8') FROM reject").trim_end().ends_with("line 7")
    );
}
