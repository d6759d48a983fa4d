//! `rules test`: checks rules and runs the cases kept beside them.
//!
//! Cases of `NAME.yml` or `NAME.json` are in `NAME.test.yml`; of a folder or archive all cases
//! count, for whatever rule they name. Printed as lines for people, as TAP 14 or as JUnit.
//!
//! What it does *not* know: how cases are read and decided.

use super::case;
use super::trial::{Trial, Verdict};
use crate::args::{RuleTest, TestOutput};
use crate::{database, item, page};
use common::cli::{Exit, Failure};
use common::config::Config;
use common::filter::Sets;
use common::output::escape;
use common::rule::{Cycle, Rule, order};
use pack::File;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Tests files, or without files what is stored.
pub(crate) fn run(args: &RuleTest, config: &Config) -> anyhow::Result<Exit> {
    let mut verdicts = Vec::new();
    let rules = if args.files.is_empty() {
        let mut store = database::open_reader(config)?;
        store.rules().map_err(Failure::from)?
    } else {
        let files = pack::rule_files(&args.files).map_err(item::unreadable)?;
        let tests = cases(&args.files)?;
        let sets = sets(&tests, config);
        // Correlations may count what is stored, where there is a database.
        let store = database::open_reader(config).ok();
        let stored = store.and_then(|mut store| store.rules().ok()).unwrap_or_default();
        let pack = pack::load_with(&files, None, &sets, &[], stored.clone());
        verdicts.extend(pack.refusals.iter().map(|refusal| Verdict {
            name: format!("{}:{}", refusal.file, refusal.line),
            failure: Some(refusal.to_string()),
        }));
        let is_other = |old: &&Rule| !pack.rules.iter().any(|new| new.id() == old.id());
        let others = stored.iter().filter(is_other);
        let all: Vec<Rule> = pack.rules.iter().chain(others).cloned().collect();
        let trial = Trial::new(&all)?;
        for file in &tests {
            verdicts.extend(tried(&trial, &all, &files, file, &sets));
        }
        pack.rules
    };
    let enabled: Vec<&Rule> = rules.iter().filter(|rule| rule.is_enabled).collect();
    if let Err(Cycle(path)) = order(&enabled) {
        let failure = Some(format!("rules see their own SIEM events: {}", path.join(" → ")));
        verdicts.push(Verdict { name: "order".to_owned(), failure });
    }
    let failed = verdicts.iter().filter(|verdict| verdict.failure.is_some()).count();
    match args.output {
        TestOutput::Text => text(&rules, &verdicts)?,
        TestOutput::Tap => page::print(&tap(&verdicts))?,
        TestOutput::Junit => page::print(&junit(&verdicts))?,
    }
    Ok(if failed > 0 { Exit::NoMatch } else { Exit::Done })
}

/// The files of cases: all of folders and archives, of a named rule file the one beside it.
fn cases(paths: &[PathBuf]) -> Result<Vec<File>, Failure> {
    let mut wanted = Vec::new();
    for path in paths {
        let beside = path.with_extension("test.yml");
        match path.is_dir() || pack::is_archive(path) {
            true => wanted.push(path.clone()),
            false if beside.is_file() => wanted.push(beside),
            false => {}
        }
    }
    pack::read_as(&wanted, &pack::is_case).map_err(item::unreadable)
}

/// The sets of the database, where there is one, and in their place those that cases give.
fn sets(tests: &[File], config: &Config) -> Sets {
    let stored = database::open_reader(config).ok().and_then(|mut store| store.sets().ok());
    let mut sets = stored.unwrap_or_default();
    // A file that cannot be read is a verdict of its own, later.
    let documents = tests.iter().filter_map(|file| case::read(&file.text).ok()).flatten();
    documents.flat_map(|cases| cases.sets).for_each(|set| sets.put(set));
    sets
}

