//! Runs the fault scenarios at full length: `make test-faults`.
//!
//! ```text
//!  chaos [--seed N] [--only R01[,R07…,peer]] [--at-once N] [--write doc/reliability.md]
//!  chaos --soak MINUTES [--seed N] [--write doc/reliability.md]
//! ```
//!
//! Prints one line a run, when it ends; with `--write` the tables between the page's marks are
//! replaced. Three run beside one another unless told otherwise. The last runs are those of a peer,
//! where it is installed (`apt-get install rsyslog-pgsql`). `--soak` is one long run on each database
//! instead: `make soak`. Ends with 1 when a line was lost or doubled, or a long run is not flat.
//!
//! What it does *not* know: what the scenarios do.

#![allow(clippy::print_stdout, reason = "its results are for a terminal and for the page")]

use std::env;
use std::process::ExitCode;
use std::thread::scope;
use std::time::Duration;
use testkit::chaos::{self, Row};

fn main() -> ExitCode {
    let mut seed = 1;
    let mut only = Vec::new();
    let mut page = None;
    let mut at_once = 3;
    let mut soak = 0;
    let mut arguments = env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().unwrap_or_else(|| panic!("{name} needs a value"));
        match name.as_str() {
            "--seed" => seed = number(&name, &value),
            "--only" => only.extend(value.split(',').map(str::to_owned)),
            "--at-once" => at_once = number(&name, &value),
            "--soak" => soak = number(&name, &value),
            "--write" => page = Some(value),
            _ => panic!("unknown argument {name}"),
        }
    }
    if soak > 0 {
        return last(seed, Duration::from_secs(60 * soak), page.as_deref());
    }
    let is_meant = |id: &str| only.is_empty() || only.iter().any(|it| it == id);
    let jobs = chaos::jobs(chaos::SCENARIOS.iter().filter(|it| is_meant(it.id)));
    let rows = chaos::run_all(&jobs, seed, at_once, |row| {
        println!("{row}");
        if !row.verdict.is_exact() {
            println!("{}", row.said);
        }
    });
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    let mut peers: Vec<Row> = Vec::new();
    if is_meant("peer") {
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

/// Long runs on both databases at once.
fn last(seed: u64, span: Duration, page: Option<&str>) -> ExitCode {
    let run = |is_sqlite| {
        let (row, is_flat) = chaos::soak(seed, span, is_sqlite);
        println!("{row}{}", if is_flat { "" } else { " not flat" });
        let is_good = row.verdict.is_exact() && is_flat;
        if !is_good {
            println!("{}", row.said);
        }
        (row, is_good)
    };
    let runs = scope(|scope| {
        let both = [true, false].map(|is_sqlite| scope.spawn(move || run(is_sqlite)));
        both.map(|one| one.join().expect("a scenario that does not panic"))
    });
    if let Some(page) = page {
        chaos::write_table(page, "soak", &[runs[0].0.clone(), runs[1].0.clone()]);
    }
    ExitCode::from(u8::from(!runs.iter().all(|(_, is_good)| *is_good)))
}

fn number<N: std::str::FromStr>(name: &str, value: &str) -> N {
    value.parse().unwrap_or_else(|_| panic!("{name} needs a number, not {value}"))
}
