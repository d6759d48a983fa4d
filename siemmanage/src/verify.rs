//! `verify`: all digests made anew and compared, with each other and with heads kept elsewhere.
//!
//! Findings go to standard output, one a line, those of the earliest commit first.
//!
//! What it does *not* know: how a batch is digested.

use crate::args::{Output, Verify as Args};
use crate::page::counted;
use crate::{archive, database, page};
use common::cli::{Exit, Failure, Kind};
use common::config::Config;
use serde_json::json;
use std::io::Read as _;
use std::path::Path;
use store::{Checked, Sealed, Verified};

/// A file of seals is never longer.
const LARGEST: u64 = 256 << 20;

/// Verifies the database; the exit code says whether anything was found.
pub(crate) fn run(args: &Args, config: &Config) -> anyhow::Result<Exit> {
    if !args.archive.is_empty() {
        return archives(args, config);
    }
    let mut sealed = Vec::new();
    for path in &args.head {
        sealed.extend(read(path)?);
    }
    let mut store = database::open_reader(config)?;
    let done = store::verify(&mut *store, &sealed).map_err(Failure::from)?;
    match args.output {
        Output::Table => {
            for finding in &done.findings {
                page::say(&finding.to_string())?;
            }
            page::say(&summary(&done, &sealed))?;
        }
        Output::Json => page::json(&json!({
            "batches": done.batches,
            "events": done.events,
            "sources": done.sources,
            "uncovered": done.uncovered,
            "retentions": done.retentions,
            "removed": done.removed,
            "relabels": done.relabels,
            "relabelled": done.relabelled,
            "seals": sealed.len(),
            "findings": done.findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))?,
    }
    Ok(if done.findings.is_empty() { Exit::Done } else { Exit::NoMatch })
}

/// Verifies archives against the database.
fn archives(args: &Args, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let (files, findings) = archive::verify(&mut *store, &args.archive)?;
    let sum = |count: fn(&Checked) -> u64| files.iter().map(count).sum::<u64>();
    let (batches, events) = (sum(|file| file.batches), sum(|file| file.events));
    let uncovered = sum(|file| file.uncovered);
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    match args.output {
        Output::Table => {
            for finding in &findings {
                page::say(finding)?;
            }
            let mut text = format!(
                "verified {} of {} in {}",
                counted(events, "event"),
                batches_of(batches),
                counted(count(files.len()), "archive")
            );
            if uncovered > 0 {
                text.push_str(&format!(", {} older than digests", counted(uncovered, "event")));
            }
            page::say(&format!("{text}: {}", counted(count(findings.len()), "finding")))?;
        }
        Output::Json => page::json(&json!({
            "archives": files.len(),
            "batches": batches,
            "events": events,
            "uncovered": uncovered,
            "findings": findings,
        }))?,
    }
    Ok(if findings.is_empty() { Exit::Done } else { Exit::NoMatch })
}

fn batches_of(batches: u64) -> String {
    if batches == 1 { "1 batch".to_owned() } else { format!("{batches} batches") }
}

fn read(path: &Path) -> Result<Vec<Sealed>, Failure> {
    let place = path.display();
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(LARGEST).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text))
    };
    read.map_err(|error| Failure::new(Kind::Input, format!("{place}: {error}")))?;
    Sealed::read(&text).map_err(|error| {
        Failure::new(Kind::Input, format!("{place}: {error}"))
            .hint("--head wants what siemmanage seal printed, signed or not")
    })
}

fn summary(done: &Verified, sealed: &[Sealed]) -> String {
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    let mut text = format!(
        "verified {} of {} from {}",
        counted(done.events, "event"),
        batches_of(done.batches),
        counted(done.sources, "source")
    );
    if done.removed > 0 {
        let records = counted(done.retentions, "retention record");
        text.push_str(&format!(", {} removed under {records}", counted(done.removed, "event")));
    }
    if done.relabels > 0 {
        let records = counted(done.relabels, "record");
        text.push_str(&format!(", {} relabelled under {records}", done.relabelled));
    }
    if done.uncovered > 0 {
        text.push_str(&format!(", {} older than digests", counted(done.uncovered, "commit")));
    }
    text.push_str(&match sealed.len() {
        0 => ", against no outside head".to_owned(),
        seals => format!(", against {}", counted(count(seals), "seal")),
    });
    text.push_str(&format!(": {}", counted(count(done.findings.len()), "finding")));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_was_held_against_what() {
        let done = Verified { batches: 1, events: 12, sources: 1, ..Verified::default() };
        let text =
            "verified 12 events of 1 batch from 1 source, against no outside head: 0 findings";
        assert_eq!(summary(&done, &[]), text);
        let done = Verified { batches: 3, retentions: 1, removed: 7, uncovered: 2, ..done };
        assert_eq!(
            summary(&done, &[Sealed::default()]),
            "verified 12 events of 3 batches from 1 source, 7 events removed under 1 retention \
             record, 2 commits older than digests, against 1 seal: 0 findings"
        );
        let done =
            Verified { batches: 1, events: 12, relabels: 2, relabelled: 9, ..Verified::default() };
        let text = summary(&done, &[]);
        assert!(text.contains("0 sources, 9 relabelled under 2 records, against"), "{text}");
    }
}
