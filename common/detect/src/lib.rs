//! Detection: events to hits, hits to SIEM events. Pure: no clock, no database, no I/O.
//!
//! ```text
//!  event ─► index ─► hit ─┐
//!  SIEM event ─► chain ───┴► Evaluator ─► plain   one SIEM event a hit
//!                                 ├─────► window  sliding, over a tree
//!                                 └─────► dead    fixed buckets, decided once
//!  event × rule ─► explain
//! ```
//!
//! A Sigma detection is a filter like any other. Rules are found by section and labels (`index`);
//! a correlation's windows stand beside `window` and `dead`.
//!
//! What comes out is a function of the hits and the commits they came with: in whatever order and
//! portions commits are shown, as long as their order is kept, the SIEM events are the same.
//! State can be dropped at any time; [`Evaluator::needs`] says what to load again.

mod chain;
mod dead;
mod evaluator;
mod explain;
mod index;
mod tree;
mod window;

pub use chain::chained;
pub use dead::LATENESS;
pub use evaluator::{Evaluator, Mark, Need, Outcome};
pub use explain::{Line, explain};
pub use index::{Index, group};
