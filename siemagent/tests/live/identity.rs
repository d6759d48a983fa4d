//! Who it was: set-user-id programs, a pid that is used again, the name behind an address.

use crate::kernel::{Agent, assert_adds_up, is_usable};
use serde_json::{Value, json};
use std::fs::{self, Permissions};
use std::net::{TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

#[test]
fn a_set_user_id_program_has_two_users() {
    if !is_usable("setuid") {
        return;
    }
    let agent = Agent::start(&["--events", "exec"]);
    let folder = fs::canonicalize(agent.path()).expect("a path");
    let program = folder.join("suid");
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("rights");
    fs::copy("/bin/true", &program).expect("a copy");
    std::os::unix::fs::chown(&program, Some(1), Some(1)).expect("an owner");
    fs::set_permissions(&program, Permissions::from_mode(0o6755)).expect("rights");
    let status = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(&program)
        .status();
    assert!(status.expect("an end").success());
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let image = program.display().to_string();
    let line = lines.one("exec", |line| line["Image"] == image.as_str());
    for (name, value) in [
        ("User", json!("daemon")),
        ("uid", json!(65534)),
        ("euid", json!(1)),
        ("gid", json!(65534)),
        ("setuid", json!(true)),
        ("setgid", json!(true)),
        ("FileOwner", json!(1)),
        ("category", json!("process_creation")),
    ] {
        assert_eq!(line[name], value, "{name}");
    }
}

#[test]
fn a_pid_that_is_used_again_is_another_process() {
    if !is_usable("a pid that is used again") {
        return;
    }
    let agent = Agent::start(&["--events", "process"]);
    let run = |number: &str| {
        let mut child = Command::new("/bin/true").arg(number).spawn().expect("a process");
        assert!(child.wait().expect("an end").success());
        child.id()
    };
    // The kernel gives the number after this one next, unless another process takes it.
    let again = |pid: u32| fs::write("/proc/sys/kernel/ns_last_pid", (pid - 1).to_string());
    let found = (0..200).find_map(|attempt| {
        let first = format!("first-{attempt}");
        let pid = run(&first);
        // Two processes of one pid must differ in their start, in hundredths of a second.
        std::thread::sleep(Duration::from_millis(20));
        again(pid).expect("ns_last_pid can be written");
        let second = format!("second-{attempt}");
        (run(&second) == pid).then_some((pid, first, second))
    });
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let (pid, first, second) = found.expect("one of 200 attempts gets the same pid");
    let start = |mark: &str| lines.one("exec", |line| line["args"][1] == mark);
    let (first, second) = (start(&first), start(&second));
    assert_eq!((&first["ProcessId"], &second["ProcessId"]), (&json!(pid), &json!(pid)));
    assert_ne!(first["ProcessGuid"], second["ProcessGuid"]);
    for line in [first, second] {
        let end = lines.one("exit", |end| end["ProcessGuid"] == line["ProcessGuid"]);
        assert_eq!(end["CommandLine"], line["CommandLine"]);
        assert_eq!(line["ParentProcessId"], std::process::id());
    }
}

/// An answer to a question about one name: one address.
fn answer(question: &[u8], address: [u8; 4]) -> Vec<u8> {
    let mut bytes = question.to_vec();
    (bytes[2], bytes[3], bytes[7]) = (0x81, 0x80, 1);
    bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
    bytes.extend(address);
    bytes
}

#[test]
fn an_answer_names_the_address_that_is_connected_to() {
    if !is_usable("DNS") {
        return;
    }
    let agent = Agent::start(&["--events", "dns,connect"]);
    let server = UdpSocket::bind("127.66.53.53:53").expect("port 53 of an address of our own");
    let client = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let mut question = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    question.extend(b"\x05named\x07example\x03org\0\0\x01\0\x01");
    client.send_to(&question, "127.66.53.53:53").expect("a question");
    let mut buffer = [0; 512];
    let (size, peer) = server.recv_from(&mut buffer).expect("a question");
    assert_eq!(&buffer[..size], question);
    server.send_to(&answer(&question, [127, 66, 77, 99]), peer).expect("an answer");
    client.recv_from(&mut buffer).expect("an answer");
    TcpStream::connect("127.66.77.99:9").expect_err("nobody listens");
    let other = Command::new("/bin/bash").args(["-c", "exec 3<>/dev/tcp/127.66.77.99/9"]).output();
    assert!(!other.expect("bash runs").status.success());
    let lines = agent.stop();
    assert_adds_up(&lines.stop);
    let query = lines.one("dns", |line| line["QueryName"] == "named.example.org");
    for (name, value) in [
        ("category", json!("dns_query")),
        ("EventID", json!(22)),
        ("QueryType", json!("A")),
        ("QueryStatus", json!("NOERROR")),
        ("QueryResults", json!(["127.66.77.99"])),
        ("DestinationIp", json!("127.66.53.53")),
        ("DestinationPort", json!(53)),
        ("Protocol", json!("udp")),
        ("ProcessId", json!(std::process::id())),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
    let connected = lines.of("connect", |line| line["DestinationIp"] == "127.66.77.99");
    let whose: Vec<[&Value; 2]> = connected
        .iter()
        .map(|line| ["DestinationHostname", "DestinationHostnameSource"].map(|name| &line[name]))
        .collect();
    let name = json!("named.example.org");
    assert_eq!(whose, [[&name, &json!("process")], [&name, &json!("host")]]);
    assert_eq!(connected[1]["Image"], "/usr/bin/bash");
}
