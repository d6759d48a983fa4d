//! `export`: database to file, in the form that import reads.
//!
//! Export, import, export gives the same bytes. What it does *not* know: the form.

use super::{Item, Noun, named, section_or_all};
use crate::args::Export;
use crate::{database, page};
use common::cli::{Exit, Failure, Kind};
use common::config::Config;

/// Writes items to a file or standard output.
pub(crate) fn run(noun: &dyn Noun, args: &Export, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let mut items: Vec<Item> = if args.names.is_empty() {
        noun.stored(&mut *store)?
    } else {
        let section = args.section.first().map(String::as_str);
        named(noun, &mut *store, &args.names, section)?
    };
    if !args.section.is_empty() {
        let mut sections = Vec::new();
        for name in &args.section {
            sections.push(section_or_all(&mut *store, name)?);
        }
        items.retain(|item| sections.contains(&item.section));
    }
    let text = noun.file(&items)?;
    match args.output.as_deref().filter(|path| path.as_os_str() != "-") {
        None => page::print(&text)?,
        Some(path) => std::fs::write(path, text)
            .map_err(|error| Failure::new(Kind::Input, format!("{}: {error}", path.display())))?,
    }
    Ok(if items.is_empty() { Exit::NoMatch } else { Exit::Done })
}
