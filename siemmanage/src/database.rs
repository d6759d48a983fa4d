//! Opens the database that the configuration names.
//!
//! What it does *not* know: verbs.

use common::cli::{Failure, Kind};
use common::config::Config;
use common::near::nearest;
use store::{Create, Error, Store, Url};

/// Opens a database that is ready; an embedded one is made where there is none.
pub(crate) fn open(config: &Config) -> Result<Box<dyn Store>, Failure> {
    open_as(config, Create::IfEmbedded)
}

/// Opens a database to change, or only to look at.
pub(crate) fn open_for(config: &Config, is_change: bool) -> Result<Box<dyn Store>, Failure> {
    if is_change { open(config) } else { open_reader(config) }
}

/// Opens a database to look at; none is made.
pub(crate) fn open_reader(config: &Config) -> Result<Box<dyn Store>, Failure> {
    open_as(config, Create::Never)
}

/// Opens a database, and makes or updates its schema as `create` allows.
pub(crate) fn open_as(config: &Config, create: Create) -> Result<Box<dyn Store>, Failure> {
    let url = Url::parse(config.db.as_deref())?;
    Ok(store::open(&url, create)?)
}

/// Makes the views of new sections, where the user may.
pub(crate) fn refresh_views(store: &mut dyn Store) -> Result<(), Failure> {
    match store.refresh_views() {
        Err(Error::Denied { .. }) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The section that a user named, by its name or by a siemstress name of one of its tables.
///
/// # Errors
/// There is no such section.
pub(crate) fn section(store: &mut dyn Store, name: &str) -> Result<String, Failure> {
    let known: Vec<String> = store.sections()?.into_iter().map(|section| section.name).collect();
    let meant = common::section::table(name).map(|(section, _)| section).unwrap_or_default();
    if known.contains(&meant) {
        return Ok(meant);
    }
    Err(Error::Section { name: name.to_owned(), known }.into())
}

/// The section that a name stands for, which need not exist yet.
pub(crate) fn new_section(name: &str) -> Result<String, Failure> {
    match common::section::table(name) {
        Ok((section, _)) => Ok(section),
        Err(error) => Err(Failure::new(Kind::Usage, error.to_string())),
    }
}

/// A failure for a name that does not exist, with the nearest one that does.
pub(crate) fn unknown<'n>(
    word: &str,
    name: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Failure {
    let failure = Failure::new(Kind::Usage, format!("unknown {word} \"{name}\""));
    match nearest(name, known) {
        Some(near) => failure.hint(format!("did you mean \"{near}\"?")),
        None => failure.hint(format!("siemmanage {word}s list shows them")),
    }
}
