//! SIEM events in the order of their changes, in SQLite.
//!
//! What it does *not* know: who follows.

use super::Sqlite;
use super::detect::{SIEM_COLUMNS, siem_event};
use super::ingest::draw;
use crate::{Follow, Result, SeeSiem, SiemRow};
use common::siem_event::SiemEvent;
use rusqlite::{Connection, Row};
use std::time::Duration;

const PUT: &str = "INSERT INTO change (siem_event, change_no) VALUES (?1, ?2) \
    ON CONFLICT (siem_event) DO UPDATE SET change_no = excluded.change_no";
const LAST: &str = "SELECT value FROM counter WHERE name = 'change'";

/// How many SIEM events are read at a time.
const PAGE: i64 = 500;

/// Notes that SIEM events are being stored or amended.
pub(super) fn put_changes(connection: &Connection, events: &[SiemRow]) -> rusqlite::Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let number = draw(connection, "change")?;
    let mut put = connection.prepare_cached(PUT)?;
    for row in events {
        put.execute((&row.event.id, number))?;
    }
    Ok(())
}

impl Follow for Sqlite {
    fn last_change(&mut self) -> Result<i64> {
        let read = || self.connection.prepare_cached(LAST)?.query_row([], |row| row.get(0));
        read().map_err(self.refused())
    }

    fn changes(&mut self, change_no: i64, see: &mut SeeSiem<'_>) -> Result<i64> {
        let last = self.last_change()?;
        let mut place = (change_no + 1, String::new());
        loop {
            let mut page = page(&self.connection, &place, last).map_err(self.refused())?;
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
        self.wait(timeout, |store| Ok(store.last_change()? > change_no))
    }
}

/// SIEM events behind a place in the order of changes, up to a change.
fn page(
    connection: &Connection,
    place: &(i64, String),
    last: i64,
) -> rusqlite::Result<Vec<(i64, SiemEvent)>> {
    let select = format!(
        "SELECT {SIEM_COLUMNS}, change_no FROM change JOIN siem_event ON id = siem_event \
         WHERE (change_no, siem_event) > (?1, ?2) AND change_no <= ?3 \
         ORDER BY change_no, siem_event LIMIT ?4"
    );
    let read = |row: &Row<'_>| Ok((row.get(20)?, siem_event(row)?));
    let mut statement = connection.prepare_cached(&select)?;
    statement.query_map((place.0, &place.1, last, PAGE), read)?.collect()
}
