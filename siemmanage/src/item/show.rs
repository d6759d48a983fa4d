//! `show`: items as they are stored.
//!
//! What it does *not* know: what they say.

use super::{Noun, named};
use crate::args::Names;
use crate::{database, page};
use common::cli::Exit;
use common::config::Config;

/// Prints items by name, as one file.
pub(super) fn run(noun: &dyn Noun, args: &Names, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let items = named(noun, &mut *store, &args.names, args.section.as_deref())?;
    page::print(&noun.file(&items)?)?;
    Ok(Exit::Done)
}
