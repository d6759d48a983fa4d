//! Rules and the intervals of their versions as rows.
//!
//! What it does *not* know: which intervals a change ends and begins (`detect::plan`).

use super::rows::commit_before;
use super::set::{self, sets};
use super::stand::GIVE_UP_ALL;
use crate::detect::row::{brief_rule, rule_text, stored_rule};
use crate::sqlite::Sqlite;
use crate::sqlite::ingest::draw;
use crate::{
    Activation, Change, Error, Opening, Origin, Plan, Present, Result, bind_versions, bound, known,
};
use common::clock::Timestamp;
use common::rule::Rule;
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Why something failed.
pub(super) enum Fault {
    Driver(rusqlite::Error),
    Stored(Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        Fault::Driver(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Stored(error)
    }
}

type Outcome<T> = std::result::Result<T, Fault>;

impl Sqlite {
    /// What became of something, as this crate's error.
    pub(super) fn outcome<T>(&self, outcome: Outcome<T>) -> Result<T> {
        outcome.map_err(|fault| match fault {
            Fault::Driver(error) => self.refused()(error),
            Fault::Stored(error) => error,
        })
    }

    /// All rules, bound to the sets as they are now.
    pub(super) fn stored_rules(&mut self) -> Result<Vec<Rule>> {
        let rules = self.outcome(rules(&self.connection, &self.place))?;
        bound(&self.place, rules, || self.outcome(sets(&self.connection, &self.place)))
    }

    /// Changes rules and sets, and ends and begins the intervals of versions.
    pub(super) fn change_rules(&mut self, change: &Change<'_>) -> Result<()> {
        let place = self.place.clone();
        let outcome = self::change(&mut self.connection, &place, change);
        self.outcome(outcome)
    }
}

fn change(connection: &mut Connection, place: &str, change: &Change<'_>) -> Outcome<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    set::write(&transaction, change)?;
    let stored = if change.has_sets() { rules(&transaction, place)? } else { Vec::new() };
    let touched = bound(place, change.touched(stored), || sets(&transaction, place))?;
    let activations = activations(&transaction, place)?;
    let last = "SELECT value, committed FROM counter WHERE name = 'commit'";
    let last: (i64, i64) = transaction.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let present = Present {
        activations: &activations,
        last: (last.0, Timestamp(last.1)),
        now: Timestamp::now(),
    };
    let mut plan = Plan::put(&touched, change.origin, change.backfill, &present, |time| {
        commit_before(&transaction, time)
    })?;
    plan.delete(change.deleted, &present);
    apply(&transaction, &touched, change, &plan, last.0)?;
    Ok(transaction.commit()?)
}

/// All rules, bound to nothing.
fn rules(connection: &Connection, place: &str) -> Outcome<Vec<Rule>> {
    let select = "SELECT name, body, is_enabled FROM rule ORDER BY section, name";
    let mut statement = connection.prepare_cached(select)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, body): (String, String) = (row.get(0)?, row.get(1)?);
        found.push(Rule { is_enabled: row.get(2)?, ..stored_rule(place, &name, &body)? });
    }
    Ok(found)
}

/// Writes rules (unless they come from files) and intervals.
fn apply(
    transaction: &Transaction<'_>,
    rules: &[Rule],
    change: &Change<'_>,
    plan: &Plan<'_>,
    last: i64,
) -> rusqlite::Result<()> {
    let origin = change.origin;
    if origin == Origin::File && plan.is_idle() {
        return Ok(());
    }
    for rule in rules.iter().filter(|_| origin == Origin::Database) {
        transaction.execute("INSERT OR IGNORE INTO section (name) VALUES (?1)", [&rule.section])?;
        transaction.execute(
            "INSERT OR REPLACE INTO rule (section, name, is_enabled, body) VALUES (?1, ?2, ?3, ?4)",
            (&rule.section, &rule.name, rule.is_enabled, rule_text(rule)),
        )?;
    }
    for (section, name) in change.deleted {
        let delete = "DELETE FROM rule WHERE section = ?1 AND name = ?2";
        transaction.execute(delete, (section, name))?;
    }
    transaction.execute_batch(GIVE_UP_ALL)?;
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
        "INSERT OR IGNORE INTO rule_version (section, name, hash, out_section, body, sets) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (&rule.section, &rule.name, &opening.hash, &rule.out, rule_text(rule), known(rule)),
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

/// All intervals with their rules, each bound to the sets of its version.
pub(super) fn activations(connection: &Connection, place: &str) -> Outcome<Vec<Activation>> {
    let select = "SELECT v.name, v.body, v.hash, a.activation, a.version, a.origin, a.from_commit, \
          a.to_commit, a.armed_commit, a.created_commit, coalesce(s.position, a.position), a.late, \
          v.sets \
        FROM activation a JOIN rule_version v ON v.version = a.version \
          LEFT JOIN stand s ON s.stand = a.stand ORDER BY a.activation";
    let mut statement = connection.prepare_cached(select)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let activation = Activation {
            rule: brief_rule(
                place,
                &name,
                row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?,
            )?
            .into(),
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
        };
        found.push((activation, row.get(12)?));
    }
    drop(rows);
    // The rules' pages are not asked for again.
    connection.execute_batch("PRAGMA shrink_memory")?;
    bind_versions(place, found, |name, digest| set::load(connection, place, name, digest))
}
