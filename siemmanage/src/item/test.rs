//! `helpers test`: checks files, or what is stored, and runs the tests they carry.
//!
//! Failures and the count go to standard output, remarks to standard error. What it does *not*
//! know: how a test runs.

use super::{Helpers, Item, Noun as _};
use crate::args::Test;
use crate::{database, page};
use common::cli::{Exit, warn};
use common::config::Config;
use pack::File;

/// Tests files together, or without files the whole database.
pub(crate) fn run(args: &Test, config: &Config) -> anyhow::Result<Exit> {
    let noun = Helpers::default();
    let files: Vec<File> = if args.files.is_empty() {
        let mut store = database::open_reader(config)?;
        let file = |item: Item| File {
            name: item.id(),
            origin: item.id(),
            text: item.text,
            is_named: true,
        };
        noun.stored(&mut *store)?.into_iter().map(file).collect()
    } else {
        noun.files(&args.files)?
    };
    let report = noun.test(&files)?;
    for remark in &report.remarks {
        warn("siemmanage", &format!("warning: {remark}"));
    }
    for failure in &report.failures {
        page::say(failure)?;
    }
    let failed = u64::try_from(report.failures.len()).unwrap_or(u64::MAX);
    page::say(&format!(
        "{}, {}, {failed} failed",
        page::counted(report.items, noun.word()),
        page::counted(report.tests, "test"),
    ))?;
    Ok(if failed > 0 { Exit::NoMatch } else { Exit::Done })
}
