//! What happened before and after an event or a SIEM event.
//!
//! Each line tells how far it is from there: `-3m12s`, `here`, `+0.4s`. A limit takes those that
//! are nearest, as many before as after. What it does *not* know: how SIEM events are found.

use crate::args::Args;
use crate::list;
use crate::request::{self, Request, event_id};
use crate::view::{Printer, View};
use crate::{column, siem};
use anyhow::Result;
use common::cli::{Failure, Kind};
use common::clock::span::{HOUR, MINUTE, Span};
use common::clock::{DAY, SECOND, Timestamp};
use common::event::{Event, EventId, ValueRef, write_member};
use common::field::Field;
use common::filter::Filter;
use common::output::{Record, Shown};
use std::borrow::Cow;
use std::ops::ControlFlow;
use store::{Order, Scan, Selection, Store};

/// The name of the distance among the fields.
const DISTANCE: &str = "around";

/// The event or SIEM event in the middle.
struct Middle {
    /// As an event; a SIEM event has the fields of its group.
    event: Event<'static>,
    /// Where it ends; it begins at the event's time.
    end: Timestamp,
    /// The event's own id.
    id: Option<EventId>,
}

/// Lists what lies around; says whether there was anything.
pub(crate) fn list(
    store: &mut dyn Store,
    args: &Args,
    id: &str,
    request: &Request,
    view: &View,
) -> Result<bool> {
    let span = Span::parse(&args.span, MINUTE)
        .map_err(|error| Failure::new(Kind::Usage, format!("--span: {error}")))?;
    let middle = middle(store, id)?;
    let from = Timestamp(middle.event.time.0.saturating_sub(span.0));
    let until = Timestamp(middle.end.0.saturating_add(span.0).saturating_add(1));
    let (since, before) = request.period;
    let selection = Selection {
        filter: request.filter.clone().and(in_common(&middle.event, id, &args.same)?),
        since: Some(since.map_or(from, |since| since.max(from))),
        until: Some(before.map_or(until, |before| before.min(until))),
        ..request.selection()?
    };
    let mut columns = column::of_events(&[], &[], &view.terminal);
    columns.insert(0, Shown::new(Field::Named(DISTANCE.to_owned()), DISTANCE).right());
    let mut printer = view.open(columns, column::csv_of_events())?;
    let raw = list::needs_raw(view);
    let half = view.limit(1_000).map(|limit| limit.div_ceil(2));
    let split = middle.event.time;
    let earlier = Selection { until: selection.until.min(Some(split)), ..selection.clone() };
    let later = Selection { since: selection.since.max(Some(split)), ..selection };
    let before = Scan { selection: earlier, newest: half, raw, order: Order::Time };
    let after = Scan { selection: later, newest: None, raw, order: Order::Time };
    print(store, &before, None, &middle, &mut printer)?;
    print(store, &after, half, &middle, &mut printer)?;
    Ok(printer.finish()? > 0)
}

/// Prints the events of a scan, at most the first so many.
fn print(
    store: &mut dyn Store,
    scan: &Scan,
    limit: Option<u64>,
    middle: &Middle,
    printer: &mut Printer,
) -> Result<()> {
    let mut failed = None;
    let mut left = limit.unwrap_or(u64::MAX);
    let mut see = |event: Event<'static>| {
        if left == 0 {
            return ControlFlow::Break(());
        }
        left -= 1;
        let distance = distance(&event, middle);
        match printer.record(&Near { event: &event, distance }) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    store.scan(scan, &mut see).map_err(Failure::from)?;
    failed.map_or(Ok(()), Err)
}

