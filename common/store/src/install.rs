//! What a new database begins with: the shipped helpers and rules.
//!
//! They are installed once, after the first migration; a user who deletes one does not get it
//! back. A crash between migration and installation is made up for at the next opening, and of
//! two processes that install at once each writes the same.
//!
//! What it does *not* know: what helpers and rules say.

use crate::{Detect, Error, HelperRow, Manage, Result};
use common::config::Backfill;
use common::helper::{self, Helper};
use common::rule;

/// Writes the shipped helpers and rules into a new database.
pub(crate) fn install(store: &mut (impl Manage + Detect), place: &str) -> Result<()> {
    let wrong = |reason: String| Error::Refused { place: place.to_owned(), reason };
    let helpers = helper::whole().map_err(|error| wrong(error.to_string()))?;
    let row = |helper: Helper| HelperRow {
        section: helper.section.clone().unwrap_or_default(),
        name: helper.name.clone(),
        is_enabled: helper.enabled,
        body: helper.to_toml(),
    };
    let rows: Vec<HelperRow> = helpers.into_iter().map(row).collect();
    store.put_helpers(&rows)?;
    let rules = rule::shipped().map_err(|error| wrong(error.to_string()))?;
    store.put_rules(&rules, Backfill::default())
}
