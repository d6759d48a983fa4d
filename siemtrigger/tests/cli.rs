//! The real program on both databases: schedules, kills, several at once, changed rules, streams.

mod feed;

use common::clock::span::{Span, WEEK};
use common::config::Backfill;
use common::rule::{Rule, read};
use common::siem_event::SiemEvent;
use feed::{Feed, events};
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::{Tool, database, temp_dir, tool_at};

const RULES: &str = r#"{ "rules_t": [
  {"name": "many", "severity": 3, "where": "process.name = sshd", "group_by": ["user.name"],
   "time_int": "10s", "event_limit": 2, "message": "{user.name}: {message}"},
  {"name": "each", "severity": 6, "where": "process.name = sudo", "message": "{message}"},
  {"name": "again", "severity": 1, "where": "rule.name = many", "source_table": "siem_t",
   "group_by": ["user.name"], "time_int": "30s", "event_limit": 1, "message": "{user.name} again"}
]}"#;

fn rules(text: &str) -> Vec<Rule> {
    read(text, "rules.json").expect("rules")
}

fn siemtrigger(url: &str) -> Tool {
    tool_at(env!("CARGO_BIN_EXE_siemtrigger")).args(["--db", url]).arg("-q")
}

fn oneshot(url: &str) {
    let output = siemtrigger(url).arg("--oneshot").run();
    assert_eq!((output.code, output.stderr.as_str()), (0, ""));
}

/// A new database of each kind, as (guard, URL).
fn both(body: impl Fn(&dyn Fn() -> (Box<dyn std::any::Any>, String))) {
    body(&|| {
        let directory = temp_dir();
        let url = format!("sqlite:{}/t.db", directory.path().display());
        (Box::new(directory), url)
    });
    body(&|| {
        let database = database();
        let url = database.url().to_owned();
        (Box::new(database), url)
    });
}

fn prepared(url: &str) -> Feed {
    let mut feed = Feed::new(url);
    feed.store.put_rules(&rules(RULES), Backfill::All).expect("rules");
    feed
}

#[test]
fn every_schedule_leaves_the_same_table() {
    let commits = events(11, 40);
    let expected = std::cell::RefCell::new(Vec::new());
    both(|make| {
        let (_often, url) = make();
        let mut feed = prepared(&url);
        for (number, commit) in commits.iter().enumerate() {
            feed.commit(commit);
            if number % 7 == 3 {
                oneshot(&url);
            }
        }
        oneshot(&url);
        let often = feed.siem_events();
        assert!(often.len() > 20, "{}", often.len());
        for name in ["many", "each", "again"] {
            assert!(often.iter().any(|event| event.rule_name == name), "{name}");
        }

        let (_once, url) = make();
        let mut feed = prepared(&url);
        commits.iter().for_each(|commit| feed.commit(commit));
        oneshot(&url);
        assert_eq!(feed.siem_events(), often, "one run at the end");

        let (_killed, url) = make();
        let mut feed = prepared(&url);
        for part in commits.chunks(10) {
            let daemons = [siemtrigger(&url).spawn(), siemtrigger(&url).spawn()];
            part.iter().for_each(|commit| feed.commit(commit));
            for daemon in daemons {
                daemon.signal("KILL");
                assert_eq!(daemon.wait().code, 137);
            }
        }
        oneshot(&url);
        assert_eq!(feed.siem_events(), often, "two daemons, killed four times");

        let mut expected = expected.borrow_mut();
        if expected.is_empty() {
            *expected = often;
        } else {
            assert_eq!(*expected, often, "both databases");
        }
    });
}

#[test]
fn a_daemon_follows_and_ends_cleanly() {
    both(|make| {
        let (_guard, url) = make();
        let mut feed = prepared(&url);
        let daemons: Vec<_> = (0..4).map(|_| siemtrigger(&url).spawn()).collect();
        let commits = events(12, 20);
        commits.iter().for_each(|commit| feed.commit(commit));
        feed.wait_until_seen();
        for daemon in daemons {
            daemon.signal("TERM");
            let output = daemon.wait();
            assert_eq!((output.code, output.stderr.as_str()), (0, ""));
        }
        let four = feed.siem_events();
        let (_guard, url) = make();
        let mut feed = prepared(&url);
        commits.iter().for_each(|commit| feed.commit(commit));
        oneshot(&url);
        assert_eq!(four, feed.siem_events());
    });
}

