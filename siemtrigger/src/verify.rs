//! `--verify`: what is stored of SIEM events against what the same commits give again.
//!
//! Every interval of every rule version is shown its commits anew, up to where the ledger stands,
//! by the ledger itself, into tables of our own. Then both tables are compared, every field.
//!
//! What it does *not* know: how a rule decides.

use crate::args::Args;
use crate::choice::Choice;
use crate::ledger::{Progress, step};
use crate::replay::{Period, period};
use crate::runner::Runners;
use crate::shadow::Shadow;
use common::cli::{Exit, Failure, Stop, hint, warn};
use common::output::escape;
use common::siem_event::{SiemEvent, digest};
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use store::{Activation, SiemSelection, Store};

/// How many differences are shown.
const SHOWN: usize = 20;

/// Verifies what is stored of the rules that are meant.
pub(crate) fn run(
    store: &mut dyn Store,
    choice: &Choice,
    args: &Args,
    stop: &Stop,
) -> anyhow::Result<Exit> {
    let period = period(args)?;
    let all = choice.known(store.activations().map_err(Failure::from)?);
    let sections = all.iter().map(|it| (it.version, it.rule.out.clone())).collect();
    let versions: HashSet<(String, String)> = all
        .iter()
        .filter(|it| choice.covers(&it.rule))
        .map(|it| (it.rule.id(), it.hash.clone()))
        .collect();
    let mut shadow = Shadow::new(store, sections)?;
    redo(&mut shadow, all, choice, stop)?;
    let is_meant =
        |it: &SiemEvent| versions.contains(&(it.rule_id.clone(), it.rule_version.clone()));
    let mut own = shadow.own;
    let mut computed = digests(&mut *own, period, &is_meant)?;
    let stored = digests(store, period, &is_meant)?;
    let count = stored.len();
    let mut different: Vec<String> = Vec::new();
    for (id, digest) in stored {
        if computed.remove(&id).as_ref() != Some(&digest) {
            different.push(id);
        }
    }
    different.extend(computed.into_keys());
    show(store, &mut *own, &different)?;
    let what = format!("{count} SIEM events of {} rule versions", versions.len());
    match different.len() {
        0 if args.quiet => {}
        0 => warn("siemtrigger", &format!("{what}: no difference")),
        many => {
            warn("siemtrigger", &format!("{what}: {many} differ"));
            hint(
                "events that retention removed cannot be looked at again; --since leaves them out",
            );
            if store.relabel_head().map_err(Failure::from)?.is_some() {
                hint("siemmanage relabel gave events other labels than they were evaluated with");
            }
        }
    }
    Ok(if different.is_empty() { Exit::Done } else { Exit::NoMatch })
}

/// Shows every interval its commits again, up to where the ledger stands.
fn redo(
    shadow: &mut Shadow<'_>,
    mut all: Vec<Activation>,
    choice: &Choice,
    stop: &Stop,
) -> anyhow::Result<()> {
    for it in &mut all {
        it.to_commit = Some(it.position);
        it.position = it.from_commit;
    }
    let mut runners = Runners::new(all, choice)?;
    while !stop.is_raised() {
        match step(shadow, &mut runners)? {
            Progress::Made(_) => {
                if runners.active.iter().any(|runner| runner.activation.is_finished()) {
                    runners = Runners::new(runners.all, choice)?;
                }
            }
            Progress::None | Progress::Overtaken => return Ok(()),
        }
    }
    Ok(())
}

/// The digests of SIEM events, by id.
fn digests(
    store: &mut dyn Store,
    (since, until): Period,
    is_meant: &dyn Fn(&SiemEvent) -> bool,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut see = |event: SiemEvent| {
        if is_meant(&event) {
            found.insert(event.id.clone(), digest(&text(&event)));
        }
        ControlFlow::Continue(())
    };
    let selection = SiemSelection { since, until, ..SiemSelection::default() };
    store.siem_events(&selection, &mut see).map_err(Failure::from)?;
    Ok(found)
}

fn text(event: &SiemEvent) -> String {
    let mut out = Vec::new();
    event.write_json(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Prints what is stored (-) and what should be (+).
fn show(store: &mut dyn Store, own: &mut dyn Store, ids: &[String]) -> anyhow::Result<()> {
    for id in ids.iter().take(SHOWN) {
        line('-', store, id)?;
        line('+', own, id)?;
    }
    Ok(())
}

fn line(sign: char, store: &mut dyn Store, id: &str) -> anyhow::Result<()> {
    let selection = SiemSelection { ids: vec![id.to_owned()], ..SiemSelection::default() };
    let mut found = None;
    let mut see = |event: SiemEvent| {
        found = Some(text(&event));
        ControlFlow::Break(())
    };
    store.siem_events(&selection, &mut see).map_err(Failure::from)?;
    if let Some(text) = found {
        writeln!(io::stdout().lock(), "{sign} {}", escape(&text))?;
    }
    Ok(())
}
