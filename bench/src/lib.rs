//! Seeded input for the demo, the benchmarks and long tests.
//!
//! ```text
//!  seed, now ─► random ─► story (one day with three attacks) ─► auth.log, access.log
//! ```
//!
//! Equal seeds and times give equal bytes. What it does *not* know: the tools.

pub mod random;
pub mod story;