#[test]
fn a_changed_rule_and_its_return_do_not_depend_on_when_one_looks() {
    let other = RULES.replace("\"event_limit\": 2", "\"event_limit\": 3");
    let commits = events(13, 40);
    both(|make| {
        let run = |often: bool| {
            let (_guard, url) = make();
            let mut feed = prepared(&url);
            for (number, commit) in commits.iter().enumerate() {
                feed.commit(commit);
                match number {
                    12 => feed.store.put_rules(&rules(&other), Backfill::All).expect("rules"),
                    25 => feed.store.put_rules(&rules(RULES), Backfill::All).expect("rules"),
                    _ => {}
                }
                if often {
                    oneshot(&url);
                }
            }
            oneshot(&url);
            let activations = feed.store.activations().expect("activations");
            assert_eq!(activations.iter().filter(|it| it.rule.name == "many").count(), 3);
            feed.siem_events()
        };
        let late = run(false);
        let versions: std::collections::BTreeSet<&str> = late
            .iter()
            .filter(|it| it.rule_name == "many")
            .map(|it| it.rule_version.as_str())
            .collect();
        assert_eq!(versions.len(), 2);
        assert_eq!(run(true), late);
    });
}

#[test]
fn a_rule_that_comes_after_those_that_count_its_siem_events() {
    let early: Vec<Rule> = rules(RULES).into_iter().filter(|rule| rule.name == "again").collect();
    let commits = events(17, 40);
    both(|make| {
        let run = |often: bool| {
            let (_guard, url) = make();
            let mut feed = Feed::new(&url);
            feed.store.put_rules(&early, Backfill::All).expect("rules");
            for (number, commit) in commits.iter().enumerate() {
                feed.commit(commit);
                if number == 20 {
                    feed.store.put_rules(&rules(RULES), Backfill::All).expect("rules");
                }
                if often {
                    oneshot(&url);
                }
            }
            oneshot(&url);
            feed.siem_events()
        };
        let late = run(false);
        assert!(late.iter().any(|event| event.rule_name == "again"));
        assert_eq!(run(true), late);
    });
}

#[test]
fn a_new_rule_looks_back_and_a_disabled_one_does_not_look() {
    both(|make| {
        let (_guard, url) = make();
        let mut feed = Feed::new(&url);
        let commits = events(14, 12);
        commits[..6].iter().for_each(|commit| feed.commit(commit));
        feed.store.put_rules(&rules(RULES), Backfill::Span(Span(WEEK))).expect("rules");
        commits[6..].iter().for_each(|commit| feed.commit(commit));
        oneshot(&url);
        let found = feed.siem_events();
        assert!(
            found.iter().any(|event| event.backfill) && found.iter().any(|event| !event.backfill)
        );
        let disabled: Vec<Rule> =
            rules(RULES).into_iter().map(|rule| Rule { is_enabled: false, ..rule }).collect();
        feed.store.put_rules(&disabled, Backfill::All).expect("rules");
        commits.iter().for_each(|commit| feed.commit(commit));
        oneshot(&url);
        assert_eq!(feed.siem_events(), found);
    });
}

/// What two runs with different event ids have in common.
fn plain(event: &SiemEvent) -> String {
    format!(
        "{} {} {:?} {} {} {} {} {} {}",
        event.rule_name,
        event.rule_version,
        event.group,
        event.time,
        event.last_time,
        event.event_count,
        event.window_start,
        event.window_end,
        event.message
    )
}

