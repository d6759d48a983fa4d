//! Named places where a test ends a program at once, as a kill or a power failure would.
//!
//! `SIEM_CRASH=after_copy:3` aborts the process at the third passing of `after_copy`. Only debug
//! builds look at the variable; in a release build a place is nothing at all.
//!
//! What it does *not* know: what stands before and behind a place.

/// A place where the process may end.
#[cfg(debug_assertions)]
pub fn place(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static PLAN: OnceLock<Option<(String, AtomicU64)>> = OnceLock::new();
    let plan = PLAN.get_or_init(|| {
        let text = std::env::var("SIEM_CRASH").ok()?;
        let (name, times) = text.split_once(':')?;
        Some((name.to_owned(), AtomicU64::new(times.parse().ok()?)))
    });
    if let Some((wanted, times)) = plan
        && wanted == name
        && times.fetch_sub(1, Ordering::Relaxed) == 1
    {
        std::process::abort();
    }
}

/// A place where the process may end: not in this build.
#[cfg(not(debug_assertions))]
pub fn place(_: &str) {}
