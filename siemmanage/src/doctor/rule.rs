//! Rules: fields that no event has, versions that were not shown the latest commits, actions
//! that failed.
//!
//! What it does *not* know: sources.

use super::Findings;
use common::clock::{SECOND, Timestamp};
use common::event::Event;
use common::rule::{Rule, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use store::{Order, Scan, Selection, Store};

/// How many of a section's newest events tell which fields there are.
const LOOKED_AT: u64 = 20_000;
/// Commits that nobody looked at for so long mean that siemtrigger does not run.
const LATE: i64 = 600 * SECOND;

pub(super) fn check(
    store: &mut dyn Store,
    now: Timestamp,
    findings: &mut Findings,
) -> store::Result<()> {
    findings.check();
    fields(store, findings)?;
    findings.check();
    actions(store, findings)?;
    findings.check();
    lag(store, now, findings)
}

/// Rules that look for fields which none of the newest events of their section has.
fn fields(store: &mut dyn Store, findings: &mut Findings) -> store::Result<()> {
    let mut sections: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
    for rule in store.rules()?.into_iter().filter(|rule| rule.is_enabled) {
        if let Source::Events(section) = &rule.source {
            sections.entry(section.clone()).or_default().push(rule);
        }
    }
    for (section, rules) in sections {
        let (count, seen) = seen(store, &section, &rules)?;
        if count == 0 {
            let text = format!("section {section} has no events for its {} rules", rules.len());
            findings.note("rule", text);
            continue;
        }
        for rule in &rules {
            for field in rule.filter.fields() {
                if !seen.contains(field.name()) {
                    let (id, field) = (rule.id(), field.name());
                    let text = format!("{id}: none of the newest {count} events has {field}");
                    findings.note("rule", text);
                }
            }
        }
    }
    Ok(())
}

/// How many of a section's newest events were looked at, and which fields of rules they have.
fn seen(
    store: &mut dyn Store,
    section: &str,
    rules: &[Rule],
) -> store::Result<(u64, BTreeSet<String>)> {
    let mut wanted: Vec<_> = rules.iter().flat_map(|rule| rule.filter.fields()).collect();
    let mut seen = BTreeSet::new();
    let mut count = 0;
    let selection = Selection { sections: vec![section.to_owned()], ..Selection::default() };
    let order = Order::TimeReversed;
    let scan = Scan { selection, order, newest: Some(LOOKED_AT), raw: true };
    let mut see = |event: Event<'static>| {
        count += 1;
        wanted.retain(|field| {
            let has = event.field(field).is_some();
            if has {
                seen.insert(field.name().to_owned());
            }
            !has
        });
        ControlFlow::Continue(())
    };
    store.scan(&scan, &mut see)?;
    Ok((count, seen))
}

/// Actions that did not succeed.
fn actions(store: &mut dyn Store, findings: &mut Findings) -> store::Result<()> {
    for count in store.outbox()?.iter().filter(|count| count.state == "failed") {
        let text = format!("{}: {} deliveries failed; see table outbox", count.action, count.count);
        findings.wrong("action", text);
    }
    Ok(())
}

/// Versions that are behind although there was time.
fn lag(store: &mut dyn Store, now: Timestamp, findings: &mut Findings) -> store::Result<()> {
    let Some((last, _)) = store.last_commit()? else { return Ok(()) };
    let mut incomplete = BTreeSet::new();
    for rule in store.activations()?.iter().filter(|rule| !rule.is_finished()) {
        let until = rule.to_commit.unwrap_or(last).min(last);
        if rule.position >= until {
            continue;
        }
        if store.commits_after(rule.position, 1)?.is_empty() {
            incomplete.insert(rule.position);
            continue;
        }
        let next = store.commit_time(rule.position + 1)?;
        let since = next.map_or(0, |next| now.0.saturating_sub(next.0));
        if since > LATE {
            let (id, minutes) = (rule.rule.id(), since / (60 * SECOND));
            let behind = until - rule.position;
            let text =
                format!("{id}: {behind} commits behind for {minutes} min; is siemtrigger running?");
            findings.wrong("rule", text);
        }
    }
    for position in incomplete {
        let text = format!(
            "rules wait behind commit {position}: events of the next are missing; \
             siemmanage verify names them"
        );
        findings.wrong("rule", text);
    }
    Ok(())
}
