//! Helpers as items: TOML, or the JSON of siemstress, to rows of the helper table and back.
//!
//! What it does *not* know: how helpers are applied; `parse` runs their tests.

use super::{Found, Item, Noun, Report, shipped, unreadable};
use common::cli::{Failure, Kind};
use common::helper::{self, Helper, HelperError};
use pack::File;
use std::collections::BTreeSet;
use std::path::PathBuf;
use store::{HelperRow, Store};

/// The noun helper.
#[derive(Default)]
pub(crate) struct Helpers {
    /// The section of helpers that name none; without it they apply to all sections.
    pub(crate) section: Option<String>,
}

impl Noun for Helpers {
    fn word(&self) -> &'static str {
        "helper"
    }

    fn files(&self, paths: &[PathBuf]) -> Result<Vec<File>, Failure> {
        pack::read(paths, &["toml", "json"]).map_err(unreadable)
    }

    fn shipped(&self) -> Vec<File> {
        helper::shipped().iter().map(|&(name, text)| shipped(name, text)).collect()
    }

    fn read(&self, files: &[File]) -> Result<Found, Failure> {
        let mut found = Found::default();
        for file in files {
            for mut helper in parsed(&file.text, &file.name)? {
                helper.section = helper.section.take().or_else(|| self.section.clone());
                let item = item(&helper);
                if found.items.iter().any(|other| other.is_same(&item)) {
                    let what = format!("{}: a second helper named {}", file.name, item.id());
                    return Err(Failure::new(Kind::Config, what));
                }
                found.items.push(item);
            }
        }
        Ok(found)
    }

    fn stored(&self, store: &mut dyn Store) -> Result<Vec<Item>, Failure> {
        store.helpers()?.into_iter().map(|row| Ok(item(&from_row(row)?))).collect()
    }

    fn check(&self, _items: &[Item]) -> Result<(), Failure> {
        Ok(())
    }

    fn put(&self, store: &mut dyn Store, items: &[Item]) -> Result<(), Failure> {
        let rows: Vec<HelperRow> = items
            .iter()
            .map(|item| HelperRow {
                section: item.section.clone(),
                name: item.name.clone(),
                is_enabled: item.is_enabled,
                body: item.text.clone(),
            })
            .collect();
        if rows.is_empty() { Ok(()) } else { Ok(store.put_helpers(&rows)?) }
    }

    fn delete(&self, store: &mut dyn Store, items: &[Item]) -> Result<(), Failure> {
        let names: Vec<(String, String)> =
            items.iter().map(|item| (item.section.clone(), item.name.clone())).collect();
        Ok(store.delete_helpers(&names)?)
    }

    fn switched(&self, item: &Item, on: bool) -> Result<Item, Failure> {
        let helper = Helper::parse(&item.text, &item.id()).map_err(|error| failure(&error))?;
        Ok(self::item(&Helper { enabled: on, ..helper }))
    }

    fn file(&self, items: &[Item]) -> Result<String, Failure> {
        let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
        Ok(texts.join("\n"))
    }
}

impl Helpers {
    /// Runs the tests of files together.
    pub(super) fn test(&self, files: &[File]) -> Result<Report, Failure> {
        let mut helpers = Vec::new();
        for file in files {
            helpers.extend(parsed(&file.text, &file.name)?);
        }
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Ok(Report {
            items: count(helpers.len()),
            tests: helpers.iter().map(|helper| count(helper.tests.len())).sum(),
            failures: failures(&helpers)?,
            remarks: parse::helper::lint(&helpers).iter().map(ToString::to_string).collect(),
        })
    }
}

/// Runs all tests: the helpers of a section stand beside those of all sections.
fn failures(helpers: &[Helper]) -> Result<Vec<String>, Failure> {
    let sections: BTreeSet<&Option<String>> =
        helpers.iter().map(|helper| &helper.section).collect();
    let mut failures = Vec::new();
    for section in sections {
        let together: Vec<Helper> = helpers
            .iter()
            .filter(|helper| helper.section.is_none() || helper.section == *section)
            .map(|helper| {
                // Each test runs once, among the helpers of its own section.
                let own = helper.section == *section;
                let tests = if own { helper.tests.clone() } else { Vec::new() };
                Helper { tests, ..helper.clone() }
            })
            .collect();
        let found = parse::helper::test(&together)
            .map_err(|error| Failure::new(Kind::Config, error.to_string()))?;
        failures.extend(found.iter().map(ToString::to_string));
    }
    Ok(failures)
}

/// Helpers of a file. JSON begins with a brace, which no TOML file does.
fn parsed(text: &str, file: &str) -> Result<Vec<Helper>, Failure> {
    let read = if text.trim_start().starts_with('{') {
        helper::import_json(text, file)
    } else {
        helper::read(text, file)
    };
    read.map_err(|error| failure(&error))
}

fn item(helper: &Helper) -> Item {
    Item {
        section: helper.section.clone().unwrap_or_default(),
        name: helper.name.clone(),
        is_enabled: helper.enabled,
        summary: helper.description.clone(),
        text: helper.to_toml(),
        title: String::new(),
        says_enabled: true,
    }
}

/// A stored helper; the columns win over the text.
fn from_row(row: HelperRow) -> Result<Helper, Failure> {
    let place = format!("stored helper {}/{}", row.section, row.name);
    let helper = Helper::parse(&row.body, &place).map_err(|error| failure(&error))?;
    let section = Some(row.section).filter(|section| !section.is_empty());
    Ok(Helper { section, enabled: row.is_enabled, ..helper })
}

fn failure(error: &HelperError) -> Failure {
    let failure = Failure::new(Kind::Config, error.to_string());
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
