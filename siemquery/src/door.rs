//! Opens the database to read.
//!
//! Which one: `--db`, `$SIEM_DB`, the configuration file, the user's embedded database; where
//! that does not exist but the system's does, the system's, and it is said. Nothing is made.
//! What it does *not* know: what is read.

use anyhow::Result;
use common::cli::{Failure, Shared, warn};
use store::{Create, Store, Url, default_path, system_path};

pub(crate) fn open(shared: &Shared) -> Result<Box<dyn Store>> {
    let config = shared.config()?;
    let mut url = Url::parse(config.db.as_deref()).map_err(Failure::from)?;
    if config.db.is_none() && !default_path().exists() && system_path().exists() {
        warn("siemquery", &format!("reading the system's database {}", system_path().display()));
        url = Url::Sqlite(system_path());
    }
    Ok(store::open(&url, Create::Never).map_err(Failure::from)?)
}

/// Sections by name; an unknown one is an error that names a near one.
pub(crate) fn check_sections(store: &mut dyn Store, wanted: &[String]) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let known = store.sections().map_err(Failure::from)?;
    let known: Vec<String> = known.into_iter().map(|section| section.name).collect();
    match wanted.iter().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => {
            Err(Failure::from(store::Error::Section { name: name.clone(), known }).into())
        }
    }
}
