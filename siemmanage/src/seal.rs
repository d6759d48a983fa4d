//! `seal`: the heads of all chains, to be signed and kept where no intruder of the database is.
//!
//! What it does *not* know: signatures.

use crate::{database, page};
use common::cli::{Exit, Failure};
use common::clock::Timestamp;
use common::config::Config;
use store::Sealed;

/// Prints the heads.
pub(crate) fn run(config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_reader(config)?;
    let sealed = Sealed::of(&mut *store, Timestamp::now()).map_err(Failure::from)?;
    page::print(&sealed.text())?;
    Ok(Exit::Done)
}