#[test]
fn a_stream_and_a_backtest_find_what_the_store_holds() {
    both(|make| {
        let (_guard, url) = make();
        let mut feed = prepared(&url);
        events(15, 30).iter().for_each(|commit| feed.commit(commit));
        let directory = temp_dir();
        let file = directory.path().join("rules.json");
        fs::write(&file, RULES).expect("a file");

        let input = feed.json_lines();
        let output = tool_at(env!("CARGO_BIN_EXE_siemtrigger"))
            .args(["--stdin", "-o", "jsonl", "--rules"])
            .arg(&file)
            .stdin(input.clone())
            .run();
        assert_eq!((output.code, output.stderr.as_str()), (0, ""));
        let live = tool_at(env!("CARGO_BIN_EXE_siemtrigger"))
            .args(["--stdin", "--live", "--rules"])
            .arg(&file)
            .stdin(input)
            .run();
        assert!(live.stdout.lines().count() > output.stdout.lines().count());
        let backtest = siemtrigger(&url).args(["--backtest", "-o", "jsonl"]).run();
        assert_eq!((backtest.code, backtest.stderr.as_str()), (0, ""));
        assert_eq!(feed.siem_events(), [], "a backtest writes nothing");
        let none = siemtrigger(&url).args(["--backtest", "--since", "tomorrow"]).run();
        assert_eq!((none.code, none.stdout.as_str()), (1, ""));

        oneshot(&url);
        let sorted = |mut lines: Vec<String>| {
            lines.sort();
            lines
        };
        let stored = sorted(feed.siem_events().iter().map(plain).collect());
        let printed =
            |text: &str| sorted(text.lines().map(|line| plain(&feed::parsed(line))).collect());
        assert_eq!(printed(&output.stdout), stored);
        assert_eq!(printed(&backtest.stdout), stored);
        let ids = |event: &SiemEvent| (event.id.clone(), event.source_ids.clone());
        let mut same: Vec<_> =
            backtest.stdout.lines().map(|line| ids(&feed::parsed(line))).collect();
        let mut kept: Vec<_> = feed.siem_events().iter().map(ids).collect();
        same.sort();
        kept.sort();
        assert_eq!(same, kept, "the backtest names the stored events");
    });
}

#[test]
fn silence_is_noticed_without_new_events() {
    let text = r#"{"rules_t": [{"name": "quiet", "kind": "dead", "severity": 2, "time_int": "1s",
        "where": "process.name = sshd", "message": "nothing from {host.name}", "group_by": ["host.name"]}]}"#;
    both(|make| {
        let (_guard, url) = make();
        let mut feed = Feed::new(&url);
        feed.store.put_rules(&rules(text), Backfill::All).expect("rules");
        let directory = temp_dir();
        let config = directory.path().join("siem.toml");
        fs::write(&config, "[siemtrigger]\nlateness = \"1s\"\n").expect("a file");
        let daemon = siemtrigger(&url).arg("-c").arg(&config).spawn();
        feed.commit_now("sshd", "web1");
        let start = Instant::now();
        while feed.siem_events().is_empty() && start.elapsed() < Duration::from_secs(30) {
            sleep(Duration::from_millis(50));
        }
        daemon.signal("TERM");
        assert_eq!(daemon.wait().code, 0);
        let found = feed.siem_events();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].rule_kind.as_str(), found[0].event_count), ("dead", 0));
        assert_eq!(found[0].message, "nothing from web1");
    });
}

#[test]
fn explanations_show_each_predicate_and_the_window() {
    both(|make| {
        let (_guard, url) = make();
        let mut feed = prepared(&url);
        feed.commit(&feed::at(&[
            (1, "sshd", "eve"),
            (2, "sshd", "eve"),
            (3, "sshd", "eve"),
            (3, "cron", "eve"),
        ]));
        let explain =
            |event: &str| siemtrigger(&url).args(["--explain", event, "--rule", "many"]).run();
        let fires = explain("1.3");
        assert_eq!(fires.code, 0, "{}", fires.stderr);
        assert!(
            fires.stdout.contains("held  process.name = \"sshd\"    value: sshd"),
            "{}",
            fires.stdout
        );
        assert!(fires.stdout.contains("window  3 events in 10s up to 2026-11-20T10:00:03"));
        assert!(fires.stdout.contains("the rule fires at"));
        let few = explain("1.2");
        assert_eq!(few.code, 1);
        assert!(
            few.stdout.contains("does not fire: 2 is not more than the limit, 2: 2 of 3\n"),
            "{}",
            few.stdout
        );
        let late = "note  the ledger is not there yet";
        assert!(fires.stdout.contains(late), "{}", fires.stdout);
        oneshot(&url);
        assert!(!explain("1.3").stdout.contains("note"), "{}", explain("1.3").stdout);
        feed.commit(&feed::at(&[(15, "sshd", "eve")]));
        let short = explain("2.1").stdout;
        assert!(short.contains("the limit, 2: 1 of 3, 3 s short\n"), "{short}");
        let other = explain("1.4");
        assert_eq!(other.code, 1);
        assert!(
            other.stdout.contains("failed  process.name = \"sshd\"    value: cron"),
            "{}",
            other.stdout
        );
        let missing = siemtrigger(&url).args(["--explain", "1.1", "--rule", "no\u{1b}ne"]).run();
        let section = siemtrigger(&url).args(["--oneshot", "--table", "rules_wbe"]).run();
        assert_eq!(section.code, 2);
        assert!(section.stderr.starts_with("siemtrigger: unknown section \"wbe\"\nhint: "));
        assert_eq!(missing.code, 2);
        assert!(
            missing.stderr.starts_with("siemtrigger: no rule \"no\\x1bne\"\nhint: there are: ")
        );
    });
}

