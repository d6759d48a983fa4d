//! Actions of the real program on both databases: each SIEM event once and whole, hostile text,
//! programs that fail, hang or are too slow for the flood, kills.

#[allow(dead_code, reason = "shared with other tests, which use more of it")]
mod feed;

use common::config::Backfill;
use common::rule::read;
use feed::Feed;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::{Tool, for_each_db, temp_dir, tool_at};

const RULES: &str = r#"{ "rules_t": [
  {"name": "each", "severity": 6, "where": "process.name = sshd", "message": "{user.name}"},
  {"name": "worse", "severity": 2, "where": "process.name = sudo", "message": "{user.name}"}
]}"#;

fn siemtrigger(url: &str) -> Tool {
    tool_at(env!("CARGO_BIN_EXE_siemtrigger")).args(["--db", url]).arg("-q")
}

fn prepared(url: &str) -> Feed {
    let mut feed = Feed::new(url);
    let rules = read(RULES, "rules.json").expect("rules");
    feed.store.put_rules(&rules, Backfill::All).expect("rules");
    feed
}

/// A program of its own: each run leaves a file named by key and attempt.
fn program(directory: &Path, body: &str) -> String {
    let path = directory.join("hook");
    let script = format!(
        "#!/bin/sh\nname=$(echo \"$SIEM_KEY\" | tr / _)\ncat > {0}/new.$$ && mv {0}/new.$$ \
         {0}/$name.$SIEM_ATTEMPT\n{body}\n",
        directory.join("out").display()
    );
    fs::create_dir_all(directory.join("out")).expect("a directory");
    fs::write(&path, script).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    path.display().to_string()
}

/// What the program got: (key_action, attempt) and the JSON.
fn got(directory: &Path) -> BTreeMap<(String, u32), Value> {
    let files = fs::read_dir(directory.join("out")).expect("a directory");
    let read = |file: fs::DirEntry| {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with("new.") {
            return None;
        }
        let (key, attempt) = name.rsplit_once('.')?;
        let text = fs::read_to_string(file.path()).expect("a file");
        // Without its end it is what a killed siemtrigger had still to write; it is tried again.
        if !text.ends_with('\n') {
            return None;
        }
        assert_eq!(text.lines().count(), 1, "{text}");
        let json = serde_json::from_str(&text).expect("JSON");
        Some(((key.to_owned(), attempt.parse().ok()?), json))
    };
    files.flatten().filter_map(read).collect()
}

/// 200 texts that mean something to a shell, to option parsers, to mailers or to terminals.
fn payloads(canary: &str) -> Vec<String> {
    let starts = [
        "",
        "-",
        "--",
        "'",
        "\"",
        "`",
        "$(",
        "\\",
        "\n",
        "\r\n~!",
        "|",
        "&",
        ";",
        "%n",
        "\t",
        "\u{1b}]0;",
        "{}",
        "../../",
        "\u{202e}",
        "é",
    ];
    let ends = [
        format!("touch {canary}"),
        format!("; touch {canary} #"),
        format!("$(touch {canary})"),
        format!("`touch {canary}`"),
        format!("' ; touch {canary} ; '"),
        format!("\" ; touch {canary} ; \""),
        format!("\n! touch {canary}\n"),
        format!("|| touch {canary}"),
        format!("\\\" -X/bin/touch {canary}"),
        format!("${{IFS}}touch${{IFS}}{canary}"),
    ];
    let all = starts.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{end}")));
    all.collect()
}

#[test]
fn hostile_text_arrives_as_text_and_nothing_else_runs() {
    for_each_db(|url| {
        let directory = temp_dir();
        let hook = program(directory.path(), "");
        let canary = directory.path().join("canary");
        let mut feed = prepared(url);
        let payloads = payloads(&canary.display().to_string());
        assert_eq!(payloads.len(), 200);
        let list: Vec<(i64, &str, &str)> =
            (0..).zip(&payloads).map(|(second, text)| (second, "sshd", text.as_str())).collect();
        for part in list.chunks(50) {
            feed.commit(&feed::at(part));
        }
        let config = directory.path().join("siem.toml");
        let text = format!("[[action]]\nname = \"own\"\nexec = [\"{hook}\"]\nrate = 1000\n");
        fs::write(&config, text).expect("a file");
        let config = config.display().to_string();
        let run = || siemtrigger(url).args(["-c", &config, "--oneshot"]).run();
        assert_eq!(run().success().stderr, "");

        let stored = feed.siem_events();
        assert_eq!(stored.len(), 200);
        let got_all = got(directory.path());
        for event in &stored {
            let json = &got_all[&(format!("{}_own", event.id), 1)];
            let mut own = Vec::new();
            event.write_json(&mut own);
            assert_eq!(*json, serde_json::from_slice::<Value>(&own).expect("JSON"));
        }
        let texts: BTreeSet<&str> =
            got_all.values().map(|json| json["message"].as_str().expect("text")).collect();
        assert_eq!(texts, payloads.iter().map(String::as_str).collect());
        assert!(!canary.exists());
        assert_eq!(run().success().stderr, "", "a second run has nothing to do");
        assert_eq!(got(directory.path()).len(), 200);
    });
}

