//! Reference sets as rows.
//!
//! What it does *not* know: which rules name them (`detect::set`).

use super::rules::Fault;
use crate::{Change, SetRow, stored_set};
use common::clock::Timestamp;
use common::filter::{Set, Sets};
use rusqlite::{Connection, Row, Transaction, params};

/// The sets as they are now.
pub(super) fn sets(connection: &Connection, place: &str) -> Result<Sets, Fault> {
    let select = "SELECT name, body FROM reference_set WHERE is_current ORDER BY name";
    let mut statement = connection.prepare_cached(select)?;
    let mut rows = statement.query([])?;
    let mut sets = Sets::default();
    while let Some(row) = rows.next()? {
        let (name, body): (String, String) = (row.get(0)?, row.get(1)?);
        sets.put(stored_set(place, &name, &body)?);
    }
    Ok(sets)
}

/// A content that a set had.
pub(super) fn load(
    connection: &Connection,
    place: &str,
    name: &str,
    digest: &str,
) -> Result<Set, Fault> {
    let select = "SELECT body FROM reference_set WHERE name = ?1 AND digest = ?2";
    let body: String =
        connection.prepare_cached(select)?.query_row([name, digest], |row| row.get(0))?;
    Ok(stored_set(place, name, &body)?)
}

/// All contents, by name, the newest first.
pub(super) fn versions(connection: &Connection) -> rusqlite::Result<Vec<SetRow>> {
    let select = "SELECT name, digest, is_current, updated, value_count FROM reference_set \
        ORDER BY name, is_current DESC, updated DESC, digest";
    let version = |row: &Row<'_>| {
        Ok(SetRow {
            name: row.get(0)?,
            digest: row.get(1)?,
            is_current: row.get(2)?,
            updated: Timestamp(row.get(3)?),
            value_count: row.get(4)?,
        })
    };
    connection.prepare_cached(select)?.query_map([], version)?.collect()
}

/// Writes the sets of a change.
pub(super) fn write(transaction: &Transaction<'_>, change: &Change<'_>) -> rusqlite::Result<()> {
    let old = "UPDATE reference_set SET is_current = 0 WHERE name = ?1";
    let names = change.sets.iter().map(|set| set.name());
    for name in names.chain(change.deleted_sets.iter().map(String::as_str)) {
        transaction.execute(old, [name])?;
    }
    for set in change.sets {
        let values = set.values();
        transaction.execute(
            "INSERT INTO reference_set (name, digest, is_current, updated, value_count, body) \
             VALUES (?1, ?2, 1, ?3, ?4, ?5) ON CONFLICT (name, digest) \
             DO UPDATE SET is_current = 1, updated = excluded.updated",
            params![
                set.name(),
                set.digest(),
                Timestamp::now().0,
                i64::try_from(values.len()).unwrap_or(i64::MAX),
                serde_json::json!(values).to_string()
            ],
        )?;
    }
    Ok(())
}
