//! From a line to an event: formats, sniffing, time, helpers.
//!
//! ```text
//!  bytes ─► frame/line ─► parser ─┬─► format (rfc3164, iso, rfc5424, journald, json, access, error, logfmt)
//!                                 │      └─ stamp ─► calendar (zone, year)
//!                                 ├─► helpers
//!                                 └─► Event::normalise ─► Event<'line>
//! ```
//!
//! Pure: no I/O, no clock, no database. An event borrows from its line. Nothing fails: a line that
//! no format understands is an event with the tag `unparsed`.

mod stamp;
mod calendar;
mod syslog;
mod alias;
mod format;
pub mod helper;
mod line;
mod frame;
mod parser;
mod explain;

pub use explain::{Explanation, Span};
pub use format::{Format, Miss, UnknownFormat};
pub use frame::{Frame, frame, records};
pub use line::{Line, lines};
pub use parser::{Parser, Settings, StateError};
