//! `section list|set|clear`.
//!
//! What it does *not* know: how a format reads; siemparse refuses one that it does not have.

use crate::args::{Output, SectionSet, SectionVerb};
use crate::page::{self, Page};
use crate::{args, clear, database};
use common::cli::{Exit, Failure, Kind};
use common::clock::zone::Zone;
use common::config::Config;
use common::section::{Section, check};
use serde_json::json;

/// Runs one of the verbs.
pub(crate) fn run(verb: SectionVerb, config: &Config) -> anyhow::Result<Exit> {
    match verb {
        SectionVerb::List(args) => list(args.output, config),
        SectionVerb::Set(args) => set(&args, config),
        SectionVerb::Clear(args) => {
            let table = vec![args.name];
            clear::run(&args::Clear { table, force: args.force, ..args::Clear::default() }, config)
        }
    }
}

fn list(output: Output, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let sections = store.sections().map_err(Failure::from)?;
    match output {
        Output::Table => {
            let mut page = Page::new(&["section", "format", "zone", "display"], &[]);
            for section in sections {
                let text = Option::unwrap_or_default;
                page.row([
                    section.name,
                    text(section.format),
                    text(section.zone),
                    text(section.display),
                ]);
            }
            page.print()?;
        }
        Output::Json => {
            let list = sections.iter().map(|section| {
                json!({ "name": section.name, "format": section.format, "zone": section.zone,
                    "display": section.display })
            });
            page::json(&list.collect())?;
        }
    }
    Ok(Exit::Done)
}

fn set(args: &SectionSet, config: &Config) -> anyhow::Result<Exit> {
    let refuse = |what: String| Failure::new(Kind::Usage, what);
    check(&args.name).map_err(|error| refuse(error.to_string()))?;
    if let Some(zone) = args.zone.as_deref().filter(|zone| !zone.is_empty()) {
        zone.parse::<Zone>().map_err(|error| refuse(format!("--zone: {error}")))?;
    }
    if let Some(format) = args.format.as_deref().filter(|format| !format.is_empty()) {
        format.parse::<parse::Format>().map_err(|error| refuse(format!("--format: {error}")))?;
    }
    if let Some(display) = args.display.as_deref() {
        let wrong = display.split(',').find(|name| name.trim() != *name || name.is_empty());
        if let Some(name) = wrong.filter(|_| !display.is_empty()) {
            return Err(refuse(format!("--display: \"{name}\" is no field name")).into());
        }
    }
    let mut store = database::open(config)?;
    let known = store.sections().map_err(Failure::from)?;
    let old = known.into_iter().find(|section| section.name == args.name).unwrap_or_default();
    let changed = |new: &Option<String>, old: Option<String>| match new {
        Some(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        None => old,
    };
    let section = Section {
        name: args.name.clone(),
        format: changed(&args.format, old.format),
        zone: changed(&args.zone, old.zone),
        display: changed(&args.display, old.display),
    };
    store.put_section(&section).map_err(Failure::from)?;
    database::refresh_views(&mut *store)?;
    page::say(&format!("section {}", section.name))?;
    Ok(Exit::Done)
}
