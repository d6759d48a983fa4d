//! The one printer of errors: `tool: place: what`, then `hint: …`.
//!
//! Messages are lower case without a full stop. What came from logs or the command line is
//! escaped, so that an error can move no terminal. What it does *not* know: what failed.

use crate::output::escape;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// What kind of failure it is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line asks for something impossible: exit 2.
    Usage,
    /// The configuration, a rule or a helper is wrong: exit 3.
    Config,
    /// The database cannot be reached or refuses: exit 4.
    Database,
    /// Anything else, such as an unreadable file: exit 5.
    Input,
    /// The kernel or the system lacks what is needed: exit 69, as sysexits' `EX_UNAVAILABLE`.
    Unavailable,
    /// The rights are missing: exit 77, as sysexits' `EX_NOPERM`.
    Rights,
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Kind::Usage => 2,
            Kind::Config => 3,
            Kind::Database => 4,
            Kind::Input => 5,
            Kind::Unavailable => 69,
            Kind::Rights => 77,
        }
    }
}

/// An error with its kind and, where there is one, a hint.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure of a kind; the message says place and thing.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Failure {
        Failure { kind, message: message.into(), hint: None }
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Prints a clap message: help and version to stdout with success, a wrong flag to stderr, where
/// the words of the command line that it repeats are escaped.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        line(error.render().to_string().trim_end());
        return ExitCode::from(2);
    }
    // A closed pipe (`--help | head -1`) is no reason to fail.
    let _ = error.print();
    ExitCode::SUCCESS
}

/// Prints an error and gives its exit code; a broken pipe is quiet success.
pub(super) fn failure(name: &str, error: &anyhow::Error) -> ExitCode {
    let broken_pipe = error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    });
    if broken_pipe {
        return ExitCode::SUCCESS;
    }
    let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>());
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    line(&format!("{name}: {}", chain.join(": ")));
    if let Some(hint) = failure.and_then(|failure| failure.hint.as_deref()) {
        line(&format!("hint: {hint}"));
    }
    ExitCode::from(failure.map_or(Kind::Input, |failure| failure.kind).code())
}

/// Tells of panics in one line, escaped as everything is that may repeat a log's bytes.
pub(super) fn defects(name: &str) {
    let name = name.to_owned();
    std::panic::set_hook(Box::new(move |panic| {
        let what = panic.payload_as_str().unwrap_or("unknown");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        line(&format!("{name}: a defect of this program, at {place}: {what}"));
        hint("please report it, with the line above");
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            note(&trace.to_string());
        }
    }));
}

/// Prints a warning line: the work goes on.
pub fn warn(name: &str, message: &str) {
    line(&format!("{name}: {message}"));
}

/// Prints a hint line.
pub fn hint(message: &str) {
    line(&format!("hint: {message}"));
}

/// Prints text of several lines that is no result, such as the SQL of a query.
pub fn note(text: &str) {
    line(text.trim_end());
}

/// Writes lines to stderr, escaped; line feeds stay, since carets stand under what they mean.
fn line(text: &str) {
    let mut stderr = io::stderr().lock();
    for part in text.split('\n') {
        let _ = writeln!(stderr, "{}", escape(part));
    }
}
