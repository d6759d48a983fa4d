//! One normalised log record: the value that every part of the suite passes on.
//!
//! ```text
//!  line ─► Event (columns, ext, raw) ─► store ─► Event ─► JSON line
//!                 │                                 ▲
//!                 └── original: the fields of a raw line that is JSON, never stored twice
//! ```
//!
//! An event has two views. *ECS*: typed columns plus `ext`, a flat list of further fields that
//! helpers and formats added. *Original*: the source's own names and values. [`Event::field`]
//! resolves a name through both.
//!
//! Text borrows from the line it was read from wherever that is possible, so that a parser
//! allocates nothing for an ordinary line.
//!
//! # Canonical form
//!
//! Parsing ends in [`Event::normalise`]. After it: text has no NUL, addresses are canonical
//! (v4-mapped v6 as v4), integral numbers are [`Value::Int`], `ext` is sorted by key without
//! duplicates, empty lists and nulls are gone. Both databases and the JSON form give back exactly
//! this; filters and digests see nothing else.
//!
//! What it does *not* know: formats, databases, the clock.

mod canonical;
mod id;
mod fields;
mod json;
mod kept;
mod label;
mod object;
mod run;
mod value;
mod windows;

pub use fields::Fields;
pub use id::{Eol, EventId, RawKind, TimeQuality};
pub use json::{Original, is_unprintable, write_member, write_string};
pub use kept::Kept;
pub use label::{agent_labels, labels, program};
pub use object::{JsonError, Object, flatten};
pub use run::{REACH, Run};
pub use value::{List, Value, ValueRef, address};
pub use windows::WindowsEvent;

use crate::clock::Timestamp;
use crate::field::{Column, Field};
use std::borrow::Cow;
use std::net::IpAddr;

/// One normalised log record. Fields are named as the SQL columns are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event<'a> {
    /// Identity; `0.LINE` before it is stored.
    pub id: EventId,
    /// Event time, UTC.
    pub time: Timestamp,
    /// How far the time can be trusted.
    pub time_quality: TimeQuality,
    /// When the batch was committed; `None` before it is stored.
    pub ingested: Option<Timestamp>,
    /// The named stream.
    pub section: Cow<'a, str>,
    /// The host that logged; `-` when unknown.
    pub host_name: Cow<'a, str>,
    /// Logsource labels `product/category/service`, joined by single spaces; computed, never read.
    pub labels: Cow<'a, str>,
    /// Where the record comes from: `linux.sshd`, `apache.access`, …
    pub dataset: Option<Cow<'a, str>>,
    /// ECS `event.category`.
    pub event_category: Option<Cow<'a, str>>,
    /// ECS `event.action`.
    pub event_action: Option<Cow<'a, str>>,
    /// ECS `event.outcome`: `success`, `failure` or `unknown`.
    pub event_outcome: Option<Cow<'a, str>>,
    /// ECS `event.code`.
    pub event_code: Option<Cow<'a, str>>,
    /// Syslog facility, 0–23.
    pub log_facility: Option<u8>,
    /// Syslog severity, 0 (emergency) to 7 (debug).
    pub log_severity: Option<u8>,
    /// The program that logged.
    pub process_name: Option<Cow<'a, str>>,
    /// Its process id.
    pub process_pid: Option<i64>,
    /// Its executable.
    pub process_executable: Option<Cow<'a, str>>,
    /// Its command line.
    pub process_command_line: Option<Cow<'a, str>>,
    /// The acting user.
    pub user_name: Option<Cow<'a, str>>,
    /// The user acted upon.
    pub user_target_name: Option<Cow<'a, str>>,
    /// The peer's address.
    pub source_ip: Option<IpAddr>,
    /// The peer's port.
    pub source_port: Option<u16>,
    /// The destination's address.
    pub destination_ip: Option<IpAddr>,
    /// The destination's port.
    pub destination_port: Option<u16>,
    /// `tcp`, `udp`, `icmp`, …
    pub network_transport: Option<Cow<'a, str>>,
    /// The record without its header; empty when it has none.
    pub message: Cow<'a, str>,
    /// The raw bytes, as [`RawKind`] says.
    pub raw: Cow<'a, [u8]>,
    /// How the raw bytes are kept.
    pub raw_kind: RawKind,
    /// How the line ended.
    pub eol: Eol,
    /// The helper that added fields.
    pub helper: Option<Cow<'a, str>>,
    /// Where the line begins in its source, in bytes.
    pub log_offset: i64,
    /// What was noticed while reading it: `unparsed`, `dup_keys`, …; sorted, no spaces inside.
    pub tags: Vec<Cow<'a, str>>,
    /// Further fields by ECS or vendor name, flat and sorted.
    pub ext: Fields<'a>,
    /// The fields of a raw line that is JSON, flat; see [`Event::load_original`].
    pub original: Object<'a>,
}

