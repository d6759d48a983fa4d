//! What is left out by control group: the files and connections of a group and of those below it,
//! and of no other.

use crate::kernel::{assert_adds_up, is_usable};
use crate::schema::Schema;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::net::UdpSocket;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_siemagent");

/// A control group that goes away with the test.
struct Group {
    directory: PathBuf,
    /// Its path as lines tell it.
    path: String,
}

impl Group {
    /// A new group; `None`, said loudly, where no groups can be made.
    fn new(name: &str) -> Option<Group> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").expect("mounts");
        let line = mounts.lines().find(|line| line.contains(" - cgroup2 "));
        let root = Path::new(line.and_then(|line| line.split(' ').nth(4)).unwrap_or("/nowhere"));
        let path = format!("/siem-test-{name}-{}", std::process::id());
        let directory = root.join(&path[1..]);
        match fs::create_dir(&directory) {
            Ok(()) => Some(Group { directory, path }),
            Err(error) => {
                let place = directory.display();
                let _ = writeln!(std::io::stderr(), "\n*** NOT TESTED: {name}: {place}: {error}\n");
                None
            }
        }
    }

    fn below(&self, name: &str) -> Group {
        let directory = self.directory.join(name);
        fs::create_dir(&directory).expect("a group");
        Group { directory, path: format!("{}/{name}", self.path) }
    }

    /// Runs a script in it.
    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("/bin/bash");
        let procs = self.directory.join("cgroup.procs");
        command.args(["-c", &format!("echo $$ > {}; {script}", procs.display())]);
        command
    }

    fn run(&self, script: &str) {
        assert!(self.command(script).status().expect("bash runs").success(), "{script}");
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // What ran there may not have been taken note of yet.
        let begin = Instant::now();
        while fs::remove_dir(&self.directory).is_err() && begin.elapsed() < Duration::from_secs(5) {
            sleep(Duration::from_millis(20));
        }
    }
}

/// `siemagent | cat` as a job of its own in a group.
struct Pipe {
    shell: Child,
    folder: TempDir,
}

impl Pipe {
    fn start(group: &Group, args: &str) -> Pipe {
        let folder = testkit::temp_dir();
        let out = folder.path().join("out");
        let script = format!("{PROGRAM} -q -d 60 {args} | cat > {}; wait", out.display());
        let shell = group.command(&script).process_group(0).spawn().expect("bash runs");
        let pipe = Pipe { shell, folder };
        let begin = Instant::now();
        while pipe.lines().is_empty() {
            assert!(begin.elapsed() < Duration::from_secs(30), "no start line");
            sleep(Duration::from_millis(20));
        }
        pipe
    }

    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("out")).unwrap_or_default();
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        whole.map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn stop(mut self) -> Vec<Value> {
        sleep(Duration::from_millis(300));
        let pid = self.lines()[0]["ProcessId"].to_string();
        assert!(Command::new("kill").arg(pid).status().expect("kill runs").success());
        assert!(self.shell.wait().expect("an end").success());
        let lines = self.lines();
        let schema = Schema::read();
        lines.iter().for_each(|line| schema.assert(line));
        assert_adds_up(lines.last().expect("a stop line"));
        lines
    }
}

/// Which groups the start line says are left out.
fn groups_left_out(lines: &[Value]) -> Vec<String> {
    let list = lines[0]["left_out"].as_array().expect("a list").iter();
    let texts = list.map(|text| text.as_str().expect("a text").to_owned());
    texts.filter(|text| text.starts_with("cgroup ")).collect()
}

/// A file, a connection, a datagram and a DNS query, all named after a mark.
fn deeds(mark: u8, folder: &Path) -> String {
    let file = folder.join(format!("file-{mark}"));
    let query = format!(r"\7\7\1\0\0\1\0\0\0\0\0\0\2n{mark}\0\0\1\0\1");
    format!(
        "echo x > {}; {{ exec 3<>/dev/tcp/127.66.77.1{mark}/9; }} 2>/dev/null; \
         echo x > /dev/udp/127.66.77.2{mark}/9; \
         exec 4<>/dev/udp/127.66.54.53/53; printf '{query}' >&4; read -t 5 -n 1 <&4 2>/dev/null; /bin/true m{mark}",
        file.display()
    )
}

/// How often each of the deeds of a mark is told: file, connection, datagram, query, program.
fn told(lines: &[Value], mark: u8) -> [usize; 5] {
    let ends = |line: &&Value, name: &str, end: &str| {
        line[name].as_str().is_some_and(|text| text.ends_with(end))
    };
    let count = |kind: &str, name: &str, end: &str| {
        let of_kind = lines.iter().filter(|line| line["kind"] == kind);
        of_kind.filter(|line| ends(line, name, end)).count()
    };
    let program = format!("/bin/true m{mark}");
    [
        count("file", "TargetFilename", &format!("/file-{mark}")),
        count("connect", "DestinationIp", &format!(".1{mark}")),
        count("udp", "DestinationIp", &format!(".2{mark}")),
        count("dns", "QueryName", &format!("n{mark}")),
        lines
            .iter()
            .filter(|line| line["CommandLine"] == program && line["kind"] == "exec")
            .count(),
    ]
}

/// Answers every query with an error, for as long as the test runs.
fn name_server() {
    let server = UdpSocket::bind("127.66.54.53:53").expect("port 53 of an address of our own");
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((size, from)) = server.recv_from(&mut buffer) {
            buffer[2] |= 0x80;
            let _ = server.send_to(&buffer[..size], from);
        }
    });
}

const ARGS: &str = "--events exec,file,connect,udp,dns";
const ALL: [usize; 5] = [1; 5];
const PROGRAM_ALONE: [usize; 5] = [0, 0, 0, 0, 1];

#[test]
fn the_group_of_the_pipe_is_left_out_and_what_is_given() {
    if !is_usable("control groups") {
        return;
    }
    let Some(group) = Group::new("own") else { return };
    let given = Group::new("given").expect("a second group");
    let folder = testkit::temp_dir();
    name_server();
    let pipe = Pipe::start(&group, &format!("{ARGS} --exclude-cgroup {}", given.path));
    let below = group.below("later");
    group.run(&deeds(1, folder.path()));
    below.run(&deeds(2, folder.path()));
    given.run(&deeds(3, folder.path()));
    let outside = Command::new("/bin/bash").args(["-c", &deeds(4, folder.path())]).status();
    assert!(outside.expect("bash runs").success());
    let lines = pipe.stop();
    let want = [&group, &given].map(|group| format!("cgroup {}", group.path));
    assert_eq!(groups_left_out(&lines), want);
    for mark in 1..=3 {
        assert_eq!(told(&lines, mark), PROGRAM_ALONE, "{mark}");
    }
    assert_eq!(told(&lines, 4), ALL);
}

#[test]
fn a_group_that_others_are_in_is_not_left_out() {
    if !is_usable("shared control groups") {
        return;
    }
    let Some(group) = Group::new("shared") else { return };
    let mut other = group.command("exec sleep 60").process_group(0).spawn().expect("bash runs");
    let procs = group.directory.join("cgroup.procs");
    while fs::read_to_string(&procs).expect("a list").is_empty() {
        sleep(Duration::from_millis(20));
    }
    let folder = testkit::temp_dir();
    let pipe = Pipe::start(&group, "--events exec,file");
    group.run(&deeds(5, folder.path()));
    let lines = pipe.stop();
    other.kill().and_then(|()| other.wait()).expect("an end");
    assert_eq!(groups_left_out(&lines), [""; 0]);
    assert_eq!(told(&lines, 5), [1, 0, 0, 0, 1]);
}
