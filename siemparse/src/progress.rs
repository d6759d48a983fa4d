//! The progress bar of `--once`, on standard error and only where that is a terminal.
//!
//! What it does *not* know: what is read.

use crate::batch::Delta;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

/// A bar, or nothing.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    began: Instant,
    drawn: Instant,
    done: Delta,
}

impl Progress {
    pub(crate) fn new(is_wanted: bool) -> Progress {
        let bar = (is_wanted && io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            let style = "{bar:30} {bytes}/{total_bytes}  {msg}  ETA {eta}";
            bar.set_style(
                ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar
        });
        let now = Instant::now();
        Progress { bar, began: now, drawn: now, done: Delta::default() }
    }

    /// Adds to the bytes that there are to be read.
    pub(crate) fn expect(&self, bytes: i64) {
        if let Some(bar) = &self.bar {
            bar.inc_length(u64::try_from(bytes).unwrap_or(0));
        }
    }

    /// Counts a batch.
    pub(crate) fn advance(&mut self, delta: &Delta) {
        let Some(bar) = &self.bar else { return };
        self.done.add(delta);
        if self.drawn.elapsed() < Duration::from_millis(100) {
            return;
        }
        self.drawn = Instant::now();
        let bytes = u64::try_from(self.done.bytes).unwrap_or(0);
        if bar.length().is_some_and(|length| length < bytes) {
            bar.set_length(bytes);
        }
        bar.set_position(bytes);
        #[allow(clippy::cast_precision_loss, reason = "figures for people")]
        let (lines, unparsed) = (self.done.lines as f64, self.done.unparsed as f64);
        let rate = lines / self.began.elapsed().as_secs_f64().max(0.001);
        let share = 100.0 * unparsed / lines.max(1.0);
        bar.set_message(format!("{rate:.0} lines/s  {share:.1} % unparsed"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
