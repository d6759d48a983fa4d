//! Hits and SIEM events as rows.
//!
//! What it does *not* know: which rows are wanted.

use crate::SiemRow;
use crate::detect::row::{
    group_key, match_columns, stored_fields, stored_group, stored_list, stored_match,
};
use crate::postgres::row::Time;
use common::hit::{Group, Hit, group_text};
use common::siem_event::{SiemEvent, list};
use postgres::{Row, Statement, Transaction};

macro_rules! hit_columns {
    ($rest:literal) => {
        concat!(
            "SELECT group_values, time, batch, seq, siem_event, commit_no, committed, is_armed, ",
            "fired_commit, message, keys FROM hit WHERE version = $1 AND time >= $2 ",
            $rest,
            " ORDER BY commit_no, time, batch, seq"
        )
    };
}

macro_rules! siem_columns {
    ($rest:literal) => {
        siem_columns!("", $rest)
    };
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT id, key, revision, time, last_time, section, rule_id, rule_name, ",
            "rule_version, rule_kind, severity, event_count, event_limit, window_start, ",
            "window_end, group_values, message, tags, source_ids, backfill",
            $more,
            " FROM siem_event ",
            $rest
        )
    };
}

/// The hits of a version from a time on.
pub(super) const HIT_SELECT: &str = hit_columns!("");
/// The same, of one group.
pub(super) const HITS_SELECT: &str = hit_columns!("AND group_key = $3");
/// SIEM events of a version and group from a time on.
pub(super) const SIEM_FOUND: &str =
    siem_columns!("WHERE version = $1 AND group_key = $2 AND time >= $3");
/// A page of SIEM events after a place.
pub(super) const SIEM_PAGE: &str = siem_columns!(
    "WHERE (time, id) > ($1::timestamptz, $2::text) \
     AND ($3::timestamptz IS NULL OR time >= $3) AND ($4::timestamptz IS NULL OR time < $4) \
     AND (cardinality($5::text[]) = 0 OR section = ANY($5)) \
     AND (cardinality($6::text[]) = 0 OR id = ANY($6)) \
     ORDER BY time, id LIMIT $7"
);
/// A page of SIEM events in the order of their changes, each with its last one.
pub(in crate::postgres) const SIEM_CHANGED: &str = siem_columns!(
    ", change_no",
    "JOIN change ON siem_event = id WHERE (change_no, siem_event) > ($1::bigint, $2::text) \
     AND change_no <= $3 ORDER BY change_no, siem_event LIMIT $4"
);
/// The hits behind a SIEM event. Those of a plain rule are its source ids.
pub(super) const BEHIND: &str = "SELECT h.batch, h.seq, h.siem_event FROM siem_event s \
    JOIN hit h ON h.version = s.version AND h.group_key = s.group_key \
    WHERE s.id = $1 AND (s.rule_kind NOT IN ('dead', 'plain') AND h.time > s.window_start \
      AND h.time <= s.last_time \
      OR s.rule_kind = 'dead' AND h.time >= s.window_start AND h.time < s.window_end \
      OR s.rule_kind = 'plain' AND h.time = s.time AND s.source_ids = \
        '[\"' || CASE h.siem_event WHEN '' THEN h.batch || '.' || h.seq \
        ELSE h.siem_event END || '\"]') \
    ORDER BY h.time, h.batch, h.seq, h.siem_event LIMIT $2::bigint";

/// The most rows that one statement writes.
const ROWS: usize = 5_000;

/// A column of rows that are written by one statement.
fn column<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

