//! How long an appended line takes to become a row, and a SIEM event, through the real programs.
//!
//! Starts `siemparse` on a file, `siemquery -f` on the events and, with a rule that fires on every
//! line, `siemtrigger -o jsonl`, which prints what it has stored; appends numbered lines 0.2 to
//! 0.5 s apart and prints p50, p99 and the maximum in milliseconds.
//! Usage: `latency DIRECTORY [LINES [RATE FILE]]`; the database is `SIEM_DB`. With RATE, so many lines
//! of FILE a second go into a second log beside it, and the figures are the lag under that load.
//! What it does *not* know: how the programs work; the time that siemquery takes to print is part
//! of the figure.

use bench::arrival::{arrivals, report, spawn};
use bench::random::Random;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use std::{env, thread};

const MARK: &str = "latency probe ";
const RULE: &str = r#"{"rules_default":[{"name":"each line","severity":5,"time_int":0,"event_limit":0,
"where":"message contains \"latency probe\"","message":"{message}"}]}"#;

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let directory = args.next().unwrap_or_else(|| ".".to_owned());
    let count: usize = args.next().and_then(|text| text.parse().ok()).unwrap_or(300);
    let (log, rule) =
        (Path::new(&directory).join("live.log"), Path::new(&directory).join("rule.json"));
    File::create(&log)?;
    std::fs::write(&rule, RULE)?;
    let rule = rule.display().to_string();
    Command::new("siemmanage").args(["rules", "import", rule.as_str()]).status()?;
    let load = Load::new(&directory, args.next().zip(args.next()))?;
    let parse = spawn("siemparse", &["-q", &log.display().to_string(), &load.log])?;
    let mut trigger = spawn("siemtrigger", &["-o", "jsonl"])?;
    let mut query = spawn("siemquery", &["-f", "-n", "1", "-o", "jsonl"])?;
    let (rows, siem) = (arrivals(&mut query, MARK), arrivals(&mut trigger, MARK));
    let mut children = vec![parse, trigger, query];
    thread::sleep(Duration::from_secs(2));
    let (sent, loaded) = thread::scope(|scope| {
        let busy = scope.spawn(|| load.run());
        let sent = append(&log, count);
        load.is_over.store(true, Relaxed);
        (sent, busy.join())
    });
    let sent = sent?;
    report("append to row", &sent, &rows);
    report("append to SIEM event", &sent, &siem);
    if let Ok(loaded) = loaded {
        tell_load(&loaded?);
    }
    for child in &mut children {
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}

/// Lines that keep the programs busy.
struct Load {
    log: String,
    rate: usize,
    lines: Vec<u8>,
    is_over: AtomicBool,
}

/// How many lines went in, in how long.
struct Loaded {
    lines: usize,
    seconds: f64,
}

impl Load {
    fn new(directory: &str, given: Option<(String, String)>) -> io::Result<Load> {
        let log = Path::new(directory).join("load.log");
        File::create(&log)?;
        let (rate, lines) = match given {
            Some((rate, file)) => (rate.parse().unwrap_or(0), std::fs::read(file)?),
            None => (0, Vec::new()),
        };
        let log = log.display().to_string();
        Ok(Load { log, rate, lines, is_over: AtomicBool::new(false) })
    }

    /// Appends lines, twenty times a second, until it is over.
    fn run(&self) -> io::Result<Loaded> {
        let mut file = OpenOptions::new().append(true).open(&self.log)?;
        let mut lines = self.lines.split_inclusive(|byte| *byte == b'\n');
        let (start, mut sent) = (Instant::now(), 0_usize);
        while self.rate > 0 && !self.is_over.load(Relaxed) {
            thread::sleep(Duration::from_millis(50));
            let due = (start.elapsed().as_secs_f64() * self.rate as f64) as usize;
            let some: Vec<&[u8]> = lines.by_ref().take(due - sent).collect();
            if some.len() < due - sent {
                return Err(io::Error::other("the load's file is too short"));
            }
            file.write_all(&some.concat())?;
            sent = due;
        }
        Ok(Loaded { lines: sent, seconds: start.elapsed().as_secs_f64() })
    }
}

#[allow(clippy::print_stdout, reason = "the figures are the program's output")]
fn tell_load(loaded: &Loaded) {
    if loaded.lines > 0 {
        let rate = loaded.lines as f64 / loaded.seconds;
        println!("beside {} lines, {rate:.0} a second", loaded.lines);
    }
}

fn append(log: &Path, count: usize) -> io::Result<Vec<Instant>> {
    let mut random = Random::new(1);
    let mut file = OpenOptions::new().append(true).open(log)?;
    let mut sent = Vec::with_capacity(count);
    for number in 0..count {
        thread::sleep(Duration::from_millis(210 + random.below(290)));
        let stamp = common::clock::Timestamp::now();
        sent.push(Instant::now());
        file.write_all(format!("{stamp} here probe[1]: {MARK}{number}\n").as_bytes())?;
    }
    thread::sleep(Duration::from_secs(2));
    Ok(sent)
}
