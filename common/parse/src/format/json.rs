//! JSON lines: one object a line, of any program, or of `siemparse -o jsonl`.
//!
//! Nested objects become dotted names. The object's fields are the event's original fields and
//! live in the raw line alone; well-known names ([`crate::alias`]) also fill columns. Lists keep
//! their values; the column of a list takes its first.
//!
//! An object with `event.id`, `section` and `@timestamp` is one of our own: its tags and the
//! quality of its time are taken over as well. Its section is not: that is for the source's
//! settings to say.
//!
//! Objects that a format knows better are that format's. What is no object (a list, NaN, a cut line) misses here.
//!
//! Of services whose objects are told by their names ([`known`], [`application`], [`cloud`],
//! [`endpoint`]) further fields are filled. The message of a shipper that says only which file a line
//! is from is read as a line.
//!
//! What it does *not* know: the schema of any other program.

mod application;
mod bastion;
mod cloud;
mod endpoint;
mod known;
mod service;

use super::spec::{Found, Miss, Next, Spec};
use crate::alias::{self, Meaning, Ranks};
use crate::memory::Memory;
use crate::shape::Shapes;
use crate::source::Source as _;
use common::event::{Event, JsonError, Object, TimeQuality, Value};
use service::Service;
use std::borrow::Cow;
use std::rc::Rc;

pub(super) const SPEC: Spec = Spec::object(read, &[]).generic();

fn read<'a>(
    fields: &Object<'a>,
    memory: &mut Memory,
    event: &mut Event<'a>,
) -> Result<Found, Miss> {
    let names = names(fields);
    adopt_names(&names, fields, memory, event);
    if names.are_ours {
        adopt_own(fields, event);
    } else if let Some(service) = names.service {
        service.fill(fields, memory, event);
        return Ok(Found { next: service.next, ..Found::default() });
    } else if names.are_of_a_shipper && event.dataset.is_none() {
        // What it read from a file and did not look at.
        return Ok(Found { next: Next::Line, ..Found::default() });
    } else if event.event_category.is_none() && event.ext.get("http.request.method").is_some() {
        asked(event);
    }
    Ok(Found::default())
}

/// What a request and its status say of the kind of event, whatever program wrote it.
fn asked(event: &mut Event<'_>) {
    let Some(Value::Int(status)) = event.ext.get("http.response.status_code") else { return };
    let outcome = if *status < 400 { "success" } else { "failure" };
    event.event_category = Some("web".into());
    event.event_outcome = event.event_outcome.take().or(Some(outcome.into()));
}

/// Fills the columns that well-known names mean.
pub(super) fn adopt<'a>(fields: &Object<'a>, memory: &mut Memory, event: &mut Event<'a>) {
    adopt_names(&names(fields), fields, memory, event);
}

fn adopt_names<'a>(names: &Names, fields: &Object<'a>, memory: &mut Memory, event: &mut Event<'a>) {
    let mut ranks = Ranks::default();
    for &(place, meaning) in names.meanings.iter() {
        if let (Some(name), Some(value)) = (fields.name_at(place), fields.value_at(place)) {
            alias::adopt_as(meaning, name, &value, &mut ranks, memory, event);
        }
    }
}

/// What the names of a shape tell.
#[derive(Clone, Default)]
struct Names {
    /// Where those stand that mean something in any program's objects, and what they mean.
    meanings: Rc<[(usize, (Meaning, u8))]>,
    /// Whether our own events have them.
    are_ours: bool,
    service: Option<&'static Service>,
    /// Whether a shipper adds them to a line.
    are_of_a_shipper: bool,
}

thread_local! {
    static KNOWN: Shapes<Names> = const { Shapes::new() };
}

fn names(fields: &Object<'_>) -> Names {
    let find = || {
        let names = fields.names().enumerate();
        let has_both = |one, other| fields.has(one) && fields.has(other);
        Names {
            meanings: names
                .filter_map(|(place, name)| Some((place, alias::meaning(name)?)))
                .collect(),
            are_ours: has_both("event.id", "section"),
            service: known::of(fields),
            are_of_a_shipper: has_both("log.file.path", "agent.type"),
        }
    };
    KNOWN.with(|known| known.of(fields, find))
}

/// The fields of a text that is a JSON object.
pub(crate) fn object(text: &str) -> Result<Object<'_>, Miss> {
    if !text.trim_start_matches([' ', '\t']).starts_with('{') {
        return Miss::at(0, "a JSON object");
    }
    let wrong =
        |error: JsonError| Miss { column: error.column.saturating_sub(1), expected: "valid JSON" };
    Object::original(Cow::Borrowed(text)).map_err(wrong)
}

/// Takes over what only our own events say.
fn adopt_own<'a>(fields: &Object<'a>, event: &mut Event<'a>) {
    if event.time_quality != TimeQuality::None
        && let Some(Value::Int(number)) = fields.value("time.quality")
    {
        event.time_quality = TimeQuality::from_number(number);
    }
    if let Some(Value::Text(helper)) = fields.value("event.provider") {
        event.helper = Some(helper.clone());
    }
    if let Some(Value::List(tags)) = fields.value("tags") {
        let text = |tag: &Value<'a>| match tag {
            Value::Text(tag) if !tag.contains(' ') => Some(tag.clone()),
            _ => None,
        };
        event.tags.extend(tags.iter().filter_map(text));
        event.tags.sort();
        event.tags.dedup();
    }
}
