//! Techniques of attackers, run harmlessly, and the SigmaHQ rules that see them.
//!
//! ```text
//!  bench/technique.tsv ─► run each, note when ─► agent lines of our children ─► siemparse ─► siemtrigger
//!                                                                                               │
//!  a table: technique, the rule it is of, the rules that fired                ◄─────────────────┘
//! ```
//!
//! Needs root, and the folder of rules as argument: `technique RULES [BIN]`, BIN being where the
//! programs are. The tools of attackers are copies of /bin/true under their names.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// An address of the documentation range that is ours for a while.
const ADDRESS: &str = "203.0.113.9";
const SERVER: &str = "127.0.0.66:53";
const PAUSE: Duration = Duration::from_millis(120);

struct Technique {
    rules: BTreeSet<String>,
    words: Vec<String>,
    begin: String,
    end: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let rules = PathBuf::from(args.next().ok_or("usage: technique RULES [BIN]")?);
    let bin = PathBuf::from(args.next().unwrap_or_else(|| "target/debug".to_owned()));
    let names = rule_names(&rules)?;
    let folder = std::env::current_dir()?.join(format!("target/technique-{}", std::process::id()));
    fs::create_dir_all(folder.join("work/lib/python3.9/site-packages"))?;
    let mut techniques = read(Path::new("bench/technique.tsv"))?;
    address("add")?;
    let ran = run(&mut techniques, &folder, &bin);
    address("del")?;
    let result = ran.and_then(|lines| fired(&lines, &rules, &bin));
    fs::remove_dir_all(&folder)?;
    table(&techniques, &result?, &names)
}

fn read(file: &Path) -> Result<Vec<Technique>, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let technique = |line: &str| {
        let mut words = line.split('\t').map(str::to_owned);
        let rules = words.next().unwrap_or_default().split('+').map(str::to_owned).collect();
        Technique { rules, words: words.collect(), begin: String::new(), end: String::new() }
    };
    Ok(lines.map(technique).collect())
}

/// The files' names of the rules below a folder, by id.
fn rule_names(folder: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut names = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            names.append(&mut rule_names(&path)?);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or_default();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.trim_start_matches("proc_creation_lnx_").to_owned();
        names.insert(id.trim().to_owned(), name);
    }
    Ok(names)
}

fn address(verb: &str) -> Result<(), Box<dyn Error>> {
    let place = format!("{ADDRESS}/32");
    // It may be there already, or be gone.
    Command::new("ip").args(["addr", verb, &place, "dev", "lo"]).stderr(Stdio::null()).status()?;
    Ok(())
}

/// Runs every technique under the agent; gives back the lines of our own descendants.
fn run(all: &mut [Technique], folder: &Path, bin: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let out = folder.join("agent.jsonl");
    let mut agent = Command::new(bin.join("siemagent"))
        .args(["-q", "--include-reader", "--events", "exec,connect,file,dns"])
        .stdout(File::create(&out)?)
        .spawn()?;
    while fs::metadata(&out)?.len() == 0 {
        sleep(Duration::from_millis(20));
    }
    let server = UdpSocket::bind(SERVER)?;
    std::thread::spawn(move || answer(&server));
    for technique in all {
        technique.begin = common::clock::Timestamp::now().to_string();
        perform(&technique.words, folder);
        sleep(PAUSE);
        technique.end = common::clock::Timestamp::now().to_string();
    }
    sleep(Duration::from_millis(500));
    Command::new("kill").arg(agent.id().to_string()).status()?;
    agent.wait()?;
    let mut ours: HashSet<u64> = [u64::from(std::process::id())].into();
    let mut lines = Vec::new();
    for line in BufReader::new(File::open(&out)?).lines() {
        let line = line?;
        let event: Value = serde_json::from_str(&line)?;
        let pid = event["ProcessId"].as_u64().unwrap_or_default();
        if event["ParentProcessId"].as_u64().is_some_and(|parent| ours.contains(&parent)) {
            ours.insert(pid);
        }
        if ours.contains(&pid) {
            lines.push(line);
        }
    }
    Ok(lines)
}

