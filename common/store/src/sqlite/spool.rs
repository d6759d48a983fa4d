//! What a replay puts aside: hits and SIEM events in a temporary file, whatever their number.
//!
//! They come in any order and are read once, sorted, so that the work grows with their number and
//! the memory does not: there is no index, and SQLite sorts outside of memory. Nothing is synced:
//! the file is gone with the program.
//!
//! What it does *not* know: how a rule decides.

use super::detect::{HIT_COLUMNS, SIEM_COLUMNS, bind_event, bind_hit, hit, siem_event};
use crate::{Error, Result};
use common::hit::Held;
use common::siem_event::SiemEvent;
use rusqlite::Connection;
use std::path::Path;

/// What waits, and what is put aside for it.
type Waiting = (Vec<Held>, Vec<SiemEvent>);

/// As little as a file that nobody else reads, and that no crash has to survive, needs.
const CONNECTION: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
    PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE; PRAGMA cache_size = -8192;";

/// The temporary file.
pub struct Spool {
    connection: Connection,
    place: String,
}

impl Spool {
    /// A new, empty file.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<Spool> {
        let place = format!("temporary file {}", path.display());
        let open = || {
            let connection = Connection::open(path)?;
            connection.execute_batch(CONNECTION)?;
            connection.execute_batch(&format!(
                "CREATE TABLE hit ({HIT_COLUMNS}, depth, rule);
                 CREATE TABLE siem_event ({SIEM_COLUMNS});"
            ))?;
            Ok(connection)
        };
        let connection = open().map_err(refused(&place))?;
        Ok(Spool { connection, place })
    }

    /// Puts hits and SIEM events aside. Of a SIEM event that comes twice both are kept.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put(&mut self, hits: &[Held], events: &[SiemEvent]) -> Result<()> {
        let mut write = || {
            let transaction = self.connection.transaction()?;
            put(&transaction, hits, events)?;
            transaction.commit()
        };
        write().map_err(refused(&self.place))
    }

    /// Shows the hits of rules of a depth, by rule and group, in order of time, and puts aside
    /// what each leads to.
    ///
    /// # Errors
    /// The file cannot be read or written, or `see` fails.
    pub fn held<E: From<Error>>(
        &mut self,
        depth: usize,
        see: &mut dyn FnMut(Held) -> std::result::Result<Waiting, E>,
    ) -> std::result::Result<(), E> {
        let refused = refused(&self.place);
        let transaction = self.connection.transaction().map_err(&refused)?;
        let select = format!(
            "SELECT {HIT_COLUMNS}, rule FROM hit WHERE depth = ?1 \
             ORDER BY rule, group_values, time, batch, seq, siem_event"
        );
        {
            let mut statement = transaction.prepare(&select).map_err(&refused)?;
            let mut rows = statement.query([number(depth)]).map_err(&refused)?;
            while let Some(row) = rows.next().map_err(&refused)? {
                let rule: i64 = row.get(11).map_err(&refused)?;
                let rule = usize::try_from(rule).unwrap_or(usize::MAX);
                let hit = hit(row).map_err(&refused)?;
                let (hits, events) = see(Held { depth, rule, hit })?;
                put(&transaction, &hits, &events).map_err(&refused)?;
            }
        }
        Ok(transaction.commit().map_err(&refused)?)
    }

    /// Shows the SIEM events by (time, id).
    ///
    /// # Errors
    /// The file cannot be read, or `see` fails.
    pub fn siem_events<E: From<Error>>(
        &self,
        see: &mut dyn FnMut(SiemEvent) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let refused = refused(&self.place);
        let select = format!("SELECT {SIEM_COLUMNS} FROM siem_event ORDER BY time, id");
        let mut statement = self.connection.prepare(&select).map_err(&refused)?;
        let mut rows = statement.query([]).map_err(&refused)?;
        while let Some(row) = rows.next().map_err(&refused)? {
            see(siem_event(row).map_err(&refused)?)?;
        }
        Ok(())
    }
}

fn refused(place: &str) -> impl Fn(rusqlite::Error) -> Error + use<> {
    let place = place.to_owned();
    move |error| Error::Unable { place: place.clone(), reason: error.to_string() }
}

fn put(connection: &Connection, hits: &[Held], events: &[SiemEvent]) -> rusqlite::Result<()> {
    if !hits.is_empty() {
        let mut insert = connection.prepare_cached(&insert("hit", HIT_COLUMNS, ", depth, rule"))?;
        for held in hits {
            let next = bind_hit(&mut insert, &held.hit)?;
            insert.raw_bind_parameter(next, number(held.depth))?;
            insert.raw_bind_parameter(next + 1, number(held.rule))?;
            insert.raw_execute()?;
        }
    }
    if !events.is_empty() {
        let mut insert = connection.prepare_cached(&insert("siem_event", SIEM_COLUMNS, ""))?;
        for event in events {
            bind_event(&mut insert, event)?;
            insert.raw_execute()?;
        }
    }
    Ok(())
}

/// An insertion of columns and others behind them.
fn insert(table: &str, columns: &str, others: &str) -> String {
    let count = format!("{columns}{others}").split(',').count();
    let values = vec!["?"; count].join(", ");
    format!("INSERT INTO {table} ({columns}{others}) VALUES ({values})")
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
