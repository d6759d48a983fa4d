//! Runs the fault scenarios at full length: `make test-faults`.
//!
//! ```text
//!  chaos [--seed N] [--only R01[,R07…,peer]] [--write doc/reliability.md]
//! ```
//!
//! Prints one line a run; with `--write` the tables between the page's marks are replaced. The last
//! runs are those of a peer, where it is installed (`apt-get install rsyslog-pgsql`).
//! Ends with 1 when a line was lost or doubled. What it does *not* know: what the scenarios do.

#![allow(clippy::print_stdout, reason = "its results are for a terminal and for the page")]

use std::env;
use std::process::ExitCode;
use testkit::chaos::{self, Row};

fn main() -> ExitCode {
    let mut seed = 1;
    let mut only = Vec::new();
    let mut page = None;
    let mut arguments = env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().unwrap_or_else(|| panic!("{name} needs a value"));
        match name.as_str() {
            "--seed" => seed = value.parse().unwrap_or_else(|error| panic!("{value}: {error}")),
            "--only" => only.extend(value.split(',').map(str::to_owned)),
            "--write" => page = Some(value),
            _ => panic!("unknown argument {name}"),
        }
    }
    let (mut rows, mut peers): (Vec<Row>, Vec<Row>) = (Vec::new(), Vec::new());
    for scenario in chaos::SCENARIOS {
        if only.is_empty() || only.iter().any(|id| id == scenario.id) {
            chaos::run(scenario, seed, true, |row| {
                println!("{row}");
                if !row.verdict.is_exact() {
                    println!("{}", row.said);
                }
                rows.push(row);
            });
        }
    }
    if only.is_empty() || only.iter().any(|id| id == "peer") {
        chaos::peer(seed, |row| {
            println!("{row}");
            peers.push(row);
        });
    }
    if let Some(page) = page {
        chaos::write_table(&page, "runs", &rows);
        if !peers.is_empty() {
            chaos::write_table(&page, "peer", &peers);
        }
    }
    if rows.iter().all(|row| row.verdict.is_exact()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
