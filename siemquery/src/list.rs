//! A list of events.
//!
//! What it does *not* know: formats.

use crate::args::{Args, Form};
use crate::column;
use crate::request::Request;
use crate::view::{Printer, View};
use anyhow::Result;
use common::cli::{Failure, hint};
use common::event::Event;
use std::ops::ControlFlow;
use store::{Order, Scan, Store};

/// How many events a terminal shows unless told otherwise.
const SCREENFUL: u64 = 1_000;

/// The scan that a list makes.
pub(crate) fn scan(args: &Args, request: &Request, view: &View) -> Result<Scan> {
    let order = match view.form {
        Form::Raw => Order::Source,
        _ if args.reverse => Order::TimeReversed,
        _ => Order::Time,
    };
    Ok(Scan {
        selection: request.selection()?,
        order,
        newest: view.limit(SCREENFUL),
        raw: needs_raw(view),
    })
}

/// Whether the source's bytes are printed.
pub(crate) fn needs_raw(view: &View) -> bool {
    let named = |field: &common::field::Field| field.name() == "event.original";
    view.form == Form::Raw || view.fields.iter().flatten().any(named)
}

/// Lists events; says whether there were any.
pub(crate) fn events(
    store: &mut dyn Store,
    args: &Args,
    request: &Request,
    view: &View,
) -> Result<bool> {
    let scan = scan(args, request, view)?;
    let mut printer = open(store, request, view)?;
    print(store, &scan, &mut printer)?;
    let count = printer.finish()?;
    if view.is_cut() && count >= SCREENFUL {
        hint(&format!("these are the newest {SCREENFUL}; -n 0 shows all, -n N the newest N"));
    }
    Ok(count > 0)
}

/// A printer of events.
pub(crate) fn open(store: &mut dyn Store, request: &Request, view: &View) -> Result<Printer> {
    let sections = match request.sections.len() {
        1 if view.is_table() => store.sections().map_err(Failure::from)?,
        _ => Vec::new(),
    };
    let columns = column::of_events(&sections, &request.sections, &view.terminal);
    view.open(columns, column::csv_of_events())
}

/// Prints the events of a scan.
pub(crate) fn print(store: &mut dyn Store, scan: &Scan, printer: &mut Printer) -> Result<()> {
    let mut failed = None;
    let mut see = |event: Event<'static>| match printer.record(&event) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    };
    store.scan(scan, &mut see).map_err(Failure::from)?;
    failed.map_or(Ok(()), Err)
}
