//! A program that logs, and a rotation that knows nothing of its readers.
//!
//! Every line carries its number and is made from the seed and that number alone, so that what was
//! stored can be compared byte by byte. Writes are torn anywhere; a rotation may come in the middle
//! of a line, and the writer goes on in the old file for a while, as programs do.
//!
//! ```text
//!  app.log ─► app.log.1 ─► app.log.2 …     rename, copy and truncate, a date as the name's end,
//!                 └► app.log.1.gz …        packed at once
//! ```
//!
//! What it does *not* know: who reads.

use super::random::Random;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

/// How a log is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The file is renamed; the writer opens a new one a little later.
    Rename,
    /// The file is copied and cut to nothing while the writer holds still.
    CopyTruncate,
    /// The file is renamed to a name that ends in a date.
    Date,
    /// The file is renamed, then packed with this program.
    Packed(&'static str),
}

/// All kinds of rotation.
pub const ROTATIONS: [Rotation; 7] = [
    Rotation::Rename,
    Rotation::CopyTruncate,
    Rotation::Date,
    Rotation::Packed("gzip"),
    Rotation::Packed("zstd"),
    Rotation::Packed("xz"),
    Rotation::Packed("bzip2"),
];

/// A log that is being written.
pub struct Writer {
    path: PathBuf,
    file: File,
    seed: u64,
    random: Random,
    /// How many lines were begun and ended.
    count: usize,
    /// How many rotations there were.
    rotations: usize,
    /// Before which line each rotation came, and of what kind it was.
    history: Vec<(usize, Rotation)>,
}

impl Writer {
    /// Begins a log.
    ///
    /// # Panics
    /// The file cannot be made.
    #[must_use]
    pub fn new(path: &Path, seed: u64) -> Writer {
        let random = Random::new(seed ^ 0x5772_6974_6572);
        let file = append(path);
        Writer {
            path: path.to_owned(),
            file,
            seed,
            random,
            count: 0,
            rotations: 0,
            history: Vec::new(),
        }
    }

    /// How many lines there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many rotations there were.
    #[must_use]
    pub fn rotations(&self) -> usize {
        self.rotations
    }

    /// Before which line each rotation came, and of what kind it was.
    #[must_use]
    pub fn history(&self) -> &[(usize, Rotation)] {
        &self.history
    }

    /// Writes lines, torn into pieces, with short pauses.
    pub fn write(&mut self, lines: usize) {
        let mut text = Vec::new();
        for number in self.count..self.count + lines {
            text.extend_from_slice(line(self.seed, number).as_bytes());
        }
        self.count += lines;
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at((1 + self.random.below(2_000)).min(rest.len()));
            self.file.write_all(piece).expect("the log is written");
            rest = after;
            if self.random.once_in(8) {
                sleep(Duration::from_millis(1));
            }
        }
    }

    /// Rotates in one of the ways given, perhaps in the middle of a line.
    pub fn rotate(&mut self, ways: &[Rotation]) {
        let way = *self.random.pick(ways);
        self.rotations += 1;
        self.history.push((self.count, way));
        match way {
            Rotation::CopyTruncate => {
                self.shift();
                fs::copy(&self.path, self.numbered(1)).expect("the log is copied");
                self.file.set_len(0).expect("the log is cut");
            }
            Rotation::Rename => {
                self.shift();
                self.give_way(self.numbered(1));
            }
            Rotation::Date => {
                let name = format!("-20261120-{:05}", self.rotations);
                self.give_way(self.named(&name));
            }
            Rotation::Packed(program) => {
                self.shift();
                let old = self.numbered(1);
                self.give_way(old.clone());
                let packed = Command::new(program).args(["-q", "-f"]).arg(&old).status();
                assert!(packed.is_ok_and(|status| status.success()), "{program} fails");
            }
        }
    }

    /// Renames the log while a line is half written, and opens a new one.
    fn give_way(&mut self, to: PathBuf) {
        let text = line(self.seed, self.count);
        let (first, second) = text.as_bytes().split_at(self.random.below(text.len()));
        self.count += 1;
        self.file.write_all(first).expect("the log is written");
        fs::rename(&self.path, to).expect("the log is renamed");
        if self.random.once_in(2) {
            sleep(self.random.pause(0, 30));
        }
        let next = self.random.once_in(2).then(|| append(&self.path));
        self.file.write_all(second).expect("the log is written");
        let more = self.random.below(20);
        self.write(more);
        self.file = next.unwrap_or_else(|| append(&self.path));
    }

    /// Makes room for a new `app.log.1`.
    fn shift(&self) {
        for number in (1..=self.rotations).rev() {
            for ending in ["", ".gz", ".zst", ".xz", ".bz2"] {
                let from = self.named(&format!(".{number}{ending}"));
                if from.exists() {
                    let to = self.named(&format!(".{}{ending}", number + 1));
                    fs::rename(from, to).expect("an old log is renamed");
                }
            }
        }
    }

    fn numbered(&self, number: usize) -> PathBuf {
        self.named(&format!(".{number}"))
    }

    fn named(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }
}

/// The line of a number, with its line feed.
#[must_use]
pub fn line(seed: u64, number: usize) -> String {
    let mut random = Random::new(seed ^ u64::try_from(number).unwrap_or(0).rotate_left(32));
    let filler = "x".repeat(random.below(160));
    let ending = if random.once_in(50) { "\r\n" } else { "\n" };
    format!("2026-06-14T15:16:01Z host app[7]: n={number} {filler}{ending}")
}

fn append(path: &Path) -> File {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
