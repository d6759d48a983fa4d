//! SIEM events: lists, counts, what is new, and the way from one of them to the events behind it.
//!
//! A table shows the worst first and folds repeats of a rule for the same group in the same hour
//! into one line with `×N`; machine formats have every SIEM event in order of time. What it does
//! *not* know: how rules decide.

mod fold;
mod follow;

use crate::args::Args;
use crate::found::{Found, wanted};
use crate::request::Request;
use crate::view::View;
use crate::{column, count, list};
use anyhow::Result;
use common::cli::{Failure, Kind};
use common::clock::Timestamp;
use common::clock::span::{HOUR, Span};
use common::event::EventId;
use common::field::Field;
use common::hit::Match;
use common::output::Record as _;
use common::siem_event::SiemEvent;
use fold::Folds;
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use store::{Order, Scan, Selection, SiemSelection, Store};

/// Prints SIEM events, or counts of them; says whether there were any.
pub(crate) fn answer(
    store: &mut dyn Store,
    args: &Args,
    request: &Request,
    view: &View,
) -> Result<bool> {
    if args.follow || args.cursor_file.is_some() {
        return follow::list(store, args, request, view);
    }
    if args.count {
        let mut number = 0;
        each(store, request, |_| number += 1)?;
        return count::print_total(number, view);
    }
    if !args.count_by.is_empty() {
        return by(store, args, request, view);
    }
    if let Some(span) = &args.histogram {
        return histogram(store, span, request, view);
    }
    if view.is_table() {
        folded(store, args, request, view)
    } else {
        plain(store, args, request, view)
    }
}

/// Whether a SIEM event is selected.
fn is_wanted(found: &Found, request: &Request) -> bool {
    let (Request { ids, sections, filter, .. }, (since, until)) = (request, request.period);
    let time = found.siem.time;
    (ids.is_empty() || ids.iter().any(|id| found.is_called(id)))
        && (sections.is_empty() || sections.contains(&found.siem.section))
        && since.is_none_or(|since| time >= since)
        && until.is_none_or(|until| time < until)
        && filter.matches(&found.event)
}

/// Shows each selected SIEM event.
fn each(store: &mut dyn Store, request: &Request, mut see: impl FnMut(Found)) -> Result<()> {
    let mut pass = |siem: SiemEvent| {
        let found = Found::new(siem);
        if is_wanted(&found, request) {
            see(found);
        }
        ControlFlow::Continue(())
    };
    Ok(store.siem_events(&request.siem_selection(), &mut pass).map_err(Failure::from)?)
}

/// The table: folded, worst first, at most so many lines.
fn folded(store: &mut dyn Store, args: &Args, request: &Request, view: &View) -> Result<bool> {
    let mut folds = Folds::default();
    each(store, request, |found| folds.add(found, &request.zone))?;
    let limit = view.limit(1_000).and_then(|limit| usize::try_from(limit).ok());
    let mut printer = view.open(column::of_siem_events(&view.terminal), Vec::new())?;
    let mut lines = folds.worst_first();
    lines.truncate(limit.unwrap_or(usize::MAX));
    if args.reverse {
        lines.reverse();
    }
    for found in &lines {
        printer.record(found)?;
    }
    Ok(printer.finish()? > 0)
}

/// A machine format: in order of time, streamed unless the newest N or the reverse are wanted.
fn plain(store: &mut dyn Store, args: &Args, request: &Request, view: &View) -> Result<bool> {
    let mut printer = view.open(Vec::new(), column::csv_of_siem_events())?;
    let limit = view.limit(1_000).and_then(|limit| usize::try_from(limit).ok());
    let mut failed = None;
    let mut kept: VecDeque<Found> = VecDeque::new();
    each(store, request, |found| {
        if limit.is_some() || args.reverse {
            if limit.is_some_and(|limit| kept.len() >= limit) {
                kept.pop_front();
            }
            kept.push_back(found);
        } else if failed.is_none() {
            failed = printer.record(&found).err();
        }
    })?;
    failed.map_or(Ok(()), Err)?;
    if args.reverse {
        kept.make_contiguous().reverse();
    }
    for found in &kept {
        printer.record(found)?;
    }
    Ok(printer.finish()? > 0)
}

