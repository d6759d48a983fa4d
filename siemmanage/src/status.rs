//! `status`: what was read and stored, how far rules have come, how large the database is.
//!
//! What it does *not* know: whether anything is running.

use crate::args::{Output, Status as Args};
use crate::database;
use crate::page::{self, Page, counted};
use common::cli::{Exit, Failure};
use common::clock::Timestamp;
use common::config::Config;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use store::{Account, Activation, Cursor, Size, Store};

/// A source, when it was last written, and what became of what it offered.
struct Source {
    cursor: Cursor,
    updated: Timestamp,
    account: Account,
}

/// Prints the state of sources, rules and the database.
pub(crate) fn run(args: &Args, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let sources = sources(&mut *store).map_err(Failure::from)?;
    let size = store.size().map_err(Failure::from)?;
    let mut rules = store.activations().map_err(Failure::from)?;
    rules.retain(|rule| !rule.is_finished());
    rules.sort_by_key(|rule| (rule.rule.id(), rule.id));
    match args.output {
        Output::Table => {
            page::say(&overview(&store.name(), size))?;
            if !sources.is_empty() {
                page::print("\n")?;
                source_page(&sources).print()?;
            }
            if !rules.is_empty() {
                page::print("\n")?;
                rule_page(&rules, size.commit_no).print()?;
            }
        }
        Output::Json => page::json(&json!({
            "database": store.name(),
            "size": size.bytes,
            "events": size.events,
            "siem_events": size.siem_events,
            "commit_no": size.commit_no,
            "sources": sources.iter().map(source_json).collect::<Vec<_>>(),
            "rules": rules.iter().map(|rule| rule_json(rule, size.commit_no)).collect::<Vec<_>>(),
        }))?,
    }
    Ok(Exit::Done)
}

/// The sources that are not forgotten.
fn sources(store: &mut dyn Store) -> store::Result<Vec<Source>> {
    let mut accounts: BTreeMap<i64, Account> =
        store.accounts()?.into_iter().map(|account| (account.source, account)).collect();
    let source = |(cursor, updated): (Cursor, Timestamp)| {
        let account = accounts.remove(&cursor.source).unwrap_or_default();
        Source { cursor, updated, account }
    };
    Ok(store.sources()?.into_iter().map(source).collect())
}

fn overview(name: &str, size: Size) -> String {
    format!(
        "{name}: {}, {}, {} MiB, commit {}",
        counted(size.events, "event"),
        counted(size.siem_events, "SIEM event"),
        size.bytes.div_ceil(1 << 20),
        size.commit_no
    )
}

/// How many bytes of a plain file are not stored yet; `None` where that cannot be told: places in
/// UTF-16 are those of its text as UTF-8.
pub(crate) fn lag(cursor: &Cursor) -> Option<i64> {
    if cursor.kind != "file" {
        return None;
    }
    let file = std::fs::metadata(&cursor.name).ok()?;
    if file.is_file() && is_wide(&cursor.name) {
        return None;
    }
    Some(i64::try_from(file.len()).ok()?.saturating_sub(cursor.position).max(0))
}

/// Whether a file begins with the mark of UTF-16.
fn is_wide(path: &str) -> bool {
    let mut mark = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut mark));
    read.is_ok() && matches!(mark, [0xff, 0xfe] | [0xfe, 0xff])
}

fn source_page(sources: &[Source]) -> Page {
    let heading = [
        "source", "section", "kind", "lines", "stored", "unparsed", "rejected", "filtered", "gap",
        "lag", "updated", "name",
    ];
    let mut page = Page::new(&heading, &[&heading[..1], &heading[3..10]].concat());
    for Source { cursor, updated, account } in sources {
        let totals = &cursor.totals;
        let lag = lag(cursor).map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
        page.row([
            cursor.source.to_string(),
            cursor.section.clone(),
            cursor.kind.clone(),
            totals.lines.to_string(),
            totals.stored.to_string(),
            totals.unparsed.to_string(),
            totals.rejected.to_string(),
            account.filtered.lines.to_string(),
            account.gap.bytes.to_string(),
            lag,
            updated.to_string(),
            cursor.name.clone(),
        ]);
    }
    page
}

fn source_json(Source { cursor, updated, account }: &Source) -> Value {
    let totals = &cursor.totals;
    json!({
        "source": cursor.source,
        "host": cursor.host,
        "kind": cursor.kind,
        "name": cursor.name,
        "section": cursor.section,
        "position": cursor.position,
        "lines": totals.lines,
        "bytes": totals.bytes,
        "stored": totals.stored,
        "unparsed": totals.unparsed,
        "rejected": totals.rejected,
        "filtered": account.filtered.lines,
        "gap": account.gap.bytes,
        "lag": lag(cursor),
        "updated": updated.to_string(),
    })
}

/// How many commits of its interval a version has not seen yet.
fn behind(rule: &Activation, commit_no: i64) -> i64 {
    rule.to_commit.unwrap_or(commit_no).saturating_sub(rule.position).max(0)
}

fn rule_page(rules: &[Activation], commit_no: i64) -> Page {
    let heading = ["rule", "version", "from", "to", "position", "behind", "late"];
    let mut page = Page::new(&heading, &heading[2..]);
    for rule in rules {
        page.row([
            rule.rule.id(),
            rule.hash.chars().take(12).collect(),
            rule.from_commit.to_string(),
            rule.to_commit.map_or_else(|| "-".to_owned(), |to| to.to_string()),
            rule.position.to_string(),
            behind(rule, commit_no).to_string(),
            rule.late.to_string(),
        ]);
    }
    page
}

fn rule_json(rule: &Activation, commit_no: i64) -> Value {
    json!({
        "rule": rule.rule.id(),
        "version": rule.hash,
        "origin": rule.origin.name(),
        "from_commit": rule.from_commit,
        "to_commit": rule.to_commit,
        "position": rule.position,
        "behind": behind(rule, commit_no),
        "late": rule.late,
    })
}
