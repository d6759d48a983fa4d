//! An agent that runs, and the lines it printed.
//!
//! What it does *not* know: what is tested.

use crate::schema::Schema;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::{JoinHandle, sleep};
use std::time::Duration;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_siemagent");

/// Whether this kernel accepts the probes; says so loudly when it does not.
pub(crate) fn is_usable(test: &str) -> bool {
    static USABLE: OnceLock<Result<(), String>> = OnceLock::new();
    let usable = USABLE.get_or_init(|| {
        let check = Command::new(PROGRAM).arg("--check").output().expect("siemagent runs");
        match check.status.code() {
            Some(0) => Ok(()),
            _ => Err(String::from_utf8_lossy(&check.stderr).into_owned()),
        }
    });
    if let Err(why) = usable {
        let _ = writeln!(
            std::io::stderr(),
            "\n*** NOT TESTED: {test}: this machine refuses the probes of siemagent: {why}\
             *** run it as root on a kernel with BPF and BTF\n"
        );
    }
    usable.is_ok()
}

/// An agent at work.
pub(crate) struct Agent {
    child: Child,
    reader: Option<JoinHandle<Read>>,
    /// A directory for this test alone.
    folder: TempDir,
}

/// What the reader of the agent's output has.
struct Read {
    /// Lines that hold the text that is counted.
    count: u64,
    /// All lines, unless a text is counted; the last one always.
    lines: Vec<String>,
}

impl Agent {
    /// Starts an agent and waits until its probes are attached.
    pub(crate) fn start(args: &[&str]) -> Agent {
        Agent::spawn(args, None)
    }

    /// As `start`, where there are more lines than should be kept: only those that hold a text
    /// are counted.
    pub(crate) fn counting(args: &[&str], text: &str) -> Agent {
        Agent::spawn(args, Some(text.to_owned()))
    }

    /// Starts an agent by way of another program, such as one that takes rights away.
    pub(crate) fn by(way: &[&str], args: &[&str]) -> Agent {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).arg(PROGRAM);
        Agent::launch(command, args, None)
    }

    fn spawn(args: &[&str], text: Option<String>) -> Agent {
        Agent::launch(Command::new(PROGRAM), args, text)
    }

    fn launch(mut command: Command, args: &[&str], text: Option<String>) -> Agent {
        let folder = testkit::temp_dir();
        let errors = File::create(folder.path().join("agent.err")).expect("a file");
        let mut child = command
            .arg("--include-reader")
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("siemagent starts");
        let mut out = BufReader::with_capacity(1 << 18, child.stdout.take().expect("a pipe"));
        let mut first = String::new();
        out.read_line(&mut first).expect("text");
        assert!(first.contains("\"kind\":\"start\""), "the first line: {first}");
        let reader = std::thread::spawn(move || read(out, text.as_deref(), first));
        Agent { child, reader: Some(reader), folder }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A directory for this test's files.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the agent and gives back all lines, each a JSON object; the last one is `stop`.
    pub(crate) fn stop(mut self) -> Lines {
        let (read, code) = self.end();
        let json = |line: &String| serde_json::from_str(line).expect("a JSON object a line");
        let lines: Vec<Value> = read.lines.iter().map(json).collect();
        let schema = Schema::read();
        lines.iter().for_each(|line| schema.assert(line));
        let stop = lines.last().expect("lines").clone();
        Lines { lines, stop, code }
    }

    /// Ends the agent and gives back how many lines held the text, and the `stop` line.
    pub(crate) fn count(mut self) -> (u64, Value) {
        let read = self.end().0;
        let last = read.lines.last().expect("a line");
        (read.count, serde_json::from_str(last).expect("a stop line"))
    }

    fn end(&mut self) -> (Read, i32) {
        // What just happened may still be on its way through the ring.
        sleep(Duration::from_millis(300));
        let kill = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        assert!(kill.expect("kill runs").success());
        let code = self.child.wait().expect("an end").code().unwrap_or(-1);
        let errors = fs::read_to_string(self.folder.path().join("agent.err")).expect("text");
        assert!(errors.contains(" seen = "), "siemagent: {errors}");
        let reader = self.reader.take().expect("a reader");
        (reader.join().expect("the lines"), code)
    }
}

fn read(out: impl BufRead, text: Option<&str>, first: String) -> Read {
    let mut read = Read { count: 0, lines: vec![first] };
    for line in out.lines() {
        let line = line.expect("text");
        if let Some(text) = text {
            read.count += u64::from(line.contains(text));
            read.lines.clear();
        }
        read.lines.push(line);
    }
    read
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What an agent printed.
pub(crate) struct Lines {
    /// Every line.
    pub(crate) lines: Vec<Value>,
    /// The last line.
    pub(crate) stop: Value,
    /// How it ended.
    pub(crate) code: i32,
}

impl Lines {
    /// The lines of a kind for which something holds.
    pub(crate) fn of(&self, kind: &str, test: impl Fn(&Value) -> bool) -> Vec<&Value> {
        self.lines.iter().filter(|line| line["kind"] == kind && test(line)).collect()
    }

    /// The one line of a kind for which something holds.
    pub(crate) fn one(&self, kind: &str, test: impl Fn(&Value) -> bool) -> &Value {
        let found = self.of(kind, test);
        assert_eq!(found.len(), 1, "one {kind} among {:#?}", self.of(kind, |_| true));
        found[0]
    }
}

/// A number of the account; absent is none.
pub(crate) fn number(stop: &Value, name: &str) -> u64 {
    stop[name].as_u64().unwrap_or(0)
}

/// The account adds up, and nothing is on its way.
pub(crate) fn assert_adds_up(stop: &Value) {
    assert_eq!(stop["kind"], "stop");
    let parts = ["written", "lost", "dropped", "filtered", "suppressed"];
    let sum: u64 = parts.iter().map(|name| number(stop, name)).sum();
    assert_eq!(number(stop, "seen"), sum, "{stop}");
    assert_eq!(number(stop, "on_the_way"), 0, "{stop}");
}
