//! What a format prints, and what a format is.
//!
//! What it does *not* know: events and SIEM events beyond these questions.

use crate::clock::Timestamp;
use crate::event::{Event, Fields, Original, ValueRef, write_member};
use crate::field::{Column, Field};
use std::borrow::Cow;
use std::io::{self, Write};

/// One thing that can be printed: an event, a SIEM event.
pub trait Record {
    /// Appends the whole record as one JSON object.
    fn write_object(&self, out: &mut Vec<u8>);

    /// Appends one field as a JSON member, if it is present.
    fn write_member(&self, field: &Field, out: &mut Vec<u8>);

    /// A field's text, in the form for machines (times in UTC).
    fn text(&self, field: &Field) -> Option<Cow<'_, str>>;

    /// A field that is a time.
    fn time(&self, field: &Field) -> Option<Timestamp>;

    /// The source's bytes.
    fn line(&self) -> Vec<u8>;

    /// 0 (worst) to 7.
    fn severity(&self) -> Option<u8>;
}

/// One way of printing records.
pub trait Format {
    /// Prints one record, or keeps it until the layout is known.
    ///
    /// # Errors
    /// The writer fails.
    fn record(&mut self, record: &dyn Record, out: &mut dyn Write) -> io::Result<()>;

    /// Prints what was kept: nothing more comes for a while.
    ///
    /// # Errors
    /// The writer fails.
    fn flush(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Prints what stands at the end.
    ///
    /// # Errors
    /// The writer fails.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.flush(out)
    }
}

/// Appends the chosen fields of a record as a JSON object; all of it when none is chosen.
pub(super) fn write_json(record: &dyn Record, fields: Option<&[Field]>, out: &mut Vec<u8>) {
    let Some(fields) = fields else { return record.write_object(out) };
    out.push(b'{');
    for field in fields {
        record.write_member(field, out);
    }
    out.push(b'}');
}

impl Record for Event<'_> {
    fn write_object(&self, out: &mut Vec<u8>) {
        self.write_json(out, Original::Omit);
    }

    fn write_member(&self, field: &Field, out: &mut Vec<u8>) {
        let special = matches!(field, Field::Named(_)) || *field == Field::Column(Column::Time);
        match self.field(field) {
            Some(value) if !special => write_member(out, field.name(), value),
            _ => match own(self, field) {
                Some(text) => write_member(out, field.name(), ValueRef::Text(&text)),
                None => {
                    if let Some(value) = self.field(field) {
                        write_member(out, field.name(), value);
                    }
                }
            },
        }
    }

    fn text(&self, field: &Field) -> Option<Cow<'_, str>> {
        if let Some(text) = own(self, field) {
            return Some(Cow::Owned(text));
        }
        match self.field(field)? {
            ValueRef::Text(text) => Some(Cow::Borrowed(text)),
            value => Some(Cow::Owned(value.to_string())),
        }
    }

    fn time(&self, field: &Field) -> Option<Timestamp> {
        match field {
            Field::Column(Column::Time) => Some(self.time),
            Field::Named(name) if name == "event.ingested" => self.ingested,
            _ => None,
        }
    }

    fn line(&self) -> Vec<u8> {
        Event::line(self)
    }

    fn severity(&self) -> Option<u8> {
        self.log_severity
    }
}

/// A record of any names: counts, rules, helpers.
impl Record for Fields<'_> {
    fn write_object(&self, out: &mut Vec<u8>) {
        self.write_json(out);
    }

    fn write_member(&self, field: &Field, out: &mut Vec<u8>) {
        if let Some(value) = self.get(field.name()) {
            write_member(out, field.name(), value.into());
        }
    }

    fn text(&self, field: &Field) -> Option<Cow<'_, str>> {
        self.get(field.name()).map(|value| Cow::Owned(value.to_string()))
    }

    fn time(&self, _field: &Field) -> Option<Timestamp> {
        None
    }

    fn line(&self) -> Vec<u8> {
        let mut line = Vec::new();
        self.write_json(&mut line);
        line.push(b'\n');
        line
    }

    fn severity(&self) -> Option<u8> {
        None
    }
}

/// The fields that an event has beside its columns and its source's names.
fn own(event: &Event<'_>, field: &Field) -> Option<String> {
    match field.name() {
        "@timestamp" => Some(event.time.to_string()),
        "event.id" => Some(event.id.to_string()),
        "event.ingested" => event.ingested.map(|at| at.to_string()),
        "event.original" => Some(String::from_utf8_lossy(&event.raw_line()).into_owned()),
        "labels" if !event.labels.is_empty() => Some(event.labels.to_string()),
        _ => None,
    }
}
