//! What is wrong is said in one line, with the exit code that belongs to it.

use crate::world::world;
use testkit::tool;

#[test]
fn mistakes_on_the_command_line() {
    world(|world| {
        for (options, stderr) in [
            (
                &["-s", "atuh"][..],
                "siemquery: unknown section \"atuh\"\nhint: did you mean \"auth\"?\n",
            ),
            (
                &["--where", "usr.name = x and a = 1"],
                "siemquery: --where: unknown field \"usr.name\": did you mean user.name?\n  \
                 usr.name = x and a = 1\n  ^\n\
                 hint: to insist on the name, write it in backquotes: `usr.name`\n",
            ),
            (
                &["--count-by", "host,usr.name"],
                "siemquery: --count-by: unknown field \"usr.name\": did you mean user.name?\n\
                 hint: to insist on the name, write it in backquotes: `usr.name`\n",
            ),
            (
                &["--fields", "time, mesage"],
                "siemquery: --fields: unknown field \"mesage\": did you mean message?\n\
                 hint: to insist on the name, write it in backquotes: `mesage`\n",
            ),
            (
                &["--where", "user.name = mia extra"],
                "siemquery: --where: expected \"and\", \"or\" or the end\n  \
                 user.name = mia extra\n                  ^\n\
                 hint: quote a value that has spaces: message contains \"two words\"\n",
            ),
            (
                &["--id", "seven"],
                "siemquery: --id: \"seven\" is no event id\n\
                 hint: event ids look like 1234.17; with --siem, ids of SIEM events are looked for\n",
            ),
            (&["--around", "9.9"], "siemquery: --around: there is no event 9.9\n"),
            (&["--sources", "abcdef"], "siemquery: --sources: there is no SIEM event abcdef\n"),
            (
                &["--tz", "Mars"],
                "siemquery: --tz: unknown time zone \"Mars\": expected +0500, UTC, local, or a name such as Europe/Berlin\n",
            ),
        ] {
            let output = world.run(options).expect_code(2);
            assert_eq!(output.stderr, stderr, "{options:?}");
            assert_eq!(output.stdout, "", "{options:?}");
        }
        for options in [
            &["--since", "soon"][..],
            &["--last", "5 parsecs"],
            &["--range", "20260801"],
            &["-s", "auth", "-s", "siem_auth"],
            &["-f", "-o", "json"],
            &["--raw", "-o", "csv"],
            &["--no-such-option"],
            &["--cursor-file", "x", "-n", "3"],
        ] {
            let output = world.run(options).expect_code(2);
            assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{options:?}");
        }
    });
}

#[test]
fn databases_that_are_not_there() {
    let missing = tool("siemquery").args(["--db", "sqlite:missing.db"]);
    let home = missing.home().to_path_buf();
    let output = missing.run().expect_code(4);
    assert!(output.stderr.starts_with("siemquery: database "), "{}", output.stderr);
    assert!(output.stderr.contains("hint: siemparse makes the file"), "{}", output.stderr);
    assert!(!home.join("missing.db").exists(), "a reader makes no database");
    let default = tool("siemquery").run().expect_code(4);
    assert!(default.stderr.contains("siem.db"), "{}", default.stderr);
    let server =
        tool("siemquery").args(["--db", "postgres://me@%2Fnonexistent/siem"]).run().expect_code(4);
    assert!(server.stderr.contains("hint: is the server running?"), "{}", server.stderr);
    let bare = testkit::database();
    let output = tool("siemquery").args(["--db", bare.url()]).run().expect_code(4);
    assert!(output.stderr.contains("siemmanage init"), "{}", output.stderr);
    let _ = tool("siemquery").args(["--db", "mysql://x"]).run().expect_code(2);
    let _ = tool("siemquery").args(["-c", "nowhere.toml"]).run().expect_code(3);
}

#[test]
fn nothing_found_is_exit_code_one() {
    world(|world| {
        assert_eq!(world.run(&["--grep", "nothing like it"]).expect_code(1).stdout, "");
        let _ = world.run(&["--siem"]).expect_code(1);
        let _ = world.run(&["--count-by", "host", "--grep", "nothing like it"]).expect_code(1);
        let _ = world.run(&["--histogram", "--grep", "nothing like it"]).expect_code(1);
    });
}
