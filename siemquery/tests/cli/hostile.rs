//! Input that means harm: in log lines, and in every option.

use crate::world::{empty, world};
use testkit::tool_at;

const VALUES: [&str; 16] = [
    "$(reboot)",
    "`reboot`",
    "x' OR '1'='1",
    "x\" OR 1=1) -- ",
    "'; DROP TABLE event; --",
    "\\",
    "%",
    "_",
    "\\%",
    "\u{1b}]0;title\u{7}",
    "\u{202e}",
    "\u{1f600}",
    "-1",
    "$1",
    "?1",
    "*",
];

/// Options that hold a pattern against one field.
const MATCHES: [&str; 16] = [
    "--grep",
    "--rgrep",
    "--shost",
    "--rshost",
    "--sport",
    "--rsport",
    "--dhost",
    "--rdhost",
    "--dport",
    "--rdport",
    "--process",
    "--rprocess",
    "--pid",
    "--rpid",
    "--protocol",
    "--rprotocol",
];

/// Options with a grammar of their own.
const OTHERS: [&str; 13] = [
    "--section",
    "--table",
    "--where",
    "--since",
    "--until",
    "--last",
    "--range",
    "--id",
    "--sources",
    "--around",
    "--tz",
    "--histogram",
    "--lines",
];

#[test]
fn no_option_is_ever_sql_or_shell() {
    world(|world| {
        for option in MATCHES {
            for value in VALUES {
                let output = world.run(&[&format!("{option}={value}"), "--count"]);
                assert!(output.code <= 1, "{option} {value}: {}", output.stderr);
                let everything =
                    ["%", "_", "*", "-1"].contains(&value) || option.starts_with("--r");
                assert!(
                    everything || output.stdout == "0\n",
                    "{option} {value}: {}",
                    output.stdout
                );
            }
        }
        for option in OTHERS {
            for value in VALUES {
                let output = world.run(&[&format!("{option}={value}"), "--count"]);
                assert!([0, 1, 2].contains(&output.code), "{option} {value}: {}", output.stderr);
                assert!(
                    !output.stderr.contains(['\u{1b}', '\u{7}', '\u{202e}']),
                    "{}",
                    output.stderr
                );
                assert!(!output.stderr.contains("panicked"), "{option} {value}: {}", output.stderr);
            }
        }
        for value in VALUES {
            let by = world.run(&[&format!("--count-by={value}"), "-o", "table"]).success();
            assert!(!by.stdout.contains('\u{1b}'), "{value}");
            let fields = world.run(&[&format!("--fields={value}"), "-o", "table"]).success();
            assert!(!fields.stdout.contains('\u{1b}'), "{value}");
            let filter = format!(
                "`{}` = \"{}\"",
                value.replace('\\', "\\\\").replace('`', "\\`"),
                value.replace(['\\', '"'], "")
            );
            let _ = world.run(&["--where", &filter, "--count"]).expect_code(1);
        }
        assert_eq!(world.run(&["--count"]).success().stdout, "7\n", "nothing was lost");
    });
}

#[test]
fn control_characters_of_logs_never_reach_a_terminal() {
    empty(|world| {
        let mut lines = Vec::new();
        for byte in (1..=255_u8).filter(|byte| *byte != b'\n') {
            lines.extend_from_slice(b"2026-08-01T10:00:00Z h\x1b[2J p\x9b[1]: a");
            lines.extend_from_slice(&[byte, b'z', b'\n']);
        }
        lines.extend_from_slice(
            "2026-08-01T10:00:00Z h p[1]: \u{9b}31m \u{202e}\u{2066}\u{feff}\u{2028}\u{ad}\n"
                .as_bytes(),
        );
        world.store("auth", &lines);
        for form in ["table", "json", "jsonl"] {
            let text = world.run(&["-o", form]).success().stdout;
            let moves = |char: char| char != '\n' && common::event::is_unprintable(char);
            assert_eq!(text.chars().find(|char| moves(*char)), None, "{form}");
        }
        let by = world
            .run(&["--count-by", "message,host", "--top", "0", "-o", "table"])
            .success()
            .stdout;
        assert_eq!(
            by.chars().find(|char| *char != '\n' && common::event::is_unprintable(*char)),
            None
        );
        assert_eq!(by.lines().count(), 129, "one row a value: {by}");
        assert_eq!(world.run(&["--raw"]).success().bytes, lines);
    });
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    empty(|world| {
        let line = "2026-08-01T10:00:00Z h p[1]: a line of some length, a line of some length\n";
        world.store("auth", line.repeat(20_000));
        let siemquery = std::env::current_exe().expect("own path");
        let siemquery = siemquery.ancestors().nth(2).expect("the target").join("siemquery");
        for form in ["table", "json", "jsonl", "csv", "tsv", "raw"] {
            let script = "set -o pipefail; \"$0\" --db \"$1\" -o \"$2\" | head -1; echo ${PIPESTATUS[0]} >&2";
            let pipe =
                tool_at("/bin/bash").args(["-c", script]).arg(&siemquery).args([world.url, form]);
            let output = pipe.run();
            assert_eq!(output.stdout.lines().count(), 1, "{form}");
            assert_eq!(output.stderr, "0\n", "{form}");
        }
    });
}

#[test]
fn wide_characters_stay_in_their_columns() {
    world(|world| {
        let table =
            world.run(&["-s", "web", "-o", "table", "--fields", "message,host"]).success().stdout;
        let column = |line: &str| {
            unicode_width::UnicodeWidthStr::width(line.split("web1").next().unwrap_or(""))
        };
        let lines: Vec<&str> = table.lines().skip(1).collect();
        assert_eq!(column(lines[0]), column(lines[1]), "{table}");
    });
}
