//! What the tools print: safe text, record formats, tables, bars, the pager.
//!
//! ```text
//!  record ─► Format (table json jsonl csv tsv raw) ─► Sink ─► terminal, through a pager when long
//!  counts ─► bar                                          └─► pipe or file
//! ```
//!
//! Formats stream: none keeps more than a screenful. Text from logs reaches a terminal escaped
//! ([`escape`]), and truncated only there. What it does *not* know: where records come from.

mod bar;
mod csv;
mod grid;
mod json;
mod jsonl;
mod paint;
mod raw;
mod record;
mod safe;
mod sink;
mod table;
mod terminal;
mod tsv;

pub use bar::{Bars, counts};
pub use csv::Csv;
pub use grid::{Align, Grid};
pub use json::Json;
pub use jsonl::JsonLines;
pub use paint::{Paint, severity};
pub use raw::Raw;
pub use record::{Format, Record};
pub use safe::escape;
pub use sink::Sink;
pub use table::{Shown, Table};
pub use terminal::{Color, Terminal};
pub use tsv::Tsv;

#[cfg(test)]
mod tests;
