//! Rows in keyset pages: each page is one short statement that goes on after the last row's key.
//!
//! A page ends after some thousand rows or some megabytes and is held in memory before any of it
//! is shown: however long the caller takes, no statement and no snapshot stays open.
//!
//! There is an index on (section, time) and none on time alone. A walk in order of time over
//! several sections is therefore one stream a section, merged here; each is read in the order of
//! its index, so that the first rows come at once however many there are. A filter that names
//! one host is one stream over (host, time) instead.
//!
//! What it does *not* know: what is done with the events.

use super::Postgres;
use super::row::{self, COLUMNS, Time};
use crate::predicate::{Bound, Dialect, Sql};
use crate::{Result, Selection};
use common::clock::Timestamp;
use common::event::{Event, EventId};
use common::field::{Column, Field};
use common::filter::{Filter, Test, Text};
use postgres::Statement;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// Bytes of raw lines and messages after which a page ends. What the server sent beyond them is
/// sent again with the next page.
const PAGE_BYTES: usize = 2 << 20;
/// The same for the events of one batch, which is written when it has 4 MiB.
const BATCH_BYTES: usize = 6 << 20;
/// Events of the longest page.
const PAGE_ROWS: u64 = 4096;
/// Events of the first page, unless another number is wanted.
const FIRST_ROWS: u64 = 128;
/// With more sections than this a walk sorts instead of merging.
const STREAMS: usize = 16;

/// What a walk is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// (time, batch, seq), oldest first.
    Time,
    /// (time, batch, seq), newest first.
    TimeReversed,
    /// (log_offset, batch, seq).
    Offset,
    /// (batch, seq).
    Id,
}

/// Where a row stands on a path: its time or offset (not used on [`Path::Id`]), and its identity.
pub(super) type Key = (i64, EventId);

impl Path {
    /// An event's place.
    pub(super) fn key(self, event: &Event<'_>) -> Key {
        let first = match self {
            Path::Time | Path::TimeReversed => event.time.0,
            Path::Offset => event.log_offset,
            Path::Id => 0,
        };
        (first, event.id)
    }

    /// The columns of the order.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Path::Time | Path::TimeReversed => &["time", "batch", "seq"],
            Path::Offset => &["log_offset", "batch", "seq"],
            Path::Id => &["batch", "seq"],
        }
    }

    fn is_before(self, one: Key, other: Key) -> bool {
        if self == Path::TimeReversed { one > other } else { one < other }
    }
}

/// A walk over the rows of a condition.
pub(super) struct Walk {
    path: Path,
    raw: bool,
    rows: u64,
    streams: Vec<Stream>,
}

/// The part of a walk that one statement gives in order.
struct Stream {
    condition: Sql,
    after: Option<Key>,
    statement: Option<(String, Statement)>,
    buffer: VecDeque<Event<'static>>,
    rows: u64,
    more: bool,
}

impl Walk {
    /// A walk in one stream.
    pub(super) fn new(condition: Sql, path: Path) -> Walk {
        Walk { path, raw: true, rows: FIRST_ROWS, streams: vec![Stream::new(condition)] }
    }

    /// Begins with pages of about this many rows.
    pub(super) fn first_rows(mut self, rows: u64) -> Walk {
        self.rows = rows.clamp(1, PAGE_ROWS);
        self.streams.iter_mut().for_each(|stream| stream.rows = self.rows);
        self
    }

    /// Leaves raw bytes out where nothing needs them.
    pub(super) fn raw(mut self, raw: bool) -> Walk {
        self.raw = raw;
        self
    }

    /// The statement of the first stream's next page.
    pub(super) fn statement(&self) -> Sql {
        self.streams.first().map(|stream| stream.sql(self.path, "*")).unwrap_or_default()
    }

