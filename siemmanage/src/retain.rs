//! `retain`: old events go, in short transactions, while the other tools work.
//!
//! What it does *not* know: partitions.

use crate::args::Retain as Args;
use crate::{archive, database, page};
use common::cli::{Exit, Failure};
use common::clock::Timestamp;
use common::clock::span::Span;
use common::config::Config;
use std::path::Path;
use store::{Removed, Retain, Store, Units};

/// Removes events older than a span, or counts them.
pub(crate) fn run(args: &Args, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_for(config, !args.dry_run)?;
    let now = Timestamp::now();
    let before = |span: Span| Timestamp(now.0.saturating_sub(span.0));
    let section = match &args.section {
        Some(name) => Some(database::section(&mut *store, name)?),
        None => None,
    };
    let retain = Retain {
        before: before(args.older_than),
        section,
        siem_before: args.siem_older_than.map(before),
        up_to: None,
    };
    let retain = match &args.archive {
        Some(folder) if !args.dry_run => archived(&mut *store, retain, folder)?,
        _ => retain,
    };
    let removed = match args.dry_run {
        true => store.retain_plan(&retain).map_err(Failure::from)?,
        false => store.retain(&retain).map_err(Failure::from)?,
    };
    let verb = if args.dry_run { "would remove" } else { "removed" };
    page::say(&format!("{verb} {}", summary(&removed)))?;
    Ok(Exit::Done)
}

/// Archives what is to be removed; then nothing else may be.
fn archived(store: &mut dyn Store, retain: Retain, folder: &Path) -> anyhow::Result<Retain> {
    let section = retain.section.as_deref();
    let units = Units::before(store, retain.whole_days(), section);
    let units = units.map_err(|error| archive::told(error, folder))?;
    let done = archive::write(store, &units, folder)?;
    let (events, files) = (page::counted(done.events, "event"), page::counted(done.files, "file"));
    page::say(&format!("archived {events} in {files}"))?;
    Ok(Retain { up_to: Some(done.commit_no), ..retain })
}

fn summary(removed: &Removed) -> String {
    let mut parts = vec![
        page::counted(removed.events, "event"),
        page::counted(removed.hits, "hit"),
        page::counted(removed.siem_events, "SIEM event"),
    ];
    if !removed.partitions.is_empty() {
        let count = u64::try_from(removed.partitions.len()).unwrap_or(u64::MAX);
        let days = page::counted(count, "day partition");
        parts.push(format!("{days} ({})", removed.partitions.join(", ")));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_named() {
        let removed = Removed { events: 1, hits: 0, siem_events: 2, partitions: Vec::new() };
        assert_eq!(summary(&removed), "1 event, 0 hits, 2 SIEM events");
        let removed = Removed { partitions: vec!["event_20260101".into()], ..removed };
        assert!(summary(&removed).ends_with(", 1 day partition (event_20260101)"));
    }
}
