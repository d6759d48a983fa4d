//! The real siemtrigger over stored events: what is stored computed again, and two sets of rules
//! compared.
//!
//! What it does *not* know: how rules decide.

#[allow(dead_code, reason = "shared with other tests, which use more of it")]
mod feed;

use common::config::Backfill;
use common::rule::read;
use common::siem_event::SiemEvent;
use feed::Feed;
use std::fs;
use store::{SiemRow, Step};
use testkit::{Output, Tool, for_each_db, temp_dir, tool_at};

const RULES: &str = r#"{"rules_t": [
  {"name": "many", "severity": 3, "where": "process.name = sshd", "group_by": ["user.name"],
   "time_int": "10s", "event_limit": 2, "message": "{user.name}"},
  {"name": "each", "severity": 6, "where": "process.name = sudo", "message": "{message}"},
  {"name": "mean", "severity": 4, "group_by": ["user.name"], "message": "mean",
   "correlation": {"type": "event_count", "time_int": "20s", "condition": {"lt": 3}, "parts": [
     {"name": "a", "where": "process.name = cron", "group_by": ["user.name"], "values": []}]}},
  {"name": "again", "severity": 2, "where": "rule.name = many", "source_table": "siem_t",
   "time_int": "1m", "event_limit": 1, "message": "again"}]}"#;

fn siemtrigger(url: &str, args: &[&str]) -> Tool {
    tool_at(env!("CARGO_BIN_EXE_siemtrigger")).env("SIEM_DB", url).args(args)
}

fn run(url: &str, args: &[&str]) -> Output {
    siemtrigger(url, args).run()
}

#[test]
fn what_is_stored_is_what_the_same_commits_give_again() {
    for_each_db(|url| {
        let mut feed = Feed::new(url);
        let rules = |text: &str| read(text, "rules.json").expect("rules");
        let commits = feed::events(21, 40);
        for (number, commit) in commits.iter().enumerate() {
            match number {
                5 => feed.store.put_rules(&rules(RULES), Backfill::All).expect("rules"),
                15 => {
                    let other = RULES.replace("\"event_limit\": 2", "\"event_limit\": 3");
                    feed.store.put_rules(&rules(&other), Backfill::All).expect("rules");
                }
                25 => feed.store.put_rules(&rules(RULES), Backfill::All).expect("rules"),
                _ => {}
            }
            feed.commit(commit);
            if number % 7 == 0 {
                let _ = run(url, &["--oneshot"]).success();
            }
        }
        let _ = run(url, &["--oneshot"]).success();
        let found = feed.siem_events();
        for name in ["many", "each", "again"] {
            assert!(found.iter().any(|it| it.rule_name == name), "{name}");
        }
        let fine = run(url, &["--verify"]);
        assert_eq!((fine.code, fine.stdout.as_str()), (0, ""), "{}", fine.stderr);
        assert!(fine.stderr.contains("no difference"), "{}", fine.stderr);
        assert_eq!(feed.siem_events(), found, "nothing is written");

        let event = found.iter().find(|it| it.rule_name == "many").expect("one").clone();
        let all = feed.store.activations().expect("activations");
        let own = all.iter().find(|it| it.hash == event.rule_version).expect("its version");
        let event = SiemEvent { event_count: event.event_count + 1, ..event };
        let row = SiemRow { version: own.version, commit_no: 1, event: event.clone() };
        assert!(
            feed.store.record(&Step { events: vec![row], ..Step::default() }).expect("written")
        );
        let differs = run(url, &["--verify"]);
        assert_eq!(differs.code, 1, "{}", differs.stderr);
        let lines: Vec<&str> = differs.stdout.lines().collect();
        assert_eq!(lines.len(), 2, "{}", differs.stdout);
        assert!(lines[0].starts_with("- {") && lines[0].contains(&event.id));
        assert!(lines[1].starts_with("+ {") && lines[1].contains(&event.id));
        let later = run(url, &["--verify", "--since", "2030-01-01"]);
        assert_eq!(later.code, 0, "{}", later.stderr);
    });
}

