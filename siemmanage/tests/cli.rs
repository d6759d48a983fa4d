//! The real siemmanage on both databases: every verb, its errors, its exit codes.
//!
//! What it does *not* know: how the library is built.

use std::path::Path;
use testkit::{Output, Tool, for_each_db, temp_dir, tool_at};

fn siemmanage() -> Tool {
    tool_at(env!("CARGO_BIN_EXE_siemmanage"))
}

/// Runs a verb on a database.
fn run(url: &str, args: &[&str]) -> Output {
    siemmanage().env("SIEM_DB", url).args(args).run()
}

/// Runs a verb that succeeds; returns what it printed.
fn done(url: &str, args: &[&str]) -> String {
    run(url, args).success().stdout
}

/// Runs a verb that fails with an exit code; returns what it complained.
fn fails(url: &str, args: &[&str], code: i32) -> String {
    run(url, args).expect_code(code).stderr
}

/// How many migrations there are: the version of a new schema.
fn migrations() -> usize {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../sql/sqlite");
    let entries = std::fs::read_dir(directory).expect("sql/sqlite");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    names.filter(|name| name.as_encoded_bytes().starts_with(b"0")).count()
}

/// Runs the body on both databases, initialised.
fn on_each(body: impl Fn(&str)) {
    for_each_db(|url| {
        let text = done(url, &["init"]);
        assert!(text.contains(&format!(": ready, schema version {}\n", migrations())), "{text}");
        body(url);
    });
}

fn write(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

const DOOR: &str = r#"[[helper]]
name = "door-opened"
section = "door"
guard = { process = ["doord"] }
pattern = '^door (?<door.id>[0-9]+) opened by (?<user.name>[a-z]+)$'

[helper.type]
"door.id" = "int"

[[helper.test]]
line = "door 7 opened by mia"

[helper.test.fields]
"door.id" = 7
"user.name" = "mia"
"#;

const RULES: &str = r#"{ "rules_door": [
  { "name": "$(reboot)'; DROP TABLE rule; --", "severity": 3, "where": "door.id = 7", "time_int": "10m",
    "event_limit": 2, "group_by": ["user.name"], "message": "{user.name} at the door" },
  { "name": "plain", "severity": 5, "where": "door.id = 8", "message": "eight" } ] }"#;

#[test]
fn init_can_be_repeated() {
    on_each(|url| {
        let first = done(url, &["helpers", "export"]);
        assert!(first.contains("name = \"sshd-failed\""), "{first}");
        done(url, &["migrate"]);
        assert_eq!(done(url, &["helpers", "export"]), first);
        done(url, &["helpers", "delete", "sshd-failed"]);
        done(url, &["init"]);
        let list = done(url, &["helpers", "list"]);
        assert!(!list.contains("sshd-failed "), "a deleted helper came back: {list}");
    });
}

#[test]
fn an_uninitialised_server_names_the_command() {
    let database = testkit::database();
    let stderr = fails(database.url(), &["status"], 4);
    assert!(stderr.contains(": not initialised\nhint: siemmanage init"), "{stderr}");
}

#[test]
fn a_server_that_is_not_there_is_one_line() {
    let stderr = fails("postgres://nobody@/x?host=/nowhere", &["init"], 4);
    assert!(stderr.starts_with("siemmanage: database postgres://"), "{stderr}");
    assert_eq!(stderr.lines().count(), 2, "{stderr}");
    fails("oracle://x", &["status"], 2);
}

#[test]
fn two_can_start_at_once() {
    let directory = temp_dir();
    let url = format!("sqlite:{}", directory.path().join("new/siem.db").display());
    let start = || siemmanage().env("SIEM_DB", &url).args(["init"]).spawn();
    let running: Vec<_> = (0..4).map(|_| start()).collect();
    for running in running {
        let text = running.wait().success().stdout;
        assert!(text.contains(": ready, "), "{text}");
    }
    let text = done(&url, &["helpers", "export"]);
    assert_eq!(text.matches("name = \"sshd-failed\"").count(), 1, "{text}");
}

