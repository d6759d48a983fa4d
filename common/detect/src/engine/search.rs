//! Values to the rules that look for them, each written as JSON writes it.
//!
//! What it does *not* know: verdicts.

use super::gram::Grams;
use super::index::FieldIndex;
use super::record::{Record, append};
use super::scan::Token;
use super::source::{Place, Source};
use common::event::{Event, ValueRef};
use common::filter::decimal;

/// Searches what keywords are looked for in: the values of a structured event, else the line.
pub(super) fn search_event(
    keywords: &Grams,
    event: &Event<'_>,
    record: &mut Record,
    scratch: &mut Vec<u8>,
    emit: &mut impl FnMut(u32),
) {
    if !event.is_structured() {
        let line = record.line(event);
        escape(record.arena(line), scratch);
        return keywords.search(scratch, emit);
    }
    let mut search = |value| search_keywords(keywords, value, scratch, emit);
    if event.original.is_empty() {
        return event.ext.iter().for_each(|(_, value)| search(value.into()));
    }
    event.original.iter().for_each(|(_, value)| search(value));
}

fn search_keywords(
    keywords: &Grams,
    value: ValueRef<'_>,
    scratch: &mut Vec<u8>,
    emit: &mut impl FnMut(u32),
) {
    match value {
        ValueRef::List(list) => {
            list.iter().for_each(|item| search_keywords(keywords, item, scratch, emit));
        }
        ValueRef::Text(text) => {
            escape(text, scratch);
            keywords.search(scratch, emit);
        }
        other => keywords.search(other.to_string().as_bytes(), emit),
    }
}

/// Writes a text with odd escapes as JSON is written commonly.
pub(super) fn canonical(token: Token, value: &[u8], text: &mut String, out: &mut Vec<u8>) {
    text.clear();
    append(token, value, text);
    escape(text, out);
}

fn escape(text: &str, out: &mut Vec<u8>) {
    out.clear();
    let bytes = text.as_bytes();
    let mut from = 0;
    for at in memchr::memchr2_iter(b'\\', b'"', bytes) {
        out.extend_from_slice(&bytes[from..at]);
        out.push(b'\\');
        from = at;
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Emits the rules that a field's value may be a witness of.
pub(super) fn search_field(
    index: &FieldIndex,
    (record, field): (&Record, u16),
    source: &Source<'_>,
    (text, scratch): (&mut String, &mut Vec<u8>),
    emit: &mut impl FnMut(u32),
) {
    match record.place(field) {
        Place::Line(token, from, until) => {
            search_token(index, (token, &source.line[from..until]), text, scratch, emit);
        }
        Place::List(from, until) => {
            for &(token, from, until) in record.items(from, until) {
                search_token(index, (token, &source.line[from..until]), text, scratch, emit);
            }
        }
        Place::Value(place) => {
            if let Some(value) = source.values.get(place) {
                search_value(index, *value, scratch, emit);
            }
        }
    }
}

fn search_token(
    index: &FieldIndex,
    (token, value): (Token, &[u8]),
    text: &mut String,
    scratch: &mut Vec<u8>,
    emit: &mut impl FnMut(u32),
) {
    if token == Token::Null {
        return;
    }
    let value = match token {
        Token::Text { odd: true, .. } => {
            canonical(token, value, text, scratch);
            scratch.as_slice()
        }
        _ => value,
    };
    let number = || std::str::from_utf8(value).ok().and_then(|it| decimal(ValueRef::Text(it)));
    let is_number = matches!(token, Token::Text { .. } | Token::Number);
    let number = if index.has_numbers() && is_number { number() } else { None };
    index.search(value, number, emit);
}

fn search_value(
    index: &FieldIndex,
    value: ValueRef<'_>,
    scratch: &mut Vec<u8>,
    emit: &mut impl FnMut(u32),
) {
    match value {
        ValueRef::List(list) => {
            list.iter().for_each(|item| search_value(index, item, scratch, emit));
        }
        ValueRef::Texts(list) => {
            list.iter().for_each(|item| search_value(index, ValueRef::Text(item), scratch, emit));
        }
        scalar => {
            let number = if index.has_numbers() { decimal(scalar) } else { None };
            match scalar {
                ValueRef::Text(text) if !text.contains(['\\', '"']) => {
                    index.search(text.as_bytes(), number, emit);
                }
                ValueRef::Text(text) => {
                    escape(text, scratch);
                    index.search(scratch, number, emit);
                }
                other => index.search(other.to_string().as_bytes(), number, emit),
            }
        }
    }
}
