//! The file `siem.toml`: found, read, and each key checked with the line it stands on.
//!
//! A path comes in, a [`Config`] goes out. What it does *not* know: variables and flags that
//! override it, and what the keys mean.

use super::key::{keys, source_keys};
use super::{Action, Config, Error, Origin, Source, action, holds_password};
use crate::near::nearest;
use std::collections::BTreeSet;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use toml_edit::{Document, Item, Table};

/// The file to read: the named one whether it exists or not, else a default one that exists.
pub(super) fn find(
    named: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Option<PathBuf> {
    if let Some(path) = named {
        return Some(path.to_owned());
    }
    if let Some(path) = variable("SIEM_CONFIG") {
        return Some(path.into());
    }
    let home = variable("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config")));
    let user = home.map(|home| home.join("siem/siem.toml"));
    let system = PathBuf::from("/etc/siem/siem.toml");
    user.into_iter().chain([system]).find(|path| path.exists())
}

/// Reads a file and checks that no one else can read a password in it.
pub(super) fn read(path: &Path) -> Result<Config, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let config = parse(&text, path)?;
    let secret = config.db.as_deref().is_some_and(holds_password);
    let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o7777;
    match config.origin("db") {
        Origin::File(path, line) if secret && mode & 0o077 != 0 => {
            Err(Error::Mode { path, line, mode })
        }
        _ => Ok(config),
    }
}

/// Reads the text of a file.
pub(super) fn parse(text: &str, path: &Path) -> Result<Config, Error> {
    let place = Place { text, path };
    let document = Document::parse(text)
        .map_err(|error| place.error(error.span(), error.message().to_owned()))?;
    let mut config = Config::default();
    place.table(&mut config, document.as_table(), "")?;
    Ok(config)
}

/// The text at hand, to tell lines by.
struct Place<'t> {
    text: &'t str,
    path: &'t Path,
}

impl Place<'_> {
    fn line(&self, span: Option<Range<usize>>) -> usize {
        let start = span.map_or(0, |span| span.start.min(self.text.len()));
        self.text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    fn error(&self, span: Option<Range<usize>>, message: String) -> Error {
        let line = self.line(span);
        Error::Text { path: self.path.to_owned(), line, message, meant: None }
    }

    fn unknown<'n>(
        &self,
        span: Option<Range<usize>>,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Error {
        Error::Text {
            path: self.path.to_owned(),
            line: self.line(span),
            message: format!("unknown key \"{name}\""),
            meant: nearest(name, known).map(str::to_owned),
        }
    }

    /// Reads the keys of the top level (no prefix) or of one table (`siemtrigger.`).
    fn table(&self, config: &mut Config, table: &Table, prefix: &str) -> Result<(), Error> {
        for (name, item) in table {
            let span = table.key(name).and_then(toml_edit::Key::span);
            let full = format!("{prefix}{name}");
            if full == "action" {
                self.actions(config, item, span)?;
            } else if full == "source" {
                self.sources(config, item, span)?;
            } else if let Some(key) = keys().iter().find(|key| key.name == full) {
                let text = self.text_of(item, &full, span.clone())?;
                (key.set)(config, text).map_err(|message| self.error(item.span(), message))?;
                let origin = Origin::File(self.path.to_owned(), self.line(span));
                config.origins.insert(key.name, origin);
            } else if tables().contains(full.as_str()) {
                let table = item
                    .as_table()
                    .ok_or_else(|| self.error(span, format!("{full} is a table: [{full}]")))?;
                self.table(config, table, &format!("{full}."))?;
            } else {
                return Err(self.unknown(span, name, names_under(prefix)));
            }
        }
        Ok(())
    }

    fn actions(
        &self,
        config: &mut Config,
        item: &Item,
        span: Option<Range<usize>>,
    ) -> Result<(), Error> {
        let tables = item
            .as_array_of_tables()
            .ok_or_else(|| self.error(span, "action is a list of tables: [[action]]".to_owned()))?;
        for table in tables {
            let origin = Origin::File(self.path.to_owned(), self.line(table.span()));
            let mut action = Action { origin, ..Action::default() };
            for (name, item) in table {
                if !action::KEYS.contains(&name) {
                    let span = table.key(name).and_then(toml_edit::Key::span);
                    return Err(self.unknown(span, name, action::KEYS));
                }
                let set = action.set(name, item);
                set.map_err(|message| self.error(item.span(), message))?;
            }
            let check = action.check(&config.actions);
            check.map_err(|message| self.error(table.span(), message))?;
            config.actions.push(action);
        }
        Ok(())
    }

    fn sources(
        &self,
        config: &mut Config,
        item: &Item,
        span: Option<Range<usize>>,
    ) -> Result<(), Error> {
        let tables = item
            .as_array_of_tables()
            .ok_or_else(|| self.error(span, "source is a list of tables: [[source]]".to_owned()))?;
        for table in tables {
            let origin = Origin::File(self.path.to_owned(), self.line(table.span()));
            let mut source = Source { origin, ..Source::default() };
            self.source(&mut source, table)?;
            config.sources.push(source);
        }
        Ok(())
    }

    fn source(&self, source: &mut Source, table: &Table) -> Result<(), Error> {
        for (name, item) in table {
            let span = table.key(name).and_then(toml_edit::Key::span);
            let Some(key) = source_keys().iter().find(|key| key.name == name) else {
                return Err(self.unknown(span, name, source_keys().iter().map(|key| key.name)));
            };
            let text = self.text_of(item, name, span)?;
            (key.set)(source, text).map_err(|message| self.error(item.span(), message))?;
        }
        if source.path.is_empty() {
            return Err(self.error(table.span(), "a [[source]] needs a path".to_owned()));
        }
        Ok(())
    }

    fn text_of<'i>(
        &self,
        item: &'i Item,
        name: &str,
        span: Option<Range<usize>>,
    ) -> Result<&'i str, Error> {
        item.as_str().ok_or_else(|| {
            self.error(span, format!("{name} is a string in quotes, not {}", kind(item)))
        })
    }
}

/// What an item is, for an error.
fn kind(item: &Item) -> String {
    match item.type_name() {
        name if name.starts_with(['a', 'i']) => format!("an {name}"),
        name => format!("a {name}"),
    }
}

/// The names of tables that hold keys.
fn tables() -> BTreeSet<&'static str> {
    keys().iter().filter_map(|key| key.name.split_once('.')).map(|(table, _)| table).collect()
}

/// The names that may stand at the top level, or in one table.
fn names_under(prefix: &str) -> BTreeSet<&'static str> {
    let names = keys().iter().filter_map(|key| key.name.strip_prefix(prefix));
    let mut names: BTreeSet<&str> = names.filter(|name| !name.contains('.')).collect();
    if prefix.is_empty() {
        names.extend(["source", "action"]);
        names.extend(tables());
    }
    names
}
