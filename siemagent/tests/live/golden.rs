//! What odd programs do, as lines: every field that can be known beforehand.

use crate::kernel::{Agent, Lines, assert_adds_up, is_usable};
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

fn shell(folder: &Path, script: &str) {
    let status = Command::new("/bin/sh").args(["-c", script]).current_dir(folder).status();
    assert!(status.expect("a shell").success(), "{script}");
}

fn at(folder: &Path) -> impl Fn(&Value) -> bool + use<> {
    let folder = folder.display().to_string();
    move |line| line["CurrentDirectory"] == folder.as_str()
}

#[test]
fn odd_arguments_come_through_whole() {
    if !is_usable("odd arguments") {
        return;
    }
    let agent = Agent::start(&["--events", "process"]);
    let bytes = OsStr::from_bytes(b"caf\xe9");
    let status = Command::new("/bin/true")
        .args(["", "two words", "\"quoted\"", "a\nb", "ünï"])
        .arg(bytes)
        .current_dir(agent.path())
        .status();
    assert!(status.expect("true runs").success());
    let here = at(agent.path());
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let line = lines.one("exec", here);
    assert_eq!((&line["category"], &line["EventID"]), (&json!("process_creation"), &json!(1)));
    assert_eq!(line["Image"], "/usr/bin/true");
    assert_eq!(line["InvokedImage"], "/bin/true");
    assert_eq!(line["CommandLine"], "/bin/true  two words \"quoted\" a\nb ünï caf\u{fffd}");
    let args = ["/bin/true", "", "two words", "\"quoted\"", "a\nb", "ünï", "caf\u{fffd}"];
    assert_eq!(line["args"], json!(args));
    assert_eq!(line["args_b64"], "L2Jpbi90cnVlAAB0d28gd29yZHMAInF1b3RlZCIAYQpiAMO8bsOvAGNhZuk=");
    assert_eq!(line["ParentProcessId"], std::process::id());
    let own = std::env::current_exe().expect("a path").display().to_string();
    assert_eq!(line["ParentImage"], own.as_str());
    assert_eq!(
        (&line["User"], &line["uid"], &line["euid"]),
        (&json!("root"), &json!(0), &json!(0))
    );
    let end = lines.one("exit", |end| end["ProcessGuid"] == line["ProcessGuid"]);
    assert_eq!((&end["exit_code"], &end["signal"]), (&json!(0), &Value::Null));
    assert_eq!((&end["Image"], &end["EventID"]), (&json!("/usr/bin/true"), &json!(5)));
}

#[test]
fn scripts_links_deleted_and_deep_programs() {
    if !is_usable("scripts, links, deleted programs, deep paths") {
        return;
    }
    let agent = Agent::start(&["--events", "exec", "--args-max", "100"]);
    let top = fs::canonicalize(agent.path()).expect("a path");
    let deep = top.join("d/".repeat(40));
    fs::create_dir_all(&deep).expect("directories");
    fs::write(top.join("inner"), "#!/bin/sh\nexit 0\n").expect("a script");
    fs::write(top.join("outer"), format!("#!{}/inner one\n", top.display())).expect("a script");
    for name in ["inner", "outer"] {
        fs::set_permissions(top.join(name), Permissions::from_mode(0o755)).expect("rights");
    }
    fs::copy("/bin/true", deep.join("true")).expect("a copy");
    fs::copy("/bin/sleep", top.join("gone")).expect("a copy");
    std::os::unix::fs::symlink("/bin/true", top.join("other-name")).expect("a link");
    shell(&top, "./outer x; ./other-name; exec 3<gone; rm gone; /proc/self/fd/3 0");
    shell(&top, &format!("{}true; ./other-name {}", "d/".repeat(40), "x".repeat(200)));
    let folder = top.display().to_string();
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let here = |line: &Value| line["CurrentDirectory"] == folder.as_str();
    let script = lines.one("exec", |line| {
        here(line) && line["InvokedImage"] == format!("{folder}/outer").as_str()
    });
    assert_eq!(script["Image"], "/usr/bin/dash");
    let args = json!(["/bin/sh", format!("{folder}/inner"), "one", "./outer", "x"]);
    assert_eq!(script["args"], args);
    let link =
        lines.of("exec", |line| line["InvokedImage"] == format!("{folder}/other-name").as_str());
    assert_eq!(link.len(), 2);
    assert_eq!(link[0]["Image"], "/usr/bin/true");
    assert_eq!(link[0]["ArgsTruncated"], Value::Null);
    assert_eq!(link[1]["ArgsTruncated"], true);
    assert_eq!(link[1]["CommandLine"].as_str().map(str::len), Some(100));
    let gone = lines.one("exec", |line| line["Image"] == format!("{folder}/gone").as_str());
    assert_eq!(gone["deleted"], true);
    let deep = deep.join("true").display().to_string();
    lines.one("exec", |line| line["Image"] == deep.as_str());
}

