//! `enable` and `disable`: the running tools see it at once.
//!
//! What it does *not* know: what is switched.

use super::{Item, Noun, named};
use crate::args::Names;
use crate::{database, page};
use common::cli::Exit;
use common::config::Config;

/// Switches items on or off; all or none.
pub(super) fn run(
    noun: &dyn Noun,
    args: &Names,
    on: bool,
    config: &Config,
) -> anyhow::Result<Exit> {
    let mut store = database::open(config)?;
    let items = named(noun, &mut *store, &args.names, args.section.as_deref())?;
    let mut switched: Vec<Item> = Vec::new();
    for item in items.iter().filter(|item| item.is_enabled != on) {
        switched.push(noun.switched(item, on)?);
    }
    noun.put(&mut *store, &switched)?;
    for item in &switched {
        page::say(&format!("{} {}", if on { "enabled" } else { "disabled" }, item.id()))?;
    }
    Ok(Exit::Done)
}