#[test]
fn severities_and_rules_have_actions_of_their_own() {
    for_each_db(|url| {
        let directory = temp_dir();
        let hook = program(directory.path(), "");
        let mut feed = prepared(url);
        feed.commit(&feed::at(&[(1, "sshd", "eve"), (2, "sudo", "bob"), (3, "cron", "eve")]));
        let config = directory.path().join("siem.toml");
        let text = format!(
            "[[action]]\nname = \"bad\"\nexec = [\"{hook}\"]\nseverity = 3\n\
             [[action]]\nname = \"ssh\"\nexec = [\"{hook}\"]\nrule = \"t/ea*\"\n"
        );
        fs::write(&config, text).expect("a file");
        let config = config.display().to_string();
        let run = siemtrigger(url).args(["-c", &config, "--exec", &hook, "--oneshot"]);
        let _ = run.run().success();
        let got = got(directory.path());
        let mut seen: Vec<(String, &str)> = got
            .iter()
            .map(|((key, _), json)| {
                let action = key.rsplit_once('_').expect("an action").1.to_owned();
                (action, json["rule.name"].as_str().expect("a name"))
            })
            .collect();
        seen.sort();
        let expected = [("bad", "worse"), ("exec", "each"), ("exec", "worse"), ("ssh", "each")];
        assert_eq!(seen, expected.map(|(action, rule)| (action.to_owned(), rule)));
    });
}

#[test]
fn a_failure_is_tried_again_and_told() {
    for_each_db(|url| {
        let directory = temp_dir();
        let hook = program(
            directory.path(),
            "[ \"$SIEM_ATTEMPT\" = 2 ] || { echo no route >&2; exit 1; }",
        );
        let mut feed = prepared(url);
        feed.commit(&feed::at(&[(1, "sshd", "eve")]));
        let run = || siemtrigger(url).args(["--exec", &hook, "--oneshot"]).run().success().stderr;
        let told = run();
        assert!(
            told.contains("action exec: ") && told.contains("exit status 1: no route"),
            "{told}"
        );
        assert_eq!(run(), "", "not before five seconds have passed");
        let states = |feed: &mut Feed| -> Vec<(String, i64)> {
            let counts = feed.store.outbox().expect("counts");
            counts.into_iter().map(|count| (count.state, count.count)).collect()
        };
        assert_eq!(states(&mut feed), [("waiting".to_owned(), 1)]);
        sleep(Duration::from_millis(5_200));
        assert_eq!(run(), "");
        assert_eq!(states(&mut feed), [("done".to_owned(), 1)]);
        let attempts: Vec<u32> = got(directory.path()).into_keys().map(|(_, it)| it).collect();
        assert_eq!(attempts, [1, 2]);
    });
}

#[test]
fn a_flood_is_one_summary() {
    for_each_db(|url| {
        let directory = temp_dir();
        let hook = program(directory.path(), "");
        let mut feed = prepared(url);
        let users: Vec<String> = (0..120).map(|number| format!("u{number}")).collect();
        let list: Vec<(i64, &str, &str)> =
            (0..).zip(&users).map(|(second, user)| (second, "sshd", user.as_str())).collect();
        feed.commit(&feed::at(&list));
        let run = || siemtrigger(url).args(["--exec", &hook, "--oneshot"]).run().success();
        assert_eq!(run().stderr, "");
        let all = got(directory.path());
        assert_eq!(all.len(), 31, "thirty a minute and a summary");
        let summary = all.values().find(|json| json["summary"] == true).expect("a summary");
        assert_eq!(summary["count"], 90);
        assert_eq!(summary["rules"], serde_json::json!({"t/each": 90}));
        assert_eq!(summary["siem_events"].as_array().expect("ids").len(), 90);
        let told: BTreeSet<&str> = summary["siem_events"]
            .as_array()
            .expect("ids")
            .iter()
            .chain(all.values().filter(|json| json["summary"].is_null()).map(|json| &json["id"]))
            .map(|id| id.as_str().expect("an id"))
            .collect();
        assert_eq!(told.len(), 120, "each is told of once");
        assert_eq!(run().stderr, "");
        assert_eq!(got(directory.path()).len(), 31);
    });
}

