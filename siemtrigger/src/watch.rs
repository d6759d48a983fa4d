//! The daemon and `--oneshot`: steps while there are commits, then waiting.
//!
//! What it does *not* know: what a step does.

use crate::args::Args;
use crate::choice::Choice;
use crate::ledger::{Progress, step};
use crate::outbox;
use crate::print::Printer;
use crate::runner::Runners;
use common::cli::Stop;
use common::cli::{Exit, Failure, warn};
use common::clock::Timestamp;
use common::rule::Rule;
use std::thread::sleep;
use std::time::Duration;
use store::Store;

const NAME: &str = "siemtrigger";
/// How long one look at the stop flag and the rules may be away from the next.
const LOOK: Duration = Duration::from_millis(250);
/// How long a database that cannot be reached is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// Runs until there is nothing to do (`--oneshot`) or until a signal.
pub(crate) fn run(
    mut store: Box<dyn Store>,
    choice: &Choice,
    args: &Args,
    mut printer: Printer,
    stop: &Stop,
) -> anyhow::Result<Exit> {
    let store = store.as_mut();
    let mut watch = Watch::default();
    while !stop.is_raised() {
        match watch.turn(store, choice, &mut printer) {
            Ok(true) => {}
            Ok(false) if args.oneshot => break,
            Ok(false) => {}
            Err(error) if !args.oneshot && watch.survives(store, &error) => sleep(RETRY),
            Err(error) => return Err(error),
        }
        if !args.oneshot && watch.is_idle() {
            watch.wait(store);
        }
    }
    if args.oneshot {
        outbox::deliver(store, &choice.actions, stop).map_err(Failure::from)?;
    }
    if args.oneshot && !args.quiet {
        warn(NAME, &format!("{} SIEM events new or amended", printer.count));
    }
    Ok(Exit::Done)
}

/// The state of a daemon.
#[derive(Default)]
pub(crate) struct Watch {
    runners: Option<Runners>,
    generation: Option<i64>,
    /// The versions of rules from files, once they are at work.
    versions: Option<Vec<String>>,
    /// The last commit that was looked at; `i64::MIN` while there is work.
    seen: i64,
    is_away: bool,
}

impl Watch {
    /// Takes a step, or makes the commit that decisions wait for. Says whether there was work.
    pub(crate) fn turn(
        &mut self,
        store: &mut dyn Store,
        choice: &Choice,
        printer: &mut Printer,
    ) -> anyhow::Result<bool> {
        self.seen = i64::MIN;
        let generation = store.rule_generation().map_err(Failure::from)?;
        if self.generation != Some(generation) {
            self.runners = None;
            self.activate(store, choice)?;
        }
        let last = store.last_commit().map_err(Failure::from)?;
        let runners = match &mut self.runners {
            Some(runners) => runners,
            none => {
                let loaded = Runners::load(store, choice)?;
                self.generation = Some(generation);
                none.insert(loaded)
            }
        };
        match step(store, runners)? {
            Progress::Made(events) => {
                if runners.active.iter().any(|runner| runner.activation.is_finished()) {
                    self.runners = None;
                }
                events.iter().try_for_each(|event| printer.print(event))?;
                self.is_away = false;
                return Ok(true);
            }
            Progress::Overtaken => {
                self.runners = None;
                return Ok(true);
            }
            Progress::None => {}
        }
        printer.flush()?;
        runners.wake(store)?;
        let committed = last.map_or(Timestamp::MIN, |(_, committed)| committed);
        let is_due = runners.due().is_some_and(|due| committed <= due && due < Timestamp::now());
        if is_due {
            store.heartbeat().map_err(Failure::from)?;
        }
        self.seen = last.map_or(0, |(commit_no, _)| commit_no);
        self.is_away = false;
        Ok(is_due)
    }

    /// Begins intervals of rules from files: at the start, and when a set that they name changes.
    fn activate(&mut self, store: &mut dyn Store, choice: &Choice) -> anyhow::Result<()> {
        let Some(rules) = choice.current_files(store)? else { return Ok(()) };
        let versions: Vec<String> = rules.iter().map(Rule::version).collect();
        if self.versions.as_ref() != Some(&versions) {
            store.activate(&rules, choice.backfill).map_err(Failure::from)?;
            self.versions = Some(versions);
        }
        Ok(())
    }

    fn is_idle(&self) -> bool {
        self.seen != i64::MIN
    }

    /// Waits for the next commit, shortly. A failure is met again by the next turn.
    fn wait(&mut self, store: &mut dyn Store) {
        if store.wait_commit(self.seen, LOOK).is_err() {
            sleep(LOOK);
        }
    }

    /// Whether the daemon waits for the database to come back; said once. What failed is asked
    /// of the database itself: a lost connection may be there again, then the work begins anew.
    fn survives(&mut self, store: &mut dyn Store, error: &anyhow::Error) -> bool {
        let is_away = match store.last_commit() {
            Err(store::Error::Lost { .. } | store::Error::Connect { .. }) => true,
            Ok(_) if !self.is_away => true,
            _ => false,
        };
        if is_away && !self.is_away {
            warn(NAME, &format!("{error:#}; trying again"));
        }
        self.is_away = is_away;
        self.runners = None;
        is_away
    }
}