#[test]
fn a_parent_that_ended_is_still_the_parent() {
    if !is_usable("short-lived parents") {
        return;
    }
    let agent = Agent::start(&["--events", "exec"]);
    // The middle shell ends at once; its child starts a program when it has been adopted.
    shell(agent.path(), "sh -c '(sleep 0.3; exec /bin/true orphan) & exit 0'; sleep 0.6");
    let lines = agent.stop();
    let line = lines.one("exec", |line| line["CommandLine"] == "/bin/true orphan");
    assert_eq!(line["ParentImage"], "/usr/bin/dash");
    let parent = line["ParentCommandLine"].as_str().expect("a parent");
    assert!(parent.starts_with("sh -c (sleep 0.3"), "{parent}");
    let shells = lines.of("exec", |shell| shell["ProcessGuid"] == line["ParentProcessGuid"]);
    assert_eq!(shells.len(), 1, "the parent is the process that forked it");
}

#[test]
fn files_from_birth_to_death() {
    if !is_usable("files") {
        return;
    }
    let agent = Agent::start(&["--events", "file"]);
    let top = fs::canonicalize(agent.path()).expect("a path");
    shell(
        &top,
        "echo 1 >new; echo 2 >>new; cat new >/dev/null; mv new ./sub/../old 2>/dev/null || mv new old; ln old hard; ln -s old soft; \
         chmod 4750 old; chown 1:2 old; mkdir dir; rm hard; rmdir dir; truncate -s 0 old",
    );
    shell(&top, &format!("echo 3 >long # {}", "ü".repeat(200)));
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let folder = format!("{}/", top.display());
    let inside = |line: &&Value| {
        line["TargetFilename"].as_str().is_some_and(|name| name.starts_with(&folder))
    };
    let seen: Vec<(String, String, String)> = lines
        .of("file", |_| true)
        .into_iter()
        .filter(inside)
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_default().replace(&folder, "");
            (text("action"), text("TargetFilename"), text("category"))
        })
        .collect();
    let want = [
        ("create", "new", "file_event"),
        ("write", "new", "file_event"),
        ("rename", "old", "file_event"),
        ("link", "hard", "file_event"),
        ("symlink", "soft", "file_event"),
        ("chmod", "old", "file_change"),
        ("chown", "old", "file_change"),
        ("delete", "hard", "file_delete"),
        ("delete", "dir", "file_delete"),
        ("write", "old", "file_event"),
        ("create", "long", "file_event"),
    ];
    let want = want.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(seen, want);
    let rename = lines.one("file", |line| line["action"] == "rename" && inside(&line));
    assert_eq!(rename["OldFilename"], format!("{folder}new").as_str());
    let mode = lines.one("file", |line| line["action"] == "chmod" && inside(&line));
    assert_eq!(mode["mode"], "4750");
    assert_eq!(mode["CommandLine"], "chmod 4750 old");
    assert_eq!(mode["CommandLineTruncated"], Value::Null);
    let long = lines.one("file", |line| line["CommandLineTruncated"] == true && inside(&line));
    let begin = format!("/bin/sh -c echo 3 >long # {}", "ü".repeat(115));
    assert_eq!(long["CommandLine"], begin);
    assert_eq!(begin.len(), 256);
    let owner = lines.one("file", |line| line["action"] == "chown" && inside(&line));
    assert_eq!((&owner["FileOwner"], &owner["FileGroup"]), (&json!(1), &json!(2)));
}