#[test]
fn helpers_go_in_and_out() {
    on_each(|url| {
        let directory = temp_dir();
        let file = write(directory.path(), "door.toml", DOOR);
        let dry = done(url, &["helpers", "import", "--dry-run", &file]);
        assert_eq!(
            dry,
            "+ door/door-opened\nwould import 1 helper: 1 new, 0 changed, 0 unchanged\n"
        );
        assert!(!done(url, &["helpers", "list"]).contains("door-opened"));

        let text = done(url, &["helpers", "import", &file]);
        assert_eq!(text, "imported 1 helper: 1 new, 0 changed, 0 unchanged\n");
        assert_eq!(done(url, &["helpers", "show", "door-opened"]), DOOR);
        assert!(done(url, &["section", "list"]).contains("door"));

        let changed = DOOR.replace("[a-z]+", "[a-z0-9]+");
        let other = write(directory.path(), "other.toml", &changed);
        let dry = done(url, &["helpers", "import", "--dry-run", &other]);
        assert!(dry.starts_with("~ door/door-opened\n    - pattern = '^door"), "{dry}");
        assert!(dry.contains("\n    + pattern = '^door"), "{dry}");

        let all = directory.path().join("all.toml").display().to_string();
        done(url, &["helpers", "export", "-O", &all]);
        let again = done(url, &["helpers", "import", &all]);
        assert!(again.contains(": 0 new, 0 changed, "), "{again}");
        assert_eq!(done(url, &["helpers", "export"]), std::fs::read_to_string(&all).expect("it"));
        assert_eq!(done(url, &["helpers", "export", "-s", "helpers_door"]), DOOR);

        assert_eq!(
            done(url, &["helpers", "disable", "door-opened"]),
            "disabled door/door-opened\n"
        );
        assert!(done(url, &["helpers", "show", "door-opened"]).contains("enabled = false\n"));
        assert_eq!(done(url, &["helpers", "disable", "door-opened"]), "");
        assert_eq!(
            done(url, &["helpers", "enable", "door/door-opened"]),
            "enabled door/door-opened\n"
        );
        assert_eq!(done(url, &["helpers", "show", "door-opened"]), DOOR);
        assert_eq!(done(url, &["helpers", "delete", "door-opened"]), "deleted door/door-opened\n");
        fails(url, &["helpers", "list", "-s", "door"], 1);
        let stderr = fails(url, &["helpers", "show", "sshd-faild"], 2);
        let expected =
            "siemmanage: unknown helper \"sshd-faild\"\nhint: did you mean \"sshd-failed\"?\n";
        assert_eq!(stderr, expected);
    });
}

#[test]
fn an_import_is_all_or_nothing() {
    on_each(|url| {
        let before = done(url, &["helpers", "export"]);
        let directory = temp_dir();
        let good = write(directory.path(), "a.toml", DOOR);
        let wrong = write(
            directory.path(),
            "b.toml",
            &format!("{DOOR}\n[[helper]]\nname = \"x\"\npattern = '^(?<a>b'\n"),
        );
        let stderr = fails(url, &["helpers", "import", &good, &wrong], 3);
        let place = format!("siemmanage: {wrong}:19:13:");
        assert!(stderr.starts_with(&place), "{stderr}");
        assert_eq!(done(url, &["helpers", "export"]), before);

        let twice = write(directory.path(), "c.toml", DOOR);
        let stderr = fails(url, &["helpers", "import", &good, &twice], 3);
        assert!(stderr.contains("a second helper named door/door-opened"), "{stderr}");
        fails(url, &["helpers", "import", "/no/such/file"], 5);
        assert_eq!(done(url, &["helpers", "export"]), before);
    });
}

#[test]
fn what_is_shipped_is_imported_again() {
    on_each(|url| {
        let (before, rules) = (done(url, &["helpers", "export"]), done(url, &["rules", "export"]));
        done(url, &["helpers", "disable", "su-success"]);
        done(url, &["helpers", "delete", "sshd-failed"]);
        let dry = done(url, &["helpers", "import", "--shipped", "--dry-run"]);
        assert!(dry.starts_with("+ */sshd-failed\nwould import "), "{dry}");
        let text = done(url, &["helpers", "import", "--shipped"]);
        assert!(text.contains(": 1 new, 0 changed, "), "{text}");
        let listed = done(url, &["helpers", "export"]);
        assert_eq!(listed.matches("[[helper]]").count(), before.matches("[[helper]]").count());
        assert!(listed.contains("enabled = false"), "what was switched off stays off");
        let text = done(url, &["rules", "import", "--shipped"]);
        assert!(text.contains(": 0 new, 0 changed, "), "{text}");
        assert_eq!(done(url, &["rules", "export"]), rules);
        fails(url, &["rules", "import", "--shipped", "rules.json"], 2);
        fails(url, &["rules", "import", "--shipped", "--verify", "signers"], 2);
    });
}

