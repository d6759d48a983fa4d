//! Rules from files: our own in JSON, Sigma's in YAML.
//!
//! Of a directory all `.json`, `.yml` and `.yaml` files are read, those of folders inside too. A
//! mistake in a file that is named itself is fatal; of a directory of Sigma rules those that make
//! no rule are reported one by one, and the others work.
//!
//! What it does *not* know: databases.

use anyhow::Context as _;
use common::cli::{Failure, Kind, warn};
use common::rule::{self, Rule};
use common::sigma::Collection;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A file, and whether the user named it.
struct File {
    path: PathBuf,
    is_named: bool,
}

/// Reads rule files in order of name. Sigma rules are about the events of `section`, or of all
/// sections where there is none.
pub(crate) fn read(paths: &[PathBuf], section: Option<&str>) -> anyhow::Result<Vec<Rule>> {
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => walk(path, &mut files)?,
            false => files.push(File { path: path.clone(), is_named: true }),
        }
    }
    let mut rules = Vec::new();
    let mut collection = Collection::new();
    let mut named = HashSet::new();
    for file in &files {
        let name = file.path.display().to_string();
        let text = fs::read_to_string(&file.path)
            .map_err(|error| Failure::new(Kind::Config, format!("{name}: {error}")))?;
        if ends(&file.path, &["yml", "yaml"]) {
            collection.add(&text, &name);
            named.extend(file.is_named.then_some(name));
        } else {
            rules.extend(rule::read(&text, &name).map_err(failure)?);
        }
    }
    let (sigma, refusals) = collection.rules(section);
    for refusal in &refusals {
        if named.contains(&refusal.file) {
            return Err(Failure::new(Kind::Config, refusal.to_string()).into());
        }
        warn("siemtrigger", &format!("{refusal} (rule {})", refusal.id));
    }
    if !refusals.is_empty() {
        let count = format!("{} Sigma rules loaded, {} refused", sigma.len(), refusals.len());
        warn("siemtrigger", &count);
    }
    rules.extend(sigma);
    check(&rules)?;
    if rules.is_empty() {
        let places: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::new(Kind::Config, format!("{}: no rules", places.join(", "))).into());
    }
    Ok(rules)
}

fn check(rules: &[Rule]) -> anyhow::Result<()> {
    let mut ids = HashSet::new();
    match rules.iter().find(|rule| !ids.insert(rule.id())) {
        Some(rule) => {
            let what = format!("rule {} is there twice", rule.id());
            Err(Failure::new(Kind::Config, what).into())
        }
        None => Ok(()),
    }
}

fn walk(folder: &Path, files: &mut Vec<File>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.sort();
    for path in found {
        let is_test = path.to_string_lossy().ends_with(".test.yml");
        if path.is_dir() && !path.is_symlink() {
            walk(&path, files)?;
        } else if ends(&path, &["json", "yml", "yaml"]) && !is_test {
            files.push(File { path, is_named: false });
        }
    }
    Ok(())
}

fn ends(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|end| endings.iter().any(|it| end.eq_ignore_ascii_case(it)))
}

/// A mistake in a file of our own rules.
pub(crate) fn failure(error: rule::ReadError) -> Failure {
    let failure = Failure::new(Kind::Config, error.to_string());
    match error.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
