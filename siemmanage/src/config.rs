//! `config`: the settings that hold, and where each came from.
//!
//! What it does *not* know: how they were read; `common::config` does.

use crate::args::{Config as Args, Output};
use crate::page::{self, Page};
use common::cli::Exit;
use common::config::{Config, Setting};
use serde_json::json;

/// Prints every setting; passwords are masked.
pub(crate) fn run(args: &Args, config: &Config) -> anyhow::Result<Exit> {
    let mut settings = config.settings();
    for setting in &mut settings {
        if setting.key == "db" && setting.value.is_empty() {
            setting.value = format!("sqlite:{}", store::default_path().display());
        }
    }
    match args.output {
        Output::Table if args.show_origin => {
            let mut page = Page::new(&["origin", "key", "value"], &[]);
            for Setting { key, value, origin } in settings {
                page.row([origin.to_string(), key, value]);
            }
            page.print()?;
        }
        Output::Table => {
            let mut page = Page::new(&["key", "value"], &[]);
            for Setting { key, value, .. } in settings {
                page.row([key, value]);
            }
            page.print()?;
        }
        Output::Json => {
            let list = settings.iter().map(|setting| {
                json!({ "key": setting.key, "value": setting.value,
                    "origin": setting.origin.to_string() })
            });
            page::json(&list.collect())?;
        }
    }
    Ok(Exit::Done)
}
