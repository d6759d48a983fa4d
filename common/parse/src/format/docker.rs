//! The lines of containers as Docker keeps them (json-file).
//!
//! ```text
//! {"log":"text of any format\\n","stream":"stdout","time":"2016-10-06T00:17:09.669794202Z"}
//! {"log":"the first 16 KiB of a long line","stream":"stdout","time":"…"}
//! {"log":" and the rest\\n","stream":"stdout","time":"…"}
//! ```
//!
//! What a container printed is read as a line of its own; its time is the runtime's unless the
//! line has one. A text without a line feed is a part: Docker cuts after 16 KiB. Parts that follow
//! one another are one record, whose time is that of the first; a line of the other stream ends it.
//!
//! What it does *not* know: containers; their ids are in the file's path.

use super::spec::{Found, Miss, Next, Spec};
use crate::columns;
use crate::joint::Joint;
use crate::memory::Memory;
use crate::source::Source as _;
use common::event::{Event, Object, Value};
use std::borrow::Cow;

pub(super) const LINE: Spec = Spec::object(line, &[&["log"], &["stream"], &["time"]]).header();
pub(super) const PARTS: Spec =
    Spec::line(parts).first(b"{").joined(Joint::Run { begins: is_part, goes_on, ends }).header();

fn line<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let (Some(log), Some(stream), Some(time)) =
        (fields.line("log"), fields.text("stream"), fields.text("time"))
    else {
        return Miss::at(0, "a container's line (log, stream, time)");
    };
    if !matches!(stream, "stdout" | "stderr") || !columns::iso_time(time, memory, event) {
        return Miss::at(0, "a container's line (stream, time)");
    }
    event.dataset = Some("container.log".into());
    event.message = log;
    if let Some(Value::Text(tag)) = fields.value("attrs.tag") {
        event.process_name = Some(tag.clone());
    }
    Ok(Found { next: Next::Line, ..Found::default() })
}

/// What follows the text of a line that Docker wrote, and whether the text ends in a line feed.
fn tail(line: &[u8]) -> Option<(&[u8], bool)> {
    const STREAM: &[u8] = b"\",\"stream\":\"";
    line.strip_prefix(b"{\"log\":\"")?;
    // It stands near the end, and few letters between are the first of its word.
    let mut begins = memchr::memrchr_iter(b's', line).filter_map(|at| at.checked_sub(3));
    let at = begins.find(|&at| line[at..].starts_with(STREAM))?;
    let log = &line[8..at];
    let slashes = log
        .strip_suffix(b"n")
        .map_or(0, |log| log.iter().rev().take_while(|&&byte| byte == b'\\').count());
    Some((&line[at + STREAM.len()..], slashes % 2 == 1))
}

fn is_part(line: &[u8]) -> bool {
    tail(line).is_some_and(|(_, is_whole)| !is_whole)
}

/// A part is followed by a line of the same stream.
fn goes_on(record: &[u8], line: &[u8]) -> bool {
    let first = &record[..memchr::memchr(b'\n', record).unwrap_or(record.len())];
    let stream = |line| tail(line).map(|(tail, _)| tail.get(..6));
    stream(line).is_some() && stream(first) == stream(line)
}

fn ends(line: &[u8]) -> bool {
    !is_part(line)
}

fn parts<'a>(record: &'a str, memory: &mut Memory, event: &mut Event<'a>) -> Result<Found, Miss> {
    if !record.starts_with("{\"log\":\"") || !record.contains('\n') {
        return Miss::at(0, "several parts of a container's line");
    }
    let mut message = String::with_capacity(record.len());
    for (nth, part) in record.lines().enumerate() {
        let Ok(fields) = Object::read(Cow::Borrowed(part)) else {
            return Miss::at(0, "a part of a container's line");
        };
        if nth == 0 {
            line(&fields, memory, event)?;
            let stream = fields.value("stream");
            stream.into_iter().for_each(|stream| event.ext.push("stream", stream));
        }
        message.push_str(fields.text("log").unwrap_or_default());
    }
    message.truncate(message.trim_end_matches(['\n', '\r']).len());
    event.message = Cow::Owned(message);
    Ok(Found { next: Next::Line, ..Found::default() })
}
