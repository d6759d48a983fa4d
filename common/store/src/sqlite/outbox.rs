//! Deliveries of actions in SQLite.
//!
//! What it does *not* know: how an action is run.

use super::Sqlite;
use super::detect::siem_event;
use crate::{Delivered, Delivery, Outbox, OutboxCount, Result};
use common::clock::Timestamp;
use common::clock::span::Span;
use rusqlite::{Connection, params};

const PUT: &str = "INSERT INTO outbox (siem_event, action, state, created, due, attempts, result) \
    VALUES (?1, ?2, 'waiting', ?3, ?3, 0, '') ON CONFLICT (siem_event, action) DO NOTHING";
const DUE: &str = "SELECT siem_event FROM outbox WHERE action = ?1 AND state = 'waiting' \
    AND due <= ?2 AND EXISTS (SELECT 1 FROM siem_event WHERE id = outbox.siem_event) \
    ORDER BY due, created, siem_event LIMIT ?3";
const TAKE: &str = "UPDATE outbox SET attempts = attempts + 1, due = ?3 \
    WHERE siem_event = ?1 AND action = ?2 RETURNING attempts";
const EVENT: &str = "SELECT id, key, revision, time, last_time, section, rule_id, rule_name, \
    rule_version, rule_kind, severity, event_count, event_limit, window_start, window_end, \
    group_values, message, tags, source_ids, backfill FROM siem_event WHERE id = ?1";
const DELIVER: &str = "UPDATE outbox SET state = ?3, result = ?4, \
    due = CASE WHEN ?3 = 'waiting' THEN ?5 ELSE due END, \
    finished = CASE WHEN ?3 = 'waiting' THEN NULL ELSE ?6 END \
    WHERE action = ?1 AND siem_event = ?2";
const DELIVERED: &str = "SELECT count(*) FILTER (WHERE state = 'done'), \
    count(*) FILTER (WHERE state = 'summed') FROM outbox WHERE action = ?1 AND finished > ?2";

/// Puts actions of SIEM events that are being stored.
pub(super) fn put_actions(
    connection: &Connection,
    actions: &[(String, String)],
) -> rusqlite::Result<()> {
    let now = Timestamp::now().0;
    for (siem_event, action) in actions {
        connection.prepare_cached(PUT)?.execute((siem_event, action, now))?;
    }
    Ok(())
}

impl Outbox for Sqlite {
    fn take(&mut self, action: &str, limit: u32, lease: Span) -> Result<Vec<Delivery>> {
        let now = Timestamp::now().0;
        // Most looks find nothing: they must not take the file's lock.
        if self.list(DUE, params![action, now, 1], |_| Ok(()))?.is_empty() {
            return Ok(Vec::new());
        }
        self.change(|connection| {
            let mut due = connection.prepare_cached(DUE)?;
            let due = due.query_map(params![action, now, limit], |row| row.get::<_, String>(0))?;
            let mut taken = Vec::new();
            for id in due.collect::<rusqlite::Result<Vec<_>>>()? {
                let until = now.saturating_add(lease.0);
                let attempts = connection
                    .prepare_cached(TAKE)?
                    .query_row((&id, action, until), |row| row.get(0))?;
                let event = connection.prepare_cached(EVENT)?.query_row([&id], siem_event)?;
                taken.push(Delivery { event, attempts });
            }
            Ok(taken)
        })
    }

    fn deliver(&mut self, action: &str, siem_events: &[String], how: &Delivered) -> Result<()> {
        let (state, result) = how.stored();
        let now = Timestamp::now().0;
        let after = match how {
            Delivered::Retry(after, _) => after.0,
            _ => 0,
        };
        self.change(|connection| {
            let mut deliver = connection.prepare_cached(DELIVER)?;
            for id in siem_events {
                deliver.execute((action, id, state, result, now.saturating_add(after), now))?;
            }
            Ok(())
        })
    }

    fn delivered(&mut self, action: &str, span: Span) -> Result<(u64, u64)> {
        let since = Timestamp::now().0.saturating_sub(span.0);
        let counts = self.list(DELIVERED, (action, since), |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        Ok(counts.first().copied().unwrap_or_default())
    }

    fn outbox(&mut self) -> Result<Vec<OutboxCount>> {
        let select = "SELECT action, state, count(*) FROM outbox GROUP BY action, state \
            ORDER BY action, state";
        self.list(select, (), |row| {
            Ok(OutboxCount { action: row.get(0)?, state: row.get(1)?, count: row.get(2)? })
        })
    }
}
