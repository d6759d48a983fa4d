//! Rules, intervals, hits and SIEM events in PostgreSQL.
//!
//! What it does *not* know: how a rule decides; which intervals begin and end (`detect::plan`).

mod rows;
mod rules;
mod set;
mod stand;

use super::Postgres;
use super::follow::{self, put_changes};
use super::outbox::put_actions;
use super::row::Time;
use crate::detect::row::{group_key, match_columns, stored_fields, stored_group, stored_match};
use crate::{
    Activation, Backfill, Change, Detect, Firing, Origin, Result, SeeSiem, SetRow, SiemSelection,
    Step,
};
use common::clock::Timestamp;
use common::filter::{Set, Sets};
use common::hit::{Group, Hit, Match};
use common::rule::Rule;
use common::siem_event::SiemEvent;
use postgres::{Row, Statement};
use rows::{BEHIND, HIT_SELECT, HITS_SELECT, SIEM_FOUND, SIEM_PAGE, hit, put_events, put_hits};
pub(super) use rows::{SIEM_CHANGED, siem_event};
use stand::{ADVANCE, put_advances};

const FIRING_SELECT: &str = include_str!("../../../../sql/postgres/firing_select.sql");
const HIT_INSERT: &str = include_str!("../../../../sql/postgres/hit_insert.sql");
const SIEM_EVENT_PUT: &str = include_str!("../../../../sql/postgres/siem_event_put.sql");
/// One step is written at a time, whoever takes it.
const ALONE: &str = "SELECT pg_advisory_xact_lock(hashtextextended('siem ledger', 0))";
const FIRE: &str = "UPDATE hit SET fired_commit = $1 WHERE version = $2 AND time = $3 \
    AND batch = $4 AND seq = $5 AND siem_event = $6 AND fired_commit IS NULL AND group_key = $7";
const HEARTBEAT: &str = "WITH next AS ( \
      UPDATE counter SET value = value + 1, committed = greatest(committed, clock_timestamp()) \
      WHERE name = 'commit' RETURNING value, committed \
    ), stored AS ( \
      INSERT INTO batch (batch, source, section, byte_start, byte_end, line_count, event_count, \
        commit_no, committed) \
      SELECT nextval('batch_number'), 0, '', 0, 0, 0, 0, value, committed FROM next \
    ) SELECT pg_notify('siem_commit', '') FROM next";

/// How many SIEM events are read at a time.
const PAGE: i64 = 500;

/// What the statements of a step are prepared as.
struct Statements {
    advance: Statement,
    hits: Statement,
    fire: Statement,
    changes: Statement,
    events: Statement,
}

impl Detect for Postgres {
    fn rules(&mut self) -> Result<Vec<Rule>> {
        self.stored_rules()
    }

    fn put_rules(&mut self, rules: &[Rule], backfill: Backfill) -> Result<()> {
        self.change_rules(&Change { rules, backfill, ..Change::none() })
    }

    fn delete_rules(&mut self, names: &[(String, String)]) -> Result<()> {
        self.change_rules(&Change { deleted: names, ..Change::none() })
    }

    fn activate(&mut self, rules: &[Rule], backfill: Backfill) -> Result<()> {
        self.change_rules(&Change { rules, backfill, origin: Origin::File, ..Change::none() })
    }

    fn sets(&mut self) -> Result<Sets> {
        self.stored_sets()
    }

    fn set_versions(&mut self) -> Result<Vec<SetRow>> {
        let versions = set::versions(self.client()?);
        versions.map_err(|error| self.fault(&error))
    }

    fn put_sets(&mut self, sets: &[&Set]) -> Result<()> {
        self.change_rules(&Change { sets, ..Change::none() })
    }

    fn delete_sets(&mut self, names: &[String]) -> Result<()> {
        self.change_rules(&Change { deleted_sets: names, ..Change::none() })
    }

    fn rule_generation(&mut self) -> Result<i64> {
        let select = self.statement("SELECT value FROM counter WHERE name = 'rule'")?;
        let row = self.client.query_one(&select, &[]).map_err(|error| self.fault(&error))?;
        Ok(row.get(0))
    }

    fn activations(&mut self) -> Result<Vec<Activation>> {
        self.stored_activations()
    }

