//! Numbers instead of lists: how many, of which values, and when.
//!
//! On a terminal with bars; in machine formats a record a line. What it does *not* know: how the
//! database counts.

use crate::args::Args;
use crate::request::{self, Request};
use crate::view::View;
use anyhow::Result;
use common::cli::{self, Failure};
use common::clock::span::{HOUR, MINUTE, Span, WEEK};
use common::clock::zone::Zone;
use common::clock::{DAY, SECOND, Timestamp};
use common::event::{Event, Fields, Value};
use common::field::{Column, Field, Kind};
use common::output::counts;
use std::ops::ControlFlow;
use store::{Order, Scan, Selection, Store};

/// `--count`: one number.
pub(crate) fn total(store: &mut dyn Store, request: &Request, view: &View) -> Result<bool> {
    let count = store.count(&request.selection()?).map_err(Failure::from)?;
    print_total(count, view)
}

/// Prints one number: bare, unless a machine format was asked for.
pub(crate) fn print_total(count: u64, view: &View) -> Result<bool> {
    let mut printer = view.open(Vec::new(), vec![Field::new("count")])?;
    if view.is_table() || !view.is_chosen() {
        printer.text(format!("{count}\n").as_bytes())?;
    } else {
        printer.record(&line([("count", Some(number(count)))]))?;
    }
    printer.finish()?;
    Ok(count > 0)
}

/// `--count-by FIELD,…`.
pub(crate) fn by(
    store: &mut dyn Store,
    args: &Args,
    request: &Request,
    view: &View,
) -> Result<bool> {
    let selection = request.selection()?;
    let fields = args.count_by.iter().map(|name| request::field("--count-by", name));
    let fields: Vec<Field> = fields.collect::<Result<_>>()?;
    let top = (args.top > 0).then_some(args.top);
    let groups = store.count_by(&selection, &fields, top).map_err(Failure::from)?;
    let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    let rows: Vec<(Vec<Option<String>>, u64)> =
        groups.into_iter().map(|group| (group.values, group.count)).collect();
    if view.is_table() && !rows.is_empty() {
        let total = store.count(&selection).map_err(Failure::from)?;
        return print_counts(&names, rows, Some(total), view);
    }
    print_counts(&names, rows, None, view)
}

/// Prints counts of values.
pub(crate) fn print_counts(
    names: &[String],
    rows: Vec<(Vec<Option<String>>, u64)>,
    total: Option<u64>,
    view: &View,
) -> Result<bool> {
    let mut fields: Vec<Field> = names.iter().map(|name| Field::Named(name.clone())).collect();
    fields.push(Field::new("count"));
    let mut printer = view.open(Vec::new(), fields)?;
    let found = !rows.is_empty();
    if view.is_table() {
        let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let rows: Vec<(Vec<String>, u64)> = rows
            .into_iter()
            .map(|(values, count)| (values.into_iter().map(text).collect(), count))
            .collect();
        if found {
            printer.text(&counts(names, &rows, total, &view.terminal))?;
        }
    } else {
        for (values, count) in rows {
            let value =
                |(name, text): (&'_ String, Option<String>)| text.map(|text| typed(name, text));
            let values: Vec<_> = names.iter().zip(values).map(value).collect();
            let members = names.iter().map(String::as_str).zip(values);
            printer.record(&line(members.chain([("count", Some(number(count)))])))?;
        }
    }
    printer.finish()?;
    Ok(found)
}

/// A value as its column has it: a number where the column holds numbers.
fn typed(name: &str, text: String) -> Value<'static> {
    let is_int = Column::named(name).is_some_and(|column| column.kind() == Kind::Int);
    match text.parse() {
        Ok(number) if is_int => Value::Int(number),
        _ => Value::Text(text.into()),
    }
}

/// `--histogram [SPAN]`: slots of time, empty ones between the first and the last included.
pub(crate) fn histogram(
    store: &mut dyn Store,
    span: &str,
    request: &Request,
    view: &View,
) -> Result<bool> {
    let selection = request.selection()?;
    let span = if span.is_empty() { fitting_span(store, &selection)? } else { slot(span)? };
    let slots = store.histogram(&selection, span.0).map_err(Failure::from)?;
    print_histogram(slots, span, view)
}

/// Reads the length of a slot: at least a millisecond, a plain number being minutes.
pub(crate) fn slot(text: &str) -> Result<Span> {
    let span = Span::parse(text, MINUTE).ok().filter(|span| span.0 >= 1_000);
    let message = || format!("--histogram: \"{}\" is no length of a slot", text.escape_debug());
    Ok(span.ok_or_else(|| Failure::new(cli::Kind::Usage, message()).hint("write 10m, 1h or 1d"))?)
}