#[test]
fn connections_have_both_ends() {
    if !is_usable("connections") {
        return;
    }
    let agent = Agent::start(&["--events", "net"]);
    let mut ports = Vec::new();
    for place in ["127.0.0.1:0", "[::1]:0"] {
        let server = TcpListener::bind(place).expect("a socket");
        let server_port = server.local_addr().expect("an address").port();
        let client = TcpStream::connect(server.local_addr().expect("one")).expect("a connection");
        drop(server.accept().expect("a connection"));
        ports.push((server_port, client.local_addr().expect("an address").port()));
    }
    let refused = TcpStream::connect("127.66.77.89:9");
    assert!(refused.is_err());
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    for _ in 0..3 {
        udp.send_to(b"x", "127.66.77.90:9").expect("a datagram");
    }
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    for ((server, client), ip) in ports.into_iter().zip(["127.0.0.1", "::1"]) {
        for (kind, initiated) in [("connect", true), ("accept", false)] {
            let line = lines.one(kind, |line| {
                line["DestinationPort"] == server && line["SourcePort"] == client
            });
            assert_eq!((&line["SourceIp"], &line["DestinationIp"]), (&json!(ip), &json!(ip)));
            assert_eq!(line["Initiated"], initiated);
            assert_eq!((&line["Protocol"], &line["EventID"]), (&json!("tcp"), &json!(3)));
            assert_eq!(line["ProcessId"], std::process::id());
        }
        lines.one("listen", |line| line["SourcePort"] == server && line["SourceIp"] == ip);
    }
    let line = lines.one("connect", |line| line["DestinationIp"] == "127.66.77.89");
    assert_eq!(
        (&line["outcome"], &line["error"]),
        (&json!("failure"), &json!("Connection refused"))
    );
    assert_eq!(line["SourceIp"], "127.0.0.1");
    assert!(line["SourcePort"].as_u64().is_some_and(|port| port > 0), "{line}");
    let line = lines.one("udp", |line| line["DestinationIp"] == "127.66.77.90");
    assert_eq!((&line["Protocol"], &line["DestinationPort"]), (&json!("udp"), &json!(9)));
}

#[test]
fn rights_memory_files_mounts_and_signals() {
    if !is_usable("rights, memory files, mounts, signals") {
        return;
    }
    let agent = Agent::start(&["--events", "exec,privilege,memfd,mount,kill,ptrace,bpf"]);
    let top = fs::canonicalize(agent.path()).expect("a path");
    shell(&top, "setpriv --reuid 65534 --regid 65534 --clear-groups /bin/true as-nobody");
    shell(
        &top,
        "mkdir m; mount -t tmpfs none m; cp /bin/true m/inside; unshare -m m/inside; umount m",
    );
    // Killed only once it is `sleep`, no longer the shell's fork.
    shell(
        &top,
        "sleep 9 & until readlink /proc/$!/exe | grep -q sleep; do :; done; kill -9 $!; true",
    );
    let python = "import ctypes,os\n\
        c=ctypes.CDLL(None);fd=c.memfd_create(b'payload',0)\n\
        os.write(fd,open('/bin/true','rb').read());os.execv('/proc/self/fd/%d'%fd,['memory'])";
    let run = Command::new("python3").args(["-c", python]).status();
    let has_python = run.is_ok_and(|status| status.success());
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let line = lines.one("exec", |line| line["CommandLine"] == "/bin/true as-nobody");
    assert_eq!((&line["User"], &line["uid"]), (&json!("nobody"), &json!(65534)));
    let changes = lines.of("privilege", |change| change["ProcessGuid"] == line["ProcessGuid"]);
    assert!(changes.iter().any(|change| change["OldUid"] == 0 && change["OldUser"] == "root"));
    let folder = top.display().to_string();
    let inside = format!("{folder}/m/inside");
    assert_mount(&lines, &folder);
    let line = lines.one("exec", |line| line["Image"] == inside.as_str());
    assert_ne!(line["mnt_ns"], lines.of("mount", |_| true)[0]["mnt_ns"]);
    let line = lines.one("kill", |line| line["TargetImage"] == "/usr/bin/sleep");
    assert_eq!((&line["signal"], &line["SignalName"]), (&json!(9), &json!("KILL")));
    if has_python {
        let line = lines.one("exec", |line| line["Image"] == "memfd:payload");
        assert_eq!((&line["fileless"], &line["CommandLine"]), (&json!(true), &json!("memory")));
        let made = lines.one("memfd", |made| made["ProcessGuid"] == line["ProcessGuid"]);
        assert_eq!(made["name"], "payload");
    }
}

