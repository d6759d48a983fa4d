//! Rows in keyset pages: each page is one short statement that goes on after the last row's key.
//!
//! A page ends after some thousand rows or some megabytes, is held in memory, and only then shown
//! to the caller: however long that takes, no transaction is open, and the write-ahead log can be
//! reset. What it does *not* know: what is done with the events.

use super::Sqlite;
use super::row::{self, EVENT_COLUMNS};
use crate::Selection;
use crate::predicate::{self, Bound, Predicate, Sql};
use common::event::Event;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Row, params_from_iter};

/// Bytes of raw lines and messages after which a page ends.
const PAGE_BYTES: usize = 2 << 20;
/// Events of the longest page.
const PAGE_ROWS: i64 = 4096;
/// Events of the first page, unless fewer are wanted.
const FIRST_ROWS: i64 = 128;
/// Rows of a page that only looks at a few columns.
const NARROW_ROWS: i64 = 100_000;

/// What a walk is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// (time, id), oldest first.
    Time,
    /// (time, id), newest first.
    TimeReversed,
    /// (log_offset, id).
    Offset,
    /// (id).
    Id,
}

/// Where a row stands on a path; on [`Path::Id`] the first number is not used.
pub(super) type Key = (i64, i64);

impl Path {
    /// An event's place.
    pub(super) fn key(self, event: &Event<'_>) -> Key {
        let first = if self == Path::Offset { event.log_offset } else { event.time.0 };
        (first, row::event_key(event.id))
    }

    /// The column before `id`, where there is one.
    fn column(self) -> Option<&'static str> {
        match self {
            Path::Time | Path::TimeReversed => Some("time"),
            Path::Offset => Some("log_offset"),
            Path::Id => None,
        }
    }
}

/// A walk over the rows of a condition.
pub(super) struct Walk {
    table: &'static str,
    condition: Sql,
    path: Path,
    /// The key after which the next page begins.
    pub(super) after: Option<Key>,
    rows: i64,
    more: bool,
}

impl Walk {
    /// A walk from the beginning of its path. `table` is `event` with the index to use.
    pub(super) fn new(table: &'static str, condition: Sql, path: Path) -> Walk {
        Walk { table, condition, path, after: None, rows: FIRST_ROWS, more: true }
    }

    /// Begins with a page of this many rows.
    pub(super) fn first_rows(mut self, rows: u64) -> Walk {
        self.rows = i64::try_from(rows).unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS);
        self
    }

    /// The statement of the next page.
    pub(super) fn statement(&self, columns: &str) -> Sql {
        let direction = if self.path == Path::TimeReversed { "DESC" } else { "ASC" };
        let relation = if self.path == Path::TimeReversed { '<' } else { '>' };
        let mut sql = Sql::default();
        sql.push(&format!("SELECT {columns} FROM {} WHERE ", self.table));
        match (self.after, self.path.column()) {
            (None, _) => {}
            (Some((_, id)), None) => {
                sql.push("id > ").bind(Bound::Int(id)).push(" AND ");
            }
            (Some((first, id)), Some(column)) => {
                sql.push(&format!("({column}, id) {relation} (")).bind(Bound::Int(first));
                sql.push(", ").bind(Bound::Int(id)).push(") AND ");
            }
        }
        sql.append(&self.condition).push(" ORDER BY ");
        if let Some(column) = self.path.column() {
            sql.push(&format!("{column} {direction}, "));
        }
        sql.push(&format!("id {direction} LIMIT ")).bind(Bound::Int(self.rows));
        sql
    }

    /// The events of the next page; `None` after the last.
    pub(super) fn page(
        &mut self,
        store: &mut Sqlite,
    ) -> rusqlite::Result<Option<Vec<Event<'static>>>> {
        if !self.more {
            return Ok(None);
        }
        let sql = self.statement(EVENT_COLUMNS);
        let mut statement = store.connection.prepare_cached(&sql.text)?;
        let mut rows = statement.query(params_from_iter(&sql.values))?;
        let (mut events, mut bytes) = (Vec::new(), 0);
        while bytes < PAGE_BYTES
            && let Some(row) = rows.next()?
        {
            let mut event = row::event(row)?;
            event.ingested = store.committed.of(&store.connection, event.id.batch)?;
            bytes += event.raw.len() + event.message.len();
            events.push(event);
        }
        self.more = bytes >= PAGE_BYTES || i64::try_from(events.len()).unwrap_or(0) == self.rows;
        self.after = events.last().map(|event| self.path.key(event)).or(self.after);
        self.rows = (self.rows * 4).min(PAGE_ROWS);
        Ok(Some(events))
    }

    /// Shows a few columns of every row, in long pages; the first shown is column 2.
    pub(super) fn narrow(
        mut self,
        store: &Sqlite,
        columns: &str,
        see: &mut dyn FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        self.rows = NARROW_ROWS;
        let columns = format!("{}, id, {columns}", self.path.column().unwrap_or("id"));
        loop {
            let sql = self.statement(&columns);
            let mut statement = store.connection.prepare_cached(&sql.text)?;
            let mut rows = statement.query(params_from_iter(&sql.values))?;
            let mut seen = 0;
            while let Some(row) = rows.next()? {
                seen += 1;
                if seen == self.rows {
                    self.after = Some((row.get(0)?, row.get(1)?));
                }
                see(row)?;
            }
            if seen < self.rows {
                return Ok(());
            }
        }
    }
}

/// `event` with the index that gives a selection's rows in order of time.
pub(super) fn table(selection: &Selection, predicate: &Predicate) -> &'static str {
    if !selection.ids.is_empty() {
        "event NOT INDEXED"
    } else if predicate::names_host(selection, predicate) {
        "event INDEXED BY event_host"
    } else if selection.sections.len() == 1 {
        "event INDEXED BY event_section"
    } else {
        "event INDEXED BY event_time"
    }
}

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Bound::Text(text) | Bound::Inet(text) => ValueRef::Text(text.as_bytes()),
            Bound::Int(number) => ValueRef::Integer(*number),
            Bound::Real(number) => ValueRef::Real(*number),
            Bound::Time(time) => ValueRef::Integer(time.0),
            Bound::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
