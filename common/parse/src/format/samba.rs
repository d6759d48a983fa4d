//! Samba's authentication audit as text, which has its stamp inside.
//!
//! ```text
//!   Auth: [SMB2,(null)] user [DOMAIN]\[name] at [Thu, 14 Oct 2021 15:24:12.023984 UTC] with [NTLMv2] status …
//! ```
//!
//! Domain and name are the client's text, and Samba does not escape brackets in them: the stamp is
//! the last one that ` at [` and `] with [` enclose.
//!
//! What it does *not* know: the rest of the line; helpers read it.

use super::{Found, Miss, Spec};
use crate::memory::Memory;
use crate::stamp::written::{self, When};
use common::event::Event;

pub(super) const SPEC: Spec = Spec::payload(read).first(b" A");

fn read<'a>(line: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    let start = line.len() - line.trim_start_matches(' ').len();
    if !line[start..].starts_with("Auth: [") {
        return Miss::at(start, "Auth: [");
    }
    let Some((close, _)) =
        line.rmatch_indices("] with [").find(|(close, _)| open(line, *close).is_some())
    else {
        return Miss::at(start, "a stamp between \" at [\" and \"] with [\"");
    };
    let open = open(line, close).unwrap_or(close);
    let Some((When::Full(stamp), end)) = written::read(line.as_bytes(), open) else {
        return Miss::at(open, "a stamp (Thu, 14 Oct 2021 15:24:12 UTC)");
    };
    (event.time, event.time_quality) = memory.instant(stamp);
    event.process_name.get_or_insert("smbd".into());
    event.dataset.get_or_insert("linux.samba".into());
    event.message = line[start..].into();
    Ok(Found { stamp: (open, end), ..Found::default() })
}

/// Where the stamp begins that ends at a column.
fn open(line: &str, close: usize) -> Option<usize> {
    let open = line[..close].rfind(" at [")? + 5;
    let (when, end) = written::read(line.as_bytes(), open)?;
    (end == close && matches!(when, When::Full(_))).then_some(open)
}
