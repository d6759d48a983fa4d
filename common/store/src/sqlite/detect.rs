//! Rules, intervals, hits and SIEM events in SQLite.
//!
//! What it does *not* know: how a rule decides; which intervals begin and end (`detect::plan`).

mod rows;
mod rules;
mod set;
mod stand;

use super::Sqlite;
use super::follow::put_changes;
use super::ingest::draw;
use super::outbox::put_actions;
use crate::detect::Stands;
use crate::detect::row::{group_key, match_columns, stored_group, stored_match};
use crate::{
    Activation, Backfill, Change, Detect, Firing, Origin, Result, SeeSiem, SetRow, SiemSelection,
    Step,
};
use common::clock::Timestamp;
use common::filter::{Set, Sets};
use common::hit::{Group, Hit, Match};
use common::rule::Rule;
use common::siem_event::SiemEvent;
pub(super) use rows::{HIT_COLUMNS, SIEM_COLUMNS, bind_event, bind_hit, hit, siem_event};
use rows::{put_event, put_hit};
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};
use stand::put_advances;

const FIRING_SELECT: &str = include_str!("../../../../sql/sqlite/firing_select.sql");

/// How many SIEM events are read at a time.
const PAGE: i64 = 500;

impl Detect for Sqlite {
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
        self.outcome(set::sets(&self.connection, &self.place))
    }

    fn set_versions(&mut self) -> Result<Vec<SetRow>> {
        set::versions(&self.connection).map_err(self.refused())
    }

    fn put_sets(&mut self, sets: &[&Set]) -> Result<()> {
        self.change_rules(&Change { sets, ..Change::none() })
    }

    fn delete_sets(&mut self, names: &[String]) -> Result<()> {
        self.change_rules(&Change { deleted_sets: names, ..Change::none() })
    }

    fn rule_generation(&mut self) -> Result<i64> {
        let select = "SELECT value FROM counter WHERE name = 'rule'";
        let value = || self.connection.prepare_cached(select)?.query_row([], |row| row.get(0));
        value().map_err(self.refused())
    }

    fn activations(&mut self) -> Result<Vec<Activation>> {
        self.outcome(rules::activations(&self.connection, &self.place))
    }

    fn hits(&mut self, version: i64, group: Option<&Group>, from: Timestamp) -> Result<Vec<Hit>> {
        let key = group.map(group_key);
        let select = match key {
            Some(_) => "version = ?1 AND group_key = ?2 AND time >= ?3",
            None => "version = ?1 AND ?2 IS NULL AND time >= ?3",
        };
        let select = format!(
            "SELECT {HIT_COLUMNS} FROM hit WHERE {select} ORDER BY commit_no, time, batch, seq"
        );
        let hits = || {
            let mut statement = self.connection.prepare_cached(&select)?;
            statement.query_map((version, key, from.0), hit)?.collect::<rusqlite::Result<_>>()
        };
        hits().map_err(self.refused())
    }

    fn earliest_hit(&mut self, version: i64, committed: Timestamp) -> Result<Option<Timestamp>> {
        let select = "SELECT min(time) FROM hit WHERE version = ?1 AND committed >= ?2";
        let time = || {
            let mut statement = self.connection.prepare_cached(select)?;
            statement.query_row((version, committed.0), |row| row.get::<_, Option<i64>>(0))
        };
        time().map(|time| time.map(Timestamp)).map_err(self.refused())
    }

    fn found(&mut self, version: i64, group: &Group, from: Timestamp) -> Result<Vec<SiemEvent>> {
        let select = format!(
            "SELECT {SIEM_COLUMNS} FROM siem_event \
             WHERE version = ?1 AND group_key = ?2 AND time >= ?3"
        );
        let rows = || {
            let mut statement = self.connection.prepare_cached(&select)?;
            let rows = statement.query_map((version, group_key(group), from.0), siem_event)?;
            rows.collect::<rusqlite::Result<_>>()
        };
        rows().map_err(self.refused())
    }

    fn firings(&mut self, section: &str, after: i64, until: i64) -> Result<Vec<Firing>> {
        let rows = || {
            let mut statement = self.connection.prepare_cached(FIRING_SELECT)?;
            statement.query_map((after, until, section), firing)?.collect::<rusqlite::Result<_>>()
        };
        rows().map_err(self.refused())
    }

    fn record(&mut self, step: &Step) -> Result<bool> {
        let refused = self.refused();
        // What is learned in a transaction that fails is not so.
        let mut stands = std::mem::take(&mut self.stands);
        let record = || {
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if !write(&transaction, &mut stands, step)? {
                return Ok(false);
            }
            transaction.commit()?;
            self.stands = stands;
            Ok(true)
        };
        record().map_err(refused)
    }

    fn commit_time(&mut self, commit_no: i64) -> Result<Option<Timestamp>> {
        let select = "SELECT committed FROM batch WHERE commit_no = ?1";
        let time = || {
            let mut statement = self.connection.prepare_cached(select)?;
            statement.query_row([commit_no], |row| row.get(0).map(Timestamp)).optional()
        };
        time().map_err(self.refused())
    }

    fn heartbeat(&mut self) -> Result<()> {
        let refused = self.refused();
        let mut beat = || {
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let batch = draw(&transaction, "batch")?;
            let next = "UPDATE counter SET value = value + 1, committed = max(committed, ?1) \
                WHERE name = 'commit' RETURNING value, committed";
            let (commit_no, committed): (i64, i64) =
                transaction
                    .query_row(next, [Timestamp::now().0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            transaction.execute(
                "INSERT INTO batch (batch, source, section, byte_start, byte_end, line_count, \
                 event_count, commit_no, committed) VALUES (?1, 0, '', 0, 0, 0, 0, ?2, ?3)",
                (batch, commit_no, committed),
            )?;
            transaction.commit()
        };
        beat().map_err(refused)
    }

    fn siem_events(&mut self, selection: &SiemSelection, see: &mut SeeSiem<'_>) -> Result<()> {
        let mut last = (Timestamp::MIN.0, String::new());
        loop {
            let page = self.siem_page(selection, &last).map_err(self.refused())?;
            let Some(end) = page.last() else { return Ok(()) };
            last = (end.time.0, end.id.clone());
            for event in page {
                if see(event).is_break() {
                    return Ok(());
                }
            }
        }
    }

    fn behind(&mut self, siem_event: &str, limit: Option<u64>) -> Result<Vec<Match>> {
        rows::behind(&self.connection, siem_event, limit).map_err(self.refused())
    }
}

impl Sqlite {
    fn siem_page(
        &self,
        selection: &SiemSelection,
        after: &(i64, String),
    ) -> rusqlite::Result<Vec<SiemEvent>> {
        let list = |list: &[String]| common::siem_event::list(list);
        let select = format!(
            "SELECT {SIEM_COLUMNS} FROM siem_event WHERE (time, id) > (?1, ?2) \
             AND time >= ?3 AND time < ?4 \
             AND (?5 = '[]' OR section IN (SELECT value FROM json_each(?5))) \
             AND (?6 = '[]' OR id IN (SELECT value FROM json_each(?6))) \
             ORDER BY time, id LIMIT ?7"
        );
        let mut statement = self.connection.prepare_cached(&select)?;
        let since = selection.since.map_or(i64::MIN, |time| time.0);
        let until = selection.until.map_or(i64::MAX, |time| time.0);
        let (sections, ids) = (list(&selection.sections), list(&selection.ids));
        let values = params![after.0, after.1, since, until, sections, ids, PAGE];
        statement.query_map(values, siem_event)?.collect()
    }
}

/// Writes a step; `false` when a position is not where the work began.
fn write(connection: &Connection, stands: &mut Stands, step: &Step) -> rusqlite::Result<bool> {
    if !put_advances(connection, stands, &step.advances)? {
        return Ok(false);
    }
    for (version, hit) in &step.hits {
        put_hit(connection, *version, hit)?;
    }
    let fire = "UPDATE hit SET fired_commit = ?1 WHERE version = ?2 AND time = ?3 AND batch = ?4 \
        AND seq = ?5 AND siem_event = ?6 AND fired_commit IS NULL AND group_key = ?7";
    for (version, group, matched, time, commit_no) in &step.fired {
        let (batch, seq, siem_event) = match_columns(matched);
        let values = (commit_no, version, time.0, batch, seq, siem_event, group_key(group));
        connection.prepare_cached(fire)?.execute(values)?;
    }
    put_changes(connection, &step.events)?;
    for row in &step.events {
        put_event(connection, row)?;
    }
    put_actions(connection, &step.actions)?;
    Ok(true)
}

fn firing(row: &Row<'_>) -> rusqlite::Result<Firing> {
    let siem_event: String = row.get(5)?;
    let text: String = row.get(1)?;
    // A dead rule's SIEM event carries its group as an object.
    let group = match text.starts_with('{') {
        true => crate::detect::row::stored_fields(&text).into_iter().map(|(_, v)| v).collect(),
        false => stored_group(&text),
    };
    Ok(Firing {
        version: row.get(0)?,
        group,
        time: Timestamp(row.get(2)?),
        matched: stored_match(row.get(3)?, row.get(4)?, siem_event),
        commit_no: row.get(6)?,
    })
}
