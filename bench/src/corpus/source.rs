//! Events of a corpus's file, as siemparse would make them: UTC, one afternoon in 2026, the shipped
//! helpers, no other word about the file than perhaps its program.
//!
//! What it does *not* know: what the events should be.

use common::clock::Timestamp;
use common::event::Event;
use parse::helper::Helpers;
use parse::{Parser, Settings, lines};
use std::sync::Arc;

/// The events of a file's bytes, in order; an event's `seq` is its line, from 1.
#[must_use]
pub fn events(bytes: &[u8], program: Option<&str>, helpers: &Arc<Helpers>) -> Vec<Event<'static>> {
    let reference = Timestamp::parse("2026-11-20T12:00:00Z").unwrap_or(Timestamp(0));
    let program = program.map(str::to_owned);
    let settings = Settings { reference, read_at: reference, program, ..Settings::default() };
    let Ok(mut parser) = Parser::new(settings, None) else { return Vec::new() };
    parser.set_helpers(Arc::clone(helpers));
    lines(bytes, 0).map(|line| parser.parse(line).into_owned()).collect()
}
