//! What helpers and rules have in common: named things of a section, kept as text.
//!
//! ```text
//!  file ─► Noun::read ─► Item ─► Noun::put ─► database ─► Noun::stored ─► Item ─► Noun::file
//! ```
//!
//! The verbs work on [`Item`]s and know neither TOML nor JSON; a [`Noun`] does. What it does *not*
//! know: what a helper or rule means.

pub(crate) mod delete;
pub(crate) mod export;
mod helper;
pub(crate) mod import;
pub(crate) mod list;
mod rule;
mod show;
mod switch;
pub(crate) mod test;

pub(crate) use helper::Helpers;
pub(crate) use rule::{Rules, select};

use crate::args::ItemVerb;
use crate::database;
use common::cli::{Exit, Failure, Kind};
use common::config::Config;
use pack::{File, PackError};
use std::path::PathBuf;
use store::Store;

/// A helper or a rule in its canonical text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The section; empty for all sections.
    pub(crate) section: String,
    /// The name, unique within the section.
    pub(crate) name: String,
    /// Whether it is switched on.
    pub(crate) is_enabled: bool,
    /// One line for a list.
    pub(crate) summary: String,
    /// What [`Noun::read`] reads as this one item.
    pub(crate) text: String,
    /// Another name by which it is found.
    pub(crate) title: String,
    /// Whether its file says that it is switched on; otherwise a user's switch stays.
    pub(crate) says_enabled: bool,
}

impl Item {
    /// `auth/sshd-failed`; `*` stands for all sections.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.shown_section(), self.name)
    }

    /// The section's name, `*` for all.
    pub(crate) fn shown_section(&self) -> &str {
        if self.section.is_empty() { "*" } else { &self.section }
    }

    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.id() == name || !name.is_empty() && self.title == name
    }

    fn is_same(&self, other: &Item) -> bool {
        self.section == other.section && self.name == other.name
    }
}

/// What files hold.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) items: Vec<Item>,
    /// What made no item, each with its place.
    pub(crate) refusals: Vec<String>,
}

/// What a test of items found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// How many items were checked.
    pub(crate) items: u64,
    /// How many test lines they carry.
    pub(crate) tests: u64,
    /// Failed tests, each with its place.
    pub(crate) failures: Vec<String>,
    /// What could be better, each with its place.
    pub(crate) remarks: Vec<String>,
}

/// Helpers or rules.
pub(crate) trait Noun {
    /// `helper` or `rule`.
    fn word(&self) -> &'static str;

    /// Reads the files that paths name.
    fn files(&self, paths: &[PathBuf]) -> Result<Vec<File>, Failure>;

    /// The files that the programs bring along.
    fn shipped(&self) -> Vec<File>;

    /// Reads and checks files together; a failure or refusal names file, line and column.
    fn read(&self, files: &[File]) -> Result<Found, Failure>;

    /// The items of a database, by section, in order.
    fn stored(&self, store: &mut dyn Store) -> Result<Vec<Item>, Failure>;

    /// Checks what would be stored together.
    fn check(&self, items: &[Item]) -> Result<(), Failure>;

    /// Stores items, all or none.
    fn put(&self, store: &mut dyn Store, items: &[Item]) -> Result<(), Failure>;

    /// Deletes items, all or none.
    fn delete(&self, store: &mut dyn Store, items: &[Item]) -> Result<(), Failure>;

    /// The item switched on or off.
    fn switched(&self, item: &Item, on: bool) -> Result<Item, Failure>;

    /// The file that holds items, as `read` reads it.
    fn file(&self, items: &[Item]) -> Result<String, Failure>;
}

/// Runs a verb that is the same for both.
pub(crate) fn run(noun: &dyn Noun, verb: ItemVerb, config: &Config) -> anyhow::Result<Exit> {
    match verb {
        ItemVerb::Export(args) => export::run(noun, &args, config),
        ItemVerb::Show(args) => show::run(noun, &args, config),
        ItemVerb::Enable(args) => switch::run(noun, &args, true, config),
        ItemVerb::Disable(args) => switch::run(noun, &args, false, config),
        ItemVerb::Delete(args) => delete::run(noun, &args, config),
    }
}

/// The items with these names, in the order of the names.
///
/// # Errors
/// A name is unknown, or stands for items of several sections and no section was given.
pub(crate) fn named(
    noun: &dyn Noun,
    store: &mut dyn Store,
    names: &[String],
    section: Option<&str>,
) -> Result<Vec<Item>, Failure> {
    let mut items = noun.stored(store)?;
    if let Some(section) = section {
        let section = section_or_all(store, section)?;
        items.retain(|item| item.section == section);
    }
    let mut found = Vec::new();
    for name in names {
        let same: Vec<&Item> = items.iter().filter(|item| item.is_called(name)).collect();
        match same.as_slice() {
            [] => {
                let known = items.iter().map(|item| item.name.as_str());
                return Err(database::unknown(noun.word(), name, known));
            }
            [item] => found.push((*item).clone()),
            several => {
                let ids: Vec<String> = several.iter().map(|item| item.id()).collect();
                let what = format!("{} \"{name}\" is in several sections", noun.word());
                return Err(Failure::new(Kind::Usage, what)
                    .hint(format!("name one with its section: {}", ids.join(", "))));
            }
        }
    }
    Ok(found)
}

/// A file that the programs bring along.
fn shipped(name: &str, text: &str) -> File {
    let (name, origin) = (name.to_owned(), "shipped".to_owned());
    File { name, origin, text: text.to_owned(), is_named: true }
}

/// A file that cannot be read, or holds no text.
#[allow(clippy::needless_pass_by_value, reason = "map_err gives it away")]
pub(crate) fn unreadable(error: PackError) -> Failure {
    Failure::new(if error.is_content { Kind::Config } else { Kind::Input }, error.to_string())
}

/// A section that exists; `*` is the empty name that stands for all.
fn section_or_all(store: &mut dyn Store, name: &str) -> Result<String, Failure> {
    if name == "*" { Ok(String::new()) } else { database::section(store, name) }
}
