//! What a replay puts aside: hits and SIEM events in a temporary file, whatever their number.
//!
//! They come in any order and are read once, sorted, so that the work grows with their number and
//! the memory does not: there is no index, and SQLite sorts outside of memory. Nothing is synced:
//! the file is gone with the program.
//!
//! What it does *not* know: how a rule decides.

use super::detect::siem_event;
use crate::detect::row::{match_columns, stored_group, stored_list, stored_match};
use crate::{Error, Result};
use common::clock::Timestamp;
use common::hit::{Hit, group_text};
use common::siem_event::{SiemEvent, list};
use rusqlite::{Connection, Row, params};
use std::path::Path;

const SCHEMA: &str = include_str!("../../../../sql/sqlite/spool.sql");
const HIT_INSERT: &str = include_str!("../../../../sql/sqlite/spool_hit_insert.sql");
const HIT_SELECT: &str = include_str!("../../../../sql/sqlite/spool_hit_select.sql");
const SIEM_EVENT_INSERT: &str = include_str!("../../../../sql/sqlite/spool_siem_event_insert.sql");
const SIEM_EVENT_SELECT: &str = include_str!("../../../../sql/sqlite/spool_siem_event_select.sql");

/// As little as a file that nobody else reads, and that no crash has to survive, needs.
const CONNECTION: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
    PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE; PRAGMA cache_size = -8192;";

/// A hit of a rule, which is known by its depth and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// How many rules' SIEM events stand between the rule and events.
    pub depth: usize,
    /// The rule's place.
    pub rule: usize,
    /// The hit.
    pub hit: Hit,
}

/// Hits of one rule and group, in order of time.
#[derive(Debug, Default)]
pub struct Portion {
    /// The rule's place.
    pub rule: usize,
    /// The hits.
    pub hits: Vec<Hit>,
    /// Whether no more hits of the group come.
    pub is_last: bool,
}

/// What a portion led to: hits of rules of greater depth, and SIEM events.
pub type Led = (Vec<Held>, Vec<SiemEvent>);

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
            connection.execute_batch(SCHEMA)?;
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

    /// Shows the hits of rules of a depth, rule by rule and group by group, at most so many at
    /// once, and puts aside what they lead to.
    ///
    /// # Errors
    /// The file cannot be read or written, or `see` fails.
    pub fn held<E: From<Error>>(
        &mut self,
        depth: usize,
        most: usize,
        see: &mut dyn FnMut(Portion) -> std::result::Result<Led, E>,
    ) -> std::result::Result<(), E> {
        let refused = refused(&self.place);
        let transaction = self.connection.transaction().map_err(&refused)?;
        {
            let mut statement = transaction.prepare(HIT_SELECT).map_err(&refused)?;
            let depth = i64::try_from(depth).unwrap_or(i64::MAX);
            let mut rows = statement.query([depth]).map_err(&refused)?;
            let (mut portion, mut group) = (Portion::default(), String::new());
            let mut show = |portion: Portion| {
                let (hits, events) = see(portion)?;
                put(&transaction, &hits, &events).map_err(|error| E::from(refused(error)))
            };
            while let Some(row) = rows.next().map_err(&refused)? {
                let (rule, hit) = hit(row).map_err(&refused)?;
                let text = row.get_ref(1).and_then(|text| Ok(text.as_str()?)).map_err(&refused)?;
                let is_same = rule == portion.rule && text == group;
                if !portion.hits.is_empty() && (!is_same || portion.hits.len() >= most) {
                    portion.is_last = !is_same;
                    show(std::mem::take(&mut portion))?;
                }
                if !is_same {
                    text.clone_into(&mut group);
                }
                portion.rule = rule;
                portion.hits.push(hit);
            }
            if !portion.hits.is_empty() {
                show(Portion { is_last: true, ..portion })?;
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
        let mut statement = self.connection.prepare(SIEM_EVENT_SELECT).map_err(&refused)?;
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
    let place = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    for Held { depth, rule, hit } in hits {
        let (batch, seq, siem_event) = match_columns(&hit.matched);
        connection.prepare_cached(HIT_INSERT)?.execute(params![
            place(*depth),
            place(*rule),
            group_text(&hit.group),
            hit.time.0,
            batch,
            seq,
            siem_event,
            hit.message,
            list(&hit.keys)
        ])?;
    }
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    for event in events {
        connection.prepare_cached(SIEM_EVENT_INSERT)?.execute(params![
            event.id,
            event.key,
            event.revision,
            event.time.0,
            event.last_time.0,
            event.section,
            event.rule_id,
            event.rule_name,
            event.rule_version,
            event.rule_kind,
            event.severity,
            number(event.event_count),
            number(event.event_limit),
            event.window_start.0,
            event.window_end.0,
            event.group_json(),
            event.message,
            list(&event.tags),
            list(&event.source_ids),
            event.backfill
        ])?;
    }
    Ok(())
}

/// A hit as a replay has it, and the place of its rule.
fn hit(row: &Row<'_>) -> rusqlite::Result<(usize, Hit)> {
    let rule = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(usize::MAX);
    let hit = Hit {
        group: stored_group(row.get_ref(1)?.as_str()?),
        time: Timestamp(row.get(2)?),
        matched: stored_match(row.get(3)?, row.get(4)?, row.get(5)?),
        commit_no: 0,
        committed: Timestamp::MIN,
        is_armed: true,
        fired_commit: None,
        message: row.get(6)?,
        keys: stored_list(row.get_ref(7)?.as_str()?),
    };
    Ok((rule, hit))
}
