//! What was stored, held against what was written.
//!
//! The stored lines are read with `siemquery --raw`, as a user would, and compared whole: a line
//! that was torn, merged or changed counts as foreign, and the one it should have been as lost.
//!
//! What it does *not* know: how it came about.

use super::writer::line;
use crate::tool;
use std::fmt;
use std::time::Duration;

/// The comparison of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Lines written.
    pub written: usize,
    /// Lines written and not stored.
    pub lost: usize,
    /// Lines stored again.
    pub doubled: usize,
    /// Lines stored that nobody wrote.
    pub foreign: usize,
}

impl Verdict {
    /// Whether every line is stored once, and nothing else.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        (self.lost, self.doubled, self.foreign) == (0, 0, 0)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { written, lost, doubled, foreign } = self;
        write!(f, "{written} written, {lost} lost, {doubled} doubled, {foreign} foreign")
    }
}

/// Compares a database with the lines of a seed; also says which lines are wrong.
#[must_use]
pub fn verdict(db: &str, seed: u64, written: usize) -> (Verdict, String) {
    let read = tool("siemquery").env("SIEM_DB", db).args(["--raw", "-n", "0"]);
    let read = read.timeout(Duration::from_secs(300)).run();
    assert!(read.code <= 1, "siemquery: {}", read.stderr);
    compare(read.bytes.split_inclusive(|&byte| byte == b'\n'), seed, written, false)
}

/// Compares stored lines with the lines of a seed; where it is loose, all but their endings.
pub(super) fn compare(
    lines: impl Iterator<Item = impl AsRef<[u8]>>,
    seed: u64,
    written: usize,
    is_loose: bool,
) -> (Verdict, String) {
    let same = |stored: &[u8], number| {
        let line = line(seed, number);
        let (stored, line) = (stored, line.as_bytes());
        if is_loose { stored.trim_ascii_end() == line.trim_ascii_end() } else { stored == line }
    };
    let mut seen = vec![0usize; written];
    let mut found = Verdict { written, ..Verdict::default() };
    let mut wrong = String::new();
    for stored in lines {
        let stored = stored.as_ref();
        match number(stored).filter(|&number| number < written) {
            Some(number) if same(stored, number) => seen[number] += 1,
            _ => {
                found.foreign += 1;
                if found.foreign <= 5 {
                    wrong += &format!("foreign: {:?}\n", String::from_utf8_lossy(stored));
                }
            }
        }
    }
    found.lost = seen.iter().filter(|&&times| times == 0).count();
    found.doubled = seen.iter().map(|times| times.saturating_sub(1)).sum();
    let mut from = 0;
    for run in seen.chunk_by(|one, other| one == other) {
        if run[0] != 1 {
            wrong += &format!("{from}..{}: {} times\n", from + run.len(), run[0]);
        }
        from += run.len();
    }
    (found, wrong)
}

/// The number that a line carries.
fn number(line: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(line).ok()?;
    let (_, rest) = text.split_once(" n=")?;
    rest.split([' ', '\r', '\n']).next()?.parse().ok()
}
