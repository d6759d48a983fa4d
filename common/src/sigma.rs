//! Sigma: documents of rules in YAML to rules of the suite.
//!
//! ```text
//!  text ─► yaml ─► Document ─┬─► detection ─► Filter ─┐
//!                            ├─► correlation          ├─► Collection ─► Rule, or a refusal
//!                            └─► filter (an exclusion)┘
//! ```
//!
//! A document becomes a rule like any other: its condition is a [`Filter`](crate::filter::Filter)
//! over labels and the source's own fields, its aliases are written out in it, so that the rule
//! means the same whatever later versions of the tables say.
//!
//! Whatever the specification does not define, or this program cannot do, is refused with its
//! place and reason; nothing is read past in silence.
//!
//! What it does *not* know: files, databases, how rules are evaluated.

mod alias;
mod collection;
mod condition;
mod correlation;
mod detection;
mod document;
mod encode;
mod exclusion;
mod item;
mod modifier;
mod placeholder;
mod reference;
mod stored;
mod value;

pub use collection::{Collection, Found, Refusal};
pub use document::names;

#[cfg(test)]
mod tests;
