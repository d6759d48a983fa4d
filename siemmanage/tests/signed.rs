//! The real siemmanage and signed packs of rules.
//!
//! What it does *not* know: minisign, whose signatures `pack` tests.

use std::fs;
use std::path::Path;
use std::process::Command;
use testkit::{Output, for_each_db, temp_dir, tool_at};

fn run(url: &str, args: &[&str]) -> Output {
    tool_at(env!("CARGO_BIN_EXE_siemmanage")).env("SIEM_DB", url).args(args).run()
}

const RULE: &str = "title: A shell
id: 6f0ba3c8-3e4e-4a3c-9b8e-666666666666
tags: [attack.execution]
logsource: {product: linux, category: process_creation}
detection:
  selection: {Image|endswith: /sh}
  condition: selection
";

fn keygen(folder: &Path, args: &[&str]) {
    let status = Command::new("ssh-keygen").args(args).current_dir(folder).output();
    let output = status.expect("ssh-keygen runs (Debian: openssh-client)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A key, and its line of allowed signers.
fn key(folder: &Path, name: &str) -> String {
    keygen(folder, &["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]);
    let public = fs::read_to_string(folder.join(format!("{name}.pub"))).expect("a public key");
    format!("{name}@example.org {public}")
}

#[test]
fn only_what_allowed_signers_signed_is_imported() {
    for_each_db(|url| {
        let _ = run(url, &["init"]).success();
        let directory = temp_dir();
        let folder = directory.path();
        let path = |name: &str| folder.join(name).display().to_string();
        let (mia, _) = (key(folder, "mia"), key(folder, "eve"));
        fs::write(folder.join("allowed"), mia).expect("a file");
        fs::write(folder.join("rule.yml"), RULE).expect("a file");
        let (allowed, rule) = (path("allowed"), path("rule.yml"));
        let import = |more: &[&str]| {
            let args = [&["rules", "import", "--verify", &allowed, &rule][..], more].concat();
            run(url, &args)
        };
        let sign = |key: &str, name: &str| {
            let _ = fs::remove_file(folder.join(format!("{name}.sig")));
            keygen(folder, &["-q", "-Y", "sign", "-f", key, "-n", "siem", name]);
        };
        let refused = |what: &str| {
            let output = import(&[]);
            assert_eq!(output.code, 3, "{}{}", output.stdout, output.stderr);
            assert!(output.stderr.contains(what), "{what}: {}", output.stderr);
        };
        refused("not signed: there is no ");
        sign("eve", "rule.yml");
        refused("it is signed by nobody of the allowed signers");
        sign("mia", "rule.yml");
        let text = import(&[]).success().stdout;
        assert_eq!(text, "imported 1 rule: 1 new, 0 changed, 0 unchanged\n");
        let text = import(&[]).success().stdout;
        assert_eq!(text, "imported 1 rule: 0 new, 0 changed, 1 unchanged\n");
        let list = run(url, &["rules", "list", "--tag", "signer.eve@example.org", "-o", "json"]);
        assert_eq!(list.code, 1);
        let list = run(url, &["rules", "list", "--tag", "signer", "-o", "json"]).success().stdout;
        let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
        let tags: Vec<&str> = list[0]["tags"]
            .as_array()
            .map(|tags| tags.iter().filter_map(serde_json::Value::as_str).collect())
            .unwrap_or_default();
        assert_eq!(tags.len(), 3, "{tags:?}");
        assert_eq!(tags[0], "attack.execution");
        assert!(tags[1].starts_with("digest.") && tags[1].len() == "digest.".len() + 64);
        assert_eq!(tags[2], "signer.mia@example.org");

        fs::write(folder.join("rule.yml"), RULE.replace("/sh", "/bash")).expect("a file");
        refused("its signature is not good");
        let forged = RULE.replace("attack.execution", "signer.mia@example.org");
        fs::write(folder.join("rule.yml"), &forged).expect("a file");
        let output = run(url, &["rules", "import", &rule]);
        assert_eq!(output.code, 3);
        assert!(output.stderr.contains("given by import --verify alone"), "{}", output.stderr);
    });
}
