//! The database: roles, events without a partition, heads of digests, events that are gone.
//!
//! What it does *not* know: sources, rules.

use super::Findings;
use crate::page::counted;
use common::filter::Filter;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use store::{Store, Url};

/// Of how many newest commits, and of how many events in them, all have to be there.
const COMMITS: u32 = 200;
const LOOKED_AT: i64 = 20_000;

const ROLES: [&str; 4] = ["siem_ingest", "siem_query", "siem_trigger", "siem_owner"];

pub(super) fn check(store: &mut dyn Store, findings: &mut Findings) -> store::Result<()> {
    roles(store, findings)?;
    partitions(store, findings)?;
    heads(store, findings)?;
    gone(store, findings)
}

/// The roles that tools work under; an SQLite file has none.
fn roles(store: &mut dyn Store, findings: &mut Findings) -> store::Result<()> {
    if matches!(Url::parse(Some(&store.name())), Ok(Url::Sqlite(_))) {
        return Ok(());
    }
    findings.check();
    let known = store.roles()?;
    for role in ROLES.iter().filter(|role| !known.iter().any(|name| name == *role)) {
        let text = format!("role {role} is missing; siemmanage init as one who may create roles");
        findings.note("role", text);
    }
    for (table, verbs) in store.public_rights()? {
        findings
            .wrong("role", format!("everybody may {verbs} table {table}; revoke it from PUBLIC"));
    }
    Ok(())
}

fn partitions(store: &mut dyn Store, findings: &mut Findings) -> store::Result<()> {
    findings.check();
    let settled = match store.settle() {
        // One who may only read cannot move events.
        Err(store::Error::Denied { .. }) => return Ok(()),
        settled => settled?,
    };
    if settled.moved > 0 {
        let moved = counted(settled.moved, "event");
        findings.note("partition", format!("{moved} moved to the partitions of their days"));
    }
    if settled.waiting > 0 {
        let waiting = counted(settled.waiting, "event");
        findings.wrong(
            "partition",
            format!("{waiting} without the partition of their day: it was locked; try again"),
        );
    }
    if settled.strange > 0 {
        let strange = counted(settled.strange, "event");
        findings.note(
            "partition",
            format!("{strange} dated more than two years ago or in the future, in one partition"),
        );
    }
    Ok(())
}

/// A quick look; `siemmanage verify` computes everything.
fn heads(store: &mut dyn Store, findings: &mut Findings) -> store::Result<()> {
    findings.check();
    let ends: BTreeMap<i64, Vec<u8>> =
        store.heads()?.into_iter().map(|head| (head.source, head.digest)).collect();
    for (source, head) in store.cursor_heads()? {
        if ends.get(&source).cloned().unwrap_or_default() != head {
            let text = format!(
                "source {source}: its last batch is not the one that it wrote; \
                siemmanage verify says more"
            );
            findings.wrong("digest", text);
        }
    }
    Ok(())
}

/// Events that the newest batches should hold and do not. A quick look, too.
fn gone(store: &mut dyn Store, findings: &mut Findings) -> store::Result<()> {
    findings.check();
    let last = store.last_commit()?.map_or(0, |(commit_no, _)| commit_no);
    let commits = store.commits_after(last.saturating_sub(COMMITS.into()), COMMITS)?;
    let (mut seen, mut missing, mut first) = (0, 0, None);
    for commit in commits.iter().rev() {
        seen += commit.event_count;
        if seen > LOOKED_AT {
            break;
        }
        let mut there = 0;
        store.batch_events(commit.batch, &Filter::All, &mut |_| {
            there += 1;
            ControlFlow::Continue(())
        })?;
        if there < commit.event_count {
            missing += commit.event_count - there;
            first = Some(commit.batch);
        }
    }
    if let Some(first) = first {
        let missing = counted(missing.unsigned_abs(), "event");
        let text = format!("{missing} missing from batch {first} on; siemmanage verify names them");
        findings.wrong("event", text);
    }
    Ok(())
}
