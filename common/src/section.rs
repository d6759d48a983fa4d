//! A section: a named stream whose events, helpers, rules and SIEM events belong together.
//!
//! Names of tables in the manner of siemstress stay valid wherever a section is named: `auth`,
//! `siem_auth`, `rules_auth`, `helpers_auth`, in any case, the underscore optional.
//!
//! What it does *not* know: which sections exist.

use std::fmt;

/// The section used when none is named.
pub const DEFAULT: &str = "default";

/// A stream and how its sources are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// `[a-z][a-z0-9_]{0,40}`, starting with none of `siem`, `rules`, `helpers`.
    pub name: String,
    /// The format of its sources, where it is not detected.
    pub format: Option<String>,
    /// The zone of stamps without an offset: an IANA name or an ISO 8601 offset.
    pub zone: Option<String>,
    /// The fields that a table shows, comma-separated.
    pub display: Option<String>,
}

/// What a table name in the manner of siemstress means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `auth`: events.
    Event,
    /// `siem_auth`: SIEM events.
    Siem,
    /// `rules_auth`: rules.
    Rule,
    /// `helpers_auth`: helpers.
    Helper,
}

/// Why a text is no section name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no section name: a lower-case letter, then at most 40 of a-z, 0-9 and _; not starting with siem, rules or helpers"
)]
pub struct NameError(String);

/// Checks a section's name.
///
/// # Errors
/// The name breaks the rule in [`Section::name`].
pub fn check(name: &str) -> Result<(), NameError> {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let rest = bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let reserved = ["siem", "rules", "helpers"].iter().any(|word| name.starts_with(word));
    if first && rest && name.len() <= 41 && !reserved {
        Ok(())
    } else {
        Err(NameError(name.to_owned()))
    }
}

/// Reads a table name: the section it belongs to and what of it is meant.
///
/// # Errors
/// The section's part is no section name.
pub fn table(name: &str) -> Result<(String, Table), NameError> {
    let lower = name.to_ascii_lowercase();
    let kinds = [("siem", Table::Siem), ("rules", Table::Rule), ("helpers", Table::Helper)];
    for (word, kind) in kinds {
        if let Some(rest) = lower.strip_prefix(word) {
            let section = rest.strip_prefix('_').unwrap_or(rest);
            let section = if section.is_empty() { DEFAULT } else { section };
            check(section)?;
            return Ok((section.to_owned(), kind));
        }
    }
    check(&lower)?;
    Ok((lower, Table::Event))
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siemstress_names_are_understood() {
        assert_eq!(table("auth"), Ok(("auth".into(), Table::Event)));
        assert_eq!(table("Auth"), Ok(("auth".into(), Table::Event)));
        assert_eq!(table("SIEM_auth"), Ok(("auth".into(), Table::Siem)));
        assert_eq!(table("RULESAuth"), Ok(("auth".into(), Table::Rule)));
        assert_eq!(table("helpers_auth"), Ok(("auth".into(), Table::Helper)));
        assert_eq!(table("siem_default"), Ok((DEFAULT.into(), Table::Siem)));
    }

    #[test]
    fn hostile_names_are_refused() {
        let long = "a".repeat(42);
        for name in ["", "1a", "a-b", "a b", "a;b", "../x", "siemens", "ä", "a\"b", long.as_str()]
        {
            assert!(check(name).is_err(), "{name}");
        }
        assert!(check(&"a".repeat(41)).is_ok());
    }
}