#[test]
fn a_program_that_is_not_there_is_told_at_the_start() {
    for_each_db(|url| {
        let directory = temp_dir();
        let _ = prepared(url);
        let run = |args: &[&str]| siemtrigger(url).args(["--oneshot"]).args(args).run();
        let output = run(&["--exec", "no-such-program x"]).expect_code(2);
        assert_eq!(
            output.stderr,
            "siemtrigger: --exec: no program no-such-program in \
             /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n\
             hint: write the program's full path; no shell reads the command\n"
        );
        let config = directory.path().join("siem.toml");
        let text = "[[action]]\nname = \"mail\"\nexec = [\"/nowhere/mail\"]\n";
        fs::write(&config, text).expect("a file");
        let config = config.display().to_string();
        let output = run(&["-c", &config]).expect_code(3);
        let place = format!("siemtrigger: {config}:1: /nowhere/mail is no file\n");
        assert!(output.stderr.starts_with(&place), "{}", output.stderr);
        // Who only looks needs no program.
        let _ = siemtrigger(url).args(["-c", &config, "--verify"]).run().success();
    });
}

/// Two daemons, killed over and over: each SIEM event reaches the program, and none is lost.
#[test]
fn kills_lose_no_action() {
    for_each_db(|url| {
        let directory = temp_dir();
        let hook = program(directory.path(), "");
        let config = directory.path().join("siem.toml");
        let text = format!(
            "[[action]]\nname = \"own\"\nexec = [\"{hook}\"]\nrate = 10000\ntimeout = \"1s\"\n"
        );
        fs::write(&config, text).expect("a file");
        let config = config.display().to_string();
        let mut feed = prepared(url);
        let daemon = || siemtrigger(url).args(["-c", &config]).spawn();
        for round in 0..5 {
            let daemons = [daemon(), daemon()];
            let list: Vec<(i64, &str, &str)> =
                (0..12).map(|number| (round * 12 + number, "sshd", "eve")).collect();
            feed.commit(&feed::at(&list));
            sleep(Duration::from_millis(300));
            for daemon in daemons {
                daemon.signal("KILL");
                assert_eq!(daemon.wait().code, 137);
            }
        }
        // What a killed one had taken falls due six seconds later.
        let start = Instant::now();
        let last = daemon();
        while feed.store.outbox().expect("counts").iter().any(|count| count.state != "done")
            || feed.siem_events().len() < 60
        {
            assert!(start.elapsed() < Duration::from_secs(50), "not delivered in time");
            sleep(Duration::from_millis(50));
        }
        last.signal("TERM");
        assert_eq!(last.wait().code, 0);
        let reached: BTreeSet<String> =
            got(directory.path()).into_values().map(|json| json["id"].to_string()).collect();
        assert_eq!(reached.len(), 60);
    });
}

/// The shipped actions: what reaches a mailer, and what nft would be asked.
#[test]
fn shipped_actions_do_what_they_say() {
    let directory = temp_dir();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/action");
    let run = |name: &str, args: &[&str], input: &str| {
        let tool = tool_at(shipped.join(name)).args(args).env("SIEM_KEY", "ab12/own");
        let sendmail = directory.path().join("sendmail");
        fs::write(&sendmail, "#!/bin/sh\necho \"$*\"; cat\n").expect("a script");
        fs::set_permissions(&sendmail, fs::Permissions::from_mode(0o755)).expect("a mode");
        tool.env("SENDMAIL", sendmail.display().to_string()).stdin(input).run()
    };
    let mail = run("mail", &["soc@example.org"], "{\"message\":\"~!touch x\"}\n").success().stdout;
    assert!(mail.starts_with("-i -- soc@example.org\nTo: soc@example.org\n"), "{mail}");
    assert!(mail.contains("Subject: SIEM event ab12/own\n"), "{mail}");
    assert!(mail.ends_with("\n\n{\"message\":\"~!touch x\"}\n"), "{mail}");
    let _ = run("mail", &["-X/etc/x"], "").expect_code(2);

    let event = |ip: &str| serde_json::json!({"group": {"source.ip": ip}}).to_string();
    let block = |ip: &str| {
        run("nftables", &["--dry-run", "--allow", "192.0.2."], &event(ip)).success().stderr
    };
    assert_eq!(
        block("203.0.113.7"),
        "nft add element inet siem blocked { 203.0.113.7 timeout 1h }\n"
    );
    assert_eq!(
        block("2001:db8::1"),
        "nft add element inet siem blocked6 { 2001:db8::1 timeout 1h }\n"
    );
    for spared in ["192.0.2.9", "127.0.0.1", "::1", ""] {
        assert_eq!(block(spared), "", "{spared}");
    }
    assert_eq!(block("1.1.1.1 } ; flush ruleset"), "nftables: not an address\n");
    let _ = run("webhook", &["file:///etc/passwd"], "{}").expect_code(2);
}
