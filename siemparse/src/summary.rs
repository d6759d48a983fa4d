//! The last words of a run: what was read, and what became of it.
//!
//! What it does *not* know: who asked for them.

use crate::batch::Delta;
use common::cli::warn;
use std::path::Path;
use std::time::Instant;

/// Counts over all sources of a run.
pub(crate) struct Summary {
    pub(crate) total: Delta,
    began: Instant,
    /// Whether events were stored.
    is_stored: bool,
}

impl Summary {
    pub(crate) fn new(is_stored: bool) -> Summary {
        Summary { total: Delta::default(), began: Instant::now(), is_stored }
    }

    /// Says it on standard error.
    pub(crate) fn print(&self) {
        warn("siemparse", &self.text(self.began.elapsed().as_secs_f64()));
    }

    /// Says how far a stream was stored that did not come to its end.
    pub(crate) fn print_last(&self, path: &Path, stored: &Delta) {
        let (name, Delta { lines, bytes, .. }) = (path.display(), stored);
        let what = format!("{name}: the last line stored is line {lines}, up to byte {bytes}");
        warn("siemparse", &what);
    }

    fn text(&self, seconds: f64) -> String {
        let total = &self.total;
        let stored = if self.is_stored { total.events } else { 0 };
        #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = total.lines as f64 / seconds.max(0.001);
        let filtered = match total.filtered {
            0 => String::new(),
            count => format!(" {count} filtered,"),
        };
        format!(
            "{} lines read ({} bytes), {stored} stored, {} unparsed, {} rejected,{filtered} {} \
             bytes gap; {seconds:.2} s, {rate:.0} lines/s",
            total.lines, total.bytes, total.unparsed, total.rejected, total.gap
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_became_of_the_lines() {
        let mut summary = Summary::new(true);
        summary.total = Delta {
            lines: 10,
            bytes: 900,
            events: 9,
            unparsed: 2,
            rejected: 1,
            filtered: 0,
            gap: 5,
        };
        assert_eq!(
            summary.text(0.5),
            "10 lines read (900 bytes), 9 stored, 2 unparsed, 1 rejected, 5 bytes gap; \
             0.50 s, 20 lines/s"
        );
    }
}
