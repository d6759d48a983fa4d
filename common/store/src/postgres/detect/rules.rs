//! Rules and the intervals of their versions as rows.
//!
//! Whoever changes rules first locks the ledger. No position moves meanwhile, and none is beyond
//! the last commit that is read then: intervals of versions that follow each other do not overlap.
//!
//! What it does *not* know: which intervals a change ends and begins (`detect::plan`).

use crate::detect::row::{rule_text, stored_rule};
use crate::postgres::Postgres;
use crate::postgres::row::Time;
use crate::{Activation, Backfill, Error, Opening, Origin, Plan, Present, Result};
use common::clock::Timestamp;
use common::rule::Rule;
use postgres::{Row, Transaction};

pub(super) const ACTIVATIONS: &str = "SELECT v.name, v.body, v.hash, a.activation, a.version, \
      a.origin, a.from_commit, a.to_commit, a.armed_commit, a.created_commit, a.position, a.late \
    FROM activation a JOIN rule_version v ON v.version = a.version ORDER BY a.activation";

/// Why a change failed.
enum Fault {
    Driver(postgres::Error),
    Stored(Error),
}

impl From<postgres::Error> for Fault {
    fn from(error: postgres::Error) -> Fault {
        Fault::Driver(error)
    }
}

impl Postgres {
    pub(super) fn stored_rules(&mut self) -> Result<Vec<Rule>> {
        let select = "SELECT name, body, is_enabled FROM rule \
            ORDER BY section COLLATE \"C\", name COLLATE \"C\"";
        let rows = self.client()?.query(select, &[]).map_err(|error| self.fault(&error))?;
        let load = |row: &Row| {
            let rule = stored_rule(self.address.place(), row.get(0), row.get(1))?;
            Ok(Rule { is_enabled: row.get(2), ..rule })
        };
        rows.iter().map(load).collect()
    }

    /// Puts and deletes rules, and ends and begins the intervals of their versions.
    pub(super) fn change_rules(
        &mut self,
        rules: &[Rule],
        deleted: &[(String, String)],
        origin: Origin,
        backfill: Backfill,
    ) -> Result<()> {
        self.client()?;
        let change =
            change(&mut self.client, self.address.place(), rules, deleted, origin, backfill);
        change.map_err(|fault| match fault {
            Fault::Driver(error) => self.fault(&error),
            Fault::Stored(error) => error,
        })
    }
}

fn change(
    client: &mut postgres::Client,
    place: &str,
    rules: &[Rule],
    deleted: &[(String, String)],
    origin: Origin,
    backfill: Backfill,
) -> std::result::Result<(), Fault> {
    let mut transaction = client.transaction()?;
    transaction.batch_execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('siem rule', 0)); \
         LOCK TABLE activation IN SHARE ROW EXCLUSIVE MODE",
    )?;
    let last = "SELECT value, committed, clock_timestamp() FROM counter WHERE name = 'commit'";
    let last = transaction.query_one(last, &[])?;
    let rows = transaction.query(ACTIVATIONS, &[])?;
    let activations: Result<Vec<Activation>> =
        rows.iter().map(|row| activation(place, row)).collect();
    let activations = activations.map_err(Fault::Stored)?;
    let present = Present {
        activations: &activations,
        last: (last.get(0), last.get::<_, Time>(1).0),
        now: last.get::<_, Time>(2).0,
    };
    let before = "SELECT commit_no FROM batch WHERE committed < $1 ORDER BY commit_no DESC LIMIT 1";
    let mut plan = Plan::put(rules, origin, backfill, &present, |time: Timestamp| {
        let found = transaction.query_opt(before, &[&Time(time)])?;
        Ok::<i64, Fault>(found.map_or(0, |row| row.get(0)))
    })?;
    plan.delete(deleted, &present);
    let in_table = if origin == Origin::Database { rules } else { &[] };
    apply(&mut transaction, in_table, deleted, &plan, origin, present.last.0)?;
    transaction.commit()?;
    Ok(())
}

/// Writes rules and intervals.
fn apply(
    transaction: &mut Transaction<'_>,
    rules: &[Rule],
    deleted: &[(String, String)],
    plan: &Plan<'_>,
    origin: Origin,
    last: i64,
) -> std::result::Result<(), postgres::Error> {
    for rule in rules {
        let section = "INSERT INTO section (name) VALUES ($1) ON CONFLICT DO NOTHING";
        transaction.execute(section, &[&rule.section])?;
        transaction.execute(
            "INSERT INTO rule (section, name, is_enabled, body) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (section, name) \
             DO UPDATE SET is_enabled = excluded.is_enabled, body = excluded.body",
            &[&rule.section, &rule.name, &rule.is_enabled, &rule_text(rule)],
        )?;
    }
    for (section, name) in deleted {
        let delete = "DELETE FROM rule WHERE section = $1 AND name = $2";
        transaction.execute(delete, &[section, name])?;
    }
    for activation in &plan.closings {
        let close = "UPDATE activation SET to_commit = $1 WHERE activation = $2";
        transaction.execute(close, &[&last, activation])?;
    }
    for activation in &plan.adoptions {
        let adopt = "UPDATE activation SET origin = $1 WHERE activation = $2";
        transaction.execute(adopt, &[&origin.name(), activation])?;
    }
    for opening in &plan.openings {
        open(transaction, opening, origin, last)?;
    }
    transaction.execute("UPDATE counter SET value = value + 1 WHERE name = 'rule'", &[])?;
    Ok(())
}

fn open(
    transaction: &mut Transaction<'_>,
    opening: &Opening<'_>,
    origin: Origin,
    last: i64,
) -> std::result::Result<(), postgres::Error> {
    let rule = opening.rule;
    transaction.execute(
        "INSERT INTO rule_version (section, name, hash, out_section, body) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        &[&rule.section, &rule.name, &opening.hash, &rule.out, &rule_text(rule)],
    )?;
    transaction.execute(
        "INSERT INTO activation (version, origin, from_commit, armed_commit, created_commit, \
           position, late) \
         SELECT version, $4, $5, $6, $7, $5, 0 FROM rule_version \
         WHERE section = $1 AND name = $2 AND hash = $3",
        &[
            &rule.section,
            &rule.name,
            &opening.hash,
            &origin.name(),
            &opening.from_commit,
            &opening.armed_commit,
            &last,
        ],
    )?;
    Ok(())
}

pub(super) fn activation(place: &str, row: &Row) -> Result<Activation> {
    Ok(Activation {
        rule: stored_rule(place, row.get(0), row.get(1))?,
        hash: row.get(2),
        id: row.get(3),
        version: row.get(4),
        origin: Origin::named(row.get(5)),
        from_commit: row.get(6),
        to_commit: row.get(7),
        armed_commit: row.get(8),
        created_commit: row.get(9),
        position: row.get(10),
        late: row.get(11),
    })
}
