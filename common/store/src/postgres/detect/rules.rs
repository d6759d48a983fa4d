//! Rules and the intervals of their versions as rows.
//!
//! Whoever changes rules first locks the ledger. No position moves meanwhile, and none is beyond
//! the last commit that is read then: intervals of versions that follow each other do not overlap.
//!
//! What it does *not* know: which intervals a change ends and begins (`detect::plan`).

use super::set::{self, sets};
use super::stand::GIVE_UP_ALL;
use crate::detect::row::{brief_rule, rule_text, stored_rule};
use crate::postgres::Postgres;
use crate::postgres::row::Time;
use crate::{
    Activation, Change, Error, Opening, Origin, Plan, Present, Result, bind_versions, bound, known,
};
use common::clock::Timestamp;
use common::rule::Rule;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use postgres::{GenericClient, Row, Transaction};

const ACTIVATIONS: &str = "SELECT v.name, v.body, v.hash, a.activation, a.version, \
      a.origin, a.from_commit, a.to_commit, a.armed_commit, a.created_commit, \
      coalesce(s.position, a.position), a.late, v.sets \
    FROM activation a JOIN rule_version v ON v.version = a.version \
      LEFT JOIN stand s ON s.stand = a.stand ORDER BY a.activation";

/// Why something failed.
pub(super) enum Fault {
    Driver(postgres::Error),
    Stored(Error),
}

impl From<postgres::Error> for Fault {
    fn from(error: postgres::Error) -> Fault {
        Fault::Driver(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Stored(error)
    }
}

type Outcome<T> = std::result::Result<T, Fault>;

impl Postgres {
    /// What became of something, as this crate's error.
    pub(super) fn outcome<T>(&self, outcome: Outcome<T>) -> Result<T> {
        outcome.map_err(|fault| match fault {
            Fault::Driver(error) => self.fault(&error),
            Fault::Stored(error) => error,
        })
    }

    /// All rules, bound to the sets as they are now.
    pub(super) fn stored_rules(&mut self) -> Result<Vec<Rule>> {
        self.client()?;
        let place = self.address.place().to_owned();
        let rules = rules(&mut self.client, &place);
        let rules = self.outcome(rules)?;
        bound(&place, rules, || self.stored_sets())
    }

    /// All intervals, each rule bound to the sets of its version.
    pub(super) fn stored_activations(&mut self) -> Result<Vec<Activation>> {
        self.client()?;
        let place = self.address.place().to_owned();
        let found = activations(&mut self.client, &place);
        self.outcome(found)
    }

    /// Changes rules and sets, and ends and begins the intervals of versions.
    pub(super) fn change_rules(&mut self, change: &Change<'_>) -> Result<()> {
        self.client()?;
        let outcome = self::change(&mut self.client, self.address.place(), change);
        self.outcome(outcome)
    }
}

fn change(client: &mut postgres::Client, place: &str, change: &Change<'_>) -> Outcome<()> {
    let mut transaction = client.transaction()?;
    transaction.batch_execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('siem rule', 0)); \
         LOCK TABLE activation, stand IN SHARE ROW EXCLUSIVE MODE",
    )?;
    set::write(&mut transaction, change)?;
    let stored = if change.has_sets() { rules(&mut transaction, place)? } else { Vec::new() };
    let touched = bound(place, change.touched(stored), || sets(&mut transaction, place))?;
    let last = "SELECT value, committed, clock_timestamp() FROM counter WHERE name = 'commit'";
    let last = transaction.query_one(last, &[])?;
    let activations = activations(&mut transaction, place)?;
    let present = Present {
        activations: &activations,
        last: (last.get(0), last.get::<_, Time>(1).0),
        now: last.get::<_, Time>(2).0,
    };
    let before = "SELECT commit_no FROM batch WHERE committed < $1 ORDER BY commit_no DESC LIMIT 1";
    let put = |time: Timestamp| {
        let found = transaction.query_opt(before, &[&Time(time)])?;
        Ok::<i64, Fault>(found.map_or(0, |row| row.get(0)))
    };
    let mut plan = Plan::put(&touched, change.origin, change.backfill, &present, put)?;
    plan.delete(change.deleted, &present);
    apply(&mut transaction, &touched, change, &plan, present.last.0)?;
    Ok(transaction.commit()?)
}

/// All rules, bound to nothing.
fn rules(client: &mut impl GenericClient, place: &str) -> Outcome<Vec<Rule>> {
    let select = "SELECT name, body, is_enabled FROM rule \
        ORDER BY section COLLATE \"C\", name COLLATE \"C\"";
    let load = |row: &Row| {
        Ok(Rule { is_enabled: row.get(2), ..stored_rule(place, row.get(0), row.get(1))? })
    };
    client.query(select, &[])?.iter().map(load).collect()
}

/// Writes rules (unless they come from files) and intervals.
fn apply(
    transaction: &mut Transaction<'_>,
    rules: &[Rule],
    change: &Change<'_>,
    plan: &Plan<'_>,
    last: i64,
) -> std::result::Result<(), postgres::Error> {
    let origin = change.origin;
    if origin == Origin::File && plan.is_idle() {
        return Ok(());
    }
    for rule in rules.iter().filter(|_| origin == Origin::Database) {
        let section = "INSERT INTO section (name) VALUES ($1) ON CONFLICT DO NOTHING";
        transaction.execute(section, &[&rule.section])?;
        transaction.execute(
            "INSERT INTO rule (section, name, is_enabled, body) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (section, name) \
             DO UPDATE SET is_enabled = excluded.is_enabled, body = excluded.body",
            &[&rule.section, &rule.name, &rule.is_enabled, &rule_text(rule)],
        )?;
    }
    for (section, name) in change.deleted {
        let delete = "DELETE FROM rule WHERE section = $1 AND name = $2";
        transaction.execute(delete, &[section, name])?;
    }
    transaction.execute(GIVE_UP_ALL, &[])?;
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
        "INSERT INTO rule_version (section, name, hash, out_section, body, sets) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        &[&rule.section, &rule.name, &opening.hash, &rule.out, &rule_text(rule), &known(rule)],
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

fn activations(client: &mut impl GenericClient, place: &str) -> Outcome<Vec<Activation>> {
    // One by one: together they are many megabytes.
    let mut rows = client.query_raw(ACTIVATIONS, std::iter::empty::<&dyn ToSql>())?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((activation(place, &row)?, row.get(12)));
    }
    drop(rows);
    bind_versions(place, found, |name, digest| set::load(client, place, name, digest))
}

fn activation(place: &str, row: &Row) -> Result<Activation> {
    Ok(Activation {
        rule: brief_rule(place, row.get(0), row.get(1))?.into(),
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
