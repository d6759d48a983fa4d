//! The engine as a library: rules from files, events as JSON lines, pairs of line and rule.
//!
//! JSON lines are read as `siemtrigger --stdin` reads them: those that the engine takes as they are, the
//! others through the parser. Raw lines of any format are joined, parsed with the shipped helpers
//! and matched as events.

use super::clock::nanoseconds;
use common::clock::Timestamp;
use common::event::RawKind;
use common::filter::Sets;
use common::rule::Rule;
use detect::{Engine, Stage};
use parse::helper::Helpers;
use parse::{Line, Parser, Settings, lines};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The rules of files and folders that work; refused ones are left out.
///
/// # Errors
/// A file cannot be read.
pub fn load(rules: &[PathBuf]) -> Result<Vec<Rule>, Box<dyn Error>> {
    let pack = pack::load_brief(pack::rule_files(rules)?, None, &Sets::default());
    Ok(pack.rules.into_iter().filter(Rule::runs).collect())
}

/// Writes a line of line number, tab and rule id for each match, and gives the nanoseconds of CPU
/// time after loading and at the end.
///
/// # Errors
/// A file cannot be read or written.
pub fn run(rules: &[PathBuf], events: &Path, pairs: &Path) -> Result<(u64, u64), Box<dyn Error>> {
    let rules = load(rules)?;
    let mut engine = Engine::new(&rules);
    let ids: Vec<String> = rules.iter().map(Rule::id).collect();
    drop(rules);
    let mut parser = parser()?;
    let loaded = nanoseconds();
    let mut input = BufReader::with_capacity(128 << 10, File::open(events)?);
    let mut out = BufWriter::new(File::create(pairs)?);
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        if !read_line(&mut input, &mut line)? {
            break;
        }
        number += 1;
        if let Some(found) = engine.line(&line) {
            for place in found {
                writeln!(out, "{number}\t{}", ids[*place])?;
            }
            continue;
        }
        let event = parser.parse(Line::new(&line, 0, number));
        if event.raw_kind == RawKind::Json {
            for place in engine.event(&event) {
                writeln!(out, "{number}\t{}", ids[*place])?;
            }
        }
    }
    out.flush()?;
    Ok((loaded, nanoseconds()))
}

/// Appends the next line with its ending; tells whether there is one.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    loop {
        let bytes = input.fill_buf()?;
        let end = memchr::memchr(b'\n', bytes);
        let used = end.map_or(bytes.len(), |end| end + 1);
        line.extend_from_slice(&bytes[..used]);
        input.consume(used);
        if end.is_some() || used == 0 {
            return Ok(!line.is_empty());
        }
    }
}

fn parser() -> Result<Parser, Box<dyn Error>> {
    let now = Timestamp::now();
    let settings = Settings { reference: now, read_at: now, ..Settings::default() };
    Ok(Parser::new(settings, None)?)
}

/// Microseconds an event up to each stage, best of five passes over lines in memory.
///
/// # Errors
/// A file cannot be read.
pub fn stages(
    rules: &[PathBuf],
    events: &Path,
) -> Result<Vec<(&'static str, f64)>, Box<dyn Error>> {
    let rules = load(rules)?;
    let mut engine = Engine::new(&rules);
    let text = fs::read(events)?;
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').filter(|it| !it.is_empty()).collect();
    let mut all = Vec::new();
    for (stage, name) in [
        (Stage::Fields, "fields"),
        (Stage::Candidates, "candidates"),
        (Stage::Verdicts, "verdicts"),
    ] {
        let mut best = u64::MAX;
        for _ in 0..5 {
            let begin = nanoseconds();
            for line in &lines {
                engine.line_until(line, stage);
            }
            best = best.min(nanoseconds() - begin);
        }
        all.push((name, best as f64 / 1e3 / lines.len() as f64));
    }
    Ok(all)
}

/// What raw lines cost, best of five passes over lines in memory.
pub struct Raw {
    /// How many events they make.
    pub events: usize,
    /// How many matches these have.
    pub matches: usize,
    /// Microseconds an event, parsed.
    pub parsed: f64,
    /// Microseconds an event, parsed and matched.
    pub matched: f64,
}

/// Parses a log's lines and holds the rules against their events.
///
/// # Errors
/// A file cannot be read, or a shipped helper does not work.
pub fn raw(rules: &[PathBuf], log: &Path, passes: usize) -> Result<Raw, Box<dyn Error>> {
    let rules = load(rules)?;
    let mut engine = Engine::new(&rules);
    drop(rules);
    let text = fs::read(log)?;
    let mut helpers = Vec::new();
    for (file, text) in common::helper::shipped() {
        helpers.extend(common::helper::read(text, file)?);
    }
    let helpers = Arc::new(Helpers::new(helpers)?);
    let mut best = [u64::MAX; 2];
    let (mut events, mut matches) = (0, 0);
    for _ in 0..passes {
        for (place, best) in best.iter_mut().enumerate() {
            let mut parser = parser()?;
            parser.set_helpers(Arc::clone(&helpers));
            (events, matches) = (0, 0);
            let mut take = |parser: &mut Parser, record: Line<'_>| {
                let event = parser.parse(record);
                events += 1;
                if place == 1 {
                    matches += engine.event(&event).len();
                }
            };
            let begin = nanoseconds();
            for line in lines(&text, 0) {
                parser.join(line, &mut take);
            }
            parser.drain(&mut take);
            *best = (*best).min(nanoseconds() - begin);
        }
    }
    let each = |best: u64| best as f64 / 1e3 / events.max(1) as f64;
    Ok(Raw { events, matches, parsed: each(best[0]), matched: each(best[1]) })
}
