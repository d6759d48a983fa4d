//! Deliveries of actions in PostgreSQL; of several siemtrigger each takes others.
//!
//! What it does *not* know: how an action is run.

use super::Postgres;
use super::detect::siem_event;
use crate::{Delivered, Delivery, Outbox, OutboxCount, Result};
use common::clock::span::Span;
use postgres::Transaction;
use postgres::types::ToSql;

const PUT: &str = "INSERT INTO outbox (siem_event, action, state, created, due, attempts, result) \
    VALUES ($1, $2, 'waiting', clock_timestamp(), clock_timestamp(), 0, '') \
    ON CONFLICT (siem_event, action) DO NOTHING";
const TAKE: &str = "WITH due AS (SELECT siem_event FROM outbox WHERE action = $1 \
      AND state = 'waiting' AND due <= clock_timestamp() \
      AND EXISTS (SELECT 1 FROM siem_event WHERE id = outbox.siem_event) \
      ORDER BY due, created, siem_event LIMIT $2 FOR UPDATE SKIP LOCKED), \
    taken AS (UPDATE outbox SET attempts = attempts + 1, \
      due = clock_timestamp() + $3::bigint * interval '1 microsecond' FROM due \
      WHERE outbox.siem_event = due.siem_event AND action = $1 \
      RETURNING outbox.siem_event, attempts, created) \
    SELECT id, key, revision, time, last_time, section, rule_id, rule_name, rule_version, \
      rule_kind, severity, event_count, event_limit, window_start, window_end, group_values, \
      message, tags, source_ids, backfill, attempts FROM taken JOIN siem_event ON id = siem_event \
    ORDER BY created, id";
const DELIVER: &str = "UPDATE outbox SET state = $3, result = $4, \
    due = CASE WHEN $3 = 'waiting' \
      THEN clock_timestamp() + $5::bigint * interval '1 microsecond' ELSE due END, \
    finished = CASE WHEN $3 = 'waiting' THEN NULL ELSE clock_timestamp() END \
    WHERE action = $1 AND siem_event = ANY($2)";
const DELIVERED: &str = "SELECT count(*) FILTER (WHERE state = 'done'), \
    count(*) FILTER (WHERE state = 'summed') FROM outbox WHERE action = $1 \
    AND finished > clock_timestamp() - $2::bigint * interval '1 microsecond'";

/// Puts actions of SIEM events that are being stored.
pub(super) fn put_actions(
    transaction: &mut Transaction<'_>,
    actions: &[(String, String)],
) -> std::result::Result<(), postgres::Error> {
    if actions.is_empty() {
        return Ok(());
    }
    let put = transaction.prepare(PUT)?;
    for (siem_event, action) in actions {
        transaction.execute(&put, &[siem_event, action])?;
    }
    Ok(())
}

impl Outbox for Postgres {
    fn take(&mut self, action: &str, limit: u32, lease: Span) -> Result<Vec<Delivery>> {
        let take = self.statement(TAKE)?;
        let rows = self.client.query(&take, &[&action, &i64::from(limit), &lease.0]);
        let delivery = |row: &postgres::Row| Delivery {
            event: siem_event(row),
            attempts: u32::try_from(row.get::<_, i32>(20)).unwrap_or(1),
        };
        Ok(rows.map_err(|error| self.fault(&error))?.iter().map(delivery).collect())
    }

    fn deliver(&mut self, action: &str, siem_events: &[String], how: &Delivered) -> Result<()> {
        let deliver = self.statement(DELIVER)?;
        let (state, result) = how.stored();
        let after = match how {
            Delivered::Retry(after, _) => after.0,
            _ => 0,
        };
        let values: [&(dyn ToSql + Sync); 5] = [&action, &siem_events, &state, &result, &after];
        self.client.execute(&deliver, &values).map(drop).map_err(|error| self.fault(&error))
    }

    fn delivered(&mut self, action: &str, span: Span) -> Result<(u64, u64)> {
        let count = self.statement(DELIVERED)?;
        let row = self.client.query_one(&count, &[&action, &span.0]);
        let row = row.map_err(|error| self.fault(&error))?;
        let number = |place: usize| row.get::<_, i64>(place).unsigned_abs();
        Ok((number(0), number(1)))
    }

    fn outbox(&mut self) -> Result<Vec<OutboxCount>> {
        let select = "SELECT action, state, count(*) FROM outbox GROUP BY action, state \
            ORDER BY action, state";
        let rows = self.client()?.query(select, &[]).map_err(|error| self.fault(&error))?;
        let count = |row: &postgres::Row| OutboxCount {
            action: row.get(0),
            state: row.get(1),
            count: row.get(2),
        };
        Ok(rows.iter().map(count).collect())
    }
}
