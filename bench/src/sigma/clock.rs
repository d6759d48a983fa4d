//! The processor's time: what a thread used, however many others want it.

use std::fs;

/// Nanoseconds of CPU time, of user and system, of this thread so far.
#[must_use]
pub fn nanoseconds() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0)
}
