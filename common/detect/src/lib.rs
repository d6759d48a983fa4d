//! Detection: events to hits, hits to SIEM events. Pure: no clock, no database, no I/O.
//!
//! ```text
//!  event ─► engine ─► part ─► hit ┐
//!  SIEM event ─► chain ──────────┴─► Evaluator ─► plain     one SIEM event a hit
//!                                        ├──────► window    sliding: a counter's instants
//!                                        │          └─ counter: tree (numbers), sequence (order)
//!                                        ├──────► closed    sums, means, ranges: decided once
//!                                        └──────► dead      fixed buckets, decided once
//!  event × rule ─► explain
//! ```
//!
//! A Sigma detection is a filter like any other. A correlation is a rule whose hits carry what it
//! counts (`part`): values, or the numbers of the rules that matched.
//!
//! What comes out is a function of the hits and the commits they came with: in whatever order and
//! portions commits are shown, as long as their order is kept, the SIEM events are the same.
//! State can be dropped at any time; [`Evaluator::needs`] says what to load again.

mod group;
mod engine;
mod part;
mod outcome;
mod instant;
mod shape;
mod vault;
mod chain;
mod tree;
mod sequence;
mod counter;
mod aggregate;
mod measure;
mod window;
mod closed;
mod dead;
mod evaluator;
mod deferred;
mod replay;
mod explain;

pub use chain::chained;
pub use dead::LATENESS;
pub use engine::{Engine, Stage};
pub use evaluator::{Evaluator, Need};
pub use explain::{Line, explain};
pub use group::group;
pub use measure::measure;
pub use outcome::{Mark, Outcome};
pub use part::{Found, found};
pub use replay::{Known, Replay};
pub use vault::{Led, Memory, Portion, Vault};
