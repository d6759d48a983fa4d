//! Captured text to typed values, and values into events.
//!
//! A text that does not fit its type is kept as text in `ext` under the field's name, and the
//! event gets the tag `bad_value`: no conversion ever loses a value. The types are described in
//! `common::helper`.
//!
//! What it does *not* know: patterns.

use super::target::Target;
use common::clock::Timestamp;
use common::event::{Event, Value, address, flatten};
use common::field::Kind;
use common::helper::{Key, Type};
use std::borrow::Cow;

/// The tag of an event with a text that did not fit its type.
const BAD_VALUE: &str = "bad_value";

/// Where a captured text goes and what is made of it.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    target: Target,
    conversion: Conversion,
}

#[derive(Clone, Debug)]
enum Conversion {
    /// The column's own reading, or text.
    Natural,
    /// One value of this type.
    One(Type),
    /// An address goes to the first, a host name to the second.
    Address(Target, Target),
    /// Keys to captures, others under the target's name; words without a value to `FIELD.flags`.
    Kv(Vec<(String, Capture)>),
    /// The members of a JSON object.
    Json,
}

impl Capture {
    pub(crate) fn new(field: &str, kind: Option<Type>, keys: &[(String, Key)]) -> Capture {
        let target = Target::new(field);
        let conversion = match kind {
            None | Some(Type::Text) => Conversion::Natural,
            Some(Type::Address) => Conversion::Address(
                Target::new(&format!("{field}.ip")),
                Target::new(&format!("{field}.domain")),
            ),
            Some(Type::Kv) => Conversion::Kv(
                keys.iter()
                    .map(|(key, to)| (key.clone(), Capture::new(&to.field, to.kind.clone(), &[])))
                    .collect(),
            ),
            Some(Type::Json) => Conversion::Json,
            Some(one) if reads(target, &one) => Conversion::Natural,
            Some(one) => Conversion::One(one),
        };
        Capture { target, conversion }
    }

    /// The field that it fills.
    pub(crate) fn field(&self) -> &'static str {
        self.target.name()
    }

    /// The type's notation.
    pub(crate) fn kind(&self) -> Cow<'static, str> {
        match &self.conversion {
            Conversion::Natural => match self.target {
                Target::Column(column) if column.kind() == Kind::Ip => "ip".into(),
                Target::Column(column) if column.kind() == Kind::Int => "int".into(),
                _ => "text".into(),
            },
            Conversion::One(kind) => kind.to_string().into(),
            Conversion::Address(..) => "address".into(),
            Conversion::Kv(_) => "kv".into(),
            Conversion::Json => "json".into(),
        }
    }

    /// Converts a text and stores what comes out.
    pub(crate) fn fill<'t, 'a>(
        &self,
        text: &'t str,
        keep: &dyn Fn(&'t str) -> Cow<'a, str>,
        event: &mut Event<'a>,
    ) {
        match &self.conversion {
            Conversion::Natural => store(event, self.target, Value::Text(keep(text))),
            Conversion::One(kind) => match one(kind, text, keep) {
                Some(value) => store(event, self.target, value),
                None => bad(event, self.target, Value::Text(keep(text))),
            },
            Conversion::Address(..) if text.is_empty() => {}
            Conversion::Address(ip, domain) => {
                let target = if address(text).is_some() { ip } else { domain };
                store(event, *target, Value::Text(keep(text)));
            }
            Conversion::Kv(keys) => pairs(text, keep, keys, self.target.name(), event),
            Conversion::Json => match flatten(text.as_bytes()) {
                Ok((fields, _)) => {
                    for (name, value) in fields.iter() {
                        let name = format!("{}.{name}", self.target.name());
                        event.ext.push(name, value.clone().into_owned());
                    }
                }
                Err(_) => bad(event, self.target, Value::Text(keep(text))),
            },
        }
    }
}

/// Whether a column reads texts of a type by itself.
fn reads(target: Target, kind: &Type) -> bool {
    let Target::Column(column) = target else { return false };
    match kind {
        Type::Ip => column.kind() == Kind::Ip,
        Type::Port | Type::Int => column.kind() == Kind::Int,
        _ => false,
    }
}

