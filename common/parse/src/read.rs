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

use crate::format::{self, Candidates, Format, Found, Miss, Next, Reads};
use crate::helper::Helpers;
use crate::memory::Memory;
use crate::shape::Shapes;
use common::event::{Event, Fields, Object, RawKind};
use common::field::Column;
use std::borrow::Cow;
use std::cell::Cell;

/// How deep formats lie in one another: a container's line, a header, a payload.
const DEPTH: usize = 4;

/// Who is told where formats stopped; mostly nobody.
pub(crate) type Misses<'m> = Option<&'m mut dyn FnMut(Format, Miss)>;

/// What is known before a text is looked at.
pub(crate) struct Text<'p> {
    /// The format that the user names.
    pub(crate) forced: Option<Format>,
    /// The format of the last text that was understood.
    pub(crate) seen: Option<Format>,
    /// The format of the last payload that was understood.
    pub(crate) payload: Cell<Option<Format>>,
    /// The program of texts that name none.
    pub(crate) program: Option<&'static str>,
    pub(crate) helpers: &'p Helpers,
}

/// Why a text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Whole,
    Inside { depth: usize, is_payload: bool, wanted: Option<Format> },
}

impl Text<'_> {
    /// Reads a record's text.
    pub(crate) fn read<'t>(
        &self,
        text: &'t str,
        memory: &mut Memory,
        event: &mut Event<'t>,
        missed: Misses<'_>,
    ) -> Option<(Format, Found)> {
        let (format, found) = self.sniff(text, Place::Whole, memory, event, missed)?;
        let wanted = self.forced.filter(|forced| *forced != format);
        let is_inside = self.complete(text, found, (0, wanted), memory, event);
        if wanted.is_some() && !is_inside && event.helper.is_none() {
            event.tag("unparsed");
        }
        Some((format, found))
    }

    /// Tries the remembered format, then the others in their order, the generic ones last; where
    /// the user names a format, that one and the headers that it may stand after.
    fn sniff<'t>(
        &self,
        text: &'t str,
        place: Place,
        memory: &mut Memory,
        event: &mut Event<'t>,
        missed: Misses<'_>,
    ) -> Option<(Format, Found)> {
        let is_whole = place == Place::Whole;
        let forced = match place {
            Place::Whole => self.forced,
            Place::Inside { wanted, .. } => wanted,
        };
        let is_payload = matches!(place, Place::Inside { is_payload: true, .. });
        let seen = match place {
            Place::Whole => self.seen,
            Place::Inside { is_payload: true, .. } => self.payload.get(),
            Place::Inside { is_payload: false, .. } => None,
        };
        let seen = seen.filter(|seen| forced.is_none() && !seen.is_generic() && seen.may_be(text));
        let first = forced.or(seen);
        let mut others = Format::candidates(text, is_payload, first);
        if let Some(forced) = forced {
            others.keep(|format| is_header_of(format, forced));
        }
        let may_be_object = matches!(text.as_bytes().first(), Some(b'{' | b' ' | b'\t'));
        let found = if forced.is_none() && !may_be_object {
            plain(text, seen, others, memory, event, missed)?
        } else {
            first_of(text, (first, others), is_whole, memory, event, missed)?
        };
        if is_payload {
            self.payload.set(Some(found.0));
        }
        Some(found)
    }

    /// Looks at the message that a format found, then lets helpers look at it. Whether another
    /// format understood it.
    fn complete<'t>(
        &self,
        text: &'t str,
        found: Found,
        (depth, wanted): (usize, Option<Format>),
        memory: &mut Memory,
        event: &mut Event<'t>,
    ) -> bool {
        let is_inside = match found.next {
            Next::Payload => {
                self.inside(Place::Inside { depth, is_payload: true, wanted }, memory, event)
            }
            Next::Line => {
                self.inside(Place::Inside { depth, is_payload: false, wanted }, memory, event)
            }
            Next::Text | Next::Read => false,
            Next::Nothing => {
                if event.process_name.is_none() {
                    self.name(event);
                }
                return false;
            }
        };
        if is_inside {
            return true;
        }
        let is_named = event.process_name.is_some();
        if found.next == Next::Read {
            self.helpers.apply_read(event);
            if !is_named {
                self.name(event);
            }
            return false;
        }
        let is_known = match found.inner {
            Some((start, end)) => self.helpers.apply_to(&text[start..end], event),
            None => {
                self.helpers.apply(event)
                    || self.apply_behind_own_stamp(event)
                    || self.apply_to_pairs(memory, event)
            }
        };
        if is_known {
            event.tags.retain(|tag| tag != "unparsed");
        }
        if !is_named {
            self.name(event);
        }
        false
    }

    /// Shows helpers the message without the stamp and the level that its program put before it,
    /// as those of its own files have. Whether one took it.
    fn apply_behind_own_stamp(&self, event: &mut Event<'_>) -> bool {
        let Some((start, level)) = format::behind_own_stamp(&event.message) else { return false };
        event.log_severity = event.log_severity.or(level);
        self.helpers.apply_behind(start, event)
    }

    /// Takes a message of pairs that no helper knows apart, and shows helpers the text among them.
    fn apply_to_pairs<'t>(&self, memory: &mut Memory, event: &mut Event<'t>) -> bool {
        let Cow::Borrowed(text) = event.message else { return false };
        let is_read = !self.helpers.is_empty() && format::pairs_inside(text, memory, event);
        if is_read {
            self.helpers.apply(event);
        }
        is_read
    }

    /// Names the program as the user does. A helper's name for it is a guess from its texts.
    pub(crate) fn name(&self, event: &mut Event<'_>) {
        if let Some(program) = self.program {
            event.process_name = Some(Cow::Borrowed(program));
        }
    }

    /// Reads the message as a text of its own. Whether a format understood it.
    fn inside(&self, place: Place, memory: &mut Memory, event: &mut Event<'_>) -> bool {
        let Place::Inside { depth, is_payload, wanted } = place else { return false };
        let has_candidates =
            || Format::candidates(&event.message, is_payload, None).next().is_some();
        if depth >= DEPTH || wanted.is_none() && !has_candidates() {
            return false;
        }
        match event.message {
            Cow::Borrowed(text) => self.inside_text(text, place, memory, event),
            Cow::Owned(_) => {
                let text = std::mem::take(&mut event.message);
                let mut inner: Event<'_> = std::mem::take(event);
                inner.message = Cow::Borrowed(&text);
                let is_found = self.inside_text(&text, place, memory, &mut inner);
                *event = inner.into_owned();
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
        let Place::Inside { depth, wanted, .. } = place else { return false };
        let Some((format, found)) = self.sniff(text, place, memory, event, None) else {
            return false;
        };
        let wanted = wanted.filter(|wanted| *wanted != format);
        let is_inside = self.complete(text, found, (depth + 1, wanted), memory, event);
        wanted.is_none() || is_inside
    }
}

/// Reads a text that begins as no object does: most do, and nothing need be kept between formats.
fn plain<'t>(
    text: &'t str,
    seen: Option<Format>,
    mut others: Candidates,
    memory: &mut Memory,
    event: &mut Event<'t>,
    mut missed: Misses<'_>,
) -> Option<(Format, Found)> {
    let mut next = seen;
    while let Some(format) = next.take().or_else(|| others.next()) {
        let Reads::Text(read) = format.spec().reads else { continue };
        match read(text, memory, event) {
            Ok(found) => return Some((format, found)),
            Err(miss) => {
                if let Some(missed) = &mut missed {
                    missed(format, miss);
                }
            }
        }
    }
    None
}