impl<'a> Event<'a> {
    /// The value of a column, or `None` when it is absent.
    #[must_use]
    pub fn column(&self, column: Column) -> Option<ValueRef<'_>> {
        fn text<'e>(value: Option<&'e Cow<'_, str>>) -> Option<ValueRef<'e>> {
            value.map(|text| ValueRef::Text(text))
        }
        let int = |value: i64| Some(ValueRef::Int(value));
        match column {
            Column::Time => int(self.time.0),
            Column::Section => text(Some(&self.section)),
            Column::HostName if self.host_name == "-" => None,
            Column::HostName => text(Some(&self.host_name)),
            Column::Dataset => text(self.dataset.as_ref()),
            Column::EventCategory => text(self.event_category.as_ref()),
            Column::EventAction => text(self.event_action.as_ref()),
            Column::EventOutcome => text(self.event_outcome.as_ref()),
            Column::EventCode => text(self.event_code.as_ref()),
            Column::LogFacility => int(self.log_facility?.into()),
            Column::LogSeverity => int(self.log_severity?.into()),
            Column::ProcessName => text(self.process_name.as_ref()),
            Column::ProcessPid => int(self.process_pid?),
            Column::ProcessExecutable => text(self.process_executable.as_ref()),
            Column::ProcessCommandLine => text(self.process_command_line.as_ref()),
            Column::UserName => text(self.user_name.as_ref()),
            Column::UserTargetName => text(self.user_target_name.as_ref()),
            Column::SourceIp => self.source_ip.map(ValueRef::Ip),
            Column::SourcePort => int(self.source_port?.into()),
            Column::DestinationIp => self.destination_ip.map(ValueRef::Ip),
            Column::DestinationPort => int(self.destination_port?.into()),
            Column::NetworkTransport => text(self.network_transport.as_ref()),
            Column::Message => text(Some(&self.message)),
            Column::Helper => text(self.helper.as_ref()),
            Column::LogOffset => int(self.log_offset),
            Column::Tags if self.tags.is_empty() => None,
            Column::Tags => Some(ValueRef::Texts(&self.tags)),
            Column::TimeQuality => int(self.time_quality as i64),
        }
    }

    /// Sets a column that formats and helpers may set. Returns the value when it does not fit the
    /// column's type or the column is not theirs to set; the caller keeps it in `ext` with a tag.
    ///
    /// # Errors
    /// The value, unchanged.
    pub fn set_column(&mut self, column: Column, value: Value<'a>) -> Result<(), Value<'a>> {
        let slot = match column {
            Column::HostName => {
                self.host_name = value.into_text()?;
                return Ok(());
            }
            Column::Message => {
                self.message = value.into_text()?;
                return Ok(());
            }
            Column::LogFacility => return value.store_int(&mut self.log_facility),
            Column::LogSeverity => return value.store_int(&mut self.log_severity),
            Column::ProcessPid => return value.store_int(&mut self.process_pid),
            Column::SourcePort => return value.store_int(&mut self.source_port),
            Column::DestinationPort => return value.store_int(&mut self.destination_port),
            Column::SourceIp => return value.store_ip(&mut self.source_ip),
            Column::DestinationIp => return value.store_ip(&mut self.destination_ip),
            Column::Dataset => &mut self.dataset,
            Column::EventCategory => &mut self.event_category,
            Column::EventAction => &mut self.event_action,
            Column::EventOutcome => &mut self.event_outcome,
            Column::EventCode => &mut self.event_code,
            Column::ProcessName => &mut self.process_name,
            Column::ProcessExecutable => &mut self.process_executable,
            Column::ProcessCommandLine => &mut self.process_command_line,
            Column::UserName => &mut self.user_name,
            Column::UserTargetName => &mut self.user_target_name,
            Column::NetworkTransport => &mut self.network_transport,
            Column::Helper => &mut self.helper,
            Column::Time
            | Column::Section
            | Column::LogOffset
            | Column::Tags
            | Column::TimeQuality => return Err(value),
        };
        *slot = Some(value.into_text()?);
        Ok(())
    }

    /// Resolves a field: the column, else the field that was added, else the source's own. The
    /// host that logged is its column or nothing, so that an index on it can be relied on.
    #[must_use]
    pub fn field(&self, field: &Field) -> Option<ValueRef<'_>> {
        if let Field::Own(own) = field {
            return own.names().iter().find_map(|name| self.own(name));
        }
        if let Field::Column(column) = field {
            let value = self.column(*column);
            if value.is_some() || *column == Column::HostName {
                return value;
            }
        }
        let name = field.name();
        let own = name.strip_prefix("original.").filter(|_| !self.original.is_empty());
        let added = self.ext.get(name).map(ValueRef::from);
        added.or_else(|| self.original.get(name)).or_else(|| self.original.get(own?))
    }

    /// The source's own field of a name, else one that was added, else the column with that ECS
    /// name. A name of the source may have spaces that the name asked for has not.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<ValueRef<'_>> {
        let added = || self.ext.get_original(name).or_else(|| self.ext.get(name));
        let found = self.original.get(name).or_else(|| added().map(ValueRef::from));
        if found.is_some() {
            return found;
        }
        // The time is a text in the source, where there is one.
        let column = Column::of_ecs(name).filter(|column| *column != Column::Time);
        if let Some(value) = column.and_then(|column| self.column(column)) {
            return Some(value);
        }
        let spaced = self.original.get_spaced(name);
        spaced.or_else(|| self.ext.get_spaced(name).map(ValueRef::from))
    }

    /// Adds a tag, once.
    pub fn tag(&mut self, tag: &'static str) {
        if let Err(place) = self.tags.binary_search_by(|have| have.as_ref().cmp(tag)) {
            self.tags.insert(place, Cow::Borrowed(tag));
        }
    }

    /// The source's line with its ending, byte for byte as it was read.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        let mut line = self.raw_line().into_owned();
        line.extend_from_slice(self.eol.bytes());
        line
    }

    /// How many physical lines and bytes of its source the event holds, endings included.
    #[must_use]
    pub fn extent(&self) -> (i64, i64) {
        let text = if self.raw_kind == RawKind::Prefix { self.message.as_bytes() } else { b"" };
        let inside = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
        let lines = 1 + inside(&self.raw) + inside(text);
        let bytes = self.raw.len() + text.len() + self.eol.bytes().len();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        (count(lines), count(bytes))
    }

    /// The source's line without its ending.
    #[must_use]
    pub fn raw_line(&self) -> Cow<'_, [u8]> {
        if self.raw_kind != RawKind::Prefix {
            return Cow::Borrowed(&self.raw);
        }
        if self.raw.is_empty() {
            return Cow::Borrowed(self.message.as_bytes());
        }
        Cow::Owned([self.raw.as_ref(), self.message.as_bytes()].concat())
    }

    /// Whether keywords look at leaf values (structured sources) rather than at the raw line.
    #[must_use]
    pub fn is_structured(&self) -> bool {
        self.raw_kind == RawKind::Json || self.raw.is_empty() && self.raw_kind == RawKind::Full
    }

    /// The event with all text owned.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        fn own(text: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
            text.map(|text| Cow::Owned(text.into_owned()))
        }
        Event {
            id: self.id,
            time: self.time,
            time_quality: self.time_quality,
            ingested: self.ingested,
            section: Cow::Owned(self.section.into_owned()),
            host_name: Cow::Owned(self.host_name.into_owned()),
            labels: Cow::Owned(self.labels.into_owned()),
            dataset: own(self.dataset),
            event_category: own(self.event_category),
            event_action: own(self.event_action),
            event_outcome: own(self.event_outcome),
            event_code: own(self.event_code),
            log_facility: self.log_facility,
            log_severity: self.log_severity,
            process_name: own(self.process_name),
            process_pid: self.process_pid,
            process_executable: own(self.process_executable),
            process_command_line: own(self.process_command_line),
            user_name: own(self.user_name),
            user_target_name: own(self.user_target_name),
            source_ip: self.source_ip,
            source_port: self.source_port,
            destination_ip: self.destination_ip,
            destination_port: self.destination_port,
            network_transport: own(self.network_transport),
            message: Cow::Owned(self.message.into_owned()),
            raw: Cow::Owned(self.raw.into_owned()),
            raw_kind: self.raw_kind,
            eol: self.eol,
            helper: own(self.helper),
            log_offset: self.log_offset,
            tags: self.tags.into_iter().map(|tag| Cow::Owned(tag.into_owned())).collect(),
            ext: self.ext.into_owned(),
            original: self.original.into_owned(),
        }
    }
}
