//! Which machine this is, and when it was started.
//!
//! What it does *not* know: events.

use crate::line::Machine;
use crate::system;
use common::clock::Timestamp;
use std::fs;

/// This machine.
#[must_use]
pub(crate) fn here() -> Machine {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let host = read("/proc/sys/kernel/hostname");
    Machine {
        host: if host.is_empty() { "-".to_owned() } else { host },
        boot_id: read("/proc/sys/kernel/random/boot_id"),
        booted: booted(),
    }
}

/// When the machine was started, by the present wall clock: a clock that is set moves it.
#[must_use]
pub(crate) fn booted() -> i64 {
    Timestamp::now().0 - i64::try_from(system::boot_time() / 1000).unwrap_or(0)
}
