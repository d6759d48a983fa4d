//! A policy on a real kernel: what it names does not run, does not connect; all else does.

use crate::kernel::{Agent, Lines, assert_adds_up, is_usable, number};
use serde_json::{Value, json};
use std::fs::{self, Permissions};
use std::io;
use std::net::{TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How a program ended, or why it did not start.
fn run(program: &Path) -> io::Result<ExitStatus> {
    Command::new(program).stdin(Stdio::null()).status()
}

fn runs(program: &Path) {
    assert!(run(program).is_ok_and(|status| status.success()), "{}", program.display());
}

fn is_refused(program: &Path) {
    let error = run(program).expect_err("refused").raw_os_error();
    assert_eq!(error, Some(libc::EPERM), "{}", program.display());
}

/// A folder with programs, and a policy about them.
struct Place {
    top: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let folder = testkit::temp_dir();
        let top = fs::canonicalize(folder.path()).expect("a path");
        Place { top, _folder: folder }
    }

    fn copy(&self, program: &str, name: &str) -> PathBuf {
        let path = self.top.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a directory");
        fs::copy(program, &path).expect("a copy");
        path
    }

    fn policy(&self, rules: &str) -> String {
        let file = self.top.join("policy.toml");
        fs::write(&file, rules.replace("TOP", &self.top.display().to_string())).expect("a file");
        file.display().to_string()
    }
}

fn sha256(file: &Path) -> String {
    let output = Command::new("sha256sum").arg(file).output().expect("sha256sum runs");
    String::from_utf8_lossy(&output.stdout)[..64].to_owned()
}

/// Rule, action and file of every decision about a folder.
fn decisions<'l>(lines: &'l Lines, top: &Path) -> Vec<[&'l str; 3]> {
    let text = |line: &'l Value, name: &str| line[name].as_str().unwrap_or("-");
    let told = lines.of("deny", |line| {
        ["TargetFilename", "Image"].iter().any(|name| {
            line[name].as_str().is_some_and(|file| file.starts_with(top.to_str().expect("text")))
        })
    });
    told.into_iter()
        .map(|line| {
            let file = line["TargetFilename"].as_str().or_else(|| line["Image"].as_str());
            let name = file.and_then(|file| file.rsplit('/').next()).unwrap_or("-");
            [text(line, "Rule"), text(line, "action"), name]
        })
        .collect()
}

#[test]
fn programs_are_refused_before_they_start() {
    if !is_usable("a policy by fanotify") {
        return;
    }
    let place = Place::new();
    let [bad, good] = ["bad", "good"].map(|name| place.copy("/bin/true", name));
    let below = place.copy("/bin/true", "folder/deep/x");
    let copied = place.copy("/bin/false", "elsewhere");
    let parent = place.copy("/bin/dash", "web");
    let script = place.top.join("script");
    fs::write(&script, "#!/bin/sh\nexit 0\n").expect("a script");
    fs::set_permissions(&script, Permissions::from_mode(0o755)).expect("rights");
    let rules = format!(
        "[[deny]]\nname = \"by name\"\nexec = [\"TOP/bad\", \"TOP/script\"]\n\
         [[deny]]\nname = \"by folder\"\nexec = \"TOP/folder/\"\n\
         [[deny]]\nname = \"by hash\"\nexec = \"TOP/\"\nsha256 = \"{}\"\n\
         [[deny]]\nname = \"by parent\"\nexec = \"/bin/ls\"\nparent = \"TOP/web\"\n",
        sha256(&copied)
    );
    let policy = place.policy(&rules);
    let args = ["--events", "exec", "--policy", &policy, "--deny-by", "fanotify", "-d", "60"];
    let agent = Agent::start(&args);
    runs(&good);
    is_refused(&bad);
    // What takes the place of a denied file is denied.
    fs::rename(place.copy("/bin/true", "other"), &bad).expect("a rename");
    is_refused(&bad);
    is_refused(&script);
    is_refused(&below);
    is_refused(&copied);
    let web = Command::new(&parent).args(["-c", "/bin/ls /dev/null; exit $?"]).output();
    let web = web.expect("the shell runs");
    assert_eq!((web.status.code(), web.stdout.len()), (Some(126), 0));
    runs(Path::new("/bin/ls"));
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let start = &lines.lines[0];
    assert_eq!(start["denies_by"], json!(["fanotify"]), "{start}");
    assert_eq!(start["keeps"], json!(["CAP_SYS_PTRACE"]), "{start}");
    let told = decisions(&lines, &place.top);
    let want = [
        ["by name", "deny_exec", "bad"],
        ["by name", "deny_exec", "bad"],
        ["by name", "deny_exec", "script"],
        ["by folder", "deny_exec", "x"],
        ["by hash", "deny_exec", "elsewhere"],
    ];
    assert_eq!(told[..5], want);
    let line = lines.one("deny", |line| line["Rule"] == "by parent");
    assert_eq!(line["ParentImage"], parent.display().to_string().as_str());
    assert_eq!(
        (&line["TargetFilename"], &line["outcome"]),
        (&json!("/usr/bin/ls"), &json!("success"))
    );
    assert_eq!((&line["category"], &line["User"]), (&json!("enforcement"), &json!("root")));
    let line = lines.one("deny", |line| line["Rule"] == "by hash");
    assert_eq!(line["Hashes"], format!("SHA256={}", sha256(&copied)).as_str());
    let asked = number(&lines.stop, "guard_asked");
    assert!(asked >= 8, "{}", lines.stop);
    assert_eq!((number(&lines.stop, "guard_late"), number(&lines.stop, "guard_untold")), (0, 0));
}

