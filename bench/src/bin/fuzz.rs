//! Random input for the parsers, for a time: `fuzz SECONDS FOLDER [FORMAT…]`.
//!
//! ```text
//!  fixtures, FOLDER ─► mutate ─► parse as the format, and as none is named ─► is the event sound?
//!                        ▲                                      │
//!                        └──── kept in FOLDER, when it gave an event of a new kind
//! ```
//!
//! Every format has the time for itself. A line that panics, breaks a property, takes more than a
//! second of CPU time or lets the process grow by more than 64 MiB ends the run with the line's bytes in
//! FOLDER/crash. What is new about an event is told from its format, tags and the names of its
//! fields, as stable Rust counts no branches.
//!
//! What it does *not* know: formats; the properties are those of every event.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are its output")]

use bench::random::Random;
use common::clock::Timestamp;
use common::event::{Eol, Event, Original};
use parse::{Format, Line, Parser, Settings, lines};
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a line may take, and by how many KiB the process may grow.
const LONGEST: Duration = Duration::from_secs(1);
const GROWTH: u64 = 64 << 10;
/// Lines that are kept for a format, and how long they become.
const KEPT: usize = 4_096;
const LENGTH: usize = 64 << 10;

fn main() {
    let mut args = std::env::args().skip(1);
    let seconds = args.next().and_then(|text| text.parse().ok()).unwrap_or(10);
    let folder = PathBuf::from(args.next().unwrap_or_else(|| "target/fuzz".to_owned()));
    let named: Vec<String> = args.collect();
    let formats: Vec<Format> = match named.is_empty() {
        true => Format::ALL.to_vec(),
        false => named.iter().filter_map(|name| name.parse().ok()).collect(),
    };
    let seeds =
        read_lines(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../common/parse/tests/data"));
    for format in formats {
        let mut target = Target::new(format, &folder, seeds.clone());
        let count = target.run(Duration::from_secs(seconds));
        println!("{:20} {count:>9} lines, {} kept", format.name(), target.fresh);
    }
}

/// The lines of a folder's files.
fn read_lines(folder: &Path) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_none_or(|end| end == "log")).collect();
    files.sort();
    let bytes: Vec<Vec<u8>> = files.iter().filter_map(|path| fs::read(path).ok()).collect();
    bytes
        .iter()
        .flat_map(|bytes| lines(bytes, 0).map(|line| line.bytes.to_vec()).collect::<Vec<_>>())
        .collect()
}

/// One format under random input.
struct Target {
    format: Format,
    corpus: PathBuf,
    crash: PathBuf,
    lines: Vec<Vec<u8>>,
    kinds: HashSet<u64>,
    random: Random,
    fresh: usize,
}

impl Target {
    fn new(format: Format, folder: &Path, mut seeds: Vec<Vec<u8>>) -> Target {
        let corpus = folder.join(format.name());
        let _ = fs::create_dir_all(&corpus);
        seeds.extend(read_lines(&corpus));
        let random = Random::new(Timestamp::now().0.cast_unsigned());
        let crash = folder.join("crash");
        Target { format, corpus, crash, lines: seeds, kinds: HashSet::new(), random, fresh: 0 }
    }

    fn run(&mut self, time: Duration) -> usize {
        for line in self.lines.clone() {
            self.kinds.insert(kind(&self.read(&line)));
        }
        let (begin, base) = (Instant::now(), memory());
        let mut count = 0;
        while begin.elapsed() < time {
            let line = self.mutated();
            let before = worked();
            let kind = kind(&self.read(&line));
            let is_slow = worked().saturating_sub(before) > LONGEST;
            let is_large = count % 4_096 == 0 && memory() > base + GROWTH;
            if is_slow || is_large {
                self.fail(&line, if is_slow { "slow" } else { "large" });
            }
            if self.lines.len() < KEPT && self.kinds.insert(kind) {
                self.fresh += 1;
                let _ = fs::write(self.corpus.join(format!("{kind:016x}")), &line);
                self.lines.push(line);
            }
            count += 1;
        }
        count
    }

