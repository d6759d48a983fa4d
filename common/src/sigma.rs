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

mod refusal;
mod alias;
mod document;
mod value;
mod encode;
mod modifier;
mod placeholder;
mod item;
mod condition;
mod detection;
mod correlation;
mod made;
mod exclusion;
mod reference;
mod stored;
mod collection;

pub use collection::{Collection, Found};
pub use document::names;
pub use refusal::Refusal;

#[cfg(test)]
mod tests;
