//! SIEM events as they are stored and amended: `--follow`, and `--cursor-file` for jobs that come
//! again.
//!
//! Both follow the numbers of changes, which are dense and in commit order. A SIEM event that is
//! amended comes again, with a higher revision. What it does *not* know: how rules decide.

use super::{each, is_wanted};
use crate::args::Args;
use crate::column;
use crate::cursor::Cursor;
use crate::found::Found;
use crate::request::Request;
use crate::view::{Printer, View};
use anyhow::Result;
use common::cli::Failure;
use common::siem_event::SiemEvent;
use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;
use std::thread;
use std::time::Duration;
use store::Store;

/// How many SIEM events `--follow` shows before it waits.
const BEFORE: u64 = 10;
/// How long to wait for a change before looking whether anybody still reads.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks: what is amended many times a second is shown once.
const PAUSE: Duration = Duration::from_secs(1);

/// Prints SIEM events in the order of their changes; with `--follow` it ends only when nobody
/// reads any more.
pub(crate) fn list(
    store: &mut dyn Store,
    args: &Args,
    request: &Request,
    view: &View,
) -> Result<bool> {
    let columns = column::of_siem_events(&view.terminal);
    let mut printer = view.open(columns, column::csv_of_siem_events())?;
    let open = |path| Cursor::open(path, "change_no");
    let mut cursor = args.cursor_file.as_deref().map(open).transpose()?;
    let mut from = store.last_change().map_err(Failure::from)?;
    let mut seen = HashMap::new();
    match &cursor {
        Some(cursor) => from = cursor.continued(from)?,
        None => seen = newest(store, request, view, &mut printer)?,
    }
    loop {
        from = print(store, from, request, &mut seen, &mut printer)?;
        printer.flush()?;
        if let Some(cursor) = &mut cursor {
            cursor.advance(from)?;
        }
        if !args.follow {
            return Ok(printer.finish()? > 0);
        }
        if store.wait_change(from, PATIENCE).map_err(Failure::from)? {
            thread::sleep(PAUSE);
        }
    }
}

/// Prints the newest SIEM events; gives their revisions, as they may be among the changes that
/// come next.
fn newest(
    store: &mut dyn Store,
    request: &Request,
    view: &View,
    printer: &mut Printer,
) -> Result<HashMap<String, u32>> {
    let lines = view.lines().unwrap_or(BEFORE);
    let most = if lines == 0 { usize::MAX } else { usize::try_from(lines).unwrap_or(usize::MAX) };
    let mut kept: VecDeque<Found> = VecDeque::new();
    each(store, request, |found| {
        if kept.len() >= most {
            kept.pop_front();
        }
        kept.push_back(found);
    })?;
    for found in &kept {
        printer.record(found)?;
    }
    Ok(kept.into_iter().map(|found| (found.siem.id, found.siem.revision)).collect())
}

/// Prints what was stored or amended after a change; gives the last change.
fn print(
    store: &mut dyn Store,
    from: i64,
    request: &Request,
    seen: &mut HashMap<String, u32>,
    printer: &mut Printer,
) -> Result<i64> {
    let mut failed = None;
    let mut see = |siem: SiemEvent| {
        let is_seen = seen.remove(&siem.id) == Some(siem.revision);
        let found = Found::new(siem);
        if is_seen || !is_wanted(&found, request) {
            return ControlFlow::Continue(());
        }
        match printer.record(&found) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let last = store.changes(from, &mut see).map_err(Failure::from)?;
    failed.map_or(Ok(last), Err)
}