#[test]
fn mistakes_are_one_line_and_a_code() {
    let directory = temp_dir();
    let file = directory.path().join("bad.json");
    let run = |text: &str| {
        fs::write(&file, text).expect("a file");
        let program = tool_at(env!("CARGO_BIN_EXE_siemtrigger"));
        let output = program.dir(directory.path()).args(["--stdin", "--rules", "bad.json"]).run();
        (output.code, output.stderr)
    };
    let (code, error) = run("{\"rules_a\": [{\"name\": \"x\",\n \"sql_query\": \"SELECT 1\"}]}");
    assert_eq!(code, 3);
    assert!(error.starts_with("siemtrigger: bad.json:2:15: rules are not SQL"), "{error}");
    assert!(error.contains("hint: write the condition as a filter"), "{error}");
    let (code, error) =
        run("{\"rules_a\": [{\"name\": \"x\", \"severity\": 1, \"source_table\": \"siem_a\"}]}");
    assert_eq!(code, 3);
    assert!(error.contains("rules see their own SIEM events: a/x → a/x"), "{error}");
    assert_eq!(run("{}").0, 3);
    let program = |args: &[&str]| tool_at(env!("CARGO_BIN_EXE_siemtrigger")).args(args).run();
    assert_eq!(program(&["--table", "auth"]).code, 2);
    assert_eq!(program(&["--live"]).code, 2);
    assert_eq!(program(&["--oneshot", "--db", "postgres://x@%2Fnowhere/y"]).code, 4);
    let broken = tool_at(env!("CARGO_BIN_EXE_siemtrigger")).arg("--stdin").stdin("no json\n").run();
    assert_eq!(broken.code, 5);
    assert!(broken.stderr.contains("-:1: no event"), "{}", broken.stderr);
}

#[test]
fn rules_from_files_work_on_a_database_without_being_in_it() {
    both(|make| {
        let (_guard, url) = make();
        let mut feed = Feed::new(&url);
        events(16, 10).iter().for_each(|commit| feed.commit(commit));
        let directory = temp_dir();
        fs::write(directory.path().join("a.json"), RULES).expect("a file");
        let run = || {
            let output =
                siemtrigger(&url).arg("--oneshot").arg("--rules").arg(directory.path()).run();
            assert_eq!((output.code, output.stderr.as_str()), (0, ""));
        };
        run();
        let found = feed.siem_events();
        assert!(!found.is_empty());
        assert!(feed.store.rules().expect("rules").iter().all(|rule| rule.section != "t"));
        run();
        assert_eq!(feed.siem_events(), found);

        let other = RULES.replace("\"event_limit\": 2", "\"event_limit\": 3");
        feed.store.put_rules(&rules(&other), Backfill::All).expect("rules");
        let commits = events(18, 10);
        commits.iter().for_each(|commit| feed.commit(commit));
        oneshot(&url);
        let last = feed.store.last_commit().expect("a commit").expect("a commit").0;
        let again = feed
            .store
            .activations()
            .expect("activations")
            .into_iter()
            .find(|it| it.rule.name == "again" && it.origin == store::Origin::Database);
        assert_eq!(again.map(|it| it.position), Some(last), "it waits for nobody");
    });
}