#[test]
fn helper_tests_run() {
    let directory = temp_dir();
    let url = format!("sqlite:{}", directory.path().join("t.db").display());
    let good = write(directory.path(), "door.toml", DOOR);
    assert_eq!(done(&url, &["helpers", "test", &good]), "1 helper, 1 test, 0 failed\n");
    let wrong =
        write(directory.path(), "door.toml", &DOOR.replace("\"door.id\" = 7", "\"door.id\" = 8"));
    let output = run(&url, &["helpers", "test", &wrong]).expect_code(1);
    assert!(output.stdout.contains("door.id is 7, expected 8"), "{}", output.stdout);
    assert!(output.stdout.ends_with("1 helper, 1 test, 1 failed\n"), "{}", output.stdout);
    let loose = write(directory.path(), "door.toml", &DOOR.replace("'^door ", "'door "));
    let output = run(&url, &["helpers", "test", &loose]).success();
    assert!(output.stderr.contains("warning: "), "{}", output.stderr);
    done(&url, &["init"]);
    assert!(done(&url, &["helpers", "test"]).ends_with(" 0 failed\n"));
}

#[test]
fn rules_go_in_and_out() {
    on_each(|url| {
        let directory = temp_dir();
        let file = write(directory.path(), "rules.json", RULES);
        let hostile = "$(reboot)'; DROP TABLE rule; --";
        let dry = done(url, &["rules", "import", "--dry-run", &file]);
        assert!(dry.starts_with(&format!("+ door/{hostile}\n+ door/plain\n")), "{dry}");
        let text = done(url, &["rules", "import", "--backfill", "none", &file]);
        assert_eq!(text, "imported 2 rules: 2 new, 0 changed, 0 unchanged\n");
        let all = directory.path().join("all.json").display().to_string();
        done(url, &["rules", "export", "-O", &all]);
        assert!(done(url, &["rules", "import", &all]).contains(": 0 new, 0 changed, "));
        assert_eq!(done(url, &["rules", "export"]), std::fs::read_to_string(&all).expect("it"));

        let list = done(url, &["rules", "list", "-s", "rules_door", "-o", "json"]);
        assert!(list.contains("\"name\": \"plain\""), "{list}");
        done(url, &["rules", "disable", hostile]);
        assert!(done(url, &["rules", "show", hostile]).contains("\"is_enabled\": false"));
        done(url, &["rules", "enable", hostile, "plain"]);
        let status = done(url, &["status"]);
        assert!(status.contains("door/plain"), "{status}");
        done(url, &["rules", "delete", "plain"]);
        fails(url, &["rules", "show", "plain"], 2);

        let old = r#"{ "rules_door": [ { "rule_name": "x", "severity": 1, "sql_query": "SELECT 1", "message": "" } ] }"#;
        let old = write(directory.path(), "old.json", old);
        let stderr = fails(url, &["rules", "import", &old], 3);
        assert!(stderr.starts_with(&format!("siemmanage: {old}:1:")), "{stderr}");
        assert!(stderr.contains("\nhint: "), "{stderr}");
        assert!(done(url, &["rules", "test", &file]).starts_with("2 rules, "));
    });
}

#[test]
fn siemstress_flags_are_verbs() {
    on_each(|url| {
        let directory = temp_dir();
        let helpers = r#"{ "helpers_auth": [ { "id": 1, "var_name": "ip4s", "reg_exp": "from ([0-9.]+)" } ] }"#;
        let helpers = write(directory.path(), "helpers.json", helpers);
        done(url, &["--importhelpers", &helpers]);
        assert!(done(url, &["helpers", "list", "-s", "auth"]).contains("auth.ip4s.1"));
        let out = directory.path().join("out").display().to_string();
        done(url, &["--exporthelpers", &out, "--table", "HELPERSAuth"]);
        assert!(std::fs::read_to_string(&out).expect("it").contains("collect = \"ip4s\""));

        let rules = write(directory.path(), "rules.json", RULES);
        done(url, &["--importrules", &rules]);
        done(url, &["--exportrules", &out, "--table", "rules_door"]);
        assert!(std::fs::read_to_string(&out).expect("it").contains("\"rules_door\""));

        let stderr = fails(url, &["--clear", "--table", "rules_door"], 2);
        assert!(stderr.contains("nothing was removed"), "{stderr}");
        fails(url, &["--clear", "--force"], 2);
        fails(url, &["--force", "clear"], 2);
        fails(url, &[], 2);
        let text =
            done(url, &["--clear", "--force", "--table", "rules_door", "--table", "helpers_auth"]);
        assert_eq!(text, "removed 2 rules of door\nremoved 1 helper of auth\n");
        fails(url, &["rules", "list", "-s", "door"], 1);
    });
}

