//! Runs the suite's real programs in an environment of their own.
//!
//! A program sees a HOME that is empty and goes away, no `XDG_*` and no `SIEM_*` variable, UTC,
//! the C locale, and PATH. It is killed after a timeout, one minute unless set.
//!
//! What it does *not* know: what the programs do.

use std::env;
use std::ffi::OsStr;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A program about to run.
pub struct Tool {
    command: Command,
    home: TempDir,
    input: Vec<u8>,
    timeout: Duration,
}

/// A program that runs.
pub struct Running {
    child: Child,
    _home: TempDir,
    out: Option<JoinHandle<Vec<u8>>>,
    err: Option<JoinHandle<Vec<u8>>>,
    deadline: Instant,
    line: String,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Output {
    /// The exit code; 128 + N after signal N.
    pub code: i32,
    /// Standard output.
    pub bytes: Vec<u8>,
    /// Standard output as text.
    pub stdout: String,
    /// Standard error as text.
    pub stderr: String,
}

/// A program of the suite by name: the binary beside the test executable. `make test` builds all
/// of them first; `cargo test -p X` builds only those of X.
///
/// # Panics
/// It was not built.
#[must_use]
pub fn tool(name: &str) -> Tool {
    let test = env::current_exe().unwrap_or_else(|error| panic!("own path: {error}"));
    let places = test.ancestors().skip(1).take(2).map(|place| place.join(name));
    let found: Option<PathBuf> = places.into_iter().find(|file| file.is_file());
    tool_at(found.unwrap_or_else(|| panic!("{name} is not built; run `cargo build --workspace`")))
}

/// A program by path, such as `env!("CARGO_BIN_EXE_siemparse")`.
///
/// # Panics
/// There is no room for a temporary directory.
#[must_use]
pub fn tool_at(path: impl AsRef<Path>) -> Tool {
    let home = crate::temp_dir();
    let mut command = Command::new(path.as_ref());
    command.env_clear().env("HOME", home.path()).env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
    command.env("PATH", env::var_os("PATH").unwrap_or_default()).current_dir(home.path());
    Tool { command, home, input: Vec::new(), timeout: Duration::from_secs(60) }
}

impl Tool {
    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Tool {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Tool {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Tool {
        self.command.env(name, value);
        self
    }

    /// Runs in this directory instead of HOME.
    #[must_use]
    pub fn dir(mut self, directory: impl AsRef<Path>) -> Tool {
        self.command.current_dir(directory);
        self
    }

    /// What the program reads on standard input; nothing unless set.
    #[must_use]
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Tool {
        self.input = input.into();
        self
    }

    /// How long the program may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Tool {
        self.timeout = timeout;
        self
    }

    /// The program's HOME.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs the program to its end.
    ///
    /// # Panics
    /// It cannot be started, or takes longer than the timeout.
    #[must_use]
    pub fn run(self) -> Output {
        self.spawn().wait()
    }

    /// Starts the program.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use]
    pub fn spawn(mut self) -> Running {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let line = format!("{:?}", self.command);
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("{line}: {error}"));
        if let Some(mut pipe) = child.stdin.take() {
            let input = self.input;
            // A program may end without reading its input; the broken pipe is not an error.
            thread::spawn(move || drop(pipe.write_all(&input)));
        }
        let (out, err) = (child.stdout.take().map(drain), child.stderr.take().map(drain));
        let deadline = Instant::now() + self.timeout;
        Running { child, _home: self.home, out, err, deadline, line }
    }
}

impl Running {
    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended yet.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()));
        stat.is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| !rest.starts_with(" Z")))
    }

    /// Sends a signal by name (`TERM`, `HUP`, `KILL`, …).
    ///
    /// # Panics
    /// There is no `kill` program, or the process is gone.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name}: {}", self.line);
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// The program takes longer than its timeout.
    #[must_use]
    pub fn wait(mut self) -> Output {
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < self.deadline => sleep(Duration::from_millis(2)),
                Ok(None) => {
                    let _ = self.child.kill();
                    let output = self.collect(None);
                    panic!(
                        "{}: too slow\nstdout: {}\nstderr: {}",
                        self.line, output.stdout, output.stderr
                    );
                }
                Err(error) => panic!("{}: {error}", self.line),
            }
        };
        self.collect(Some(status))
    }

    /// Waits for the end so long, then kills the program.
    ///
    /// # Panics
    /// The program cannot be waited for.
    #[must_use]
    pub fn wait_for(mut self, time: Duration) -> Output {
        let end = Instant::now() + time;
        while self.child.try_wait().is_ok_and(|status| status.is_none()) && Instant::now() < end {
            sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        self.wait()
    }

    fn collect(&mut self, status: Option<ExitStatus>) -> Output {
        use std::os::unix::process::ExitStatusExt as _;
        let join = |pipe: Option<JoinHandle<Vec<u8>>>| {
            pipe.and_then(|reader| reader.join().ok()).unwrap_or_default()
        };
        let (bytes, errors) = (join(self.out.take()), join(self.err.take()));
        let signal = status.and_then(|status| status.signal()).unwrap_or(9);
        let code = status.and_then(|status| status.code()).unwrap_or(128 + signal);
        let stdout = String::from_utf8_lossy(&bytes).into_owned();
        Output { code, stdout, stderr: String::from_utf8_lossy(&errors).into_owned(), bytes }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Output {
    /// Gives the output back when the exit code is 0.
    ///
    /// # Panics
    /// It is another: the message shows what the program wrote.
    #[must_use]
    pub fn success(self) -> Output {
        self.expect_code(0)
    }

    /// Gives the output back when the exit code is the one expected.
    ///
    /// # Panics
    /// It is another: the message shows what the program wrote.
    #[must_use]
    pub fn expect_code(self, code: i32) -> Output {
        let Output { stdout, stderr, .. } = &self;
        assert!(self.code == code, "exit code {}, expected {code}\n{stdout}\n{stderr}", self.code);
        self
    }
}

fn drain(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}
