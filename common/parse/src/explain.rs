//! What a parser makes of one line, and why: the formats that were tried, where each stopped,
//! which bytes of the line each field was read from, and what helpers made of the body.
//!
//! What it does *not* know: how it is printed. `siemparse --explain` does that.

use crate::format::{self, Format, Miss, Next};
use crate::helper;
use crate::line::Line;
use crate::parser::Parser;
use common::event::{Event, ValueRef};
use std::ops::Range;
use std::sync::Arc;

/// A part of the line and what was read from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The field's name, `@timestamp` for the stamp.
    pub name: String,
    /// The bytes of the line, without its ending.
    pub range: Range<usize>,
}

/// How a line was read.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    /// The format that understood the line.
    pub format: Option<Format>,
    /// The formats that did not, in the order in which they were tried.
    pub misses: Vec<(Format, Miss)>,
    /// Where fields were read from, in the line's order. Values that were repaired, unescaped or
    /// converted have no span of their own.
    pub spans: Vec<Span>,
    /// The text that helpers looked at: the message, or the message that it repeats.
    pub body: String,
    /// What helpers did with it. Its places count from the body's beginning.
    pub helper: helper::Explanation,
    /// The event.
    pub event: Event<'a>,
}

impl Parser {
    /// Reads a line as [`Parser::parse`] does, with all that was noticed; the parser stays as it
    /// was.
    #[must_use]
    pub fn explain<'a>(&self, line: Line<'a>) -> Explanation<'a> {
        let mut misses = Vec::new();
        let mut bare = self.clone();
        bare.set_helpers(Arc::default());
        let (before, found) =
            bare.read(line, Some(&mut |format, miss| misses.push((format, miss))));
        let text = String::from_utf8_lossy(line.bytes);
        let mut body = match found.and_then(|(_, found)| found.inner) {
            Some((start, end)) => text[start..end].to_owned(),
            None => before.message.clone().into_owned(),
        };
        let is_read = found.is_some_and(|(_, found)| found.next == Next::Read);
        let mut helper = self.helpers.explain(&body, &before, is_read);
        if let (None, false, Some((start, _))) =
            (helper.chosen, is_read, format::behind_own_stamp(&body))
        {
            let behind = self.helpers.explain(&body[start..], &before, false);
            if behind.chosen.is_some() {
                (helper, body) = (behind, body.split_off(start));
            }
        }
        let event = self.clone().parse(line);
        if helper.chosen.is_none() && event.helper.is_some() {
            // The text among the pairs that the message was.
            body = event.message.clone().into_owned();
            helper = self.helpers.explain(&body, &before, is_read);
        }
        let mut spans = spans(line.bytes, &before);
        if let Some((_, found)) = found {
            let (start, end) = found.stamp;
            if start < end {
                spans.push(Span { name: "@timestamp".to_owned(), range: start..end });
            }
        }
        spans.sort_by_key(|span| (span.range.start, span.range.end));
        let format = found.map(|(format, _)| format);
        Explanation { format, misses, spans, body, helper, event }
    }
}

/// The spans of all texts that the event borrows from the line.
fn spans(line: &[u8], event: &Event<'_>) -> Vec<Span> {
    let columns = [
        ("host.name", Some(&event.host_name)),
        ("process.name", event.process_name.as_ref()),
        ("process.executable", event.process_executable.as_ref()),
        ("process.command_line", event.process_command_line.as_ref()),
        ("user.name", event.user_name.as_ref()),
        ("user.target.name", event.user_target_name.as_ref()),
        ("event.dataset", event.dataset.as_ref()),
        ("event.category", event.event_category.as_ref()),
        ("event.action", event.event_action.as_ref()),
        ("event.outcome", event.event_outcome.as_ref()),
        ("event.code", event.event_code.as_ref()),
        ("network.transport", event.network_transport.as_ref()),
        ("message", Some(&event.message)),
    ];
    let texts = columns.iter().filter_map(|(name, text)| Some((*name, text.as_ref()?.as_ref())));
    let added = event.ext.iter().map(|(name, value)| (name, ValueRef::from(value)));
    let fields = added.chain(event.original.iter()).filter_map(|(name, value)| match value {
        ValueRef::Text(text) => Some((name, text)),
        _ => None,
    });
    texts
        .chain(fields)
        .filter_map(|(name, text)| Some(Span { name: name.to_owned(), range: within(line, text)? }))
        .collect()
}

/// Where a text lies in the line, when it is a part of it and not a copy.
fn within(line: &[u8], part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(line.as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (end <= line.len() && !part.is_empty()).then_some(start..end)
}