#[test]
fn sections_are_checked() {
    on_each(|url| {
        done(url, &["section", "set", "web", "-F", "rfc3164", "-z", "Europe/Berlin"]);
        let list = done(url, &["section", "list", "-o", "json"]);
        assert!(list.contains("\"zone\": \"Europe/Berlin\""), "{list}");
        done(url, &["section", "set", "web", "-z", ""]);
        let list = done(url, &["section", "list", "-o", "json"]);
        assert!(!list.contains("Europe/Berlin") && list.contains("\"rfc3164\""), "{list}");
        for name in ["$(reboot)", "../x", "a'b", "siem_x", "Web", ""] {
            fails(url, &["section", "set", name], 2);
        }
        fails(url, &["section", "set", "web", "-z", "Mars/Base"], 2);
        fails(url, &["section", "set", "web", "-F", "morse"], 2);
        let stderr = fails(url, &["section", "clear", "wbe", "--force"], 2);
        assert!(
            stderr.contains("unknown section \"wbe\"\nhint: did you mean \"web\"?"),
            "{}",
            stderr
        );
        fails(url, &["section", "clear", "web"], 2);
        assert_eq!(done(url, &["section", "clear", "web", "--force"]), "removed 0 events of web\n");
        let text = done(url, &["clear", "--force", "--positions"]);
        assert_eq!(text, "removed 0 events\nremoved 0 SIEM events\nremoved 0 positions\n");
    });
}

#[test]
fn status_and_retention_answer() {
    on_each(|url| {
        let text = done(url, &["status"]);
        assert!(text.contains(": 0 events, 0 SIEM events, "), "{text}");
        let json = done(url, &["status", "-o", "json"]);
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!((&json["events"], &json["sources"]), (&0.into(), &serde_json::json!([])));
        let text = done(url, &["retain", "--older-than", "90d", "--dry-run"]);
        assert_eq!(text, "would remove 0 events, 0 hits, 0 SIEM events\n");
        let text = done(url, &["retain", "--older-than", "90", "--siem-older-than", "1w"]);
        assert_eq!(text, "removed 0 events, 0 hits, 0 SIEM events\n");
        fails(url, &["retain", "--older-than", "ninety"], 2);
        fails(url, &["retain"], 2);
        fails(url, &["retain", "--older-than", "1d", "-s", "nope"], 2);
    });
}

#[test]
fn settings_tell_where_they_come_from() {
    let directory = temp_dir();
    let file =
        write(directory.path(), "siem.toml", "zone = \"UTC\"\n[siemtrigger]\nlateness = \"1m\"\n");
    let args = ["-c", &file, "config", "--show-origin", "-o", "json"];
    let text = siemmanage().env("SIEM_BACKFILL", "none").args(args).run().success().stdout;
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let origin = |key: &str| {
        let list = json.as_array().expect("a list");
        let setting = list.iter().find(|setting| setting["key"] == key).expect(key);
        (
            setting["value"].as_str().expect("text").to_owned(),
            setting["origin"].as_str().expect("text").to_owned(),
        )
    };
    assert_eq!(origin("zone"), ("UTC".into(), format!("{file}:1")));
    assert_eq!(origin("siemtrigger.lateness"), ("1m".into(), format!("{file}:3")));
    assert_eq!(origin("siemtrigger.backfill"), ("none".into(), "$SIEM_BACKFILL".into()));
    assert_eq!(origin("db").1, "default");

    let wrong = write(directory.path(), "wrong.toml", "\ntabel = 1\n");
    let output = siemmanage().args(["-c", &wrong, "config"]).run().expect_code(3);
    assert_eq!(output.stderr, format!("siemmanage: {wrong}:2: unknown key \"tabel\"\n"));
    fails("sqlite:/x", &["-c", "/no/such.toml", "config"], 3);
    let output =
        siemmanage().args(["--db", "postgres://u:secret@h/d", "config"]).run().expect_code(2);
    assert!(!output.stderr.contains("secret"), "{}", output.stderr);
}