/// Finds what the id means.
fn middle(store: &mut dyn Store, id: &str) -> Result<Middle> {
    if !id.contains('.') {
        let found = siem::find(store, "--around", id)?;
        return Ok(Middle { event: found.to_event(), end: found.last_time, id: None });
    }
    let id = event_id("--around", id)?;
    let mut found = None;
    let mut see = |event: Event<'static>| {
        found = Some(event);
        ControlFlow::Break(())
    };
    let selection = Selection { ids: vec![id], ..Selection::default() };
    store.scan(&Scan { selection, ..Scan::default() }, &mut see).map_err(Failure::from)?;
    let missing = || Failure::new(Kind::Usage, format!("--around: there is no event {id}"));
    let event = found.ok_or_else(missing)?;
    Ok(Middle { end: event.time, event, id: Some(id) })
}

/// The filter that the fields have the values that they have in the middle.
fn in_common(middle: &Event<'_>, id: &str, names: &[String]) -> Result<Filter> {
    let mut all = Filter::All;
    for name in names {
        let field = request::field("--same", name)?;
        let value = middle
            .field(&field)
            .ok_or_else(|| Failure::new(Kind::Usage, format!("--same: {id} has no {field}")))?;
        let values: Vec<String> = match value {
            ValueRef::List(list) => list.iter().map(|value| value.to_string()).collect(),
            ValueRef::Texts(list) => list.iter().map(ToString::to_string).collect(),
            scalar => vec![scalar.to_string()],
        };
        let any = values.iter().map(|text| Filter::equals(field.clone(), text)).collect();
        all = all.and(Filter::Or(any));
    }
    Ok(all)
}

fn distance(event: &Event<'_>, middle: &Middle) -> String {
    let here = match middle.id {
        Some(id) => event.id == id,
        None => middle.event.time <= event.time && event.time <= middle.end,
    };
    if here {
        return "here".to_owned();
    }
    if event.time > middle.end {
        return format!("+{}", rough(event.time.0 - middle.end.0));
    }
    if event.time == middle.event.time {
        return rough(0);
    }
    format!("-{}", rough(middle.event.time.0 - event.time.0))
}

/// A length of time for people: its two largest units.
fn rough(micros: i64) -> String {
    match micros {
        _ if micros >= DAY => format!("{}d{:02}h", micros / DAY, micros % DAY / HOUR),
        _ if micros >= HOUR => format!("{}h{:02}m", micros / HOUR, micros % HOUR / MINUTE),
        _ if micros >= MINUTE => format!("{}m{:02}s", micros / MINUTE, micros % MINUTE / SECOND),
        _ => format!("{}.{}s", micros / SECOND, micros % SECOND / (SECOND / 10)),
    }
}

/// An event and how far it is from the middle.
struct Near<'e> {
    event: &'e Event<'static>,
    distance: String,
}

impl Record for Near<'_> {
    fn write_object(&self, out: &mut Vec<u8>) {
        self.event.write_object(out);
        out.pop();
        write_member(out, DISTANCE, ValueRef::Text(&self.distance));
        out.push(b'}');
    }

    fn write_member(&self, field: &Field, out: &mut Vec<u8>) {
        if field.name() == DISTANCE {
            write_member(out, DISTANCE, ValueRef::Text(&self.distance));
        } else {
            self.event.write_member(field, out);
        }
    }

    fn text(&self, field: &Field) -> Option<Cow<'_, str>> {
        if field.name() == DISTANCE {
            return Some(Cow::Borrowed(&self.distance));
        }
        self.event.text(field)
    }

    fn time(&self, field: &Field) -> Option<Timestamp> {
        self.event.time(field)
    }

    fn line(&self) -> Vec<u8> {
        self.event.line()
    }

    fn severity(&self) -> Option<u8> {
        self.event.severity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_rough() {
        assert_eq!(rough(0), "0.0s");
        assert_eq!(rough(1_450_000), "1.4s");
        assert_eq!(rough(192 * SECOND), "3m12s");
        assert_eq!(rough(2 * HOUR + 5 * MINUTE), "2h05m");
        assert_eq!(rough(3 * DAY + HOUR), "3d01h");
    }
}
