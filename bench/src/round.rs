//! How long a piece of work takes: rounds of at least a second of CPU time, and the one in the middle.
//!
//! The kernel may count a thread's CPU time in steps of 4 ms: a round of 40 ms would be a tenth off.
//! The fastest of several rounds is a matter of luck, the one in the middle is not. The parser and
//! its peers (`bench/peers`) are measured by this file, so that both are measured alike.
//!
//! What it does *not* know: what is measured.

use std::fs;

/// Seconds of CPU time that a round takes at least.
const LEAST: f64 = 1.0;
const ROUNDS: usize = 3;

/// What a pass of the work takes.
pub struct Pace {
    /// Seconds of CPU time, in the round that is neither the fastest nor the slowest.
    pub seconds: f64,
    /// How far the other rounds are from that one at most, as a share of it.
    pub spread: f64,
}

/// Does the work once without counting, then again and again.
pub fn pace(work: &mut dyn FnMut()) -> Pace {
    work();
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| round(work)).collect();
    rounds.sort_by(f64::total_cmp);
    let seconds = rounds[ROUNDS / 2];
    let farthest = (rounds[ROUNDS - 1] - seconds).max(seconds - rounds[0]);
    Pace { seconds, spread: farthest / seconds }
}

/// Seconds that a pass takes in a round.
fn round(work: &mut dyn FnMut()) -> f64 {
    let begin = thread_seconds();
    let mut passes = 0.0;
    loop {
        work();
        passes += 1.0;
        let spent = thread_seconds() - begin;
        if spent >= LEAST {
            return spent / passes;
        }
    }
}

/// The CPU time of this thread so far.
fn thread_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse::<f64>().ok());
    nanoseconds.unwrap_or(f64::MAX) / 1e9
}

/// What a text is repeated to: more than the processor keeps at hand.
pub const SIZE: usize = 32 << 20;

/// A text repeated to a size at least, each in lines of its own.
pub fn repeated(text: &[u8], size: usize) -> Vec<u8> {
    let mut all = Vec::with_capacity(size + text.len() + 1);
    while all.len() < size {
        all.extend_from_slice(text);
        if all.last() != Some(&b'\n') {
            all.push(b'\n');
        }
    }
    all
}