    /// The next event; `None` after the last.
    pub(super) fn next(&mut self, store: &mut Postgres) -> Result<Option<Event<'static>>> {
        let mut first: Option<(usize, Key)> = None;
        for place in 0..self.streams.len() {
            let stream = &mut self.streams[place];
            while stream.buffer.is_empty() && stream.more {
                stream.fill(store, self.path, self.raw)?;
            }
            if let Some(event) = stream.buffer.front() {
                let key = self.path.key(event);
                if first.is_none_or(|(_, best)| self.path.is_before(key, best)) {
                    first = Some((place, key));
                }
            }
        }
        Ok(first.and_then(|(place, _)| self.streams[place].buffer.pop_front()))
    }
}

impl Stream {
    fn new(condition: Sql) -> Stream {
        let buffer = VecDeque::new();
        Stream { condition, after: None, statement: None, buffer, rows: FIRST_ROWS, more: true }
    }

    /// The statement of the next page.
    fn sql(&self, path: Path, columns: &str) -> Sql {
        let is_reversed = path == Path::TimeReversed;
        let (direction, relation) = if is_reversed { (" DESC", '<') } else { ("", '>') };
        let mut sql = Sql::default();
        sql.push(&format!("SELECT {columns} FROM event WHERE "));
        if let Some((first, id)) = self.after {
            let first = match path {
                Path::Time | Path::TimeReversed => Bound::Time(Timestamp(first)),
                Path::Offset | Path::Id => Bound::Int(first),
            };
            if path == Path::Id {
                sql.push("(batch, seq) > (");
            } else {
                // The first condition alone is what partitions are pruned by.
                sql.push(&format!("{} {relation}= ", path.columns()[0])).bind(first.clone());
                sql.push(&format!(" AND ({}) {relation} (", path.columns().join(", ")));
                sql.bind(first).push(", ");
            }
            sql.bind(Bound::Int(id.batch)).push(", ").bind(Bound::Int(id.seq.into()));
            sql.push(") AND ");
        }
        sql.append(&self.condition).push(" ORDER BY ");
        sql.push(&path.columns().join(&format!("{direction}, "))).push(direction);
        sql.push(&format!(" LIMIT {}", self.rows));
        sql
    }

    /// Reads the next page.
    fn fill(&mut self, store: &mut Postgres, path: Path, raw: bool) -> Result<()> {
        let raw = if raw { "raw" } else { "CASE WHEN raw_kind = 2 THEN raw ELSE ''::bytea END" };
        let sql = self.sql(path, &COLUMNS.replace("{raw}", raw));
        let statement = self.prepare(store, &sql)?;
        let values: Vec<&(dyn ToSql + Sync)> =
            sql.values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let most = if path == Path::Id { BATCH_BYTES } else { PAGE_BYTES };
        let (mut seen, mut bytes) = (0, 0);
        let buffer = &mut self.buffer;
        let read = || {
            let mut rows = store.client.query_raw(&statement, values)?;
            while bytes < most
                && let Some(row) = rows.next()?
            {
                let event = row::event(&row)?;
                bytes += event.raw.len() + event.message.len();
                seen += 1;
                buffer.push_back(event);
            }
            Ok(())
        };
        read().map_err(|error| store.fault(&error))?;
        self.more = bytes >= most || seen == self.rows;
        self.after = self.buffer.back().map(|event| path.key(event)).or(self.after);
        // As many as fit into a page, by what these were long.
        let fitting = most as u64 * seen / (bytes as u64).max(1);
        self.rows = (self.rows * 4).min(fitting + 1).clamp(1, PAGE_ROWS);
        store.add_ingested(&mut self.buffer)
    }

    /// The statement of a text, kept from page to page as long as the connection lives.
    fn prepare(&mut self, store: &mut Postgres, sql: &Sql) -> Result<Statement> {
        let text = sql.render(Dialect::Postgres);
        let connection = store.connection;
        store.client()?;
        if store.connection != connection {
            self.statement = None;
        }
        if let Some((known, statement)) = &self.statement
            && *known == text
        {
            return Ok(statement.clone());
        }
        let statement = store.client.prepare(&text).map_err(|error| store.fault(&error))?;
        self.statement = Some((text, statement.clone()));
        Ok(statement)
    }
}

