//! Archives as files: events go into them before they are removed, and are verified in them.
//!
//! ```text
//!  section, day ─► what files of it hold already ─► the rest ─► NAME.tmp ─► synced, read back
//!                                                                  └─► NAME ─► folder synced
//! ```
//!
//! A file is there as a whole or not at all, and is never replaced. One that an interrupted run
//! left is relied on as far as its events are what the database says they were; only what no file
//! holds is written again.
//!
//! What it does *not* know: lines (`store`), what is removed afterwards.

use common::cli::{Failure, Kind};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use store::{ArchiveError, Checked, Store, Unit, Units};

/// How the files end.
const SUFFIX: &str = ".ndjson.zst";
/// How hard zstd works.
const LEVEL: i32 = 9;

/// What was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Archived {
    /// The last commit whose events are in.
    pub(crate) commit_no: i64,
    pub(crate) files: u64,
    pub(crate) events: u64,
}

/// Writes units that no file in a folder holds yet.
pub(crate) fn write(
    store: &mut dyn Store,
    units: &Units,
    folder: &Path,
) -> Result<Archived, Failure> {
    let _lock = lock(folder)?;
    let mut done = Archived { commit_no: units.commit_no, ..Archived::default() };
    for unit in &units.units {
        let rest = rest(store, unit, folder)?;
        if !rest.batches.is_empty() {
            done.events += one(store, units, &rest, folder)?;
            done.files += 1;
        }
    }
    Ok(done)
}

/// What is wrong with a file: nothing where all its events are as they were stored.
pub(crate) fn check(store: &mut dyn Store, path: &Path) -> Result<Checked, Failure> {
    let refused = |error: &io::Error| failure(path, error);
    let file = File::open(path).map_err(|error| refused(&error))?;
    let lines = zstd::stream::read::Decoder::new(file).map_err(|error| refused(&error))?;
    Ok(store::check_archive(store, &mut BufReader::new(lines))?)
}

/// Holds the folder, so that two do not write the same files.
fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(".lock");
    let lock = options().open(&path).map_err(|error| failure(&path, &error))?;
    lock.try_lock().map_err(|_| {
        let what = format!("{}: another siemmanage writes archives there", folder.display());
        Failure::new(Kind::Input, what)
    })?;
    Ok(lock)
}

fn options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(true).mode(0o600);
    options
}

/// The batches of a unit that no file of its section and day holds as a whole.
fn rest(store: &mut dyn Store, unit: &Unit, folder: &Path) -> Result<Unit, Failure> {
    let start = format!("{}.{}.", unit.section, unit.date());
    let mut rest = unit.clone();
    for entry in fs::read_dir(folder).map_err(|error| failure(folder, &error))? {
        let path = entry.map_err(|error| failure(folder, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&start) && name.ends_with(SUFFIX) {
            let held = check(store, &path)?;
            if held.is_of(&unit.section, unit.day) {
                rest.batches.retain(|batch, _| !held.whole.contains(batch));
            }
        }
    }
    Ok(rest)
}

/// Writes a unit into a file of its own.
fn one(store: &mut dyn Store, units: &Units, unit: &Unit, folder: &Path) -> Result<u64, Failure> {
    let path = folder.join(name(unit));
    if path.exists() {
        let what = format!("{}: it is there and holds something else", path.display());
        return Err(Failure::new(Kind::Input, what).hint(
            "siemmanage verify --archive says what; move it away, and give each database its own folder",
        ));
    }
    let temporary = folder.join(format!("{}.tmp", name(unit)));
    let events = pack(store, units, unit, &temporary)?;
    let checked = check(store, &temporary)?;
    if let Some(fault) = checked.first_fault() {
        fs::remove_file(&temporary).map_err(|error| failure(&temporary, &error))?;
        let what = format!("{}: not written: {fault}", path.display());
        return Err(Failure::new(Kind::Database, what)
            .hint("nothing of it was removed; siemmanage verify tells what was changed"));
    }
    let rename = || {
        fs::rename(&temporary, &path)?;
        File::open(folder)?.sync_all()
    };
    rename().map_err(|error| failure(&path, &error))?;
    Ok(events)
}

/// Writes a unit's lines, and has them on disk.
fn pack(store: &mut dyn Store, units: &Units, unit: &Unit, path: &Path) -> Result<u64, Failure> {
    let mut write = || {
        let file = options().open(path)?;
        let mut packer = zstd::stream::write::Encoder::new(file, LEVEL)?;
        packer.include_checksum(true)?;
        let mut out = BufWriter::new(packer);
        let events = units.write(store, unit, &mut out)?;
        let packer = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut file = packer.finish()?;
        file.flush()?;
        file.sync_all()?;
        Ok(events)
    };
    write().map_err(|error| told(error, path))
}

/// A failure to look up or to write what is archived.
pub(crate) fn told(error: ArchiveError, path: &Path) -> Failure {
    match error {
        ArchiveError::Store(error) => error.into(),
        ArchiveError::Write(error) => failure(path, &error),
        ArchiveError::Strangers(_) => Failure::new(Kind::Database, error.to_string())
            .hint("nothing was removed; siemmanage verify tells what was changed"),
    }
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Kind::Input, format!("{}: {error}", path.display()))
}

/// `auth.2026-08-01.17-90.ndjson.zst`.
fn name(unit: &Unit) -> String {
    let first = unit.batches.keys().next().copied().unwrap_or(0);
    let last = unit.batches.keys().next_back().copied().unwrap_or(0);
    format!("{}.{}.{first}-{last}{SUFFIX}", unit.section, unit.date())
}

/// Checks files and those of folders, and says of each what is wrong with it. Where a folder is
/// given, all that was ever archived has to be there.
pub(crate) fn verify(
    store: &mut dyn Store,
    paths: &[PathBuf],
) -> Result<(Vec<Checked>, Vec<String>), Failure> {
    let (mut all, mut findings) = (Vec::new(), Vec::new());
    let are_all = paths.iter().any(|path| path.is_dir());
    for path in &listed(paths)? {
        let checked = check(store, path)?;
        let told = |finding| format!("{}: {finding}", path.display());
        findings.extend(checked.findings.iter().map(told));
        all.push(checked);
    }
    findings
        .extend(store::missing_of_archives(store, &all, are_all)?.iter().map(ToString::to_string));
    Ok((all, findings))
}

/// Files as they are named, and those of a folder in the order of their names.
fn listed(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).map_err(|error| failure(path, &error))?;
        let entries: io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.path())).collect();
        let mut entries = entries.map_err(|error| failure(path, &error))?;
        entries.retain(|path| path.to_string_lossy().ends_with(SUFFIX));
        entries.sort();
        files.extend(entries);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_what_they_hold() {
        let batches = [(17, 3), (90, 4)].into_iter().collect();
        let unit = Unit { section: "auth".to_owned(), day: 20_666, batches };
        assert_eq!(name(&unit), "auth.2026-08-01.17-90.ndjson.zst");
    }
}