/// Stores a value; one that the column does not take goes to `ext` with a tag.
pub(crate) fn store<'a>(event: &mut Event<'a>, target: Target, value: Value<'a>) {
    match target {
        Target::Ext(name) => event.ext.push(name, value),
        Target::Column(column) => {
            if let Err(value) = event.set_column(column, value) {
                bad(event, target, value);
            }
        }
    }
}

fn bad<'a>(event: &mut Event<'a>, target: Target, value: Value<'a>) {
    event.ext.push(target.name(), value);
    event.tag(BAD_VALUE);
}

fn one<'t, 'a>(
    kind: &Type,
    text: &'t str,
    keep: &dyn Fn(&'t str) -> Cow<'a, str>,
) -> Option<Value<'a>> {
    Some(match kind {
        Type::Ip => match address(text)?.to_string() {
            same if same == text => Value::Text(keep(text)),
            canonical => Value::Text(canonical.into()),
        },
        Type::Lower if text.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Value::Text(text.to_ascii_lowercase().into())
        }
        Type::Port => Value::Int(text.parse::<u16>().ok()?.into()),
        Type::Int => Value::Int(text.parse().ok()?),
        Type::Float => Value::number(text.parse().ok()?)?,
        Type::Bool => Value::Bool(truth(text)?),
        Type::Hex => Value::Text(String::from_utf8_lossy(&bytes(text)?).into_owned().into()),
        Type::Time(format) => Value::Text(instant(format, text)?.to_string().into()),
        Type::List => {
            let parts = text.split([',', ' ', '\t']).filter(|part| !part.is_empty());
            Value::List(parts.map(|part| Value::Text(keep(part))).collect())
        }
        Type::Text | Type::Lower | Type::Address | Type::Kv | Type::Json => Value::Text(keep(text)),
    })
}

fn truth(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(&["true", "yes", "on", "1"]) {
        Some(true)
    } else {
        is(&["false", "no", "off", "0"]).then_some(false)
    }
}

/// The bytes that pairs of hexadecimal digits spell.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// A stamp in strftime notation; UTC unless it says otherwise.
fn instant(format: &str, text: &str) -> Option<Timestamp> {
    let broken = jiff::fmt::strtime::parse(format, text).ok()?;
    let stamp = match broken.to_timestamp() {
        Ok(stamp) => stamp,
        Err(_) => broken.to_datetime().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp(),
    };
    Some(Timestamp(stamp.as_microsecond()))
}

/// `key=value` and `key="a value"`, separated by spaces, perhaps after a comma or semicolon.
fn pairs<'t, 'a>(
    text: &'t str,
    keep: &dyn Fn(&'t str) -> Cow<'a, str>,
    keys: &[(String, Capture)],
    prefix: &'static str,
    event: &mut Event<'a>,
) {
    let mut flags = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',', ';']);
        let stop = rest.find([' ', '\t', '=']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(stop);
        let Some(after) = after.strip_prefix('=') else {
            if rest.is_empty() {
                break;
            }
            flags.push(Value::Text(keep(key.strip_suffix([',', ';']).unwrap_or(key))));
            rest = after;
            continue;
        };
        let (value, after) = quoted(after);
        rest = after;
        if value.is_empty() || key.is_empty() {
            continue;
        }
        match keys.iter().find(|(name, _)| name == key) {
            Some((_, capture)) => capture.fill(value, keep, event),
            None => event.ext.push(format!("{prefix}.{key}"), Value::Text(keep(value))),
        }
    }
    if !flags.is_empty() {
        event.ext.push(format!("{prefix}.flags"), Value::List(flags));
    }
}

/// A value and what follows it. Inside quotes a backslash keeps the next character from ending
/// the value; both stay as they are written.
fn quoted(text: &str) -> (&str, &str) {
    let Some(inner) = text.strip_prefix('"') else {
        let (value, after) = text.split_at(text.find([' ', '\t']).unwrap_or(text.len()));
        return (value.strip_suffix([',', ';']).unwrap_or(value), after);
    };
    let mut escaped = false;
    let end = inner.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or((inner, ""), |end| (&inner[..end], &inner[end + 1..]))
}
