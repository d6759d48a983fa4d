//! rsigma on JSON lines: which rules each event matches.
//!
//! ```text
//! rsigma-peer RULES EVENTS LABELS PAIRS
//! ```
//!
//! RULES is a folder of Sigma rules. LABELS names the logsources of each line of EVENTS, parts
//! joined by slashes, several by spaces; it is read before the clock starts, so that rsigma is
//! told for nothing what our engine finds out itself. PAIRS becomes lines of line number, tab and
//! rule id. On standard error: nanoseconds of CPU time after loading, and at the end.
//!
//! As its `evaluate_pruned` is meant: once a label, with what the label does not name taken as
//! something that no rule names.

use rsigma_eval::{Engine, JsonEvent};
use rsigma_parser::{LogSource, SigmaRule, parse_sigma_yaml};
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [rules, events, labels, pairs] = args.as_slice() else {
        eprintln!("usage: rsigma-peer RULES EVENTS LABELS PAIRS");
        std::process::exit(2);
    };
    let mut kinds = Kinds::default();
    let kinds_of_lines: Vec<usize> =
        fs::read_to_string(labels)?.lines().map(|line| kinds.number(line)).collect();
    let engine = load(Path::new(rules))?;
    let loaded = nanoseconds();
    let mut input = BufReader::with_capacity(128 << 10, File::open(events)?);
    let mut out = BufWriter::new(File::create(pairs)?);
    let (mut line, mut number) = (Vec::new(), 0);
    let mut found = BTreeSet::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        number += 1;
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(&line) else { continue };
        let event = JsonEvent::borrow(&value);
        found.clear();
        // Labels repeat as the events do.
        let kind = kinds_of_lines[(number - 1) % kinds_of_lines.len()];
        for logsource in &kinds.logsources[kind] {
            for result in engine.evaluate_pruned(&event, logsource) {
                found.extend(result.header.rule_id);
            }
        }
        for id in &found {
            writeln!(out, "{number}\t{id}")?;
        }
    }
    out.flush()?;
    eprintln!("{loaded} {}", nanoseconds());
    Ok(())
}

/// Sets of labels, each once.
#[derive(Default)]
struct Kinds {
    known: HashMap<String, usize>,
    logsources: Vec<Vec<LogSource>>,
}

impl Kinds {
    fn number(&mut self, labels: &str) -> usize {
        if let Some(number) = self.known.get(labels) {
            return *number;
        }
        self.logsources.push(labels.split(' ').map(logsource).collect());
        self.known.insert(labels.to_owned(), self.logsources.len() - 1);
        self.logsources.len() - 1
    }
}

fn logsource(label: &str) -> LogSource {
    let mut parts = label.split('/').map(|part| match part {
        "" => Some("none".to_owned()),
        part => Some(part.to_owned()),
    });
    let (product, category, service) =
        (parts.next().flatten(), parts.next().flatten(), parts.next().flatten());
    LogSource { product, category, service, definition: None, custom: HashMap::new() }
}

/// The rules of a folder, but those that the specification says to reject: with placeholders that
/// nothing is bound to.
fn load(folder: &Path) -> std::io::Result<Engine> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    files.sort();
    let mut rules: Vec<SigmaRule> = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        if text.contains("|expand") {
            continue;
        }
        match parse_sigma_yaml(&text) {
            Ok(collection) => rules.extend(collection.rules),
            Err(error) => eprintln!("rsigma-peer: {}: {error}", file.display()),
        }
    }
    let mut engine = Engine::new();
    for (place, error) in engine.add_rules(&rules) {
        eprintln!("rsigma-peer: {}: {error}", rules[place].title);
    }
    Ok(engine)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "yml") {
            files.push(path);
        }
    }
    Ok(())
}

/// The CPU time of this thread so far.
fn nanoseconds() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0)
}
