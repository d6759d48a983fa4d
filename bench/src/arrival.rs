//! When numbered probes come out of a program, and how long that took.
//!
//! A probe is a line with a mark and a number behind it. What it does *not* know: what carried it.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

/// Starts a tool whose output is read.
///
/// # Errors
/// It does not start.
pub fn spawn(tool: &str, args: &[&str]) -> io::Result<Child> {
    Command::new(tool).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()
}

/// The numbers behind a mark in the lines that a program prints, with the times they came.
pub fn arrivals(child: &mut Child, mark: &'static str) -> Receiver<(usize, Instant)> {
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let number = line.split(mark).nth(1);
                let digits =
                    number.and_then(|text| text.split(|c: char| !c.is_ascii_digit()).next());
                if let Some(number) = digits.and_then(|text| text.parse().ok())
                    && sender.send((number, Instant::now())).is_err()
                {
                    return;
                }
            }
        });
    }
    receiver
}

/// Prints p50, p99 and the longest time from the sending of each number to its first arrival.
#[allow(clippy::print_stdout, reason = "the figures are the program's output")]
pub fn report(what: &str, sent: &[Instant], came: &Receiver<(usize, Instant)>) {
    let mut seen = vec![None; sent.len()];
    for (number, at) in came.try_iter() {
        if let (Some(from), Some(slot)) = (sent.get(number), seen.get_mut(number)) {
            slot.get_or_insert(at.duration_since(*from).as_secs_f64() * 1000.0);
        }
    }
    let mut times: Vec<f64> = seen.iter().flatten().copied().collect();
    times.sort_by(f64::total_cmp);
    let at =
        |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
    let text = |time: Option<&f64>| time.map_or("-".to_owned(), |ms| format!("{ms:.1} ms"));
    println!(
        "{what}: {} of {} seen, p50 {}, p99 {}, max {}",
        times.len(),
        sent.len(),
        text(at(50)),
        text(at(99)),
        text(times.last())
    );
}