#[test]
fn psql_users_find_siemstress_names() {
    let database = testkit::database();
    done(database.url(), &["init"]);
    done(database.url(), &["section", "set", "user"]);
    for view in ["\"user\"", "siem_user", "rules_user", "helpers_user"] {
        let rows = database.sql(&format!("SELECT count(*) >= 0 FROM siemstress.{view}"));
        assert_eq!(rows.trim(), "t", "{view}");
    }
    done(database.url(), &["init"]);
    let directory = temp_dir();
    let rules = write(directory.path(), "rules.json", RULES);
    done(database.url(), &["rules", "import", &rules]);
    let select = "SELECT severity, time_int, event_limit, \"where\", source_table, out_table \
        FROM siemstress.rules_door WHERE rule_name LIKE '$(reboot)%'";
    assert_eq!(database.sql(select).trim(), "3|10m|2|door.id = 7|door|siem_door");
    let columns = "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) \
        FROM information_schema.columns WHERE table_schema = 'siemstress' AND table_name = 'user'";
    assert_eq!(
        database.sql(columns).trim(),
        "id date_stamp date_stamp_utc t_zone raw_text facility severity source_host source_port \
         dest_host dest_port source_process source_pid protocol message extended parsed_on source_path"
    );
}

#[test]
fn heads_are_sealed_and_verified() {
    on_each(|url| {
        let sealed = done(url, &["seal"]);
        let lines: Vec<&str> = sealed.lines().collect();
        assert_eq!(lines[0], "siem seal 2");
        assert!(lines[1].starts_with("time 2"), "{sealed}");
        assert!(lines[2].starts_with("database "), "{sealed}");
        assert_eq!(lines[3..], ["sources 0", "relabels 0 digest -", "retentions 0 digest -"]);
        let text = done(url, &["verify"]);
        let none = "verified 0 events of 0 batches from 0 sources, against no outside head: ";
        assert_eq!(text, format!("{none}0 findings\n"));

        let directory = temp_dir();
        let own = write(directory.path(), "own", &sealed);
        let text = done(url, &["verify", "--head", &own, "--head", &own]);
        assert!(text.ends_with(", against 2 seals: 0 findings\n"), "{text}");
        let head = format!("source 3 batches 2 commit 9 digest {}", "5f".repeat(32));
        let other = sealed.replace("sources 0\n", &format!("sources 1\n{head}\n"));
        let other = write(directory.path(), "other", &other);
        let found = run(url, &["verify", "--head", &other]).expect_code(1).stdout;
        assert!(found.starts_with("source 3 missing as a whole\n"), "{found}");
        let json = run(url, &["verify", "--head", &other, "-o", "json"]).expect_code(1).stdout;
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json["findings"], serde_json::json!(["source 3 missing as a whole"]));
        let wrong =
            write(directory.path(), "wrong", "siem seal 1\nsources 1\nretentions 0 digest -\n");
        let told = fails(url, &["verify", "--head", &wrong], 5);
        assert!(told.contains("a seal with lines missing or added"), "{told}");
        fails(url, &["verify", "--head", "/none"], 5);
    });
}

#[test]
fn looking_makes_no_database() {
    let directory = temp_dir();
    let path = directory.path().join("siem.db");
    let url = format!("sqlite:{}", path.display());
    let rules = write(directory.path(), "rules.json", RULES);
    for verb in [
        &["status"][..],
        &["seal"],
        &["verify"],
        &["rules", "list"],
        &["helpers", "export"],
        &["rules", "show", "x"],
        &["helpers", "test"],
        &["section", "list"],
        &["retain", "--older-than", "9d", "--dry-run"],
        &["rules", "import", "--dry-run", &rules],
    ] {
        let told = fails(&url, verb, 4);
        assert!(told.contains("siem.db"), "{verb:?}: {told}");
        assert!(!path.exists(), "{verb:?}");
    }
}
