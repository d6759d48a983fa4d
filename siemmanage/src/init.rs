//! `init`, `migrate`: a database that the other tools can work with.
//!
//! What it does *not* know: what the schema holds; migrations live under `sql/`.

use crate::{database, page};
use common::cli::Exit;
use common::config::Config;
use store::Create;

/// Makes or updates the schema, the roles and the views.
pub(crate) fn run(config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_as(config, Create::Always).map_err(anyhow::Error::from)?;
    store.refresh_views().map_err(common::cli::Failure::from)?;
    let migrations = store.migrations().map_err(common::cli::Failure::from)?;
    let version = migrations.last().map_or(0, |migration| migration.version);
    page::say(&format!("{}: ready, schema version {version}", store.name()))?;
    let roles = store.roles().map_err(common::cli::Failure::from)?;
    if !roles.is_empty() {
        page::say(&format!("roles: {}", roles.join(", ")))?;
    }
    Ok(Exit::Done)
}