fn perform(words: &[String], folder: &Path) {
    let Some(first) = words.first() else { return };
    let work = folder.join("work");
    if let Some(path) = first.strip_prefix('+') {
        let path = work.join(path);
        let parent = path.parent().filter(|parent| fs::create_dir(parent).is_ok());
        if File::create_new(&path).is_ok() {
            let _ = fs::remove_file(&path);
        }
        parent.map(fs::remove_dir);
        return;
    }
    if let Some(place) = first.strip_prefix(':') {
        let _ = TcpStream::connect(place.replace('/', ":"));
        return;
    }
    if let Some((name, port)) = first.strip_prefix('?').and_then(|place| place.split_once('/')) {
        ask(name);
        let _ = TcpStream::connect(format!("{ADDRESS}:{port}"));
        return;
    }
    let program = match first.strip_prefix('@') {
        Some(name) => {
            let program = folder.join(name);
            let _ = fs::copy("/bin/true", &program);
            program
        }
        None => PathBuf::from(first),
    };
    let mut command = Command::new(&program);
    command.args(&words[1..]).current_dir(work);
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Asks the name server below.
fn ask(name: &str) {
    let mut query = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        query.push(u8::try_from(label.len()).unwrap_or(63));
        query.extend_from_slice(label.as_bytes());
    }
    query.extend_from_slice(&[0, 0, 1, 0, 1]);
    let Ok(socket) = UdpSocket::bind("127.0.0.1:0") else { return };
    let _ = socket.set_read_timeout(Some(Duration::from_secs(1)));
    let _ = socket.send_to(&query, SERVER);
    let _ = socket.recv_from(&mut [0; 512]);
}

/// A name server that knows one address for every name.
fn answer(server: &UdpSocket) {
    let mut query = [0; 512];
    while let Ok((size, from)) = server.recv_from(&mut query) {
        let mut reply = query[..size].to_vec();
        reply[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
        reply.extend_from_slice(b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xcb\0\x71\x09");
        let _ = server.send_to(&reply, from);
    }
}

/// Time and rule of each SIEM event that the lines give.
fn fired(
    lines: &[String],
    rules: &Path,
    bin: &Path,
) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let rules = rules.display().to_string();
    let parsed = filter(
        &bin.join("siemparse"),
        &["-q", "-s", "agent", "-o", "jsonl", "-"],
        &(lines.join("\n") + "\n"),
    )?;
    let args = ["--stdin", "-q", "-o", "jsonl", "--rules", &rules];
    let found = filter(&bin.join("siemtrigger"), &args, &parsed)?;
    let mut all = Vec::new();
    for line in found.lines() {
        let event: Value = serde_json::from_str(line)?;
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        all.push((text("time"), text("rule.id")));
    }
    Ok(all)
}

fn filter(program: &Path, args: &[&str], input: &str) -> Result<String, Box<dyn Error>> {
    let mut child =
        Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut pipe = child.stdin.take().ok_or("no pipe")?;
    let input = input.to_owned();
    let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()));
    let output = child.wait_with_output()?;
    let _ = writer.join();
    Ok(String::from_utf8(output.stdout)?)
}

/// The page: a row a technique, and how many were seen by exactly their rules.
fn table(
    all: &[Technique],
    fired: &[(String, String)],
    names: &BTreeMap<String, String>,
) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let list = |rules: &BTreeSet<String>| rules.iter().cloned().collect::<Vec<_>>().join(", ");
    let mut exact = 0;
    writeln!(out, "{HEAD}")?;
    for technique in all {
        let inside = |time: &str| time >= technique.begin.as_str() && time < technique.end.as_str();
        let rules: BTreeSet<String> = fired
            .iter()
            .filter(|(time, _)| inside(time))
            .map(|(_, id)| names.get(id).unwrap_or(id).clone())
            .collect();
        let verdict = if rules == technique.rules { "exactly".to_owned() } else { list(&rules) };
        exact += u32::from(rules == technique.rules);
        writeln!(out, "| {} | {} | {verdict} |", list(&technique.rules), told(&technique.words))?;
    }
    writeln!(out, "\n{exact} of {} techniques: exactly their rules.", all.len())?;
    Ok(())
}

const HEAD: &str = "\
# Techniques of attackers

`make techniques RULES=folder`, as root, writes this page. Each technique runs harmlessly under \
siemagent: the tools of attackers are copies of `/bin/true` under their names. The lines of all go \
through siemparse and siemtrigger with SigmaHQ's rules for Linux of the categories \
process_creation, file_event and network_connection. Rules are named by their files.

| rules it is of | what ran | rules that fired |
|---|---|---|";

/// What ran, in the words of a shell.
fn told(words: &[String]) -> String {
    let text = words.join(" ").replace('|', "\\|");
    match text.split_at_checked(1) {
        Some(("@", program)) => format!("`{program}`"),
        Some(("+", path)) => format!("makes `{path}`"),
        Some((":" | "?", place)) => format!("connects to `{}`", place.replace('/', ":")),
        _ => format!("`{text}`"),
    }
}
