//! Rows in keyset pages: each page is one short statement that goes on after the last row's key.
//!
//! A page ends after some thousand rows or some megabytes, is held in memory, and only then shown
//! to the caller: however long that takes, no transaction is open, and the write-ahead log can be
//! reset. In order of time the sections are merged, each by its index. What it does *not* know: what is done with the events.

use super::Sqlite;
use super::row::{self, EVENT_COLUMNS};
use crate::Selection;
use crate::predicate::{self, Bound, Predicate, Sql};
use common::event::Event;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};

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

/// How rows are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// By the key: a batch's, named ones, or all.
    Key,
    /// A host's, in order of time.
    Host,
    /// Those of some sections, each in order of time.
    Sections(Vec<String>),
}

/// More sections than this are not merged but sorted; SQLite allows 500 parts.
const SECTIONS: usize = 200;

impl Access {
    /// What suits a selection. Without a section named, all that events have are merged: an index
    /// on the time alone would cost every stored event a page that is hard to reach.
    pub(super) fn of(
        connection: &Connection,
        selection: &Selection,
        predicate: &Predicate,
    ) -> rusqlite::Result<Access> {
        if !selection.ids.is_empty() {
            return Ok(Access::Key);
        }
        if predicate::names_host(selection, predicate) {
            return Ok(Access::Host);
        }
        let mut sections = selection.sections.clone();
        if sections.is_empty() {
            let mut select = connection.prepare_cached("SELECT name FROM event_section_name")?;
            sections = select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        }
        sections.sort_unstable();
        sections.dedup();
        let is_few = (1..=SECTIONS).contains(&sections.len());
        Ok(if is_few { Access::Sections(sections) } else { Access::Key })
    }

    /// `event` with its index.
    pub(super) fn table(&self) -> &'static str {
        match self {
            Access::Key => "event NOT INDEXED",
            Access::Host => "event INDEXED BY event_host",
            Access::Sections(_) => "event INDEXED BY event_section",
        }
    }

    /// The condition that lets the index be used.
    pub(super) fn condition(&self) -> Sql {
        let names = match self {
            Access::Key => return Sql::yes(),
            Access::Host => return Sql::new("host_name <> '-'", Vec::new()),
            Access::Sections(names) => names,
        };
        let marks = vec!["?"; names.len()].join(", ");
        let names = names.iter().cloned().map(Bound::Text).collect();
        Sql::new(&format!("section IN ({marks})"), names)
    }
}

/// A walk over the rows of a condition.
pub(super) struct Walk {
    access: Access,
    condition: Sql,
    path: Path,
    /// The key after which the next page begins.
    pub(super) after: Option<Key>,
    rows: i64,
    more: bool,
}

impl Walk {
    /// A walk from the beginning of its path.
    pub(super) fn new(access: Access, condition: Sql, path: Path) -> Walk {
        Walk { access, condition, path, after: None, rows: FIRST_ROWS, more: true }
    }

    /// Begins with a page of this many rows.
    pub(super) fn first_rows(mut self, rows: u64) -> Walk {
        self.rows = i64::try_from(rows).unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS);
        self
    }

    /// The statement of the next page.
    pub(super) fn statement(&self, columns: &str) -> Sql {
        let mut sql = match &self.access {
            Access::Sections(names) if names.len() > 1 => self.merged(columns, names),
            access => self.part(columns, &access.condition()),
        };
        let direction = if self.path == Path::TimeReversed { "DESC" } else { "ASC" };
        sql.push(" ORDER BY ");
        if let Some(column) = self.path.column() {
            sql.push(&format!("{column} {direction}, "));
        }
        sql.push(&format!("id {direction} LIMIT ")).bind(Bound::Int(self.rows));
        sql
    }

    /// The rows of each section by the index, one after the other as their order asks for.
    fn merged(&self, columns: &str, names: &[String]) -> Sql {
        let mut sql = Sql::default();
        sql.push("WITH chosen AS NOT MATERIALIZED (");
        sql.append(&self.part(&format!("{columns}, section AS part"), &Sql::yes())).push(") ");
        for (place, name) in names.iter().enumerate() {
            sql.push(if place == 0 { "" } else { " UNION ALL " });
            sql.push("SELECT * FROM chosen WHERE part = ").bind(Bound::Text(name.clone()));
        }
        sql
    }

    /// The rows after the last key, in no order yet.
    fn part(&self, columns: &str, within: &Sql) -> Sql {
        let relation = if self.path == Path::TimeReversed { '<' } else { '>' };
        let mut after = Sql::yes();
        if let Some((first, id)) = self.after {
            after = match self.path.column() {
                None => Sql::new("id > ?", vec![Bound::Int(id)]),
                Some(column) => Sql::new(
                    &format!("({column}, id) {relation} (?, ?)"),
                    vec![Bound::Int(first), Bound::Int(id)],
                ),
            };
        }
        let mut sql = Sql::default();
        sql.push(&format!("SELECT {columns} FROM {} WHERE ", self.access.table()));
        sql.append(&Sql::conjoin([within, &after, &self.condition]));
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
