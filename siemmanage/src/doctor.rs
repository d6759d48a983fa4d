//! `doctor`: what is wrong with sources, rules and the database, one line a thing.
//!
//! ```text
//!  source ─┐
//!  rule ───┼─► findings: wrong (exit 1) or worth a note ─► table, JSON
//!  base ───┘
//! ```
//!
//! Nothing is changed but one thing: events that wait in PostgreSQL's default partition are moved
//! to the partition of their day.
//!
//! What it does *not* know: how what it finds is mended; each finding says what to do.

mod base;
mod rule;
mod source;

use crate::args::{Doctor as Args, Output};
use crate::database;
use crate::page::{self, Page, counted};
use common::cli::{Exit, Failure};
use common::clock::Timestamp;
use common::config::Config;
use serde_json::json;
use store::Store;

/// Something that a check found.
pub(crate) struct Finding {
    /// What was checked.
    check: &'static str,
    /// Whether something is wrong; else it is worth a note.
    is_wrong: bool,
    /// What, and what to do about it.
    text: String,
}

/// What checks have found so far.
#[derive(Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    checks: u64,
}

impl Findings {
    fn check(&mut self) {
        self.checks += 1;
    }

    fn wrong(&mut self, check: &'static str, text: String) {
        self.list.push(Finding { check, is_wrong: true, text });
    }

    fn note(&mut self, check: &'static str, text: String) {
        self.list.push(Finding { check, is_wrong: false, text });
    }
}

/// Runs all checks; the exit code says whether something is wrong.
pub(crate) fn run(args: &Args, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let findings = examine(&mut *store, config, Timestamp::now()).map_err(Failure::from)?;
    let wrong = findings.list.iter().filter(|found| found.is_wrong).count();
    match args.output {
        Output::Table => {
            let mut page = Page::new(&["check", "state", "what"], &[]);
            for found in &findings.list {
                let state = if found.is_wrong { "wrong" } else { "note" };
                page.row([found.check.to_owned(), state.to_owned(), found.text.clone()]);
            }
            if !findings.list.is_empty() {
                page.print()?;
            }
            page::say(&format!(
                "{}: {}, {wrong} wrong, {}",
                store.name(),
                counted(findings.checks, "check"),
                counted((findings.list.len() - wrong) as u64, "note")
            ))?;
        }
        Output::Json => {
            let found = |found: &Finding| json!({"check": found.check, "is_wrong": found.is_wrong, "what": found.text});
            page::json(&json!({
                "database": store.name(),
                "checks": findings.checks,
                "wrong": wrong,
                "findings": findings.list.iter().map(found).collect::<Vec<_>>(),
            }))?;
        }
    }
    Ok(if wrong == 0 { Exit::Done } else { Exit::NoMatch })
}

fn examine(store: &mut dyn Store, config: &Config, now: Timestamp) -> store::Result<Findings> {
    let mut findings = Findings::default();
    base::check(store, &mut findings)?;
    source::check(store, &config.identity(), now, &mut findings)?;
    rule::check(store, now, &mut findings)?;
    Ok(findings)
}
