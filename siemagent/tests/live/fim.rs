//! Files under watch: against their baseline, and without probes.

use crate::kernel::{Agent, Lines, assert_adds_up, is_usable, number};
use serde_json::{Value, json};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

/// The SHA-256 of "one\n" and of "two\n", by sha256sum.
const ONE: &str = "SHA256=2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806";
const TWO: &str = "SHA256=27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a";

/// Waits until the baseline says that everything has been looked at.
fn wait_for(baseline: &Path) {
    for _ in 0..600 {
        if fs::read_to_string(baseline).is_ok_and(|text| text.contains("\"root\":")) {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("no baseline after 30 s");
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("rights");
}

/// Action, name, how it was found, and both hashes of every change.
fn changes(lines: &Lines, folder: &Path) -> Vec<[String; 5]> {
    let folder = format!("{}/", folder.display());
    let parts = ["action", "TargetFilename", "FoundBy", "OldHashes", "Hashes"];
    let text = |line: &Value, name| line[name].as_str().unwrap_or("-").replace(&folder, "");
    lines.of("fim", |_| true).iter().map(|line| parts.map(|name| text(line, name))).collect()
}

/// The changed rights, with all that is told of the file.
fn assert_mode(first: &Lines, watched: &Path) {
    let mode = first.one("fim", |line| line["action"] == "chmod");
    let own = fs::metadata(watched).expect("a directory").uid();
    for (name, value) in [
        ("mode", json!("0600")),
        ("OldMode", json!("0644")),
        ("FileOwner", json!(own)),
        ("OldFileOwner", json!(own)),
        ("category", json!("file_change")),
        ("EventID", json!(2)),
        ("sort", json!("file")),
        ("size", json!(4)),
    ] {
        assert_eq!(mode[name], value, "{name}");
    }
}

#[test]
fn what_differs_from_the_baseline_is_told_with_both_states() {
    let folder = testkit::temp_dir();
    let top = fs::canonicalize(folder.path()).expect("a path");
    let (watched, kept) = (top.join("watched"), top.join("kept/baseline"));
    fs::create_dir_all(watched.join("sub")).expect("directories");
    for name in ["a", "b", "sub/c"] {
        fs::write(watched.join(name), "one\n").expect("a file");
        chmod(&watched.join(name), 0o644);
    }
    let (fim, baseline) = (watched.display().to_string(), kept.display().to_string());
    let args = ["--source", "files", "--fim", &fim, "--baseline", &baseline];
    let agent = Agent::start(&args);
    wait_for(&kept);
    let step = || sleep(Duration::from_millis(300));
    fs::write(watched.join("a"), "two\n").expect("a write");
    step();
    chmod(&watched.join("b"), 0o600);
    step();
    fs::create_dir(watched.join("new")).expect("a directory");
    fs::write(watched.join("new/d"), "two\n").expect("a file");
    step();
    fs::rename(watched.join("sub"), watched.join("moved")).expect("a rename");
    step();
    // What is written again as it was is no change.
    fs::write(watched.join("a"), "two\n").expect("a write");
    fs::write(top.join("elsewhere"), "two\n").expect("a file");
    step();
    let first = agent.stop();
    assert_adds_up(&first.stop);
    let told = changes(&first, &watched);
    let want = [
        ["write", "a", "watch", ONE, TWO],
        ["chmod", "b", "watch", ONE, ONE],
        ["create", "new", "watch", "-", "-"],
        ["create", "new/d", "watch", "-", TWO],
        ["create", "moved", "watch", "-", "-"],
        ["create", "moved/c", "watch", "-", ONE],
        ["delete", "sub", "watch", "-", "-"],
        ["delete", "sub/c", "watch", ONE, "-"],
    ];
    let texts = |list: &[[&str; 5]]| -> Vec<[String; 5]> {
        list.iter().map(|line| line.map(str::to_owned)).collect()
    };
    assert_eq!(told, texts(&want));
    let begun = first.one("baseline", |_| true);
    assert_eq!((number(begun, "files"), number(begun, "new_roots")), (5, 1), "{begun}");
    assert_eq!((number(begun, "changes"), number(begun, "unwatched")), (0, 0), "{begun}");
    assert_mode(&first, &watched);
    // Changed while nobody watched: found by looking at everything.
    fs::remove_file(watched.join("b")).expect("a removal");
    fs::write(watched.join("moved/c"), "two\n").expect("a write");
    let agent = Agent::start(&args);
    sleep(Duration::from_millis(500));
    let second = agent.stop();
    let want = [["write", "moved/c", "scan", ONE, TWO], ["delete", "b", "scan", ONE, "-"]];
    assert_eq!(changes(&second, &watched), texts(&want));
    let begun = second.one("baseline", |_| true);
    assert_eq!((number(begun, "files"), number(begun, "new_roots")), (6, 0), "{begun}");
}

#[test]
fn the_process_that_changed_a_file_is_named() {
    if !is_usable("who changed a file") {
        return;
    }
    let folder = testkit::temp_dir();
    let secret = fs::canonicalize(folder.path()).expect("a path").join("secret");
    let kept = folder.path().join("baseline");
    fs::write(&secret, "one\n").expect("a file");
    // Only root may read it, which the agent no longer is.
    chmod(&secret, 0o600);
    let (fim, baseline) = (secret.display().to_string(), kept.display().to_string());
    let agent = Agent::start(&["--events", "exec", "--fim", &fim, "--baseline", &baseline]);
    wait_for(&kept);
    let status = fs::read_to_string(format!("/proc/{}/status", agent.pid())).expect("a status");
    // CAP_DAC_READ_SEARCH is the bit 2, and all that is left.
    assert!(status.contains("\nCapEff:\t0000000000000004\n"), "{status}");
    let script = format!("echo two > {}", secret.display());
    let shell = Command::new("/bin/sh").args(["-c", &script]).status();
    assert!(shell.expect("a shell").success());
    sleep(Duration::from_millis(300));
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    assert_eq!(lines.lines[0]["keeps"], json!(["CAP_DAC_READ_SEARCH"]));
    let shell = lines.one("exec", |line| line["args"][2] == script.as_str());
    let line = lines.one("fim", |_| true);
    assert_eq!((&line["action"], &line["TargetFilename"]), (&json!("write"), &json!(fim)));
    assert_eq!((&line["OldHashes"], &line["Hashes"]), (&json!(ONE), &json!(TWO)));
    for name in ["ProcessId", "ProcessGuid", "Image", "CommandLine", "User"] {
        assert_eq!(line[name], shell[name], "{name}");
    }
    let begun = lines.one("baseline", |_| true);
    assert_eq!((number(begun, "files"), number(begun, "unreadable")), (1, 0), "{begun}");
    assert_eq!(begun["watched_by"], json!(["fanotify"]));
}

#[test]
fn without_probes_directories_are_watched() {
    let folder = testkit::temp_dir();
    let top = fs::canonicalize(folder.path()).expect("a path");
    let path = top.display().to_string();
    fs::create_dir(top.join("sub")).expect("a directory");
    let agent = Agent::start(&["--source", "files", "--events", "file", "--path", &path]);
    let step = || sleep(Duration::from_millis(100));
    fs::write(top.join("sub/a"), "x").expect("a file");
    step();
    chmod(&top.join("sub/a"), 0o600);
    step();
    fs::create_dir(top.join("new")).expect("a directory");
    step();
    fs::write(top.join("new/b"), "x").expect("a file");
    step();
    fs::remove_file(top.join("new/b")).expect("a removal");
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let start = &lines.lines[0];
    assert_eq!((&start["source"], &start["events"]), (&json!("files"), &json!(["file"])));
    assert_eq!(start["watched_by"], json!(["fanotify"]), "{start}");
    let told: Vec<(&str, String)> = lines
        .of("file", |_| true)
        .iter()
        .map(|line| {
            let name = line["TargetFilename"].as_str().expect("a name");
            (line["action"].as_str().expect("an action"), name.replace(&format!("{path}/"), ""))
        })
        .collect();
    let want = [
        ("create", "sub/a"),
        ("write", "sub/a"),
        ("attributes", "sub/a"),
        ("create", "new"),
        ("create", "new/b"),
        ("write", "new/b"),
        ("delete", "new/b"),
    ];
    assert_eq!(told, want.map(|(action, name)| (action, name.to_owned())));
}
