//! Measures the Sigma engine; `bench/sigma.sh` starts it.
//!
//! ```text
//! sigma run EVENTS RULES… PAIRS            one run of our engine, as a round of `compare`
//! sigma stages EVENTS RULES…               microseconds an event, stage by stage
//! sigma raw LOG RULES… PASSES              microseconds an event of raw lines, parsed and matched
//! sigma compare PEER EVENTS LABELS RULES ROUNDS WORK
//! sigma copies RULES FOLDER COUNT SEED     more rules, with every literal changed
//! sigma rarity STEP FILE [STEP FILE]…      the table of pieces, of each STEPth line of FILE
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are its output")]

use bench::sigma::rounds::{Peer, alternate, differences};
use bench::sigma::{copies, own, rarity::Rarity};
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", events, rules @ .., pairs] => {
            let (loaded, ended) = own::run(&paths(rules), Path::new(events), Path::new(pairs))?;
            eprintln!("{loaded} {ended}");
            Ok(())
        }
        ["stages", events, rules @ ..] => {
            for (name, microseconds) in own::stages(&paths(rules), Path::new(events))? {
                println!("  up to {name:12} {microseconds:6.2} µs an event");
            }
            Ok(())
        }
        ["raw", log, rules @ .., passes] => {
            let raw = own::raw(&paths(rules), Path::new(log), passes.parse()?)?;
            println!(
                "  {} events, {} matches: parsed {:.2} µs, parsed and matched {:.2} µs an event ({:.0} events/s a core)",
                raw.events,
                raw.matches,
                raw.parsed,
                raw.matched,
                1e6 / raw.matched
            );
            Ok(())
        }
        ["compare", peer, events, labels, rules, rounds, work] => {
            compare(peer, events, labels, rules, rounds.parse()?, Path::new(work))
        }
        ["copies", rules, folder, count, seed] => {
            let seed = seed.parse()?;
            let written = copies::write(Path::new(rules), Path::new(folder), count.parse()?, seed)?;
            println!("{written} rules in {folder}");
            Ok(())
        }
        ["rarity", files @ ..] => rarity(files),
        _ => Err("usage: sigma run|stages|raw|compare|copies|rarity …".into()),
    }
}

fn paths(words: &[&str]) -> Vec<PathBuf> {
    words.iter().map(PathBuf::from).collect()
}

fn compare(
    peer: &str,
    events: &str,
    labels: &str,
    rules: &str,
    rounds: usize,
    work: &Path,
) -> Result<(), Box<dyn Error>> {
    let own = std::env::current_exe()?.into_os_string();
    let peers = [
        Peer { name: "siemtools", words: vec![own, "run".into(), events.into(), rules.into()] },
        Peer { name: "rsigma", words: [peer, rules, events, labels].map(OsString::from).to_vec() },
    ];
    let count = fs::read(events)?.iter().filter(|byte| **byte == b'\n').count() as f64;
    let results = alternate(&peers, rounds, work)?;
    for (peer, result) in peers.iter().zip(&results) {
        println!(
            "  {:10} {:6.2} µs an event {:9.0} events/s a core   loading {:.2} s   {:4.0} MiB",
            peer.name,
            result.running * 1e6 / count,
            count / result.running,
            result.loading,
            result.memory,
        );
    }
    println!("  factor     {:6.2}", results[1].running / results[0].running);
    let (common, by_rule) = differences(&results[0].pairs, &results[1].pairs)?;
    println!("  pairs      {common} in common");
    for (rule, (ours, theirs)) in by_rule {
        println!("             {rule}: {ours} only here, {theirs} only there");
    }
    Ok(())
}

fn rarity(files: &[&str]) -> Result<(), Box<dyn Error>> {
    let mut rarity = Rarity::default();
    for pair in files.chunks_exact(2) {
        let step: usize = pair[0].parse()?;
        let text = fs::read_to_string(pair[1])?;
        text.lines().step_by(step.max(1)).for_each(|line| rarity.add(line));
    }
    Ok(std::io::stdout().write_all(rarity.table().as_bytes())?)
}
