//! The database: roles, events without a partition, heads of digests.
//!
//! What it does *not* know: sources, rules.

use super::Findings;
use crate::page::counted;
use std::collections::BTreeMap;
use store::{Right, Store, Url};

const ROLES: [&str; 4] = ["siem_ingest", "siem_query", "siem_trigger", "siem_owner"];

pub(super) fn check(store: &mut dyn Store, findings: &mut Findings) -> store::Result<()> {
    roles(store, findings)?;
    partitions(store, findings)?;
    heads(store, findings)
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
    for Right { grantee, table, verbs, is_missing } in store.odd_rights()? {
        if is_missing {
            let text =
                format!("{grantee} may not {verbs} table {table}; siemmanage init grants it");
            findings.note("role", text);
            continue;
        }
        let from = if grantee == "everybody" { "PUBLIC" } else { &grantee };
        let text = format!("{grantee} may {verbs} table {table}; revoke it from {from}");
        findings.wrong("role", text);
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
    for day in store.loose_days()? {
        let text = format!("table {day} is no part of table event: nobody sees its events");
        findings.wrong("partition", text);
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
