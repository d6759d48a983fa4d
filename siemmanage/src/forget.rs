//! `forget`: sources that nothing will ever be read of again are looked for no more.
//!
//! ```text
//!  sources of this host ─► old enough? ─► gone? ─► forgotten: the row stays, marked
//! ```
//!
//! siemparse compares every new file with all sources of its host, so that a renamed or packed one
//! is not stored twice. What is forgotten wrongly would be; therefore a file is gone only when
//! nothing in its folder can be what it became. Renaming keeps the time at which a file was last
//! written, and so do gzip, zstd, xz and bzip2: what is left of a file is not younger than its last
//! line.
//!
//! What it does *not* know: what siemparse knows files by.

use crate::args::Forget as Args;
use crate::{database, page};
use common::cli::{Exit, Failure, Kind};
use common::clock::Timestamp;
use common::config::Config;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::UNIX_EPOCH;
use store::Cursor;

/// Forgets what is gone, or counts it.
pub(crate) fn run(args: &Args, config: &Config) -> anyhow::Result<Exit> {
    let mut store = database::open_for(config, !args.dry_run)?;
    let before = Timestamp(Timestamp::now().0.saturating_sub(args.older_than.0));
    let mut gone = Vec::new();
    for (cursor, updated) in store.sources().map_err(Failure::from)? {
        if cursor.host == config.identity() && updated < before && is_gone(&cursor, updated)? {
            gone.push((cursor.source, cursor.revision));
        }
    }
    let count = match args.dry_run {
        true => u64::try_from(gone.len()).unwrap_or(u64::MAX),
        false => store.forget(&gone).map_err(Failure::from)?,
    };
    let verb = if args.dry_run { "would forget" } else { "forgot" };
    page::say(&format!("{verb} {}", page::counted(count, "source")))?;
    Ok(Exit::Done)
}

/// Whether a source cannot be read any further, nor again.
fn is_gone(cursor: &Cursor, updated: Timestamp) -> anyhow::Result<bool> {
    let path = Path::new(&cursor.name);
    match cursor.kind.as_str() {
        "file" | "archive" | "spool" => {
            let unreadable = |error: io::Error| {
                Failure::new(Kind::Input, format!("{}: {error}", path.display()))
            };
            Ok(is_file_gone(path, updated).map_err(unreadable)?)
        }
        _ => Ok(false),
    }
}

/// Whether nothing in a file's folder can be the file, or what it became.
fn is_file_gone(path: &Path, updated: Timestamp) -> io::Result<bool> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(false) };
    let name = name.to_string_lossy();
    let stem = name.split(|char: char| ".-".contains(char) || char.is_ascii_digit()).next();
    let stem = stem.unwrap_or_default();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(stem) {
            continue;
        }
        let written = match entry.metadata() {
            // It went meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            metadata => metadata?.modified()?,
        };
        let since = written.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
        if i64::try_from(since).unwrap_or(i64::MAX) <= updated.0 {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    /// A file last written so many seconds ago.
    fn file(folder: &Path, name: &str, age: u64) {
        let file = File::create(folder.join(name)).expect("a file");
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).expect("a time");
    }

    #[test]
    fn a_file_is_gone_when_nothing_can_be_what_it_became() {
        let folder = testkit::temp_dir();
        let folder = folder.path();
        let updated = Timestamp(Timestamp::now().0 - 100_000_000);
        let gone = |name: &str| is_file_gone(&folder.join(name), updated).expect("is read");
        assert!(gone("app.log") && gone("none/app.log"));
        file(folder, "app.log", 10);
        file(folder, "app.log.1.gz", 50);
        file(folder, "other.log", 500);
        assert!(gone("app.log"), "a new one, and its last rotation");
        file(folder, "app.log.2.gz", 101);
        assert!(!gone("app.log") && !gone("app-20260101.log"), "its own rotation");
        assert!(!gone("other.log") && gone("others.log"));
    }
}
