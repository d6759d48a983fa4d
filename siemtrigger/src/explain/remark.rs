//! `--explain`, what the ledger says: which version was at work when an event was stored, and
//! whether it has been shown it.
//!
//! Commits are told by their times: an event knows when it was stored.
//!
//! What it does *not* know: conditions and windows.

use common::cli::Failure;
use common::clock::Timestamp;
use common::event::Event;
use common::rule::Rule;
use store::{Activation, Store};

/// Why a rule that fires on an event may have left nothing; empty where it has been shown it.
pub(crate) fn remarks(
    store: &mut dyn Store,
    rule: &Rule,
    event: &Event<'_>,
) -> anyhow::Result<Vec<String>> {
    let Some(stored) = event.ingested else { return Ok(Vec::new()) };
    let all = store.activations().map_err(Failure::from)?;
    let is_own = |it: &&Activation| it.rule.section == rule.section && it.rule.name == rule.name;
    let own: Vec<&Activation> = all.iter().filter(is_own).collect();
    if own.is_empty() {
        return Ok(vec!["the rule was never at work: it is not in the rule table".to_owned()]);
    }
    let version = rule.version();
    let mut remarks = Vec::new();
    let mut seen = false;
    for it in own {
        let is_early = reached(store, it.from_commit, stored)?;
        let is_late = match it.to_commit {
            Some(to) => !reached(store, to, stored)?,
            None => false,
        };
        if is_early || is_late {
            continue;
        }
        seen = true;
        if it.hash != version {
            let short: String = it.hash.chars().take(12).collect();
            remarks.push(format!("superseded: version {short} was at work when it was stored"));
        }
        if !reached(store, it.position, stored)? {
            remarks.push(
                "the ledger is not there yet: siemtrigger has not shown it the event".to_owned(),
            );
        } else if reached(store, it.armed_commit, stored)? {
            remarks.push("warm-up: the event counts in windows and fires nothing".to_owned());
        }
    }
    if !seen {
        remarks
            .push("the event was stored when no version was at work (see --backfill)".to_owned());
    }
    Ok(remarks)
}

/// Whether a commit was made at or after a moment.
fn reached(store: &mut dyn Store, commit_no: i64, stored: Timestamp) -> anyhow::Result<bool> {
    let time = store.commit_time(commit_no).map_err(Failure::from)?;
    Ok(time.is_some_and(|time| time >= stored))
}
