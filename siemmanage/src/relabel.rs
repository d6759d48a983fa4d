//! `relabel`: labels of stored events computed anew, counted by what changed.
//!
//! What it does *not* know: how labels are computed, what keeps the digests verifiable (`store`).

use crate::args::{Output, Relabel as Args};
use crate::database;
use crate::page::{self, Page, counted};
use common::cli::{Exit, Failure, Kind};
use common::clock::{Timestamp, words, zone::Zone};
use common::config::Config;
use serde_json::json;
use store::{Relabel, Relabelling};

/// Computes labels anew, or counts what would change.
pub(crate) fn run(args: &Args, config: &Config) -> anyhow::Result<Exit> {
    let since = instant("--since", &args.since)?;
    let until = args.until.as_deref().map(|text| instant("--until", text)).transpose()?;
    let mut store = database::open_for(config, !args.dry_run)?;
    let section = match &args.section {
        Some(name) => Some(database::section(&mut *store, name)?),
        None => None,
    };
    let wanted = Relabel { since, until, section, dry_run: args.dry_run };
    let done = store::relabel(&mut *store, &wanted).map_err(Failure::from)?;
    match args.output {
        Output::Table => print(&done, args.dry_run)?,
        Output::Json => page::json(&json!({
            "dry_run": args.dry_run,
            "events": done.events,
            "batches": done.batches,
            "changed": done.changed(),
            "changes": done.changes.iter().map(|((was, now), count)| {
                json!({"was": was, "now": now, "events": count})
            }).collect::<Vec<_>>(),
        }))?,
    }
    Ok(Exit::Done)
}

fn instant(flag: &str, text: &str) -> Result<Timestamp, Failure> {
    words::instant(text, &Zone::local(), Timestamp::now())
        .map_err(|error| Failure::new(Kind::Usage, format!("{flag}: {error}")))
}

fn print(done: &Relabelling, dry_run: bool) -> std::io::Result<()> {
    if !done.changes.is_empty() {
        let mut table = Page::new(&["events", "labels before", "labels now"], &["events"]);
        for ((was, now), count) in &done.changes {
            let shown =
                |labels: &str| if labels.is_empty() { "-".into() } else { labels.to_owned() };
            table.row([count.to_string(), shown(was), shown(now)]);
        }
        table.print()?;
    }
    let verb = if dry_run { "would relabel" } else { "relabelled" };
    page::say(&format!("{verb} {} of {}", done.changed(), counted(done.events, "event")))
}