/// Prints counts of slots.
pub(crate) fn print_histogram(
    slots: Vec<(Timestamp, u64)>,
    span: Span,
    view: &View,
) -> Result<bool> {
    let found = !slots.is_empty();
    let slots = filled(slots, span.0);
    let mut printer = view.open(Vec::new(), vec![Field::new("time"), Field::new("count")])?;
    if view.is_table() && found {
        let rows: Vec<(Vec<String>, u64)> = slots
            .iter()
            .map(|(at, count)| (vec![label(*at, span.0, &view.zone)], *count))
            .collect();
        printer.text(&counts(&["time".to_owned()], &rows, None, &view.terminal))?;
    } else {
        for (at, count) in slots {
            let at = Value::Text(at.to_string().into());
            printer.record(&line([("@timestamp", Some(at)), ("count", Some(number(count)))]))?;
        }
    }
    printer.finish()?;
    Ok(found)
}

/// The most slots that are filled up where there was nothing.
const MOST_SLOTS: i64 = 100_000;

/// Puts zeros where slots are missing, unless that would be too many.
fn filled(slots: Vec<(Timestamp, u64)>, span: i64) -> Vec<(Timestamp, u64)> {
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return slots };
    let (first, count) = (first.0.0, (last.0.0 - first.0.0) / span + 1);
    if count > MOST_SLOTS {
        return slots;
    }
    let mut have = slots.into_iter().peekable();
    (0..count)
        .map(|place| {
            let at = Timestamp(first + place * span);
            (at, have.next_if(|slot| slot.0 == at).map_or(0, |slot| slot.1))
        })
        .collect()
}

/// The beginning of a slot in the zone, no more precise than the slot is long.
fn label(at: Timestamp, span: i64, zone: &Zone) -> String {
    let text = Timestamp(zone.wall(at)).to_string().replace('T', " ");
    let midnight = zone.wall(at).rem_euclid(DAY) == 0;
    let length = match span {
        _ if span % DAY == 0 && midnight => 10,
        _ if span % MINUTE == 0 => 16,
        _ if span % SECOND == 0 => 19,
        _ => 23,
    };
    text[..length].to_owned()
}

/// A slot length that gives at most some forty slots.
fn fitting_span(store: &mut dyn Store, selection: &Selection) -> Result<Span> {
    const SLOTS: i64 = 40;
    const LENGTHS: [i64; 13] = [
        SECOND,
        5 * SECOND,
        15 * SECOND,
        MINUTE,
        5 * MINUTE,
        15 * MINUTE,
        HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        WEEK,
        4 * WEEK,
    ];
    let first = end(store, selection, Order::Time)?;
    let last = end(store, selection, Order::TimeReversed)?;
    let length = first.zip(last).map_or(0, |(first, last)| last.0 - first.0);
    let fits = |span: &&i64| length / **span < SLOTS;
    Ok(Span(*LENGTHS.iter().find(fits).unwrap_or(&(52 * WEEK))))
}

/// The time of the first selected event in an order.
fn end(store: &mut dyn Store, selection: &Selection, order: Order) -> Result<Option<Timestamp>> {
    let mut found = None;
    let mut see = |event: Event<'static>| {
        found = Some(event.time);
        ControlFlow::Break(())
    };
    let newest = (order == Order::TimeReversed).then_some(1);
    let scan = Scan { selection: selection.clone(), order, newest, raw: false };
    store.scan(&scan, &mut see).map_err(Failure::from)?;
    Ok(found)
}

/// A record of named values.
pub(crate) fn line<'n>(
    members: impl IntoIterator<Item = (&'n str, Option<Value<'static>>)>,
) -> Fields<'static> {
    let mut fields = Fields::new();
    for (name, value) in members {
        if let Some(value) = value {
            fields.push(name.to_owned(), value);
        }
    }
    fields
}

pub(crate) fn number(count: u64) -> Value<'static> {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_slots_are_filled() {
        let slots = vec![(Timestamp(0), 2), (Timestamp(30), 1)];
        let wanted = [(0, 2), (10, 0), (20, 0), (30, 1)].map(|(at, count)| (Timestamp(at), count));
        assert_eq!(filled(slots, 10), wanted);
        assert_eq!(filled(Vec::new(), 10), []);
        let far = vec![(Timestamp(0), 1), (Timestamp(10 * MOST_SLOTS), 1)];
        assert_eq!(filled(far.clone(), 10), far);
    }

    #[test]
    fn labels_are_as_precise_as_their_slots() {
        let at = Timestamp::parse("2026-11-20T00:00:00Z").expect("a stamp");
        let utc = Zone::utc();
        assert_eq!(label(at, DAY, &utc), "2026-11-20");
        assert_eq!(label(at, HOUR, &utc), "2026-11-20 00:00");
        assert_eq!(label(at, SECOND, &utc), "2026-11-20 00:00:00");
        assert_eq!(label(at, 10_000, &utc), "2026-11-20 00:00:00.000");
        let tokyo: Zone = "Asia/Tokyo".parse().expect("a zone");
        assert_eq!(label(at, DAY, &tokyo), "2026-11-20 09:00", "days are those of UTC");
    }
}
