//! The real siemmanage and reference sets, and rules that name them, on both databases.
//!
//! What it does *not* know: how values are looked up.

use std::fs;
use testkit::{Output, for_each_db, temp_dir, tool_at};

fn run(url: &str, args: &[&str]) -> Output {
    tool_at(env!("CARGO_BIN_EXE_siemmanage")).env("SIEM_DB", url).args(args).run()
}

fn done(url: &str, args: &[&str]) -> String {
    run(url, args).success().stdout
}

fn json(url: &str, args: &[&str]) -> serde_json::Value {
    serde_json::from_str(&done(url, args)).expect("JSON")
}

const SIGMA: &str = "title: From a workstation
id: 6f0ba3c8-3e4e-4a3c-9b8e-555555555555
logsource: {product: windows, service: security}
detection:
  selection:
    EventID: 4624
    WorkstationName|expand: '%Workstations%'
  condition: selection
";

const OWN: &str = r#"{"rules_auth": [
  {"name": "known", "severity": 3, "where": "source.ip in set:bad-hosts"}]}"#;

#[test]
fn a_set_is_imported_shown_exported_and_deleted() {
    for_each_db(|url| {
        done(url, &["init"]);
        let directory = temp_dir();
        let path = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::write(&path, text).expect("a file");
            path.display().to_string()
        };
        let lines = path("bad.txt", "# known\n10.0.0.0/8\n\n  Eve \n\\#1\n10.0.0.0/8\n");
        let text = done(url, &["set", "import", "--dry-run", "bad-hosts", &lines]);
        assert_eq!(
            text,
            "+ #1\n+ 10.0.0.0/8\n+ Eve\nwould import set bad-hosts: 3 values, 3 new, 0 gone; \
             0 rules with a new version\n"
        );
        assert_eq!(run(url, &["set", "list"]).code, 1);
        let text = done(url, &["set", "import", "bad-hosts", &lines]);
        assert!(text.starts_with("imported set bad-hosts: 3 values, 3 new, 0 gone"), "{text}");
        assert_eq!(done(url, &["set", "export", "bad-hosts"]), "\\#1\n10.0.0.0/8\nEve\n");

        let table = path("t.csv", "host,who\na,eve\nb,\n");
        done(url, &["set", "import", "hosts", &table]);
        done(url, &["set", "import", "people", &table, "--column", "who"]);
        let list = json(url, &["set", "list", "-o", "json"]);
        let of =
            |name: &str| list.as_array().and_then(|it| it.iter().find(|it| it["name"] == name));
        let values = |name: &str| of(name).map(|it| it["values"].clone());
        assert_eq!(values("hosts"), Some(2.into()));
        assert_eq!(values("people"), Some(1.into()));

        let more = path("more.txt", "Eve\nBob\n");
        let text = done(url, &["set", "import", "bad-hosts", &more]);
        assert!(text.contains("2 values, 1 new, 2 gone"), "{text}");
        let shown = json(url, &["set", "show", "bad-hosts", "-o", "json"]);
        assert_eq!(shown["values"], serde_json::json!(["Bob", "Eve"]));
        assert_eq!(shown["versions"].as_array().map(Vec::len), Some(2));
        done(url, &["set", "delete", "hosts", "people"]);
        let gone = run(url, &["set", "export", "hosts"]);
        assert_eq!((gone.code, gone.stdout.as_str()), (2, ""));
        assert!(gone.stderr.contains("there is no set \"hosts\""), "{}", gone.stderr);
        for (name, text) in [("a b", "x"), ("empty", "# only\n"), ("control", "a\u{1b}[2J\n")] {
            let file = path("wrong.txt", text);
            assert_eq!(run(url, &["set", "import", name, &file]).code, 3, "{name}");
        }
    });
}

#[test]
fn rules_wait_for_their_sets_and_change_with_them() {
    for_each_db(|url| {
        done(url, &["init"]);
        let directory = temp_dir();
        let path = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::write(&path, text).expect("a file");
            path.display().to_string()
        };
        let (sigma, own) = (path("s.yml", SIGMA), path("o.json", OWN));
        let refused = run(url, &["rules", "import", &sigma, &own]);
        assert_eq!(refused.code, 3);
        for part in [
            "o.json:2:63: rule auth/known: there is no set \"bad-hosts\"",
            "siemmanage set import bad-hosts FILE makes it",
            "s.yml:7:29: rule 6f0ba3c8-3e4e-4a3c-9b8e-555555555555: there is no set \"Workstations\"",
            "siemmanage set import Workstations FILE makes it",
        ] {
            assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
        }
        done(url, &["set", "import", "bad-hosts", &path("b.txt", "10.0.0.1\n")]);
        done(url, &["set", "import", "Workstations", &path("w.txt", "ws1\nws2\n")]);
        let text = done(url, &["rules", "import", &sigma, &own]);
        assert_eq!(text, "imported 2 rules: 2 new, 0 changed, 0 unchanged\n");
        let text = done(url, &["rules", "import", &sigma, &own]);
        assert_eq!(text, "imported 2 rules: 0 new, 0 changed, 2 unchanged\n");
        let versions = || -> Vec<(String, String)> {
            let list = json(url, &["rules", "list", "-o", "json"]);
            let text = |it: &serde_json::Value, name: &str| it[name].as_str().map(str::to_owned);
            let all = list.as_array().cloned().unwrap_or_default();
            all.iter()
                .filter(|it| it["name"] == "known" || it["title"] == "From a workstation")
                .filter_map(|it| Some((text(it, "name")?, text(it, "version")?)))
                .collect()
        };
        let before = versions();
        assert_eq!(before.len(), 2);
        let text = done(url, &["set", "import", "Workstations", &path("w.txt", "ws2\nws3\n")]);
        assert_eq!(
            text,
            "imported set Workstations: 2 values, 1 new, 1 gone; 1 rule with a new version\n"
        );
        let after = versions();
        let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
        assert_eq!(changed, 1);
        let text = done(url, &["set", "import", "Workstations", &path("w.txt", "ws3\nws2\n")]);
        assert!(text.ends_with("0 rules with a new version\n"), "{text}");
        assert_eq!(versions(), after);
        done(url, &["set", "import", "Workstations", &path("w.txt", "ws1\nws2\n")]);
        assert_eq!(versions(), before, "the same values are the same version");

        let refused = run(url, &["set", "delete", "bad-hosts"]);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("is named by auth/known"), "{}", refused.stderr);
        done(url, &["rules", "delete", "known"]);
        done(url, &["set", "delete", "bad-hosts"]);
    });
}

#[test]
fn cases_bring_their_own_sets() {
    let directory = temp_dir();
    let write = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("a file");
    };
    write("s.yml", SIGMA);
    write(
        "s.test.yml",
        "sets: {Workstations: [ws1]}\nmatch:\n  - {EventID: 4624, WorkstationName: WS1}\n\
         no_match:\n  - {EventID: 4624, WorkstationName: ws2}\n",
    );
    let folder = directory.path().display().to_string();
    let url = format!("sqlite:{folder}/none.db");
    let text = done(&url, &["rules", "test", &folder]);
    assert_eq!(text, "1 rule, 2 tests, 0 failed\n");
}
