//! Where the lines of an event stand in its source, when lines of others are among them.
//!
//! An event of several lines has one offset, that of its first byte. Where all its lines follow
//! one another that says everything. Where they do not (the audit records of one serial among
//! those of another), `ext` holds `log.runs`: for each run of adjacent lines after the first,
//! where it begins in the event's bytes and where in the source.
//!
//! ```text
//!  source  A1 B1 A2 A3 B2      A: A1‖A2‖A3, offset 0, log.runs "20@40"
//!  offset  0  20 40 60 80      B: B1‖B2, offset 20, log.runs "20@80"
//! ```
//!
//! What it does *not* know: why lines belong together.

use super::{Event, Value};
use std::fmt::Write as _;
use std::ops::Range;

/// The name in `ext`.
const NAME: &str = "log.runs";

/// How far from its first byte the last line of an event begins at most, in bytes of its source.
pub const REACH: i64 = 1 << 20;

/// A run of adjacent lines: where it begins in the event's bytes, and where in its source.
pub type Run = (usize, i64);

impl Event<'_> {
    /// Notes where the runs of its lines are, the first included; whatever the source itself said
    /// by that name is no such note.
    pub fn set_runs(&mut self, runs: &[Run]) {
        self.ext.remove(NAME);
        let mut text = String::new();
        for (at, offset) in runs.iter().skip(1) {
            let space = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{space}{at}@{offset}");
        }
        if !text.is_empty() {
            self.ext.push(NAME, Value::Text(text.into()));
        }
    }

    /// The offset and the part of `line` of each run; `None` when all is one run. `line` is
    /// [`Event::line`].
    #[must_use]
    pub fn runs(&self, line: &[u8]) -> Option<Vec<(i64, Range<usize>)>> {
        let Some(Value::Text(text)) = self.ext.get(NAME) else { return None };
        let mut runs: Vec<(i64, Range<usize>)> = Vec::new();
        let (mut begin, mut offset) = (0, self.log_offset);
        for word in text.split(' ') {
            let (at, next) = word.split_once('@')?;
            let (at, next): (usize, i64) = (at.parse().ok()?, next.parse().ok()?);
            let size = i64::try_from(at.checked_sub(begin)?).ok()?;
            let is_line = at < line.len() && line.get(at.checked_sub(1)?) == Some(&b'\n');
            if !is_line || size == 0 || next < offset.checked_add(size)? {
                return None;
            }
            runs.push((offset, begin..at));
            (begin, offset) = (at, next);
        }
        runs.push((offset, begin..line.len()));
        Some(runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: Option<&str>) -> Event<'static> {
        let mut event =
            Event { raw: b"one\ntwo\nthree".into(), log_offset: 10, ..Event::default() };
        if let Some(text) = text {
            event.ext.push(NAME, Value::Text(text.to_owned().into()));
        }
        event
    }

    #[test]
    fn what_is_noted_is_read_back() {
        let mut event = event(Some("4@99"));
        event.set_runs(&[(0, 10), (4, 20), (8, 31)]);
        assert_eq!(event.ext.get(NAME), Some(&Value::Text("4@20 8@31".into())));
        assert_eq!(event.runs(&event.line()), Some(vec![(10, 0..4), (20, 4..8), (31, 8..14)]));
        event.set_runs(&[(0, 10)]);
        assert!(event.ext.is_empty());
        assert_eq!(event.runs(&event.line()), None);
    }

    #[test]
    fn what_cannot_be_is_not_believed() {
        for text in [
            "",
            "4",
            "4@",
            "@20",
            "5@20",
            "0@20",
            "4@13",
            "4@20 4@30",
            "4@20 8@23",
            "14@99",
            "8@20 4@40",
            "-4@20",
            "4@-1",
            "4@99999999999999999999",
        ] {
            let event = event(Some(text));
            assert_eq!(event.runs(&event.line()), None, "{text}");
        }
        assert!(event(Some("4@14")).runs(b"one\ntwo\nthree\n").is_some());
    }
}