/// The first format that understands a text which may be an object. What an object lacks a name for
/// is not tried, unless somebody wants to know where it stops.
fn first_of<'t>(
    text: &'t str,
    (first, mut others): (Option<Format>, Candidates),
    is_whole: bool,
    memory: &mut Memory,
    event: &mut Event<'t>,
    mut missed: Misses<'_>,
) -> Option<(Format, Found)> {
    let mut object = None;
    let mut next = first.or_else(|| others.next());
    while let Some(format) = next {
        let found = match format.spec().reads {
            Reads::Text(read) => read(text, memory, event),
            Reads::Object(read) => match object.get_or_insert_with(|| format::object(text)) {
                Ok(fields) => read(fields, memory, event),
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
            Err(miss) => match (&mut missed, &object) {
                (Some(missed), _) => missed(format, miss),
                (None, Some(object)) => others.keep_fitting(object.as_ref().ok()),
                (None, None) => {}
            },
        }
        next = others.next();
    }
    None
}

/// Whether a format may stand before one that the user names.
fn is_header_of(format: Format, forced: Format) -> bool {
    format.is_header() && forced.is_payload() && format != forced
}

thread_local! {
    /// Whether an event has one of an object's names of its own.
    static HAS_OWN: Shapes<bool> = const { Shapes::new() };
}

/// Keeps an object's fields: as the original ones, which the raw line has, or with the event.
fn keep<'t>(object: Object<'t>, is_whole: bool, event: &mut Event<'t>) {
    if object.is_twice() {
        event.tag("dup_keys");
    }
    if is_whole {
        event.raw_kind = RawKind::Json;
        event.original = object;
    } else if HAS_OWN.with(|known| known.of(&object, || object.names().any(is_own))) {
        let mut fields = Fields::default();
        for (name, value) in object.fields().into_entries() {
            let name = if is_own(&name) { format!("original.{name}").into() } else { name };
            fields.push(name, value);
        }
        event.ext.prepend(fields);
    } else {
        event.ext.prepend(object.fields());
    }
}

/// Whether an event has this name of its own, so that nothing that is logged may stand for it.
fn is_own(name: &str) -> bool {
    let is_reserved = || {
        let inner = name.strip_prefix("event.").unwrap_or_default();
        matches!(inner, "id" | "ingested" | "original" | "original_b64" | "provider")
            || matches!(name, "section" | "tags" | "time.quality" | "log.offset")
    };
    Column::of_ecs(name).is_some() || is_reserved()
}
