//! siemparse: from log lines to stored events.
//!
//! ```text
//!  args, config ─► source ─► roster (which files there are) ─► tail: input ─► line ─► take ─► batch
//!                               │                                ▲                         │
//!                    desk: cursor, section, helpers           follow: turns, rotation      │ Job
//!                               │                                ▲                         ▼
//!                             store                              └──── reports ──── pipeline ─► store
//! ```
//!
//! One thread reads and parses all sources in turns, one or two store. A batch and the place behind it
//! are committed together, so that whatever ends the program, the next run goes on exactly there.
//!
//! # Constraints
//!
//! * A cursor only ever names a place between two lines.
//! * Memory is bounded: a line's kept part, a few batches, one buffer a source that is given
//!   back while the source is quiet.
//! * No SQL and no format is known here: `store` and `parse` have them.

mod args;
mod reason;
mod document;
mod flow;
mod evtx;
mod utf16;
mod archive;
mod stream;
mod spool;
mod content;
mod name;
mod line;
mod identity;
mod source;
mod batch;
mod explain;
mod take;
mod summary;
mod outage;
mod progress;
mod watch;
mod queue;
mod tail;
mod roster;
mod desk;
mod writer;
mod pipeline;
mod former;
mod follow;

use crate::args::Args;
use crate::desk::{Desk, Door};
use crate::follow::{Mode, Reading};
use crate::outage::Outage;
use crate::source::{Input, Source};
use crate::spool::Spool;
use crate::take::{Printer, Take};
use common::cli::Stop;
use common::cli::{Exit, Failure, Kind};
use common::event::Kept;
use parse::Format;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;
use store::Create;

/// How long a run may take to end once it is asked to.
const END: Duration = Duration::from_millis(1_800);

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    common::cli::run(|args: &Args| args.generate, |args| run(&args))
}

fn run(args: &Args) -> anyhow::Result<Exit> {
    if args.list_formats {
        return list_formats();
    }
    let config = args.shared.config()?;
    let sources = source::sources(args, &config)?;
    if sources.is_empty() {
        args::show_help();
        let failure =
            Failure::new(Kind::Usage, "nothing to read: no FILE, and standard input is no pipe");
        let hint = "siemparse FILE…, or [[source]] entries in siem.toml; siemparse --help";
        return Err(failure.hint(hint).into());
    }
    let take = if args.explain {
        Take::Explain(Printer::default())
    } else if args.dry_run {
        Take::Count
    } else if args.output.is_some() {
        Take::Print(Printer::default())
    } else {
        Take::Keep(Kept::default())
    };
    let is_kept = matches!(take, Take::Keep(_));
    let create = if is_kept { Create::IfEmbedded } else { Create::Never };
    let is_opened = is_kept || args.shared.db.is_some();
    let door = is_opened.then(|| Door::new(&config, create, args.wait_db)).transpose()?;
    let mode = Mode {
        is_once: args.once || args.explain || args.dry_run,
        from_end: args.from_end,
        is_quiet: args.quiet,
    };
    let stop = Stop::on_signal()?;
    stop.end_within(END, "siemparse", 4)?;
    let outage = Outage::new(mode.is_once && !args.wait_db, stop.clone());
    let spool = spool(&sources)?;
    let desk = Desk::new(door.as_ref(), is_kept, &config, args.year, outage.clone())?;
    let writer = door.filter(|_| is_kept);
    Reading::new(sources, desk, writer, &outage, take, mode, stop)?.through(spool).run()
}

/// Begins to take standard input in, where it goes through a folder: before the database is asked
/// for anything.
fn spool(sources: &[Source]) -> anyhow::Result<Option<Spool>> {
    let spooled = sources.iter().find_map(|source| match &source.input {
        Input::Spool(folder) => Some((folder, &source.section)),
        _ => None,
    });
    let Some((folder, section)) = spooled else { return Ok(None) };
    let begin = Spool::begin(folder, section);
    let wrong = |error: io::Error| {
        Failure::new(Kind::Usage, format!("{}: {}", folder.display(), reason::reason(&error)))
    };
    Ok(Some(begin.map_err(wrong)?))
}

/// Prints the names of all formats and what they are.
fn list_formats() -> anyhow::Result<Exit> {
    let width = Format::ALL.iter().map(|format| format.name().len()).max().unwrap_or(0);
    let mut text = String::new();
    for format in Format::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:width$}  {}", format.name(), format.about());
    }
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Done)
}
