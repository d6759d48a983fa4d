//! Runs a command with one PostgreSQL cluster for all test processes under it:
//! `testkit cargo test --workspace`. The exit code is the command's.
//!
//! What it does *not* know: what the command does.

use std::env;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut words = env::args_os().skip(1);
    let Some(program) = words.next() else { panic!("usage: testkit COMMAND [ARGUMENT]...") };
    let cluster = testkit::Cluster::start();
    let mut command = Command::new(&program);
    let status = command.args(words).env(testkit::ENVIRONMENT, cluster.directory()).status();
    cluster.stop();
    let status = status.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
