//! How one text is read: which format, and what is in the message that it found.
//!
//! ```text
//!  text ─► format ─┬─► message ─► payload, or a line of any format ─► …
//!                  └─► helpers, where nothing more is found
//! ```
//!
//! A JSON object is taken apart once, whatever the number of formats that look at its fields. The
//! fields of an object that is the whole record are the event's original ones; those of an object
//! inside a message go with the event.
//!
//! What it does *not* know: lines, states, raw bytes.

use crate::format::{self, Format, Found, Miss, Next, Reads};
use crate::helper::Helpers;
use crate::memory::Memory;
use common::event::{Event, Fields, RawKind};
use std::borrow::Cow;

/// How deep formats lie in one another: a container's line, a header, a payload.
const DEPTH: usize = 4;

/// What is known before a text is looked at.
pub(crate) struct Text<'p> {
    /// The format that the user names.
    pub(crate) forced: Option<Format>,
    /// The format of the last text that was understood.
    pub(crate) seen: Option<Format>,
    /// The program of texts that name none.
    pub(crate) program: Option<&'static str>,
    pub(crate) helpers: &'p Helpers,
}

/// Why a text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Whole,
    Inside { depth: usize, is_payload: bool },
}

impl Text<'_> {
    /// Reads a record's text.
    pub(crate) fn read<'t>(
        &self,
        text: &'t str,
        memory: &mut Memory,
        event: &mut Event<'t>,
        missed: &mut dyn FnMut(Format, Miss),
    ) -> Option<(Format, Found)> {
        let found = self.sniff(text, Place::Whole, memory, event, missed)?;
        self.complete(text, found.1, 0, memory, event);
        Some(found)
    }

    /// Tries the remembered format, then the others in their order, the generic ones last.
    fn sniff<'t>(
        &self,
        text: &'t str,
        place: Place,
        memory: &mut Memory,
        event: &mut Event<'t>,
        missed: &mut dyn FnMut(Format, Miss),
    ) -> Option<(Format, Found)> {
        let is_whole = place == Place::Whole;
        let forced = self.forced.filter(|_| is_whole);
        let seen = self.seen.filter(|seen| is_whole && !seen.is_generic() && seen.may_be(text));
        let is_payload = matches!(place, Place::Inside { is_payload: true, .. });
        let others = |is_generic| {
            Format::candidates(text, is_payload).filter(move |&format| {
                forced.is_none() && Some(format) != seen && format.is_generic() == is_generic
            })
        };
        let mut object = None;
        for format in forced.or(seen).into_iter().chain(others(false)).chain(others(true)) {
            let found = match format.spec().reads {
                Reads::Text(read) => read(text, memory, event),
                Reads::Object(read) => match object.get_or_insert_with(|| format::object(text)) {
                    Ok((fields, _)) => read(fields, memory, event),
                    Err(miss) => Err(miss.clone()),
                },
            };
            match found {
                Ok(found) => {
                    if let (Reads::Object(_), Some(Ok(object))) = (format.spec().reads, object) {
                        keep(object, is_whole, event);
                    }
                    return Some((format, found));
                }
                Err(miss) => missed(format, miss),
            }
        }
        None
    }

    /// Looks at the message that a format found, then lets helpers look at it.
    fn complete<'t>(
        &self,
        text: &'t str,
        found: Found,
        depth: usize,
        memory: &mut Memory,
        event: &mut Event<'t>,
    ) {
        let is_inside = match found.next {
            Next::Payload => self.inside(true, depth, memory, event),
            Next::Line => self.inside(false, depth, memory, event),
            Next::Text => false,
            Next::Nothing if event.process_name.is_none() => return self.name(event),
            Next::Nothing => return,
        };
        if is_inside {
            return;
        }
        let is_named = event.process_name.is_some();
        let is_known = match found.inner {
            Some((start, end)) => self.helpers.apply_to(&text[start..end], event),
            None => self.helpers.apply(event),
        };
        if is_known {
            event.tags.retain(|tag| tag != "unparsed");
        }
        if !is_named {
            self.name(event);
        }
    }

    /// Names the program as the user does. A helper's name for it is a guess from its texts.
    pub(crate) fn name(&self, event: &mut Event<'_>) {
        if let Some(program) = self.program {
            event.process_name = Some(Cow::Borrowed(program));
        }
    }

    /// Reads the message as a text of its own. Whether a format understood it.
    fn inside(
        &self,
        is_payload: bool,
        depth: usize,
        memory: &mut Memory,
        event: &mut Event<'_>,
    ) -> bool {
        if depth >= DEPTH || Format::candidates(&event.message, is_payload).next().is_none() {
            return false;
        }
        let place = Place::Inside { depth, is_payload };
        match event.message {
            Cow::Borrowed(text) => self.inside_text(text, place, memory, event),
            Cow::Owned(_) => {
                let text = event.message.clone();
                let mut copy = event.clone();
                let is_found = self.inside_text(&text, place, memory, &mut copy);
                if is_found {
                    *event = copy.into_owned();
                }
                is_found
            }
        }
    }

    fn inside_text<'t>(
        &self,
        text: &'t str,
        place: Place,
        memory: &mut Memory,
        event: &mut Event<'t>,
    ) -> bool {
        let Place::Inside { depth, .. } = place else { return false };
        let Some((_, found)) = self.sniff(text, place, memory, event, &mut |_, _| {}) else {
            return false;
        };
        self.complete(text, found, depth + 1, memory, event);
        true
    }
}

/// Keeps an object's fields: as the original ones, which the raw line has, or with the event.
fn keep<'t>((fields, twice): (Fields<'t>, bool), is_whole: bool, event: &mut Event<'t>) {
    if twice {
        event.tag("dup_keys");
    }
    if is_whole {
        event.raw_kind = RawKind::Json;
        event.original = fields;
    } else {
        event.ext.prepend(fields);
    }
}