    fn hits(&mut self, version: i64, group: Option<&Group>, from: Timestamp) -> Result<Vec<Hit>> {
        let rows = match group {
            Some(group) => {
                let select = self.statement(HITS_SELECT)?;
                self.client.query(&select, &[&version, &Time(from), &group_key(group)])
            }
            None => {
                let select = self.statement(HIT_SELECT)?;
                self.client.query(&select, &[&version, &Time(from)])
            }
        };
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(hit).collect())
    }

    fn earliest_hit(&mut self, version: i64, committed: Timestamp) -> Result<Option<Timestamp>> {
        let select = "SELECT min(time) FROM hit WHERE version = $1 AND committed >= $2";
        let select = self.statement(select)?;
        let row = self.client.query_one(&select, &[&version, &Time(committed)]);
        let time: Option<Time> = row.map_err(|error| self.fault(&error))?.get(0);
        Ok(time.map(|time| time.0))
    }

    fn found(&mut self, version: i64, group: &Group, from: Timestamp) -> Result<Vec<SiemEvent>> {
        let select = self.statement(SIEM_FOUND)?;
        let rows = self.client.query(&select, &[&version, &group_key(group), &Time(from)]);
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(siem_event).collect())
    }

    fn firings(&mut self, section: &str, after: i64, until: i64) -> Result<Vec<Firing>> {
        let select = self.statement(FIRING_SELECT)?;
        let rows = self.client.query(&select, &[&after, &until, &section]);
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(firing).collect())
    }

    fn record(&mut self, step: &Step) -> Result<bool> {
        let statements = Statements {
            advance: self.statement(ADVANCE)?,
            hits: self.statement(HIT_INSERT)?,
            fire: self.statement(FIRE)?,
            changes: self.statement(follow::PUT)?,
            events: self.statement(SIEM_EVENT_PUT)?,
        };
        self.write(step, &statements).map_err(|error| self.fault(&error))
    }

    fn commit_time(&mut self, commit_no: i64) -> Result<Option<Timestamp>> {
        let select = self.statement("SELECT committed FROM batch WHERE commit_no = $1")?;
        let row = self.client.query_opt(&select, &[&commit_no]);
        Ok(row.map_err(|error| self.fault(&error))?.map(|row| row.get::<_, Time>(0).0))
    }

    fn heartbeat(&mut self) -> Result<()> {
        let beat = self.statement(HEARTBEAT)?;
        self.client.query(&beat, &[]).map(drop).map_err(|error| self.fault(&error))
    }

    fn siem_events(&mut self, selection: &SiemSelection, see: &mut SeeSiem<'_>) -> Result<()> {
        let select = self.statement(SIEM_PAGE)?;
        let (since, until) = (selection.since.map(Time), selection.until.map(Time));
        let mut last = (Time(Timestamp::MIN), String::new());
        loop {
            let page = self.client.query(
                &select,
                &[&last.0, &last.1, &since, &until, &selection.sections, &selection.ids, &PAGE],
            );
            let page: Vec<SiemEvent> =
                page.map_err(|error| self.fault(&error))?.iter().map(siem_event).collect();
            let Some(end) = page.last() else { return Ok(()) };
            last = (Time(end.time), end.id.clone());
            for event in page {
                if see(event).is_break() {
                    return Ok(());
                }
            }
        }
    }

    fn behind(&mut self, siem_event: &str, limit: Option<u64>) -> Result<Vec<Match>> {
        let select = self.statement(BEHIND)?;
        let limit = limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.client.query(&select, &[&siem_event, &limit]);
        let read = |row: &Row| stored_match(row.get(0), row.get(1), row.get(2));
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(read).collect())
    }
}

impl Postgres {
    /// Writes a step; `false` when a position is not where the work began.
    fn write(
        &mut self,
        step: &Step,
        statements: &Statements,
    ) -> std::result::Result<bool, postgres::Error> {
        let mut transaction = self.client.transaction()?;
        // Two siemtrigger that move rows in different orders would wait for each other.
        transaction.batch_execute(ALONE)?;
        // What is learned in a transaction that fails is not so.
        let mut stands = std::mem::take(&mut self.stands);
        if !put_advances(&mut transaction, &statements.advance, &mut stands, &step.advances)? {
            return Ok(false);
        }
        put_hits(&mut transaction, &statements.hits, &step.hits)?;
        for (version, group, matched, time, commit_no) in &step.fired {
            let (batch, seq, siem_event) = match_columns(matched);
            transaction.execute(
                &statements.fire,
                &[commit_no, version, &Time(*time), &batch, &seq, &siem_event, &group_key(group)],
            )?;
        }
        put_changes(&mut transaction, &statements.changes, &step.events)?;
        put_events(&mut transaction, &statements.events, &step.events)?;
        put_actions(&mut transaction, &step.actions)?;
        transaction.commit()?;
        self.stands = stands;
        Ok(true)
    }
}

fn firing(row: &Row) -> Firing {
    let text: &str = row.get(1);
    // A dead rule's SIEM event carries its group as an object.
    let group = match text.starts_with('{') {
        true => stored_fields(text).into_iter().map(|(_, value)| value).collect(),
        false => stored_group(text),
    };
    Firing {
        version: row.get(0),
        group,
        time: row.get::<_, Time>(2).0,
        matched: stored_match(row.get(3), row.get(4), row.get(5)),
        commit_no: row.get(6),
    }
}
