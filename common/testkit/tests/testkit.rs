//! The kit works: databases are empty and apart, programs run in an environment of their own.

use testkit::{database, for_each_db, tool_at};

#[test]
fn each_database_is_empty_and_its_own() {
    let (one, two) = (database(), database());
    assert_eq!(one.sql("CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT * FROM t"), "1");
    assert_eq!(two.sql("SELECT count(*) FROM pg_class WHERE relname = 't'"), "0");
    assert_eq!(one.sql("SHOW server_encoding"), "UTF8");
}

#[test]
fn a_body_runs_on_both_databases() {
    let seen = std::cell::RefCell::new(Vec::new());
    for_each_db(|url| seen.borrow_mut().push(url.split(':').next().map(str::to_owned)));
    assert_eq!(seen.into_inner(), [Some("sqlite".to_owned()), Some("postgres".to_owned())]);
}

#[test]
fn a_program_sees_a_clean_environment() {
    let env = tool_at("/usr/bin/env").run().success();
    let mut names: Vec<&str> =
        env.stdout.lines().filter_map(|line| line.split('=').next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["HOME", "LC_ALL", "PATH", "TZ"]);
}

#[test]
fn output_and_exit_code_are_captured() {
    let script = "cat; echo oops >&2; exit 3";
    let output = tool_at("/bin/sh").args(["-c", script]).stdin("in").run().expect_code(3);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("in", "oops\n"));
    let killed = tool_at("/bin/sh").args(["-c", "kill -9 $$"]).run();
    assert_eq!(killed.code, 137);
}
