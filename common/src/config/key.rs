//! The keys of `siem.toml`: one entry a key, in the order of `config/siem.toml`.
//!
//! A value comes in as text, from the file or a variable, is checked and lands in its field.
//! What it does *not* know: where the text came from.

use super::{Config, Source};
use crate::clock::span::Span;
use crate::clock::zone::Zone;
use crate::clock::{DAY, SECOND};
use crate::section;
use std::fmt;

/// A key with one value.
pub struct Key {
    /// The name with its table: `siemtrigger.lateness`.
    pub name: &'static str,
    /// The environment variable that sets it too.
    pub variable: &'static str,
    /// Checks a text and puts it into its field.
    pub(super) set: fn(&mut Config, &str) -> Result<(), String>,
    /// The value as text, empty where there is none.
    pub(super) show: fn(&Config) -> String,
}

/// A key of a `[[source]]` entry.
pub(super) struct SourceKey {
    pub(super) name: &'static str,
    pub(super) set: fn(&mut Source, &str) -> Result<(), String>,
    pub(super) show: fn(&Source) -> Option<&str>,
}

/// How many commits before its import a new rule sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backfill {
    /// Those of this span of time.
    Span(Span),
    /// All there are.
    All,
    /// None: it works from now on.
    None,
}

impl Default for Backfill {
    fn default() -> Backfill {
        Backfill::Span(Span(7 * DAY))
    }
}

impl fmt::Display for Backfill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Backfill::Span(span) => span.fmt(f),
            Backfill::All => f.write_str("all"),
            Backfill::None => f.write_str("none"),
        }
    }
}

impl std::str::FromStr for Backfill {
    type Err = String;

    fn from_str(text: &str) -> Result<Backfill, String> {
        match text.trim() {
            "all" => Ok(Backfill::All),
            "none" => Ok(Backfill::None),
            span => Span::parse(span, DAY)
                .map(Backfill::Span)
                .map_err(|error| format!("{error}, or all, or none")),
        }
    }
}

const KEYS: [Key; 5] = [
    Key {
        name: "db",
        variable: "SIEM_DB",
        set: |config, text| {
            config.db = Some(text.to_owned());
            Ok(())
        },
        show: |config| config.db.clone().unwrap_or_default(),
    },
    Key {
        name: "host",
        variable: "SIEM_HOST",
        set: |config, text| {
            config.host = Some(text.to_owned());
            Ok(())
        },
        show: |config| config.host.clone().unwrap_or_default(),
    },
    Key {
        name: "zone",
        variable: "SIEM_ZONE",
        set: |config, text| {
            config.zone = Some(zone(text)?);
            Ok(())
        },
        show: |config| config.zone.clone().unwrap_or_default(),
    },
    Key {
        name: "siemtrigger.lateness",
        variable: "SIEM_LATENESS",
        set: |config, text| {
            config.siemtrigger.lateness =
                Span::parse(text, SECOND).map_err(|error| error.to_string())?;
            Ok(())
        },
        show: |config| config.siemtrigger.lateness.to_string(),
    },
    Key {
        name: "siemtrigger.backfill",
        variable: "SIEM_BACKFILL",
        set: |config, text| {
            config.siemtrigger.backfill = text.parse()?;
            Ok(())
        },
        show: |config| config.siemtrigger.backfill.to_string(),
    },
];

const SOURCE_KEYS: [SourceKey; 6] = [
    SourceKey {
        name: "path",
        set: |source, text| {
            if text.is_empty() {
                return Err("path is empty".to_owned());
            }
            source.path = text.to_owned();
            Ok(())
        },
        show: |source| Some(&source.path),
    },
    SourceKey {
        name: "section",
        set: |source, text| {
            section::check(text).map_err(|error| error.to_string())?;
            source.section = Some(text.to_owned());
            Ok(())
        },
        show: |source| source.section.as_deref(),
    },
    SourceKey {
        name: "format",
        set: |source, text| {
            source.format = Some(text.to_owned());
            Ok(())
        },
        show: |source| source.format.as_deref(),
    },
    SourceKey {
        name: "zone",
        set: |source, text| {
            source.zone = Some(zone(text)?);
            Ok(())
        },
        show: |source| source.zone.as_deref(),
    },
    SourceKey {
        name: "program",
        set: |source, text| {
            source.program = Some(text.to_owned()).filter(|text| !text.is_empty());
            Ok(())
        },
        show: |source| source.program.as_deref(),
    },
    SourceKey {
        name: "start",
        set: |source, text| {
            source.start = Some(text.to_owned()).filter(|text| !text.is_empty());
            Ok(())
        },
        show: |source| source.start.as_deref(),
    },
];

/// The keys with one value each.
#[must_use]
pub fn keys() -> &'static [Key] {
    &KEYS
}

/// The keys of a `[[source]]` entry.
pub(super) fn source_keys() -> &'static [SourceKey] {
    &SOURCE_KEYS
}

/// Checks that a text names a zone.
fn zone(text: &str) -> Result<String, String> {
    text.parse::<Zone>().map(|_| text.to_owned()).map_err(|error| error.to_string())
}
