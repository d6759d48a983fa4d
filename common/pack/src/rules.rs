//! Texts to rules: our own in JSON, Sigma's in YAML.
//!
//! Sigma's documents of all files are compiled together, since correlations and filters refer to
//! others of them. What makes no rule is refused, one by one, with its place and reason.
//!
//! What it does *not* know: databases, what becomes of refusals.

use crate::fault::PackError;
use crate::find::{File, read_as};
use common::filter::Sets;
use common::rule::{self, Rule};
use common::sigma::{Collection, Refusal};
use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The files of rules that paths name: of folders and archives those that end in `.json`, `.yml`
/// or `.yaml`, but not cases kept beside a rule (`.test.yml`).
///
/// # Errors
/// Something cannot be read, or nothing is there.
pub fn rule_files(paths: &[PathBuf]) -> Result<Vec<File>, PackError> {
    let files = read_as(paths, &|name| {
        let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
        let is_rule = ending.is_some_and(|it| ["json", "yml", "yaml"].contains(&it));
        is_rule && !is_case(name)
    })?;
    match (files.is_empty(), paths.first()) {
        (true, Some(path)) => {
            let place = path.display().to_string();
            Err(PackError::new(&place, "no .json, .yml or .yaml file in it"))
        }
        _ => Ok(files),
    }
}

/// Whether a file holds cases for the rules beside it.
#[must_use]
pub fn is_case(name: &str) -> bool {
    name.ends_with(".test.yml")
}

/// What files hold.
#[derive(Debug, Default)]
pub struct Pack {
    /// The rules, our own before Sigma's, each in order of the files.
    pub rules: Vec<Rule>,
    /// Stored rules as Sigma filters of the files change them.
    pub changed: Vec<Rule>,
    /// What made no rule.
    pub refusals: Vec<Refusal>,
}

/// The rules of files. Sigma rules are about the events of `section`, or of all sections where
/// there is none. What the rules name of sets is in `sets`.
#[must_use]
pub fn load(files: &[File], section: Option<&str>, sets: &Sets) -> Pack {
    load_with(files, section, sets, &[], Vec::new())
}

/// The same for rules that are run and not stored: without their documents' texts.
#[must_use]
pub fn load_brief(files: Vec<File>, section: Option<&str>, sets: &Sets) -> Pack {
    Pack::default().filled(files, section, Collection::with(sets).brief(), sets)
}

/// The same, where rules are stored, with Sigma filters. These exclude what they excluded before,
/// unless the files have one of the same id; and filters of the files change stored rules.
#[must_use]
pub fn load_with(
    files: &[File],
    section: Option<&str>,
    sets: &Sets,
    filters: &[String],
    stored: Vec<Rule>,
) -> Pack {
    let mut collection = Collection::with(sets);
    collection.add_earlier(filters);
    collection.add_stored(stored, BTreeSet::new());
    Pack::default().filled(files, section, collection, sets)
}

/// Whether a file is one of our own: an object of JSON. YAML begins so only in its flow style,
/// which nobody writes rules in.
fn is_own(file: &File) -> bool {
    file.text.trim_start().starts_with('{')
}

impl Pack {
    /// Fills the pack with the rules of files; files that are given away are let go one by one.
    fn filled<F: Borrow<File>>(
        mut self,
        files: impl IntoIterator<Item = F>,
        section: Option<&str>,
        mut collection: Collection,
        sets: &Sets,
    ) -> Pack {
        let (own, others): (Vec<F>, Vec<F>) =
            files.into_iter().partition(|file| is_own(file.borrow()));
        own.iter().for_each(|file| self.own(file.borrow(), sets));
        let ids: HashSet<String> = self.rules.iter().map(Rule::id).collect();
        // Where an id of our own rules stands in a Sigma file.
        let mut twice: HashMap<&str, String> = HashMap::new();
        for file in others {
            let file = file.borrow();
            for id in ids.iter().filter(|id| file.text.contains(id.as_str())) {
                twice.entry(id).or_insert_with(|| file.name.clone());
            }
            collection.add(&file.text, &file.name);
        }
        let found = collection.found(section);
        self.refusals.extend(found.refusals);
        self.changed = found.changed;
        for rule in found.rules {
            let id = rule.id();
            if !ids.contains(&id) {
                self.rules.push(rule);
                continue;
            }
            let file = twice.get(id.as_str()).cloned().unwrap_or_default();
            let reason = "a rule of our own has this id".to_owned();
            self.refusals.push(Refusal { file, line: 1, column: 1, id, reason });
        }
        self
    }

    fn own(&mut self, file: &File, sets: &Sets) {
        let refusal = |line, column, id: &str, reason: String| Refusal {
            file: file.name.clone(),
            line,
            column,
            id: id.to_owned(),
            reason,
        };
        match rule::read(&file.text, &file.name) {
            Ok(rules) => {
                for mut rule in rules {
                    if let Err(missing) = rule.bind(sets) {
                        let (line, column) = place(&file.text, &missing.name);
                        let reason = format!("{missing}\nhint: {}", missing.hint);
                        self.refusals.push(refusal(line, column, &rule.id(), reason));
                    } else if self.rules.iter().any(|have| have.id() == rule.id()) {
                        let what = format!("rule {} is there twice", rule.id().escape_debug());
                        self.refusals.push(refusal(1, 1, &rule.id(), what));
                    } else {
                        self.rules.push(rule);
                    }
                }
            }
            Err(error) => {
                let hint = error.hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
                let reason = format!("{}{hint}", error.message);
                self.refusals.push(refusal(error.line, error.column, "", reason));
            }
        }
    }
}

/// Where a file first names a set: line and column, from 1.
fn place(text: &str, name: &str) -> (usize, usize) {
    let at = text.match_indices(name).map(|(at, _)| at).find(|&at| {
        let before = text[..at].trim_end_matches(['%', '"', '\\']);
        before.ends_with("set:") || before.ends_with("_set ")
    });
    let before = &text[..at.unwrap_or(0)];
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> File {
        File {
            name: name.to_owned(),
            text: text.to_owned(),
            origin: name.to_owned(),
            is_named: true,
        }
    }

    #[test]
    fn both_kinds_are_loaded_and_refused_with_their_place() {
        let own = r#"{"rules_a":[{"name":"r","severity":1}]}"#;
        let sigma = "title: t\nid: 7\nlogsource: {product: linux}\ndetection:\n  s: {a: b}\n  condition: s\n";
        let files = [
            file("a.json", own),
            file("b.json", own),
            file("c.json", "{\"rules_a\":\n [1]}"),
            file("d.yml", sigma),
            file("e.yml", &sigma.replace("a: b", "a|flat: b").replace("id: 7", "id: 8")),
        ];
        let pack = load(&files, None, &Sets::default());
        let ids: Vec<String> = pack.rules.iter().map(Rule::id).collect();
        assert_eq!(ids, ["a/r", "7"]);
        let refused: Vec<String> = pack.refusals.iter().map(ToString::to_string).collect();
        assert_eq!(
            refused,
            [
                "b.json:1:1: rule a/r is there twice",
                "c.json:2:3: not a rule: an object",
                "e.yml:5:7: unknown modifier \"flat\"",
            ]
        );
        assert_eq!(pack.refusals[2].id, "8");
    }
}
