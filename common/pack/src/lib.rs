//! Files of rules: what the user names, to texts, to rules.
//!
//! ```text
//!  paths ─► find ─┬─► text files ──────┐
//!                 └─► archive (in memory) ─► File ─┬► rules ─► Pack: rules, refusals
//!                                                   └► values, of a reference set
//! ```
//!
//! siemmanage imports what siemtrigger runs from files: both read through here, so that both take
//! and refuse the same.
//!
//! # Constraints
//!
//! * Nothing is unpacked to disk; a path inside of an archive is only a name.
//! * Files are hostile: their number and sizes are bounded, packed or not.
//! * No database.

mod fault;
mod archive;
mod find;
mod rules;
mod signature;
mod values;

pub use fault::PackError;
pub use find::{File, is_archive, read, read_as};
pub use rules::{Pack, is_case, load, load_brief, load_with, rule_files};
pub use signature::signer;
pub use values::{values, write_values};
