//! Helpers at work: the body of a line in, fields added to its event.
//!
//! ```text
//!  body ─► guard: program ─► group ─► first byte ─► literals ─► candidates
//!                                                                   │ in order of precedence
//!                    event ◄── typed fields ◄── captures ◄── pattern, compiled on first use
//! ```
//!
//! * *Group*: the helpers that a program's events may meet; found by one hash look-up.
//! * *Candidate*: a pattern one of whose required literals occurs in the body, or one that has no
//!   such literal ([`literal`]). What the prefilter drops could not have matched; a test compares.
//! * *Precedence*: higher priority, longer literal, order of the helpers, order of the patterns in
//!   one helper. The first that matches fills the event; collectors run besides.
//! * *Bounds*: only the first [`CAP`] bytes of a body are looked at, so a pattern that ends in `$`
//!   takes no longer body; the regex engine is linear; collectors stop after [`MATCHES`] matches.
//! * *Start*: nothing is parsed or compiled until a body needs it.
//!
//! Captured text borrows from the body. What it does *not* know: headers, files, databases.

mod convert;
mod direct;
mod explain;
mod gate;
mod group;
mod hit;
mod lint;
mod literal;
mod pattern;
mod set;
mod target;
mod test;

pub use explain::{Explanation, Filled, Literal, Tried};
pub use lint::{Lint, Remark, lint};
pub use pattern::{MATCHES, PrepareError};
pub use set::{CAP, Helpers};
pub use test::{Failure, Reason, changes, test};
