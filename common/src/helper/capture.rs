//! The types of captured text.
//!
//! ```text
//! type = "text" | "lower" | "ip" | "port" | "int" | "float" | "bool" | "hex" | "json" | "kv" | "list"
//!      | "address" | "time:" FORMAT
//! ```
//!
//! | type | captured text | value |
//! |---|---|---|
//! | `text` | anything | itself |
//! | `lower` | anything | itself, ASCII letters in lower case |
//! | `ip` | an address, brackets and an IPv6 zone allowed | the canonical address |
//! | `address` | an address or a host name | under `FIELD.ip` or `FIELD.domain` |
//! | `port` | 0 to 65535 | integer |
//! | `int`, `float` | a decimal number | number |
//! | `bool` | true/false, yes/no, on/off, 1/0 in any case | truth value |
//! | `hex` | bytes in hexadecimal, as auditd writes odd texts | the text they spell |
//! | `json` | a JSON object | its members as `FIELD.MEMBER` |
//! | `kv` | `key=value key="a value" FLAG` | `FIELD.key`; words without `=` as the list `FIELD.flags`; a key without a value adds nothing |
//! | `list` | texts separated by commas or spaces | list |
//! | `time:FORMAT` | a stamp in strftime notation, UTC unless it has `%z` | RFC 3339 text in UTC |
//!
//! What it does *not* know: how a text is converted (`common/parse`).

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What a captured text means; see the module's head.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is described in the table above")]
pub enum Type {
    Text,
    Lower,
    Ip,
    Address,
    Port,
    Int,
    Float,
    Bool,
    Hex,
    Json,
    Kv,
    List,
    /// The stamp's format in strftime notation.
    Time(String),
}

impl Type {
    /// The notation of each type, for messages.
    pub const NAMES: &'static [&'static str] = &[
        "text",
        "ip",
        "address",
        "port",
        "int",
        "float",
        "bool",
        "hex",
        "json",
        "kv",
        "list",
        "time:FORMAT",
    ];
}

/// The text names no type.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown type \"{0}\"")]
pub struct UnknownType(pub String);

impl FromStr for Type {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Type, UnknownType> {
        Ok(match text {
            "text" => Type::Text,
            "lower" => Type::Lower,
            "ip" => Type::Ip,
            "address" => Type::Address,
            "port" => Type::Port,
            "int" => Type::Int,
            "float" => Type::Float,
            "bool" => Type::Bool,
            "hex" => Type::Hex,
            "json" => Type::Json,
            "kv" => Type::Kv,
            "list" => Type::List,
            _ => match text.strip_prefix("time:") {
                Some(format) if !format.is_empty() => Type::Time(format.to_owned()),
                _ => return Err(UnknownType(text.to_owned())),
            },
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Text => "text",
            Type::Lower => "lower",
            Type::Ip => "ip",
            Type::Address => "address",
            Type::Port => "port",
            Type::Int => "int",
            Type::Float => "float",
            Type::Bool => "bool",
            Type::Hex => "hex",
            Type::Json => "json",
            Type::Kv => "kv",
            Type::List => "list",
            Type::Time(format) => return write!(f, "time:{format}"),
        })
    }
}
