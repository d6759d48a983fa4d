//! How fast the Sigma engine is, beside rsigma; and what it ships as data.
//!
//! ```text
//!  events ─► rarity                      config/sigma/rarity.tsv
//!  rules ─► copies                       more rules of the same kind
//!  rules, events ─► own, peer ─► rounds  seconds of CPU, pairs of line and rule
//! ```
//!
//! What it does *not* know: how the engine works.

pub mod clock;
pub mod copies;
pub mod own;
pub mod rarity;
pub mod rounds;
