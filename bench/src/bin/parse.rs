//! How fast lines become events: lines and megabytes a second of CPU time, one thread.
//!
//! ```text
//! parse [FILE…]          each file repeated to 32 MB, in memory; default: the fixtures of common/parse
//! HELPERS=500 parse …    with the first 15 helpers for sshd and PAM, and 485 that never match
//! ```
//!
//! Every event is complete, as filters see it and as it is stored: format, payload, helpers, all
//! fields of JSON lines, normal form. Best of five rounds, in the thread's own CPU time, so that
//! other work on the machine counts little.
//!
//! What it does *not* measure: reading files, storing.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are its output")]

use common::clock::Timestamp;
use parse::helper::Helpers;
use parse::{Line, Parser, Settings, lines};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many bytes a file is repeated to.
const SIZE: usize = 32 << 20;
const ROUNDS: usize = 5;

fn main() {
    let named: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let files = if named.is_empty() { fixtures() } else { named };
    let count = std::env::var("HELPERS").ok().and_then(|text| text.parse().ok());
    let helpers = Arc::new(count.map_or_else(shipped, padded));
    println!("{:24} {:>7} {:>12} {:>8}", "file", "B/line", "lines/s", "MB/s");
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
    let mut text = Vec::with_capacity(SIZE + bytes.len());
    while text.len() < SIZE {
        text.extend_from_slice(bytes);
        if text.last() != Some(&b'\n') {
            text.push(b'\n');
        }
    }
    let (lines, seconds) = best(&text, helpers);
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let (rate, megabytes) = (lines as f64 / seconds, text.len() as f64 / seconds / 1e6);
    println!("{name:24} {:>7} {rate:>12.0} {megabytes:>8.0}", text.len() / lines.max(1));
}

/// The number of lines, and the seconds of the fastest round.
fn best(text: &[u8], helpers: &Arc<Helpers>) -> (usize, f64) {
    let mut fastest = f64::MAX;
    let mut count = 0;
    for _ in 0..ROUNDS {
        let reference = Timestamp::parse("2026-11-20T12:00:00Z").unwrap_or(Timestamp(0));
        let settings = Settings { reference, read_at: reference, ..Settings::default() };
        let Ok(mut parser) = Parser::new(settings, None) else { continue };
        parser.set_helpers(Arc::clone(helpers));
        let mut take = |parser: &mut Parser, record: Line<'_>| {
            black_box(parser.parse(record));
        };
        let begin = thread_seconds();
        count = 0;
        for line in lines(text, 0) {
            parser.join(line, &mut take);
            count += 1;
        }
        parser.drain(&mut take);
        fastest = fastest.min(thread_seconds() - begin);
    }
    (count, fastest)
}

/// The CPU time of this thread so far.
fn thread_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e9
}
