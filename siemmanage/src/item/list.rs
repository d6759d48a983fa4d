//! `list`: one line an item.
//!
//! What it does *not* know: what is listed.

use super::{Noun, section_or_all};
use crate::args::{List, Output};
use crate::database;
use crate::page::{self, Page};
use common::cli::Exit;
use common::config::Config;
use serde_json::json;

/// Lists items by section.
pub(crate) fn run(noun: &dyn Noun, args: &List, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let mut items = noun.stored(&mut *store)?;
    if let Some(section) = &args.section {
        let section = section_or_all(&mut *store, section)?;
        items.retain(|item| item.section == section);
    }
    match args.output {
        Output::Table => {
            let mut page = Page::new(&["section", "name", "enabled", "description"], &[]);
            for item in &items {
                let enabled = if item.is_enabled { "yes" } else { "no" };
                page.row(
                    [item.shown_section(), &item.name, enabled, &item.summary].map(str::to_owned),
                );
            }
            page.print()?;
        }
        Output::Json => {
            let list: Vec<_> = items
                .iter()
                .map(|item| {
                    json!({
                        "section": Some(&item.section).filter(|section| !section.is_empty()),
                        "name": item.name,
                        "is_enabled": item.is_enabled,
                        "description": item.summary,
                    })
                })
                .collect();
            page::json(&list.into())?;
        }
    }
    Ok(if items.is_empty() { Exit::NoMatch } else { Exit::Done })
}
