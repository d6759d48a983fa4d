//! SIEM events in the order of their changes, in PostgreSQL.
//!
//! What it does *not* know: who follows.

use super::Postgres;
use super::detect::{SIEM_CHANGED, siem_event};
use crate::{Follow, Result, SeeSiem, SiemRow};
use common::siem_event::SiemEvent;
use postgres::{Row, Statement, Transaction};
use std::collections::BTreeSet;
use std::time::Duration;

/// The counter's row stays locked until the transaction ends: it is drawn before anything that
/// another transaction may hold.
pub(super) const PUT: &str = "WITH next AS ( \
      UPDATE counter SET value = value + 1 WHERE name = 'change' RETURNING value \
    ), told AS (SELECT value, pg_notify('siem_change', '') FROM next) \
    INSERT INTO change (siem_event, change_no) SELECT unnest($1::text[]), value FROM told \
    ON CONFLICT (siem_event) DO UPDATE SET change_no = excluded.change_no";
const LAST: &str = "SELECT value FROM counter WHERE name = 'change'";

/// How many SIEM events are read at a time.
const PAGE: i64 = 500;

/// Notes that SIEM events are about to be stored or amended.
pub(super) fn put_changes(
    transaction: &mut Transaction<'_>,
    put: &Statement,
    events: &[SiemRow],
) -> std::result::Result<(), postgres::Error> {
    if events.is_empty() {
        return Ok(());
    }
    let ids: BTreeSet<&str> = events.iter().map(|row| row.event.id.as_str()).collect();
    transaction.execute(put, &[&ids.into_iter().collect::<Vec<&str>>()]).map(drop)
}

impl Follow for Postgres {
    fn last_change(&mut self) -> Result<i64> {
        let select = self.statement(LAST)?;
        let row = self.client.query_one(&select, &[]).map_err(|error| self.fault(&error))?;
        Ok(row.get(0))
    }

    fn changes(&mut self, change_no: i64, see: &mut SeeSiem<'_>) -> Result<i64> {
        let last = self.last_change()?;
        let select = self.statement(SIEM_CHANGED)?;
        let mut place = (change_no + 1, String::new());
        loop {
            let page = self.client.query(&select, &[&place.0, &place.1, &last, &PAGE]);
            let page = page.map_err(|error| self.fault(&error))?;
            let read = |row: &Row| (row.get(20), siem_event(row));
            let mut page: Vec<(i64, SiemEvent)> = page.iter().map(read).collect();
            let Some((number, end)) = page.last() else { return Ok(last) };
            place = (*number, end.id.clone());
            page.sort_by_key(|(number, event)| (*number, event.time));
            for (_, event) in page {
                if see(event).is_break() {
                    return Ok(change_no);
                }
            }
        }
    }

    fn wait_change(&mut self, change_no: i64, timeout: Duration) -> Result<bool> {
        self.wait("siem_change", timeout, |store| Ok(store.last_change()? > change_no))
    }
}