pub(super) fn put_hits(
    transaction: &mut Transaction<'_>,
    insert: &Statement,
    hits: &[(i64, Hit)],
) -> Result<(), postgres::Error> {
    for part in hits.chunks(ROWS) {
        transaction.execute(
            insert,
            &[
                &column(part, |(version, _)| *version),
                &column(part, |(_, hit)| group_key(&hit.group)),
                &column(part, |(_, hit)| Time(hit.time)),
                &column(part, |(_, hit)| match_columns(&hit.matched).0),
                &column(part, |(_, hit)| match_columns(&hit.matched).1),
                &column(part, |(_, hit)| match_columns(&hit.matched).2),
                &column(part, |(_, hit)| hit.commit_no),
                &column(part, |(_, hit)| Time(hit.committed)),
                &column(part, |(_, hit)| hit.is_armed),
                &column(part, |(_, hit)| hit.fired_commit),
                &column(part, |(_, hit)| group_text(&hit.group)),
                &column(part, |(_, hit)| hit.message.as_str()),
                &column(part, |(_, hit)| list(&hit.keys)),
            ],
        )?;
    }
    Ok(())
}

/// Writes SIEM events, each of which is there once.
pub(super) fn put_events(
    transaction: &mut Transaction<'_>,
    put: &Statement,
    rows: &[SiemRow],
) -> Result<(), postgres::Error> {
    let long = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let int = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let group = |row: &SiemRow| -> Group {
        row.event.group.iter().map(|(_, value)| value.clone()).collect()
    };
    for part in rows.chunks(ROWS) {
        transaction.execute(
            put,
            &[
                &column(part, |row| row.event.id.as_str()),
                &column(part, |row| row.version),
                &column(part, |row| group_key(&group(row))),
                &column(part, |row| row.commit_no),
                &column(part, |row| row.event.key.as_str()),
                &column(part, |row| int(row.event.revision)),
                &column(part, |row| Time(row.event.time)),
                &column(part, |row| Time(row.event.last_time)),
                &column(part, |row| row.event.section.as_str()),
                &column(part, |row| row.event.rule_id.as_str()),
                &column(part, |row| row.event.rule_name.as_str()),
                &column(part, |row| row.event.rule_version.as_str()),
                &column(part, |row| row.event.rule_kind.as_str()),
                &column(part, |row| i16::from(row.event.severity)),
                &column(part, |row| int(row.event.magnitude())),
                &column(part, |row| long(row.event.event_count)),
                &column(part, |row| long(row.event.event_limit)),
                &column(part, |row| Time(row.event.window_start)),
                &column(part, |row| Time(row.event.window_end)),
                &column(part, |row| row.event.group_json()),
                &column(part, |row| row.event.message.as_str()),
                &column(part, |row| list(&row.event.tags)),
                &column(part, |row| list(&row.event.source_ids)),
                &column(part, |row| row.event.backfill),
            ],
        )?;
    }
    Ok(())
}

pub(super) fn hit(row: &Row) -> Hit {
    Hit {
        group: stored_group(row.get(0)),
        time: row.get::<_, Time>(1).0,
        matched: stored_match(row.get(2), row.get(3), row.get(4)),
        commit_no: row.get(5),
        committed: row.get::<_, Time>(6).0,
        is_armed: row.get(7),
        fired_commit: row.get(8),
        message: row.get(9),
        keys: stored_list(row.get(10)),
    }
}

pub(in crate::postgres) fn siem_event(row: &Row) -> SiemEvent {
    let number = |place: usize| u64::try_from(row.get::<_, i64>(place)).unwrap_or(0);
    let time = |place: usize| row.get::<_, Time>(place).0;
    SiemEvent {
        id: row.get(0),
        key: row.get(1),
        revision: u32::try_from(row.get::<_, i32>(2)).unwrap_or(0),
        time: time(3),
        last_time: time(4),
        section: row.get(5),
        rule_id: row.get(6),
        rule_name: row.get(7),
        rule_version: row.get(8),
        rule_kind: row.get(9),
        severity: u8::try_from(row.get::<_, i16>(10)).unwrap_or(7),
        event_count: number(11),
        event_limit: number(12),
        window_start: time(13),
        window_end: time(14),
        group: stored_fields(row.get(15)),
        message: row.get(16),
        tags: stored_list(row.get(17)),
        source_ids: stored_list(row.get(18)),
        backfill: row.get(19),
    }
}