fn assert_mount(lines: &Lines, folder: &str) {
    let point = format!("{folder}/m");
    let line = lines
        .one("mount", |line| line["MountPoint"] == point.as_str() && line["syscall"] == "mount");
    assert_eq!((&line["MountSource"], &line["MountType"]), (&json!("none"), &json!("tmpfs")));
    lines.one("mount", |line| line["MountPoint"] == point.as_str() && line["syscall"] == "umount");
}

#[test]
fn filters_rates_and_places_leave_out_and_count() {
    if !is_usable("filters") {
        return;
    }
    let folder = testkit::temp_dir();
    let path = fs::canonicalize(folder.path()).expect("a path").display().to_string();
    let secret = folder.path().join("secret");
    fs::write(&secret, "x").expect("a file");
    let watch = secret.display().to_string();
    let agent = Agent::start(&[
        "--events",
        "file",
        "--path",
        &path,
        "--watch-read",
        &watch,
        "--rate",
        "exec=1",
    ]);
    fs::write(folder.path().join("in"), "x").expect("a file");
    fs::write(agent.path().join("out"), "x").expect("a file");
    fs::rename(folder.path().join("in"), folder.path().join("on")).expect("a rename");
    fs::remove_file(agent.path().join("out")).expect("a removal");
    // Another file takes the name: it is watched as well.
    fs::write(folder.path().join("fresh"), "y").expect("a file");
    fs::rename(folder.path().join("fresh"), &secret).expect("a rename");
    assert_eq!(fs::read_to_string(&secret).expect("text"), "y");
    for _ in 0..20 {
        shell(agent.path(), "true");
    }
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    for line in lines.of("file", |_| true) {
        let name = line["TargetFilename"].as_str().expect("a name");
        assert!(name.starts_with(&path), "{name}");
    }
    assert_eq!(lines.of("file", |_| true).len(), 4);
    let read = lines.one("read", |_| true);
    assert_eq!((&read["TargetFilename"], &read["action"]), (&json!(watch), &json!("read")));
    assert!(
        lines.stop["suppressed_exec"].as_u64().is_some_and(|count| count > 5),
        "{}",
        lines.stop
    );
}

#[test]
fn without_bpf_the_process_connector_tells_of_programs() {
    if !is_usable("the process connector") {
        return;
    }
    let agent = Agent::start(&["--events", "process", "--source", "proc"]);
    shell(agent.path(), "(/bin/sleep 0.2; exit 3); true");
    let folder = agent.path().display().to_string();
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    assert_eq!(
        (&lines.lines[0]["source"], &lines.lines[0]["events"]),
        (&json!("proc"), &json!(["exec", "exit"]))
    );
    let line = lines.one("exec", |line| line["CommandLine"] == "/bin/sleep 0.2");
    assert_eq!(line["CurrentDirectory"], folder.as_str());
    assert_eq!(
        (&line["Image"], &line["ParentImage"]),
        (&json!("/usr/bin/sleep"), &json!("/usr/bin/dash"))
    );
    let end = lines.one("exit", |end| end["ProcessGuid"] == line["ParentProcessGuid"]);
    assert_eq!(end["exit_code"], 3);
}

#[test]
fn rights_are_given_away_and_events_go_on() {
    if !is_usable("rights given away") {
        return;
    }
    let agent = Agent::start(&["--events", "exec"]);
    let status = fs::read_to_string(format!("/proc/{}/status", agent.pid())).expect("a status");
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim().to_owned()
    };
    assert_eq!(field("Uid:"), "65534\t65534\t65534\t65534");
    assert_eq!(field("Groups:"), "");
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"] {
        assert_eq!(field(set), "0000000000000000", "{set}");
    }
    assert_eq!((field("NoNewPrivs:").as_str(), field("Seccomp:").as_str()), ("1", "2"));
    shell(agent.path(), "/bin/true afterwards");
    let lines = agent.stop();
    lines.one("exec", |line| line["CommandLine"] == "/bin/true afterwards");
}