fn by(store: &mut dyn Store, args: &Args, request: &Request, view: &View) -> Result<bool> {
    let fields = args.count_by.iter().map(|name| wanted("--count-by", name));
    let fields: Vec<Field> = fields.collect::<Result<_>>()?;
    let mut groups: BTreeMap<Vec<Option<String>>, u64> = BTreeMap::new();
    let mut total = 0;
    each(store, request, |found| {
        let value = |field| found.text(field).map(Cow::into_owned);
        *groups.entry(fields.iter().map(value).collect()).or_default() += 1;
        total += 1;
    })?;
    let mut rows: Vec<_> = groups.into_iter().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.1));
    if args.top > 0 {
        rows.truncate(usize::try_from(args.top).unwrap_or(usize::MAX));
    }
    let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    count::print_counts(&names, rows, view.is_table().then_some(total), view)
}

fn histogram(store: &mut dyn Store, span: &str, request: &Request, view: &View) -> Result<bool> {
    let mut times = BTreeMap::new();
    let span = match span {
        "" => Span(HOUR),
        text => count::slot(text)?,
    };
    each(store, request, |found| {
        let slot = found.event.time.0.div_euclid(span.0) * span.0;
        *times.entry(Timestamp(slot)).or_default() += 1;
    })?;
    count::print_histogram(times.into_iter().collect(), span, view)
}

/// The SIEM event with an id, or with an id that begins so.
pub(crate) fn find(store: &mut dyn Store, option: &str, id: &str) -> Result<SiemEvent> {
    let wanted = id.to_ascii_lowercase();
    let refuse = |message: String| Failure::new(Kind::Usage, format!("{option}: {message}"));
    if wanted.len() < 4 || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("\"{}\" is no id of a SIEM event", id.escape_debug());
        return Err(refuse(message)
            .hint("siemquery --siem lists them; four digits are enough")
            .into());
    }
    let ids = if wanted.len() == 32 { vec![wanted.clone()] } else { Vec::new() };
    let mut found: Vec<SiemEvent> = Vec::new();
    let mut see = |siem: SiemEvent| {
        if siem.id.starts_with(&wanted) {
            found.push(siem);
        }
        if found.len() > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let selection = SiemSelection { ids, ..SiemSelection::default() };
    store.siem_events(&selection, &mut see).map_err(Failure::from)?;
    match (found.pop(), found.pop()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => {
            Err(refuse(format!("several SIEM events begin with {wanted}")).into())
        }
        _ => Err(refuse(format!("there is no SIEM event {wanted}")).into()),
    }
}

/// Lists the events behind a SIEM event, or the SIEM events where its rule looks at those.
pub(crate) fn sources(
    store: &mut dyn Store,
    id: &str,
    request: &Request,
    view: &View,
) -> Result<bool> {
    let siem = find(store, "--sources", id)?;
    let matches = store.behind(&siem.id, view.limit(1_000)).map_err(Failure::from)?;
    let (mut events, mut siem_events) = (Vec::new(), Vec::new());
    for matched in matches {
        match matched {
            Match::Event(id) => events.push(id),
            Match::SiemEvent(id) => siem_events.push(id),
        }
    }
    if siem_events.is_empty() {
        print_events(store, &events, request, view)
    } else {
        print_siem_events(store, siem_events, request, view)
    }
}

/// How many ids are asked for at once.
const CHUNK: usize = 500;

fn print_events(
    store: &mut dyn Store,
    ids: &[EventId],
    request: &Request,
    view: &View,
) -> Result<bool> {
    let mut printer = list::open(store, request, view)?;
    let raw = list::needs_raw(view);
    for chunk in ids.chunks(CHUNK) {
        let selection = Selection { ids: chunk.to_vec(), ..request.selection()? };
        let scan = Scan { selection, order: Order::Time, newest: None, raw };
        list::print(store, &scan, &mut printer)?;
    }
    Ok(printer.finish()? > 0)
}

fn print_siem_events(
    store: &mut dyn Store,
    ids: Vec<String>,
    request: &Request,
    view: &View,
) -> Result<bool> {
    let columns = column::of_siem_events(&view.terminal);
    let mut printer = view.open(columns, column::csv_of_siem_events())?;
    let mut failed = None;
    let request = Request { ids, ..request.clone() };
    each(store, &request, |found| {
        if failed.is_none() {
            failed = printer.record(&found).err();
        }
    })?;
    failed.map_or(Ok(()), Err)?;
    Ok(printer.finish()? > 0)
}
