//! How long the start of a program takes to become a row, through `siemagent | siemparse`.
//!
//! Starts the pipe and `siemquery -f`, then programs at 50 a second, and prints p50, p99 and the
//! maximum in milliseconds from the start of each to the line of siemquery, whose own time is part
//! of the figure. Usage, as root: `pipe [COUNT]`; the database is `SIEM_DB`, the tools are in PATH.
//! What it does *not* know: how the programs work.

use bench::arrival::{arrivals, report, spawn};
use std::env;
use std::io;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

const MARK: &str = "pipe-probe-";

fn main() -> io::Result<()> {
    let count: usize = env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(300);
    // The shell becomes siemparse; when it is killed, the agent ends by itself.
    let mut pipe = spawn(
        "/bin/bash",
        &["-c", "exec siemparse -q -s agent - < <(exec siemagent -q --events default)"],
    )?;
    sleep(Duration::from_secs(3));
    let filter = format!("process.command_line contains '{MARK}'");
    let mut query = spawn("siemquery", &["-f", "-n", "1", "-o", "jsonl", "--where", &filter])?;
    let rows = arrivals(&mut query, MARK);
    sleep(Duration::from_secs(2));
    let mut sent = Vec::with_capacity(count);
    for number in 0..count {
        sleep(Duration::from_millis(20));
        sent.push(Instant::now());
        Command::new("/bin/true").arg(format!("{MARK}{number}")).status()?;
    }
    sleep(Duration::from_secs(2));
    report("start of a program to its row", &sent, &rows);
    for child in [&mut pipe, &mut query] {
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}
