//! Programs in turn on the same input: medians of their CPU time, and whether they agree.
//!
//! A program writes pairs of line and rule into a file, and on standard error, last, the
//! nanoseconds of CPU time after loading and at the end.

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program with its arguments, but for the file of pairs, which comes last.
pub struct Peer {
    /// What it is called in the table.
    pub name: &'static str,
    /// The program and its arguments.
    pub words: Vec<OsString>,
}

/// What a program's rounds came to.
#[derive(Clone, Debug, Default)]
pub struct Result {
    /// Seconds of CPU time for loading, the median.
    pub loading: f64,
    /// Seconds of CPU time after that, the median.
    pub running: f64,
    /// The most memory that was resident, in MiB.
    pub memory: f64,
    /// Pairs, sorted by line.
    pub pairs: PathBuf,
}

/// Runs the programs one after the other, so many rounds.
///
/// # Errors
/// A program fails.
pub fn alternate(
    peers: &[Peer],
    rounds: usize,
    work: &Path,
) -> std::result::Result<Vec<Result>, Box<dyn Error>> {
    let mut times: Vec<Vec<(f64, f64)>> = vec![Vec::new(); peers.len()];
    let mut results: Vec<Result> = vec![Result::default(); peers.len()];
    for _ in 0..rounds {
        for (place, peer) in peers.iter().enumerate() {
            let pairs = work.join(format!("{}.pairs", peer.name));
            let (loading, running, memory) = once(peer, &pairs)?;
            times[place].push((loading, running));
            results[place].memory = results[place].memory.max(memory);
            results[place].pairs = pairs;
        }
    }
    for (result, times) in results.iter_mut().zip(times) {
        result.loading = median(times.iter().map(|time| time.0).collect());
        result.running = median(times.iter().map(|time| time.1).collect());
    }
    Ok(results)
}

/// Seconds of loading, of running, and MiB.
fn once(peer: &Peer, pairs: &Path) -> std::result::Result<(f64, f64, f64), Box<dyn Error>> {
    let output =
        Command::new("/usr/bin/time").args(["-f", "%M"]).args(&peer.words).arg(pairs).output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let numbers: Vec<f64> = text
        .lines()
        .rev()
        .take(2)
        .flat_map(str::split_whitespace)
        .filter_map(|word| word.parse().ok())
        .collect();
    match numbers.as_slice() {
        [memory, loaded, ended] if output.status.success() => {
            Ok((loaded / 1e9, (ended - loaded) / 1e9, memory / 1024.0))
        }
        _ => Err(format!("{}: {text}", peer.name).into()),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// By rule, how many pairs only the first has and only the second.
pub type Missing = BTreeMap<String, (usize, usize)>;

/// The pairs that only the first or only the second has, counted by rule.
///
/// # Errors
/// A file cannot be read.
pub fn differences(first: &Path, second: &Path) -> std::io::Result<(usize, Missing)> {
    let (first, second) = (fs::read_to_string(first)?, fs::read_to_string(second)?);
    let (first, second): (HashSet<&str>, HashSet<&str>) =
        (first.lines().collect(), second.lines().collect());
    let mut by_rule: Missing = BTreeMap::new();
    let rule = |pair: &str| pair.split_once('\t').map_or(pair, |(_, rule)| rule).to_owned();
    for pair in first.difference(&second) {
        by_rule.entry(rule(pair)).or_default().0 += 1;
    }
    for pair in second.difference(&first) {
        by_rule.entry(rule(pair)).or_default().1 += 1;
    }
    Ok((first.intersection(&second).count(), by_rule))
}
