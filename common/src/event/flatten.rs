//! A JSON object becomes flat fields.
//!
//! ```text
//!  bytes ─► read: leaves under paths ─► name: full names and their order ─► fields, sorted
//! ```
//!
//! `{"a":{"b":1}}` becomes `a.b = 1`. A literal key `"a.b"` wins over the nested path, the last
//! of equal keys wins, nulls are absent. A list of scalars is a list; of objects, each path holds
//! the list of its values. Escapes of lone surrogates and of NUL become U+FFFD.
//!
//! Texts without escapes are borrowed from the line and names are kept from line to line, so that
//! an object of a shape that was seen before costs two allocations and no sorting.
//!
//! What it does *not* know: what names mean; a JSON *format* in `common/parse` does.

mod name;
mod read;

use super::fields::Fields;
use super::nested;
use super::value::Value;
use name::{Names, Path};
use read::{Bad, Leaf, Reader};
use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Ordering;

/// Why a text is not a JSON object.
#[derive(Debug, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct JsonError {
    /// The column in the line, from 1.
    pub column: usize,
    /// What was wrong there.
    pub message: String,
}

/// What is kept from object to object.
struct Memory {
    names: Names,
    paths: Vec<Path>,
}

thread_local! {
    static MEMORY: RefCell<Memory> =
        RefCell::new(Memory { names: Names::new(), paths: Vec::new() });
}

/// Flattens a JSON object into fields in canonical form; also tells whether a path occurred twice.
///
/// # Errors
/// The bytes are not one JSON object, or nest deeper than 128.
pub fn flatten(json: &[u8]) -> Result<(Fields<'_>, bool), JsonError> {
    match std::str::from_utf8(json) {
        Ok(text) => flatten_text(text),
        Err(_) => {
            let text = String::from_utf8_lossy(json);
            flatten_text(&text).map(|(fields, twice)| (fields.into_owned(), twice))
        }
    }
}

/// The original fields of a raw line that is a JSON object; also tells whether a path occurred
/// twice. Nested Windows events have their fields' own names.
///
/// # Errors
/// The text is not one JSON object, or nests deeper than 128.
pub fn original_fields(text: &str) -> Result<(Fields<'_>, bool), JsonError> {
    let (fields, twice) = flatten_text(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    Ok((nested::unnest(fields), twice))
}

fn flatten_text(text: &str) -> Result<(Fields<'_>, bool), JsonError> {
    MEMORY.with_borrow_mut(|Memory { names, paths }| {
        let mut reader = Reader::new(text, names, std::mem::take(paths));
        let read = reader.whole();
        let (mut found, leaves) = (reader.paths, reader.leaves);
        let fields = match read {
            Ok(()) => Ok(arrange(names, &found, leaves)),
            Err(Bad(at, what)) => Err(JsonError { column: at + 1, message: what.to_owned() }),
        };
        found.clear();
        *paths = found;
        fields
    })
}

/// Sorts leaves by their names; of equal names one wins.
fn arrange<'a>(names: &mut Names, paths: &[Path], mut leaves: Vec<Leaf<'a>>) -> (Fields<'a>, bool) {
    if let Some((order, shape)) = names.known_order(paths) {
        let take = |&at: &u16| take(names, paths, &mut leaves, usize::from(at));
        return (Fields::canonical(order.iter().map(take).collect(), shape), false);
    }
    let mut order = order(names, paths);
    order.sort_by(|a, b| a.name.cmp(&b.name).then(a.at.cmp(&b.at)));
    let all = order.len();
    // The shallower of two wins, of equally deep ones the later.
    let is_beaten = |later: &mut Place<'_>, kept: &mut Place<'_>| {
        let same = later.name == kept.name;
        if same && leaves[later.at].depth <= leaves[kept.at].depth {
            kept.at = later.at;
        }
        same
    };
    order.dedup_by(is_beaten);
    let places: Vec<usize> = order.iter().map(|place| place.at).collect();
    let twice = places.len() < all;
    if !twice {
        names.keep_order(paths, &places);
    }
    let take = |at: usize| take(names, paths, &mut leaves, at);
    (Fields::canonical(places.into_iter().map(take).collect(), 0), twice)
}

/// A leaf, and what orders it.
struct Place<'n> {
    at: usize,
    name: Key<'n>,
}

/// A name's rank, or the name where some have no rank.
#[derive(PartialEq, Eq)]
enum Key<'n> {
    Rank(u32),
    Name(&'n str),
}

