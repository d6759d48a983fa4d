//! Reference sets as rows.
//!
//! What it does *not* know: which rules name them (`detect::set`).

use super::rules::Fault;
use crate::postgres::Postgres;
use crate::postgres::row::Time;
use crate::{Change, Result, SetRow, stored_set};
use common::filter::{Set, Sets};
use postgres::{GenericClient, Row, Transaction};

impl Postgres {
    /// The sets as they are now.
    pub(super) fn stored_sets(&mut self) -> Result<Sets> {
        self.client()?;
        let place = self.address.place().to_owned();
        let sets = sets(&mut self.client, &place);
        self.outcome(sets)
    }
}

/// The sets as they are now.
pub(super) fn sets(
    client: &mut impl GenericClient,
    place: &str,
) -> std::result::Result<Sets, Fault> {
    let select = "SELECT name, body FROM reference_set WHERE is_current";
    let mut sets = Sets::default();
    for row in client.query(select, &[])? {
        sets.put(stored_set(place, row.get(0), row.get(1))?);
    }
    Ok(sets)
}

/// A content that a set had.
pub(super) fn load(
    client: &mut impl GenericClient,
    place: &str,
    name: &str,
    digest: &str,
) -> std::result::Result<Set, Fault> {
    let select = "SELECT body FROM reference_set WHERE name = $1 AND digest = $2";
    let row = client.query_one(select, &[&name, &digest])?;
    Ok(stored_set(place, name, row.get(0))?)
}

/// All contents, by name, the newest first.
pub(super) fn versions(
    client: &mut impl GenericClient,
) -> std::result::Result<Vec<SetRow>, postgres::Error> {
    let select = "SELECT name, digest, is_current, updated, value_count FROM reference_set \
        ORDER BY name COLLATE \"C\", is_current DESC, updated DESC, digest COLLATE \"C\"";
    let version = |row: &Row| SetRow {
        name: row.get(0),
        digest: row.get(1),
        is_current: row.get(2),
        updated: row.get::<_, Time>(3).0,
        value_count: row.get(4),
    };
    Ok(client.query(select, &[])?.iter().map(version).collect())
}

/// Writes the sets of a change.
pub(super) fn write(
    transaction: &mut Transaction<'_>,
    change: &Change<'_>,
) -> std::result::Result<(), postgres::Error> {
    let old = "UPDATE reference_set SET is_current = false WHERE name = $1";
    let names = change.sets.iter().map(|set| set.name());
    for name in names.chain(change.deleted_sets.iter().map(String::as_str)) {
        transaction.execute(old, &[&name])?;
    }
    for set in change.sets {
        let count = i64::try_from(set.values().len()).unwrap_or(i64::MAX);
        let body = serde_json::json!(set.values()).to_string();
        transaction.execute(
            "INSERT INTO reference_set (name, digest, is_current, updated, value_count, body) \
             VALUES ($1, $2, true, clock_timestamp(), $3, $4) ON CONFLICT (name, digest) \
             DO UPDATE SET is_current = true, updated = excluded.updated",
            &[&set.name(), &set.digest(), &count, &body],
        )?;
    }
    Ok(())
}
