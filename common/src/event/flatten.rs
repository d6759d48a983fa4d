//! A JSON object becomes flat fields.
//!
//! `{"a":{"b":1}}` becomes `a.b = 1`. A literal key `"a.b"` wins over the nested path, the last
//! of equal keys wins, nulls are absent. A list of scalars is a list; of objects, each path holds
//! the list of its values. Escapes of lone surrogates, which are no characters, become U+FFFD.
//!
//! What it does *not* know: what names mean; a JSON *format* in `common/parse` does.

use super::fields::Fields;
use super::value::Value;
use serde::de::{self, DeserializeSeed, Deserializer as _, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Why a text is not a JSON object.
#[derive(Debug, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct JsonError {
    /// The column in the line, from 1.
    pub column: usize,
    /// What was wrong there.
    pub message: String,
}

/// Flattens a JSON object into fields in canonical form; also tells whether a path occurred twice.
///
/// # Errors
/// The bytes are not one JSON object, or nest deeper than 128.
pub fn flatten(json: &[u8]) -> Result<(Fields<'_>, bool), JsonError> {
    match std::str::from_utf8(json) {
        Ok(text) => match flatten_text(text) {
            Ok(flat) => Ok(flat),
            Err(error) => match repair(text) {
                Some(text) => {
                    flatten_text(&text).map(|(fields, twice)| (fields.into_owned(), twice))
                }
                None => Err(error),
            },
        },
        Err(_) => {
            let text = String::from_utf8_lossy(json);
            let text = repair(&text).map_or(text, Cow::Owned);
            flatten_text(&text).map(|(fields, twice)| (fields.into_owned(), twice))
        }
    }
}

fn flatten_text(text: &str) -> Result<(Fields<'_>, bool), JsonError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut fields = Fields::new();
    reader
        .deserialize_map(Object { prefix: "", out: &mut fields })
        .and_then(|()| reader.end())
        .map_err(|error| JsonError { column: error.column(), message: plain(&error) })?;
    let twice = fields.normalise();
    Ok((fields, twice))
}

/// The message of a JSON error without its place.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Replaces `\u` escapes of lone surrogates, which are no characters, by U+FFFD. `None` when
/// there are none.
fn repair(text: &str) -> Option<String> {
    let unit = |at: usize| -> Option<u16> {
        let hex = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut kept, mut place) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &bytes[place..]) {
        place += found;
        match unit(place) {
            Some(0xd800..=0xdbff) if matches!(unit(place + 6), Some(0xdc00..=0xdfff)) => {
                place += 12;
            }
            Some(0xd800..=0xdfff) => {
                out.push_str(&text[kept..place]);
                out.push_str("\\ufffd");
                place += 6;
                kept = place;
            }
            _ => place = (place + 2).min(bytes.len()),
        }
    }
    if kept == 0 {
        return None;
    }
    out.push_str(&text[kept..]);
    Some(out)
}

/// Reads an object's members under a prefix.
struct Object<'p, 'o, 'a> {
    prefix: &'p str,
    out: &'o mut Fields<'a>,
}

impl<'a> Visitor<'a> for Object<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        let mut direct: Vec<(Cow<'a, str>, Value<'a>)> = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            let name =
                if self.prefix.is_empty() { key } else { format!("{}.{key}", self.prefix).into() };
            if let Some(value) = map.next_value_seed(Member { name: &name, out: self.out })? {
                direct.push((name, value));
            }
        }
        for (name, value) in direct {
            self.out.push(name, value);
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'a> de::Deserialize<'a> for Key<'a> {
    fn deserialize<D: de::Deserializer<'a>>(reader: D) -> Result<Key<'a>, D::Error> {
        struct Text;
        impl<'a> Visitor<'a> for Text {
            type Value = Key<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'a str) -> Result<Key<'a>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Key<'a>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        reader.deserialize_str(Text)
    }
}

/// Reads one member: a scalar or list is returned, an object goes into `out`.
struct Member<'n, 'o, 'a> {
    name: &'n str,
    out: &'o mut Fields<'a>,
}

impl<'a> DeserializeSeed<'a> for Member<'_, '_, 'a> {
    type Value = Option<Value<'a>>;

    fn deserialize<D: de::Deserializer<'a>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Member<'_, '_, 'a> {
    type Value = Option<Value<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Some(Value::Bool(truth)))
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Value::Int(number)))
    }
    #[allow(clippy::cast_precision_loss, reason = "beyond 64 bits signed, a float stands in")]
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(number)
            .map_or_else(|_| Value::number(number as f64), |n| Some(Value::Int(n))))
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Value::number(number))
    }
    fn visit_borrowed_str<E: de::Error>(self, text: &'a str) -> Result<Self::Value, E> {
        Ok(Some(Value::Text(Cow::Borrowed(text))))
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Value::Text(Cow::Owned(text.to_owned()))))
    }
    fn visit_map<M: MapAccess<'a>>(self, map: M) -> Result<Self::Value, M::Error> {
        Object { prefix: self.name, out: self.out }.visit_map(map)?;
        Ok(None)
    }
    fn visit_seq<S: SeqAccess<'a>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
        let mut list = Vec::new();
        let mut inner = Fields::new();
        while let Some(item) = seq.next_element_seed(Member { name: self.name, out: &mut inner })? {
            match item {
                Some(Value::List(items)) => list.extend(items),
                Some(item) => list.push(item),
                None => {}
            }
        }
        gather(&inner, self.out);
        Ok((!list.is_empty()).then_some(Value::List(list)))
    }
}

/// Joins the values of equal paths found in a list of objects into lists.
fn gather<'a>(inner: &Fields<'a>, out: &mut Fields<'a>) {
    let mut names: Vec<&str> = inner.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let mut list = Vec::new();
        for (_, value) in inner.iter().filter(|(have, _)| *have == name) {
            match value {
                Value::List(items) => list.extend(items.iter().cloned()),
                item => list.push(item.clone()),
            }
        }
        out.push(name.to_owned(), Value::List(list));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(json: &str) -> Vec<(String, String)> {
        let (fields, _) = flatten(json.as_bytes()).expect("an object");
        fields.iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn flattens_nested_objects_and_lists() {
        let json = r#"{"a":{"b":1,"c":null},"l":[1,[2],null],"o":[{"x":1},{"x":[2,3]}],"e":[]}"#;
        assert_eq!(flat(json), pairs(&[("a.b", "1"), ("l", "1, 2"), ("o.x", "1, 2, 3")]));
    }

    #[test]
    fn literal_key_wins_and_the_last_of_equal_keys() {
        assert_eq!(flat(r#"{"a.b":1,"a":{"b":2}}"#), pairs(&[("a.b", "1")]));
        assert_eq!(flat(r#"{"a":1,"a":2}"#), pairs(&[("a", "2")]));
        assert!(flatten(br#"{"a":1,"a":2}"#).expect("an object").1);
    }

    #[test]
    fn lone_surrogates_and_nul_are_replaced() {
        assert_eq!(flat(r#"{"a":"x\ud800y\u0000"}"#), pairs(&[("a", "x\u{fffd}y\u{fffd}")]));
        assert_eq!(flat(r#"{"a":"\ud83d\ude00"}"#), pairs(&[("a", "\u{1f600}")]));
    }

    #[test]
    fn refuses_what_is_no_object() {
        for text in ["", "[1]", "{", "{}x", "nul"] {
            assert!(flatten(text.as_bytes()).is_err(), "{text}");
        }
        let deep = "{\"a\":".repeat(200) + "1" + &"}".repeat(200);
        assert!(flatten(deep.as_bytes()).is_err());
    }
}
