//! Hits and SIEM events as rows.
//!
//! What it does *not* know: which rows are wanted.

use crate::SiemRow;
use crate::detect::row::{
    group_key, match_columns, stored_fields, stored_group, stored_list, stored_match,
};
use common::clock::Timestamp;
use common::hit::{Group, Hit, Match, group_text};
use common::siem_event::{SiemEvent, list};
use rusqlite::{Connection, OptionalExtension as _, Row, Statement, ToSql};

const HIT_INSERT: &str = include_str!("../../../../../sql/sqlite/hit_insert.sql");
const SIEM_EVENT_PUT: &str = include_str!("../../../../../sql/sqlite/siem_event_put.sql");

/// The columns that [`hit`] reads and [`bind_hit`] binds, in their order.
pub(in crate::sqlite) const HIT_COLUMNS: &str = "group_values, time, batch, seq, siem_event, \
    commit_no, committed, is_armed, fired_commit, message, keys";

/// The columns that [`siem_event`] reads and [`bind_event`] binds, in their order.
pub(in crate::sqlite) const SIEM_COLUMNS: &str = "id, key, revision, time, last_time, section, \
    rule_id, rule_name, rule_version, rule_kind, severity, event_count, event_limit, \
    window_start, window_end, group_values, message, tags, source_ids, backfill";

pub(super) fn put_hit(connection: &Connection, version: i64, hit: &Hit) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(HIT_INSERT)?;
    let next = bind_hit(&mut statement, hit)?;
    statement.raw_bind_parameter(next, version)?;
    statement.raw_bind_parameter(next + 1, group_key(&hit.group))?;
    statement.raw_execute().map(drop)
}

/// Binds a hit to the first parameters of a statement; says which parameter comes next.
pub(in crate::sqlite) fn bind_hit(
    statement: &mut Statement<'_>,
    hit: &Hit,
) -> rusqlite::Result<usize> {
    let (batch, seq, siem_event) = match_columns(&hit.matched);
    let values: [&dyn ToSql; 11] = [
        &group_text(&hit.group),
        &hit.time.0,
        &batch,
        &seq,
        &siem_event,
        &hit.commit_no,
        &hit.committed.0,
        &hit.is_armed,
        &hit.fired_commit,
        &hit.message,
        &list(&hit.keys),
    ];
    bind(statement, &values)
}

fn bind(statement: &mut Statement<'_>, values: &[&dyn ToSql]) -> rusqlite::Result<usize> {
    for (place, value) in (1..).zip(values) {
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(values.len() + 1)
}

pub(in crate::sqlite) fn hit(row: &Row<'_>) -> rusqlite::Result<Hit> {
    Ok(Hit {
        group: stored_group(row.get_ref(0)?.as_str()?),
        time: Timestamp(row.get(1)?),
        matched: stored_match(row.get(2)?, row.get(3)?, row.get(4)?),
        commit_no: row.get(5)?,
        committed: Timestamp(row.get(6)?),
        is_armed: row.get(7)?,
        fired_commit: row.get(8)?,
        message: row.get(9)?,
        keys: stored_list(row.get_ref(10)?.as_str()?),
    })
}

pub(super) fn put_event(connection: &Connection, row: &SiemRow) -> rusqlite::Result<()> {
    let event = &row.event;
    let group: Group = event.group.iter().map(|(_, value)| value.clone()).collect();
    let mut statement = connection.prepare_cached(SIEM_EVENT_PUT)?;
    let next = bind_event(&mut statement, event)?;
    statement.raw_bind_parameter(next, event.magnitude())?;
    statement.raw_bind_parameter(next + 1, row.version)?;
    statement.raw_bind_parameter(next + 2, group_key(&group))?;
    statement.raw_bind_parameter(next + 3, row.commit_no)?;
    statement.raw_execute().map(drop)
}

/// Binds a SIEM event to the first parameters of a statement; says which parameter comes next.
pub(in crate::sqlite) fn bind_event(
    statement: &mut Statement<'_>,
    event: &SiemEvent,
) -> rusqlite::Result<usize> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let values: [&dyn ToSql; 20] = [
        &event.id,
        &event.key,
        &event.revision,
        &event.time.0,
        &event.last_time.0,
        &event.section,
        &event.rule_id,
        &event.rule_name,
        &event.rule_version,
        &event.rule_kind,
        &event.severity,
        &number(event.event_count),
        &number(event.event_limit),
        &event.window_start.0,
        &event.window_end.0,
        &event.group_json(),
        &event.message,
        &list(&event.tags),
        &list(&event.source_ids),
        &event.backfill,
    ];
    bind(statement, &values)
}

pub(in crate::sqlite) fn siem_event(row: &Row<'_>) -> rusqlite::Result<SiemEvent> {
    let number = |place: usize| row.get::<_, i64>(place).map(|it| u64::try_from(it).unwrap_or(0));
    Ok(SiemEvent {
        id: row.get(0)?,
        key: row.get(1)?,
        revision: row.get(2)?,
        time: Timestamp(row.get(3)?),
        last_time: Timestamp(row.get(4)?),
        section: row.get(5)?,
        rule_id: row.get(6)?,
        rule_name: row.get(7)?,
        rule_version: row.get(8)?,
        rule_kind: row.get(9)?,
        severity: row.get(10)?,
        event_count: number(11)?,
        event_limit: number(12)?,
        window_start: Timestamp(row.get(13)?),
        window_end: Timestamp(row.get(14)?),
        group: stored_fields(&row.get::<_, String>(15)?),
        message: row.get(16)?,
        tags: stored_list(&row.get::<_, String>(17)?),
        source_ids: stored_list(&row.get::<_, String>(18)?),
        backfill: row.get(19)?,
    })
}

/// The hits behind a SIEM event. Those of a plain rule are its source ids.
pub(super) fn behind(
    connection: &Connection,
    id: &str,
    limit: Option<u64>,
) -> rusqlite::Result<Vec<Match>> {
    let select = "SELECT h.batch, h.seq, h.siem_event FROM siem_event s \
        JOIN hit h ON h.version = s.version AND h.group_key = s.group_key \
        WHERE s.id = ?1 AND (s.rule_kind NOT IN ('dead', 'plain') AND h.time > s.window_start \
          AND h.time <= s.last_time \
          OR s.rule_kind = 'dead' AND h.time >= s.window_start AND h.time < s.window_end \
          OR s.rule_kind = 'plain' AND h.time = s.time AND s.source_ids = \
            '[\"' || CASE h.siem_event WHEN '' THEN h.batch || '.' || h.seq \
            ELSE h.siem_event END || '\"]') \
        ORDER BY h.time, h.batch, h.seq, h.siem_event LIMIT ?2";
    let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let mut statement = connection.prepare_cached(select)?;
    let read = |row: &Row<'_>| Ok(stored_match(row.get(0)?, row.get(1)?, row.get(2)?));
    statement.query_map((id, limit), read)?.collect()
}

/// The last commit before a time, 0 if there is none.
pub(super) fn commit_before(connection: &Connection, time: Timestamp) -> rusqlite::Result<i64> {
    let select = "SELECT commit_no FROM batch WHERE committed < ?1 ORDER BY commit_no DESC LIMIT 1";
    let found = connection.prepare_cached(select)?.query_row([time.0], |row| row.get(0));
    Ok(found.optional()?.unwrap_or(0))
}