#[test]
fn programs_are_killed_as_they_start() {
    if !is_usable("a policy by signals") {
        return;
    }
    let place = Place::new();
    let [bad, good] = ["bad", "good"].map(|name| place.copy("/bin/true", name));
    let below = place.copy("/bin/true", "folder/deep/x");
    let parent = place.copy("/bin/dash", "web");
    let policy = place.policy(
        "[[deny]]\nname = \"by parent\"\nparent = \"TOP/web\"\n\
         [[deny]]\nname = \"by name\"\nexec = [\"TOP/bad\", \"TOP/folder/\"]\n",
    );
    // Whose events are not reported is denied as well.
    let agent = Agent::start(&[
        "--events",
        "exec",
        "--uid",
        "4000000000",
        "--policy",
        &policy,
        "--deny-by",
        "kill",
    ]);
    runs(&good);
    for program in [&bad, &below] {
        let signal = run(program).expect("an end").signal();
        assert_eq!(signal, Some(libc::SIGKILL), "{}", program.display());
    }
    let web = Command::new(&parent).args(["-c", "/bin/true; exit $?"]).status();
    assert_eq!(web.expect("an end").code(), Some(128 + libc::SIGKILL));
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    assert_eq!(lines.lines[0]["denies_by"], json!(["kill"]));
    assert!(lines.of("exec", |_| true).is_empty());
    let told = decisions(&lines, &place.top);
    assert_eq!(told, [["by name", "kill", "bad"], ["by name", "kill", "x"]]);
    let line = lines.one("deny", |line| line["Rule"] == "by parent");
    assert_eq!((&line["Image"], &line["outcome"]), (&json!("/usr/bin/true"), &json!("success")));
}

#[test]
fn addresses_are_refused() {
    if !is_usable("a policy about addresses") {
        return;
    }
    let place = Place::new();
    let policy =
        place.policy("[[deny]]\nname = \"bad net\"\nconnect = [\"127.66.66.0/24\", \"::1\"]\n");
    let agent = Agent::start(&["--events", "connect", "--policy", &policy]);
    for (address, error) in [
        ("127.66.66.7:9", libc::EPERM),
        ("127.66.67.7:9", libc::ECONNREFUSED),
        ("[::1]:9", libc::EPERM),
        ("[::ffff:127.66.66.8]:9", libc::EPERM),
    ] {
        let found = TcpStream::connect(address).expect_err("refused").raw_os_error();
        assert_eq!(found, Some(error), "{address}");
    }
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let found = udp.send_to(b"x", "127.66.66.9:9").expect_err("refused").raw_os_error();
    assert_eq!(found, Some(libc::EPERM));
    udp.send_to(b"x", "127.66.67.9:9").expect("a datagram");
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let told: Vec<[&str; 2]> = lines
        .of("deny", |line| line["ProcessId"] == std::process::id())
        .iter()
        .map(|line| ["DestinationIp", "Protocol"].map(|name| line[name].as_str().unwrap_or("-")))
        .collect();
    let want =
        [["127.66.66.7", "tcp"], ["::1", "tcp"], ["127.66.66.8", "tcp"], ["127.66.66.9", "udp"]];
    assert_eq!(told, want);
    let line = lines.one("deny", |line| line["DestinationIp"] == "127.66.66.7");
    assert_eq!((&line["Rule"], &line["action"]), (&json!("bad net"), &json!("deny_connect")));
    assert_eq!((&line["DestinationPort"], &line["outcome"]), (&json!(9), &json!("success")));
}

#[test]
fn a_dry_run_only_tells() {
    if !is_usable("a policy that is only told") {
        return;
    }
    let place = Place::new();
    let bad = place.copy("/bin/true", "bad");
    let policy = place.policy(
        "[[deny]]\nname = \"by name\"\nexec = \"TOP/bad\"\n\
         [[deny]]\nname = \"bad net\"\nconnect = \"127.66.66.0/24\"\n",
    );
    for (way, action) in [("kill", "kill"), ("fanotify", "deny_exec")] {
        let agent =
            Agent::start(&["--events", "exec", "--policy", &policy, "--deny-by", way, "--dry-run"]);
        runs(&bad);
        let refused = TcpStream::connect("127.66.66.7:9").expect_err("nobody listens");
        assert_eq!(refused.raw_os_error(), Some(libc::ECONNREFUSED));
        let lines = agent.stop();
        assert_eq!(decisions(&lines, &place.top), [["by name", action, "bad"]]);
        for rule in ["by name", "bad net"] {
            let line = lines.one("deny", |line| line["Rule"] == rule);
            assert_eq!((&line["dry_run"], &line["outcome"]), (&json!(true), &json!("unknown")));
        }
    }
}

#[test]
fn a_hash_that_takes_too_long_is_allowed_once_and_counted() {
    if !is_usable("late answers") {
        return;
    }
    let place = Place::new();
    let large = place.copy("/bin/true", "large");
    let file = fs::File::options().write(true).open(&large).expect("the file");
    file.set_len(1 << 30).expect("a large file");
    drop(file);
    let rules =
        format!("[[deny]]\nname = \"h\"\nexec = \"TOP/\"\nsha256 = \"{}\"\n", sha256(&large));
    let policy = place.policy(&rules);
    let agent = Agent::start(&["--events", "exec", "--policy", &policy, "-d", "90"]);
    runs(&large);
    let begun = Instant::now();
    while run(&large).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the hash never came");
        sleep(Duration::from_millis(500));
    }
    is_refused(&large);
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let late = lines.of("deny", |line| line["late"] == true);
    assert_eq!(late.len() as u64, number(&lines.stop, "guard_late"));
    assert!(!late.is_empty() && late.iter().all(|line| line["outcome"] == "failure"));
    assert_eq!(lines.of("deny", |line| line["outcome"] == "success").len(), 2);
}