    /// Reads a line in all ways; leaves its bytes behind where that fails.
    fn read(&self, line: &[u8]) -> Event<'static> {
        let read = std::panic::catch_unwind(|| {
            for format in [None, Some(self.format)] {
                sound(&event(format, line), line);
            }
            event(Some(self.format), line).into_owned()
        });
        match read {
            Ok(event) => event,
            Err(_) => self.fail(line, "panic"),
        }
    }

    fn fail(&self, line: &[u8], what: &str) -> ! {
        let _ = fs::create_dir_all(&self.crash);
        let path = self.crash.join(format!("{}.{what}", self.format));
        let _ = fs::write(&path, line);
        panic!("{}: {what}", path.display());
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.random.below(limit.max(1) as u64)).unwrap_or(0)
    }

    fn mutated(&mut self) -> Vec<u8> {
        const SPICE: &[u8] =
            b"\0\x1b\xff\xc3 []<>(){}:;\"'\\=|,-+.%@#/0919azZ\n\r\t\xe2\x80\xae\xef\xbb\xbf";
        let first = self.below(self.lines.len());
        let mut line = self.lines[first].clone();
        for _ in 0..=self.below(6) {
            let at = self.below(line.len() + 1);
            match self.below(7) {
                0 => line.truncate(at),
                1 => line.insert(at, SPICE[self.below(SPICE.len())]),
                2 if at < line.len() => line[at] = SPICE[self.below(SPICE.len())],
                3 if at < line.len() => drop(line.remove(at)),
                4 if at < line.len() => {
                    let width = 1 + self.below(64);
                    let part: Vec<u8> = line[at..].iter().take(width).copied().collect();
                    for _ in 0..=self.below(64) {
                        line.splice(at..at, part.iter().copied());
                    }
                }
                5 if at < line.len() => line[at] = line[at].wrapping_add(1),
                _ => {
                    let other = self.below(self.lines.len());
                    let from = self.below(self.lines[other].len() + 1);
                    line.truncate(at);
                    line.extend_from_slice(&self.lines[other][from..]);
                }
            }
            line.truncate(LENGTH);
        }
        line
    }
}

fn event(format: Option<Format>, bytes: &[u8]) -> Event<'_> {
    let reference = Timestamp(1_795_176_000_000_000);
    let settings = Settings { format, reference, read_at: reference, ..Settings::default() };
    let mut parser = Parser::new(settings, None).expect("no state is refused");
    parser.parse(Line { bytes, eol: Eol::Lf, offset: 0, number: 1, runs: &[] })
}

/// What holds of every event.
fn sound(event: &Event<'_>, bytes: &[u8]) {
    assert!(!event.tags.iter().any(|tag| tag == "reader_failed"), "no reader panics");
    assert!(event.raw_line() == bytes, "the raw bytes are the line's");
    assert!(!event.message.contains('\0') && !event.host_name.is_empty());
    assert!((Timestamp::MIN..=Timestamp::MAX).contains(&event.time));
    let mut again = event.clone();
    again.normalise();
    assert!(&again == event, "the canonical form is a fixed point");
    let mut json = Vec::new();
    event.write_json(&mut json, Original::Include);
    let text = std::str::from_utf8(&json).expect("JSON is UTF-8");
    assert!(!text.chars().any(char::is_control));
    assert!(Event::read_json(text).is_ok());
}

/// A number for events that have the same fields.
fn kind(event: &Event<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&event.dataset, &event.tags, event.time_quality as i64).hash(&mut hasher);
    (event.user_name.is_some(), event.source_ip.is_some(), &event.event_outcome).hash(&mut hasher);
    event.ext.iter().for_each(|(name, _)| name.hash(&mut hasher));
    hasher.finish()
}

/// The CPU time of this thread, so that other work on the machine makes no line slow.
fn worked() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// The resident memory of this process in KiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.trim().strip_suffix(" kB").and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}
