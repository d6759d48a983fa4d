//! `delete`: what an item left behind (fields of events, SIEM events) stays.
//!
//! What it does *not* know: what is deleted.

use super::{Noun, named};
use crate::args::Names;
use crate::{database, page};
use common::cli::Exit;
use common::config::Config;

/// Deletes items by name; all or none.
pub(crate) fn run(noun: &dyn Noun, args: &Names, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open(config)?;
    let items = named(noun, &mut *store, &args.names, args.section.as_deref())?;
    noun.delete(&mut *store, &items)?;
    for item in &items {
        page::say(&format!("deleted {}", item.id()))?;
    }
    Ok(Exit::Done)
}