#[test]
fn a_change_of_rules_is_shown_by_day() {
    for_each_db(|url| {
        let mut feed = Feed::new(url);
        let one = [(1, "sshd", "eve"), (2, "sshd", "eve"), (3, "sshd", "eve"), (50, "sudo", "bob")];
        feed.commit(&feed::at(&one));
        let two = [(90_001, "sshd", "bob"), (90_002, "sshd", "bob"), (90_003, "sudo", "bob")];
        feed.commit(&feed::at(&two));
        let directory = temp_dir();
        let file = |name: &str, rules: &str| {
            let path = directory.path().join(name);
            fs::write(&path, format!("{{\"rules_t\": [{rules}]}}")).expect("a file");
            path.display().to_string()
        };
        let many = |limit: u32| {
            format!(
                r#"{{"name": "many", "severity": 3, "where": "process.name = sshd",
                "group_by": ["user.name"], "time_int": "10s", "event_limit": {limit},
                "message": "{{user.name}}"}}"#
            )
        };
        let each = r#"{"name": "each", "severity": 6, "where": "process.name = sudo",
            "message": "by {user.name}"}"#;
        let (old, new) = (file("old.json", &many(2)), file("new.json", &many(1)));
        let diff = |old: &str, new: &str, more: &[&str]| {
            siemtrigger(url, &["--backtest", "--diff", old, new]).args(more).run()
        };
        let output = diff(&old, &new, &["-o", "table"]);
        assert_eq!(output.code, 1, "{}", output.stderr);
        assert_eq!(
            output.stdout,
            "day         old  new  gone  added\n\
             2026-11-20    1    1     0      0\n\
             2026-11-21    0    1     0      1\n\
             + 2026-11-21T11:00:02.000000Z many: bob (2.1)\n"
        );
        let both = file("both.json", &format!("{}, {each}", many(2)));
        let output = diff(&both, &new, &["-o", "jsonl"]);
        let changes: Vec<(String, String)> = output
            .stdout
            .lines()
            .map(|line| {
                let json: serde_json::Value = serde_json::from_str(line).expect("JSON");
                let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
                (text(&json["change"]), text(&json["siem_event"]["message"]))
            })
            .collect();
        let expected = [("gone", "by bob"), ("gone", "by bob"), ("added", "bob")];
        assert_eq!(changes, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        let same = diff(&old, &old, &[]);
        assert_eq!(same.code, 0, "{}", same.stdout);
        assert_eq!(feed.siem_events(), [], "nothing is written");
    });
}

#[test]
fn a_correlation_of_correlations_is_explained() {
    let rules = r#"{"rules_t": [
      {"name": "burst", "severity": 3, "group_by": ["user.name"], "message": "burst",
       "is_silent": true, "correlation": {"type": "event_count", "time_int": "10s",
       "condition": {"gte": 2}, "parts": [{"name": "login", "where": "process.name = sshd",
       "group_by": ["user.name"], "values": []}]}},
      {"name": "outer", "severity": 3, "group_by": ["user.name"], "message": "outer",
       "correlation": {"type": "event_count", "time_int": "5m", "condition": {"gte": 2},
       "parts": [{"name": "burst", "where": "rule.id = \"t/burst\"", "sees": "t/burst",
       "group_by": ["user.name"], "values": []}]}}]}"#;
    for_each_db(|url| {
        let mut feed = Feed::new(url);
        let rules = read(rules, "rules.json").expect("rules");
        feed.store.put_rules(&rules, Backfill::All).expect("rules");
        let burst = |second: i64| [(second, "sshd", "eve"), (second + 1, "sshd", "eve")];
        feed.commit(&feed::at(&burst(0)));
        feed.commit(&feed::at(&[burst(100), burst(200)].concat()));
        feed.commit(&feed::at(&[(600, "sshd", "eve"), (601, "cron", "eve")]));
        let _ = run(url, &["--oneshot"]).success();
        let fired: Vec<String> = feed.siem_events().iter().map(|it| it.time.to_string()).collect();
        assert_eq!(fired, ["2026-11-20T10:01:41.000000Z"]);
        let explain = |event: &str| run(url, &["--explain", event, "--rule", "outer"]);
        let fires = explain("2.2");
        assert_eq!(fires.code, 0, "{}{}", fires.stdout, fires.stderr);
        for part in [
            "  counts  rule burst\n",
            "   group  user.name = eve\n",
            "  window  event_count is 2 over 2 events in 5m, the first 100s before\n",
            "the rule fires at 2026-11-20T10:01:41.000000Z\n",
        ] {
            assert!(fires.stdout.contains(part), "{part}: {}", fires.stdout);
        }
        let early = explain("1.2");
        assert_eq!(early.code, 1);
        assert!(early.stdout.contains("1 is not gte 2: 1 of 2"), "{}", early.stdout);
        let none = explain("3.1");
        let what = "nothing that it counts happens in the window";
        assert!(none.stdout.contains(what), "{}", none.stdout);
        assert!(explain("3.2").stdout.contains("the condition fails"));
    });
}