impl Key<'_> {
    fn cmp(&self, other: &Key<'_>) -> Ordering {
        match (self, other) {
            (Key::Rank(one), Key::Rank(other)) => one.cmp(other),
            (Key::Name(one), Key::Name(other)) => one.cmp(other),
            (Key::Rank(_), Key::Name(_)) => Ordering::Less,
            (Key::Name(_), Key::Rank(_)) => Ordering::Greater,
        }
    }
}

fn order<'n>(names: &'n mut Names, paths: &[Path]) -> Vec<Place<'n>> {
    let ranks: Option<Vec<u32>> = paths.iter().map(|&path| names.rank(path)).collect();
    let names = &*names;
    let key = |at: usize| match &ranks {
        Some(ranks) => Key::Rank(ranks[at]),
        None => Key::Name(names.full(paths[at]).unwrap_or_else(|own| own)),
    };
    (0..paths.len()).map(|at| Place { at, name: key(at) }).collect()
}

/// A leaf's name and value; the value is taken out.
fn take<'a>(
    names: &Names,
    paths: &[Path],
    leaves: &mut [Leaf<'a>],
    at: usize,
) -> (Cow<'a, str>, Value<'a>) {
    let name = match names.full(paths[at]) {
        Ok(name) => Cow::Borrowed(name),
        Err(own) => Cow::Owned(own.to_owned()),
    };
    (name, std::mem::replace(&mut leaves[at].value, Value::Bool(false)))
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
    fn a_literal_key_wins_at_any_place_and_of_nested_ones_the_last() {
        assert_eq!(flat(r#"{"a":{"b":2},"a.b":1}"#), pairs(&[("a.b", "1")]));
        assert_eq!(flat(r#"{"a":{"b.c":1},"a.b":{"c":2}}"#), pairs(&[("a.b.c", "2")]));
        assert_eq!(flat(r#"{"a":{"b":{"c":1}},"a":{"b.c":2}}"#), pairs(&[("a.b.c", "2")]));
    }

    #[test]
    fn numbers_of_any_size() {
        let json = r#"{"a":9223372036854775807,"b":-9223372036854775808,"c":18446744073709551615,
            "d":1.5e3,"e":1e400,"f":-0,"g":0.25}"#;
        let (fields, _) = flatten(json.as_bytes()).expect("an object");
        assert_eq!(fields.get("a"), Some(&Value::Int(i64::MAX)));
        assert_eq!(fields.get("b"), Some(&Value::Int(i64::MIN)));
        assert_eq!(fields.get("c"), Some(&Value::Float(18_446_744_073_709_551_615.0)));
        assert_eq!(fields.get("d"), Some(&Value::Int(1_500)));
        assert_eq!(fields.get("e"), Some(&Value::Text("1e400".into())));
        assert_eq!(fields.get("f"), Some(&Value::Int(0)));
        assert_eq!(fields.get("g"), Some(&Value::Float(0.25)));
        for text in ["01", "1.", ".5", "-", "1e", "+1", "0x1", "NaN"] {
            assert!(flatten(format!("{{\"a\":{text}}}").as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn more_names_than_are_kept_change_nothing() {
        for round in 0..3 {
            for many in 0..3_000 {
                let json = format!(
                    "{{\"z\":1,\"k{round}_{many}\":{{\"x\":2,\"y.z\":3}},\"a\":[{{\"q{many}\":1}},{{\"q{many}\":2}}]}}"
                );
                let names: Vec<(String, String)> = flat(&json);
                assert_eq!(
                    names,
                    [
                        (format!("a.q{many}"), "1, 2".to_owned()),
                        (format!("k{round}_{many}.x"), "2".to_owned()),
                        (format!("k{round}_{many}.y.z"), "3".to_owned()),
                        ("z".to_owned(), "1".to_owned()),
                    ]
                );
            }
        }
        let twice = r#"{"never1":{"seen":1},"never1.seen":2,"never1":{"seen":3}}"#;
        assert_eq!(flat(twice), pairs(&[("never1.seen", "2")]));
    }

    #[test]
    fn strings_of_all_lengths_end_where_they_end() {
        for length in 0..40 {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2) + "ÿ\u{80}";
            assert_eq!(flat(&format!("{{\"a\":\"{text}\"}}")), pairs(&[("a", &text)]));
            let escaped = format!("{{\"a\":\"{text}\\n{text}\"}}");
            assert_eq!(flat(&escaped), pairs(&[("a", &format!("{text}\n{text}"))]));
            assert!(flatten(format!("{{\"a\":\"{text}\u{1}\"}}").as_bytes()).is_err());
        }
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
