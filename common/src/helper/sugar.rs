//! The `%{NAME:field:type}` notation: grok's names for common pieces of a pattern.
//!
//! ```text
//! piece = "%{" NAME [ ":" field [ ":" type ] ] "}"
//! ```
//!
//! The pieces describe a shape and leave the judgement to the field's type: `IP` takes what looks
//! like an address of either family, with an IPv6 zone, and the conversion decides. All are ASCII,
//! so that the regex engine can use its fastest automaton. To write `%{` itself, use `%[{]`.
//!
//! What it does *not* know: helpers.

use super::capture::Type;
use thiserror::Error;

/// (name, regular expression, type of the capture)
const PIECES: &[(&str, &str, Option<Type>)] = &[
    ("IP", "[0-9A-Fa-f:.]+(?:%[0-9A-Za-z._-]+)?", Some(Type::Ip)),
    ("HOSTNAME", "[0-9A-Za-z](?:[0-9A-Za-z._-]*[0-9A-Za-z_])?", None),
    ("IPORHOST", "[0-9A-Za-z:._%-]+", Some(Type::Address)),
    ("PORT", "[0-9]{1,5}", Some(Type::Port)),
    ("INT", "[+-]?[0-9]+", Some(Type::Int)),
    ("POSINT", "[0-9]+", Some(Type::Int)),
    ("NUMBER", r"[+-]?[0-9]+(?:\.[0-9]+)?", Some(Type::Float)),
    ("HEX", "(?:0x)?[0-9A-Fa-f]+", None),
    ("WORD", "[0-9A-Za-z_]+", None),
    ("NOTSPACE", r"[^ \t]+", None),
    ("SPACE", r"[ \t]*", None),
    ("USER", "[^ \t]*", None),
    ("PATH", "/[^ \t]*", None),
    ("MAC", "[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}", None),
    ("UUID", "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", None),
    ("QUOTED", r#""(?:[^"\\]|\\.)*""#, None),
    ("DATA", ".*?", None),
    ("GREEDYDATA", ".*", None),
];

/// A pattern without sugar, and the types its pieces gave to captures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The regular expression.
    pub regex: String,
    /// Types by capture.
    pub types: Vec<(String, Type)>,
}

/// What is wrong with a piece.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SugarError {
    /// A `%{` without its `}`.
    #[error("\"%{{\" without \"}}\"")]
    Unclosed,
    /// No piece has this name.
    #[error("unknown piece \"%{{{0}}}\"")]
    Unknown(String),
    /// The type does not exist.
    #[error("unknown type \"{0}\"")]
    Type(String),
}

impl SugarError {
    pub(super) fn hint(&self) -> Option<String> {
        let names = PIECES.iter().map(|(name, ..)| *name);
        match self {
            SugarError::Unclosed => Some("write %[{] for the characters themselves".into()),
            SugarError::Unknown(_) => {
                Some(format!("pieces are {}", names.collect::<Vec<_>>().join(", ")))
            }
            SugarError::Type(_) => Some(format!("types are {}", Type::NAMES.join(", "))),
        }
    }
}

/// Replaces every piece of a pattern.
///
/// # Errors
/// The first piece that is wrong.
pub fn expand(pattern: &str) -> Result<Expanded, SugarError> {
    let mut expanded = Expanded::default();
    let mut rest = pattern;
    while let Some(start) = rest.find("%{") {
        expanded.regex.push_str(&rest[..start]);
        let inner = &rest[start + 2..];
        let end = inner.find('}').ok_or(SugarError::Unclosed)?;
        piece(&inner[..end], &mut expanded)?;
        rest = &inner[end + 1..];
    }
    expanded.regex.push_str(rest);
    Ok(expanded)
}

fn piece(text: &str, expanded: &mut Expanded) -> Result<(), SugarError> {
    let mut parts = text.splitn(3, ':');
    let name = parts.next().unwrap_or_default();
    let found = PIECES.iter().find(|(have, ..)| *have == name);
    let (_, regex, natural) = found.ok_or_else(|| SugarError::Unknown(name.to_owned()))?;
    let Some(field) = parts.next() else {
        expanded.regex.push_str(&format!("(?:{regex})"));
        return Ok(());
    };
    let given = parts.next().map(str::parse::<Type>).transpose();
    let given = given.map_err(|unknown| SugarError::Type(unknown.0))?;
    expanded.regex.push_str(&format!("(?<{field}>{regex})"));
    if let Some(kind) = given.or_else(|| natural.clone()) {
        expanded.types.push((field.to_owned(), kind));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_groups_with_types() {
        let expanded = expand("^from %{IP:source.ip} %{PORT} %{WORD:x:int}%[{]").unwrap();
        assert_eq!(
            expanded.regex,
            "^from (?<source.ip>[0-9A-Fa-f:.]+(?:%[0-9A-Za-z._-]+)?) (?:[0-9]{1,5}) (?<x>[0-9A-Za-z_]+)%[{]"
        );
        assert_eq!(expanded.types, [("source.ip".into(), Type::Ip), ("x".into(), Type::Int)]);
    }

    #[test]
    fn every_piece_is_a_regular_expression() {
        for (name, regex, _) in PIECES {
            assert!(regex::Regex::new(regex).is_ok(), "{name}");
        }
    }

    #[test]
    fn mistakes_have_hints() {
        for (pattern, expected) in [
            ("%{IP", SugarError::Unclosed),
            ("%{IPV9:x}", SugarError::Unknown("IPV9".into())),
            ("%{IP:x:ipp}", SugarError::Type("ipp".into())),
        ] {
            let error = expand(pattern).unwrap_err();
            assert!(error.hint().is_some());
            assert_eq!(error, expected);
        }
    }
}
