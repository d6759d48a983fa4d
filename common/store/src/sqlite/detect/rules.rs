//! Rules and the intervals of their versions as rows.
//!
//! What it does *not* know: which intervals a change ends and begins (`detect::plan`).

use super::rows::commit_before;
use crate::detect::row::{rule_text, stored_rule};
use crate::sqlite::Sqlite;
use crate::sqlite::ingest::draw;
use crate::{Activation, Backfill, Error, Opening, Origin, Plan, Present, Result};
use common::clock::Timestamp;
use common::rule::Rule;
use rusqlite::{Connection, Transaction, TransactionBehavior};

impl Sqlite {
    pub(super) fn stored_rules(&mut self) -> Result<Vec<Rule>> {
        let select = "SELECT name, body, is_enabled FROM rule ORDER BY section, name";
        let rows = || {
            let mut statement = self.connection.prepare_cached(select)?;
            let rows = statement.query_map([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let load = |(name, body, is_enabled): (String, String, bool)| {
            Ok(Rule { is_enabled, ..stored_rule(&self.place, &name, &body)? })
        };
        rows().map_err(self.refused())?.into_iter().map(load).collect()
    }

    /// Puts and deletes rules, and ends and begins the intervals of their versions.
    pub(super) fn change_rules(
        &mut self,
        rules: &[Rule],
        deleted: &[(String, String)],
        origin: Origin,
        backfill: Backfill,
    ) -> Result<()> {
        let refused = self.refused();
        let place = self.place.clone();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(&refused)?;
        let activations = activations(&transaction, &place)?.map_err(&refused)?;
        let last = "SELECT value, committed FROM counter WHERE name = 'commit'";
        let last: (i64, i64) = transaction
            .query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(&refused)?;
        let present = Present {
            activations: &activations,
            last: (last.0, Timestamp(last.1)),
            now: Timestamp::now(),
        };
        let mut plan = Plan::put(rules, origin, backfill, &present, |time| {
            commit_before(&transaction, time).map_err(&refused)
        })?;
        plan.delete(deleted, &present);
        let is_table = origin == Origin::Database;
        apply(&transaction, is_table.then_some(rules), deleted, &plan, origin, last.0)
            .and_then(|()| transaction.commit())
            .map_err(refused)
    }
}

/// Writes rules (unless they come from files) and intervals.
fn apply(
    transaction: &Transaction<'_>,
    rules: Option<&[Rule]>,
    deleted: &[(String, String)],
    plan: &Plan<'_>,
    origin: Origin,
    last: i64,
) -> rusqlite::Result<()> {
    for rule in rules.unwrap_or_default() {
        transaction.execute("INSERT OR IGNORE INTO section (name) VALUES (?1)", [&rule.section])?;
        transaction.execute(
            "INSERT OR REPLACE INTO rule (section, name, is_enabled, body) VALUES (?1, ?2, ?3, ?4)",
            (&rule.section, &rule.name, rule.is_enabled, rule_text(rule)),
        )?;
    }
    for (section, name) in deleted {
        let delete = "DELETE FROM rule WHERE section = ?1 AND name = ?2";
        transaction.execute(delete, (section, name))?;
    }
    for activation in &plan.closings {
        let close = "UPDATE activation SET to_commit = ?1 WHERE activation = ?2";
        transaction.execute(close, (last, activation))?;
    }
    for activation in &plan.adoptions {
        let adopt = "UPDATE activation SET origin = ?1 WHERE activation = ?2";
        transaction.execute(adopt, (origin.name(), activation))?;
    }
    for opening in &plan.openings {
        open(transaction, opening, origin, last)?;
    }
    draw(transaction, "rule").map(drop)
}

fn open(
    connection: &Connection,
    opening: &Opening<'_>,
    origin: Origin,
    last: i64,
) -> rusqlite::Result<()> {
    let rule = opening.rule;
    connection.execute(
        "INSERT OR IGNORE INTO rule_version (section, name, hash, out_section, body) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (&rule.section, &rule.name, &opening.hash, &rule.out, rule_text(rule)),
    )?;
    connection.execute(
        "INSERT INTO activation (version, origin, from_commit, armed_commit, created_commit, \
           position, late) \
         SELECT version, ?4, ?5, ?6, ?7, ?5, 0 FROM rule_version \
         WHERE section = ?1 AND name = ?2 AND hash = ?3",
        (
            &rule.section,
            &rule.name,
            &opening.hash,
            origin.name(),
            opening.from_commit,
            opening.armed_commit,
            last,
        ),
    )?;
    Ok(())
}

/// All intervals with their rules. The outer error is a rule that cannot be read.
pub(super) fn activations(
    connection: &Connection,
    place: &str,
) -> Result<rusqlite::Result<Vec<Activation>>> {
    let select = "SELECT v.name, v.body, v.hash, a.activation, a.version, a.origin, a.from_commit, \
          a.to_commit, a.armed_commit, a.created_commit, a.position, a.late \
        FROM activation a JOIN rule_version v ON v.version = a.version ORDER BY a.activation";
    let rows = || {
        let mut statement = connection.prepare_cached(select)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            let rule = match stored_rule(place, &name, &row.get::<_, String>(1)?) {
                Ok(rule) => rule,
                Err(error) => return Ok(Err(error)),
            };
            found.push(Activation {
                rule,
                hash: row.get(2)?,
                id: row.get(3)?,
                version: row.get(4)?,
                origin: Origin::named(&row.get::<_, String>(5)?),
                from_commit: row.get(6)?,
                to_commit: row.get(7)?,
                armed_commit: row.get(8)?,
                created_commit: row.get(9)?,
                position: row.get(10)?,
                late: row.get(11)?,
            });
        }
        Ok(Ok(found))
    };
    let read: rusqlite::Result<std::result::Result<Vec<Activation>, Error>> = rows();
    match read {
        Ok(Ok(found)) => Ok(Ok(found)),
        Ok(Err(error)) => Err(error),
        Err(error) => Ok(Err(error)),
    }
}
