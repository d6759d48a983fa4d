//! Standard input without `--spool` while the database answers nothing: its sender waits, and the
//! last words name the last line that is stored.

use crate::bench::{Bench, on_each};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

/// More than siemparse and the pipe hold.
const LINES: usize = 40_000;

fn line(number: usize) -> String {
    format!("2026-06-14T15:16:01Z host app[7]: n={number} {}\n", "x".repeat(100))
}

fn text(lines: std::ops::Range<usize>) -> String {
    lines.map(line).collect()
}

/// A process that does not outlive a test.
struct Process(Child);

impl Process {
    /// Waits for its end, and gives its complaints.
    fn wait(mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        let _ = self.0.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
        (self.0.wait().expect("it ends"), said)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Somebody else's transaction, in which all who write wait; over with the value.
struct Hold(#[allow(dead_code, reason = "what ends with the value")] Process);

impl Hold {
    fn new(bench: &Bench) -> Hold {
        let (mut command, begin) = match bench.url().strip_prefix("sqlite:") {
            Some(file) => {
                let begin = "import sqlite3, sys\n\
                    db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)\n\
                    db.execute('BEGIN IMMEDIATE')\nprint('held', flush=True)\nsys.stdin.read()";
                let mut command = Command::new("python3");
                command.args(["-c", begin, file]);
                (command, "")
            }
            None => {
                let mut command = Command::new("psql");
                command.args(["-qtA", bench.url()]);
                (command, "BEGIN;\nLOCK TABLE cursor;\n\\echo held\n")
            }
        };
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut own = Process(piped.spawn().expect("a client starts"));
        own.0.stdin.as_mut().expect("a pipe").write_all(begin.as_bytes()).expect("it listens");
        let mut said = String::new();
        let output = own.0.stdout.as_mut().expect("a pipe");
        let _ = BufReader::new(output).read_line(&mut said).expect("it speaks");
        assert_eq!(said, "held\n");
        Hold(own)
    }
}

/// A sender that has told of 25 lines, which are stored, and goes on while nothing is stored.
struct Sender {
    siemparse: Process,
    hold: Hold,
    thread: JoinHandle<ChildStdin>,
    sent: Arc<AtomicUsize>,
}

impl Sender {
    fn new(bench: &Bench) -> Sender {
        let mut siemparse = Command::new(env!("CARGO_BIN_EXE_siemparse"))
            .args(["--db", bench.url(), "-z", "UTC"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("siemparse starts");
        let mut pipe = siemparse.stdin.take().expect("a pipe");
        pipe.write_all(text(0..25).as_bytes()).expect("it reads");
        bench.wait_for(25);
        let hold = Hold::new(bench);
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let thread = thread::spawn(move || {
            for piece in text(25..LINES).as_bytes().chunks(1_000) {
                if pipe.write_all(piece).is_err() {
                    break;
                }
                count.fetch_add(piece.len(), Ordering::SeqCst);
            }
            pipe
        });
        Sender { siemparse: Process(siemparse), hold, thread, sent }
    }

    /// How much was taken in when nothing more had been for a second.
    fn stuck_at(&self) -> usize {
        let (mut sent, mut changed) = (0, Instant::now());
        while changed.elapsed() < Duration::from_secs(1) {
            let now = self.sent.load(Ordering::SeqCst);
            if now != sent {
                (sent, changed) = (now, Instant::now());
            }
            sleep(Duration::from_millis(20));
        }
        sent
    }
}

#[test]
fn a_sender_waits_as_long_as_nothing_is_stored_and_all_is_stored_later() {
    on_each(|bench| {
        let sender = Sender::new(bench);
        let taken = sender.stuck_at();
        assert!(taken < text(25..LINES).len() / 2, "took {taken} bytes");
        drop(sender.hold);
        drop(sender.thread.join().expect("the sender ends"));
        let (status, said) = sender.siemparse.wait();
        assert!(status.success(), "{said}");
        assert!(bench.raw() == text(0..LINES).into_bytes(), "{said}");
    });
}

#[test]
fn who_is_asked_to_end_while_nothing_is_stored_names_the_last_line_that_is() {
    on_each(|bench| {
        let sender = Sender::new(bench);
        sender.stuck_at();
        let pid = sender.siemparse.0.id().to_string();
        let kill = Command::new("kill").args(["-s", "TERM", &pid]).status();
        assert!(kill.is_ok_and(|status| status.success()));
        let (status, said) = sender.siemparse.wait();
        assert_eq!(status.code(), Some(4), "{said}");
        let last = format!(
            "siemparse: standard input: the last line stored is line 25, up to byte {}\n",
            text(0..25).len()
        );
        assert!(said.contains(&last), "{said}");
        drop(sender.hold);
        drop(sender.thread.join().expect("the sender ends"));
        assert!(bench.raw() == text(0..25).into_bytes(), "{said}");
    });
}
