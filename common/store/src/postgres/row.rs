//! Rows to events, and the values that the driver does not know: times, addresses, `ext`.
//!
//! What it does *not* know: which rows were asked for.

use super::copy::{EPOCH, micros};
use common::clock::Timestamp;
use common::event::{Eol, Event, EventId, Fields, Object, RawKind, TimeQuality, flatten};
use postgres::Row;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use std::borrow::Cow;
use std::error::Error;
use std::net::IpAddr;

/// The columns that [`event`] reads, in its order; `{raw}` is the expression for the raw bytes.
pub(super) const COLUMNS: &str = "batch, seq, time, time_quality, section, host_name, labels, \
    dataset, event_category, event_action, event_outcome, event_code, log_facility, log_severity, \
    process_name, process_pid, process_executable, process_command_line, user_name, \
    user_target_name, source_ip, source_port, destination_ip, destination_port, \
    network_transport, message, {raw}, raw_kind, eol, helper, log_offset, tags, \
    coalesce(ext, ext_jsonb::text)";

/// A time as a parameter and as a value; NULL and the infinities are handled by the caller.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) Timestamp);

impl ToSql for Time {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&micros(self.0).to_be_bytes());
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TIMESTAMPTZ
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Time {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Time, Box<dyn Error + Sync + Send>> {
        let micros = i64::from_be_bytes(raw.try_into()?);
        Ok(Time(Timestamp(micros.saturating_add(EPOCH))))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TIMESTAMPTZ
    }
}

/// An address as a value.
pub(super) struct Address(pub(super) IpAddr);

impl<'a> FromSql<'a> for Address {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Address, Box<dyn Error + Sync + Send>> {
        let octets = raw.get(4..).unwrap_or_default();
        Ok(Address(match <[u8; 4]>::try_from(octets) {
            Ok(octets) => IpAddr::from(octets),
            Err(_) => IpAddr::from(<[u8; 16]>::try_from(octets)?),
        }))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::INET
    }
}

/// The fields of a JSON object.
struct Ext<'a>(Fields<'a>);

impl<'a> FromSql<'a> for Ext<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Ext<'a>, Box<dyn Error + Sync + Send>> {
        let (fields, _) = flatten(raw)?;
        Ok(Ext(fields))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TEXT
    }
}

/// The event of a row, with the fields of its line.
pub(super) fn event(row: &Row) -> Result<Event<'static>, postgres::Error> {
    let mut event = view(row)?.into_owned();
    if event.raw_kind == RawKind::Json {
        event.load_original();
    }
    Ok(event)
}

/// The event of a row as it lies there; when it was stored is its batch's to know, and its line was
/// not read. A flat list of [`COLUMNS`].
pub(super) fn view(row: &Row) -> Result<Event<'_>, postgres::Error> {
    Ok(Event {
        id: EventId { batch: row.try_get(0)?, seq: row.try_get(1)? },
        time: row.try_get::<_, Time>(2)?.0,
        time_quality: TimeQuality::from_number(row.try_get::<_, i16>(3)?.into()),
        ingested: None,
        section: text(row, 4)?.unwrap_or_default(),
        host_name: text(row, 5)?.unwrap_or_default(),
        labels: text(row, 6)?.unwrap_or_default(),
        dataset: text(row, 7)?,
        event_category: text(row, 8)?,
        event_action: text(row, 9)?,
        event_outcome: text(row, 10)?,
        event_code: text(row, 11)?,
        log_facility: small(row, 12)?,
        log_severity: small(row, 13)?,
        process_name: text(row, 14)?,
        process_pid: row.try_get(15)?,
        process_executable: text(row, 16)?,
        process_command_line: text(row, 17)?,
        user_name: text(row, 18)?,
        user_target_name: text(row, 19)?,
        source_ip: row.try_get::<_, Option<Address>>(20)?.map(|address| address.0),
        source_port: port(row, 21)?,
        destination_ip: row.try_get::<_, Option<Address>>(22)?.map(|address| address.0),
        destination_port: port(row, 23)?,
        network_transport: text(row, 24)?,
        message: text(row, 25)?.unwrap_or_default(),
        raw: Cow::Borrowed(row.try_get(26)?),
        raw_kind: RawKind::from_number(row.try_get::<_, i16>(27)?.into()),
        eol: Eol::from_number(row.try_get::<_, i16>(28)?.into()),
        helper: text(row, 29)?,
        log_offset: row.try_get(30)?,
        tags: row.try_get::<_, &str>(31)?.split_ascii_whitespace().map(Cow::Borrowed).collect(),
        ext: row.try_get::<_, Option<Ext<'_>>>(32)?.map_or_else(Fields::new, |ext| ext.0),
        original: Object::default(),
    })
}

fn text(row: &Row, place: usize) -> Result<Option<Cow<'_, str>>, postgres::Error> {
    Ok(row.try_get::<_, Option<&str>>(place)?.map(Cow::Borrowed))
}

fn small(row: &Row, place: usize) -> Result<Option<u8>, postgres::Error> {
    Ok(row.try_get::<_, Option<i16>>(place)?.and_then(|number| u8::try_from(number).ok()))
}

fn port(row: &Row, place: usize) -> Result<Option<u16>, postgres::Error> {
    Ok(row.try_get::<_, Option<i32>>(place)?.and_then(|number| u16::try_from(number).ok()))
}
