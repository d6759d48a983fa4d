//! Seeded input for the demo, the benchmarks and long tests, and the measure of accuracy.
//!
//! ```text
//!  seed, now ─► random ─► story (one day with three attacks) ─► auth.log, access.log
//!  corpora with ground truth ─► corpus ─► misses by field and by set
//!  a piece of work ─► round ─► CPU time of a pass
//!  rules, events ─► sigma ─► CPU time beside rsigma
//!  numbered probes ─► a program of the suite ─► arrival ─► p50, p99
//! ```
//!
//! Equal seeds and times give equal bytes. What it does *not* know: the tools.

pub mod random;
pub mod round;
pub mod arrival;
pub mod story;
pub mod corpus;
pub mod sigma;
