//! From a line to an event: formats, sniffing, time, helpers.
//!
//! ```text
//!  bytes ─► frame/line ─► parser ─┬─► joint (records of several lines)
//!                                 ├─► read ─► format ─► payload ─► helpers
//!                                 │             └─ stamp ─► calendar (zone, year)
//!                                 └─► Event::normalise ─► Event<'line>
//! ```
//!
//! Pure: no I/O, no clock, no database. An event borrows from its line. Nothing fails: a line that
//! no format understands is an event with the tag `unparsed`.

mod kept;
mod stamp;
mod calendar;
mod place;
mod header;
mod memory;
mod level;
mod mark;
mod alias;
mod syslog;
mod category;
mod pair;
mod source;
mod shape;
mod columns;
mod line;
mod joint;
mod start;
mod format;
pub mod helper;
mod read;
mod frame;
mod parser;
mod explain;

pub use explain::{Explanation, Span};
pub use format::{Format, Miss, UnknownFormat};
pub use frame::{Frame, frame, records};
pub use line::{Line, lines};
pub use parser::{Parser, Settings, StateError};
pub use start::{Start, StartError};
