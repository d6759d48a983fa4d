//! `--journal`, with a program in place of journalctl that prints entries after a cursor.

use crate::bench::on_each;
use std::os::unix::fs::PermissionsExt as _;

/// Prints the entries 1 to the number in the file `last`, those after `--after-cursor=cN` only.
const JOURNALCTL: &str = r#"#!/bin/sh
after=0 matches=
for argument; do
    case $argument in
    --after-cursor=c*) after=${argument#--after-cursor=c} ;;
    --*) ;;
    *) matches="$matches $argument" ;;
    esac
done
last=$(cat "$0.last")
while [ "$after" -lt "$last" ]; do
    after=$((after + 1))
    printf '{"__CURSOR":"c%s","__REALTIME_TIMESTAMP":"178145016100000%s","_HOSTNAME":"h","MESSAGE":"entry %s%s"}\n' \
        "$after" "$after" "$after" "$matches"
done
"#;

#[test]
fn the_journal_goes_on_after_its_cursor() {
    on_each(|bench| {
        let program = bench.write("journalctl", JOURNALCTL);
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&program, executable).expect("sets the mode");
        let folder = program.parent().expect("a folder").display().to_string();
        let path = format!("{folder}:{}", std::env::var("PATH").expect("PATH"));
        for (last, matched) in [(3, None), (3, None), (5, None), (2, Some("_UID=0"))] {
            bench.write("journalctl.last", last.to_string());
            let tool =
                bench.siemparse().env("PATH", &path).args(["--once", "--journal"]).args(matched);
            let _ = tool.run().success();
        }
        let expected = [
            "entry 1",
            "entry 2",
            "entry 3",
            "entry 4",
            "entry 5",
            "entry 1 _UID=0",
            "entry 2 _UID=0",
        ];
        assert_eq!(bench.messages(), expected);
        assert!(bench.events().iter().all(|event| event.host_name == "h" && event.tags.is_empty()));
    });
}

#[test]
fn without_journalctl_it_says_so() {
    on_each(|bench| {
        let folder = bench.path("").display().to_string();
        let output = bench.siemparse().env("PATH", folder).args(["--once", "--journal"]).run();
        let output = output.expect_code(5);
        assert!(output.stderr.contains("journalctl"), "{}", output.stderr);
    });
}
