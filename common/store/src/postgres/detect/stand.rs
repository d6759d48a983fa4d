//! Positions of intervals, in stands where many advance together.
//!
//! All of it happens while the ledger is locked. Whoever changes rules locks both tables, so that
//! no stand advances meanwhile.
//!
//! What it does *not* know: what a step found.

use crate::Advance;
use crate::detect::{Stands, alike, is_shared};
use postgres::{GenericClient, Row, Statement, Transaction};

/// Advances a stand.
pub(super) const ADVANCE: &str =
    "UPDATE stand SET position = $1 WHERE stand = $2 AND position = $3";
/// Each for itself, where they began, to their end at most.
const ONE_BY_ONE: &str = "UPDATE activation SET position = $1, stand = $2 \
    WHERE activation = ANY($3) AND position = $4 AND stand IS NULL \
    AND (to_commit IS NULL OR to_commit >= $1)";
const MEMBERS: &str =
    "SELECT stand, activation FROM activation WHERE stand IS NOT NULL ORDER BY activation";
const DRAW: &str = "UPDATE counter SET value = value + 1 WHERE name = 'stand' RETURNING value";
const LATE: &str = "UPDATE activation SET late = late + $1 WHERE activation = $2";
macro_rules! give_up {
    ($which:literal) => {
        concat!(
            "WITH gone AS (DELETE FROM stand ",
            $which,
            " RETURNING stand, position) UPDATE activation \
             SET position = gone.position, stand = NULL FROM gone WHERE activation.stand = gone.stand"
        )
    };
}
const GIVE_UP: &str =
    give_up!("WHERE stand IN (SELECT stand FROM activation WHERE activation = ANY($1))");
/// Gives all stands up: who changes rules does.
pub(super) const GIVE_UP_ALL: &str = give_up!("");

type Outcome<T> = Result<T, postgres::Error>;

/// Advances positions; `false` when one is not where it was.
pub(super) fn put_advances(
    transaction: &mut Transaction<'_>,
    advance: &Statement,
    stands: &mut Stands,
    advances: &[Advance],
) -> Outcome<bool> {
    for ((from, to), members) in alike(advances) {
        if is_shared(&members) && stands.of(&members).is_none() {
            *stands = known(transaction)?;
        }
        let is_moved = match stands.of(&members) {
            Some(stand) => transaction.execute(advance, &[&to, &stand, &from])? == 1,
            None => put_one_by_one(transaction, stands, (from, to), &members)?,
        };
        if !is_moved {
            return Ok(false);
        }
    }
    for it in advances.iter().filter(|it| it.late > 0) {
        transaction.execute(LATE, &[&it.late, &it.activation])?;
    }
    Ok(true)
}

/// Advances each interval's own position, and makes a stand of many.
fn put_one_by_one(
    transaction: &mut Transaction<'_>,
    stands: &mut Stands,
    (from, to): (i64, i64),
    members: &[i64],
) -> Outcome<bool> {
    transaction.execute(GIVE_UP, &[&members])?;
    let stand: Option<i64> = match is_shared(members) {
        true => Some(transaction.query_one(DRAW, &[])?.get(0)),
        false => None,
    };
    let moved = transaction.execute(ONE_BY_ONE, &[&to, &stand, &members, &from])?;
    if usize::try_from(moved) != Ok(members.len()) {
        return Ok(false);
    }
    if let Some(stand) = stand {
        let insert = "INSERT INTO stand (stand, position) VALUES ($1, $2)";
        transaction.execute(insert, &[&stand, &to])?;
        stands.learn(stand, members);
    }
    Ok(true)
}

fn known(client: &mut impl GenericClient) -> Outcome<Stands> {
    let mut stands = Stands::default();
    let note = |row: &Row| stands.note(row.get(0), row.get(1));
    client.query(MEMBERS, &[])?.iter().for_each(note);
    Ok(stands)
}
