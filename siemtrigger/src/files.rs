//! Rules from files: our own in JSON, Sigma's in YAML.
//!
//! A mistake in a file that is named itself is fatal; of a folder or archive of Sigma rules those
//! that make no rule are reported one by one, and the others work. Of our own files none may be
//! wrong.
//!
//! What it does *not* know: databases; how files are read.

use common::cli::{Failure, Kind, hint, warn};
use common::filter::{Set, Sets};
use common::rule::{self, Rule};
use pack::File;
use std::collections::HashSet;
use std::path::PathBuf;

/// Reads rule files in order of name. Sigma rules are about the events of `section`, or of all
/// sections where there is none. `is_brief`: they are not stored, and need no texts.
pub(crate) fn read(
    paths: &[PathBuf],
    section: Option<&str>,
    sets: &Sets,
    is_brief: bool,
) -> anyhow::Result<Vec<Rule>> {
    let files =
        pack::rule_files(paths).map_err(|error| Failure::new(Kind::Config, error.to_string()))?;
    let fatal: HashSet<String> = files
        .iter()
        .filter(|file| file.is_named || is_own(file))
        .map(|file| file.name.clone())
        .collect();
    let pack = match is_brief {
        true => pack::load_brief(files, section, sets),
        false => pack::load(&files, section, sets),
    };
    for refusal in &pack.refusals {
        let text = refusal.to_string();
        let (what, advice) = text.split_once("\nhint: ").unwrap_or((&text, ""));
        if fatal.contains(refusal.file.as_str()) {
            let failure = Failure::new(Kind::Config, what);
            return Err(if advice.is_empty() { failure } else { failure.hint(advice) }.into());
        }
        warn("siemtrigger", &format!("{what} (rule {})", refusal.id));
        if !advice.is_empty() {
            hint(advice);
        }
    }
    if !pack.refusals.is_empty() {
        let (loaded, refused) = (pack.rules.len(), pack.refusals.len());
        warn("siemtrigger", &format!("{loaded} rules loaded, {refused} refused"));
    }
    if pack.rules.is_empty() {
        let places: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::new(Kind::Config, format!("{}: no rules", places.join(", "))).into());
    }
    Ok(pack.rules)
}

/// Adds the sets of files, in place of those of the same names.
pub(crate) fn add_sets(files: &[(String, PathBuf)], sets: &mut Sets) -> anyhow::Result<()> {
    for (name, path) in files {
        let wrong = |error: String| Failure::new(Kind::Config, error);
        let values = pack::values(path, None).map_err(|error| wrong(error.to_string()))?;
        let place = path.display();
        sets.put(Set::new(name, values).map_err(|error| wrong(format!("{place}: {error}")))?);
    }
    Ok(())
}

/// Whether a file of a folder is meant to hold rules of our own; others' JSON lies there too.
fn is_own(file: &File) -> bool {
    file.name.ends_with(".json") && file.text.to_lowercase().contains("\"rules")
}

/// A mistake in a file of our own rules.
pub(crate) fn failure(error: rule::ReadError) -> Failure {
    let failure = Failure::new(Kind::Config, error.to_string());
    match error.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
