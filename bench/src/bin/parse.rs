//! How fast lines become events: lines and megabytes a second of CPU time, one thread.
//!
//! ```text
//! parse [FILE…]          each file repeated to 32 MB, in memory; default: the fixtures of common/parse
//! SIZE=100000 parse …    each repeated to so many bytes, read once and not measured: for a profiler
//!                        that counts instructions, of which two sizes tell what a line costs
//! HELPERS=500 parse …    with the first 15 helpers for sshd and PAM, and 485 that never match
//! ```
//!
//! Every event is complete, as filters see it and as it is stored: format, payload, helpers, all
//! fields of JSON lines, normal form. Three rounds of at least a second of the thread's own CPU time,
//! so that other work on the machine counts little; the one in the middle, and how far the others are
//! from it ([`bench::round`]). Patterns are compiled in a pass before, which does not count.
//!
//! What it does *not* measure: reading files, storing.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are its output")]

use bench::round::{SIZE, pace, repeated};
use common::clock::Timestamp;
use parse::helper::Helpers;
use parse::{Line, Parser, Settings, lines};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn main() {
    let named: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let files = if named.is_empty() { fixtures() } else { named };
    let count = std::env::var("HELPERS").ok().and_then(|text| text.parse().ok());
    let helpers = Arc::new(count.map_or_else(shipped, padded));
    println!("{:24} {:>7} {:>12} {:>8} {:>8}", "file", "B/line", "lines/s", "MB/s", "spread");
    for file in files {
        match fs::read(&file) {
            Ok(bytes) if !bytes.is_empty() => measure(&file, &bytes, &helpers),
            Ok(_) => {}
            Err(error) => eprintln!("{}: {error}", file.display()),
        }
    }
}

/// The fixtures of the parser.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../common/parse/tests/data");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "log"))
        .collect();
    files.sort();
    files
}

fn shipped() -> Helpers {
    let mut all = Vec::new();
    for (file, text) in common::helper::shipped() {
        match common::helper::read(text, file) {
            Ok(helpers) => all.extend(helpers),
            Err(error) => eprintln!("{error}"),
        }
    }
    Helpers::new(all).unwrap_or_default()
}

/// Fifteen helpers that match, as far as the count goes, and others that look alike and do not.
fn padded(count: usize) -> Helpers {
    let texts = common::helper::shipped();
    let real = texts.iter().filter(|(file, _)| file.contains("sshd") || file.contains("pam"));
    let mut all: Vec<_> =
        real.filter_map(|(file, text)| common::helper::read(text, file).ok()).flatten().collect();
    all.truncate(count.min(15));
    for nth in all.len()..count {
        let text = format!(
            "[[helper]]\nname='pad{nth}'\npattern='^app{nth:03} event (?<user.name>\\S+) from (?<source.ip>\\S+) code=(?<code>[0-9]+)$'\n"
        );
        all.extend(common::helper::read(&text, "pad").unwrap_or_default());
    }
    Helpers::new(all).unwrap_or_default()
}

fn measure(file: &Path, bytes: &[u8], helpers: &Arc<Helpers>) {
    if let Some(size) = std::env::var("SIZE").ok().and_then(|text| text.parse().ok()) {
        return read(&repeated(bytes, size), helpers);
    }
    let text = repeated(bytes, SIZE);
    let count = lines(&text, 0).count();
    let pace = pace(&mut || read(&text, helpers));
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let (rate, megabytes) = (count as f64 / pace.seconds, text.len() as f64 / pace.seconds / 1e6);
    let (size, spread) = (text.len() / count.max(1), pace.spread * 100.0);
    println!("{name:24} {size:>7} {rate:>12.0} {megabytes:>8.0} {spread:>6.1} %");
}

/// Reads a text as one source.
fn read(text: &[u8], helpers: &Arc<Helpers>) {
    let reference = Timestamp::parse("2026-11-20T12:00:00Z").unwrap_or(Timestamp(0));
    let settings = Settings { reference, read_at: reference, ..Settings::default() };
    let Ok(mut parser) = Parser::new(settings, None) else { return };
    parser.set_helpers(Arc::clone(helpers));
    let mut take = |parser: &mut Parser, record: Line<'_>| {
        black_box(parser.parse(record));
    };
    for line in lines(text, 0) {
        parser.join(line, &mut take);
    }
    parser.drain(&mut take);
}
