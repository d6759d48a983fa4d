//! What the header of a log of columns says of the lines after it: Zeek's `#separator`, `#fields`,
//! `#types`, …
//!
//! Kept from line to line and in the parser's state; bounded. What it does *not* know: rows.

use crate::place::{Places, Plan};
use serde::{Deserialize, Serialize};

/// The columns of a TSV log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    #[serde(rename = "s")]
    pub(crate) separator: String,
    #[serde(rename = "l")]
    pub(crate) list: String,
    #[serde(rename = "e")]
    pub(crate) empty: String,
    #[serde(rename = "u")]
    pub(crate) unset: String,
    #[serde(rename = "p")]
    pub(crate) path: String,
    #[serde(rename = "f")]
    pub(crate) fields: Vec<String>,
    #[serde(rename = "t")]
    pub(crate) types: Vec<String>,
    /// What the types say, once a row asked for it.
    #[serde(skip)]
    pub(crate) kinds: Vec<Kind>,
    /// Where names stand among the columns, once a row asked for it.
    #[serde(skip)]
    pub(crate) places: Option<Places>,
    /// What the columns give, once a row asked for it.
    #[serde(skip)]
    pub(crate) plan: Option<Plan>,
}

/// What a type of Zeek's says of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) scalar: Scalar,
    /// Whether it is a set or a vector.
    pub(crate) is_list: bool,
}

/// How one value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Text,
    Int,
    Float,
    Bool,
}

impl Kind {
    /// The kind of a type: `count`, `set[addr]`, …
    pub(crate) fn of(name: &str) -> Kind {
        let inner = name.strip_prefix("set[").or_else(|| name.strip_prefix("vector["));
        let scalar = match inner.map_or(name, |inner| inner.trim_end_matches(']')) {
            "count" | "int" | "port" => Scalar::Int,
            "double" | "interval" => Scalar::Float,
            "bool" => Scalar::Bool,
            _ => Scalar::Text,
        };
        Kind { scalar, is_list: inner.is_some() }
    }
}

impl Default for Header {
    fn default() -> Header {
        let text = str::to_owned;
        Header {
            separator: text("\t"),
            list: text(","),
            empty: text("(empty)"),
            unset: text("-"),
            path: text("log"),
            fields: Vec::new(),
            types: Vec::new(),
            kinds: Vec::new(),
            places: None,
            plan: None,
        }
    }
}

/// How many columns are kept, and how long their names are together.
const COLUMNS: usize = 256;
const NAMES: usize = 8 << 10;

impl Header {
    /// Takes a line of a header: `#fields…`; false when it is none.
    pub(crate) fn take(&mut self, line: &str) -> bool {
        let Some(rest) = line.strip_prefix('#') else { return false };
        if let Some(code) = rest.strip_prefix("separator ") {
            let hex = code.strip_prefix("\\x").and_then(|hex| u8::from_str_radix(hex, 16).ok());
            let separator = hex.map_or(code.to_owned(), |byte| char::from(byte).to_string());
            *self = Header { separator, ..Header::default() };
            return self.separator.len() == 1;
        }
        let Some((name, value)) = rest.split_once(self.separator.as_str()) else {
            return matches!(rest, "close");
        };
        (self.places, self.plan) = (None, None);
        self.kinds.clear();
        let columns = || value.split(self.separator.as_str()).map(str::to_owned).collect();
        match name {
            "set_separator" => value.clone_into(&mut self.list),
            "empty_field" => value.clone_into(&mut self.empty),
            "unset_field" => value.clone_into(&mut self.unset),
            "path" => value.clone_into(&mut self.path),
            "fields" if value.len() <= NAMES => self.fields = columns(),
            "types" if value.len() <= NAMES => self.types = columns(),
            "open" | "close" => {}
            _ => return false,
        }
        self.fields.truncate(COLUMNS);
        self.types.truncate(COLUMNS);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_tell_kinds_until_a_header_changes() {
        let kind = |scalar, is_list| Kind { scalar, is_list };
        for (name, want) in [
            ("port", kind(Scalar::Int, false)),
            ("vector[interval]", kind(Scalar::Float, true)),
            ("set[bool]", kind(Scalar::Bool, true)),
            ("set[addr]", kind(Scalar::Text, true)),
            ("time", kind(Scalar::Text, false)),
            ("", kind(Scalar::Text, false)),
        ] {
            assert_eq!(Kind::of(name), want, "{name}");
        }
        let mut header = Header { kinds: vec![kind(Scalar::Int, false)], ..Header::default() };
        assert!(header.take("#types\tstring") && header.kinds.is_empty());
    }
}