impl Postgres {
    /// A walk over the rows for which `condition` holds, in one stream or in several.
    pub(super) fn walk(
        &mut self,
        selection: &Selection,
        condition: &Sql,
        path: Path,
    ) -> Result<Walk> {
        let is_timed = matches!(path, Path::Time | Path::TimeReversed);
        if !is_timed || !selection.ids.is_empty() {
            return Ok(Walk::new(condition.clone(), path));
        }
        if let Some(host) = one_host(&selection.filter) {
            let mut sql = Sql::default();
            sql.push("host_name <> '-' AND lower(left(host_name, 64) COLLATE \"C\") = ");
            sql.bind(Bound::Text(host));
            return Ok(Walk::new(Sql::conjoin([&sql, condition]), path));
        }
        let sections = match selection.sections.as_slice() {
            [] => self.stored_sections()?,
            // One named twice is one stream.
            named => named.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
        };
        if sections.len() > STREAMS {
            return Ok(Walk::new(condition.clone(), path));
        }
        let stream = |section: String| {
            let mut sql = Sql::default();
            sql.push("section = ").bind(Bound::Text(section));
            Stream::new(Sql::conjoin([&sql, condition]))
        };
        let streams = sections.into_iter().map(stream).collect();
        Ok(Walk { path, raw: true, rows: FIRST_ROWS, streams })
    }

    /// The sections that events are in: by leaps over the index, one a statement.
    fn stored_sections(&mut self) -> Result<Vec<String>> {
        let leap = self
            .statement("SELECT section FROM event WHERE section > $1 ORDER BY section LIMIT 1")?;
        let mut found: Vec<String> = Vec::new();
        while found.len() <= STREAMS {
            let last = found.last().map_or("", String::as_str);
            let row = self.client.query_opt(&leap, &[&last]).map_err(|error| self.fault(&error))?;
            match row {
                Some(row) => found.push(row.get(0)),
                None => break,
            }
        }
        Ok(found)
    }

    /// Says of each event when its batch was committed.
    fn add_ingested(&mut self, events: &mut VecDeque<Event<'static>>) -> Result<()> {
        let mut unknown: Vec<i64> = events.iter().map(|event| event.id.batch).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown.retain(|batch| !self.committed.contains_key(batch));
        if !unknown.is_empty() {
            let select =
                self.statement("SELECT batch, committed FROM batch WHERE batch = ANY($1)")?;
            let rows =
                self.client.query(&select, &[&unknown]).map_err(|error| self.fault(&error))?;
            if self.committed.len() > KNOWN {
                self.committed = HashMap::new();
                return self.add_ingested(events);
            }
            self.committed.extend(rows.iter().map(|row| (row.get(0), row.get::<_, Time>(1).0)));
        }
        for event in events {
            event.ingested = self.committed.get(&event.id.batch).copied();
        }
        Ok(())
    }
}

/// Batches whose commit time is remembered.
const KNOWN: usize = 100_000;

/// The host that a filter pins, folded and cut as the index has it.
fn one_host(filter: &Filter) -> Option<String> {
    match filter {
        Filter::And(list) => list.iter().find_map(one_host),
        Filter::Field(Field::Column(Column::HostName), Test::Text(test))
            if test.kind == Text::Equals
                && test.pattern.is_ascii()
                && !test.pattern.contains('\0') =>
        {
            Some(test.pattern.chars().take(64).collect::<String>().to_ascii_lowercase())
        }
        _ => None,
    }
}

impl ToSql for Bound {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Bound::Text(text) | Bound::Inet(text) => text.to_sql(kind, out),
            Bound::Int(number) => number.to_sql(kind, out),
            Bound::Real(number) => number.to_sql(kind, out),
            Bound::Bytes(bytes) => bytes.to_sql(kind, out),
            Bound::Time(time) => Time(*time).to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::TEXT | Type::INT8 | Type::FLOAT8 | Type::BYTEA | Type::TIMESTAMPTZ)
    }

    to_sql_checked!();
}
