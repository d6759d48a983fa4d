//! Actions: SIEM events out of the outbox, each to a program, until it says that it has it.
//!
//! ```text
//!  record ─► outbox row ─► take ─► run ─► done
//!                            ▲      └──► retry later, at last failed
//!                            └─ over the rate: one summary for all that wait
//! ```
//!
//! A row is written together with its SIEM event, once for a SIEM event and action; amendments
//! and back-fill write none. It is taken at least once: where a siemtrigger dies over it, another
//! takes it after a while. The key (SIEM event's id and action) is the same each time.
//!
//! What it does *not* know: rules, windows.

use crate::hook::{self, Words};
use common::cli::{Failure, Kind, Stop, warn};
use common::clock::SECOND;
use common::clock::span::Span;
use common::config::{Action, Config, Origin, program};
use common::siem_event::{SiemEvent, digest};
use serde_json::json;
use std::collections::BTreeMap;
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;
use store::{Create, Delivered, Delivery, Store};

/// How often a delivery is tried.
const ATTEMPTS: u32 = 8;
/// The wait after the first failure; it doubles up to the longest.
const FIRST: i64 = 5 * SECOND;
const LONGEST: i64 = 600 * SECOND;
/// How much longer than its program may run a delivery belongs to who took it.
const LEASE: i64 = 5 * SECOND;
const MINUTE: Span = Span(60 * SECOND);
/// The most deliveries of one summary, and of them the ids it names.
const SUMMED: u32 = 100_000;
const NAMED: usize = 100;
/// How long a daemon looks away from an outbox that is empty.
const LOOK: Duration = Duration::from_millis(250);

/// The actions of a run: those of the configuration, and `--exec`.
///
/// # Errors
/// `--exec` names no program.
pub(crate) fn actions(exec: Option<&str>, config: &Config) -> Result<Vec<Action>, Failure> {
    let mut actions = config.actions.clone();
    if let Some(command) = exec {
        let words = command.split_ascii_whitespace().map(str::to_owned).collect();
        let wrong = |reason| Failure::new(Kind::Usage, format!("--exec: {reason}"));
        let exec = program(words).map_err(wrong)?;
        let origin = Origin::Flag("--exec");
        actions.push(Action { name: "exec".to_owned(), exec, origin, ..Action::default() });
    }
    Ok(actions)
}

/// Whether the programs of all actions are there: one that is missing shows when siemtrigger starts,
/// not when something happens.
///
/// # Errors
/// One is not, or cannot be run.
pub(crate) fn check(actions: &[Action]) -> Result<(), Failure> {
    for Action { exec, origin, .. } in actions {
        let (kind, hint) = match origin {
            Origin::Flag(_) => {
                (Kind::Usage, "write the program's full path; no shell reads the command")
            }
            _ => (Kind::Config, "exec of an [[action]] is a program's full path and its arguments"),
        };
        let missing = |why| Failure::new(kind, format!("{origin}: {why}")).hint(hint);
        hook::find(exec).map_err(missing)?;
    }
    Ok(())
}

/// The rows that a SIEM event puts into the outbox, as (SIEM event, action).
pub(crate) fn rows<'a>(
    actions: &'a [Action],
    event: &'a SiemEvent,
) -> impl Iterator<Item = (String, String)> + 'a {
    let meant = |action: &&Action| {
        !event.backfill && action.is_for(&event.rule_id, &event.rule_name, event.severity)
    };
    actions.iter().filter(meant).map(|action| (event.id.clone(), action.name.clone()))
}

/// Delivers what is due; says how many deliveries were tried.
pub(crate) fn deliver(
    store: &mut dyn Store,
    actions: &[Action],
    stop: &Stop,
) -> store::Result<usize> {
    let mut tried = 0;
    for action in actions {
        loop {
            let count = turn(store, action)?;
            tried += count;
            if count == 0 || stop.is_raised() {
                break;
            }
        }
    }
    Ok(tried)
}

