//! Positions of intervals, in stands where many advance together.
//!
//! What it does *not* know: what a step found; transactions.

use crate::Advance;
use crate::detect::{Stands, alike, is_shared};
use crate::sqlite::ingest::draw;
use rusqlite::Connection;

const ADVANCE: &str = "UPDATE stand SET position = ?1 WHERE stand = ?2 AND position = ?3";
/// For itself, where it began, to its end at most.
const ONE: &str = "UPDATE activation SET position = ?1, stand = ?2 \
    WHERE activation = ?3 AND position = ?4 AND stand IS NULL \
    AND (to_commit IS NULL OR to_commit >= ?1)";
const MEMBERS: &str =
    "SELECT stand, activation FROM activation WHERE stand IS NOT NULL ORDER BY activation";
const LATE: &str = "UPDATE activation SET late = late + ?1 WHERE activation = ?2";
const GIVE_UP: &str = "UPDATE activation SET stand = NULL, position = \
      (SELECT position FROM stand WHERE stand.stand = activation.stand) \
    WHERE stand IN (SELECT stand FROM activation \
      WHERE activation IN (SELECT value FROM json_each(?1)))";
/// Gives all stands up: who changes rules does.
pub(super) const GIVE_UP_ALL: &str = "UPDATE activation SET stand = NULL, position = \
      (SELECT position FROM stand WHERE stand.stand = activation.stand) \
    WHERE stand IS NOT NULL; DELETE FROM stand";
/// Stands without members.
const CLEAR: &str =
    "DELETE FROM stand WHERE stand NOT IN (SELECT stand FROM activation WHERE stand IS NOT NULL)";

/// Advances positions; `false` when one is not where it was.
pub(super) fn put_advances(
    connection: &Connection,
    stands: &mut Stands,
    advances: &[Advance],
) -> rusqlite::Result<bool> {
    for ((from, to), members) in alike(advances) {
        if is_shared(&members) && stands.of(&members).is_none() {
            *stands = known(connection)?;
        }
        let is_moved = match stands.of(&members) {
            Some(stand) => connection.prepare_cached(ADVANCE)?.execute((to, stand, from))? == 1,
            None => put_one_by_one(connection, stands, (from, to), &members)?,
        };
        if !is_moved {
            return Ok(false);
        }
    }
    for it in advances.iter().filter(|it| it.late > 0) {
        connection.prepare_cached(LATE)?.execute((it.late, it.activation))?;
    }
    Ok(true)
}

/// Advances each interval's own position, and makes a stand of many.
fn put_one_by_one(
    connection: &Connection,
    stands: &mut Stands,
    (from, to): (i64, i64),
    members: &[i64],
) -> rusqlite::Result<bool> {
    let list: Vec<String> = members.iter().map(i64::to_string).collect();
    if connection.prepare_cached(GIVE_UP)?.execute([format!("[{}]", list.join(","))])? > 0 {
        connection.execute(CLEAR, [])?;
    }
    let stand = if is_shared(members) { Some(draw(connection, "stand")?) } else { None };
    for activation in members {
        let values = (to, stand, activation, from);
        if connection.prepare_cached(ONE)?.execute(values)? == 0 {
            return Ok(false);
        }
    }
    if let Some(stand) = stand {
        let insert = "INSERT INTO stand (stand, position) VALUES (?1, ?2)";
        connection.execute(insert, (stand, to))?;
        stands.learn(stand, members);
    }
    Ok(true)
}

fn known(connection: &Connection) -> rusqlite::Result<Stands> {
    let mut stands = Stands::default();
    let mut statement = connection.prepare(MEMBERS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        stands.note(row.get(0)?, row.get(1)?);
    }
    Ok(stands)
}
