//! From arguments to the one thing that is asked for.
//!
//! What it does *not* know: how any of them works.

use crate::args::Args;
use crate::request::{Request, Subject};
use crate::view::View;
use crate::{around, count, coverage, door, follow, list, rule, siem};
use anyhow::Result;
use common::cli::{Exit, Failure, Kind, note};
use common::clock::Timestamp;
use store::Store;

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut request = Request::new(args, Timestamp::now())?;
    let view = View::new(args, &request)?;
    check(args, &request)?;
    let mut store = door::open(&args.shared)?;
    door::check_sections(store.as_mut(), &request.sections)?;
    request.bind(store.as_mut())?;
    if args.explain || args.verbose {
        let text = explanation(store.as_mut(), args, &request, &view)?;
        if args.explain {
            let mut printer = view.open(Vec::new(), Vec::new())?;
            printer.text(text.as_bytes())?;
            printer.finish()?;
            return Ok(Exit::Done);
        }
        note(&text);
    }
    let found = answer(store.as_mut(), args, &request, &view)?;
    Ok(if found { Exit::Done } else { Exit::NoMatch })
}

/// What cannot be asked together.
fn check(args: &Args, request: &Request) -> Result<()> {
    let refuse = |message: &str| Err(Failure::new(Kind::Usage, message).into());
    let made = args.count || !args.count_by.is_empty() || args.histogram.is_some();
    let special = made || args.follow || args.cursor_file.is_some() || args.raw;
    let is_behind = args.around.is_some() || args.sources.is_some();
    match request.subject {
        Subject::Events => {}
        Subject::SiemEvents if is_behind => {
            return refuse(
                "--around and --sources find SIEM events by themselves; leave out the table",
            );
        }
        Subject::SiemEvents if args.raw => return refuse("--raw is for events"),
        Subject::SiemEvents => {}
        _ if special || is_behind => {
            return refuse("counts, --follow, --cursor-file and --raw are for events");
        }
        _ => {}
    }
    if args.follow && args.output == Some(crate::args::Form::Json) {
        return refuse("--follow never ends, a JSON array must: use -o jsonl");
    }
    Ok(())
}

/// The filter in canonical form and the SQL of the selection.
fn explanation(
    store: &mut dyn Store,
    args: &Args,
    request: &Request,
    view: &View,
) -> Result<String> {
    if request.subject != Subject::Events {
        return Ok(format!("filter: {}\n-- each row is tested in order of time\n", request.filter));
    }
    let scan = list::scan(args, request, view)?;
    let sql = store.explain(&scan).map_err(Failure::from)?;
    Ok(format!("filter: {}\n{}\n", request.filter, sql.trim_end()))
}

/// Prints what is asked for; says whether there was anything.
fn answer(store: &mut dyn Store, args: &Args, request: &Request, view: &View) -> Result<bool> {
    match request.subject {
        Subject::Rules | Subject::Helpers | Subject::RulesAndHelpers => {
            return rule::list(store, request, view);
        }
        Subject::SiemEvents => return siem::answer(store, args, request, view),
        Subject::Events => {}
    }
    if let Some(rule) = &args.coverage {
        return coverage::list(store, rule, view);
    }
    if let Some(id) = &args.sources {
        return siem::sources(store, id, request, view);
    }
    if let Some(id) = &args.around {
        return around::list(store, args, id, request, view);
    }
    if args.cursor_file.is_some() || args.follow {
        return follow::list(store, args, request, view);
    }
    if args.count {
        return count::total(store, request, view);
    }
    if !args.count_by.is_empty() {
        return count::by(store, args, request, view);
    }
    if let Some(span) = &args.histogram {
        return count::histogram(store, span, request, view);
    }
    list::events(store, args, request, view)
}
