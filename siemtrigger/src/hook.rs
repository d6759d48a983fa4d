//! One run of an action's program: a SIEM event on its standard input, and a verdict.
//!
//! The program and its arguments are what the configuration says, never what a log said; no shell
//! reads them. The environment is empty but for a few names, the directory is `/`, and the
//! program is in a process group of its own, which is killed as a whole when the time is over.
//! What it prints is thrown away, but for the beginning of its complaints.
//!
//! What it does *not* know: which SIEM event, how often it is tried.

use common::clock::span::Span;
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::Metadata;
use std::io::{Read, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

/// Where a bare name is looked for.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How long the last complaints of a program that has ended are waited for.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How much of its complaints is kept.
const COMPLAINT: usize = 500;
const LOOK: Duration = Duration::from_millis(5);

/// What a program is told in its environment.
pub(crate) struct Words<'w> {
    /// The action's name.
    pub(crate) action: &'w str,
    /// The same for each attempt: by it a receiver knows what it has.
    pub(crate) key: &'w str,
    /// How often it was tried, this time included.
    pub(crate) attempt: u32,
}

/// Whether a command's program is there and can be run.
///
/// # Errors
/// It is not, or not: why.
pub(crate) fn find(exec: &[String]) -> Result<(), String> {
    let name = exec.first().map_or("", String::as_str);
    let folders = if name.contains('/') { [""].to_vec() } else { PATH.split(':').collect() };
    let files = folders.iter().map(|folder| Path::new(folder).join(name));
    let found: Vec<u32> = files
        .filter_map(|file| file.metadata().ok().filter(Metadata::is_file))
        .map(|file| file.permissions().mode())
        .collect();
    match found.iter().any(|mode| mode & 0o111 != 0) {
        true => Ok(()),
        false if !found.is_empty() => Err(format!("{name} is not executable")),
        false if name.contains('/') => Err(format!("{name} is no file")),
        false => Err(format!("no program {name} in {PATH}")),
    }
}

/// Runs a program to its end.
///
/// # Errors
/// It cannot be started, fails, or takes too long: why.
pub(crate) fn run(
    exec: &[String],
    timeout: Span,
    words: &Words<'_>,
    input: Vec<u8>,
) -> Result<(), String> {
    let [program, arguments @ ..] = exec else { return Err("no program".to_owned()) };
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", PATH)
        .env("HOME", "/")
        .env("LANG", "C.UTF-8")
        .env("SIEM_ACTION", words.action)
        .env("SIEM_KEY", words.key)
        .env("SIEM_ATTEMPT", words.attempt.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program need not read its input; the broken pipe is not an error.
        thread::spawn(move || drop(pipe.write_all(&input)));
    }
    let (complaint, end) = listen(&mut child);
    let status = wait(&mut child, timeout);
    end_group(&child);
    // A process that left the group can hold the pipe; it is not waited for.
    let _ = end.recv_timeout(LAST_WORDS);
    let complaint = complaint.lock().map(|text| text.clone()).unwrap_or_default();
    verdict(status, timeout, &complaint)
}

/// Collects the beginning of what a program complains, and lets the rest go by.
/// The channel is closed at its end.
fn listen(child: &mut Child) -> (Arc<Mutex<Vec<u8>>>, Receiver<()>) {
    let (ends, end) = channel();
    let kept = Arc::new(Mutex::new(Vec::new()));
    if let Some(mut pipe) = child.stderr.take() {
        let shared = Arc::clone(&kept);
        thread::spawn(move || {
            let _ends: Sender<()> = ends;
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut piece) {
                if let Ok(mut text) = shared.lock() {
                    let room = COMPLAINT - text.len();
                    text.extend_from_slice(&piece[..count.min(room)]);
                }
            }
        });
    }
    (kept, end)
}

/// How it ended; `None` when its time is over.
fn wait(child: &mut Child, timeout: Span) -> Option<ExitStatus> {
    let end = Instant::now() + Duration::from_micros(timeout.0.unsigned_abs());
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => sleep(LOOK),
            _ => break,
        }
    }
    end_group(child);
    let _ = child.wait();
    None
}

/// Kills what is left of a program and of those that it started.
fn end_group(child: &Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // None left is the usual case.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn verdict(status: Option<ExitStatus>, timeout: Span, complaint: &[u8]) -> Result<(), String> {
    let how = match status {
        Some(status) if status.success() => return Ok(()),
        Some(status) => match (status.code(), status.signal()) {
            (Some(code), _) => format!("exit status {code}"),
            (_, signal) => format!("signal {}", signal.unwrap_or(0)),
        },
        None => format!("not done in {timeout}"),
    };
    let complaint = String::from_utf8_lossy(complaint);
    match complaint.trim() {
        "" => Err(how),
        text => Err(format!("{how}: {}", text.replace('\0', "\u{fffd}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words<'static> {
        Words { action: "a", key: "k/a", attempt: 2 }
    }

    fn sh(script: &str, timeout: i64) -> Result<(), String> {
        let exec = ["sh", "-c", script].map(str::to_owned);
        run(&exec, Span(timeout * 1_000), &words(), b"{\"x\":1}\n".to_vec())
    }

    #[test]
    fn a_program_gets_its_input_and_little_else() {
        let script = r#"read line; [ "$line" = '{"x":1}' ] || exit 3
            [ "$(pwd)" = / ] || exit 4; [ "$SIEM_KEY $SIEM_ATTEMPT" = 'k/a 2' ] || exit 5
            [ "$(env | grep -c -v -E '^(PATH|HOME|LANG|SIEM_ACTION|SIEM_KEY|SIEM_ATTEMPT|PWD|SHLVL|_|OLDPWD)=')" = 0 ] || exit 6"#;
        assert_eq!(sh(script, 5_000), Ok(()));
    }

    #[test]
    fn a_program_is_looked_for_before_it_is_needed() {
        let find = |name: &str| find(&[name.to_owned()]);
        assert_eq!((find("sh"), find("/bin/sh")), (Ok(()), Ok(())));
        assert_eq!(find("/nowhere/x"), Err("/nowhere/x is no file".to_owned()));
        assert_eq!(find("/etc"), Err("/etc is no file".to_owned()));
        assert_eq!(find("/etc/passwd"), Err("/etc/passwd is not executable".to_owned()));
        assert_eq!(find("no-such-program"), Err(format!("no program no-such-program in {PATH}")));
    }

    #[test]
    fn failures_say_why() {
        assert_eq!(sh("echo no route >&2; exit 7", 5_000), Err("exit status 7: no route".into()));
        assert_eq!(sh("kill -9 $$", 5_000), Err("signal 9".into()));
        let none = run(&["/none".to_owned()], Span(1), &words(), Vec::new());
        assert!(none.is_err_and(|error| error.starts_with("/none: ")));
    }

    #[test]
    fn one_that_hangs_or_shouts_is_ended_with_its_children() {
        let start = Instant::now();
        let hung = sh("sleep 300 & sleep 300", 200);
        assert!(hung.is_err_and(|error| error.starts_with("not done in")));
        assert!(sh("yes | head -c 3000000; yes no | head -c 3000000 >&2; exit 1", 20_000).is_err());
        // The child left behind holds the pipe of complaints; nobody waits for it.
        assert_eq!(sh("sleep 300 & exit 0", 20_000), Ok(()));
        assert!(start.elapsed() < Duration::from_secs(60));
    }
}