/// Takes one delivery, or where there were enough of them in the last minute, all at once.
fn turn(store: &mut dyn Store, action: &Action) -> store::Result<usize> {
    let (single, summed) = store.delivered(&action.name, MINUTE)?;
    let lease = Span(action.timeout.0.saturating_add(LEASE));
    if single < u64::from(action.rate) {
        let Some(delivery) = store.take(&action.name, 1, lease)?.pop() else { return Ok(0) };
        let mut input = Vec::new();
        delivery.event.write_json(&mut input);
        input.push(b'\n');
        let key = format!("{}/{}", delivery.event.id, action.name);
        finish(store, action, &key, std::slice::from_ref(&delivery), input, Delivered::Done)?;
        return Ok(1);
    }
    if summed > 0 {
        return Ok(0);
    }
    let deliveries = store.take(&action.name, SUMMED, lease)?;
    if deliveries.is_empty() {
        return Ok(0);
    }
    let (key, input) = summary(action, &deliveries);
    finish(store, action, &key, &deliveries, input, Delivered::Summed)?;
    Ok(deliveries.len())
}

/// Runs the program and notes how that went.
fn finish(
    store: &mut dyn Store,
    action: &Action,
    key: &str,
    deliveries: &[Delivery],
    input: Vec<u8>,
    done: Delivered,
) -> store::Result<()> {
    let attempt = deliveries.iter().map(|delivery| delivery.attempts).max().unwrap_or(1);
    let words = Words { action: &action.name, key, attempt };
    let outcome = match hook::run(&action.exec, action.timeout, &words, input) {
        Ok(()) => done,
        Err(reason) => {
            warn("siemtrigger", &format!("action {}: {key}: {reason}", action.name));
            match attempt >= ATTEMPTS {
                true => Delivered::Failed(reason),
                false => {
                    let wait = FIRST.saturating_mul(1 << (attempt - 1).min(20)).min(LONGEST);
                    Delivered::Retry(Span(wait), reason)
                }
            }
        }
    };
    let ids: Vec<String> = deliveries.iter().map(|delivery| delivery.event.id.clone()).collect();
    store.deliver(&action.name, &ids, &outcome)
}

/// One JSON object that tells of many SIEM events, and its key.
fn summary(action: &Action, deliveries: &[Delivery]) -> (String, Vec<u8>) {
    let mut rules: BTreeMap<&str, u64> = BTreeMap::new();
    for delivery in deliveries {
        *rules.entry(&delivery.event.rule_id).or_default() += 1;
    }
    let mut ids: Vec<&str> = deliveries.iter().map(|it| it.event.id.as_str()).collect();
    ids.sort_unstable();
    let id = digest(&ids.join(" "));
    let worst = deliveries.iter().map(|it| it.event.severity).min().unwrap_or(7);
    let text = json!({
        "id": id,
        "summary": true,
        "severity": worst,
        "count": deliveries.len(),
        "rules": rules,
        "siem_events": ids.iter().take(NAMED).collect::<Vec<_>>(),
        "message": format!("{} SIEM events in one: more than {} a minute", ids.len(), action.rate),
    });
    (format!("{id}/{}", action.name), format!("{text}\n").into_bytes())
}

/// A thread that delivers while a daemon detects, over a connection of its own.
pub(crate) struct Courier {
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

impl Courier {
    /// Starts it, where there is an action.
    pub(crate) fn start(config: &Config, actions: &[Action], stop: &Stop) -> Courier {
        let (config, own) = (config.clone(), stop.clone());
        let all = actions.to_vec();
        let run = move || {
            let mut store: Option<Box<dyn Store>> = None;
            while !own.is_raised() {
                let outcome = match &mut store {
                    Some(store) => deliver(store.as_mut(), &all, &own),
                    none => open(&config)
                        .and_then(|opened| deliver(none.insert(opened).as_mut(), &all, &own)),
                };
                // The detecting thread tells of a database that is away.
                if outcome.is_err() {
                    store = None;
                }
                if !matches!(outcome, Ok(1..)) {
                    sleep(LOOK);
                }
            }
        };
        let thread = (!actions.is_empty()).then(|| thread::spawn(run));
        Courier { stop: stop.clone(), thread }
    }
}

impl Drop for Courier {
    /// Waits for the delivery under way.
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take().filter(|_| self.stop.is_raised()) {
            let _ = thread.join();
        }
    }
}

fn open(config: &Config) -> store::Result<Box<dyn Store>> {
    let url = store::Url::parse(config.db.as_deref())?;
    store::open(&url, Create::Never)
}
