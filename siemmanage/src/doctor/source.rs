//! Sources: accounts that do not add up, files that are gone or are not read, clocks that are off
//! by hours, lines that no parser understands.
//!
//! What it does *not* know: rules.

use super::Findings;
use crate::status;
use common::clock::{SECOND, Timestamp};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use store::{Account, Cursor, Store};

/// A file with unread bytes that nobody read for so long is not being followed.
const STALE: i64 = 600 * SECOND;
/// How many of the last commits tell how clocks go.
const COMMITS: i64 = 1_000;
/// As many batches of a source must agree on its clock.
const BATCHES: usize = 5;
/// How far from whole hours a delay may be.
const NEAR: i64 = 120 * SECOND;
const HOUR: i64 = 3_600 * SECOND;
/// Of fewer lines no share is told.
const LINES: i64 = 100;

pub(super) fn check(
    store: &mut dyn Store,
    host: &str,
    now: Timestamp,
    findings: &mut Findings,
) -> store::Result<()> {
    findings.check();
    let accounts = store.accounts()?;
    for account in &accounts {
        balance(account, findings);
    }
    let sources = store.sources()?;
    findings.check();
    for (cursor, updated) in sources.iter().filter(|(cursor, _)| cursor.host == host) {
        file(cursor, *updated, now, findings);
    }
    findings.check();
    for (cursor, _) in &sources {
        unparsed(cursor, findings);
    }
    findings.check();
    clocks(store, &sources, findings)
}

fn shown(source: i64, name: &str) -> String {
    format!("source {source} ({name})")
}

/// offered = stored + rejected + filtered + gap.
fn balance(account: &Account, findings: &mut Findings) {
    let open = account.open();
    if open.lines != 0 || open.bytes != 0 {
        let source = shown(account.source, &account.name);
        let text = format!(
            "{source}: {} lines and {} bytes offered, but {} lines and {} bytes of them are \
             neither stored nor rejected, filtered or missing",
            account.offered.lines, account.offered.bytes, open.lines, open.bytes
        );
        findings.wrong("account", text);
    }
    if account.gap.bytes > 0 {
        let source = shown(account.source, &account.name);
        let (lines, bytes) = (account.gap.lines, account.gap.bytes);
        let text = format!("{source}: {lines} lines and {bytes} bytes missing; see table gap");
        findings.note("gap", text);
    }
}

/// A file that is gone, or that grows and is not read.
fn file(cursor: &Cursor, updated: Timestamp, now: Timestamp, findings: &mut Findings) {
    if cursor.kind != "file" {
        return;
    }
    let source = shown(cursor.source, &cursor.name);
    match std::fs::metadata(&cursor.name) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let text =
                format!("{source}: the file is gone; siemmanage forget, when it is for good");
            return findings.note("file", text);
        }
        Err(error) => return findings.wrong("file", format!("{source}: {error}")),
        Ok(_) => {}
    }
    let unread = status::lag(cursor).unwrap_or(0);
    let since = now.0.saturating_sub(updated.0);
    if unread > 0 && since > STALE {
        let minutes = since / (60 * SECOND);
        let text =
            format!("{source}: {unread} bytes unread for {minutes} min; is siemparse running?");
        findings.wrong("stale", text);
    }
}

fn unparsed(cursor: &Cursor, findings: &mut Findings) {
    let (unparsed, stored) = (cursor.totals.unparsed, cursor.totals.stored);
    if stored < LINES || unparsed * 20 < stored {
        return;
    }
    let source = shown(cursor.source, &cursor.name);
    let percent = unparsed.saturating_mul(100) / stored;
    let text = format!(
        "{source}: {percent} % of {stored} lines are in no known format; siemparse --explain shows why"
    );
    match unparsed * 2 > stored {
        true => findings.wrong("unparsed", text),
        false => findings.note("unparsed", text),
    }
}

/// Sources whose stamps are always the same whole hours ahead of the clock or behind: a zone is set
/// wrong.
fn clocks(
    store: &mut dyn Store,
    sources: &[(Cursor, Timestamp)],
    findings: &mut Findings,
) -> store::Result<()> {
    let last = store.last_commit()?.map_or(0, |(commit_no, _)| commit_no);
    let mut delays: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let limit = u32::try_from(COMMITS).unwrap_or(u32::MAX);
    for row in store.batch_rows(last - COMMITS, limit)? {
        if let Some((_, newest)) = row.time.filter(|_| row.source != 0) {
            delays.entry(row.source).or_default().push(row.committed.0.saturating_sub(newest.0));
        }
    }
    for (source, delays) in delays {
        if let Some(hours) = whole_hours(&delays) {
            let name = sources.iter().find(|(cursor, _)| cursor.source == source);
            let source = shown(source, name.map_or("-", |(cursor, _)| &cursor.name));
            let way = if hours > 0 { "behind" } else { "ahead of" };
            let text = format!(
                "{source}: stamps are always {} h {way} the clock; set its zone (siemparse -z, section set -z)",
                hours.abs()
            );
            findings.wrong("clock", text);
        }
    }
    Ok(())
}

/// The whole hours, other than none, that all delays are near to.
fn whole_hours(delays: &[i64]) -> Option<i64> {
    let first = delays.first()?;
    let hours = (first + HOUR / 2).div_euclid(HOUR);
    let is_near = |delay: &i64| (delay - hours * HOUR).abs() <= NEAR;
    let is_zone = hours != 0 && (-14..=14).contains(&hours);
    (is_zone && delays.len() >= BATCHES && delays.iter().all(is_near)).then_some(hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_hours_are_seen() {
        let delays = |hours: i64| -> Vec<i64> {
            (0..6).map(|nth| hours * HOUR + (nth - 2) * 20 * SECOND).collect()
        };
        assert_eq!(whole_hours(&delays(2)), Some(2));
        assert_eq!(whole_hours(&delays(-5)), Some(-5));
        assert_eq!(whole_hours(&delays(0)), None);
        assert_eq!(whole_hours(&delays(2)[..4]), None, "too few");
        let old: Vec<i64> = (0..9).map(|nth| 2 * HOUR + nth * 60 * SECOND).collect();
        assert_eq!(whole_hours(&old), None, "an old file, read at once");
        assert_eq!(whole_hours(&delays(300)), None);
    }
}
