//! Events as they are stored: `--follow`, and `--cursor-file` for jobs that come again.
//!
//! Both follow the numbers of commits, which are dense and in commit order; ids and times are
//! neither. What it does *not* know: how a database announces a commit.

use crate::args::Args;
use crate::cursor::Cursor;
use crate::list;
use crate::request::Request;
use crate::view::{Printer, View};
use anyhow::Result;
use common::cli::Failure;
use common::clock::Timestamp;
use common::event::{Event, EventId};
use common::field::{Column, Field};
use common::filter::{Filter, Order as Relation, Test};
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::Duration;
use store::{Commit, Scan, Store};

/// How many events `--follow` shows before it waits.
const BEFORE: u64 = 10;
/// Commits in one look.
const COMMITS: u32 = 256;
/// How long to wait for a commit before looking whether anybody still reads.
const PATIENCE: Duration = Duration::from_secs(5);

/// Prints events in commit order; with `--follow` it ends only when nobody reads any more.
pub(crate) fn list(
    store: &mut dyn Store,
    args: &Args,
    request: &Request,
    view: &View,
) -> Result<bool> {
    let filter = timed(request);
    let mut printer = list::open(store, request, view)?;
    let open = |path| Cursor::open(path, "commit_no");
    let mut cursor = args.cursor_file.as_deref().map(open).transpose()?;
    let last = store.last_commit().map_err(Failure::from)?;
    let mut from = last.map_or(0, |(number, _)| number);
    let mut seen = HashSet::new();
    match &cursor {
        Some(cursor) => from = cursor.continued(from)?,
        None => seen = newest(store, request, view, last.map(|(_, at)| at), &mut printer)?,
    }
    loop {
        let commits = store.commits_after(from, COMMITS).map_err(Failure::from)?;
        for commit in &commits {
            print(store, commit, request, &filter, &mut seen, &mut printer)?;
            from = commit.commit_no;
        }
        if !commits.is_empty() || args.follow {
            printer.flush()?;
        }
        if let Some(cursor) = &mut cursor {
            cursor.advance(from)?;
        }
        if commits.is_empty() {
            if !args.follow {
                return Ok(printer.finish()? > 0);
            }
            store.wait_commit(from, PATIENCE).map_err(Failure::from)?;
        }
    }
}

/// Prints the newest events, and says which of them may belong to commits that come next: those
/// that were stored no earlier than the last commit of which is known.
fn newest(
    store: &mut dyn Store,
    request: &Request,
    view: &View,
    last: Option<Timestamp>,
    printer: &mut Printer,
) -> Result<HashSet<EventId>> {
    let lines = match view.lines() {
        Some(0) => None,
        lines => Some(lines.unwrap_or(BEFORE)),
    };
    let raw = list::needs_raw(view);
    let scan = Scan { selection: request.selection()?, newest: lines, raw, ..Scan::default() };
    let mut seen = HashSet::new();
    let mut failed = None;
    let mut see = |event: Event<'static>| {
        if event.ingested >= last {
            seen.insert(event.id);
        }
        match printer.record(&event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    store.scan(&scan, &mut see).map_err(Failure::from)?;
    failed.map_or(Ok(seen), Err)
}

fn print(
    store: &mut dyn Store,
    commit: &Commit,
    request: &Request,
    filter: &Filter,
    seen: &mut HashSet<EventId>,
    printer: &mut Printer,
) -> Result<()> {
    let wanted = request.sections.is_empty() || request.sections.contains(&commit.section);
    if !wanted || commit.event_count == 0 {
        return Ok(());
    }
    let mut failed = None;
    let mut see = |event: Event<'static>| {
        if !seen.is_empty() && seen.remove(&event.id) {
            return ControlFlow::Continue(());
        }
        match printer.record(&event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    store.batch_events(commit.batch, filter, &mut see).map_err(Failure::from)?;
    failed.map_or(Ok(()), Err)
}

/// The filter with the period as a part of it.
fn timed(request: &Request) -> Filter {
    let time =
        |relation, bound| Filter::Field(Field::Column(Column::Time), Test::Time(relation, bound));
    let (since, until) = request.period;
    let since = since.map_or(Filter::All, |bound| time(Relation::GreaterOrEqual, bound));
    let until = until.map_or(Filter::All, |bound| time(Relation::Less, bound));
    request.filter.clone().and(since).and(until)
}