/// The verdicts on the cases of a file.
fn tried(
    trial: &Trial<'_>,
    rules: &[Rule],
    files: &[File],
    file: &File,
    sets: &Sets,
) -> Vec<Verdict> {
    let failed = |line: usize, failure: String| Verdict {
        name: format!("{}:{line}", file.name),
        failure: Some(failure),
    };
    let documents = match case::read(&file.text) {
        Ok(documents) => documents,
        Err(error) => return vec![failed(error.line, error.message)],
    };
    let mut verdicts = Vec::new();
    for cases in &documents {
        match found(rules, files, file, cases.rule.as_deref(), sets) {
            Err(reason) => verdicts.push(failed(cases.line, reason)),
            Ok(rule) => {
                for (line, mut verdict) in trial.verdicts(rule, cases) {
                    if let Some(failure) = &mut verdict.failure {
                        *failure = format!("{}:{line}: {failure}", file.name);
                    }
                    verdicts.push(verdict);
                }
            }
        }
    }
    verdicts
}

/// The rule that cases name, or the only one of the file beside theirs.
fn found<'r>(
    rules: &'r [Rule],
    files: &[File],
    file: &File,
    name: Option<&str>,
    sets: &Sets,
) -> Result<&'r Rule, String> {
    let is_called =
        |rule: &&Rule, name: &str| rule.name == name || rule.id() == name || rule.title() == name;
    if let Some(name) = name {
        let rule = rules.iter().find(|rule| is_called(rule, name));
        return rule.ok_or_else(|| format!("no rule \"{name}\""));
    }
    let stem = file.name.strip_suffix(".test.yml").unwrap_or(&file.name);
    let beside: Vec<File> = ["yml", "yaml", "json"]
        .iter()
        .filter_map(|ending| files.iter().find(|it| it.name == format!("{stem}.{ending}")))
        .cloned()
        .collect();
    // A correlation counts rules of other files.
    let own = pack::load_with(&beside, None, sets, &[], rules.to_vec()).rules;
    match own.as_slice() {
        [only] => rules
            .iter()
            .find(|rule| rule.id() == only.id())
            .ok_or_else(|| format!("no rule \"{}\"", only.id())),
        [] => Err("names no rule, and there is none beside it".to_owned()),
        _ => Err("names no rule, and there are several beside it: write rule: NAME".to_owned()),
    }
}

fn text(rules: &[Rule], verdicts: &[Verdict]) -> std::io::Result<()> {
    for failure in verdicts.iter().filter_map(|verdict| verdict.failure.as_ref()) {
        page::say(failure)?;
    }
    let failed = verdicts.iter().filter(|verdict| verdict.failure.is_some()).count();
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let rules = page::counted(count(rules.len()), "rule");
    page::say(&format!(
        "{rules}, {}, {failed} failed",
        page::counted(count(verdicts.len()), "test")
    ))
}

/// The Test Anything Protocol, version 14.
fn tap(verdicts: &[Verdict]) -> String {
    let mut out = format!("TAP version 14\n1..{}\n", verdicts.len());
    for (number, verdict) in (1..).zip(verdicts) {
        let word = if verdict.failure.is_some() { "not ok" } else { "ok" };
        let name = escape(&verdict.name).replace('#', "\\#");
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{word} {number} - {name}");
        if let Some(failure) = &verdict.failure {
            let failure = serde_json::Value::from(escape(failure).as_ref());
            let _ = writeln!(out, "  ---\n  message: {failure}\n  ...");
        }
    }
    out
}

fn junit(verdicts: &[Verdict]) -> String {
    let failed = verdicts.iter().filter(|verdict| verdict.failure.is_some()).count();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuite name=\"rules\" tests=\"{}\" failures=\"{failed}\">\n",
        verdicts.len()
    );
    for verdict in verdicts {
        let (rule, case) = verdict.name.split_once(": ").unwrap_or((&verdict.name, ""));
        let _ = write!(out, "  <testcase classname=\"{}\" name=\"{}\"", xml(rule), xml(case));
        let _ = match &verdict.failure {
            Some(failure) => {
                writeln!(out, "><failure message=\"{}\"/></testcase>", xml(failure))
            }
            None => writeln!(out, "/>"),
        };
    }
    out.push_str("</testsuite>\n");
    out
}

/// Text inside of an attribute; what XML cannot hold is escaped before.
fn xml(text: &str) -> String {
    let text = escape(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
