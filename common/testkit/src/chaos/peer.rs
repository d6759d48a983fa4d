//! R01 with rsyslog in siemparse's place: the same writer, the same rotations, the same kills.
//!
//! rsyslog follows the log (`imfile`) and inserts each line into a table (`ompgsql`). Its rows say
//! what somebody else's reader makes of the task; they are no verdict on ours, so they never make a
//! run fail. What rsyslog does to a line's end does not count: lines are compared without it.
//!
//! What it does *not* know: siemparse.

use super::Row;
use super::random::Random;
use super::server::Server;
use super::verdict::{Verdict, compare};
use super::writer::{ROTATIONS, Writer};
use crate::temp_dir;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// How many lines and kills a run has; rsyslog stores a few thousand lines a second.
const LINES: usize = 20_000;
const KILLS: usize = 30;
/// How long a table has to be quiet to be whole.
const QUIET: Duration = Duration::from_secs(5);
/// How long is waited for that.
const PATIENCE: Duration = Duration::from_secs(120);
/// Where Debian has it.
const PROGRAM: &str = "/usr/sbin/rsyslogd";

/// How rsyslog is set up: what the table calls it, and the settings of its input.
const SET_UPS: [(&str, &str); 3] = [
    ("as it comes", ""),
    ("state kept for each line", "PersistStateInterval=\"1\""),
    ("glob, state kept for each line", "PersistStateInterval=\"1\" reopenOnTruncate=\"on\""),
];

/// Runs rsyslog under the kills of R01; nothing where it is not installed.
pub fn peer(seed: u64, mut see: impl FnMut(Row)) {
    if !Path::new(PROGRAM).exists() {
        return;
    }
    for (name, settings) in SET_UPS {
        see(killed(seed, name, settings));
    }
}

fn killed(seed: u64, name: &str, settings: &str) -> Row {
    let began = Instant::now();
    let server = Server::new("");
    let _ = server.sql("CREATE TABLE line (raw text)");
    let folder = temp_dir();
    let log = folder.path().join("app.log");
    let followed =
        if name.starts_with("glob") { folder.path().join("app.log*") } else { log.clone() };
    let config = configure(folder.path(), &followed, settings, &server);
    let mut writer = Writer::new(&log, seed);
    let mut random = Random::new(seed);
    let is_over = AtomicBool::new(false);
    scope(|scope| {
        scope.spawn(|| {
            let mut random = Random::new(seed ^ 1);
            while !is_over.load(Ordering::Relaxed) || writer.count() < LINES {
                writer.write(1 + random.below(100));
                if random.once_in(40) {
                    writer.rotate(&ROTATIONS);
                }
                sleep(random.pause(0, 60));
            }
        });
        for _ in 0..KILLS {
            let mut reader = start(&config);
            sleep(random.pause(300, 1_500));
            end(&mut reader);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let mut reader = start(&config);
    wait_until_quiet(&server);
    end(&mut reader);
    let stored = server.sql("SELECT raw FROM line");
    let lines = stored.split('\n').map(|line| format!("{}\n", line.trim_end()).into_bytes());
    let (verdict, _) = compare(lines, seed, writer.count(), true);
    let note = format!("rsyslog, {name}; {} rotations", writer.rotations());
    row(seed, verdict, note, began)
}

fn row(seed: u64, verdict: Verdict, note: String, began: Instant) -> Row {
    let (database, said) = ("PostgreSQL", String::new());
    let seconds = began.elapsed().as_secs();
    Row { id: "R01", database, seed, faults: KILLS, verdict, note, said, seconds }
}

/// Writes rsyslog's configuration.
fn configure(folder: &Path, followed: &Path, settings: &str, server: &Server) -> PathBuf {
    let state = folder.join("state");
    fs::create_dir(&state).expect("a folder");
    let socket = server.socket();
    let text = format!(
        "global(workDirectory=\"{state}\" maxMessageSize=\"64k\")\n\
         module(load=\"imfile\")\nmodule(load=\"ompgsql\")\n\
         template(name=\"insert\" type=\"list\" option.stdsql=\"on\") {{\n\
         constant(value=\"INSERT INTO line (raw) VALUES ('\")\nproperty(name=\"msg\")\n\
         constant(value=\"')\")\n}}\n\
         input(type=\"imfile\" File=\"{followed}\" Tag=\"app\" {settings})\n\
         action(type=\"ompgsql\" server=\"{server}\" db=\"siem\" uid=\"siem\" template=\"insert\"\n\
         action.resumeRetryCount=\"-1\")\n",
        state = state.display(),
        followed = followed.display(),
        server = socket.parent().unwrap_or(&socket).display(),
    );
    let path = folder.join("rsyslog.conf");
    fs::write(&path, text).expect("a configuration");
    path
}

fn start(config: &Path) -> Child {
    let mut command = Command::new(PROGRAM);
    command.args(["-n", "-i", "NONE", "-f"]).arg(config);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| panic!("{PROGRAM}: {error}"))
}

fn end(reader: &mut Child) {
    let _ = reader.kill();
    let _ = reader.wait();
}

fn wait_until_quiet(server: &Server) {
    let (began, mut changed, mut count) = (Instant::now(), Instant::now(), String::new());
    while changed.elapsed() < QUIET && began.elapsed() < PATIENCE {
        let now = server.sql("SELECT count(*) FROM line");
        if now != count {
            (changed, count) = (Instant::now(), now);
        }
        sleep(Duration::from_millis(250));
    }
}
